package components

import (
	"fmt"
	"strconv"

	corev1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/core/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/check"
)

// Quota bounds a namespace. Amounts are Kubernetes quantities, such as 500m,
// 2 or 16Gi.
type Quota struct {
	// CPU is the sum of all CPU requests, in cores.
	CPU string
	// Memory is the sum of all memory requests, and also of all memory limits.
	Memory string
	// Pods is the largest number of pods.
	Pods int
	// Storage is the sum of all volume claims; empty means none may be made.
	Storage string
	// StorageByClass bounds the claims of single storage classes, by the name of
	// the class. What is not named is bounded by Storage alone.
	StorageByClass map[string]string
	// GPUs is how many of each make all pods may have; 0 means none.
	GPUs int
	// Objects bounds how many objects there are.
	Objects Objects
}

// Objects bounds how many objects of a kind a namespace has: all of them are
// kept in the memory of the one API server. 0 means the default.
type Objects struct {
	// Claims is the largest number of volume claims; 0 means 20, and none if
	// there is no storage.
	Claims int
	// Services is the largest number of Services; 0 means 50.
	Services int
	// LoadBalancers is how many of them may be load balancers of the cloud; 0
	// means none.
	LoadBalancers int
	// ConfigMaps is the largest number of ConfigMaps; 0 means 100.
	ConfigMaps int
	// Secrets is the largest number of Secrets; 0 means 100.
	Secrets int
	// Jobs is the largest number of Jobs, those that are done among them; 0
	// means 100.
	Jobs int
	// CronJobs is the largest number of CronJobs; 0 means 20.
	CronJobs int
}

// DefaultObjects are enough for fifty applications with their versions kept,
// and few enough for an API server to hold those of a hundred namespaces.
var DefaultObjects = Objects{Claims: 20, Services: 50, ConfigMaps: 100, Secrets: 100, Jobs: 100, CronJobs: 20}

// gpuResources are what GPUs of the makes that the clouds sell are called.
// https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
var gpuResources = []string{"nvidia.com/gpu", "amd.com/gpu"}

func (q Quota) check(list *check.List) {
	quantity(list, "quota.cpu", q.CPU, "8")
	quantity(list, "quota.memory", q.Memory, "16Gi")
	if q.Storage != "" {
		quantity(list, "quota.storage", q.Storage, "100Gi")
	}
	for _, class := range check.Keys(q.StorageByClass) {
		path := fmt.Sprintf("quota.storageByClass[%q]", class)
		// Nothing is an amount here: it closes a class.
		if amount := q.StorageByClass[class]; amount != "0" {
			quantity(list, path, amount, "50Gi")
			atMost(list, path, amount, q.storage(), "quota.storage")
		}
	}
	if q.Pods <= 0 {
		list.Add("quota.pods", q.Pods, "is not a number of pods", "use 1 or more")
	}
	count(list, "quota.gpus", q.GPUs)
	o := q.Objects
	for _, c := range []struct {
		setting string
		n       int
	}{
		{"claims", o.Claims},
		{"services", o.Services},
		{"loadBalancers", o.LoadBalancers},
		{"configMaps", o.ConfigMaps},
		{"secrets", o.Secrets},
		{"jobs", o.Jobs},
		{"cronJobs", o.CronJobs},
	} {
		count(list, "quota.objects."+c.setting, c.n)
	}
	if o.Claims > 0 && q.Storage == "" {
		list.Add("quota.objects.claims", o.Claims, "has no storage to claim", "set quota.storage, or remove it")
	}
	if o.LoadBalancers > o.withDefaults(q.Storage).Services {
		list.Add("quota.objects.loadBalancers", o.LoadBalancers, "is more than all Services may be", "raise quota.objects.services, or lower it")
	}
}

// count adds a mistake if a number is below nothing.
func count(list *check.List, path string, n int) {
	if n < 0 {
		list.Add(path, n, "is less than nothing", "use 0 or more")
	}
}

func (q Quota) storage() string {
	if q.Storage == "" {
		return "0"
	}
	return q.Storage
}

func (o Objects) withDefaults(storage string) Objects {
	or := func(n, byDefault int) int {
		if n == 0 {
			return byDefault
		}
		return n
	}
	d := DefaultObjects
	if storage == "" {
		d.Claims = 0
	}
	return Objects{
		Claims: or(o.Claims, d.Claims), Services: or(o.Services, d.Services), LoadBalancers: o.LoadBalancers,
		ConfigMaps: or(o.ConfigMaps, d.ConfigMaps), Secrets: or(o.Secrets, d.Secrets),
		Jobs: or(o.Jobs, d.Jobs), CronJobs: or(o.CronJobs, d.CronJobs),
	}
}

// hard returns the quota in the words of Kubernetes. CPU limits are not
// bounded: a limit only slows a pod down when the node has CPU to spare.
// https://kubernetes.io/docs/concepts/policy/resource-quotas/
func (q Quota) hard() pulumi.StringMap {
	number := func(n int) pulumi.String { return pulumi.String(strconv.Itoa(n)) }
	objects := q.Objects.withDefaults(q.Storage)
	hard := pulumi.StringMap{
		"requests.cpu":           pulumi.String(q.CPU),
		"requests.memory":        pulumi.String(q.Memory),
		"limits.memory":          pulumi.String(q.Memory),
		"requests.storage":       pulumi.String(q.storage()),
		"pods":                   number(q.Pods),
		"persistentvolumeclaims": number(objects.Claims),
		"services":               number(objects.Services),
		// What is open to the internet is so by the gateway.
		"services.loadbalancers": number(objects.LoadBalancers),
		// A node port opens every node, past load balancer and gateway.
		"services.nodeports":   number(0),
		"configmaps":           number(objects.ConfigMaps),
		"secrets":              number(objects.Secrets),
		"count/jobs.batch":     number(objects.Jobs),
		"count/cronjobs.batch": number(objects.CronJobs),
	}
	for _, gpu := range gpuResources {
		hard["requests."+gpu] = number(q.GPUs)
	}
	for class, amount := range q.StorageByClass {
		hard[class+".storageclass.storage.k8s.io/requests.storage"] = pulumi.String(amount)
	}
	return hard
}

// bounds makes the quotas and the limits of a namespace.
func (o *namespaceObjects) bounds() ([]pulumi.Resource, error) {
	quota, err := corev1.NewResourceQuota(o.ctx, o.name, &corev1.ResourceQuotaArgs{
		Metadata: o.meta("quota"),
		Spec:     corev1.ResourceQuotaSpecArgs{Hard: o.args.Quota.hard()},
	}, o.in...)
	if err != nil {
		return nil, err
	}
	limits, err := corev1.NewLimitRange(o.ctx, o.name, &corev1.LimitRangeArgs{
		Metadata: o.meta("limits"),
		Spec:     corev1.LimitRangeSpecArgs{Limits: o.args.Limits.items(o.args.Quota)},
	}, o.in...)
	if err != nil {
		return nil, err
	}
	priority, err := o.priorityQuota()
	return append(priority, quota, limits), err
}
