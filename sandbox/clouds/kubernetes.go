package clouds

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"regexp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
	"github.com/ai-now/platform/sandbox/localcluster"
)

// Release is the Kubernetes release of the control planes, whatever version a program asks for.
const Release = "1.35.4"

// clusterTypes are the managed clusters of all clouds. Their names share one directory of control planes.
var clusterTypes = []string{
	"aws:eks/cluster:Cluster", "gcp:container/cluster:Cluster", "digitalocean:index/kubernetesCluster:KubernetesCluster",
}

// ClusterNames lists the clusters that exist in the store, by the names of their control planes.
func ClusterNames(st *store.Store) ([]string, error) {
	var out []string
	for _, t := range clusterTypes {
		objects, err := st.List(t)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			out = append(out, props.Str(o.Properties, "name"))
		}
	}
	return out, nil
}

var clusterName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9-]*$`)

// freeClusterName refuses a name that a cluster of any cloud has.
func freeClusterName(c *Call, name, taken string) error {
	if !clusterName.MatchString(name) {
		return c.Errorf("%q is no name for a cluster: letters, digits and hyphens, beginning with a letter or digit", name)
	}
	for _, t := range clusterTypes {
		same, err := c.Others(t, func(o *store.Object) bool { return props.Str(o.Properties, "name") == name })
		if err != nil {
			return err
		}
		switch {
		case len(same) == 0:
		case t == c.Type.Token:
			return c.Errorf("%s", taken)
		default:
			return c.Errorf("there is a %s with the name %q: in the sandbox the names of clusters are unique over all clouds", t, name)
		}
	}
	return nil
}

// clusterLock is the Exclusive of cluster types: one operation at a time on one name.
func clusterLock(c *Call) string { return "cluster-" + props.Str(c.Props, "name") }

// startPlane runs the control plane behind a cluster.
func startPlane(ctx context.Context, c *Call) (*localcluster.Access, error) {
	name := props.Str(c.Props, "name")
	access, err := c.Planes.Start(ctx, name)
	if err != nil {
		return nil, c.Errorf("the control plane of cluster %q did not start: %v", name, err)
	}
	return access, nil
}

// removePlane is the Remove of cluster types.
func removePlane(ctx context.Context, c *Call) error {
	name := props.Str(c.Props, "name")
	if name == "" {
		return nil
	}
	if err := c.Planes.Remove(ctx, name); err != nil {
		return c.Errorf("the control plane of cluster %q did not end: %v", name, err)
	}
	return nil
}

func ca64(a *localcluster.Access) string { return base64.StdEncoding.EncodeToString(a.CA) }

// applyPool makes the nodes of a pool. A cluster that is gone has no nodes to make.
func applyPool(ctx context.Context, c *Call, cluster string, pool nodes.Pool) ([]string, error) {
	unlock, err := c.Store.Lock(ctx, "nodes-"+cluster) // pools of one cluster share names and addresses
	if err != nil {
		return nil, err
	}
	defer unlock()
	client, err := c.Planes.Nodes(cluster)
	if err != nil {
		return nil, c.Errorf("cluster %q does not answer: %v", cluster, err)
	}
	names, err := nodes.Reconcile(ctx, client, pool)
	if err != nil {
		return nil, c.Errorf("cluster %q: %v", cluster, err)
	}
	return names, nil
}

// removePool deletes the nodes of a pool. With the cluster gone they are gone, too.
func removePool(ctx context.Context, c *Call, cluster string, selector nodes.Label) error {
	client, err := c.Planes.Nodes(cluster)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return c.Errorf("cluster %q does not answer: %v", cluster, err)
	}
	if err := nodes.Remove(ctx, client, selector); err != nil {
		return c.Errorf("cluster %q: %v", cluster, err)
	}
	return nil
}

// observePool brings nodes in line with a pool that somebody edited; a cluster that is down is left alone.
func observePool(realize func(context.Context, *Call) error) func(context.Context, *Call) error {
	return func(ctx context.Context, c *Call) error {
		d := *c
		d.Props = props.Clone(c.Props)
		if err := realize(ctx, &d); err == nil {
			c.Props = asObject(d.Props)
		}
		return nil
	}
}

// taintEffects maps the effects of the clouds' APIs to those of Kubernetes.
var taintEffects = map[string]corev1.TaintEffect{
	"NO_SCHEDULE": corev1.TaintEffectNoSchedule, "NO_EXECUTE": corev1.TaintEffectNoExecute, "PREFER_NO_SCHEDULE": corev1.TaintEffectPreferNoSchedule,
	"NoSchedule": corev1.TaintEffectNoSchedule, "NoExecute": corev1.TaintEffectNoExecute, "PreferNoSchedule": corev1.TaintEffectPreferNoSchedule,
}

// taints reads the taints at path.
func taints(o props.Object, path string) []corev1.Taint {
	var out []corev1.Taint
	for _, t := range props.Objects(o, path) {
		out = append(out, corev1.Taint{Key: props.Str(t, "key"), Value: props.Str(t, "value"), Effect: taintEffects[props.Str(t, "effect")]})
	}
	return out
}

// checkTaints finds effects that the cloud does not have; allowed are the names in its API.
func checkTaints(o props.Object, path string, allowed ...string) []Failure {
	var out []Failure
	for i, t := range props.Objects(o, path) {
		e := props.Str(t, "effect")
		if e == "" && props.HasUnknown(t["effect"]) {
			continue
		}
		ok := false
		for _, a := range allowed {
			ok = ok || a == e
		}
		if !ok {
			out = append(out, Failure{props.Index(path, i) + ".effect", fmt.Sprintf("%q is no effect of a taint: use %s", e, strings.Join(allowed, ", "))})
		}
	}
	return out
}

// checkMachine finds an instance type that the cloud does not have.
func checkMachine(catalog *nodes.Catalog, o props.Object, path string) []Failure {
	name := props.Str(o, path)
	if name == "" {
		return nil
	}
	if _, err := catalog.Find(name); err != nil {
		return []Failure{{path, err.Error()}}
	}
	return nil
}

var minorVersion = regexp.MustCompile(`^1\.(\d+)`)

// minor is the minor number of a Kubernetes version.
func minor(version string) (int, bool) {
	m := minorVersion.FindStringSubmatch(strings.TrimPrefix(version, "v"))
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}

// upgradable refuses what no managed Kubernetes does: to go back, or over a minor version.
func upgradable(c *Call, from, to string) error {
	before, ok := minor(from)
	after, ok2 := minor(to)
	switch {
	case !ok || !ok2 || before == after:
		return nil
	case after < before:
		return c.Errorf("a cluster cannot go back from Kubernetes %s to %s", from, to)
	case after > before+1:
		return c.Errorf("a cluster cannot go from Kubernetes %s to %s at once: one minor version at a time", from, to)
	}
	return nil
}

// randomHex is n random hexadecimal digits.
func randomHex(n int) string {
	b := make([]byte, (n+1)/2)
	_, _ = rand.Read(b) // never fails, by its documentation
	return hex.EncodeToString(b)[:n]
}

// randomDigits is n random decimal digits, the first of them not 0.
func randomDigits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	if b[0] == '0' {
		b[0] = '1'
	}
	return string(b)
}

// uuid is a random identifier in the form of RFC 9562, version 4.
func uuid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return formatUUID(b)
}

// uuidFrom is the identifier that the same parts always give.
func uuidFrom(parts ...any) string {
	b := make([]byte, 16)
	binary.BigEndian.PutUint64(b, hashed(parts...))
	binary.BigEndian.PutUint64(b[8:], hashed(append(parts, "second half")...))
	return formatUUID(b)
}

func formatUUID(b []byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// hashed turns its parts into a number that is always the same.
func hashed(parts ...any) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		fmt.Fprintf(h, "%v\x00", p)
	}
	return h.Sum64()
}

// hashedName turns its parts into n characters of an alphabet.
func hashedName(n int, alphabet string, parts ...any) string {
	v := hashed(parts...)
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[v%uint64(len(alphabet))]
		v /= uint64(len(alphabet))
		if v == 0 {
			v = hashed(append(parts, i)...)
		}
	}
	return string(b)
}

const alphanumeric = "abcdefghijklmnopqrstuvwxyz0123456789"

// dashed writes an address as part of a host name.
func dashed(ip string) string { return strings.NewReplacer(".", "-", ":", "-").Replace(ip) }
