package stacks

// Tenant is a team or application with a namespace of its own.
type Tenant struct {
	// Name of the tenant and of its namespace, a DNS label.
	Name string `json:"name" jsonschema:"required,maxLength=63"`
	// Description says in one line what the tenant does.
	Description string `json:"description,omitempty"`
	// Contact is where its team is reached, such as an e-mail address.
	Contact string `json:"contact,omitempty"`
	// Clusters it is on, by name.
	Clusters []string `json:"clusters,omitempty"`
	// Labels say whose its objects are, where that differs from the stack's.
	Labels Labels `json:"labels,omitempty"`
	// Quota bounds what all its pods may ask for together, on each cluster.
	Quota Quota `json:"quota" jsonschema:"required"`
	// Limits bound what one container, pod or claim may ask for.
	Limits Limits `json:"limits,omitempty"`
	// HighestPriority is the highest rank its pods may have. When nodes are full,
	// those of lower rank give way; batch pushes nobody away.
	HighestPriority string `json:"highestPriority,omitempty" jsonschema:"enum=critical,enum=high,enum=normal,enum=batch"`
	// Access says which people may do what in its namespace.
	Access TenantAccess `json:"access,omitempty"`
	// Egress is where its pods may go, besides each other and DNS. The clouds'
	// metadata services are left out of it.
	Egress []Egress `json:"egress,omitempty"`
	// Ingress is which other tenants' pods may come in. They declare it as egress,
	// too; a cluster that one of the two is not on has nothing of it.
	Ingress []Ingress `json:"ingress,omitempty"`
	// DeletionProtection keeps its namespaces, and the volumes in them, from being
	// deleted until an update has set it to false.
	DeletionProtection *bool `json:"deletionProtection,omitempty"`
}

// Quota bounds a tenant. Amounts are Kubernetes quantities in quotes.
type Quota struct {
	// CPU is the sum of all CPU requests, such as "8".
	CPU string `json:"cpu" jsonschema:"required"`
	// Memory is the sum of all memory requests and limits, such as 16Gi.
	Memory string `json:"memory" jsonschema:"required"`
	// Pods is the largest number of pods.
	Pods int `json:"pods" jsonschema:"required,minimum=1"`
	// Storage is the sum of all volume claims, such as 100Gi.
	Storage string `json:"storage,omitempty"`
	// FastStorage is how much of it may be of the class for databases, where the
	// cluster has one.
	FastStorage string `json:"fastStorage,omitempty"`
	// SharedStorage is how much of it may be of the class that many pods mount at
	// once, where the cluster has one. On gcp a file system has 1Ti at least,
	// whatever is claimed.
	SharedStorage string `json:"sharedStorage,omitempty"`
	// GPUs is how many GPUs of each make all pods may have together.
	GPUs int `json:"gpus,omitempty" jsonschema:"minimum=0"`
	// Objects is how many objects of a kind there may be.
	Objects Objects `json:"objects,omitempty"`
}

// Objects is how many objects of a kind a tenant may have on each cluster.
type Objects struct {
	// Claims for volumes.
	Claims int `json:"claims,omitempty" jsonschema:"minimum=0"`
	// Services of any type. None may open a port on the nodes.
	Services int `json:"services,omitempty" jsonschema:"minimum=0"`
	// LoadBalancers is how many of the Services may be load balancers of the
	// cloud.
	LoadBalancers int `json:"loadBalancers,omitempty" jsonschema:"minimum=0"`
	// ConfigMaps with their old versions.
	ConfigMaps int `json:"configMaps,omitempty" jsonschema:"minimum=0"`
	// Secrets with their old versions.
	Secrets int `json:"secrets,omitempty" jsonschema:"minimum=0"`
	// Jobs, those that are done among them.
	Jobs int `json:"jobs,omitempty" jsonschema:"minimum=0"`
	// CronJobs of the namespace.
	CronJobs int `json:"cronJobs,omitempty" jsonschema:"minimum=0"`
}

// Limits bound what one container, pod or claim may ask for. Amounts are
// Kubernetes quantities in quotes.
type Limits struct {
	// CPU is the request of a container that names none.
	CPU string `json:"cpu,omitempty"`
	// Memory is the request and limit of a container that names none.
	Memory string `json:"memory,omitempty"`
	// PodMemory is the largest memory limit of one pod.
	PodMemory string `json:"podMemory,omitempty"`
	// Claim is the largest volume claim.
	Claim string `json:"claim,omitempty"`
}

// TenantAccess says which people may do what in a tenant's namespace: groups, by
// the names the cluster's login reports, such as those of Google Groups on gcp,
// and on aws the groups of an access entry. Nobody may read Secrets, enter pods,
// or change quotas, network policies and rights.
type TenantAccess struct {
	// Owners lists groups that may do what developers may, and make, change and
	// delete what runs.
	Owners []string `json:"owners,omitempty"`
	// Developers lists groups that may do what viewers may, read logs, restart
	// pods and scale.
	Developers []string `json:"developers,omitempty"`
	// Viewers lists groups that may see what there is, except Secrets and logs.
	Viewers []string `json:"viewers,omitempty"`
}

// Egress is one destination that a tenant's pods may go to: exactly one of cidr,
// tenant and names.
type Egress struct {
	// CIDR is a network outside the cluster, in CIDR notation. A network that is
	// wider than the cluster's own leaves those out.
	CIDR string `json:"cidr,omitempty"`
	// Tenant of this stack, by name. It has to let this one in, under ingress.
	Tenant string `json:"tenant,omitempty"`
	// Names lists DNS names, such as api.example.com, or *.example.com for those
	// one label below. Only on gcp: elsewhere network policies know addresses
	// alone.
	Names []string `json:"names,omitempty"`
	// Ports there, such as [443].
	Ports []int `json:"ports" jsonschema:"required,minItems=1"`
	// Protocol of the ports.
	Protocol string `json:"protocol,omitempty" jsonschema:"enum=TCP,enum=UDP"`
}

// Ingress is a tenant whose pods may come in.
type Ingress struct {
	// Tenant of this stack, by name. It has to declare that it comes, under
	// egress.
	Tenant string `json:"tenant" jsonschema:"required"`
	// Ports of the pods here, such as [8080].
	Ports []int `json:"ports" jsonschema:"required,minItems=1"`
	// Protocol of the ports.
	Protocol string `json:"protocol,omitempty" jsonschema:"enum=TCP,enum=UDP"`
}
