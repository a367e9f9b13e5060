package eks

import (
	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	policyv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/policy/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
)

// The Cluster Autoscaler's release of Kubernetes 1.35. It says to keep to the
// control plane's minor version, and works with its neighbours.
// https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler#releases
const (
	clusterAutoscaler        = "cluster-autoscaler"
	clusterAutoscalerVersion = "1.35.0"
	clusterAutoscalerImage   = "registry.k8s.io/autoscaling/cluster-autoscaler:v" + clusterAutoscalerVersion
	clusterAutoscalerPort    = 8085
)

// utilisation below which the Cluster Autoscaler takes a node away if its pods
// fit elsewhere: its own default, and the one of the profile thrifty.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
const (
	balancedUtilisation = "0.5"
	thriftyUtilisation  = "0.7"
)

// createClusterAutoscaler installs the Cluster Autoscaler, which changes the
// size of node groups. It has no chart here: its chart is no more than these
// objects.
func (p *Platform) createClusterAutoscaler(ctx *pulumi.Context, aws, in []pulumi.ResourceOption) error {
	name := p.name + "-" + clusterAutoscaler
	policy := p.account.ApplyT(func(account string) (string, error) {
		return document(groupScaling(place{p.partition, p.region, account, p.domain()}, p.name)...)
	}).(pulumi.StringOutput)
	_, ready, err := p.podIdentity(ctx, name, "Cluster Autoscaler of the EKS cluster "+p.name, systemNamespace, clusterAutoscaler, policy, aws...)
	if err != nil {
		return err
	}
	metadata := p.clusterAutoscalerMeta()
	account, err := corev1.NewServiceAccount(ctx, name, &corev1.ServiceAccountArgs{
		Metadata: metadata, AutomountServiceAccountToken: pulumi.Bool(false), // the pod asks for it
	}, in...)
	if err != nil {
		return err
	}
	rights, err := p.clusterAutoscalerRights(ctx, name, in)
	if err != nil {
		return err
	}
	selector := pulumi.StringMap{labels.KeyName: pulumi.String(clusterAutoscaler), labels.KeyInstance: pulumi.String(p.name)}
	deployment, err := appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: metadata,
		Spec: appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(p.autoscalerReplicas()),
			Selector: metav1.LabelSelectorArgs{MatchLabels: selector},
			// The second finds no other machine, so one goes before one comes.
			Strategy: appsv1.DeploymentStrategyArgs{Type: pulumi.String("RollingUpdate"), RollingUpdate: appsv1.RollingUpdateDeploymentArgs{
				MaxSurge: pulumi.Int(0), MaxUnavailable: pulumi.Int(1),
			}},
			RevisionHistoryLimit: pulumi.Int(5),
			Template:             corev1.PodTemplateSpecArgs{Metadata: metav1.ObjectMetaArgs{Labels: metadata.Labels}, Spec: p.clusterAutoscalerPod(selector)},
		},
	}, with(in, pulumi.DependsOn(append(append(ready, account), rights...)))...)
	if err != nil {
		return err
	}
	_, err = policyv1.NewPodDisruptionBudget(ctx, name, &policyv1.PodDisruptionBudgetArgs{
		Metadata: metadata,
		Spec: policyv1.PodDisruptionBudgetSpecArgs{
			MaxUnavailable: pulumi.Int(1), Selector: metav1.LabelSelectorArgs{MatchLabels: selector},
		},
	}, with(in, pulumi.DependsOn([]pulumi.Resource{deployment}))...)
	return err
}

func (p *Platform) clusterAutoscalerMeta() metav1.ObjectMetaArgs {
	return metav1.ObjectMetaArgs{
		Name: pulumi.String(clusterAutoscaler), Namespace: pulumi.String(systemNamespace),
		Labels: pulumi.ToStringMap(p.autoscalerLabels(clusterAutoscaler, clusterAutoscalerVersion)),
	}
}

// clusterAutoscalerPod is its pod: Pod Security "restricted", on machines of the
// first pool, which keeps enough of them.
func (p *Platform) clusterAutoscalerPod(selector pulumi.StringMap) corev1.PodSpecArgs {
	probe := corev1.ProbeArgs{
		HttpGet:       corev1.HTTPGetActionArgs{Path: pulumi.String("/health-check"), Port: pulumi.String("http")},
		PeriodSeconds: pulumi.Int(10), FailureThreshold: pulumi.Int(6), InitialDelaySeconds: pulumi.Int(10),
	}
	return corev1.PodSpecArgs{
		ServiceAccountName: pulumi.String(clusterAutoscaler), AutomountServiceAccountToken: pulumi.Bool(true),
		PriorityClassName: pulumi.String("system-cluster-critical"),
		// Of the machine: it makes room for the cluster's own name server, and must
		// not wait for it.
		DnsPolicy:    pulumi.String("Default"),
		NodeSelector: pulumi.StringMap{labels.KeyNodePool: pulumi.String(p.pools[0].Name)},
		Affinity: corev1.AffinityArgs{PodAntiAffinity: corev1.PodAntiAffinityArgs{
			RequiredDuringSchedulingIgnoredDuringExecution: corev1.PodAffinityTermArray{corev1.PodAffinityTermArgs{
				TopologyKey: pulumi.String("kubernetes.io/hostname"), LabelSelector: metav1.LabelSelectorArgs{MatchLabels: selector},
			}},
		}},
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true), RunAsUser: pulumi.Int(65532), RunAsGroup: pulumi.Int(65532), FsGroup: pulumi.Int(65532),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers: corev1.ContainerArray{corev1.ContainerArgs{
			Name: pulumi.String(clusterAutoscaler), Image: pulumi.String(clusterAutoscalerImage),
			Args: pulumi.ToStringArray(p.clusterAutoscalerFlags()),
			// It would ask the machine's metadata, which no pod reaches.
			Env:   corev1.EnvVarArray{corev1.EnvVarArgs{Name: pulumi.String("AWS_REGION"), Value: pulumi.String(p.region)}},
			Ports: corev1.ContainerPortArray{corev1.ContainerPortArgs{Name: pulumi.String("http"), ContainerPort: pulumi.Int(clusterAutoscalerPort)}},
			SecurityContext: corev1.SecurityContextArgs{
				AllowPrivilegeEscalation: pulumi.Bool(false), Privileged: pulumi.Bool(false), ReadOnlyRootFilesystem: pulumi.Bool(true),
				Capabilities: corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}},
			},
			Resources: corev1.ResourceRequirementsArgs{
				Requests: pulumi.StringMap{"cpu": pulumi.String(autoscalerCPU), "memory": pulumi.String(autoscalerMemory)},
				Limits:   pulumi.StringMap{"memory": pulumi.String(autoscalerMemory)},
			},
			LivenessProbe: probe, ReadinessProbe: probe,
		}},
	}
}

// clusterAutoscalerFlags are its settings.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#what-are-the-parameters-to-ca
func (p *Platform) clusterAutoscalerFlags() []string {
	a, utilisation := p.args.Autoscaling, balancedUtilisation
	if a.Thrifty() {
		utilisation = thriftyUtilisation
	}
	return []string{
		"--cloud-provider=aws",
		"--namespace=" + systemNamespace,
		// EKS tags the groups of its node groups so.
		"--node-group-auto-discovery=asg:tag=" + tagScaled + "," + tagScaledBy + p.name,
		// The group that wastes least of its next node.
		"--expander=least-waste",
		"--scale-down-unneeded-time=" + a.Unneeded().String(),
		"--scale-down-utilization-threshold=" + utilisation,
		// Pods with an emptyDir, and those of the cluster itself, would keep
		// nearly every node: disruption budgets protect what must not move.
		"--skip-nodes-with-local-storage=false",
		"--skip-nodes-with-system-pods=false",
		"--leader-elect=true",
		"--logtostderr=true",
		"--v=2",
	}
}
