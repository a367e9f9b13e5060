package clouds

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// eksName is the form of a cluster's name: docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html.
var eksName = regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`)

var eksLogTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

func eksCheckCluster(c *Call) []Failure {
	var f []Failure
	if n := props.Str(c.Props, "name"); n != "" && !eksName.MatchString(n) {
		f = append(f, Failure{"name", fmt.Sprintf("%q must have 1 to 100 letters, digits, hyphens and underscores, a letter or digit first", n)})
	}
	if v := props.Str(c.Props, "version"); v != "" && !regexp.MustCompile(`^1\.\d+$`).MatchString(v) {
		f = append(f, Failure{"version", fmt.Sprintf("%q is no version of EKS: a minor version such as 1.35", v)})
	}
	if m := props.Str(c.Props, "accessConfig.authenticationMode"); m != "" && !slices.Contains(eksModes, m) {
		f = append(f, Failure{"accessConfig.authenticationMode", fmt.Sprintf("%q is none of %s", m, strings.Join(eksModes, ", "))})
	}
	for i, l := range props.StrList(c.Props, "enabledClusterLogTypes") {
		if !slices.Contains(eksLogTypes, l) {
			f = append(f, Failure{props.Index("enabledClusterLogTypes", i), fmt.Sprintf("%q is none of %s", l, strings.Join(eksLogTypes, ", "))})
		}
	}
	public, known := props.Get(c.Props, "vpcConfig.endpointPublicAccess").(bool)
	if private, ok := props.Get(c.Props, "vpcConfig.endpointPrivateAccess").(bool); ok && known && !public && !private {
		f = append(f, Failure{"vpcConfig.endpointPublicAccess", "a cluster needs public or private access to its endpoint"})
	}
	f = append(f, awsOneOf(c.Props, "upgradePolicy.supportType", "STANDARD", "EXTENDED")...)
	f = append(f, awsOneOf(c.Props, "kubernetesNetworkConfig.ipFamily", "ipv4", "ipv6")...)
	for i := range props.List(c.Props, "encryptionConfig.resources") {
		f = append(f, awsOneOf(c.Props, props.Index("encryptionConfig.resources", i), "secrets")...)
	}
	f = append(f, checkCIDR(c.Props, "kubernetesNetworkConfig.serviceIpv4Cidr", 12, 24)...)
	if s := prefix(props.Str(c.Props, "kubernetesNetworkConfig.serviceIpv4Cidr")); s.IsValid() && !s.Addr().IsPrivate() {
		f = append(f, Failure{"kubernetesNetworkConfig.serviceIpv4Cidr", fmt.Sprintf("%s is in none of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16", s)})
	}
	return append(f, eksCheckAccess(c.Props)...)
}

// eksCheckAccess finds ranges that EKS refuses, and halves of EKS Auto Mode.
func eksCheckAccess(o props.Object) []Failure {
	var f []Failure
	for i, s := range props.StrList(o, "vpcConfig.publicAccessCidrs") {
		if p, err := netip.ParsePrefix(s); err != nil || p.Masked() != p {
			f = append(f, Failure{props.Index("vpcConfig.publicAccessCidrs", i), fmt.Sprintf("%q is no range of addresses such as 192.0.2.0/24", s)})
		}
	}
	if n := len(props.List(o, "vpcConfig.publicAccessCidrs")); n > 40 { // docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
		f = append(f, Failure{"vpcConfig.publicAccessCidrs", fmt.Sprintf("has %d ranges: 40 at most", n)})
	}
	compute, balance, storage := props.Bool(o, "computeConfig.enabled"), props.Bool(o, "kubernetesNetworkConfig.elasticLoadBalancing.enabled"), props.Bool(o, "storageConfig.blockStorage.enabled")
	if compute != balance || compute != storage {
		f = append(f, Failure{"computeConfig.enabled", "computeConfig.enabled, kubernetesNetworkConfig.elasticLoadBalancing.enabled and storageConfig.blockStorage.enabled must all be true or all false"})
	}
	return f
}
