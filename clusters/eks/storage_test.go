package eks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

const storageClassType = "kubernetes:storage.k8s.io/v1:StorageClass"

func TestStorageHasAClassForEachPurpose(t *testing.T) {
	t.Parallel()
	r, c := deploy(t, nil)
	key := "arn:aws:kms:eu-west-1:123456789012:key/main-storage"
	for purpose, want := range map[spec.Purpose]map[string]any{
		spec.General: {
			"metadata.name": "gp3", "provisioner": "ebs.csi.aws.com", "volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true,
			"reclaimPolicy": "Delete", "parameters": map[string]any{"type": "gp3", "encrypted": "true", "kmsKeyId": key},
		},
		spec.Fast: {
			"metadata.name": "gp3-fast", "provisioner": "ebs.csi.aws.com", "volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true,
			"reclaimPolicy": "Delete", "parameters": map[string]any{"type": "gp3", "encrypted": "true", "kmsKeyId": key, "iops": "10000", "throughput": "500"},
		},
		spec.Shared: {
			"metadata.name": "efs", "provisioner": "efs.csi.aws.com", "volumeBindingMode": "Immediate", "allowVolumeExpansion": false,
			"reclaimPolicy": "Delete",
			"parameters":    map[string]any{"provisioningMode": "efs-ap", "fileSystemId": "main-shared-id", "directoryPerms": "700", "basePath": "/claims"},
		},
	} {
		r.One(t, storageClassType, "main-"+c.StorageClass(purpose)).RequireValues(t, want)
	}
	var defaults []string
	for _, class := range r.Of(storageClassType) {
		if class.Value(`metadata.annotations["storageclass.kubernetes.io/is-default-class"]`) == "true" {
			defaults = append(defaults, class.Name)
		}
	}
	require.Equal(t, []string{"main-gp3"}, defaults, "one default class")
}

func TestTheSharedFileSystemIsEncryptedBackedUpAndInEveryZone(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	r.One(t, "aws:efs/fileSystem:FileSystem", "main-shared").RequireValues(t, map[string]any{
		"encrypted": true, "kmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/main-storage", "throughputMode": "elastic",
	})
	require.Equal(t, "ENABLED", r.One(t, "aws:efs/backupPolicy:BackupPolicy", "main-shared").Value("backupPolicy.status"))
	require.Len(t, r.Of("aws:efs/mountTarget:MountTarget"), 3)
	r.One(t, "aws:efs/mountTarget:MountTarget", "main-shared-eu-west-1b").RequireValues(t, map[string]any{
		"subnetId": "main-private-eu-west-1b-id", "securityGroups": []any{"main-shared-id"},
	})
}

func TestOnlyNodesReachTheSharedFileSystemAndOnlyOverTLS(t *testing.T) {
	t.Parallel()
	r, _ := deploy(t, nil)
	r.One(t, "aws:ec2/securityGroup:SecurityGroup", "main-shared").RequireValues(t, map[string]any{"ingress": nil, "egress": nil})
	r.One(t, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "main-shared").RequireValues(t, map[string]any{
		"referencedSecurityGroupId": "sg-main-eksCluster", "cidrIpv4": nil, "ipProtocol": "tcp", "fromPort": 2049.0, "toPort": 2049.0,
	})
	statements := policy(t, r.One(t, "aws:efs/fileSystemPolicy:FileSystemPolicy", "main-shared").Value("policy"))
	require.Len(t, statements, 2)
	require.NotContains(t, statements[0]["Action"], "elasticfilesystem:ClientRootAccess")
	require.Equal(t, "Deny", statements[1]["Effect"])
	require.Equal(t, map[string]any{"Bool": map[string]any{"aws:SecureTransport": []any{"false"}}}, statements[1]["Condition"])
}
