package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/efs"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

// storageClasses are the classes of an EKS cluster by purpose. EKS brings only
// gp2, which is slower, not encrypted, and has no driver to serve it.
var storageClasses = map[spec.Purpose]string{spec.General: "gp3", spec.Fast: "gp3-fast", spec.Shared: "efs"}

// Performance of a fast volume. gp3 with more operations than it begins with
// does what databases need; io2 would cost about ten times as much for as many.
// The driver lowers iops where the volume is too small for them.
// https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html
// https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
const (
	fastIOPS       = "10000" // gp3 begins with 3000
	fastThroughput = "500"   // MiB a second; gp3 begins with 125
)

// createStorageKey makes the key of all volumes of the cluster. EBS and EFS are
// given it by grants of whoever asks for a volume.
func (p *Platform) createStorageKey(ctx *pulumi.Context, opts ...pulumi.ResourceOption) (err error) {
	p.storageKey, err = p.newKey(ctx, p.name+"-storage", "Volumes of the EKS cluster "+p.name, nil, opts...)
	return err
}

// volumeKeyRights let the EBS driver make encrypted volumes, through EC2 only.
// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
func (p *Platform) volumeKeyRights(key string) (string, error) {
	through := "ec2." + p.region + "." + p.domain()
	grants := equals("kms:ViaService", through)
	grants["Bool"] = map[string][]string{"kms:GrantIsForAWSResource": {"true"}}
	return document(
		statement{
			Action:   []string{"kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
			Resource: []string{key}, Condition: equals("kms:ViaService", through),
		},
		statement{Action: []string{"kms:CreateGrant"}, Resource: []string{key}, Condition: grants},
	)
}

// createStorageClasses makes a class for each purpose.
func (p *Platform) createStorageClasses(ctx *pulumi.Context, parent pulumi.Resource, provider *kubernetes.Provider, files *efs.FileSystem, drivers map[string]pulumi.Resource) error {
	volume := func(more pulumi.StringMap) pulumi.StringMap {
		more["type"], more["encrypted"], more["kmsKeyId"] = pulumi.String("gp3"), pulumi.String("true"), p.storageKey.Arn
		return more
	}
	for _, class := range []struct {
		purpose             spec.Purpose
		provisioner, driver string
		parameters          pulumi.StringMap
		binding             string
		expandable          bool
	}{
		// A volume lives in one zone: wait until the pod's zone is known.
		{spec.General, "ebs.csi.aws.com", "aws-ebs-csi-driver", volume(pulumi.StringMap{}), "WaitForFirstConsumer", true},
		{spec.Fast, "ebs.csi.aws.com", "aws-ebs-csi-driver", volume(pulumi.StringMap{
			"iops": pulumi.String(fastIOPS), "throughput": pulumi.String(fastThroughput),
		}), "WaitForFirstConsumer", true},
		// The file system is in all zones, and grows by itself. Each claim is a
		// folder with a user of its own, which others cannot enter.
		{spec.Shared, "efs.csi.aws.com", "aws-efs-csi-driver", pulumi.StringMap{
			"provisioningMode": pulumi.String("efs-ap"), "fileSystemId": files.ID(), "directoryPerms": pulumi.String("700"),
			"basePath": pulumi.String("/claims"),
		}, "Immediate", false},
	} {
		annotations := pulumi.StringMap{}
		if class.purpose == spec.General {
			annotations["storageclass.kubernetes.io/is-default-class"] = pulumi.String("true")
		}
		name := storageClasses[class.purpose]
		if _, err := storagev1.NewStorageClass(ctx, p.name+"-"+name, &storagev1.StorageClassArgs{
			Metadata: metav1.ObjectMetaArgs{
				Name:        pulumi.String(name),
				Labels:      pulumi.ToStringMap(p.owner.Kubernetes(labels.App{Name: "storage", Component: "storage-class"})),
				Annotations: annotations,
			},
			Provisioner:          pulumi.String(class.provisioner),
			Parameters:           class.parameters,
			VolumeBindingMode:    pulumi.String(class.binding),
			AllowVolumeExpansion: pulumi.Bool(class.expandable),
			ReclaimPolicy:        pulumi.String("Delete"),
		}, pulumi.Parent(parent), pulumi.Provider(provider), pulumi.DependsOn([]pulumi.Resource{drivers[class.driver]})); err != nil {
			return err
		}
	}
	return nil
}
