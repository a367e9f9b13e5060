package components

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// everyPod selects all pods of a namespace.
var everyPod = metav1.LabelSelectorArgs{}

// networkPolicies closes a namespace in both directions and opens what every
// application needs: DNS, and its own neighbours. What else may be reached, or
// may come in, is for the application to declare.
func (o *namespaceObjects) networkPolicies() ([]pulumi.Resource, error) {
	both := pulumi.ToStringArray([]string{"Ingress", "Egress"})
	neighbours := networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{PodSelector: everyPod}}
	return o.policies([]namedPolicy{
		{"default-deny", networkingv1.NetworkPolicySpecArgs{PodSelector: everyPod, PolicyTypes: both}},
		{"allow-dns", networkingv1.NetworkPolicySpecArgs{
			PodSelector: everyPod,
			PolicyTypes: pulumi.ToStringArray([]string{"Egress"}),
			Egress: networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
				To: networkingv1.NetworkPolicyPeerArray{
					// CoreDNS and kube-dns both carry this label.
					nameServers("kube-dns"),
					// On GKE a cache on the node answers in their place:
					// https://cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache
					nameServers("node-local-dns"),
				},
				Ports: networkingv1.NetworkPolicyPortArray{port("UDP", 53), port("TCP", 53)},
			}},
		}},
		{"allow-same-namespace", networkingv1.NetworkPolicySpecArgs{
			PodSelector: everyPod,
			PolicyTypes: both,
			Ingress:     networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{From: neighbours}},
			Egress:      networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{To: neighbours}},
		}},
	})
}

func nameServers(app string) networkingv1.NetworkPolicyPeerArgs {
	return networkingv1.NetworkPolicyPeerArgs{
		NamespaceSelector: namespaceNamed("kube-system"),
		PodSelector:       metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"k8s-app": pulumi.String(app)}},
	}
}

// namespaceNamed selects one namespace, by the label that the API server keeps on
// every one.
func namespaceNamed(name string) metav1.LabelSelectorArgs {
	return metav1.LabelSelectorArgs{MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String(name)}}
}

type namedPolicy struct {
	name string
	spec networkingv1.NetworkPolicySpecArgs
}

func (o *namespaceObjects) policies(policies []namedPolicy) ([]pulumi.Resource, error) {
	made := make([]pulumi.Resource, 0, len(policies))
	for _, p := range policies {
		policy, err := networkingv1.NewNetworkPolicy(o.ctx, o.name+"-"+p.name, &networkingv1.NetworkPolicyArgs{
			Metadata: o.meta(p.name), Spec: p.spec,
		}, o.in...)
		if err != nil {
			return nil, err
		}
		made = append(made, policy)
	}
	return made, nil
}

func port(protocol string, number int) networkingv1.NetworkPolicyPortArgs {
	return networkingv1.NetworkPolicyPortArgs{Protocol: pulumi.String(protocol), Port: pulumi.Int(number)}
}

// ports of one protocol; an empty one means TCP.
func ports(protocol string, numbers []int) networkingv1.NetworkPolicyPortArray {
	if protocol == "" {
		protocol = defaultProtocol
	}
	all := networkingv1.NetworkPolicyPortArray{}
	for _, n := range numbers {
		all = append(all, port(protocol, n))
	}
	return all
}
