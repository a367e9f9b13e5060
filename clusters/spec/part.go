package spec

import (
	"encoding/binary"
	"net/netip"
)

// Part returns the index-th of the 2^bits equal parts of a range.
func Part(whole netip.Prefix, bits, index int) netip.Prefix {
	a := whole.Addr().As4()
	length := whole.Bits() + bits
	offset := uint32(index) << (32 - length) //nolint:gosec // an index is small and never negative
	binary.BigEndian.PutUint32(a[:], binary.BigEndian.Uint32(a[:])+offset)
	return netip.PrefixFrom(netip.AddrFrom4(a), length)
}
