package clouds

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/yaml"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
	"github.com/ai-now/platform/sandbox/localcluster"
)

const doClusterType = "digitalocean:index/kubernetesCluster:KubernetesCluster"

var doCluster = &Type{
	Token: doClusterType, Noun: "Kubernetes cluster",
	Does:      "runs a control plane and the nodes of its default pool; the kubeconfig reaches it; refuses registryIntegration without a registry; an older version replaces it",
	Autoname:  &Autoname{Property: "name"},
	Required:  []string{"region", "version", "nodePool", "nodePool.name", "nodePool.size"},
	Immutable: []string{"region", "vpcUuid", "workerSubnetUuid", "clusterSubnet", "serviceSubnet", "nodePool.size"},
	Defaults:  props.Object{"surgeUpgrade": true, "registryIntegration": false, "destroyAllAssociatedResources": false, "nodePool.autoScale": false},
	OptionalComputed: []string{
		"ha", "vpcUuid", "clusterSubnet", "serviceSubnet", "maintenancePolicy", "routingAgent", "controlPlaneFirewall",
		"corednsAutoscaler", "amdGpuDevicePlugin", "amdGpuDeviceMetricsExporterPlugin", "nvidiaGpuDevicePlugin", "rdmaSharedDevicePlugin", "ssos",
	},
	Computed: []string{
		"clusterUrn", "createdAt", "updatedAt", "endpoint", "ipv4Address", "kubeConfigs", "status",
		"nodePool.id", "nodePool.actualNodeCount", "nodePool.nodes", "maintenancePolicy.duration",
	},
	Maps: []string{"nodePool.labels"}, Sets: []string{"tags", "nodePool.tags", "nodePool.taints"},
	Secret:    []string{"kubeConfigs"},
	WriteOnly: []string{"destroyAllAssociatedResources", "kubeconfigExpireSeconds"},
	Exclusive: clusterLock,
	Replaced: func(old, in props.Object) []string {
		// The provider's CustomizeDiff: to go back to an older version is to make a new cluster.
		if from, ok := doksRelease(props.Str(old, "version")); ok {
			if to, ok := doksRelease(props.Str(in, "version")); ok && slices.Compare(to, from) < 0 {
				return []string{"version"}
			}
		}
		return nil
	},
	Check: func(c *Call) []Failure {
		f := append(doCheckRegion(c.Props), doCheckPool(c.Props, "nodePool.")...)
		f = append(f, doCheckCluster(c.Props)...)
		f = append(f, checkCIDR(c.Props, "clusterSubnet", 8, 20)...)
		f = append(f, checkCIDR(c.Props, "serviceSubnet", 8, 22)...)
		if v := props.Str(c.Props, "version"); v != "" {
			if _, err := doksVersion(v); err != nil {
				f = append(f, Failure{"version", err.Error()})
			}
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		if err := freeClusterName(c, name, fmt.Sprintf("422 unprocessable_entity: a cluster with the name %q exists", name)); err != nil {
			return "", err
		}
		if err := doPlace(c); err != nil {
			return "", err
		}
		if err := doRegistryThere(c); err != nil {
			return "", err
		}
		id, pool := uuid(), props.Map(c.Props, "nodePool")
		pool["id"] = uuid()
		setDefaults(c.Props, props.Object{
			"ha": false, "autoUpgrade": false,
			"maintenancePolicy": props.Object{"day": "any", "startTime": "00:00", "duration": "4h0m0s"},
			// What DOKS gives a cluster that asks for nothing: docs.digitalocean.com/products/kubernetes/details/features.
			"clusterSubnet": "10.244.0.0/16", "serviceSubnet": "10.245.0.0/16",
		})
		now := c.Timestamp()
		c.Props["clusterUrn"], c.Props["createdAt"], c.Props["updatedAt"], c.Props["status"] = "do:kubernetes:"+id, now, now, "running"
		return id, doSetVersion(c)
	},
	Update: func(c *Call) error {
		c.Props["updatedAt"] = c.Timestamp()
		if err := doSetVersion(c); err != nil {
			return err
		}
		if err := doRegistryThere(c); err != nil {
			return err
		}
		if err := doDefaultPoolName(c); err != nil {
			return err
		}
		if was, is := props.Bool(c.Old, "ha"), props.Bool(c.Props, "ha"); was && !is {
			return c.Errorf("422 unprocessable_entity: high availability cannot be taken from a control plane that has it")
		}
		return upgradable(c, props.Str(c.Old, "version"), props.Str(c.Props, "version"))
	},
	Realize: doRealizeCluster,
	Observe: observePool(doDefaultPool),
	Remove:  removePlane,
}

// doRegistryThere refuses the integration with a registry that the account does not have.
func doRegistryThere(c *Call) error {
	if !props.Bool(c.Props, "registryIntegration") {
		return nil
	}
	found, err := c.Others(doRegistryType, func(*store.Object) bool { return true })
	if err != nil || len(found) > 0 {
		return err
	}
	return c.Errorf("404 not_found: registryIntegration is on and the account has no container registry: make one first")
}

// doDefaultPoolName refuses a name of the default pool that another pool has.
func doDefaultPoolName(c *Call) error {
	name := props.Str(c.Props, "nodePool.name")
	same, err := c.Others(doPoolType, func(o *store.Object) bool {
		return props.Str(o.Properties, "clusterId") == c.ID && props.Str(o.Properties, "name") == name
	})
	if err != nil || len(same) == 0 {
		return err
	}
	return c.Errorf("422 unprocessable_entity: the cluster %q has a node pool %q", props.Str(c.Props, "name"), name)
}

// doPlace finds the cluster's VPC, and refuses one of another region.
func doPlace(c *Call) error {
	id := props.Str(c.Props, "vpcUuid")
	if id == "" {
		c.Props["vpcUuid"] = uuidFrom("default VPC", props.Str(c.Props, "region")) // every region has one
		return nil
	}
	vpc, err := c.Find(doVPCType, id, "404 not_found")
	if err != nil {
		return err
	}
	if r := props.Str(vpc.Properties, "region"); r != props.Str(c.Props, "region") {
		return c.Errorf("422 unprocessable_entity: the VPC %s is in %s, the cluster in %s", id, r, props.Str(c.Props, "region"))
	}
	for _, k := range []string{"clusterSubnet", "serviceSubnet"} {
		if r := props.Str(vpc.Properties, "ipRange"); prefix(props.Str(c.Props, k)).Overlaps(prefix(r)) {
			return c.Errorf("422 unprocessable_entity: %s %s overlaps with the range %s of the VPC", k, props.Str(c.Props, k), r)
		}
	}
	return nil
}

func doRealizeCluster(ctx context.Context, c *Call) error {
	access, err := startPlane(ctx, c)
	if err != nil {
		return err
	}
	c.Props["endpoint"], c.Props["ipv4Address"] = access.Server, "127.0.0.1"
	config, err := doKubeconfig(c, access)
	if err != nil {
		return err
	}
	c.Props["kubeConfigs"] = []any{config}
	return doDefaultPool(ctx, c)
}

// doKubeconfig is the credential that the provider returns: a token of a week, and a file with it.
func doKubeconfig(c *Call, a *localcluster.Access) (props.Object, error) {
	const week = 7 * 24 * time.Hour // docs.digitalocean.com/products/kubernetes/how-to/connect-to-cluster
	cluster := fmt.Sprintf("do-%s-%s", props.Str(c.Props, "region"), a.Name)
	user := cluster + "-admin"
	raw, err := yaml.Marshal(props.Object{
		"apiVersion": "v1", "kind": "Config", "current-context": cluster,
		"clusters": []any{props.Object{"name": cluster, "cluster": props.Object{"certificate-authority-data": ca64(a), "server": a.Server}}},
		"contexts": []any{props.Object{"name": cluster, "context": props.Object{"cluster": cluster, "user": user}}},
		"users":    []any{props.Object{"name": user, "user": props.Object{"token": a.Token}}},
	})
	if err != nil {
		return nil, c.Errorf("kubeconfig of %q: %v", a.Name, err)
	}
	return props.Object{
		"rawConfig": string(raw), "host": a.Server, "clusterCaCertificate": ca64(a), "token": a.Token,
		"clientCertificate": "", "clientKey": "", "expiresAt": c.Now().Add(week).Format(time.RFC3339),
	}, nil
}
