package clouds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// Provider serves one simulated cloud to the Pulumi engine.
type Provider struct {
	pulumirpc.UnimplementedResourceProviderServer
	cloud *Cloud
	env   Env
	// stop is closed by Cancel; every call under way ends then.
	stop    context.Context
	stopNow context.CancelFunc
}

// NewProvider makes a provider whose cloud keeps its state in st and whose clusters run in planes.
func NewProvider(cloud *Cloud, st *store.Store, planes ControlPlanes) *Provider {
	stop, stopNow := context.WithCancel(context.Background())
	return &Provider{
		cloud: cloud, stop: stop, stopNow: stopNow,
		env: Env{Cloud: cloud.Name, Store: st, Planes: planes, Now: func() time.Time { return time.Now().UTC() }},
	}
}

// GetPluginInfo implements the protocol.
func (p *Provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: p.cloud.Version}, nil
}

// Handshake implements the protocol.
func (p *Provider) Handshake(context.Context, *pulumirpc.ProviderHandshakeRequest) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{AcceptSecrets: true, SupportsAutonamingConfiguration: true}, nil
}

// GetSchema names the types and functions there are; it is no full schema.
func (p *Provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	resources, functions := map[string]struct{}{}, map[string]struct{}{}
	for _, t := range p.cloud.Types {
		resources[t.Token] = struct{}{}
	}
	for f := range p.cloud.Functions {
		functions[f] = struct{}{}
	}
	b, err := json.Marshal(map[string]any{
		"name": p.cloud.Name, "version": p.cloud.Version,
		"description": "simulated: a cloud kept in files for the sandbox",
		"resources":   resources, "functions": functions,
	})
	if err != nil {
		return nil, p.fail(err)
	}
	return &pulumirpc.GetSchemaResponse{Schema: string(b)}, nil
}

// CheckConfig accepts every configuration: Configure reads what it needs of it.
func (p *Provider) CheckConfig(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return &pulumirpc.CheckResponse{Inputs: r.GetNews()}, nil
}

// placement lists the settings of a provider that decide where its resources are.
var placement = []string{"region", "zone", "project"}

// DiffConfig finds a change of place, which makes everything in the provider another resource.
func (p *Provider) DiffConfig(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	old, err := receive(r.GetOlds())
	if err != nil {
		return nil, p.fail(err)
	}
	news, err := receive(r.GetNews())
	if err != nil {
		return nil, p.fail(err)
	}
	d := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}
	for _, k := range placement {
		if before, now := old.Object[k], news.Object[k]; before != nil && now != nil && !props.IsUnknown(now) && !props.Equal(before, now) {
			d.Changes = pulumirpc.DiffResponse_DIFF_SOME
			d.Diffs = append(d.Diffs, k)
			d.Replaces = append(d.Replaces, k)
		}
	}
	return d, nil
}

// Configure reads region, zone, project and default tags; everything else, credentials above all, is ignored and kept nowhere.
func (p *Provider) Configure(_ context.Context, r *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	args, err := receive(r.GetArgs())
	if err != nil {
		return nil, p.fail(err)
	}
	setting := func(key string, variables ...string) string {
		if s := props.Str(args.Object, key); s != "" {
			return s
		}
		for _, v := range variables {
			if s := os.Getenv(v); s != "" {
				return s
			}
		}
		return ""
	}
	p.env.Region = setting("region", p.cloud.RegionFrom...)
	p.env.Zone = setting("zone")
	p.env.Project = setting("project", p.cloud.ProjectFrom...)
	p.env.DefaultTags = defaultTags(args.Object)
	if p.cloud.NeedsRegion && p.env.Region == "" && !props.IsUnknown(args.Object["region"]) {
		return nil, p.fail(p.env.Errorf("the provider has no region: set region in its arguments, or the configuration key %s:region", p.cloud.Name))
	}
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true, SupportsAutonamingConfiguration: true}, nil
}

// defaultTags finds the provider's defaultTags (aws) or defaultLabels (gcp), which
// arrive as JSON in a string from most SDKs.
func defaultTags(args props.Object) map[string]string {
	for _, k := range []string{"defaultTags", "defaultLabels"} {
		if s, ok := args[k].(string); ok {
			var v any
			if json.Unmarshal([]byte(s), &v) == nil {
				args[k] = v
			}
		}
	}
	out := props.StrMap(args, "defaultTags.tags")
	for k, v := range props.StrMap(args, "defaultLabels") {
		out[k] = v
	}
	return out
}

// Cancel ends the calls under way.
func (p *Provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.stopNow()
	return &emptypb.Empty{}, nil
}

// Attach is called by a debugger's engine; there is nothing to attach.
func (p *Provider) Attach(context.Context, *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

// Invoke answers a function.
func (p *Provider) Invoke(_ context.Context, r *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	args, err := receive(r.GetArgs())
	if err != nil {
		return nil, p.fail(err)
	}
	f, ok := p.cloud.Functions[r.GetTok()]
	if !ok {
		return nil, status.Error(codes.Unimplemented, p.env.Errorf(
			"the function %s is not simulated: add it to %s; see CONTRIBUTING.md", r.GetTok(), p.cloud.Source).Error())
	}
	out, err := f(&p.env, args.Object)
	if err != nil {
		return nil, p.fail(err)
	}
	s, err := send(asObject(out))
	if err != nil {
		return nil, p.fail(err)
	}
	return &pulumirpc.InvokeResponse{Return: s}, nil
}

func asObject(o props.Object) props.Object {
	n, _ := props.Normal(o).(props.Object)
	return n
}

// call is the context of a request that Cancel ends, too.
func (p *Provider) call(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	unhook := context.AfterFunc(p.stop, cancel)
	return ctx, func() { unhook(); cancel() }
}

// fail turns an error into one of the protocol.
func (p *Provider) fail(err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	code := codes.Unknown
	if errors.Is(err, context.Canceled) {
		code = codes.Canceled
	}
	return status.Error(code, err.Error())
}

// typeOf finds the row for a request.
func (p *Provider) typeOf(token string) (*Type, error) {
	if t := p.cloud.Type(token); t != nil {
		return t, nil
	}
	return nil, status.Error(codes.Unimplemented, p.env.Errorf(
		"the type %s is not simulated: add it to %s; see CONTRIBUTING.md", token, p.cloud.Source).Error())
}

func (c *Call) String() string { return fmt.Sprintf("%s %s", c.Type.Noun, c.ID) }
