package catalog

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSizesAreToldApartByShape(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		AWS: {
			"m6i.large", "t3.medium", "c7gn.16xlarge", "u-6tb1.56xlarge", "m5.metal", "c8gd.metal-24xl", "g6e.xlarge", "t4g.nano",
		},
		GCP: {
			"e2-standard-2", "n2d-highmem-8", "c4a-standard-4", "a2-highgpu-1g", "e2-medium", "e2-micro", "n1-custom-4-5120", "g2-standard-8",
		},
		DigitalOcean: {
			"s-2vcpu-4gb", "s-1vcpu-512mb-10gb", "c-4", "c2-4vcpu-8gb", "so1_5-16vcpu-128gb", "gpu-h100x1-80gb", "s-2vcpu-4gb-amd", "m3-2vcpu-16gb",
		},
	}
	for cloud, sizes := range tests {
		for _, size := range sizes {
			t.Run(size+" is a size of "+cloud, func(t *testing.T) {
				t.Parallel()
				for _, name := range Names() {
					c, _ := Get(name)
					if c.Size == nil {
						continue
					}
					require.Equal(t, name == cloud, c.Size.MatchString(size), "cloud %s", name)
				}
				require.Equal(t, cloud, CloudOfSize(size))
			})
		}
	}
	for _, size := range []string{"", "large", "Standard_D2s_v3", "m6i", "e2", "s-2"} {
		t.Run("'"+size+"' is a size of no cloud", func(t *testing.T) {
			t.Parallel()
			require.Empty(t, CloudOfSize(size))
		})
	}
}

func TestEveryZoneBeginsWithItsRegion(t *testing.T) {
	t.Parallel()
	for _, name := range Names() {
		c, _ := Get(name)
		for region, zones := range c.Zones {
			for _, zone := range zones {
				require.True(t, strings.HasPrefix(zone, region), "%s in %s", zone, region)
				require.Equal(t, region, c.RegionOfZone(zone))
			}
			if c.MinZones > 0 {
				require.GreaterOrEqual(t, len(zones), MaxZones, "a highly available cluster in %s", region)
			}
		}
	}
}

func TestDefaultZones(t *testing.T) {
	t.Parallel()
	aws, _ := Get(AWS)
	gcp, _ := Get(GCP)
	do, _ := Get(DigitalOcean)
	require.Equal(t, []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}, aws.DefaultZones("eu-west-1", true))
	require.Equal(t, []string{"eu-west-1a", "eu-west-1b"}, aws.DefaultZones("eu-west-1", false))
	require.Equal(t, []string{"europe-west1-b", "europe-west1-c", "europe-west1-d"}, gcp.DefaultZones("europe-west1", true))
	require.Equal(t, []string{"europe-west1-b"}, gcp.DefaultZones("europe-west1", false))
	require.Empty(t, do.DefaultZones("fra1", true))
	require.Empty(t, aws.DefaultZones("no-such-region", true))
}
