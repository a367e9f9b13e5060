package clouds

import (
	"context"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// gkeNetwork checks the cluster's place in its network and takes its ranges from there.
func gkeNetwork(c *Call) error {
	network := props.Str(c.Props, "network")
	if network == "default" {
		setDefaults(c.Props, props.Object{"clusterIpv4Cidr": "10.244.0.0/14", "servicesIpv4Cidr": "34.118.224.0/20", "subnetwork": "default"})
		return nil
	}
	if _, err := gcpResolve(c, gcpNetworkType, network); err != nil {
		return err
	}
	if props.Str(c.Props, "subnetwork") == "" {
		return nil
	}
	sub, err := gcpResolve(c, gcpSubnetworkType, props.Str(c.Props, "subnetwork"))
	if err != nil {
		return err
	}
	if r := props.Str(sub.Properties, "region"); r != gcpRegionOf(props.Str(c.Props, "location")) {
		return c.Errorf("badRequest: the subnetwork '%s' is in %s, the cluster in %s", sub.ID, r, props.Str(c.Props, "location"))
	}
	named := map[string]string{}
	for _, r := range props.Objects(sub.Properties, "secondaryIpRanges") {
		named[props.Str(r, "rangeName")] = props.Str(r, "ipCidrRange")
	}
	for policy, output := range map[string]string{"clusterSecondaryRangeName": "clusterIpv4Cidr", "servicesSecondaryRangeName": "servicesIpv4Cidr"} {
		want := props.Str(c.Props, "ipAllocationPolicy."+policy)
		if want == "" {
			continue
		}
		cidr, ok := named[want]
		if !ok {
			return c.Errorf("badRequest: the subnetwork '%s' has no secondary range '%s'", sub.ID, want)
		}
		c.Props[output] = cidr
	}
	master := prefix(props.Str(c.Props, "privateClusterConfig.masterIpv4CidrBlock"))
	for _, r := range gcpRanges(sub.Properties) {
		if master.Overlaps(r) {
			return c.Errorf("badRequest: the range %s of the control plane conflicts with the range %s of the subnetwork '%s'", master, r, sub.ID)
		}
	}
	return nil
}

func gkeRealizeCluster(ctx context.Context, c *Call) error {
	access, err := startPlane(ctx, c)
	if err != nil {
		return err
	}
	// GKE gives an address without a scheme.
	c.Props["endpoint"] = strings.TrimPrefix(access.Server, "https://")
	auth := props.Map(c.Props, "masterAuth")
	if auth == nil {
		auth = props.Object{}
	}
	auth["clusterCaCertificate"], auth["clientCertificate"], auth["clientKey"] = ca64(access), "", ""
	setDefaults(auth, props.Object{"clientCertificateConfig": props.Object{"issueClientCertificate": false}})
	c.Props["masterAuth"] = auth
	if p := props.Map(c.Props, "privateClusterConfig"); p != nil {
		p["privateEndpoint"], p["publicEndpoint"], p["peeringName"] = c.Props["endpoint"], c.Props["endpoint"], ""
	}
	return gkeDefaultPool(ctx, c)
}

// gkeDefaultPool makes the nodes of the pool that a cluster comes with.
func gkeDefaultPool(ctx context.Context, c *Call) error {
	count := props.IntOr(c.Props, "initialNodeCount", 0)
	if props.Bool(c.Props, "removeDefaultNodePool") {
		count = 0
	}
	if count == 0 && c.Old == nil {
		return nil
	}
	pool := props.Object{"name": "default-pool", "nodeConfig": c.Props["nodeConfig"], "nodeLocations": c.Props["nodeLocations"]}
	_, err := gkeMakeNodes(ctx, c, c.Props, pool, count)
	return err
}
