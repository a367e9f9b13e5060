package service_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/ai-now/platform/images/sample/service"
	"github.com/ai-now/platform/images/sample/settings"
	"github.com/ai-now/platform/images/sample/telemetry"
)

// The trace that a caller has begun: the example of https://www.w3.org/TR/trace-context/.
const (
	callersTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersParent = "00-" + callersTrace + "-00f067aa0ba902b7-01"
)

func TestLogLinesAndSpansOfARequestBelongTogether(t *testing.T) {
	var received collector.ExportTraceServiceRequest
	endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		content, err := io.ReadAll(r.Body)
		if err == nil && r.URL.Path == "/v1/traces" {
			err = proto.UnmarshalOptions{Merge: true}.Unmarshal(content, &received)
		}
		if err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(endpoint.Close)
	t.Setenv(settings.OTLPEndpoint, endpoint.URL)
	t.Setenv("OTEL_SERVICE_NAME", "shop")

	traces, err := telemetry.NewTracer(t.Context(), true, "1.2.3")
	require.NoError(t, err)
	var out bytes.Buffer
	handler := service.New(settings.Settings{Greeting: "Hello"}, "1.2.3", telemetry.NewLogger(&out, slog.LevelInfo), telemetry.NewMetrics("1.2.3"), traces).Handler()
	for _, path := range []string{"/", "/healthz"} {
		request := httptest.NewRequest(http.MethodGet, path, nil)
		request.Header.Set("Traceparent", callersParent)
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}
	require.NoError(t, traces.Close(t.Context()))

	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 1, "probes are not logged at level info")
	var line map[string]any
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &line))
	require.Equal(t, "request", line["msg"])
	require.Equal(t, "/", line["route"])
	require.EqualValues(t, 200, line["code"])
	require.Equal(t, callersTrace, line["trace_id"])

	require.Len(t, received.GetResourceSpans(), 1)
	attributes := map[string]string{}
	for _, a := range received.GetResourceSpans()[0].GetResource().GetAttributes() {
		attributes[a.GetKey()] = a.GetValue().GetStringValue()
	}
	require.Equal(t, "shop", attributes["service.name"], "OpenTelemetry's own variables win")
	require.Equal(t, "1.2.3", attributes["service.version"])
	spans := received.GetResourceSpans()[0].GetScopeSpans()[0].GetSpans()
	require.Len(t, spans, 1, "probes make no spans")
	require.Equal(t, "GET /", spans[0].GetName())
	require.Equal(t, otlp.Span_SPAN_KIND_SERVER, spans[0].GetKind())
}
