// Command clouds is the simulated providers: one program under the names
// pulumi-resource-aws, pulumi-resource-gcp and pulumi-resource-digitalocean,
// started by the Pulumi engine with its address as the argument.
//
// AI_NOW_SANDBOX_CLOUD names the directory of the clouds' state, AI_NOW_SANDBOX_BIN
// that of the sandbox's tools.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/ai-now/platform/sandbox/clouds"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

func main() {
	if err := run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	cloud, err := clouds.ForProgram(args[0])
	if err != nil {
		return err
	}
	o := clouds.Options{CloudDir: os.Getenv(store.DirVariable), BinDir: os.Getenv(clouds.BinVariable)}
	for variable, value := range map[string]string{store.DirVariable: o.CloudDir, clouds.BinVariable: o.BinDir} {
		if value == "" {
			return fmt.Errorf("the simulated %s needs the environment variable %s, which the sandbox's launcher sets", cloud.Name, variable)
		}
	}
	for _, a := range args[1:] {
		if !strings.HasPrefix(a, "-") { // flags are for tracing and logging
			o.Engine = a
		}
	}
	// The engine ends its plugins by an interrupt and waits five seconds for each that does not heed it.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return clouds.Serve(ctx, cloud, o, func(port int) { fmt.Println(port) })
}
