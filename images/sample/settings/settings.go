// Package settings reads the service's settings: plain values from the environment, what is longer from a mounted file,
// what is secret from a file that only this process may read. A secret is never taken from the environment, where every
// child process and every crash report would show it.
package settings

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"
)

// Names of the environment variables.
const (
	Listen        = "SAMPLE_LISTEN"
	MetricsListen = "SAMPLE_METRICS_LISTEN"
	LogLevel      = "SAMPLE_LOG_LEVEL"
	Greeting      = "SAMPLE_GREETING"
	GreetingsFile = "SAMPLE_GREETINGS_FILE"
	TokenFile     = "SAMPLE_TOKEN_FILE" //nolint:gosec // the name of a variable
	Drain         = "SAMPLE_DRAIN"
	Shutdown      = "SAMPLE_SHUTDOWN"
	// Traces are sent if one of OpenTelemetry's own variables says where:
	// https://opentelemetry.io/docs/specs/otel/protocol/exporter/
	OTLPEndpoint       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	OTLPTracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
)

// longest is how long draining or shutting down may be set to take: Kubernetes waits 30 seconds by default before it
// kills, and whoever raises that rarely means more than this.
const longest = 10 * time.Minute

// Settings of the service.
type Settings struct {
	// Listen is the address of the service, by default :8080.
	Listen string
	// MetricsListen is the address of the metrics, by default :9090: a port of its own, so that a network policy can
	// open it to Prometheus alone.
	MetricsListen string
	// LogLevel is debug, info, warn or error, by default info.
	LogLevel slog.Level
	// Greeting is said when no other is asked for, by default Hello.
	Greeting string
	// GreetingsFile is a mounted JSON file of greetings by language; empty means that there is none.
	GreetingsFile string
	// TokenFile holds the token that opens /private; empty means that nothing does.
	TokenFile string
	// Drain is how long the service answers after it has said that it is no longer ready, by default 5s: load balancers
	// take that long to notice.
	Drain time.Duration
	// Shutdown is how long requests under way may then take, by default 20s.
	Shutdown time.Duration
	// Traces tells whether traces are sent.
	Traces bool
}

// Load reads the settings and returns all mistakes at once.
func Load(getenv func(string) string) (Settings, error) {
	r := reader{getenv: getenv}
	s := Settings{
		Listen:        r.address(Listen, ":8080"),
		MetricsListen: r.address(MetricsListen, ":9090"),
		LogLevel:      r.level(LogLevel),
		Greeting:      r.text(Greeting, "Hello"),
		GreetingsFile: r.file(GreetingsFile),
		TokenFile:     r.file(TokenFile),
		Drain:         r.duration(Drain, 5*time.Second),
		Shutdown:      r.duration(Shutdown, 20*time.Second),
		Traces:        getenv(OTLPEndpoint) != "" || getenv(OTLPTracesEndpoint) != "",
	}
	if s.Listen == s.MetricsListen && !strings.HasSuffix(s.Listen, ":0") {
		r.mistake(MetricsListen, s.MetricsListen, "an address other than that of "+Listen)
	}
	return s, errors.Join(r.mistakes...)
}

// reader reads variables and collects what is wrong with them.
type reader struct {
	getenv   func(string) string
	mistakes []error
}

func (r *reader) mistake(name, value, allowed string) {
	r.mistakes = append(r.mistakes, fmt.Errorf("%s is %q; it takes %s", name, value, allowed))
}

func (r *reader) text(name, otherwise string) string {
	if value := r.getenv(name); value != "" {
		return value
	}
	return otherwise
}

func (r *reader) address(name, otherwise string) string {
	value := r.text(name, otherwise)
	if _, port, err := net.SplitHostPort(value); err != nil || port == "" {
		r.mistake(name, value, "an address and a port, such as :8080 or 127.0.0.1:8080")
	}
	return value
}

func (r *reader) level(name string) slog.Level {
	level := slog.LevelInfo
	if value := r.getenv(name); value != "" {
		if err := level.UnmarshalText([]byte(value)); err != nil {
			r.mistake(name, value, "debug, info, warn or error")
		}
	}
	return level
}

func (r *reader) duration(name string, otherwise time.Duration) time.Duration {
	value := r.getenv(name)
	if value == "" {
		return otherwise
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 || d > longest {
		r.mistake(name, value, fmt.Sprintf("a duration from 0s to %s, such as 5s", longest))
	}
	return d
}

// file returns the name of a file that can be read now; what it holds may change later.
func (r *reader) file(name string) string {
	value := r.getenv(name)
	if value == "" {
		return ""
	}
	if _, err := os.ReadFile(value); err != nil {
		r.mistakes = append(r.mistakes, fmt.Errorf("%s names a file that cannot be read; mount it, or leave the variable out: %w", name, err))
	}
	return value
}
