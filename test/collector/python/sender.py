"""A program under OpenTelemetry's Python SDK: emits logs and ends spans, and exports them over OTLP.

Its one argument is JSON: { endpoint, protocol: 'grpc' | 'http/protobuf', run, logs, spans }
It writes what lib/telemetry.mjs says.
"""

import json
import sys

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, set_span_in_context

START_MS = 1_790_000_000_000
SEVERITIES = [(5, "DEBUG"), (9, "INFO"), (13, "WARN"), (17, "ERROR"), (21, "FATAL")]
# Fewer than the SDK's queues hold, because a full queue drops without a word.
ROUND = 1500

job = json.loads(sys.argv[1])
run = job["run"]
if job["protocol"] == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    log_exporter = OTLPLogExporter(endpoint=job["endpoint"], insecure=True)
    span_exporter = OTLPSpanExporter(endpoint=job["endpoint"], insecure=True)
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    log_exporter = OTLPLogExporter(endpoint=job["endpoint"] + "/v1/logs")
    span_exporter = OTLPSpanExporter(endpoint=job["endpoint"] + "/v1/traces")

resource = Resource(
    {
        "service.name": "fleet-python",
        "service.version": "4.2.0",
        "deployment.environment.name": "collector-test",
        "host.name": "sender-1",
    }
)


def attributes_of(number):
    attributes = {
        "run": run,
        "seq": number,
        "order.total": number + 0.5,
        "paid": number % 2 == 0,
        "sizes": [1, 2, 3],
        "user.id": f"u{number % 100}",
        "session.id": "s1",
        "http.request.method": "POST",
        "url.path": "/orders",
        "http.response.status_code": 201,
        "lognitor.tags": ["fleet"],
        "exact": 2**53 - 1 - number,
    }
    if number % 50 == 3:
        attributes["exception.type"] = "CardError"
        attributes["exception.message"] = f"card {number} declined"
        attributes["exception.stacktrace"] = f"CardError: card {number} declined\n    at pay (/app/pay.js:10:3)"
    return attributes


def context_of(number):
    context = SpanContext(
        trace_id=((run + 1) << 96) + number + 1,
        span_id=((run + 1) << 32) + number,
        is_remote=False,
        trace_flags=TraceFlags(1),
    )
    return set_span_in_context(NonRecordingSpan(context), Context())


loggers = LoggerProvider(resource=resource)
loggers.add_log_record_processor(BatchLogRecordProcessor(log_exporter))
logger = loggers.get_logger("fleet")
for number in range(job["logs"]):
    severity, text = SEVERITIES[number % 5]
    logger.emit(
        LogRecord(
            timestamp=(START_MS + number) * 1_000_000,
            context=context_of(number),
            severity_number=SeverityNumber(severity),
            severity_text=text,
            body=f"run {run} log {number}",
            attributes=attributes_of(number),
            event_name="order.placed" if number % 10 == 0 else None,
        )
    )
    if number % ROUND == ROUND - 1:
        loggers.force_flush()
loggers.force_flush()
loggers.shutdown()

tracers = TracerProvider(resource=resource)
tracers.add_span_processor(BatchSpanProcessor(span_exporter))
tracer = tracers.get_tracer("fleet")
for number in range(job["spans"]):
    fails = number % 10 == 0
    start_ns = (START_MS + number) * 1_000_000
    span = tracer.start_span(
        "GET /orders/:id",
        context=Context(),
        kind=SpanKind.SERVER,
        start_time=start_ns,
        attributes={
            "http.request.method": "GET",
            "http.route": "/orders/:id",
            "url.path": f"/orders/{number}",
            "url.scheme": "https",
            "server.address": "shop.example",
            "http.response.status_code": 500 if fails else 200,
            "network.peer.address": "10.0.0.9",
            "user_agent.original": "fleet/1",
        },
    )
    if fails:
        message = f"run {run} span {number} failed"
        span.add_event(
            "exception",
            {"exception.type": "DbError", "exception.message": message, "exception.stacktrace": f"DbError: {message}"},
            timestamp=start_ns + 5_000_000,
        )
    span.end(end_time=start_ns + 25_000_000)
    if number % ROUND == ROUND - 1:
        tracers.force_flush()
tracers.force_flush()
tracers.shutdown()
print(json.dumps({"logs": job["logs"], "spans": job["spans"], "retried": 0}))
