package gke

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	storagev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/storage/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/labels"
	"github.com/ai-now/platform/clusters/spec"
)

// storageClasses are made by purpose and named after it. None is the default:
// GKE brings one, standard-rwo, and with two a claim that names no class gets
// whichever is newer. Google encrypts all disks; those of these classes also
// need the cluster's key (CIS GKE 5.9.1).
//
// Machines of the series C4A, and others that take only Hyperdisk, cannot attach
// these disks: pods with volumes belong on other nodes.
// https://cloud.google.com/compute/docs/general-purpose-machines#c4a_disks
var storageClasses = []struct {
	purpose    spec.Purpose
	driver     string
	parameters func(p *Platform) pulumi.StringMap
}{
	{spec.General, diskDriver, func(p *Platform) pulumi.StringMap { return p.disk("pd-balanced") }},
	{spec.Fast, diskDriver, func(p *Platform) pulumi.StringMap { return p.disk("pd-ssd") }},
	{spec.Shared, fileDriver, (*Platform).fileSystem},
}

// Drivers of Persistent Disk and Filestore.
const (
	diskDriver = "pd.csi.storage.gke.io"
	fileDriver = "filestore.csi.storage.gke.io"
)

func storageClassNames() map[spec.Purpose]string {
	all := map[spec.Purpose]string{}
	for _, class := range storageClasses {
		all[class.purpose] = string(class.purpose)
	}
	return all
}

// disk parameters: https://cloud.google.com/kubernetes-engine/docs/how-to/using-cmek#create_a_cmek_protected_attached_disk
func (p *Platform) disk(kind string) pulumi.StringMap {
	return pulumi.StringMap{"type": pulumi.String(kind), "disk-encryption-kms-key": p.disks.ID}
}

// fileSystem parameters. The smallest file system of either tier has 1 TiB,
// whatever a claim asks for. The network must be said, or Filestore takes the
// project's default one, which the nodes are not in.
// https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/filestore-csi-driver
func (p *Platform) fileSystem() pulumi.StringMap {
	tier := "standard" // on hard disks, in one zone
	if p.args.HighlyAvailable {
		tier = "enterprise" // in all zones of the region
	}
	return pulumi.StringMap{"tier": pulumi.String(tier), "network": p.network.vpc.Name}
}

func (p *Platform) createStorageClasses(ctx *pulumi.Context, parent pulumi.Resource, provider *kubernetes.Provider) error {
	for _, class := range storageClasses {
		name := string(class.purpose)
		if _, err := storagev1.NewStorageClass(ctx, p.name+"-"+name, &storagev1.StorageClassArgs{
			Metadata: metav1.ObjectMetaArgs{
				Name:   pulumi.String(name),
				Labels: pulumi.ToStringMap(p.owner.Kubernetes(labels.App{Name: "storage", Component: "storage-class"})),
			},
			Provisioner: pulumi.String(class.driver), Parameters: class.parameters(p),
			// A volume lives in one zone: wait until the pod's zone is known.
			VolumeBindingMode:    pulumi.String("WaitForFirstConsumer"),
			AllowVolumeExpansion: pulumi.Bool(true),
			ReclaimPolicy:        pulumi.String("Delete"),
		}, pulumi.Parent(parent), pulumi.Provider(provider)); err != nil {
			return err
		}
	}
	return nil
}
