package stacks

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
	"github.com/ai-now/platform/clusters/spec"
)

// DefaultAddressRange is the largest private network (RFC 1918).
const DefaultAddressRange = "10.0.0.0/8"

// The address range is divided into blocks, and each block into quarters: the
// first holds the nodes, the services and the control plane, the second the
// pods; the others are free, for what is connected to the cluster later.
const (
	blockBits = 4
	blocks    = 1 << blockBits

	nodesBits    = blockBits + 4
	podsBits     = blockBits + 2
	servicesBits = blockBits + 8
	planeLength  = 28 // what Google Cloud takes
	longest      = 12 // of the address range: nodes then have a /20
)

// choosable is how many blocks a name can lead to: in the last two of 10.0.0.0/8
// are ranges that DigitalOcean keeps for itself.
const choosable = blocks - 2

// blockOf chooses a cluster's block by its name.
func blockOf(name string) int {
	hash := fnv.New32a()
	hash.Write([]byte(name))
	return int(hash.Sum32() % choosable)
}

// plan fills in the ranges that are left out. A block or a range that is wrong is
// reported as such; others stand in for them, so that the rest can be checked.
func (n *Network) plan(addressRange string, cloud catalog.Cloud) {
	if n.Block == nil {
		return
	}
	whole, err := netip.ParsePrefix(addressRange)
	if err != nil || !whole.Addr().Is4() || whole.Bits() > longest || whole != whole.Masked() {
		whole = netip.MustParsePrefix(DefaultAddressRange)
	}
	block := min(max(*n.Block, 0), blocks-1)
	// A part of the block: so many bits longer, the index-th of that size.
	part := func(setting string, bits, index int) string {
		prefix := spec.Part(whole, bits, block<<(bits-blockBits)+index)
		// Never larger than the cloud takes it.
		if largest := cloud.Ranges[setting].Largest; prefix.Bits() < largest {
			prefix = spec.Part(prefix, largest-prefix.Bits(), 0)
		}
		return prefix.String()
	}
	planeBits := planeLength - whole.Bits()
	for setting, planned := range map[string]func() string{
		catalog.RangeNodes:        func() string { return part(catalog.RangeNodes, nodesBits, 0) },
		catalog.RangeServices:     func() string { return part(catalog.RangeServices, servicesBits, 1<<(servicesBits-nodesBits)) },
		catalog.RangePods:         func() string { return part(catalog.RangePods, podsBits, 1) },
		catalog.RangeControlPlane: func() string { return part(catalog.RangeControlPlane, planeBits, 2<<(planeBits-nodesBits)) },
	} {
		field := n.field(setting)
		if _, used := cloud.Ranges[setting]; used && *field == "" {
			*field = planned()
		}
	}
}

func (n *Network) field(setting string) *string {
	return map[string]*string{
		catalog.RangeNodes: &n.Nodes, catalog.RangePods: &n.Pods,
		catalog.RangeServices: &n.Services, catalog.RangeControlPlane: &n.ControlPlane,
	}[setting]
}

// checkAddresses checks the plan: the range, and that no block is given twice
// where it is used. It returns the clusters whose block is wrong, by index: that
// their ranges overlap others is no news.
func (c *Config) checkAddresses(list *check.List) (wrong map[int]bool) {
	wrong = map[int]bool{}
	whole, err := netip.ParsePrefix(c.AddressRange)
	switch {
	case err != nil || !whole.Addr().Is4():
		list.Add("addressRange", c.AddressRange, "is not an IPv4 range in CIDR notation", "write it as "+DefaultAddressRange)
		return wrong
	case whole != whole.Masked():
		list.Add("addressRange", c.AddressRange, "does not begin with the range's first address", "write "+whole.Masked().String())
		return wrong
	case whole.Bits() > longest:
		list.Add("addressRange", c.AddressRange, "is too small to be divided into 16 blocks of useful size", "use a /12 or larger")
		return wrong
	case !spec.IsPrivate(whole):
		list.Add("addressRange", c.AddressRange, "is not a private range", "use "+DefaultAddressRange+", or a part of it or of 172.16.0.0/12 or 100.64.0.0/10")
		return wrong
	}
	used := map[int]int{}
	for i := range c.Clusters {
		n := &c.Clusters[i].Network
		if n.Block == nil {
			continue
		}
		path := fmt.Sprintf("clusters[%d].network.block", i)
		if *n.Block < 0 || *n.Block >= blocks {
			list.Add(path, *n.Block, "is not a block", "use 0 to 15")
			wrong[i] = true
			continue
		}
		if !c.inBlock(n, whole) {
			continue // all of its ranges are elsewhere
		}
		if first, taken := used[*n.Block]; taken {
			list.Add(path, *n.Block, fmt.Sprintf("is the block of clusters[%d] as well", first),
				"set it to one that is free: "+strings.Join(c.freeBlocks(), ", "))
			wrong[i] = true
			continue
		}
		used[*n.Block] = i
	}
	return wrong
}

// inBlock is true if any of the ranges lies in the cluster's block.
func (c *Config) inBlock(n *Network, whole netip.Prefix) bool {
	block := spec.Part(whole, blockBits, *n.Block)
	return slices.ContainsFunc([]string{n.Nodes, n.Pods, n.Services, n.ControlPlane}, func(cidr string) bool {
		prefix, err := netip.ParsePrefix(cidr)
		return err == nil && block.Overlaps(prefix)
	})
}

func (c *Config) freeBlocks() []string {
	var free []string
	for block := range blocks {
		if !slices.ContainsFunc(c.Clusters, func(cluster Cluster) bool {
			return cluster.Network.Block != nil && *cluster.Network.Block == block
		}) {
			free = append(free, strconv.Itoa(block))
		}
	}
	return free
}
