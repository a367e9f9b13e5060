package tests

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	awsec2 "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	pulumires "github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"

	"github.com/ai-now/platform/clusters/clustertest"
	"github.com/ai-now/platform/stacks"
)

// planned is a resource of a stack as the engine would show it to the policy pack.
type planned struct {
	urn, kind, name, provider string
	// inputs are what the program asks for, outputs what the clouds would answer.
	inputs, outputs pulumires.PropertyMap
	// dependencies are the URNs that the value of a property comes from.
	dependencies map[string][]string
}

// planProd runs the program of the prod stack without an engine and returns what it asks for, by type and name.
func planProd(t testing.TB) []*planned {
	t.Helper()
	values := prodConfig(t)
	p := &planner{}
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		p.ctx = ctx
		return stacks.Deploy(ctx)
	}, pulumi.WithMocks("ai-now", "prod", p), func(info *pulumi.RunInfo) { info.Config = values }))
	slices.SortFunc(p.resources, func(a, b *planned) int { return strings.Compare(a.kind+" "+a.name, b.kind+" "+b.name) })
	return p.resources
}

// prodConfig is the configuration of the prod stack as the engine hands it on.
func prodConfig(t testing.TB) map[string]string {
	t.Helper()
	project, err := workspace.LoadProject("../Pulumi.yaml")
	require.NoError(t, err)
	settings, err := workspace.LoadProjectStack(nil, project, "../Pulumi.prod.yaml")
	require.NoError(t, err)
	values := map[string]string{}
	for key, value := range settings.Config {
		values[key.String()], err = value.Value(config.NopDecrypter)
		require.NoError(t, err)
	}
	return values
}

// planner answers a program as the clouds do, and remembers what it asks for.
type planner struct {
	clouds clustertest.Recorder

	mu        sync.Mutex
	ctx       *pulumi.Context
	resources []*planned
	component *pulumirpc.RegisterResourceRequest
}

// The component pulumi-eks and the cluster inside it, which are made outside of the program.
const (
	eksComponent = "eks:index:Cluster"
	eksCluster   = "aws:eks/cluster:Cluster"
)

func (p *planner) Call(args pulumi.MockCallArgs) (pulumires.PropertyMap, error) {
	return p.clouds.Call(args)
}

func (p *planner) NewResource(args pulumi.MockResourceArgs) (string, pulumires.PropertyMap, error) {
	if args.TypeToken == eksComponent {
		outputs, err := p.newComponent(args)
		return "", outputs, err
	}
	asked := args.RegisterRPC
	r := &planned{
		kind: args.TypeToken, name: args.Name, urn: urnOf(asked),
		dependencies: dependenciesOf(asked),
	}
	r.provider, _ = cutLast(asked.GetProvider(), "::")
	if args.TypeToken == eksCluster {
		inputs, err := p.transformed(args.Inputs, asked)
		if err != nil {
			return "", nil, err
		}
		args.Inputs = inputs
		r.dependencies["vpcConfig"] = dependenciesOf(p.component)["subnetIds"]
	}
	id, outputs, err := p.clouds.NewResource(args)
	if err != nil {
		return "", nil, err
	}
	r.inputs, r.outputs = args.Inputs, outputs.Copy()
	r.outputs["id"] = pulumires.NewProperty(id)
	if args.TypeToken == eksCluster {
		for _, asAsked := range []pulumires.PropertyKey{"vpcConfig", "accessConfig"} {
			r.outputs[asAsked] = r.inputs[asAsked]
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resources = append(p.resources, r)
	return id, outputs, nil
}

// newComponent makes of the component's arguments what pulumi-eks makes of them, as far as a rule looks at it.
// https://github.com/pulumi/pulumi-eks/blob/v2.8.1/nodejs/eks/cluster.ts
func (p *planner) newComponent(args pulumi.MockResourceArgs) (pulumires.PropertyMap, error) {
	p.component = args.RegisterRPC
	in := args.Inputs
	tags := pulumi.StringMap{}
	for key, value := range in["tags"].ObjectValue() {
		tags[string(key)] = pulumi.String(value.StringValue())
	}
	group, err := awsec2.NewSecurityGroup(p.ctx, args.Name+"-eksClusterSecurityGroup", &awsec2.SecurityGroupArgs{
		VpcId: text(in["vpcId"]), RevokeRulesOnDelete: pulumi.Bool(true), Tags: tags,
	})
	if err != nil {
		return nil, err
	}
	cluster, err := awseks.NewCluster(p.ctx, args.Name+"-eksCluster", &awseks.ClusterArgs{
		Name: text(in["name"]), Version: text(in["version"]), RoleArn: pulumi.String("arn:aws:iam::123456789012:role/eks"), Tags: tags,
		EnabledClusterLogTypes: texts(in["enabledClusterLogTypes"]),
		VpcConfig: awseks.ClusterVpcConfigArgs{
			SecurityGroupIds: pulumi.StringArray{group.ID()}, SubnetIds: texts(in["subnetIds"]),
			EndpointPrivateAccess: pulumi.Bool(in["endpointPrivateAccess"].BoolValue()),
			EndpointPublicAccess:  pulumi.Bool(in["endpointPublicAccess"].BoolValue()),
			PublicAccessCidrs:     texts(in["publicAccessCidrs"]),
		},
		EncryptionConfig: awseks.ClusterEncryptionConfigArgs{
			Resources: pulumi.ToStringArray([]string{"secrets"}),
			Provider:  awseks.ClusterEncryptionConfigProviderArgs{KeyArn: text(in["encryptionConfigKeyArn"])},
		},
		KubernetesNetworkConfig: awseks.ClusterKubernetesNetworkConfigArgs{
			IpFamily: pulumi.String("ipv4"), ServiceIpv4Cidr: text(in["kubernetesServiceIpAddressRange"]),
		},
		AccessConfig: awseks.ClusterAccessConfigArgs{
			AuthenticationMode:                      text(in["authenticationMode"]),
			BootstrapClusterCreatorAdminPermissions: pulumi.Bool(true),
		},
	})
	if err != nil {
		return nil, err
	}
	urn := make(chan pulumires.URN, 1)
	cluster.URN().ApplyT(func(u pulumi.URN) string {
		urn <- pulumires.URN(u)
		return ""
	})
	outputs := in.Copy()
	outputs["eksCluster"] = pulumires.MakeCustomResourceReference(<-urn, pulumires.ID(args.Name+"-eksCluster-id"), "")
	return outputs, nil
}

// transformed asks the program's own functions what to change in the cluster inside the component, as the engine does.
func (p *planner) transformed(inputs pulumires.PropertyMap, asked *pulumirpc.RegisterResourceRequest) (pulumires.PropertyMap, error) {
	for _, function := range p.component.GetTransforms() {
		properties, err := plugin.MarshalProperties(inputs, everything)
		if err != nil {
			return nil, err
		}
		request, err := proto.Marshal(&pulumirpc.TransformRequest{
			Type: asked.GetType(), Name: asked.GetName(), Custom: true, Parent: urnOf(p.component), Properties: properties,
			Options: &pulumirpc.TransformResourceOptions{},
		})
		if err != nil {
			return nil, err
		}
		conn, err := grpc.NewClient(function.GetTarget(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return nil, err
		}
		answer, err := pulumirpc.NewCallbacksClient(conn).Invoke(context.Background(),
			&pulumirpc.CallbackInvokeRequest{Token: function.GetToken(), Request: request})
		_ = conn.Close()
		if err != nil {
			return nil, err
		}
		var changed pulumirpc.TransformResponse
		if err := proto.Unmarshal(answer.GetResponse(), &changed); err != nil {
			return nil, err
		}
		if changed.GetProperties() == nil {
			continue
		}
		if inputs, err = plugin.UnmarshalProperties(changed.GetProperties(), everything); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

// everything leaves nothing out of properties on their way.
var everything = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true}

func urnOf(asked *pulumirpc.RegisterResourceRequest) string {
	parent := pulumires.URN(asked.GetParent())
	typ := ""
	if parent != "" && parent.QualifiedType() != pulumires.RootStackType {
		typ = string(parent.QualifiedType()) + "$"
	}
	return "urn:pulumi:prod::ai-now::" + typ + asked.GetType() + "::" + asked.GetName()
}

func dependenciesOf(asked *pulumirpc.RegisterResourceRequest) map[string][]string {
	all := map[string][]string{}
	for property, on := range asked.GetPropertyDependencies() {
		all[property] = slices.Sorted(slices.Values(on.GetUrns()))
	}
	return all
}

// cutLast cuts a text around the last place of a separator.
func cutLast(text, at string) (before, after string) {
	i := strings.LastIndex(text, at)
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i+len(at):]
}

func text(v pulumires.PropertyValue) pulumi.String { return pulumi.String(v.StringValue()) }

func texts(v pulumires.PropertyValue) pulumi.StringArray {
	var list pulumi.StringArray
	for _, e := range v.ArrayValue() {
		list = append(list, text(e))
	}
	return list
}

// changed is a copy of the resource with its inputs, and what the cloud answers, changed.
func (r *planned) changed(change func(pulumires.PropertyMap)) *planned {
	other := *r
	other.dependencies = maps.Clone(r.dependencies)
	other.inputs, other.outputs = deepCopy(r.inputs), deepCopy(r.outputs)
	change(other.inputs)
	change(other.outputs)
	return &other
}

func deepCopy(m pulumires.PropertyMap) pulumires.PropertyMap {
	sent, err := plugin.MarshalProperties(m, everything)
	if err != nil {
		panic(err)
	}
	back, err := plugin.UnmarshalProperties(sent, everything)
	if err != nil {
		panic(err)
	}
	return back
}
