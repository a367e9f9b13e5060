package components

import (
	"slices"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Egress is one destination that the pods of a namespace may go to: exactly one
// of CIDR, Namespace and Names.
type Egress struct {
	// CIDR is a network outside the cluster. The metadata services of the clouds
	// are left out of it.
	CIDR string
	// Namespace of the same cluster.
	Namespace string
	// Names are DNS names, such as api.example.com, or *.example.com for those
	// one label below.
	Names []string
	// Ports there, at least one.
	Ports []int
	// Protocol is TCP or UDP; empty means TCP.
	Protocol string
}

// Ingress is a namespace whose pods may come in. It has to declare that it goes
// there, too.
type Ingress struct {
	// Namespace of the same cluster.
	Namespace string
	// Ports of the pods here, at least one.
	Ports []int
	// Protocol is TCP or UDP; empty means TCP.
	Protocol string
}

const defaultProtocol = "TCP"

// Protocols lists what may be declared.
var Protocols = []string{defaultProtocol, "UDP"}

// declaredTraffic opens what is declared, and nothing if nothing is.
func (o *namespaceObjects) declaredTraffic() ([]pulumi.Resource, error) {
	out := networkingv1.NetworkPolicyEgressRuleArray{}
	for _, e := range o.args.Egress {
		peer := networkingv1.NetworkPolicyPeerArgs{}
		switch {
		case e.CIDR != "":
			peer.IpBlock = o.args.block(e.CIDR)
		case e.Namespace != "":
			peer.NamespaceSelector = namespaceNamed(e.Namespace)
		default:
			continue // by name, below
		}
		out = append(out, networkingv1.NetworkPolicyEgressRuleArgs{
			To: networkingv1.NetworkPolicyPeerArray{peer}, Ports: ports(e.Protocol, e.Ports),
		})
	}
	in := networkingv1.NetworkPolicyIngressRuleArray{}
	for _, i := range o.args.Ingress {
		in = append(in, networkingv1.NetworkPolicyIngressRuleArgs{
			From:  networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{NamespaceSelector: namespaceNamed(i.Namespace)}},
			Ports: ports(i.Protocol, i.Ports),
		})
	}
	var policies []namedPolicy
	if len(out) > 0 {
		policies = append(policies, namedPolicy{"allow-declared-egress", networkingv1.NetworkPolicySpecArgs{
			PodSelector: everyPod, PolicyTypes: pulumi.ToStringArray([]string{"Egress"}), Egress: out,
		}})
	}
	if len(in) > 0 {
		policies = append(policies, namedPolicy{"allow-declared-ingress", networkingv1.NetworkPolicySpecArgs{
			PodSelector: everyPod, PolicyTypes: pulumi.ToStringArray([]string{"Ingress"}), Ingress: in,
		}})
	}
	made, err := o.policies(policies)
	if err != nil {
		return nil, err
	}
	byName, err := o.domainPolicy()
	return append(made, byName...), err
}

// block is a network without the metadata services, and without the cluster's own
// networks: its pods are reached by their namespace. Who means an address among
// those names it.
func (a *SecureNamespaceArgs) block(cidr string) networkingv1.IPBlockArgs {
	block := networkingv1.IPBlockArgs{Cidr: pulumi.String(cidr)}
	if except := a.except(cidr); len(except) > 0 {
		block.Except = pulumi.ToStringArray(except)
	}
	return block
}

// domainPolicy opens what is declared by name, in the words of GKE, whose data
// plane reads the answers of the cluster's name servers.
// https://cloud.google.com/kubernetes-engine/docs/how-to/fqdn-network-policies
func (o *namespaceObjects) domainPolicy() ([]pulumi.Resource, error) {
	rules := []any{}
	for _, e := range o.args.Egress {
		if len(e.Names) == 0 {
			continue
		}
		var matches, ports []any
		for _, name := range e.Names {
			key := "name"
			if isPattern(name) {
				key = "pattern"
			}
			matches = append(matches, map[string]any{key: name})
		}
		protocol := e.Protocol
		if protocol == "" {
			protocol = defaultProtocol
		}
		for _, n := range e.Ports {
			ports = append(ports, map[string]any{"protocol": protocol, "port": n})
		}
		rules = append(rules, map[string]any{"matches": matches, "ports": ports})
	}
	if len(rules) == 0 {
		return nil, nil
	}
	policy, err := apiextensions.NewCustomResource(o.ctx, o.name+"-allow-declared-names", &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String("networking.gke.io/v1alpha1"), Kind: pulumi.String("FQDNNetworkPolicy"),
		Metadata:    o.meta("allow-declared-names"),
		OtherFields: kubernetes.UntypedArgs{"spec": map[string]any{"podSelector": map[string]any{}, "egress": rules}},
	}, slices.Clone(o.in)...)
	return []pulumi.Resource{policy}, err
}
