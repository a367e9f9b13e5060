package doks

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
)

// storageClass is the general storage class of a DOKS cluster.
const storageClass = "do-block-storage-wait"

// Complete makes the storage class; DNS, network and the driver DOKS brings
// itself.
//
// DOKS brings the class do-block-storage too, which binds a volume at once and is
// the default. It is one of the objects that must not be changed there
// (https://docs.digitalocean.com/products/kubernetes/details/managed/), and need
// not be: of several defaults, Kubernetes uses the one made last, which is this.
// https://kubernetes.io/docs/concepts/storage/storage-classes/#default-storageclass
func (p *Platform) Complete(ctx *pulumi.Context, parent pulumi.Resource, provider *kubernetes.Provider) error {
	_, err := storagev1.NewStorageClass(ctx, p.name+"-"+storageClass, &storagev1.StorageClassArgs{
		Metadata: metav1.ObjectMetaArgs{
			Name:        pulumi.String(storageClass),
			Labels:      pulumi.ToStringMap(p.owner.Kubernetes(labels.App{Name: "storage", Component: "storage-class"})),
			Annotations: pulumi.StringMap{"storageclass.kubernetes.io/is-default-class": pulumi.String("true")},
		},
		// Its volumes are encrypted, without being asked:
		// https://docs.digitalocean.com/glossary/luks/
		Provisioner: pulumi.String("dobs.csi.digitalocean.com"),
		// No volume, and no bill, before there is a pod to use it.
		VolumeBindingMode:    pulumi.String("WaitForFirstConsumer"),
		AllowVolumeExpansion: pulumi.Bool(true),
		ReclaimPolicy:        pulumi.String("Delete"),
	}, pulumi.Parent(parent), pulumi.Provider(provider))
	return err
}
