// Command credentials stands in for the programs that kubeconfigs of managed
// clusters call for a token: aws and gke-gcloud-auth-plugin, by its own name.
// It reads the token of a simulated cluster from $AI_NOW_SANDBOX_CLOUD/clusters/<name>/token.
//
// It imports the standard library alone, so that it starts at once: kubectl
// calls it for every command.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args, os.Getenv, os.Stdout); err != nil {
		if program := genuine(err, filepath.Base(os.Args[0]), os.Getenv); program != "" {
			err = syscall.Exec(program, os.Args, os.Environ()) //nolint:gosec // what PATH has under the name that was called
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitCode(err))
	}
}

// errUnknownCluster is a cluster that the sandbox does not have.
var errUnknownCluster = errors.New("the sandbox has no cluster")

// genuine returns the next program on PATH with the name of the stand-in, if the call was meant for it: a stack without
// simulated clusters deploys to a cluster that exists, and that may ask the cloud's own command for its token.
func genuine(err error, name string, env func(string) string) string {
	if !errors.Is(err, errUnknownCluster) {
		return ""
	}
	dir, err := clustersDir(env)
	if err != nil {
		return ""
	}
	if clusters, err := os.ReadDir(dir); err == nil && len(clusters) > 0 {
		return ""
	}
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		return ""
	}
	for _, folder := range filepath.SplitList(env("PATH")) {
		program := filepath.Join(folder, name)
		resolved, err := filepath.EvalSymlinks(program)
		if err != nil || resolved == self {
			continue
		}
		if info, err := os.Stat(resolved); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			return program
		}
	}
	return ""
}

// usageError is a wrong command line.
type usageError struct{ error }

// exitCode is 252 for a wrong command line, as the AWS CLI has it, and 1 for everything else.
func exitCode(err error) int {
	var u usageError
	if errors.As(err, &u) {
		return 252
	}
	return 1
}

func run(args []string, env func(string) string, out io.Writer) error {
	switch name := strings.TrimSuffix(filepath.Base(args[0]), ".exe"); name {
	case "aws":
		return awsCLI(args[1:], env, out)
	case "gke-gcloud-auth-plugin":
		return gkePlugin(args[1:], env, out)
	default:
		return fmt.Errorf("%s stands in for nothing: call it by one of the names aws, gke-gcloud-auth-plugin", name)
	}
}

// clustersDir is where the clusters of the stack are.
func clustersDir(env func(string) string) (string, error) {
	dir := env("AI_NOW_SANDBOX_CLOUD")
	if dir == "" {
		return "", errors.New("the sandbox's stand-in needs the environment variable AI_NOW_SANDBOX_CLOUD, the directory of the stack's simulated clouds: use the sandbox's launcher")
	}
	return filepath.Join(dir, "clusters"), nil
}

// credential is an ExecCredential of client.authentication.k8s.io.
type credential struct {
	Kind       string            `json:"kind"`
	APIVersion string            `json:"apiVersion"`
	Spec       map[string]string `json:"spec"`
	Status     struct {
		ExpirationTimestamp string `json:"expirationTimestamp"`
		Token               string `json:"token"`
	} `json:"status"`
}

// writeToken prints the token of a cluster. It is said to be good for the time that a real one is.
func writeToken(out io.Writer, clusterDir, cluster, apiVersion string, lifetime time.Duration) error {
	token, err := os.ReadFile(filepath.Join(clusterDir, "token"))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%w %q: it has %s", errUnknownCluster, cluster, known(filepath.Dir(clusterDir)))
	case err != nil:
		return fmt.Errorf("token of cluster %q: %w", cluster, err)
	}
	c := credential{Kind: "ExecCredential", APIVersion: apiVersion, Spec: map[string]string{}}
	c.Status.Token = strings.TrimSpace(string(token))
	c.Status.ExpirationTimestamp = time.Now().UTC().Add(lifetime).Format(time.RFC3339)
	if c.Status.Token == "" {
		return fmt.Errorf("the token of cluster %q is empty", cluster)
	}
	return json.NewEncoder(out).Encode(c)
}

// known lists the clusters for an error message.
func known(dir string) string {
	entries, err := os.ReadDir(dir)
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if err != nil || len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
