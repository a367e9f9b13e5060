package clusters

import (
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
)

// eksStorageClass is the general storage class of an EKS cluster. EKS brings
// only gp2, which is slower, not encrypted, and has no driver to serve it.
const eksStorageClass = "gp3"

// addStorage installs the EBS driver with a role of its own and makes the
// general storage class.
// https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html
func (p *eksPlatform) addStorage(ctx *pulumi.Context, c *Cluster, opts ...pulumi.ResourceOption) error {
	role, err := p.role(ctx, p.name+"-ebs-csi", "EBS driver of the EKS cluster "+p.name,
		p.serviceAccountTrust("kube-system", "ebs-csi-controller-sa"),
		[]string{"service-role/AmazonEBSCSIDriverPolicy"}, opts...)
	if err != nil {
		return err
	}
	driver, err := p.addon(ctx, "aws-ebs-csi-driver", &awseks.AddonArgs{ServiceAccountRoleArn: role.Arn}, opts...)
	if err != nil {
		return err
	}
	_, err = storagev1.NewStorageClass(ctx, p.name+"-"+eksStorageClass, &storagev1.StorageClassArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name:        pulumi.String(eksStorageClass),
			Labels:      pulumi.ToStringMap(p.owner.Kubernetes(labels.App{Name: "storage", Component: "storage-class"})),
			Annotations: pulumi.StringMap{"storageclass.kubernetes.io/is-default-class": pulumi.String("true")},
		},
		Provisioner: pulumi.String("ebs.csi.aws.com"),
		Parameters:  pulumi.StringMap{"type": pulumi.String("gp3"), "encrypted": pulumi.String("true")},
		// A volume lives in one zone: wait until the pod's zone is known.
		VolumeBindingMode:    pulumi.String("WaitForFirstConsumer"),
		AllowVolumeExpansion: pulumi.Bool(true),
		ReclaimPolicy:        pulumi.String("Delete"),
	}, pulumi.Parent(c), pulumi.Provider(c.Provider), pulumi.DependsOn([]pulumi.Resource{driver}))
	return err
}
