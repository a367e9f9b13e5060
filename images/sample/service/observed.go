package service

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	api "go.opentelemetry.io/otel/trace"
)

// observed makes a span, a metric and a log line of each request.
func (s *Service) observed(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		route := routeOf(pattern)
		ctx := s.traces.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		// Probes come every few seconds and lead nowhere: no spans of them, and log lines at debug level alone.
		probe := route == "/healthz" || route == "/readyz"
		if !probe {
			var span api.Span
			// https://opentelemetry.io/docs/specs/semconv/http/http-spans/
			ctx, span = s.traces.Start(ctx, r.Method+" "+route, api.WithSpanKind(api.SpanKindServer), api.WithAttributes(
				attribute.String("http.request.method", r.Method), attribute.String("http.route", route), attribute.String("url.path", r.URL.Path)))
			defer span.End()
		}
		recorder := &recorder{ResponseWriter: w, code: http.StatusOK}
		begin, answered := time.Now(), false
		s.metrics.Begin()
		defer func() {
			if !answered { // a panic, which the server recovers from
				recorder.code = http.StatusInternalServerError
			}
			took := time.Since(begin)
			s.metrics.End(route, r.Method, recorder.code, took)
			s.tell(ctx, recorder.code, probe, "method", r.Method, "route", route, "code", recorder.code, "seconds", took.Seconds())
		}()
		mux.ServeHTTP(recorder, r.WithContext(ctx))
		answered = true
	})
}

// tell writes the log line of a request and finishes its span.
func (s *Service) tell(ctx context.Context, code int, probe bool, attributes ...any) {
	span := api.SpanFromContext(ctx)
	span.SetAttributes(attribute.Int("http.response.status_code", code))
	level := slog.LevelInfo
	switch {
	case code >= http.StatusInternalServerError:
		span.SetStatus(codes.Error, http.StatusText(code))
		level = slog.LevelError
	case probe:
		level = slog.LevelDebug
	}
	s.logs.Log(ctx, level, "request", attributes...)
}

// routeOf returns the path of a pattern such as "GET /private".
func routeOf(pattern string) string {
	_, path, found := strings.Cut(pattern, " ")
	if !found {
		return "none"
	}
	return strings.TrimSuffix(path, "{$}")
}

// recorder remembers the code of an answer.
type recorder struct {
	http.ResponseWriter
	code int
}

// WriteHeader remembers the code.
func (r *recorder) WriteHeader(code int) {
	r.code = code
	r.ResponseWriter.WriteHeader(code)
}
