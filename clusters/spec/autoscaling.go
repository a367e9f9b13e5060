package spec

import (
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ai-now/platform/clusters/catalog"
	"github.com/ai-now/platform/clusters/check"
)

// Engines that choose the number of nodes on AWS; elsewhere the cloud does.
const (
	EngineKarpenter         = "karpenter"
	EngineClusterAutoscaler = "cluster-autoscaler"
)

// Engines lists them.
var Engines = []string{EngineKarpenter, EngineClusterAutoscaler}

// Profiles of autoscaling.
const (
	// ProfileBalanced takes a node away when it is empty or all but so.
	ProfileBalanced = "balanced"
	// ProfileThrifty also moves pods together so that nodes become empty.
	ProfileThrifty = "thrifty"
)

// Profiles lists them.
var Profiles = []string{ProfileBalanced, ProfileThrifty}

// Autoscaling says how the number of nodes follows the pods.
type Autoscaling struct {
	// Engine on AWS: karpenter or cluster-autoscaler; empty means karpenter.
	Engine string
	// Profile is balanced or thrifty; empty means balanced.
	Profile string
	// UnneededAfter is how long a node must not be needed before it goes; 0
	// means [DefaultUnneededAfter]. Google Cloud chooses itself.
	UnneededAfter time.Duration
	// Headroom is room that is kept free, so that new pods need not wait for
	// a node.
	Headroom Headroom
}

// DefaultUnneededAfter is the Cluster Autoscaler's own default:
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md
const DefaultUnneededAfter = 10 * time.Minute

// Headroom is kept free by pods of the lowest priority, which give way to any
// other.
type Headroom struct {
	// CPU and Memory of each such pod, as Kubernetes quantities.
	CPU, Memory string
	// Replicas is how many there are; 0 means no headroom.
	Replicas int
}

// EngineOf returns the engine on a cloud, "" where the cloud has its own.
func (a Autoscaling) EngineOf(cloud catalog.Cloud) string {
	switch {
	case !cloud.ChooseAutoscaler:
		return ""
	case a.Engine == "":
		return EngineKarpenter
	}
	return a.Engine
}

// Thrifty is true for the profile of that name.
func (a Autoscaling) Thrifty() bool { return a.Profile == ProfileThrifty }

// Unneeded is how long a node must not be needed before it goes.
func (a Autoscaling) Unneeded() time.Duration {
	if a.UnneededAfter == 0 {
		return DefaultUnneededAfter
	}
	return a.UnneededAfter
}

func (c *Cluster) checkAutoscaling(list *check.List, cloud catalog.Cloud) {
	a, path := c.Autoscaling, catalog.SettingAutoscaling
	if cloud.Settings[path] == catalog.Refused {
		return
	}
	if a.Engine != "" {
		if cloud.ChooseAutoscaler {
			list.OneOf(path+".engine", a.Engine, Engines)
		} else {
			list.Add(path+".engine", a.Engine, "has no meaning on "+cloud.Name, "remove it: "+cloud.Product+" brings its own autoscaler")
		}
	}
	if a.Profile != "" {
		list.OneOf(path+".profile", a.Profile, Profiles)
	}
	switch {
	case a.UnneededAfter != 0 && !cloud.UnneededAfter:
		list.Add(path+".unneededAfter", a.UnneededAfter, "has no meaning on "+cloud.Name, "remove it: choose a profile")
	case a.UnneededAfter < 0 || a.UnneededAfter > 24*time.Hour || a.UnneededAfter%time.Second != 0:
		list.Add(path+".unneededAfter", a.UnneededAfter, "is not a time between one second and a day", "write whole seconds, minutes or hours, such as 10m")
	}
	if h := a.Headroom; h != (Headroom{}) {
		for _, q := range []struct{ name, value string }{{"cpu", h.CPU}, {"memory", h.Memory}} {
			at := path + ".headroom." + q.name
			if q.value == "" {
				list.Missing(at, "say how much each of the pods keeps free")
			} else if parsed, err := resource.ParseQuantity(q.value); err != nil || parsed.Sign() <= 0 {
				list.Add(at, q.value, "is not a quantity above zero", `write it in quotes, such as "500m" or 1Gi`)
			}
		}
		if h.Replicas < 1 {
			list.Add(path+".headroom.replicas", h.Replicas, "keeps nothing free", "use 1 or more, or remove headroom")
		}
	}
}
