//! A shop under OpenTelemetry's Rust SDK: `tracing` with its bridge for logs, and spans that its own code writes. It
//! prints its port, and ends in order when its standard input does.

use std::error::Error;
use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{LogExporter, SpanExporter};
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::Layer;

/// An error of the shop.
#[derive(Debug)]
struct CardError(&'static str);

impl fmt::Display for CardError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}

impl Error for CardError {}

fn main() -> Result<(), Box<dyn Error>> {
    let tracers = SdkTracerProvider::builder()
        .with_batch_exporter(SpanExporter::builder().with_http().build()?)
        .build();
    let loggers = SdkLoggerProvider::builder()
        .with_batch_exporter(LogExporter::builder().with_http().build()?)
        .build();
    // The exporters' own client logs through tracing as well.
    let own = tracing_subscriber::filter::filter_fn(|event| event.target().starts_with("shop"));
    let bridge = OpenTelemetryTracingBridge::new(&loggers).with_filter(own);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(bridge))?;

    tracing::debug!("level debug");
    tracing::info!(count = 3, ratio = 0.5, ok = true, "level info");
    tracing::warn!("level warn");
    tracing::error!("level error");
    tracing::info!(name: "order.placed", "named event");

    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let tracer = tracers.tracer("shop");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, port, &tracer);
        }
    });
    println!("{port}");

    std::io::stdin().read_to_end(&mut Vec::new())?;
    tracers.shutdown()?;
    loggers.shutdown()?;
    Ok(())
}

fn answer(mut stream: TcpStream, port: u16, tracer: &SdkTracer) -> Result<(), Box<dyn Error>> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().ok_or("no request")??;
    let mut agent = String::new();
    for line in lines {
        let line = line?;
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("user-agent: ") {
            agent = value.to_owned();
        }
    }
    let mut words = first.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default().split('?').next().unwrap_or_default().to_owned();
    let span = tracer
        .span_builder(method.clone())
        .with_kind(SpanKind::Server)
        .with_attributes([
            KeyValue::new("http.request.method", method),
            KeyValue::new("url.scheme", "http"),
            KeyValue::new("url.path", path.clone()),
            KeyValue::new("server.address", "127.0.0.1"),
            KeyValue::new("server.port", i64::from(port)),
            KeyValue::new("network.peer.address", "127.0.0.1"),
            KeyValue::new("user_agent.original", agent),
        ])
        .start(tracer);
    let context = Context::current_with_span(span);
    let status = {
        let _guard = context.clone().attach();
        handle(&path, &context)
    };
    context.span().set_attribute(KeyValue::new("http.response.status_code", i64::from(status)));
    context.span().end();
    write!(stream, "HTTP/1.1 {status} -\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?;
    Ok(())
}

fn handle(path: &str, context: &Context) -> u16 {
    let span = context.span();
    match path {
        "/orders/7" => {
            span.set_attribute(KeyValue::new("http.route", "/orders/{id}"));
            tracing::info!(order.id = "7", "order read");
            200
        }
        "/fail" => {
            let error = CardError("card declined");
            span.record_error(&error);
            span.set_status(Status::error(error.to_string()));
            500
        }
        "/pay" => {
            span.record_error(&CardError("card declined twice, fallback used"));
            200
        }
        "/both" => {
            let error = CardError("refund failed");
            span.record_error(&error);
            tracing::error!(error = &error as &dyn Error, "refund");
            500
        }
        _ => 404,
    }
}
