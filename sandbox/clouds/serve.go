package clouds

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"github.com/ai-now/platform/sandbox/clouds/store"
)

// All lists the simulated clouds.
func All() []*Cloud { return []*Cloud{AWS, GCP, DigitalOcean} }

// pluginPrefix begins the name of every resource plugin, by Pulumi's rule.
const pluginPrefix = "pulumi-resource-"

// ForProgram finds the cloud that a program of this name serves, such as pulumi-resource-aws.
func ForProgram(program string) (*Cloud, error) {
	name := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(program), ".exe"), pluginPrefix)
	var known []string
	for _, c := range All() {
		if c.Name == name {
			return c, nil
		}
		known = append(known, pluginPrefix+c.Name)
	}
	return nil, fmt.Errorf("%s serves no cloud: call it by one of the names %s", filepath.Base(program), strings.Join(known, ", "))
}

// Options say where a served cloud keeps what it has.
type Options struct {
	// CloudDir is the directory of the simulated clouds' state.
	CloudDir string
	// BinDir is the directory of the sandbox's tools.
	BinDir string
	// Engine is the address of the engine; the provider ends when the engine does.
	Engine string
}

// Serve answers the engine until the engine is gone or ctx ends. started gets the port.
func Serve(ctx context.Context, cloud *Cloud, o Options, started func(port int)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if o.Engine != "" {
		const period = 5 * time.Second // an engine that was killed leaves its providers for no longer than this
		if err := rpcutil.Healthcheck(ctx, o.Engine, period, cancel); err != nil {
			return fmt.Errorf("the engine at %s does not answer: %w", o.Engine, err)
		}
	}
	p := NewProvider(cloud, store.Open(o.CloudDir), NewLocalControlPlanes(o.BinDir, o.CloudDir))
	stop := make(chan bool)
	context.AfterFunc(ctx, func() { p.stopNow(); close(stop) })
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(s *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(s, p)
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("the simulated %s cannot listen: %w", cloud.Name, err)
	}
	started(handle.Port)
	return <-handle.Done
}
