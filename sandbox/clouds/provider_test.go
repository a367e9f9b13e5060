package clouds

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

func TestAResourceLivesThroughCreateUpdateReadDelete(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	vpc := e.create(awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16", "tags": props.Object{"Name": "net"}})
	require.Regexp(t, `^vpc-0[0-9a-f]{16}$`, vpc.id)
	require.Equal(t, "arn:aws:ec2:eu-west-1:123456789012:vpc/"+vpc.id, vpc.outputs["arn"])
	require.Equal(t, true, vpc.outputs["enableDnsSupport"], "defaults are in the outputs")

	updated := e.update(vpc, props.Object{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true})
	require.Equal(t, true, updated.outputs["enableDnsHostnames"])
	require.NotContains(t, updated.outputs, "tags", "what the program took out is gone")
	require.Equal(t, vpc.outputs["arn"], updated.outputs["arn"], "what the cloud computed stays")

	again, gone := e.read(updated)
	require.False(t, gone)
	require.Equal(t, updated, again, "a refresh without a change changes nothing")
	require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(again, props.Object{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true}).GetChanges())

	e.delete(again)
	_, gone = e.read(again)
	require.True(t, gone)
	e.delete(again) // a second time is no error
}

func TestPreviewLeavesUnknownWhatOnlyTheCloudKnows(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	out := e.preview(awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16", "tags": props.Object{"a": "b"}})
	require.True(t, props.IsUnknown(out["arn"]))
	require.True(t, props.IsUnknown(out["enableDnsHostnames"]), "left out, and the cloud decides")
	require.Equal(t, "10.0.0.0/16", out["cidrBlock"])
	require.Equal(t, "default", out["instanceTenancy"], "a default is known")
	require.Equal(t, props.Object{"a": "b"}, out["tagsAll"], "the provider knows all tags before it creates")
	objects, err := e.store.List(awsVPCType)
	require.NoError(t, err)
	require.Empty(t, objects, "a preview makes nothing")

	cluster := e.preview(awsEKSClusterType, "c", props.Object{
		"roleArn": props.Unknown, "vpcConfig": props.Object{"subnetIds": []any{props.Unknown}},
	})
	require.True(t, props.IsUnknown(props.Get(cluster, "vpcConfig.clusterSecurityGroupId")))
	require.Equal(t, true, props.Get(cluster, "vpcConfig.endpointPublicAccess"))
	require.Empty(t, e.planes.planes, "a preview starts nothing")
}

func TestUpdatePreviewKeepsWhatStays(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	lt := e.create(awsLaunchTemplateType, "lt", props.Object{"instanceType": "m6i.large"})
	p, err := e.tryUpdate(lt, props.Object{"instanceType": "m6i.xlarge"}, true)
	require.NoError(t, err)
	require.True(t, props.IsUnknown(p.outputs["latestVersion"]))
	require.Equal(t, lt.outputs["arn"], p.outputs["arn"])
	lt = e.update(lt, props.Object{"instanceType": "m6i.xlarge"})
	require.InDelta(t, 2, lt.outputs["latestVersion"], 0)
}

func TestNamesAreGeneratedAsTheProvidersDo(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	cases := []struct {
		name, typ, property, resource string
		e                             *engine
		in                            props.Object
		want                          string
	}{
		{"aws: name, hyphen, seven digits", awsRoleType, "name", "Nodes", s.aws(), props.Object{"assumeRolePolicy": `{"Statement":[]}`}, `^Nodes-[0-9a-f]{7}$`},
		{"aws: a node group's own property", awsNodeGroupType, "nodeGroupName", "general", s.aws(), props.Object{
			"clusterName": "c", "nodeRoleArn": "r", "scalingConfig": props.Object{"minSize": 1, "maxSize": 1, "desiredSize": 1}, "subnetIds": []any{"s"},
		}, `^general-[0-9a-f]{7}$`},
		{"aws: an alias has its prefix", awsAliasType, "name", "eks", s.aws(), props.Object{"targetKeyId": "k"}, `^alias/eks-[0-9a-f]{7}$`},
		{"gcp: lower case", gcpNetworkType, "name", "Net", s.gcp(), props.Object{}, `^net-[0-9a-f]{7}$`},
		{"digitalocean", doVPCType, "name", "net", s.digitalOcean(), props.Object{"region": "fra1"}, `^net-[0-9a-f]{7}$`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first, failures := c.e.check(c.typ, c.resource, nil, c.in)
			require.Empty(t, failures)
			name := props.Str(first, c.property)
			require.Regexp(t, c.want, name)
			second, _ := c.e.check(c.typ, c.resource, nil, c.in)
			require.Equal(t, name, second[c.property], "the same seed gives the same name, in the update as in the preview")
			third, _ := c.e.check(c.typ, c.resource, props.Object{c.property: "was-1234567", defaultsKey: []any{c.property}}, c.in)
			require.Equal(t, "was-1234567", third[c.property], "a generated name is kept")
			fourth, _ := c.e.check(c.typ, c.resource, props.Object{c.property: "chosen", defaultsKey: []any{}}, c.in)
			require.Equal(t, name, fourth[c.property], "a name that the program gave and took away is not kept")
		})
	}
}

func TestAutonamingFollowsTheConfiguration(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	check := func(o *pulumirpc.CheckRequest_AutonamingOptions) *pulumirpc.CheckResponse {
		r, err := e.client.Check(t.Context(), &pulumirpc.CheckRequest{
			Urn: urn(awsLaunchTemplateType, "lt"), News: e.encode(nil), RandomSeed: seed, Autonaming: o,
		})
		require.NoError(t, err)
		return r
	}
	r := check(&pulumirpc.CheckRequest_AutonamingOptions{ProposedName: "org-lt", Mode: pulumirpc.CheckRequest_AutonamingOptions_ENFORCE})
	require.Equal(t, "org-lt", e.decode(r.GetInputs())["name"])
	r = check(&pulumirpc.CheckRequest_AutonamingOptions{Mode: pulumirpc.CheckRequest_AutonamingOptions_DISABLE})
	require.Len(t, r.GetFailures(), 1)
	require.Contains(t, r.GetFailures()[0].GetReason(), "give it one")
}

func TestDiffSaysWhatChangesAndWhatReplaces(t *testing.T) {
	t.Parallel()
	kinds := map[string]pulumirpc.PropertyDiff_Kind{
		"add": pulumirpc.PropertyDiff_ADD, "delete": pulumirpc.PropertyDiff_DELETE, "update": pulumirpc.PropertyDiff_UPDATE,
		"update, replace": pulumirpc.PropertyDiff_UPDATE_REPLACE, "add, replace": pulumirpc.PropertyDiff_ADD_REPLACE, "delete, replace": pulumirpc.PropertyDiff_DELETE_REPLACE,
	}
	cases := []struct {
		name    string
		t       *Type
		old, in props.Object
		want    map[string]string
		first   bool // delete before replace
	}{
		{name: "the same is no change", t: awsVPC, old: props.Object{"cidrBlock": "10.0.0.0/16"}, in: props.Object{"cidrBlock": "10.0.0.0/16"}},
		{name: "a default that is spelled out is no change", t: awsVPC, old: props.Object{}, in: props.Object{"enableDnsSupport": true}},
		{name: "a value other than the default is one", t: awsVPC, old: props.Object{}, in: props.Object{"enableDnsSupport": false}, want: map[string]string{"enableDnsSupport": "update"}},
		{name: "an immutable input replaces", t: awsVPC, old: props.Object{"cidrBlock": "10.0.0.0/16"}, in: props.Object{"cidrBlock": "10.1.0.0/16"}, want: map[string]string{"cidrBlock": "update, replace"}},
		{name: "what is not known yet may replace", t: awsSubnet, old: props.Object{"vpcId": "vpc-1"}, in: props.Object{"vpcId": props.Unknown}, want: map[string]string{"vpcId": "update, replace"}},
		{name: "tags are compared one by one", t: awsVPC, old: props.Object{"tags": props.Object{"a": "1", "b": "2"}}, in: props.Object{"tags": props.Object{"a": "2", "kubernetes.io/role/elb": "1"}}, want: map[string]string{
			"tags.a": "update", "tags.b": "delete", `tags["kubernetes.io/role/elb"]`: "add",
		}},
		{name: "the order of a set means nothing", t: awsEKSCluster, old: props.Object{"vpcConfig": props.Object{"subnetIds": []any{"a", "b"}}}, in: props.Object{"vpcConfig": props.Object{"subnetIds": []any{"b", "a"}}}},
		{name: "an immutable set replaces", t: awsNodeGroup, old: props.Object{"subnetIds": []any{"a"}}, in: props.Object{"subnetIds": []any{"a", "b"}}, want: map[string]string{"subnetIds": "update, replace"}},
		{name: "a list is compared by position", t: awsNodeGroup, old: props.Object{"instanceTypes": []any{"t3.large"}}, in: props.Object{"instanceTypes": []any{"t3.large", "t3.xlarge"}}, want: map[string]string{"instanceTypes[1]": "add, replace"}},
		{name: "a path in the middle of an object is immutable", t: gcpPool, old: props.Object{"nodeConfig": props.Object{"spot": false, "labels": props.Object{"a": "b"}}}, in: props.Object{"nodeConfig": props.Object{"spot": true, "labels": props.Object{}}}, want: map[string]string{
			"nodeConfig.spot": "update, replace",
		}},
		{name: "what the cloud chose is not taken away", t: awsSubnet, old: props.Object{"availabilityZone": "eu-west-1a"}, in: props.Object{}},
		{name: "an immutable input that goes replaces", t: awsSecurityGroupRule, old: props.Object{"cidrBlocks": []any{"10.0.0.0/8"}}, in: props.Object{}, want: map[string]string{"cidrBlocks": "delete, replace"}},
		{name: "a name of the program's is deleted first", t: awsRole, old: props.Object{"name": "n", "path": "/"}, in: props.Object{"name": "n", "path": "/x/"}, want: map[string]string{"path": "update, replace"}, first: true},
		{name: "a generated name is not", t: awsRole, old: props.Object{"name": "n", defaultsKey: []any{"name"}}, in: props.Object{"name": "n", "path": "/x/", defaultsKey: []any{"name"}}, want: map[string]string{"path": "update, replace"}},
		{name: "a new name can come first", t: awsRole, old: props.Object{"name": "n"}, in: props.Object{"name": "m"}, want: map[string]string{"name": "update, replace"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := c.t.diff(c.old, c.in, nil)
			got := map[string]pulumirpc.PropertyDiff_Kind{}
			for path, p := range d.GetDetailedDiff() {
				got[path] = p.GetKind()
				require.True(t, p.GetInputDiff())
			}
			want := map[string]pulumirpc.PropertyDiff_Kind{}
			for path, k := range c.want {
				want[path] = kinds[k]
				if strings.HasSuffix(k, "replace") {
					require.Contains(t, d.GetReplaces(), path)
				}
			}
			require.Equal(t, want, got)
			require.Equal(t, c.first, d.GetDeleteBeforeReplace())
			require.Equal(t, len(want) > 0, d.GetChanges() == pulumirpc.DiffResponse_DIFF_SOME)
		})
	}
}

func TestIgnoredChangesAreIgnored(t *testing.T) {
	t.Parallel()
	old := props.Object{"accessConfig": props.Object{"bootstrapClusterCreatorAdminPermissions": true}}
	in := props.Object{"accessConfig": props.Object{"bootstrapClusterCreatorAdminPermissions": false}}
	require.NotEmpty(t, awsEKSCluster.diff(old, in, nil).GetReplaces())
	require.Empty(t, awsEKSCluster.diff(old, in, []string{"accessConfig.bootstrapClusterCreatorAdminPermissions"}).GetReplaces())
}

func TestAnUnknownTypeOrFunctionIsNamedWithTheWayToAddIt(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	_, err := e.client.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urn("aws:s3/bucket:Bucket", "b"), News: e.encode(nil)})
	require.Equal(t, codes.Unimplemented, status.Code(err))
	require.ErrorContains(t, err, "simulated aws: the type aws:s3/bucket:Bucket is not simulated: add it to sandbox/clouds/aws_….go; see CONTRIBUTING.md")
	_, err = e.invoke("aws:s3/getBucket:getBucket", nil)
	require.ErrorContains(t, err, "the function aws:s3/getBucket:getBucket is not simulated")
}

func TestImportTakesTheInputsFromTheObject(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	in := props.Object{"cidrBlock": "10.0.0.0/16", "tags": props.Object{"Name": "net"}, "enableDnsHostnames": true}
	made := e.create(awsVPCType, "net", in)
	imported, gone := e.read(resourceState{typ: awsVPCType, name: "net", id: made.id})
	require.False(t, gone)
	require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(imported, in).GetChanges(), "a program that says the same has nothing to change: %v", imported.inputs)
	require.NotContains(t, imported.inputs, "arn")
	require.NotContains(t, imported.inputs, "enableDnsSupport", "a default is no input")
	_, gone = e.read(resourceState{typ: awsVPCType, name: "x", id: "vpc-0"})
	require.True(t, gone)
}

func TestPluginInfoIsAboveTheSDKs(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	require.NoError(t, err)
	s := newStack(t)
	for _, c := range All() {
		e := s.provider(c, props.Object{"region": "eu-west-1"})
		info, err := e.client.GetPluginInfo(t.Context(), &emptypb.Empty{})
		require.NoError(t, err)
		m := regexp.MustCompile(`pulumi-` + c.Name + `/sdk/v\d+ v(\d+)\.(\d+)\.`).FindStringSubmatch(string(mod))
		require.Len(t, m, 3, c.Name)
		require.True(t, strings.HasPrefix(info.GetVersion(), m[1]+"."), "%s: major version %s", c.Name, m[1])
		require.Greater(t, strings.Split(info.GetVersion(), ".")[1], m[2])
		schema, err := e.client.GetSchema(t.Context(), &pulumirpc.GetSchemaRequest{})
		require.NoError(t, err)
		require.Contains(t, schema.GetSchema(), `"name":"`+c.Name+`"`)
	}
}

func TestAProviderWithoutARegionIsRefused(t *testing.T) {
	for _, v := range AWS.RegionFrom {
		t.Setenv(v, "")
	}
	p := NewProvider(AWS, nil, nil)
	_, err := p.Configure(t.Context(), &pulumirpc.ConfigureRequest{})
	require.ErrorContains(t, err, "simulated aws: the provider has no region")
	t.Setenv("AWS_REGION", "eu-central-1")
	_, err = p.Configure(t.Context(), &pulumirpc.ConfigureRequest{})
	require.NoError(t, err)
	require.Equal(t, "eu-central-1", p.env.Region)
}

func TestDefaultTagsAreInTagsAll(t *testing.T) {
	t.Parallel()
	e := newStack(t).provider(AWS, props.Object{"region": "eu-west-1", "defaultTags": `{"tags":{"team":"platform","Name":"default"}}`})
	vpc := e.create(awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16", "tags": props.Object{"Name": "net"}})
	require.Equal(t, props.Object{"team": "platform", "Name": "net"}, vpc.outputs["tagsAll"])
}

func TestCancelEndsWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	p := NewProvider(AWS, nil, nil)
	ctx, done := p.call(context.Background())
	defer done()
	_, err := p.Cancel(t.Context(), &emptypb.Empty{})
	require.NoError(t, err)
	<-ctx.Done()
}
