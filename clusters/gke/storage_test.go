package gke_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/clusters/spec"
)

func TestStorageClassesAreEncryptedAndNoneIsASecondDefault(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*spec.Cluster)
		shared map[string]any
	}{
		{"a highly available cluster shares files in all zones", nil, map[string]any{"tier": "enterprise", "network": "main"}},
		{"another shares them in one", cheap, map[string]any{"tier": "standard", "network": "main"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, c := deploy(t, tt.change)
			for purpose, parameters := range map[spec.Purpose]map[string]any{
				spec.General: {"type": "pd-balanced", "disk-encryption-kms-key": "main-disks-id"},
				spec.Fast:    {"type": "pd-ssd", "disk-encryption-kms-key": "main-disks-id"},
				spec.Shared:  tt.shared,
			} {
				require.Equal(t, string(purpose), c.StorageClass(purpose))
				r.One(t, classType, "main-"+string(purpose)).RequireValues(t, map[string]any{
					"metadata.name": string(purpose), "metadata.annotations": nil, "parameters": parameters,
					"volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true, "reclaimPolicy": "Delete",
				})
			}
			require.Len(t, r.Of(classType), len(spec.Purposes))
		})
	}
}
