package clustertest

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ai-now/platform/clusters/spec"
)

// DOKS returns the arguments of a highly available cluster on DigitalOcean.
func DOKS() *spec.Cluster {
	return &spec.Cluster{
		Cloud: "digitalocean", Region: "fra1", Version: "1.35",
		HighlyAvailable: true, APIServerAccess: []string{"203.0.113.0/24"},
		Network:   spec.Network{Nodes: "10.32.0.0/20", Pods: "10.36.0.0/16", Services: "10.37.0.0/20"},
		NodePools: Pools("s-2vcpu-4gb"), Owner: Owner,
	}
}

// Token is the credential in what DigitalOcean answers in the tests.
const Token = "dop_v1_not_for_eyes" //nolint:gosec // no credential, but looks like one for the tests

var digitalOceanComputed = map[string]computation{
	"digitalocean:index/kubernetesCluster:KubernetesCluster": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{
			"endpoint":   "https://" + name + ".k8s.example.com",
			"clusterUrn": "do:kubernetes:" + name,
			"kubeConfigs": []any{map[string]any{
				"rawConfig": "apiVersion: v1\nkind: Config\nusers: [{name: admin, user: {token: " + Token + "}}]\n",
			}},
		}
	},
	"digitalocean:index/containerRegistry:ContainerRegistry": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"name": name, "endpoint": "registry.digitalocean.com/" + name}
	},
	"digitalocean:index/spacesBucket:SpacesBucket": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"name": name, "bucketUrn": "do:space:" + name}
	},
	"digitalocean:index/spacesKey:SpacesKey": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"accessKey": "DO-" + name, "secretKey": Token}
	},
	"digitalocean:index/domain:Domain": func(_ string, in resource.PropertyMap) map[string]any {
		return map[string]any{"domainUrn": "do:domain:" + in["name"].StringValue()}
	},
}
