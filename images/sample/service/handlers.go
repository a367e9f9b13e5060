package service

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"os"
	"strings"
)

// Handler returns the routes.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	for route, handler := range map[string]http.HandlerFunc{
		"GET /{$}":     s.greet,
		"GET /private": s.private,
		"GET /healthz": s.healthz,
		"GET /readyz":  s.readyz,
	} {
		mux.Handle(route, handler)
	}
	return s.observed(mux)
}

// healthz says that the process works. It looks at nothing else: a restart would not repair another service.
func (s *Service) healthz(w http.ResponseWriter, _ *http.Request) {
	s.answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

// readyz says whether requests should be sent here.
func (s *Service) readyz(w http.ResponseWriter, _ *http.Request) {
	if !s.ready.Load() {
		s.answer(w, http.StatusServiceUnavailable, map[string]string{"status": "draining"})
		return
	}
	s.answer(w, http.StatusOK, map[string]string{"status": "ready"})
}

// greet says hello, in the language that is asked for if the mounted file has it. The file is read anew each time: a
// changed ConfigMap appears in a running container.
func (s *Service) greet(w http.ResponseWriter, r *http.Request) {
	greeting := s.settings.Greeting
	if language := r.URL.Query().Get("language"); language != "" {
		greetings, err := s.greetings()
		if err != nil {
			s.logs.ErrorContext(r.Context(), "greetings cannot be read", "file", s.settings.GreetingsFile, "error", err)
			s.answer(w, http.StatusInternalServerError, map[string]string{"error": "greetings cannot be read"})
			return
		}
		var known bool
		if greeting, known = greetings[language]; !known {
			s.answer(w, http.StatusNotFound, map[string]string{"error": "no greeting in that language"})
			return
		}
	}
	s.answer(w, http.StatusOK, map[string]string{"message": greeting, "version": s.version})
}

func (s *Service) greetings() (map[string]string, error) {
	if s.settings.GreetingsFile == "" {
		return nil, nil
	}
	content, err := os.ReadFile(s.settings.GreetingsFile)
	if err != nil {
		return nil, err
	}
	var greetings map[string]string
	return greetings, json.Unmarshal(content, &greetings)
}

// private answers to whoever has the token. It is read anew each time, so that a rotated one is in force at once.
func (s *Service) private(w http.ResponseWriter, r *http.Request) {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || !s.opens(given) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="sample"`)
		s.answer(w, http.StatusUnauthorized, map[string]string{"error": "a bearer token is needed"})
		return
	}
	s.answer(w, http.StatusOK, map[string]string{"message": "welcome"})
}

// opens compares digests, which have one length, in constant time. No token means that nothing opens.
func (s *Service) opens(given string) bool {
	if s.settings.TokenFile == "" {
		return false
	}
	content, err := os.ReadFile(s.settings.TokenFile)
	wanted := strings.TrimSpace(string(content))
	if err != nil || wanted == "" {
		s.logs.Error("the token cannot be read or is empty", "file", s.settings.TokenFile)
		return false
	}
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(wanted))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func (s *Service) answer(w http.ResponseWriter, code int, body map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		s.logs.Debug("the client is gone", "error", err)
	}
}
