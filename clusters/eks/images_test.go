package eks

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheImageFollowsTheProcessor(t *testing.T) {
	t.Parallel()
	for size, want := range map[string]string{
		"m6i.large": "BOTTLEROCKET_x86_64", "m5a.xlarge": "BOTTLEROCKET_x86_64", "c7gn.large": "BOTTLEROCKET_ARM_64",
		"t4g.small": "BOTTLEROCKET_ARM_64", "a1.large": "BOTTLEROCKET_ARM_64", "m8gd.metal-24xl": "BOTTLEROCKET_ARM_64",
		"g5.xlarge": "BOTTLEROCKET_x86_64_NVIDIA", "g6e.12xlarge": "BOTTLEROCKET_x86_64_NVIDIA", "gr6.4xlarge": "BOTTLEROCKET_x86_64_NVIDIA",
		"p4d.24xlarge": "BOTTLEROCKET_x86_64_NVIDIA", "p5en.48xlarge": "BOTTLEROCKET_x86_64_NVIDIA", "g5g.xlarge": "BOTTLEROCKET_ARM_64_NVIDIA",
		"g4ad.xlarge": "BOTTLEROCKET_x86_64", "g4dn.xlarge": "BOTTLEROCKET_x86_64_NVIDIA",
	} {
		require.Equal(t, want, processorOf(size).image(), size)
	}
}

func TestThePartitionFollowsTheRegion(t *testing.T) {
	t.Parallel()
	require.Equal(t, "aws", partition("eu-west-1"))
	require.Equal(t, "aws-cn", partition("cn-north-1"))
	require.Equal(t, "aws-us-gov", partition("us-gov-west-1"))
}
