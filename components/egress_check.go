package components

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/ai-now/platform/clusters/check"
)

// metadataRanges are where the metadata services of all clouds are, and what
// else speaks to its own node only: whoever reaches them from a pod has the
// rights of the node.
//
// The services are 169.254.169.254 on AWS, Google Cloud and DigitalOcean,
// fd00:ec2::254 and fd20:ce::254 by IPv6; GKE's own is 169.254.169.252, and EKS
// gives pods credentials at 169.254.170.23 and fd00:ec2::23. A workload with an
// identity is let through to the one it needs.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
// https://cloud.google.com/compute/docs/metadata/querying-metadata
// https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
// https://docs.digitalocean.com/products/droplets/how-to/access-metadata/
var metadataRanges = []netip.Prefix{
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("fd00:ec2::/32"),
	netip.MustParsePrefix("fd20:ce::/32"),
}

// metadataNames are the names of Google's, with whatever is below them:
// https://cloud.google.com/compute/docs/metadata/querying-metadata
var metadataNames = []string{"google.internal", "metadata.goog"}

// within is true if an inner range is part of an outer one that is larger.
func within(inner, outer netip.Prefix) bool {
	return inner.Bits() > outer.Bits() && outer.Contains(inner.Addr())
}

// except lists what a network leaves out, in the order of its addresses.
func (a *SecureNamespaceArgs) except(cidr string) []string {
	outer, err := netip.ParsePrefix(cidr)
	if err != nil {
		return nil
	}
	all := slices.Clone(metadataRanges)
	for _, text := range a.ClusterRanges {
		if own, err := netip.ParsePrefix(text); err == nil {
			all = append(all, own)
		}
	}
	slices.SortFunc(all, netip.Prefix.Compare)
	var out []string
	for _, inner := range slices.Compact(all) {
		if within(inner, outer) {
			out = append(out, inner.String())
		}
	}
	return out
}

func (a *SecureNamespaceArgs) checkEgress(list *check.List) {
	for i, e := range a.Egress {
		path := fmt.Sprintf("egress[%d]", i)
		named := 0
		for _, set := range []bool{e.CIDR != "", e.Namespace != "", len(e.Names) > 0} {
			if set {
				named++
			}
		}
		if named != 1 {
			list.Add(path, nil, "does not name one destination", "name a network, a namespace or DNS names; each has a rule of its own")
		}
		if e.CIDR != "" {
			checkBlock(list, path+".cidr", e.CIDR)
		}
		if e.Namespace != "" {
			a.checkPeer(list, path+".namespace", e.Namespace)
		}
		if len(e.Names) > 0 && !a.DomainPolicies {
			list.Add(path+".names", nil, "cannot be declared in this cluster", "declare the addresses under cidr")
		}
		for j, name := range e.Names {
			checkDomain(list, fmt.Sprintf("%s.names[%d]", path, j), name)
		}
		checkPorts(list, path, e.Ports, e.Protocol)
	}
}

func (a *SecureNamespaceArgs) checkIngress(list *check.List) {
	for i, in := range a.Ingress {
		path := fmt.Sprintf("ingress[%d]", i)
		a.checkPeer(list, path+".namespace", in.Namespace)
		checkPorts(list, path, in.Ports, in.Protocol)
	}
}

func (a *SecureNamespaceArgs) checkPeer(list *check.List, path, namespace string) {
	if namespace != "" && namespace == a.Namespace {
		list.Add(path, namespace, "is the namespace itself, whose pods reach each other anyway", "remove it")
		return
	}
	list.DNSLabel(path, namespace, 63)
}

func checkBlock(list *check.List, path, cidr string) {
	prefix, err := netip.ParsePrefix(cidr)
	switch {
	case err != nil || prefix.Addr().Is4In6():
		list.Add(path, cidr, "is not a network in CIDR notation", "write it as 203.0.113.0/24; one address ends with /32")
	case prefix != prefix.Masked():
		list.Add(path, cidr, "does not begin with the network's first address", "write "+prefix.Masked().String())
	case slices.ContainsFunc(metadataRanges, func(m netip.Prefix) bool { return m == prefix || within(prefix, m) }):
		list.Add(path, cidr, "is where the metadata service of the node is, which gives out the node's rights",
			"remove it; give the workload rights of its own in the cloud, under identities of the cluster")
	}
}

func isPattern(name string) bool { return strings.HasPrefix(name, "*.") }

func checkDomain(list *check.List, path, name string) {
	domain := strings.TrimPrefix(name, "*.")
	switch {
	case len(validation.IsDNS1123Subdomain(domain)) > 0 || !strings.Contains(domain, "."):
		list.Add(path, name, "is not a full DNS name", "write it as api.example.com, or as *.example.com for all names one label below")
	case slices.ContainsFunc(metadataNames, func(m string) bool { return domain == m || strings.HasSuffix(domain, "."+m) }):
		list.Add(path, name, "is the name of the metadata service of the node, which gives out the node's rights",
			"remove it; give the workload rights of its own in the cloud, under identities of the cluster")
	}
}

// checkPorts checks the ports of a destination or source.
func checkPorts(list *check.List, path string, ports []int, protocol string) {
	if len(ports) == 0 {
		list.Missing(path+".ports", "name the ports, such as [443]")
	}
	for i, n := range ports {
		at := fmt.Sprintf("%s.ports[%d]", path, i)
		switch {
		case n < 1 || n > 65535:
			list.Add(at, n, "is not a port", "use 1 to 65535")
		case slices.Contains(ports[:i], n):
			list.Add(at, n, "is named twice", "name each once")
		}
	}
	if protocol != "" {
		list.OneOf(path+".protocol", protocol, Protocols)
	}
}
