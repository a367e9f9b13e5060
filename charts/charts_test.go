package charts

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAChartComesFromItsRepositoryOrTheMirror(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	unpacked := filepath.Join(folder, "karpenter-"+Karpenter.Version)
	require.NoError(t, os.Mkdir(unpacked, 0o700))
	packed := filepath.Join(folder, "karpenter-crd-"+KarpenterCRD.Version+".tgz")
	require.NoError(t, os.WriteFile(packed, nil, 0o600))
	tests := []struct {
		name, mirror string
		pin          Pin
		want         string
	}{
		{"from its repository without a mirror", "", Karpenter, "oci://public.ecr.aws/karpenter/karpenter"},
		{"from a registry that mirrors it", "oci://mirror.example.com/charts/", Karpenter, "oci://mirror.example.com/charts/karpenter"},
		{"from a folder, unpacked", folder, Karpenter, unpacked},
		{"from a folder, packed", folder, KarpenterCRD, packed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.pin.source(tt.mirror)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestAMirrorWithoutTheChartIsRefusedWithWhatToDo(t *testing.T) {
	t.Parallel()
	_, err := Karpenter.source(t.TempDir())
	require.ErrorContains(t, err, "chart karpenter "+Karpenter.Version+" is not in the mirror")
	require.ErrorContains(t, err, "helm pull oci://public.ecr.aws/karpenter/karpenter --version "+Karpenter.Version)
}

func TestEveryPinIsWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range Pins {
		require.False(t, seen[p.Name], "%s is pinned once", p.Name)
		seen[p.Name] = true
		require.Regexp(t, `^(https|oci)://`, p.Repository, p.Name)
		require.Regexp(t, `^v?[0-9]+\.[0-9]+\.[0-9]+$`, p.Version, p.Name)
		for _, field := range []string{p.App, p.License, p.CRDs, p.Needs} {
			require.NotEmpty(t, field, p.Name)
		}
	}
}

var update = flag.Bool("update", false, "write docs/charts.md instead of comparing it")

// TestReference keeps docs/charts.md, which is made of the pins.
func TestReference(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`<!-- Generated from charts/pins.go by: go test ./charts -update -->
# Third-party software

Installed from its own Helm charts, each at one version. The Kubernetes provider renders a chart, and its objects become resources of the stack: drift in them is seen, and the policy pack judges every one.

` + "`ai-now:charts: {mirror: …}`" + ` names a folder that holds every chart as NAME-VERSION or NAME-VERSION.tgz, or a folder of an OCI registry, for networks from which the repositories cannot be reached. The sandbox fills such a folder from Go modules that carry the charts (sandbox/toolbox/charts.go).

| chart | version | installs | repository | licence | custom resource definitions | why it is here |
|---|---|---|---|---|---|---|
`)
	for _, p := range Pins {
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` | %s | %s | %s |\n", p.Name, p.Version, p.App, p.Repository, p.License, p.CRDs, p.Needs)
	}
	const path = "../docs/charts.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with: go test ./charts -update")
	require.Equal(t, string(want), b.String(), "%s is stale; write it with: go test ./charts -update", path)
}
