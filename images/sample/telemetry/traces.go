package telemetry

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"
)

// Tracer makes spans and takes up the traces of callers.
type Tracer struct {
	api.Tracer
	propagation.TextMapPropagator
	provider *trace.TracerProvider
}

// NewTracer returns a tracer. It sends its spans over OTLP if send is set, to where OpenTelemetry's own variables say;
// otherwise it still makes ids, so that log lines of one request belong together.
func NewTracer(ctx context.Context, send bool, version string) (*Tracer, error) {
	// Later detectors win: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES over the defaults.
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "sample"), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(),
		resource.WithFromEnv(),
	)
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES cannot be read: %w", err)
	}
	options := []trace.TracerProviderOption{trace.WithResource(about)}
	if send {
		exporter, err := otlptracehttp.New(ctx)
		if err != nil {
			return nil, fmt.Errorf("traces cannot be sent: %w", err)
		}
		options = append(options, trace.WithBatcher(exporter))
	}
	provider := trace.NewTracerProvider(options...)
	return &Tracer{
		Tracer:            provider.Tracer("github.com/ai-now/platform/images/sample"),
		TextMapPropagator: propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}),
		provider:          provider,
	}, nil
}

// Close sends what has not been sent.
func (t *Tracer) Close(ctx context.Context) error { return t.provider.Shutdown(ctx) }
