// Package service answers requests.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ai-now/platform/images/sample/settings"
	"github.com/ai-now/platform/images/sample/telemetry"
)

// Service is the sample service.
type Service struct {
	settings settings.Settings
	version  string
	logs     *slog.Logger
	metrics  *telemetry.Metrics
	traces   *telemetry.Tracer
	ready    atomic.Bool

	// Started, if set, is told the addresses once both are served.
	Started func(service, metrics net.Addr)
}

// New returns a service that is not ready yet.
func New(s settings.Settings, version string, logs *slog.Logger, metrics *telemetry.Metrics, traces *telemetry.Tracer) *Service {
	return &Service{settings: s, version: version, logs: logs, metrics: metrics, traces: traces}
}

// Serve serves until ctx ends. It then says that it is no longer ready, goes on answering while load balancers notice,
// finishes what is under way, and sends the last traces.
func (s *Service) Serve(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.settings.Listen)
	if err != nil {
		return fmt.Errorf("%s: %w", settings.Listen, err)
	}
	metricsListener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.settings.MetricsListen)
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", settings.MetricsListen, err), listener.Close())
	}
	metrics := http.NewServeMux()
	metrics.Handle("GET /metrics", s.metrics.Handler())
	servers := []*http.Server{s.server(s.Handler()), s.server(metrics)}
	failed := make(chan error, len(servers))
	for i, l := range []net.Listener{listener, metricsListener} {
		go func() { failed <- servers[i].Serve(l) }()
	}
	s.ready.Store(true)
	s.logs.InfoContext(ctx, "serving", "version", s.version, "address", listener.Addr().String(), "metrics", metricsListener.Addr().String(), "traces", s.settings.Traces)
	if s.Started != nil {
		s.Started(listener.Addr(), metricsListener.Addr())
	}

	select {
	case err := <-failed:
		return errors.Join(err, s.stop(servers))
	case <-ctx.Done():
	}
	s.ready.Store(false)
	s.logs.Info("draining", "for", s.settings.Drain.String())
	time.Sleep(s.settings.Drain)
	return s.stop(servers)
}

// stop ends the servers, the metrics last, and the traces.
func (s *Service) stop(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.settings.Shutdown)
	defer cancel()
	var problems []error
	for _, server := range servers {
		problems = append(problems, server.Shutdown(ctx))
	}
	problems = append(problems, s.traces.Close(ctx))
	err := errors.Join(problems...)
	s.logs.Info("stopped", "clean", err == nil)
	return err
}

// server returns one whose limits keep slow clients from holding connections for ever.
func (s *Service) server(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      15 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.logs.Handler(), slog.LevelWarn),
	}
}
