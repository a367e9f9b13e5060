package eks

import (
	"fmt"
	"math/bits"
	"net/netip"
	"regexp"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/spec"
)

// mostNetworks is how many networks EKS lets reach a public endpoint.
// https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
const mostNetworks = 40

// mostSizes is how many instance types a node group may name.
// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
const mostSizes = 20

// beforeNitro matches the instance families before the Nitro system, to whose
// network interfaces no address prefixes can be assigned.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-nitro-instances.html
var beforeNitro = regexp.MustCompile(`^(c1|c3|c4|d2|f1|g2|g3|g3s|h1|hs1|i2|i3|m1|m2|m3|m4|p2|p3|r3|r4|t1|t2|x1|x1e)\.`)

// Mistakes returns what is wrong with a cluster that only EKS minds.
func (*Platform) Mistakes(c *spec.Cluster) []check.Mistake {
	var list check.List
	if n := len(c.APIServerAccess); n > mostNetworks {
		list.Add(catalog.SettingAPIServerAccess, nil, fmt.Sprintf("names %d networks, and EKS takes %d", n, mostNetworks), "join neighbouring networks")
	}
	checkSubnets(&list, c)
	for i := range c.NodePools {
		list.Under(fmt.Sprintf("%s[%d]", catalog.SettingNodePools, i), poolMistakes(c.NodePools[i]))
	}
	return list.All()
}

// takenPerSubnet is how many addresses of a private subnet are taken before the
// first node: five by AWS, eight by endpoints, one by the mount target.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
const takenPerSubnet = 5 + 8 + 1

// checkSubnets makes sure that all nodes find addresses where they are put: in
// the private subnets, of which a zone has one, a quarter of the VPC.
func checkSubnets(list *check.List, c *spec.Cluster) {
	nodes := 0
	for i := range c.NodePools {
		nodes += c.NodePools[i].Nodes.Max
	}
	inZone := (nodes + len(c.Zones) - 1) / len(c.Zones)
	need := inZone*amazon.AddressesPerNode + takenPerSubnet
	if fits := 32 - bits.Len(uint(need-1)) - quarters; netip.MustParsePrefix(c.Network.Nodes).Bits() > fits {
		hint := "lower the pools' nodes.max"
		if fits >= amazon.Ranges[catalog.RangeNodes].Largest {
			hint = fmt.Sprintf("use a /%d or larger, or ", fits) + hint
		}
		list.Add(catalog.SettingNetwork+"."+catalog.RangeNodes, c.Network.Nodes,
			fmt.Sprintf("is too small: the pools may grow to %d nodes in a zone, which need %d addresses of its subnet, a quarter of the range", inZone, need), hint)
	}
}

func poolMistakes(pool spec.NodePool) []check.Mistake {
	var list check.List
	whole := pool.Complete(amazon)
	if n := len(sizes(&whole)); n > mostSizes {
		list.Add("otherSizes", nil, fmt.Sprintf("make %d instance types with size, and a node group takes %d", n, mostSizes), "name fewer")
	}
	for i, size := range sizes(&whole) {
		path := "size"
		if i > 0 {
			path = fmt.Sprintf("otherSizes[%d]", i-1)
		}
		if beforeNitro.MatchString(size) {
			list.Add(path, size, "is older than the Nitro system, and takes too few pod addresses", "use a later generation, such as m6i")
		}
		if i > 0 && processorOf(size) != processorOf(whole.Size) {
			list.Add(path, size, "needs another image than "+whole.Size,
				"name types with the same processor, and all of them with NVIDIA GPUs or none")
		}
	}
	if whole.Class == catalog.ClassGPU && !processorOf(whole.Size).nvidia {
		list.Add("size", whole.Size, "has no NVIDIA GPU, and the class is gpu", "use one such as "+amazon.Classes[catalog.ClassGPU].Size+", or name another class")
	}
	if arm := processorOf(whole.Size).arm; arm != (whole.Class == catalog.ClassArm) && whole.Class != catalog.ClassSpot {
		if arm {
			list.Add("size", whole.Size, "has an ARM processor, and the class is "+whole.Class, "use the class arm, which keeps images for other processors away")
		} else {
			list.Add("size", whole.Size, "has no ARM processor, and the class is arm", "leave the size out, or name another class")
		}
	}
	return list.All()
}

var amazon, _ = catalog.Get(catalog.AWS)
