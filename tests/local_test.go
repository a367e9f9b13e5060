package tests

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/ai-now/platform/sandbox/exitcode"
	"github.com/ai-now/platform/sandbox/localcluster"
)

// TestLocal deploys to a cluster that exists: the one of dev stands in for the user's.
func TestLocal(t *testing.T) {
	s := newSandbox(t)
	s.must(t, "up")
	access, err := localcluster.Open(s.layout.Stack("dev").Clusters(), "doks-dev")
	require.NoError(t, err)
	s.env = append(s.env, "KUBECONFIG="+access.Kubeconfig)
	client := s.client(t, "dev", "doks-dev")

	// dev has a namespace of the same name.
	mine := s.edited(t, "local", "- name: playground", "- name: mine")
	mine = replaceIn(t, mine, "tenant: playground", "tenant: mine")
	s.must(t, "up", "--stack", "local", "--config-file", mine)
	deployment, err := client.AppsV1().Deployments("mine").Get(context.Background(), "hello", metav1.GetOptions{})
	require.NoError(t, err)
	require.EqualValues(t, 1, deployment.Status.AvailableReplicas)

	// Which pools an existing cluster has is not known to the configuration: the real scheduler says so.
	nowhere := replaceIn(t, mine, "rolloutTimeout: 5m", "rolloutTimeout: 20s\n      nodePool: gpu")
	code, output := s.run(t, "up", "--stack", "local", "--config-file", nowhere)
	require.Equal(t, exitcode.Failed, code, output)
	require.Contains(t, output, "didn't match Pod's node affinity/selector", "the error has the scheduler's reason")

	s.must(t, "destroy", "--stack", "local", "--config-file", mine)
	_, err = client.AppsV1().Deployments("mine").Get(context.Background(), "hello", metav1.GetOptions{})
	require.Error(t, err)
	_, err = client.AppsV1().Deployments("playground").Get(context.Background(), "hello", metav1.GetOptions{})
	require.NoError(t, err, "the cluster and what others have in it stay")
}
