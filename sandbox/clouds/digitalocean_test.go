package clouds

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

func TestDigitalOceanFindsMistakesBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	rule := props.Object{"protocol": "tcp", "portRange": "443", "sourceAddresses": []any{"10.0.0.0/8"}}
	cluster := func(more props.Object) props.Object { return with(doksInputs(), more) }
	pool := props.Object{"clusterId": "c", "size": "s-2vcpu-4gb"}
	cases := []mistake{
		{"a firewall that is right", doFirewallType, props.Object{"inboundRules": []any{rule}}, ""},
		{"a firewall without rules", doFirewallType, props.Object{}, "a firewall needs a rule"},
		{"a rule without ports", doFirewallType, props.Object{"inboundRules": []any{with(rule, props.Object{"portRange": nil})}}, "the protocol tcp needs portRange"},
		{"a rule from nowhere", doFirewallType, props.Object{"inboundRules": []any{with(rule, props.Object{"sourceAddresses": []any{}})}}, "a rule needs one of sourceAddresses"},
		{"a tag with a space", doTagType, props.Object{"name": "a b"}, "is no tag"},
		{"a tier that is none", doRegistryType, props.Object{"subscriptionTierSlug": "free"}, `"free" is none of starter, basic, professional`},
		{"a region without registries", doRegistryType, props.Object{"subscriptionTierSlug": "basic", "region": "lon1"}, `"lon1" is none of`},
		{"a region without Spaces", doBucketType, props.Object{"region": "nyc1"}, `"nyc1" is none of`},
		{"a policy that is no JSON", doBucketPolicyType, props.Object{"bucket": "b", "region": "fra1", "policy": "{"}, "is not valid JSON"},
		{"full access to one bucket", doSpacesKey.Token, props.Object{"grants": []any{props.Object{"bucket": "b", "permission": "fullaccess"}}}, "fullaccess is for all buckets"},
		{"a mail exchange without priority", doRecordType, props.Object{"domain": "example.com", "type": "MX", "value": "mail.example.com."}, "needs priority"},
		{"a name without its dot", doRecordType, props.Object{"domain": "example.com", "type": "CNAME", "value": "www.example.com"}, "must end with a dot"},
		{"a day that is none", doClusterType, cluster(props.Object{"maintenancePolicy": props.Object{"day": "weekend"}}), `"weekend" is none of any, monday`},
		{"a half hour", doClusterType, cluster(props.Object{"maintenancePolicy": props.Object{"day": "sunday", "startTime": "04:30"}}), "is no full hour"},
		{"a firewall that lets nobody in", doClusterType, cluster(props.Object{"controlPlaneFirewall": props.Object{"enabled": true, "allowedAddresses": []any{}}}), "or nobody reaches the control plane"},
		{"a control plane for named addresses", doClusterType, cluster(props.Object{"controlPlaneFirewall": props.Object{"enabled": true, "allowedAddresses": []any{"203.0.113.7", "10.0.0.0/8"}}}), ""},
		{"an expander that is none", doClusterType, cluster(props.Object{"clusterAutoscalerConfigurations": []any{props.Object{"expanders": []any{"cheapest"}}}}), `"cheapest" is none of random, least-waste, priority`},
		{"a pool that scales to nothing", doPoolType, with(pool, props.Object{"autoScale": true, "minNodes": 0, "maxNodes": 3}), ""},
		{"a pool that scales without end", doPoolType, with(pool, props.Object{"autoScale": true, "minNodes": 1}), "needs maxNodes"},
		{"a pool of a fixed size of nothing", doPoolType, with(pool, props.Object{"nodeCount": 0}), "a pool has at least one"},
	}
	requireMistakes(t, newStack(t).digitalOcean(), cases)
}

func TestAClusterIsIntegratedWithTheRegistryOfItsAccount(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	in := with(doksInputs(), props.Object{"name": "main", "registryIntegration": true})
	_, err := e.tryCreate(doClusterType, "c", in)
	require.ErrorContains(t, err, "the account has no container registry: make one first")
	r := e.create(doRegistryType, "r", props.Object{"name": "images", "subscriptionTierSlug": "basic", "region": "fra1"})
	require.Equal(t, "registry.digitalocean.com/images", r.outputs["endpoint"])
	_, err = e.tryCreate(doRegistryType, "r2", props.Object{"name": "more", "subscriptionTierSlug": "basic"})
	require.ErrorContains(t, err, `409 conflict: the account has the registry "images"`)
	c := e.create(doClusterType, "c", in)
	require.ErrorContains(t, e.tryDelete(r), `is integrated with the cluster "main"`)
	e.delete(c)

	login := e.create(doRegistryCredentials.Token, "l", props.Object{"registryName": r.id, "write": true})
	var file struct {
		Auths map[string]struct{ Auth string }
	}
	require.NoError(t, json.Unmarshal([]byte(props.Str(login.outputs, "dockerCredentials")), &file))
	require.NotEmpty(t, file.Auths["registry.digitalocean.com"].Auth)
	e.delete(r)
}

func TestWhatReplacesADOKSCluster(t *testing.T) {
	t.Parallel()
	base := with(doksInputs(), props.Object{"version": "1.34.1-do.2"})
	pool := props.Map(base, "nodePool")
	cases := []struct {
		name string
		in   props.Object
		want []string
	}{
		{"a newer version does not", props.Object{"version": "1.35.4-do.0"}, nil},
		{"a newer build does not", props.Object{"version": "1.34.1-do.3"}, nil},
		{"an older version does", props.Object{"version": "1.33.9-do.0"}, []string{"version"}},
		{"another name does not", props.Object{"name": "other"}, nil},
		{"high availability does not", props.Object{"ha": true}, nil},
		{"another network does", props.Object{"vpcUuid": "a"}, []string{"vpcUuid"}},
		{"another range of pods does", props.Object{"clusterSubnet": "10.0.0.0/16"}, []string{"clusterSubnet"}},
		{"another name of the pool does not", props.Object{"nodePool": with(pool, props.Object{"name": "other"})}, nil},
		{"more nodes do not", props.Object{"nodePool": with(pool, props.Object{"nodeCount": 9})}, nil},
		{"another size of the pool does", props.Object{"nodePool": with(pool, props.Object{"size": "g-2vcpu-8gb"})}, []string{"nodePool.size"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := doCluster.diff(base, with(base, c.in), nil)
			require.NotEmpty(t, d.GetDiffs())
			require.Equal(t, c.want, d.GetReplaces())
		})
	}
}

func TestAPoolOfDOKSIsRenamedInPlaceAndItsNameIsItsOwn(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	c := e.create(doClusterType, "c", with(doksInputs(), props.Object{"name": "main"}))
	in := props.Object{"clusterId": c.id, "name": "general", "size": "s-2vcpu-4gb", "nodeCount": 1}
	p := e.create(doPoolType, "p", in)
	require.Empty(t, e.diff(p, with(in, props.Object{"name": "compute", "labels": props.Object{"a": "b"}, "nodeCount": 2})).GetReplaces())
	require.Equal(t, []string{"size"}, e.diff(p, with(in, props.Object{"size": "c-2"})).GetReplaces())
	_, err := e.tryUpdate(p, with(in, props.Object{"name": props.Str(c.outputs, "nodePool.name")}), false)
	require.ErrorContains(t, err, "has a node pool")
	p = e.update(p, with(in, props.Object{"name": "compute"}))
	names := map[string]int{}
	for _, n := range e.nodes("main") {
		names[n.Labels["doks.digitalocean.com/node-pool"]]++
	}
	require.Equal(t, 1, names["compute"])
	require.Zero(t, names["general"])
	e.delete(p)
}

func TestABucketOfSpacesKeepsItsName(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	in := props.Object{"name": "backups-demo", "region": "fra1", "versioning": props.Object{"enabled": true}, "lifecycleRules": []any{props.Object{"enabled": true, "expiration": props.Object{"days": 30}}}}
	b := e.create(doBucketType, "b", in)
	require.Equal(t, "backups-demo.fra1.digitaloceanspaces.com", b.outputs["bucketDomainName"])
	require.Equal(t, "do:space:backups-demo", b.outputs["bucketUrn"])
	require.Equal(t, []string{"region"}, e.diff(b, with(in, props.Object{"region": "ams3"})).GetReplaces())
	_, err := e.tryUpdate(b, with(in, props.Object{"name": "other-demo"}), false)
	require.ErrorContains(t, err, "the provider neither renames nor replaces it")
	_, err = e.tryCreate(doBucketPolicyType, "p", props.Object{"bucket": "backups-demo", "region": "ams3", "policy": "{}"})
	require.ErrorContains(t, err, "is in fra1, not in ams3")
	k := e.create(doSpacesKey.Token, "k", props.Object{"grants": []any{props.Object{"bucket": "backups-demo", "permission": "readwrite"}}})
	require.Equal(t, k.id, k.outputs["accessKey"])
	_, err = e.tryUpdate(k, props.Object{"grants": []any{props.Object{"bucket": "none", "permission": "read"}}}, false)
	require.ErrorContains(t, err, "NoSuchBucket")
	project := e.create(doProjectType, "demo", props.Object{"resources": []any{b.outputs["bucketUrn"]}})
	_, err = e.tryCreate(doProjectResources.Token, "r", props.Object{"project": project.id, "resources": []any{"do:kubernetes:none"}})
	require.ErrorContains(t, err, "there is no resource do:kubernetes:none")
}

func TestRecordsGoWithTheirDomain(t *testing.T) {
	t.Parallel()
	e := newStack(t).digitalOcean()
	d := e.create(doDomainType, "d", props.Object{"name": "example.com"})
	require.Equal(t, "example.com", d.id)
	www := e.create(doRecordType, "www", props.Object{"domain": d.id, "name": "www", "type": "A", "value": "203.0.113.7"})
	require.Equal(t, "www.example.com", www.outputs["fqdn"])
	_, err := e.tryCreate(doRecordType, "c", props.Object{"domain": d.id, "name": "www", "type": "CNAME", "value": "@"})
	require.ErrorContains(t, err, "a CNAME stands alone")
	e.delete(d)
	_, gone := e.read(www)
	require.True(t, gone)
}
