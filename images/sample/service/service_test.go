package service_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/sample/service"
	"github.com/ai-now/platform/images/sample/settings"
	"github.com/ai-now/platform/images/sample/telemetry"
)

func made(t *testing.T, s settings.Settings) *service.Service {
	t.Helper()
	traces, err := telemetry.NewTracer(t.Context(), false, "1.2.3")
	require.NoError(t, err)
	return service.New(s, "1.2.3", telemetry.NewLogger(io.Discard, slog.LevelInfo), telemetry.NewMetrics("1.2.3"), traces)
}

func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(name, []byte(content), 0o600))
	return name
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	greetings, token := file(t, `{"de": "Guten Tag"}`), file(t, "s3cret\n")
	for name, c := range map[string]struct {
		settings settings.Settings
		path     string
		header   string
		code     int
		body     string
	}{
		"it greets":                                    {settings.Settings{Greeting: "Hello"}, "/", "", 200, `{"message":"Hello","version":"1.2.3"}`},
		"it greets in the language of the file":        {settings.Settings{GreetingsFile: greetings}, "/?language=de", "", 200, `{"message":"Guten Tag","version":"1.2.3"}`},
		"it does not know a language without the file": {settings.Settings{}, "/?language=de", "", 404, `{"error":"no greeting in that language"}`},
		"it tells that the file is broken, not how":    {settings.Settings{GreetingsFile: token}, "/?language=de", "", 500, `{"error":"greetings cannot be read"}`},
		"it works":                                 {settings.Settings{}, "/healthz", "", 200, `{"status":"ok"}`},
		"it is not ready before it serves":         {settings.Settings{}, "/readyz", "", 503, `{"status":"draining"}`},
		"it opens for the token":                   {settings.Settings{TokenFile: token}, "/private", "Bearer s3cret", 200, `{"message":"welcome"}`},
		"it stays closed for another token":        {settings.Settings{TokenFile: token}, "/private", "Bearer guess", 401, `{"error":"a bearer token is needed"}`},
		"it stays closed without a token":          {settings.Settings{TokenFile: token}, "/private", "", 401, `{"error":"a bearer token is needed"}`},
		"it stays closed where no token is set":    {settings.Settings{}, "/private", "Bearer ", 401, `{"error":"a bearer token is needed"}`},
		"it stays closed where the token is empty": {settings.Settings{TokenFile: file(t, "\n")}, "/private", "Bearer ", 401, `{"error":"a bearer token is needed"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := httptest.NewRequest(http.MethodGet, c.path, nil)
			request.Header.Set("Authorization", c.header)
			recorder := httptest.NewRecorder()
			made(t, c.settings).Handler().ServeHTTP(recorder, request)
			require.Equal(t, c.code, recorder.Code)
			require.JSONEq(t, c.body, recorder.Body.String())
		})
	}
}

func TestARotatedTokenIsInForceAtOnce(t *testing.T) {
	t.Parallel()
	name := file(t, "old")
	handler := made(t, settings.Settings{TokenFile: name}).Handler()
	ask := func(token string) int {
		request := httptest.NewRequest(http.MethodGet, "/private", nil)
		request.Header.Set("Authorization", "Bearer "+token)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		return recorder.Code
	}
	require.Equal(t, http.StatusOK, ask("old"))
	require.NoError(t, os.WriteFile(name, []byte("new"), 0o600))
	require.Equal(t, http.StatusUnauthorized, ask("old"))
	require.Equal(t, http.StatusOK, ask("new"))
}

// started serves and returns the addresses, what ends it, and where its end is told.
func started(t *testing.T, s settings.Settings) (address, metrics string, stop context.CancelFunc, ended <-chan error) {
	t.Helper()
	s.Listen, s.MetricsListen = "127.0.0.1:0", "127.0.0.1:0"
	svc := made(t, s)
	addresses := make(chan string, 2)
	svc.Started = func(a, m net.Addr) { addresses <- a.String(); addresses <- m.String() }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- svc.Serve(ctx) }()
	t.Cleanup(cancel)
	return <-addresses, <-addresses, cancel, done
}

func get(t *testing.T, url string) (code int, body string) {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(content)
}

func TestItDrainsBeforeItEnds(t *testing.T) {
	t.Parallel()
	address, _, stop, ended := started(t, settings.Settings{Drain: 500 * time.Millisecond, Shutdown: 5 * time.Second})
	code, _ := get(t, "http://"+address+"/readyz")
	require.Equal(t, http.StatusOK, code)
	require.NoError(t, service.Check(t.Context(), address))

	stop()
	require.Eventually(t, func() bool {
		code, _ := get(t, "http://"+address+"/readyz")
		return code == http.StatusServiceUnavailable
	}, 400*time.Millisecond, 10*time.Millisecond, "it says that it is no longer ready")
	code, _ = get(t, "http://"+address+"/")
	require.Equal(t, http.StatusOK, code, "it still answers while it drains")
	require.NoError(t, <-ended)
	require.Error(t, service.Check(context.WithoutCancel(t.Context()), address), "nobody listens any more")
}

func TestMetricsHaveAPortOfTheirOwn(t *testing.T) {
	t.Parallel()
	address, metrics, _, _ := started(t, settings.Settings{})
	get(t, "http://"+address+"/")
	get(t, "http://"+address+"/invented/by/a/client")
	code, body := get(t, "http://"+metrics+"/metrics")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, `http_requests_total{code="200",method="GET",route="/"} 1`)
	require.Contains(t, body, `http_requests_total{code="404",method="GET",route="none"} 1`)
	require.Contains(t, body, `sample_build_info{version="1.2.3"} 1`)
	code, _ = get(t, "http://"+address+"/metrics")
	require.Equal(t, http.StatusNotFound, code)
}

func TestATakenAddressIsTold(t *testing.T) {
	t.Parallel()
	address, _, _, _ := started(t, settings.Settings{})
	err := made(t, settings.Settings{Listen: address, MetricsListen: "127.0.0.1:0"}).Serve(t.Context())
	require.ErrorContains(t, err, "SAMPLE_LISTEN: ")
	err = made(t, settings.Settings{Listen: "127.0.0.1:0", MetricsListen: address}).Serve(t.Context())
	require.ErrorContains(t, err, "SAMPLE_METRICS_LISTEN: ")
}

func TestCheckFailsWhereTheServiceDoes(t *testing.T) {
	t.Parallel()
	broken := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(broken.Close)
	require.ErrorContains(t, service.Check(t.Context(), broken.Listener.Addr().String()), "/healthz answers 404")
	require.Error(t, service.Check(t.Context(), "no address"))
}
