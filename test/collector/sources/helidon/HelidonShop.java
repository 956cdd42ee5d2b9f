package shop;

import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.io.OutputStream;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A shop in Helidon that knows nothing of OpenTelemetry but for the exceptions that it records itself; the Java agent
 * does the rest. It prints its port, and ends in order when its standard input does.
 */
final class HelidonShop {
  private static final Logger LOGGER = Logger.getLogger("shop");

  public static void main(String[] args) throws IOException {
    LOGGER.setLevel(Level.ALL);
    for (Handler handler : Logger.getLogger("").getHandlers()) handler.setLevel(Level.OFF);

    LOGGER.fine("level debug");
    LOGGER.info("level info");
    LOGGER.warning("level warn");
    LOGGER.severe("level error");

    WebServer server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .shutdownHook(false)
            .routing(
                routing ->
                    routing
                        .get(
                            "/orders/{id}",
                            (request, response) -> {
                              LOGGER.info("order read");
                              response.send("order");
                            })
                        .get("/fail", (request, response) -> CardException.charge())
                        .post(
                            "/pay",
                            (request, response) -> {
                              Span.current().recordException(new CardException("card declined twice, fallback used", null));
                              response.send("paid");
                            })
                        .get(
                            "/both",
                            (request, response) -> {
                              CardException failed = new CardException("refund failed", null);
                              Span.current().recordException(failed);
                              LOGGER.log(Level.SEVERE, "refund", failed);
                              response.status(Status.INTERNAL_SERVER_ERROR_500).send("failed");
                            }))
            .build()
            .start();
    System.out.println(server.port());

    System.in.transferTo(OutputStream.nullOutputStream());
    server.stop();
  }
}
