package report

import (
	"strings"

	"github.com/ai-now/platform/policy/report/record"
)

// subject is what a framework is about, when it is not about everything.
type subject struct {
	title string
	// cloud begins the types of its resources.
	cloud string
	// cluster is the type of its clusters, whose Kubernetes objects it is about too;
	// "" when it is about the cloud alone.
	cluster string
}

// subjects are the frameworks that are about one cloud, by their names.
var subjects = map[string]subject{
	"AWS Security Hub controls":                  {title: "resources of AWS", cloud: "aws:"},
	"CIS Amazon EKS Benchmark":                   {title: "EKS clusters", cloud: "aws:", cluster: "aws:eks/cluster:Cluster"},
	"CIS Google Kubernetes Engine Benchmark":     {title: "GKE clusters", cloud: "gcp:", cluster: "gcp:container/cluster:Cluster"},
	"Google Cloud: Harden your cluster security": {title: "GKE clusters", cloud: "gcp:", cluster: "gcp:container/cluster:Cluster"},
}

// clusterTypes are the types of clusters.
var clusterTypes = map[string]bool{
	"aws:eks/cluster:Cluster":                                true,
	"gcp:container/cluster:Cluster":                          true,
	"digitalocean:index/kubernetesCluster:KubernetesCluster": true,
}

// scopes know which resources a framework is about.
type scopes struct {
	parent map[string]string
	// clusters are, by the URN of a parent, the types of the clusters below it.
	clusters map[string]map[string]bool
	types    map[string]bool // of all resources
}

func scopesOf(resources []record.Resource) scopes {
	s := scopes{parent: map[string]string{}, clusters: map[string]map[string]bool{}, types: map[string]bool{}}
	for _, r := range resources {
		s.parent[r.URN], s.types[r.Type] = r.Parent, true
	}
	for _, r := range resources {
		if !clusterTypes[r.Type] {
			continue
		}
		for up := s.parent[r.URN]; up != ""; up = s.parent[up] {
			if s.clusters[up] == nil {
				s.clusters[up] = map[string]bool{}
			}
			s.clusters[up][r.Type] = true
		}
	}
	return s
}

// applies says whether the stack has anything of what the framework is about.
func (s scopes) applies(framework string) bool {
	about, limited := subjects[framework]
	if !limited {
		return true
	}
	if about.cluster != "" {
		return s.types[about.cluster]
	}
	for typ := range s.types {
		if strings.HasPrefix(typ, about.cloud) {
			return true
		}
	}
	return false
}

// covers says whether the framework is about a resource; nil is the stack.
func (s scopes) covers(framework string, res *record.Resource) bool {
	about, limited := subjects[framework]
	switch {
	case !limited:
		return true
	case !s.applies(framework):
		return false
	case res == nil || strings.HasPrefix(res.Type, about.cloud):
		return true
	case strings.HasPrefix(res.Type, "kubernetes:"):
		return about.cluster != "" && s.inCluster(res, about.cluster)
	}
	return false
}

// inCluster says whether a Kubernetes object may be in a cluster of that type: its
// provider and the cluster are parts of one component. Where that is not so, it is
// not known, and the object counts.
func (s scopes) inCluster(res *record.Resource, cluster string) bool {
	for up := s.parent[res.Provider]; up != ""; up = s.parent[up] {
		if below := s.clusters[up]; len(below) > 0 {
			return below[cluster]
		}
	}
	return true
}
