package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// DigitalOcean is the table of the digitalocean provider.
//
// Inputs, defaults and what replaces a resource: the schemas in
// github.com/digitalocean/terraform-provider-digitalocean, digitalocean, a folder per service.
var DigitalOcean = &Cloud{
	Name: "digitalocean",
	// Above the SDK in go.mod, or the engine warns.
	Version: "4.99.0",
	Source:  "sandbox/clouds/digitalocean_….go",
	Types: []*Type{
		doVPC, doFirewall, doTag, doRegistry, doRegistryCredentials, doBucket, doBucketPolicy, doSpacesKey,
		doDomain, doRecord, doProject, doProjectResources, doCluster, doPool,
	},
	Functions: map[string]Function{
		"digitalocean:index/getKubernetesVersions:getKubernetesVersions": doVersions,
	},
}

// doRegions are the datacenters that take DOKS clusters and VPCs.
// Source: docs.digitalocean.com/platform/regional-availability.
var doRegions = []string{"ams3", "atl1", "blr1", "fra1", "lon1", "nyc1", "nyc2", "nyc3", "sfo2", "sfo3", "sgp1", "syd1", "tor1"}

func doCheckRegion(o props.Object) []Failure {
	r := props.Str(o, "region")
	if r == "" || slices.Contains(doRegions, strings.ToLower(r)) {
		return nil
	}
	return []Failure{{"region", fmt.Sprintf("%q is no region of DigitalOcean: use one of %s", r, strings.Join(doRegions, ", "))}}
}

const doVPCType = "digitalocean:index/vpc:Vpc"

var doVPC = &Type{
	Token: doVPCType, Noun: "VPC",
	Does:             "refuses a second VPC of the same name, ranges that overlap, and the deletion of a VPC with clusters in it",
	Autoname:         &Autoname{Property: "name"},
	Required:         []string{"region"},
	Immutable:        []string{"region", "ipRange"},
	OptionalComputed: []string{"ipRange"},
	Computed:         []string{"vpcUrn", "default", "createdAt"},
	Check: func(c *Call) []Failure {
		// A VPC has between 16 and 65536 addresses: docs.digitalocean.com/products/networking/vpc/details/limits.
		return append(doCheckRegion(c.Props), checkCIDR(c.Props, "ipRange", 16, 28)...)
	},
	Create: func(c *Call) (string, error) {
		others, err := c.Others(doVPCType, func(*store.Object) bool { return true })
		if err != nil {
			return "", err
		}
		if props.Str(c.Props, "ipRange") == "" {
			c.Props["ipRange"] = doFreeRange(others)
		}
		mine := prefix(props.Str(c.Props, "ipRange"))
		for _, o := range others {
			if props.Str(o.Properties, "name") == props.Str(c.Props, "name") {
				return "", c.Errorf("422 unprocessable_entity: there is a VPC with the name %q", props.Str(c.Props, "name"))
			}
			if r := props.Str(o.Properties, "ipRange"); mine.Overlaps(prefix(r)) {
				return "", c.Errorf("422 unprocessable_entity: the range %s overlaps with %s of the VPC %q", mine, r, props.Str(o.Properties, "name"))
			}
		}
		id := uuid()
		c.Props["vpcUrn"], c.Props["default"], c.Props["createdAt"] = "do:vpc:"+id, false, c.Now().String()
		return id, nil
	},
	Delete: func(c *Call) error {
		in, err := c.Others(doClusterType, func(o *store.Object) bool { return props.Str(o.Properties, "vpcUuid") == c.ID })
		if err != nil || len(in) == 0 {
			return err
		}
		return c.Errorf("403 forbidden: the VPC %s still has members: cluster %q", c.ID, props.Str(in[0].Properties, "name"))
	},
}

// doFreeRange gives a VPC without a range one of the /20 ranges of 10.0.0.0/8.
func doFreeRange(others []*store.Object) string {
	for n := range 1 << 12 {
		p := prefix(fmt.Sprintf("10.%d.%d.0/20", 100+n>>4&0x7f, n&0xf<<4))
		if !slices.ContainsFunc(others, func(o *store.Object) bool { return p.Overlaps(prefix(props.Str(o.Properties, "ipRange"))) }) {
			return p.String()
		}
	}
	return "10.100.0.0/20" // taken, and refused as such
}
