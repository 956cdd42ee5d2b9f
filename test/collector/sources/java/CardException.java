package shop;

/** An error of the shop, with its cause. */
final class CardException extends RuntimeException {
  CardException(String message, Throwable cause) {
    super(message, cause);
  }

  static void charge() {
    throw new CardException("card declined", new java.io.IOException("bank unreachable"));
  }
}
