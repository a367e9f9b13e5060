package clouds

import (
	"errors"
	"os"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

func TestAChangeInTheConsoleIsSeenByARefreshAndRepaired(t *testing.T) {
	t.Parallel()
	in := props.Object{"cidrBlock": "10.0.0.0/16", "tags": props.Object{"team": "platform"}}
	cases := []struct {
		name string
		edit func(o props.Object)
		want map[string]pulumirpc.PropertyDiff_Kind
	}{
		{"a tag that changed", func(o props.Object) { o["tags"] = props.Object{"team": "x"} }, map[string]pulumirpc.PropertyDiff_Kind{"tags.team": pulumirpc.PropertyDiff_UPDATE}},
		{"a tag that came", func(o props.Object) { o["tags"] = props.Object{"team": "platform", "by": "hand"} }, map[string]pulumirpc.PropertyDiff_Kind{"tags.by": pulumirpc.PropertyDiff_DELETE}},
		{"a tag that went", func(o props.Object) { delete(o, "tags") }, map[string]pulumirpc.PropertyDiff_Kind{"tags": pulumirpc.PropertyDiff_ADD}},
		{"a setting the program does not mention, off its default", func(o props.Object) { o["enableDnsSupport"] = false }, map[string]pulumirpc.PropertyDiff_Kind{"enableDnsSupport": pulumirpc.PropertyDiff_UPDATE}},
		{"an immutable setting", func(o props.Object) { o["cidrBlock"] = "10.9.0.0/16" }, map[string]pulumirpc.PropertyDiff_Kind{"cidrBlock": pulumirpc.PropertyDiff_UPDATE_REPLACE}},
		{"an output is no drift of inputs", func(o props.Object) { o["ownerId"] = "1" }, map[string]pulumirpc.PropertyDiff_Kind{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := newAWS(t)
			vpc := e.create(awsVPCType, "net", in)
			o, err := e.store.Get(awsVPCType, vpc.id)
			require.NoError(t, err)
			c.edit(o.Properties)
			require.NoError(t, e.store.Put(o))
			now, gone := e.read(vpc)
			require.False(t, gone)
			d := e.diff(now, in)
			got := map[string]pulumirpc.PropertyDiff_Kind{}
			for path, p := range d.GetDetailedDiff() {
				got[path] = p.GetKind()
			}
			require.Equal(t, c.want, got)
			if len(d.GetReplaces()) > 0 {
				return
			}
			repaired := e.update(now, in)
			again, _ := e.read(repaired)
			require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(again, in).GetChanges())
		})
	}
}

func TestAFileThatSomebodyBrokeIsNamed(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	vpc := e.create(awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16"})
	path := e.store.Path(awsVPCType, vpc.id)
	require.NoError(t, os.WriteFile(path, []byte("{\n  \"type\": oops\n}"), 0o600))
	_, err := e.client.Read(t.Context(), &pulumirpc.ReadRequest{Id: vpc.id, Urn: vpc.urn()})
	require.ErrorContains(t, err, path)
	require.ErrorContains(t, err, "line 2")
}

func TestADeletedFileIsADeletedResource(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	vpc := e.create(awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16"})
	require.NoError(t, os.Remove(e.store.Path(awsVPCType, vpc.id)))
	_, err := e.tryUpdate(vpc, props.Object{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true}, false)
	require.ErrorContains(t, err, "somebody deleted it; refresh the stack")
	_, gone := e.read(vpc)
	require.True(t, gone)
}

func TestAClusterDeletedInTheConsoleTakesItsControlPlaneWithIt(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	c := e.create(doClusterType, "c", doksInputs())
	require.NoError(t, e.store.Delete(doClusterType, c.id))
	_, gone := e.read(c)
	require.True(t, gone)
	require.Equal(t, []string{props.Str(c.outputs, "name")}, e.planes.removed)
}

func TestAPoolResizedInTheConsoleHasItsNodesAtTheNextLook(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	c := e.create(doClusterType, "c", doksInputs())
	pool := e.create(doPoolType, "general", props.Object{"clusterId": c.id, "size": "s-4vcpu-8gb", "nodeCount": 1})
	name := props.Str(c.outputs, "name")
	require.Len(t, e.nodes(name), 3)
	require.NoError(t, e.store.SetField(doPoolType, pool.id, "nodeCount", 4))
	now, _ := e.read(pool)
	require.Len(t, e.nodes(name), 6)
	require.Contains(t, e.diff(now, props.Object{"clusterId": c.id, "size": "s-4vcpu-8gb", "nodeCount": 1}).GetDetailedDiff(), "nodeCount")
	require.NoError(t, e.store.Delete(doPoolType, pool.id))
	_, gone := e.read(now)
	require.True(t, gone)
	require.Len(t, e.nodes(name), 2)
}

func TestAnInterruptedUpdateLeavesNothingInTheWay(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	in := props.Object{"name": "nodes", "assumeRolePolicy": `{"Statement":[]}`}
	left := e.create(awsRoleType, "nodes", in) // and the engine was killed before it wrote that down
	again := e.create(awsRoleType, "nodes", in)
	require.Equal(t, left.id, again.id)

	// Once the engine has mentioned it, it is the engine's.
	e.diff(again, in)
	_, err := e.tryCreate(awsRoleType, "nodes", in)
	require.ErrorContains(t, err, "EntityAlreadyExists")
}

func TestAClusterThatDoesNotStartLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	e.planes.started = func(string) error { return errors.New("the port is taken") }
	_, err := e.tryCreate(doClusterType, "c", doksInputs())
	require.ErrorContains(t, err, "simulated digitalocean: the control plane of cluster")
	require.ErrorContains(t, err, "the port is taken")
	objects, err := e.store.List(doClusterType)
	require.NoError(t, err)
	require.Empty(t, objects)
	require.Len(t, e.planes.removed, 1)
}
