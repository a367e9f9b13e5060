// Package clustertest runs a Pulumi program without an engine and records the
// resources it asks for. It answers like the clouds do, as far as this project
// looks at the answers.
package clustertest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/check"
)

// Resource is a resource the program asked for.
type Resource struct {
	Type, Name string
	Inputs     resource.PropertyMap
	// Options of the registration.
	IgnoreChanges, SecretOutputs []string
	CreateTimeout                string
	Protect                      bool
	// Retain is true if it stays in the cloud when the program lets it go.
	Retain bool
	// CreateFirst is true if the program asks for a new one before the old goes.
	CreateFirst bool
	// Dependencies are the names of the resources it waits for.
	Dependencies []string
	// Transforms is how many functions change it and its children on their way.
	Transforms int
}

// Value returns the input at a path such as nodeConfig.shieldedInstanceConfig.enableSecureBoot
// or taints[0].effect, without secret marks, and nil if there is none.
func (r Resource) Value(path string) any {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return nil
	}
	value, ok := parsed.Get(resource.NewProperty(r.Inputs))
	if !ok {
		return nil
	}
	return open(value)
}

// RequireValues makes sure of the resource's inputs, by path.
func (r Resource) RequireValues(t *testing.T, want map[string]any) {
	t.Helper()
	for path, value := range want {
		require.Equal(t, value, r.Value(path), "%s of %s %s", path, r.Type, r.Name)
	}
}

// Secret is true if the input is marked as a secret.
func (r Resource) Secret(input string) bool {
	return r.Inputs[resource.PropertyKey(input)].IsSecret()
}

func open(v resource.PropertyValue) any {
	return v.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return open(v.SecretValue().Element), true
		}
		return nil, false
	})
}

// Recorder is what a program asked for.
type Recorder struct {
	mu        sync.Mutex
	resources []Resource
	ctx       *pulumi.Context
	// Config of the stack, by full key.
	Config map[string]string
	// Stack is the name of the stack; empty means test.
	Stack string
}

// Run runs a program and returns its error.
func (r *Recorder) Run(program pulumi.RunFunc) error {
	stack := r.Stack
	if stack == "" {
		stack = "test"
	}
	return pulumi.RunErr(func(ctx *pulumi.Context) error {
		r.ctx = ctx
		return program(ctx)
	}, pulumi.WithMocks("ai-now", stack, r), func(info *pulumi.RunInfo) {
		info.Config = maps.Clone(r.Config)
	})
}

// All returns the resources, sorted by type and name.
func (r *Recorder) All() []Resource {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := slices.Clone(r.resources)
	slices.SortFunc(all, func(a, b Resource) int {
		return strings.Compare(a.Type+" "+a.Name, b.Type+" "+b.Name)
	})
	return all
}

// Of returns the resources of a type, sorted by name.
func (r *Recorder) Of(kind string) []Resource {
	return slices.DeleteFunc(r.All(), func(res Resource) bool { return res.Type != kind })
}

// Names lists the resources of a type.
func (r *Recorder) Names(kind string) []string {
	var all []string
	for _, res := range r.Of(kind) {
		all = append(all, res.Name)
	}
	return all
}

// One returns the resource of a type and name; there must be exactly one.
func (r *Recorder) One(t *testing.T, kind, name string) Resource {
	t.Helper()
	found := slices.DeleteFunc(r.Of(kind), func(res Resource) bool { return res.Name != name })
	require.Len(t, found, 1, "resources %s called %s", kind, name)
	return found[0]
}

// RequireRefused makes sure that a program ends with a [*check.Error] whose mistakes have these paths, each with a hint, and
// that it registers nothing before it does.
func RequireRefused(t *testing.T, program pulumi.RunFunc, paths []string) {
	t.Helper()
	r := &Recorder{}
	err := r.Run(program)
	var wrong *check.Error
	require.ErrorAs(t, err, &wrong)
	var found []string
	for _, m := range wrong.Mistakes {
		found = append(found, m.Path)
		require.NotEmpty(t, m.Hint, "what to do about %s", m.Path)
	}
	require.Equal(t, paths, found)
	require.Empty(t, r.All(), "nothing is registered")
}

// Call answers the functions of the clouds.
func (r *Recorder) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	if args.Token == "digitalocean:index/getKubernetesVersions:getKubernetesVersions" {
		prefix := args.Args["versionPrefix"].StringValue()
		latest := ""
		if prefix != "1.99." {
			latest = prefix + "1-do.0"
		}
		return properties(map[string]any{
			"id": "versions", "latestVersion": latest, "validVersions": []any{"1.35.1-do.0"}, "versionPrefix": prefix,
		}), nil
	}
	if answer, known := awsFunctions[args.Token]; known {
		return properties(answer(args.Args)), nil
	}
	if answer, known := gcpFunctions[args.Token]; known {
		return properties(answer(args.Args)), nil
	}
	return nil, fmt.Errorf("function %s is not known to the tests", args.Token)
}

// NewResource records a resource and answers with its inputs and what the cloud
// would compute.
func (r *Recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	recorded := Resource{Type: args.TypeToken, Name: args.Name, Inputs: args.Inputs}
	if rpc := args.RegisterRPC; rpc != nil {
		recorded.IgnoreChanges = rpc.GetIgnoreChanges()
		recorded.SecretOutputs = rpc.GetAdditionalSecretOutputs()
		recorded.CreateTimeout = rpc.GetCustomTimeouts().GetCreate()
		recorded.Protect = rpc.GetProtect()
		recorded.Retain = rpc.GetRetainOnDelete()
		recorded.Transforms = len(rpc.GetTransforms())
		recorded.CreateFirst = rpc.GetDeleteBeforeReplaceDefined() && !rpc.GetDeleteBeforeReplace()
		for _, urn := range rpc.GetDependencies() {
			recorded.Dependencies = append(recorded.Dependencies, resource.URN(urn).Name())
		}
	}
	r.mu.Lock()
	r.resources = append(r.resources, recorded)
	r.mu.Unlock()

	state := args.Inputs.Copy()
	if compute := computed[args.TypeToken]; compute != nil {
		maps.Copy(state, properties(compute(args.Name, args.Inputs)))
	}
	if args.TypeToken == "eks:index:Cluster" {
		reference, err := r.eksCluster(args.Name, args.Inputs)
		if err != nil {
			return "", nil, err
		}
		state["eksCluster"] = reference
	}
	return args.Name + "-id", state, nil
}

// eksCluster makes the cluster inside the pulumi-eks component, which runs
// outside the program.
func (r *Recorder) eksCluster(name string, in resource.PropertyMap) (resource.PropertyValue, error) {
	text := func(key resource.PropertyKey) pulumi.String {
		if v := in[key]; v.IsString() {
			return pulumi.String(v.StringValue())
		}
		return ""
	}
	cluster, err := awseks.NewCluster(r.ctx, name+"-eksCluster", &awseks.ClusterArgs{
		Name: text("name"), Version: text("version"), RoleArn: pulumi.String("arn:aws:iam::123456789012:role/eks"),
		VpcConfig: awseks.ClusterVpcConfigArgs{SubnetIds: pulumi.StringArray{}},
	})
	if err != nil {
		return resource.PropertyValue{}, err
	}
	urn := make(chan string, 1)
	cluster.URN().ApplyT(func(u pulumi.URN) string {
		urn <- string(u)
		return ""
	})
	return resource.MakeCustomResourceReference(resource.URN(<-urn), resource.ID(name+"-eksCluster-id"), ""), nil
}

// ca is what stands for a certificate authority in the tests.
const ca = "Q0E="

// computation returns the outputs of a resource that are not inputs.
type computation func(name string, in resource.PropertyMap) map[string]any

// computed lists them by type, cloud by cloud.
var computed = merge(awsComputed, gcpComputed, digitalOceanComputed)

func merge(tables ...map[string]computation) map[string]computation {
	all := map[string]computation{}
	for _, table := range tables {
		maps.Copy(all, table)
	}
	return all
}

func arn(name string, _ resource.PropertyMap) map[string]any {
	return map[string]any{"arn": "arn:aws:example:::" + name}
}

func selfLink(name string, _ resource.PropertyMap) map[string]any {
	return map[string]any{"selfLink": "https://www.googleapis.com/compute/v1/" + name}
}

func properties(m map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(m)
}
