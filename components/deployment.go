package components

import (
	"time"

	appsv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apps/v1"
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/labels"
)

// unprivilegedUser is the uid and gid of all workloads: no user of any host, and
// the one that distroless images call "nonroot"
// (https://github.com/GoogleContainerTools/distroless).
const unprivilegedUser = 65532

// scratchSize bounds /tmp, the only place a container may write to.
const scratchSize = "64Mi"

// newDeployment makes the pods of a workload and waits until they run.
func newDeployment(ctx *pulumi.Context, name string, args *WorkloadArgs, meta metav1.ObjectMetaArgs, selector pulumi.StringMap, opts ...pulumi.ResourceOption) (*appsv1.Deployment, error) {
	timeout, err := time.ParseDuration(args.RolloutTimeout)
	if err != nil {
		return nil, err
	}
	spec := corev1.PodSpecArgs{
		ServiceAccountName: pulumi.String(args.Name),
		// A pod that never calls the API server needs no key to it.
		AutomountServiceAccountToken: pulumi.Bool(false),
		// Variables for every Service of the namespace help nobody since there is DNS.
		EnableServiceLinks: pulumi.Bool(false),
		SecurityContext: corev1.PodSecurityContextArgs{
			RunAsNonRoot: pulumi.Bool(true),
			RunAsUser:    pulumi.Int(unprivilegedUser), RunAsGroup: pulumi.Int(unprivilegedUser), FsGroup: pulumi.Int(unprivilegedUser),
			SeccompProfile: corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Containers:                corev1.ContainerArray{container(args)},
		TopologySpreadConstraints: spread(selector),
		Volumes: corev1.VolumeArray{corev1.VolumeArgs{
			Name: pulumi.String("tmp"), EmptyDir: corev1.EmptyDirVolumeSourceArgs{SizeLimit: pulumi.String(scratchSize)},
		}},
	}
	if args.NodePool != "" {
		spec.NodeSelector = pulumi.StringMap{labels.KeyNodePool: pulumi.String(args.NodePool)}
	}
	if args.priorityClass != "" {
		spec.PriorityClassName = pulumi.String(args.priorityClass)
	}
	if len(args.Taints) > 0 {
		spec.Tolerations = tolerations(args)
	}
	return appsv1.NewDeployment(ctx, name, &appsv1.DeploymentArgs{
		Metadata: meta,
		Spec: appsv1.DeploymentSpecArgs{
			Replicas: pulumi.Int(args.Replicas),
			Selector: metav1.LabelSelectorArgs{MatchLabels: selector},
			// A new pod works before an old one goes; the quota keeps room for it.
			Strategy: appsv1.DeploymentStrategyArgs{
				Type: pulumi.String("RollingUpdate"),
				RollingUpdate: appsv1.RollingUpdateDeploymentArgs{
					MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0),
				},
			},
			ProgressDeadlineSeconds: pulumi.Int(int(timeout.Seconds())),
			RevisionHistoryLimit:    pulumi.Int(5), // enough to roll back to, few enough to read
			Template: corev1.PodTemplateSpecArgs{
				Metadata: metav1.ObjectMetaArgs{Labels: meta.Labels},
				Spec:     spec,
			},
		},
	}, append(opts, pulumi.Timeouts(&pulumi.CustomTimeouts{Create: args.RolloutTimeout, Update: args.RolloutTimeout}))...)
}

// container makes the one container of a pod, hardened to Pod Security
// "restricted" and beyond it: the root file system is read-only.
func container(args *WorkloadArgs) corev1.ContainerArgs {
	c := corev1.ContainerArgs{
		Name:  pulumi.String(args.Name),
		Image: pulumi.String(args.Image),
		SecurityContext: corev1.SecurityContextArgs{
			AllowPrivilegeEscalation: pulumi.Bool(false),
			Privileged:               pulumi.Bool(false),
			ReadOnlyRootFilesystem:   pulumi.Bool(true),
			RunAsNonRoot:             pulumi.Bool(true),
			Capabilities:             corev1.CapabilitiesArgs{Drop: pulumi.StringArray{pulumi.String("ALL")}},
			SeccompProfile:           corev1.SeccompProfileArgs{Type: pulumi.String("RuntimeDefault")},
		},
		Resources: corev1.ResourceRequirementsArgs{
			Requests: pulumi.StringMap{"cpu": pulumi.String(args.Resources.CPU), "memory": pulumi.String(args.Resources.Memory)},
			// Memory that is not there cannot be shared: request and limit are
			// the same, and who exceeds it is the one who is stopped.
			Limits: pulumi.StringMap{"memory": pulumi.String(args.Resources.Memory)},
		},
		VolumeMounts: corev1.VolumeMountArray{corev1.VolumeMountArgs{Name: pulumi.String("tmp"), MountPath: pulumi.String("/tmp")}},
	}
	if len(args.Args) > 0 {
		c.Args = pulumi.ToStringArray(args.Args)
	}
	env := corev1.EnvVarArray{}
	for _, key := range check.Keys(args.Env) {
		env = append(env, corev1.EnvVarArgs{Name: pulumi.String(key), Value: pulumi.String(args.Env[key])})
	}
	if len(env) > 0 {
		c.Env = env
	}
	if args.Identity != nil && args.Identity.Credentials != nil {
		c.EnvFrom = corev1.EnvFromSourceArray{corev1.EnvFromSourceArgs{
			SecretRef: corev1.SecretEnvSourceArgs{Name: pulumi.String(args.Name + "-cloud")},
		}}
	}
	if len(args.Ports) == 0 {
		return c
	}
	ports := corev1.ContainerPortArray{}
	for _, p := range args.Ports {
		ports = append(ports, corev1.ContainerPortArgs{
			Name: pulumi.String(p.Name), ContainerPort: pulumi.Int(p.Number), Protocol: pulumi.String("TCP"),
		})
	}
	c.Ports = ports
	c.ReadinessProbe = probe(args, 3) // half a minute without an answer: no more requests
	c.LivenessProbe = probe(args, 6)  // a minute: restart
	return c
}

// probe asks the first port every ten seconds.
func probe(args *WorkloadArgs, failures int) corev1.ProbeArgs {
	p := corev1.ProbeArgs{PeriodSeconds: pulumi.Int(10), FailureThreshold: pulumi.Int(failures)}
	if first := pulumi.String(args.Ports[0].Name); args.HealthPath != "" {
		p.HttpGet = corev1.HTTPGetActionArgs{Path: pulumi.String(args.HealthPath), Port: first}
	} else {
		p.TcpSocket = corev1.TCPSocketActionArgs{Port: first}
	}
	return p
}

// spread keeps the pods apart: over zones first, then over nodes. Where there
// are too few of either, a pod is better placed badly than not at all.
func spread(selector pulumi.StringMap) corev1.TopologySpreadConstraintArray {
	constraints := corev1.TopologySpreadConstraintArray{}
	for _, key := range []string{"topology.kubernetes.io/zone", "kubernetes.io/hostname"} {
		constraints = append(constraints, corev1.TopologySpreadConstraintArgs{
			TopologyKey: pulumi.String(key), MaxSkew: pulumi.Int(1),
			WhenUnsatisfiable: pulumi.String("ScheduleAnyway"),
			LabelSelector:     metav1.LabelSelectorArgs{MatchLabels: selector},
		})
	}
	return constraints
}

func tolerations(args *WorkloadArgs) corev1.TolerationArray {
	all := corev1.TolerationArray{}
	for _, t := range args.Taints {
		toleration := corev1.TolerationArgs{Key: pulumi.String(t.Key), Operator: pulumi.String("Exists"), Effect: pulumi.String(t.Effect)}
		if t.Value != "" {
			toleration.Operator, toleration.Value = pulumi.String("Equal"), pulumi.String(t.Value)
		}
		all = append(all, toleration)
	}
	return all
}

// newService gives a workload one address inside the cluster.
func newService(ctx *pulumi.Context, name string, args *WorkloadArgs, meta metav1.ObjectMetaArgs, selector pulumi.StringMap, opts ...pulumi.ResourceOption) error {
	ports := corev1.ServicePortArray{}
	for _, p := range args.Ports {
		ports = append(ports, corev1.ServicePortArgs{
			Name: pulumi.String(p.Name), Port: pulumi.Int(p.Number), TargetPort: pulumi.String(p.Name), Protocol: pulumi.String("TCP"),
		})
	}
	_, err := corev1.NewService(ctx, name, &corev1.ServiceArgs{
		Metadata: meta,
		Spec: corev1.ServiceSpecArgs{
			// What may be reached from outside is the gateway's to say.
			Type:     pulumi.String("ClusterIP"),
			Selector: selector,
			Ports:    ports,
		},
	}, opts...)
	return err
}
