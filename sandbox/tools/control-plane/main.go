// Command control-plane runs one Kubernetes control plane in one process: etcd, kube-apiserver,
// kube-controller-manager, kube-scheduler and kwok, which plays the part of the kubelets.
//
//	control-plane serve --dir DIR --name NAME   run until it is told to stop
//	control-plane kubectl ARGS...               kubectl of the same release
//
// Called by the name kubectl it is kubectl, so that one binary serves both.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	exitFailed   = 1
	exitWrongUse = 2
)

func main() {
	args := os.Args[1:]
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "kubectl" {
		os.Exit(kubectl(args))
	}
	if len(args) > 0 {
		switch args[0] {
		case "kubectl":
			os.Exit(kubectl(args[1:]))
		case "serve":
			os.Exit(serve(args[1:], os.Stderr))
		}
	}
	fmt.Fprintln(os.Stderr, "usage: control-plane serve --dir DIR --name NAME | control-plane kubectl ARGS...")
	os.Exit(exitWrongUse)
}

func serve(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("control-plane serve", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("dir", "", "directory of the cluster's state, keys and log")
	name := flags.String("name", "", "name of the cluster")
	if err := flags.Parse(args); err != nil {
		return exitWrongUse
	}
	if *dir == "" || *name == "" || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "control-plane serve: --dir and --name are needed, and nothing else")
		return exitWrongUse
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *name, *dir); err != nil {
		fmt.Fprintf(stderr, "control-plane %s: %v\n", *name, err)
		return exitFailed
	}
	return 0
}
