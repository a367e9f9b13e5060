package components

import (
	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ai-now/platform/clusters/check"
)

// Limits bound what one container, pod or claim of a namespace may ask for.
// Amounts are Kubernetes quantities.
type Limits struct {
	// CPU is what a container gets that names no request; empty means 50m.
	CPU string
	// Memory is what a container gets, and may not exceed, that names none;
	// empty means 128Mi.
	Memory string
	// PodMemory is the largest memory limit of one pod; empty means all of the
	// quota.
	PodMemory string
	// Claim is the largest volume claim; empty means all of the quota's storage.
	Claim string
}

// What a container gets if it names nothing. It is small: who needs more says
// so.
const (
	DefaultContainerCPU    = "50m"
	DefaultContainerMemory = "128Mi"
)

// The least a container may ask for: a request of nothing would count for
// nothing in the quota, and its pod would be the first to be evicted. And the
// smallest claim that all clouds make a volume for.
const (
	minContainerCPU    = "1m"
	minContainerMemory = "4Mi"
	minClaim           = "1Gi"
)

func (l Limits) withDefaults(q Quota) Limits {
	or := func(text, byDefault string) string {
		if text == "" {
			return byDefault
		}
		return text
	}
	return Limits{
		CPU: or(l.CPU, DefaultContainerCPU), Memory: or(l.Memory, DefaultContainerMemory),
		PodMemory: or(l.PodMemory, q.Memory), Claim: or(l.Claim, q.Storage),
	}
}

func (l Limits) check(list *check.List, q Quota) {
	for _, set := range []struct {
		setting, amount, example, least, most, of string
	}{
		{"cpu", l.CPU, DefaultContainerCPU, minContainerCPU, q.CPU, "quota.cpu"},
		{"memory", l.Memory, DefaultContainerMemory, minContainerMemory, l.withDefaults(q).PodMemory, "what one pod may have"},
		{"podMemory", l.PodMemory, "4Gi", minContainerMemory, q.Memory, "quota.memory"},
		{"claim", l.Claim, "20Gi", "", q.storage(), "quota.storage"},
	} {
		if set.amount == "" {
			continue
		}
		path := "limits." + set.setting
		quantity(list, path, set.amount, set.example)
		atMost(list, path, set.amount, set.most, set.of)
		if compare(set.amount, set.least) < 0 {
			list.Add(path, set.amount, "is less than a container may ask for, "+set.least, "raise it")
		}
	}
}

// atMost adds a mistake if an amount is more than another.
func atMost(list *check.List, path, amount, most, of string) {
	if compare(amount, most) > 0 {
		list.Add(path, amount, "is more than "+of+", "+most, "lower it, or raise the other")
	}
}

// compare two amounts. What is no quantity, or less than nothing, is reported where
// it stands, and as much as any other here.
func compare(a, b string) int {
	one, err1 := resource.ParseQuantity(a)
	other, err2 := resource.ParseQuantity(b)
	if err1 != nil || err2 != nil || one.Sign() <= 0 || other.Sign() < 0 {
		return 0
	}
	return one.Cmp(other)
}

// items are the limits in the words of Kubernetes. No CPU has a limit by
// default: it would slow containers down while the CPU stands idle.
// https://kubernetes.io/docs/concepts/policy/limit-range/
func (l Limits) items(q Quota) corev1.LimitRangeItemArray {
	filled := l.withDefaults(q)
	text := func(s string) pulumi.String { return pulumi.String(s) }
	items := corev1.LimitRangeItemArray{
		corev1.LimitRangeItemArgs{
			Type: text("Container"),
			// Without requests a pod would be refused by the quota; without a
			// memory limit it could take the whole node.
			DefaultRequest: pulumi.StringMap{"cpu": text(filled.CPU), "memory": text(filled.Memory)},
			Default:        pulumi.StringMap{"memory": text(filled.Memory)},
			Min:            pulumi.StringMap{"cpu": text(minContainerCPU), "memory": text(minContainerMemory)},
		},
		// Not of the container: a maximum there becomes the default.
		corev1.LimitRangeItemArgs{Type: text("Pod"), Max: pulumi.StringMap{"memory": text(filled.PodMemory)}},
	}
	if filled.Claim != "" {
		least := minClaim
		if compare(filled.Claim, least) < 0 {
			least = filled.Claim
		}
		items = append(items, corev1.LimitRangeItemArgs{
			Type: text("PersistentVolumeClaim"),
			Min:  pulumi.StringMap{"storage": text(least)}, Max: pulumi.StringMap{"storage": text(filled.Claim)},
		})
	}
	return items
}
