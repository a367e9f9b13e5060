package report

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/report/record"
	"github.com/ai-now/platform/policy/rules/controls"
)

func TestAFrameworkIsAboutItsCloudAndItsClusters(t *testing.T) {
	t.Parallel()
	resource := func(urn, typ, parent, provider string) record.Resource {
		return record.Resource{URN: urn, Type: typ, Parent: parent, Provider: provider}
	}
	onAWS := []record.Resource{
		resource("root", "pulumi:pulumi:Stack", "", ""),
		resource("one", "ai-now:clusters:Cluster", "root", ""),
		resource("eks-component", "eks:index:Cluster", "one", ""),
		resource("eks", "aws:eks/cluster:Cluster", "eks-component", ""),
		resource("eks-provider", "pulumi:providers:kubernetes", "one", ""),
	}
	both := slices.Concat(onAWS, []record.Resource{
		resource("two", "ai-now:clusters:Cluster", "root", ""),
		resource("doks", "digitalocean:index/kubernetesCluster:KubernetesCluster", "two", ""),
		resource("doks-provider", "pulumi:providers:kubernetes", "two", ""),
		resource("own-provider", "pulumi:providers:kubernetes", "", ""),
	})
	pod := func(provider string) *record.Resource {
		return &record.Resource{URN: "pod", Type: "kubernetes:core/v1:Pod", Provider: provider}
	}
	bucket := &record.Resource{URN: "bucket", Type: "aws:s3/bucketV2:BucketV2"}
	eks, hub, gke, all := controls.CISEKS.Name, controls.SecurityHub.Name, controls.CISGKE.Name, controls.CISKubernetes.Name
	tests := []struct {
		name      string
		resources []record.Resource
		framework string
		on        *record.Resource
		want      bool
	}{
		{"an object of an EKS cluster counts for EKS", both, eks, pod("eks-provider"), true},
		{"one of a cluster of another cloud does not", both, eks, pod("doks-provider"), false},
		{"one of a cluster that nobody knows does", both, eks, pod("own-provider"), true},
		{"a resource of the cloud counts for it", both, eks, bucket, true},
		{"and for the framework about the cloud alone", both, hub, bucket, true},
		{"for which objects do not count", both, hub, pod("eks-provider"), false},
		{"the stack counts where there is something of it", both, eks, nil, true},
		{"and does not where there is nothing", both, gke, nil, false},
		{"nothing counts for EKS without a cluster of it", both[5:], eks, bucket, false},
		{"a component is nobody's", both, eks, &both[1], false},
		{"a framework about Kubernetes is about all", both, all, pod("doks-provider"), true},
		{"and about the stack", onAWS, all, nil, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, scopesOf(tt.resources).covers(tt.framework, tt.on))
		})
	}
}

func TestTheNamesOfFrameworksAboutOneCloudAreThoseOfTheRules(t *testing.T) {
	t.Parallel()
	for _, f := range []string{controls.SecurityHub.Name, controls.CISEKS.Name, controls.CISGKE.Name, controls.GKEHardening.Name} {
		require.Contains(t, subjects, f)
	}
	require.Len(t, subjects, 4)
}
