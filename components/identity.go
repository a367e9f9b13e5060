package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	networkingv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/networking/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newIdentityAccess makes what the pods of a workload need to use their identity
// in the cloud: a way out to it, and a Secret where the cloud has keys instead
// of identities for pods.
func newIdentityAccess(ctx *pulumi.Context, name string, args *WorkloadArgs, meta metav1.ObjectMetaArgs, selector pulumi.StringMap, in ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	meta.Name = pulumi.String(args.Name + "-cloud")
	policy, err := networkingv1.NewNetworkPolicy(ctx, name+"-cloud", &networkingv1.NetworkPolicyArgs{
		Metadata: meta,
		Spec: networkingv1.NetworkPolicySpecArgs{
			PodSelector: metav1.LabelSelectorArgs{MatchLabels: selector},
			PolicyTypes: pulumi.ToStringArray([]string{"Egress"}),
			Egress:      cloudEgress(args),
		},
	}, in...)
	if err != nil {
		return nil, err
	}
	made := append([]pulumi.Resource{policy}, args.Identity.Ready...)
	if args.Identity.Credentials == nil {
		return made, nil
	}
	secret, err := corev1.NewSecret(ctx, name+"-cloud", &corev1.SecretArgs{
		Metadata: meta, Type: pulumi.String("Opaque"), StringData: *args.Identity.Credentials,
	}, in...)
	return append(made, secret), err
}

// cloudEgress opens the addresses that give out credentials and the cloud's
// APIs, which have no fixed addresses: HTTPS to anywhere but the node's own
// services.
func cloudEgress(args *WorkloadArgs) networkingv1.NetworkPolicyEgressRuleArray {
	rules := networkingv1.NetworkPolicyEgressRuleArray{networkingv1.NetworkPolicyEgressRuleArgs{
		To: networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{
			Cidr: pulumi.String("0.0.0.0/0"), Except: pulumi.StringArray{pulumi.String("169.254.0.0/16")},
		}}},
		Ports: networkingv1.NetworkPolicyPortArray{port("TCP", 443)},
	}}
	for _, source := range args.Identity.Sources {
		rules = append(rules, networkingv1.NetworkPolicyEgressRuleArgs{
			To:    networkingv1.NetworkPolicyPeerArray{networkingv1.NetworkPolicyPeerArgs{IpBlock: networkingv1.IPBlockArgs{Cidr: pulumi.String(source.CIDR)}}},
			Ports: networkingv1.NetworkPolicyPortArray{port("TCP", source.Port)},
		})
	}
	return rules
}
