package spec

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARangeIsDividedIntoEqualParts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		whole       string
		bits, index int
		want        string
	}{
		{"10.0.0.0/8", 4, 0, "10.0.0.0/12"},
		{"10.0.0.0/8", 4, 15, "10.240.0.0/12"},
		{"10.0.0.0/16", 2, 3, "10.0.192.0/18"},
		{"172.16.0.0/12", 16, 513, "172.16.32.16/28"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, Part(netip.MustParsePrefix(tt.whole), tt.bits, tt.index).String())
		})
	}
}
