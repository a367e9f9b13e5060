// Package telemetry makes what others see of the service: logs, metrics and traces.
package telemetry

import (
	"context"
	"io"
	"log/slog"

	"go.opentelemetry.io/otel/trace"
)

// NewLogger returns a logger that writes a JSON object a line, with the ids of the trace that the line belongs to, so
// that one leads to the other.
func NewLogger(out io.Writer, level slog.Level) *slog.Logger {
	return slog.New(traced{slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level})})
}

// traced adds the ids of the context's span.
type traced struct{ slog.Handler }

// Handle adds the ids to the record.
func (h traced) Handle(ctx context.Context, record slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs keeps the handler around the one it wraps.
func (h traced) WithAttrs(attrs []slog.Attr) slog.Handler { return traced{h.Handler.WithAttrs(attrs)} }

// WithGroup likewise.
func (h traced) WithGroup(name string) slog.Handler { return traced{h.Handler.WithGroup(name)} }
