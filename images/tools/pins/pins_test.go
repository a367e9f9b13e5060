package pins_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/images/tools/pins"
)

var sum = "sha256:" + strings.Repeat("ab", 32)

func TestReplace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, after string }{
		"a tag gets a digest":               {"image: registry.digitalocean.com/ai-now/sample:0.1.0 # ours", "image: registry.digitalocean.com/ai-now/sample:0.2.0@" + sum + " # ours"},
		"a digest gives way":                {"image: 1.dkr.ecr.eu-central-1.amazonaws.com/ai-now/sample:0.1.0@sha256:" + strings.Repeat("0", 64), "image: 1.dkr.ecr.eu-central-1.amazonaws.com/ai-now/sample:0.2.0@" + sum},
		"a registry has a port and folders": {"localhost:5000/a/b/ai-now/sample:x", "localhost:5000/a/b/ai-now/sample:0.2.0@" + sum},
		"another image stays":               {"image: registry.example.com/ai-now/sampler:0.1.0", "image: registry.example.com/ai-now/sampler:0.1.0"},
		"an image of others stays":          {"image: registry.example.com/shop/sample:0.1.0", "image: registry.example.com/shop/sample:0.1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			after, err := pins.Replace(c.before, "sample", "0.2.0", sum)
			require.NoError(t, err)
			require.Equal(t, c.after, after)
			again, err := pins.Replace(after, "sample", "0.2.0", sum)
			require.NoError(t, err)
			require.Equal(t, after, again, "it changes nothing the second time")
		})
	}
}

func TestReplaceRefuses(t *testing.T) {
	t.Parallel()
	_, err := pins.Replace("", "sample", "0.2.0", "sha256:12")
	require.ErrorContains(t, err, `the digest is "sha256:12"`)
	for _, version := range []string{"", "latest", "0.1.0@sha256:1"} {
		_, err := pins.Replace("", "sample", version, sum)
		require.ErrorContains(t, err, "it takes a tag, such as 0.1.0")
	}
}
