package shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A shop that knows nothing of OpenTelemetry but for the exceptions that it records itself; the Java agent does the
 * rest: the JDK's HTTP server, and java.util.logging. It prints its port, and ends in order when its standard input does.
 */
final class AgentShop {
  private static final Logger LOGGER = Logger.getLogger("shop");

  public static void main(String[] args) throws IOException {
    LOGGER.setLevel(Level.ALL);
    for (Handler handler : Logger.getLogger("").getHandlers()) handler.setLevel(Level.OFF);

    LOGGER.fine("level debug");
    LOGGER.info("level info");
    LOGGER.warning("level warn");
    LOGGER.severe("level error");

    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/orders",
        exchange -> {
          LOGGER.info("order read");
          reply(exchange, 200);
        });
    server.createContext("/fail", exchange -> CardException.charge());
    server.createContext(
        "/pay",
        exchange -> {
          Span.current().recordException(new CardException("card declined twice, fallback used", null));
          reply(exchange, 200);
        });
    server.createContext(
        "/both",
        exchange -> {
          CardException failed = new CardException("refund failed", null);
          Span.current().recordException(failed);
          LOGGER.log(Level.SEVERE, "refund", failed);
          reply(exchange, 500);
        });
    server.start();
    System.out.println(server.getAddress().getPort());

    System.in.transferTo(OutputStream.nullOutputStream());
    server.stop(0);
  }

  private static void reply(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }
}
