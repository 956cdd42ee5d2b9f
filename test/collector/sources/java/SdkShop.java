package shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;

/**
 * A shop under OpenTelemetry's Java SDK without an agent: its own code writes the spans of its requests and its log
 * records. It prints its port, and ends in order when its standard input does.
 */
final class SdkShop {
  public static void main(String[] args) throws IOException {
    String endpoint = System.getenv("OTEL_EXPORTER_OTLP_ENDPOINT");
    Resource resource =
        Resource.create(
            Attributes.builder()
                .put("service.name", System.getenv("OTEL_SERVICE_NAME"))
                .put("service.version", "4.2.0")
                .put("deployment.environment.name", "test")
                .build());
    OtlpHttpSpanExporter spans = OtlpHttpSpanExporter.builder().setEndpoint(endpoint + "/v1/traces").build();
    OtlpHttpLogRecordExporter records =
        OtlpHttpLogRecordExporter.builder().setEndpoint(endpoint + "/v1/logs").setCompression("gzip").build();
    SdkTracerProvider tracers =
        SdkTracerProvider.builder()
            .setResource(resource)
            .addSpanProcessor(BatchSpanProcessor.builder(spans).build())
            .build();
    SdkLoggerProvider loggers =
        SdkLoggerProvider.builder()
            .setResource(resource)
            .addLogRecordProcessor(BatchLogRecordProcessor.builder(records).build())
            .build();
    Logger logger = loggers.get("shop");
    Tracer tracer = tracers.get("shop");

    logger.logRecordBuilder().setSeverity(Severity.DEBUG).setBody("level debug").emit();
    logger
        .logRecordBuilder()
        .setSeverity(Severity.INFO)
        .setBody("level info")
        .setAttribute(AttributeKey.longKey("count"), 3L)
        .setAttribute(AttributeKey.doubleKey("ratio"), 0.5)
        .setAttribute(AttributeKey.booleanKey("ok"), true)
        .emit();
    logger.logRecordBuilder().setSeverity(Severity.WARN).setBody("level warn").emit();
    logger.logRecordBuilder().setSeverity(Severity.ERROR).setBody("level error").emit();
    logger.logRecordBuilder().setSeverity(Severity.FATAL).setBody("level fatal").emit();

    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Span span = begin(tracer, exchange);
          int status = 200;
          try (var scope = span.makeCurrent()) {
            status = answer(exchange.getRequestURI().getPath(), logger, span);
          } catch (CardException thrown) {
            status = 500;
            span.recordException(thrown);
            span.setStatus(StatusCode.ERROR);
          } finally {
            span.setAttribute("http.response.status_code", status);
            span.end();
            reply(exchange, status);
          }
        });
    server.start();
    System.out.println(server.getAddress().getPort());

    System.in.transferTo(OutputStream.nullOutputStream());
    server.stop(0);
    OpenTelemetrySdk.builder().setTracerProvider(tracers).setLoggerProvider(loggers).build().close();
  }

  private static int answer(String path, Logger logger, Span span) {
    switch (path) {
      case "/orders/7":
        span.setAttribute("http.route", "/orders/{id}");
        logger.logRecordBuilder().setSeverity(Severity.INFO).setBody("order read").setAttribute("order.id", "7").emit();
        return 200;
      case "/fail":
        CardException.charge();
        return 200;
      case "/pay":
        span.recordException(new CardException("card declined twice, fallback used", null));
        return 200;
      case "/both":
        CardException failed = new CardException("refund failed", null);
        span.recordException(failed);
        logger.logRecordBuilder().setSeverity(Severity.ERROR).setBody("refund").setException(failed).emit();
        return 500;
      default:
        return 404;
    }
  }

  private static Span begin(Tracer tracer, HttpExchange exchange) {
    return tracer
        .spanBuilder(exchange.getRequestMethod())
        .setSpanKind(SpanKind.SERVER)
        .setAttribute("http.request.method", exchange.getRequestMethod())
        .setAttribute("url.scheme", "http")
        .setAttribute("url.path", exchange.getRequestURI().getPath())
        .setAttribute("server.address", "127.0.0.1")
        .setAttribute("server.port", exchange.getLocalAddress().getPort())
        .setAttribute("network.peer.address", exchange.getRemoteAddress().getAddress().getHostAddress())
        .setAttribute("user_agent.original", exchange.getRequestHeaders().getFirst("user-agent"))
        .startSpan();
  }

  private static void reply(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }
}
