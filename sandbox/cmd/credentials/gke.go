package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// gkeVersion is in the form of gke-gcloud-auth-plugin's.
const gkeVersion = "Kubernetes v1.35.4-sandbox-stand-in"

// gkeLifetime is that of an access token of Google's.
// Source: cloud.google.com/docs/authentication/token-types.
const gkeLifetime = time.Hour

// gkePlugin prints the token of the cluster whose server kubectl is about to
// call. kubectl says so in KUBERNETES_EXEC_INFO where the kubeconfig has provideClusterInfo.
func gkePlugin(args []string, env func(string) string, out io.Writer) error {
	for _, a := range args {
		if a == "--version" {
			_, err := fmt.Fprintln(out, gkeVersion)
			return err
		}
	}
	var info struct {
		APIVersion string `json:"apiVersion"`
		Spec       struct {
			Cluster struct {
				Server string `json:"server"`
			} `json:"cluster"`
		} `json:"spec"`
	}
	raw := env("KUBERNETES_EXEC_INFO")
	if raw == "" {
		return errors.New("gke-gcloud-auth-plugin: KUBERNETES_EXEC_INFO is not set: the sandbox's stand-in is meant to be called by kubectl and other clients of Kubernetes")
	}
	if err := json.Unmarshal([]byte(raw), &info); err != nil {
		return fmt.Errorf("gke-gcloud-auth-plugin: KUBERNETES_EXEC_INFO is no JSON: %w", err)
	}
	server := info.Spec.Cluster.Server
	if server == "" {
		return errors.New("gke-gcloud-auth-plugin: KUBERNETES_EXEC_INFO names no server: set provideClusterInfo: true in the exec section of the kubeconfig")
	}
	dir, err := clustersDir(env)
	if err != nil {
		return err
	}
	name, err := clusterOf(dir, server)
	if err != nil {
		return err
	}
	version := info.APIVersion
	if version == "" {
		version = "client.authentication.k8s.io/v1beta1"
	}
	return writeToken(out, filepath.Join(dir, name), name, version, gkeLifetime)
}

// clusterOf finds the cluster with a server.
func clusterOf(dir, server string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("clusters of the sandbox: %w", err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name(), "server"))
		if err == nil && sameServer(string(b), server) {
			return e.Name(), nil
		}
	}
	return "", fmt.Errorf("gke-gcloud-auth-plugin: %w that answers at %s: it has %s", errUnknownCluster, server, known(dir))
}

func sameServer(a, b string) bool {
	trim := func(s string) string { return strings.TrimSuffix(strings.TrimSpace(s), "/") }
	return trim(a) == trim(b)
}
