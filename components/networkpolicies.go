package components

import (
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newNamespacePolicies closes a namespace in both directions and opens what
// every application needs: DNS, and its own neighbours. What else may be
// reached, or may come in, is for the application to declare.
func newNamespacePolicies(ctx *pulumi.Context, name string, meta func(string) metav1.ObjectMetaArgs, in ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	both := pulumi.ToStringArray([]string{"Ingress", "Egress"})
	everyPod := metav1.LabelSelectorArgs{}
	neighbours := networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{PodSelector: everyPod}}
	policies := []struct {
		name string
		spec networkingv1.NetworkPolicySpecArgs
	}{
		{"default-deny", networkingv1.NetworkPolicySpecArgs{PodSelector: everyPod, PolicyTypes: both}},
		{"allow-dns", networkingv1.NetworkPolicySpecArgs{
			PodSelector: everyPod,
			PolicyTypes: pulumi.ToStringArray([]string{"Egress"}),
			Egress: networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
				To: networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{
					NamespaceSelector: metav1.LabelSelectorArgs{
						MatchLabels: pulumi.StringMap{"kubernetes.io/metadata.name": pulumi.String("kube-system")},
					},
					// CoreDNS and kube-dns both carry this label.
					PodSelector: metav1.LabelSelectorArgs{
						MatchLabels: pulumi.StringMap{"k8s-app": pulumi.String("kube-dns")},
					},
				}},
				Ports: networkingv1.NetworkPolicyPortArray{port("UDP", 53), port("TCP", 53)},
			}},
		}},
		{"allow-same-namespace", networkingv1.NetworkPolicySpecArgs{
			PodSelector: everyPod,
			PolicyTypes: both,
			Ingress:     networkingv1.NetworkPolicyIngressRuleArray{networkingv1.NetworkPolicyIngressRuleArgs{From: neighbours}},
			Egress:      networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{To: neighbours}},
		}},
	}
	made := make([]pulumi.Resource, 0, len(policies))
	for _, p := range policies {
		policy, err := networkingv1.NewNetworkPolicy(ctx, name+"-"+p.name, &networkingv1.NetworkPolicyArgs{
			Metadata: meta(p.name), Spec: p.spec,
		}, in...)
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
