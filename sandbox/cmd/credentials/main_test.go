package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// cloud makes the directory of a stack with a cluster in it.
func cloud(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, server := range map[string]string{"eks-eu": "https://127.0.0.1:6443", "gke-eu": "https://127.0.0.1:6444\n"} {
		at := filepath.Join(dir, "clusters", name)
		require.NoError(t, os.MkdirAll(at, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(at, "token"), []byte("token-of-"+name+"\n"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(at, "server"), []byte(server), 0o600))
	}
	return dir
}

func TestTokens(t *testing.T) {
	t.Parallel()
	info := `{"apiVersion":"client.authentication.k8s.io/v1","spec":{"cluster":{"server":"https://127.0.0.1:6444/"}}}`
	cases := []struct {
		name    string
		args    []string
		info    string
		token   string
		version string
	}{
		{"eks, as the component calls it", []string{"aws", "eks", "get-token", "--cluster-name", "eks-eu", "--output", "json"}, "", "token-of-eks-eu", "client.authentication.k8s.io/v1beta1"},
		{"eks, with a region before, a role and a profile", []string{"/usr/bin/aws", "--region", "eu-west-1", "eks", "get-token", "--cluster-name=eks-eu", "--role-arn", "arn:x", "--profile", "p"}, "", "token-of-eks-eu", "client.authentication.k8s.io/v1beta1"},
		{"gke, by the server", []string{"gke-gcloud-auth-plugin"}, info, "token-of-gke-eu", "client.authentication.k8s.io/v1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"AI_NOW_SANDBOX_CLOUD": cloud(t), "KUBERNETES_EXEC_INFO": c.info}
			var out bytes.Buffer
			require.NoError(t, run(c.args, func(k string) string { return env[k] }, &out))
			var got credential
			require.NoError(t, json.Unmarshal(out.Bytes(), &got))
			require.Equal(t, "ExecCredential", got.Kind)
			require.Equal(t, c.version, got.APIVersion)
			require.Equal(t, c.token, got.Status.Token)
			expires, err := time.Parse(time.RFC3339, got.Status.ExpirationTimestamp)
			require.NoError(t, err)
			require.Greater(t, time.Until(expires), 10*time.Minute)
		})
	}
}

func TestVersionsAreRecentEnough(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run([]string{"aws", "--version"}, os.Getenv, &out))
	// @pulumi/eks takes what stands before the first space, and wants 2.7.0 or later.
	require.Regexp(t, regexp.MustCompile(`^aws-cli/2\.([7-9]|[1-9]\d)\.\d+ `), out.String())
	out.Reset()
	require.NoError(t, run([]string{"gke-gcloud-auth-plugin", "--version"}, os.Getenv, &out))
	require.True(t, strings.HasPrefix(out.String(), "Kubernetes v"))
}

func TestMistakesAreExplained(t *testing.T) {
	t.Parallel()
	server := func(s string) string { return `{"spec":{"cluster":{"server":"` + s + `"}}}` }
	cases := []struct {
		name string
		args []string
		info string
		code int
		want string
	}{
		{"another command of aws", []string{"aws", "s3", "ls"}, "", 252, "aws s3 ls: this aws is the sandbox's stand-in"},
		{"no command", []string{"aws"}, "", 252, "stand-in"},
		{"no cluster", []string{"aws", "eks", "get-token"}, "", 252, `--cluster-name "" is no name`},
		{"a path for a name", []string{"aws", "eks", "get-token", "--cluster-name", "../x"}, "", 252, "is no name of a cluster"},
		{"a value is missing", []string{"aws", "eks", "get-token", "--cluster-name"}, "", 252, "--cluster-name: the value is missing"},
		{"another format", []string{"aws", "eks", "get-token", "--cluster-name", "eks-eu", "--output", "text"}, "", 252, "writes json"},
		{"a cluster that is not there", []string{"aws", "eks", "get-token", "--cluster-name", "x"}, "", 1, `no cluster "x": it has eks-eu, gke-eu`},
		{"called by hand", []string{"gke-gcloud-auth-plugin"}, "", 1, "KUBERNETES_EXEC_INFO is not set"},
		{"no JSON", []string{"gke-gcloud-auth-plugin"}, "{", 1, "is no JSON"},
		{"no server", []string{"gke-gcloud-auth-plugin"}, "{}", 1, "provideClusterInfo: true"},
		{"another server", []string{"gke-gcloud-auth-plugin"}, server("https://1.2.3.4"), 1, "the sandbox has no cluster that answers at https://1.2.3.4"},
		{"another name", []string{"kubectl"}, "", 1, "kubectl stands in for nothing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"AI_NOW_SANDBOX_CLOUD": cloud(t), "KUBERNETES_EXEC_INFO": c.info}
			var out bytes.Buffer
			err := run(c.args, func(k string) string { return env[k] }, &out)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, c.code, exitCode(err))
			require.Empty(t, out.String())
		})
	}
	err := run([]string{"aws", "eks", "get-token", "--cluster-name", "x"}, func(string) string { return "" }, &bytes.Buffer{})
	require.ErrorContains(t, err, "AI_NOW_SANDBOX_CLOUD")
}

func TestGenuine(t *testing.T) {
	t.Parallel()
	bin, cloud := t.TempDir(), t.TempDir()
	program := filepath.Join(bin, "aws")
	require.NoError(t, os.WriteFile(program, []byte("#!/bin/sh\n"), 0o700))
	env := func(name string) string {
		return map[string]string{"PATH": t.TempDir() + string(filepath.ListSeparator) + bin, "AI_NOW_SANDBOX_CLOUD": cloud}[name]
	}
	unknown := fmt.Errorf("%w %q", errUnknownCluster, "x")
	require.Equal(t, program, genuine(unknown, "aws", env), "a stack without simulated clusters means the real one")
	require.Empty(t, genuine(unknown, "gke-gcloud-auth-plugin", env), "PATH has none")
	require.Empty(t, genuine(errors.New("another mistake"), "aws", env))
	require.NoError(t, os.MkdirAll(filepath.Join(cloud, "clusters", "eks-eu"), 0o700))
	require.Empty(t, genuine(unknown, "aws", env), "a stack with simulated clusters means one of them")
}
