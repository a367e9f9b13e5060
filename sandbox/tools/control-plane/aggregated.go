package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// aggregatedBackend stands in for every aggregated API server: their Pods do not run. Without it one
// registered APIService, of metrics-server for example, would block the deletion of every namespace.
type aggregatedBackend struct{ address *url.URL }

// ResolveEndpoint sends every Service of an aggregated API to the backend.
func (b aggregatedBackend) ResolveEndpoint(_, _ string, _ int32) (*url.URL, error) {
	return b.address, nil
}

func startAggregatedBackend(ctx context.Context, cert, key string) (*aggregatedBackend, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: http.HandlerFunc(answerAggregated), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.ServeTLS(listener, cert, key) }()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	return &aggregatedBackend{&url.URL{Scheme: "https", Host: listener.Addr().String()}}, nil
}

// answerAggregated tells discovery that a group and version has no resources, and everybody else that nothing is there.
func answerAggregated(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	segments := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(segments) == 3 && segments[0] == "apis" {
		_ = json.NewEncoder(w).Encode(metav1.APIResourceList{
			TypeMeta:     metav1.TypeMeta{Kind: "APIResourceList", APIVersion: "v1"},
			GroupVersion: segments[1] + "/" + segments[2],
			APIResources: []metav1.APIResource{},
		})
		return
	}
	w.WriteHeader(http.StatusNotFound)
	_ = json.NewEncoder(w).Encode(metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusFailure,
		Reason: metav1.StatusReasonNotFound, Code: http.StatusNotFound,
		Message: "aggregated APIs have no server in the sandbox",
	})
}
