// A shop under OpenTelemetry's Go SDK, as its documentation says to set it up: net/http with otelhttp, and slog with its
// bridge. It prints its port, and ends in order when its standard input does.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"

	"go.opentelemetry.io/contrib/bridges/otelslog"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/log/global"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// CardError is an error of the shop, with its cause.
type CardError struct {
	Reason string
	Cause  error
}

func (e *CardError) Error() string { return e.Reason }
func (e *CardError) Unwrap() error { return e.Cause }

func main() {
	ctx := context.Background()
	spans, err := otlptracehttp.New(ctx)
	check(err)
	tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(spans))
	otel.SetTracerProvider(tracers)
	records, err := otlploghttp.New(ctx)
	check(err)
	loggers := sdklog.NewLoggerProvider(sdklog.WithProcessor(sdklog.NewBatchProcessor(records)))
	global.SetLoggerProvider(loggers)
	logger := otelslog.NewLogger("shop")

	logger.Debug("level debug")
	logger.Info("level info", "count", 3, "ratio", 0.5, "ok", true, slog.Group("card", "brand", "visa"))
	logger.Warn("level warn")
	logger.Error("level error")

	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, r *http.Request) {
		logger.InfoContext(r.Context(), "order read", "order.id", r.PathValue("id"))
		fmt.Fprintln(w, "order")
	})
	mux.HandleFunc("GET /fail", func(w http.ResponseWriter, r *http.Request) {
		if err := charge(); err != nil {
			span := trace.SpanFromContext(r.Context())
			span.RecordError(err, trace.WithStackTrace(true))
			span.SetStatus(codes.Error, err.Error())
			http.Error(w, "failed", http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("POST /pay", func(w http.ResponseWriter, r *http.Request) {
		trace.SpanFromContext(r.Context()).RecordError(&CardError{Reason: "card declined twice, fallback used"})
		fmt.Fprintln(w, "paid")
	})
	mux.HandleFunc("GET /both", func(w http.ResponseWriter, r *http.Request) {
		err := &CardError{Reason: "refund failed"}
		trace.SpanFromContext(r.Context()).RecordError(err)
		logger.ErrorContext(r.Context(), "refund", "error", err)
		http.Error(w, "failed", http.StatusInternalServerError)
	})
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) {
		panic(&CardError{Reason: "the till is on fire"})
	})
	server := &http.Server{Handler: otelhttp.NewHandler(mux, "shop"), ErrorLog: log.New(io.Discard, "", 0)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	go server.Serve(listener)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)

	io.Copy(io.Discard, os.Stdin)
	check(server.Shutdown(ctx))
	check(errors.Join(tracers.Shutdown(ctx), loggers.Shutdown(ctx)))
}

func charge() error {
	return &CardError{Reason: "card declined", Cause: errors.New("bank unreachable")}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
