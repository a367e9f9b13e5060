package rules

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesVersion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, ref string
		want      bool
	}{
		{"a name alone is latest", "nginx", false},
		{"latest is another image tomorrow", "nginx:latest", false},
		{"a version is a version", "nginx:1.29.1", true},
		{"a port is no tag", "registry.example.com:5000/shop", false},
		{"a port and a tag", "registry.example.com:5000/shop:1.0", true},
		{"a digest needs no tag", "shop@sha256:abc", true},
		{"a digest makes latest a name", "shop:latest@sha256:abc", true},
		{"an at sign without a digest is none", "shop:1.0@", false},
		{"a colon without a tag is none", "shop:", false},
		{"nothing names nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, namesVersion(tt.ref, []string{"latest"}))
		})
	}
}
