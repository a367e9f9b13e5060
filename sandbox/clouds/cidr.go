package clouds

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// checkCIDR finds an input that is no IPv4 range within the given lengths of prefix.
func checkCIDR(o props.Object, path string, shortest, longest int) []Failure {
	s := props.Str(o, path)
	if s == "" {
		return nil
	}
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil || !p.Addr().Is4():
		return []Failure{{path, fmt.Sprintf("%q is no range of IPv4 addresses such as 10.0.0.0/16", s)}}
	case p.Masked() != p:
		return []Failure{{path, fmt.Sprintf("%q has bits set after its prefix: the range is %s", s, p.Masked())}}
	case p.Bits() < shortest || p.Bits() > longest:
		return []Failure{{path, fmt.Sprintf("the range %s must be between /%d and /%d", s, shortest, longest)}}
	}
	return nil
}

// prefix parses a range that Check has seen; the zero value is invalid and overlaps nothing.
func prefix(s string) netip.Prefix {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// within says whether inner lies in outer.
func within(inner, outer netip.Prefix) bool {
	return inner.IsValid() && outer.IsValid() && inner.Bits() >= outer.Bits() && outer.Contains(inner.Addr())
}

// address is the n-th address of a range, modulo its size; the first few and the last are the clouds' own.
func address(p netip.Prefix, n uint64) netip.Addr {
	const reserved = 4 // AWS and Google keep the first four and the last address of a subnet
	size := uint64(1) << (32 - p.Bits())
	if size <= reserved+1 {
		return p.Addr()
	}
	b := p.Masked().Addr().As4()
	offset := uint32(reserved + n%(size-reserved-1)) //nolint:gosec // less than the size of an IPv4 range
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+offset)
	return netip.AddrFrom4(b)
}
