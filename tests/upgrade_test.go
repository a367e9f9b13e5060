package tests

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/store"
)

// upgradeStack is the beginning of a stack with a cluster on each cloud.
const upgradeStack = `config:
  ai-now:environment: test
  ai-now:domain: test.example.com
  ai-now:labels: {team: platform, costCenter: "1000", dataClassification: internal}
  ai-now:clusters:
`

// upgradeCluster is one of its clusters, with a pool that changes.
const upgradeCluster = `    - version: "VERSION"
      highlyAvailable: false
      deletionProtection: false
      nodePools:
        - {name: system, class: system, nodes: {min: 2, max: 2}}
        - {name: work, class: CLASS, labels: {LABEL}, nodes: {min: 1, max: MAX}}
`

// upgradeClusters are what its clusters do not have in common.
var upgradeClusters = []string{
	`      name: eks
      cloud: aws
      region: eu-west-1
      network: {block: 0}
      edge: {firewall: false}
      autoscaling: {engine: cluster-autoscaler}
`,
	`      name: gke
      cloud: gcp
      project: example
      region: europe-west1
      network: {block: 1}
      edge: {firewall: false}
`,
	`      name: doks
      cloud: digitalocean
      region: fra1
      network: {block: 2}
`,
}

// upgradeTypes are the resources whose replacement takes nodes, or everything, away.
var upgradeTypes = []string{
	"aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup",
	"gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool",
	"digitalocean:index/kubernetesCluster:KubernetesCluster", "digitalocean:index/kubernetesNodePool:KubernetesNodePool",
}

// TestUpgrades takes clusters through the changes they see in their life and tells what is changed in place from what
// is replaced.
func TestUpgrades(t *testing.T) {
	s := newSandbox(t)
	settings := map[string]string{"VERSION": "1.34", "CLASS": "general", "LABEL": "example.com/tier: one", "MAX": "2"}
	run := func(t *testing.T, command string) string {
		content := upgradeStack + upgradeCluster + strings.Join(upgradeClusters, upgradeCluster)
		for name, value := range settings {
			content = strings.ReplaceAll(content, name, value)
		}
		return s.must(t, command, "--stack", "upgrades", "--config-file", stackFile(t, content))
	}
	run(t, "up")
	before := objectsOf(t, s, "upgrades")
	require.Len(t, before, 3+2+2+1, "three clusters; two pools on EKS and GKE; on DOKS the first pool is part of the cluster")

	tests := []struct {
		name     string
		setting  string
		value    string
		inPlace  []string // the program's names of what is changed in place …
		replaced []string // … and of what is replaced
	}{
		// GKE brings its pools to the control plane's version by itself, and DOKS all of them.
		{"a new minor version of Kubernetes replaces neither clusters nor pools", "VERSION", "1.35", []string{"eks-eksCluster", "eks-system", "eks-work", "gke", "doks"}, nil},
		{"a new bound replaces no pool", "MAX", "3", []string{"eks-work", "gke-work", "doks-work"}, nil},
		{"a new label replaces no pool", "LABEL", "example.com/tier: two", []string{"eks-work", "gke-work", "doks-work"}, nil},
		// The size on EKS stands in the launch template, and GKE changes the machine type node by node.
		{"a new class replaces only the pool of DOKS, whose droplets cannot change their size", "CLASS", "compute", []string{"eks-work", "gke-work"}, []string{"doks-work"}},
	}
	for _, tt := range tests {
		ok := t.Run(tt.name, func(t *testing.T) {
			settings[tt.setting] = tt.value
			output := run(t, "up")
			after := objectsOf(t, s, "upgrades")
			require.Len(t, after, len(before))
			var inPlace, replaced []string
			for name, old := range before {
				switch {
				case after[name].ID != old.ID:
					replaced = append(replaced, name)
				case !reflect.DeepEqual(after[name].Properties, old.Properties):
					inPlace = append(inPlace, name)
				}
			}
			require.ElementsMatch(t, tt.replaced, replaced)
			require.ElementsMatch(t, tt.inPlace, inPlace)
			for _, name := range tt.replaced {
				// "++" is what the engine calls the making of a replacement before the old one goes.
				require.Regexp(t, `\+\+ .*`+name+` created replacement`, output, "the new pool is there before the old one goes")
			}
			require.NotContains(t, output, "-+ ", "nothing is deleted before its replacement is there")
			before = after
		})
		require.True(t, ok, "the steps after this one need it")
	}
	run(t, "destroy")
}

// objectsOf returns the clusters and pools of a stack in the simulated clouds, by their names in the program.
func objectsOf(t *testing.T, s *sandbox, stack string) map[string]*store.Object {
	t.Helper()
	cloud := store.Open(s.layout.Stack(stack).Cloud())
	found := map[string]*store.Object{}
	for _, kind := range upgradeTypes {
		objects, err := cloud.List(kind)
		require.NoError(t, err)
		for _, object := range objects {
			name := object.URN[strings.LastIndex(object.URN, "::")+2:]
			require.NotContains(t, found, name, "two objects of one name")
			found[name] = object
		}
	}
	return found
}
