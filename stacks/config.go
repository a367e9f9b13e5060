// Package stacks turns the configuration of a stack into clusters, namespaces
// and workloads.
//
// [Parse] reads and checks a configuration without an engine or an account at
// any cloud; [Deploy] is the program that Pulumi runs.
package stacks

// Namespace is the part of Pulumi's configuration that belongs to this program.
const Namespace = "ai-now"

// The comments on the fields below are the reference: docs/configuration.md and
// config.schema.json are generated from them.

// Config is the configuration of a stack.
type Config struct {
	// Environment the stack is, such as dev, staging, prod or local. prod has
	// stricter rules, listed in docs/configuration.md. Lower-case letters,
	// digits and '-', at most 16.
	Environment string `json:"environment" jsonschema:"required,pattern=^[a-z]([a-z0-9-]*[a-z0-9])?$,maxLength=16"`
	// Domain under which the environment's services are published, such as
	// prod.example.com.
	Domain string `json:"domain" jsonschema:"required"`
	// Labels say whose the stack's resources are. They are on every Kubernetes
	// object and every cloud resource. All of them are required here.
	Labels Labels `json:"labels" jsonschema:"required"`
	// AddressRange is the private network that all clusters' ranges are planned
	// in, in CIDR notation: it is divided into 16 equal blocks, one for each
	// cluster. Never change it once there is a cluster: networks would be
	// replaced.
	AddressRange string `json:"addressRange,omitempty"`
	// Charts says where Helm charts come from.
	Charts Charts `json:"charts,omitempty"`
	// Clusters of the stack, at least one.
	Clusters []Cluster `json:"clusters" jsonschema:"required,minItems=1"`
	// Tenants are the teams or applications that share the clusters. Each gets
	// a namespace of its name on every cluster it is on.
	Tenants []Tenant `json:"tenants,omitempty"`
	// Workloads are the applications the platform runs for its tenants.
	Workloads []Workload `json:"workloads,omitempty"`
	// Policy says which rules hold, for the policy pack and for the clusters.
	Policy Policy `json:"policy,omitempty"`
}

// Policy says which rules hold: docs/policy.md has the rules, docs/admission.md
// what the clusters do with them.
type Policy struct {
	// Profile is a ready-made configuration of the rules.
	Profile string `json:"profile,omitempty" jsonschema:"enum=audit,enum=baseline,enum=prod"`
	// Admission is what the clusters do with an object that breaks a rule: refuse
	// it (enforce), warn whoever made it, write it to the audit log, or nothing.
	Admission string `json:"admission,omitempty" jsonschema:"enum=enforce,enum=warn,enum=audit,enum=off"`
	// Rules are levels and settings by the id of a rule, or for all of them under
	// all: a level (advisory, mandatory, remediate, disabled), or a mapping of an
	// enforcementLevel and settings.
	Rules map[string]any `json:"rules,omitempty"`
	// Exemptions let objects break a rule until a day.
	Exemptions []Exemption `json:"exemptions,omitempty"`
}

// Exemption lets the objects of one tenant's namespace, or one object that is in
// no namespace, break one rule until a day.
type Exemption struct {
	// Rule is the id of a rule over Kubernetes objects.
	Rule string `json:"rule" jsonschema:"required"`
	// Namespace of a tenant. Exactly one of namespace and object.
	Namespace string `json:"namespace,omitempty"`
	// Object is the name of an object that is in no namespace, such as a
	// ClusterRole.
	Object string `json:"object,omitempty"`
	// Owner is the team that answers for it.
	Owner string `json:"owner" jsonschema:"required"`
	// Reason says why the rule cannot be kept.
	Reason string `json:"reason" jsonschema:"required"`
	// Expires is the last day it holds, in quotes, such as "2027-06-30". UTC.
	Expires string `json:"expires" jsonschema:"required"`
}

// Labels say whose something is.
type Labels struct {
	// Team who answers for it.
	Team string `json:"team,omitempty"`
	// CostCenter who pays for it. Write numbers in quotes.
	CostCenter string `json:"costCenter,omitempty"`
	// DataClassification is the most sensitive data it may hold.
	DataClassification string `json:"dataClassification,omitempty" jsonschema:"enum=public,enum=internal,enum=confidential,enum=restricted"`
}

// Charts says where Helm charts come from.
type Charts struct {
	// Mirror is a folder that holds every chart of docs/charts.md as
	// NAME-VERSION (unpacked) or NAME-VERSION.tgz, or a folder of an OCI
	// registry, beginning with oci://.
	Mirror string `json:"mirror,omitempty"`
}

// Cluster is one Kubernetes cluster.
type Cluster struct {
	// Name of the cluster, unique in the stack, and the cloud's name for it
	// too: unique in the account or project. A DNS label of at most 40
	// characters.
	Name string `json:"name" jsonschema:"required,maxLength=40"`
	// Cloud it is on. existing is a cluster that is there already.
	Cloud string `json:"cloud" jsonschema:"required,enum=aws,enum=gcp,enum=digitalocean,enum=existing"`
	// Region of the cloud, such as eu-west-1, europe-west1 or fra1. Required
	// unless the cluster exists.
	Region string `json:"region,omitempty"`
	// Zones of the region: two or three on aws, one to three on gcp, none
	// elsewhere. On aws their order decides which subnet is where: another
	// order replaces the network.
	Zones []string `json:"zones,omitempty"`
	// Version is the minor version of Kubernetes, in quotes. The cloud adds its
	// newest patch.
	Version string `json:"version,omitempty" jsonschema:"pattern=^1\\.[1-9][0-9]$"`
	// HighlyAvailable replicates the control plane and, on aws, the way out to
	// the internet. It cannot be taken back on digitalocean.
	HighlyAvailable *bool `json:"highlyAvailable,omitempty"`
	// DeletionProtection keeps the cluster, and what cannot be made again, from
	// being deleted or replaced until an update has set it to false.
	DeletionProtection *bool `json:"deletionProtection,omitempty"`
	// Project of Google Cloud. Required on gcp, and only there.
	Project string `json:"project,omitempty"`
	// Kubeconfig is the content of a kubeconfig file that reaches an existing
	// cluster. Set it with `pulumi config set --secret --path`.
	Kubeconfig string `json:"kubeconfig,omitempty"`
	// Context of the kubeconfig for an existing cluster.
	Context string `json:"context,omitempty"`
	// StorageClass for general use on an existing cluster.
	StorageClass string `json:"storageClass,omitempty"`
	// APIServerAccess lists the networks that may reach the API server over the
	// internet, in CIDR notation. On aws and gcp none means private access
	// only; on digitalocean none means everybody, which prod refuses.
	APIServerAccess []string `json:"apiServerAccess,omitempty"`
	// Network holds the address ranges, private (RFC 1918 or RFC 6598) and in
	// CIDR notation. No two ranges of a stack may overlap.
	Network Network `json:"network,omitempty"`
	// NodePools are the cluster's nodes. Required unless the cluster exists.
	// The first pool has no taints: the cluster's own services run there.
	NodePools []NodePool `json:"nodePools,omitempty"`
	// Access says who of the cloud's principals may use the Kubernetes API,
	// besides whoever deploys the stack. On aws and gcp.
	Access Access `json:"access,omitempty"`
	// Autoscaling says how the number of nodes follows the pods.
	Autoscaling Autoscaling `json:"autoscaling,omitempty"`
	// Maintenance says when the cloud may work on the cluster. On gcp and
	// digitalocean; AWS chooses itself.
	Maintenance Maintenance `json:"maintenance,omitempty"`
	// Audit says what becomes of the control plane's logs. On aws and gcp;
	// DigitalOcean has none to give.
	Audit Audit `json:"audit,omitempty"`
	// Edge bounds what the internet may send to the cluster's gateways. On aws
	// and gcp.
	Edge Edge `json:"edge,omitempty"`
	// Zone is a domain whose DNS zone is made in the cluster's cloud, such as
	// eks.prod.example.com. Its name servers are an output: the zone above must
	// delegate to them.
	Zone string `json:"zone,omitempty"`
	// Registry for container images in the cluster's cloud.
	Registry *Registry `json:"registry,omitempty"`
	// Buckets for objects in the cluster's cloud: private, encrypted, versioned.
	Buckets []Bucket `json:"buckets,omitempty"`
	// Identities in the cluster's cloud, each for one service account.
	Identities []Identity `json:"identities,omitempty"`
}

// Access says who may use the Kubernetes API: ARNs of IAM roles or users on aws,
// IAM members such as group:operators@example.com on gcp.
type Access struct {
	// Admins may do everything.
	Admins []string `json:"admins,omitempty"`
	// Viewers may read everything but secrets.
	Viewers []string `json:"viewers,omitempty"`
}

// Autoscaling says how the number of nodes follows the pods.
type Autoscaling struct {
	// Engine that chooses the number of nodes. Only on aws; the other clouds
	// bring their own.
	Engine string `json:"engine,omitempty" jsonschema:"enum=karpenter,enum=cluster-autoscaler"`
	// Profile says when a node goes: balanced when it is empty or all but so,
	// thrifty also when its pods fit elsewhere.
	Profile string `json:"profile,omitempty" jsonschema:"enum=balanced,enum=thrifty"`
	// UnneededAfter is how long a node must not be needed before it goes, such
	// as 10m. Not on gcp.
	UnneededAfter string `json:"unneededAfter,omitempty"`
	// Headroom is room that is kept free by pods which give way to any other,
	// so that new pods need not wait for a node.
	Headroom *Headroom `json:"headroom,omitempty"`
}

// Headroom is room that is kept free. Amounts are Kubernetes quantities in
// quotes.
type Headroom struct {
	// CPU each of the pods keeps free.
	CPU string `json:"cpu" jsonschema:"required"`
	// Memory each of them keeps free.
	Memory string `json:"memory" jsonschema:"required"`
	// Replicas is how many there are.
	Replicas int `json:"replicas" jsonschema:"required,minimum=1"`
}

// Maintenance is when the cloud may work on the cluster, in UTC.
type Maintenance struct {
	// Days of the week, in lower case: one on digitalocean; on gcp as many as
	// leave 48 hours in 32 days.
	Days []string `json:"days,omitempty"`
	// Start is the time of day in quotes, such as "03:00".
	Start string `json:"start,omitempty"`
	// Hours is how long the window is, from 4 to 24. Only on gcp.
	Hours int `json:"hours,omitempty"`
	// Exclusions are times in which nothing is upgraded. Only on gcp.
	Exclusions []Exclusion `json:"exclusions,omitempty"`
}

// Exclusion is a time in which nothing is upgraded.
type Exclusion struct {
	// Name of the exclusion, unique in the cluster.
	Name string `json:"name" jsonschema:"required"`
	// From is when it begins, such as "2026-12-18T00:00:00Z".
	From string `json:"from" jsonschema:"required"`
	// Until is when it ends, at most 30 days later for the scope all.
	Until string `json:"until" jsonschema:"required"`
	// Scope is what is excluded: all upgrades, minor versions, or minor versions
	// and all upgrades of nodes.
	Scope string `json:"scope,omitempty" jsonschema:"enum=all,enum=minor,enum=minorAndNodes"`
}

// Audit says what becomes of the control plane's logs.
type Audit struct {
	// RetentionDays is how long they are kept, at least 90.
	RetentionDays int `json:"retentionDays,omitempty"`
	// Notify lists e-mail addresses that are told of sensitive events.
	Notify []string `json:"notify,omitempty"`
}

// Edge bounds what the internet may send.
type Edge struct {
	// Firewall makes a web application firewall for the cluster's gateways.
	Firewall *bool `json:"firewall,omitempty"`
	// RateLimit is how many requests one client address may send in five
	// minutes.
	RateLimit int `json:"rateLimit,omitempty"`
	// Blocked lists networks that are refused, in CIDR notation.
	Blocked []string `json:"blocked,omitempty"`
}

// Registry for container images.
type Registry struct {
	// Repositories in it, such as shop/storefront.
	Repositories []string `json:"repositories" jsonschema:"required,minItems=1"`
	// KeepImages is how many images of a repository stay.
	KeepImages int `json:"keepImages,omitempty" jsonschema:"minimum=1"`
}

// Bucket for objects.
type Bucket struct {
	// Name of the bucket, unique in the cluster. A DNS label of at most 14
	// characters; the cloud's name for it begins with the cluster's and ends at
	// random.
	Name string `json:"name" jsonschema:"required,maxLength=14"`
	// ExpireDays is after how many days objects are deleted.
	ExpireDays int `json:"expireDays,omitempty" jsonschema:"minimum=1"`
	// NoncurrentDays is how long replaced and deleted versions are kept.
	NoncurrentDays int `json:"noncurrentDays,omitempty" jsonschema:"minimum=1"`
	// OwnKey encrypts it with a key of its own, whose use is logged and which
	// can be withdrawn. On aws and gcp.
	OwnKey bool `json:"ownKey,omitempty"`
}

// Identity is an identity in the cloud for one service account, with exactly the
// rights named here.
type Identity struct {
	// Name of the identity, unique in the cluster.
	Name string `json:"name" jsonschema:"required,maxLength=32"`
	// Namespace of the service account.
	Namespace string `json:"namespace" jsonschema:"required"`
	// ServiceAccount whose pods have it; a workload's has the workload's name.
	ServiceAccount string `json:"serviceAccount" jsonschema:"required"`
	// ReadSecrets lists prefixes of the secrets it may read, such as shop/.
	ReadSecrets []string `json:"readSecrets,omitempty"`
	// ReadBuckets lists buckets of the cluster it may read.
	ReadBuckets []string `json:"readBuckets,omitempty"`
	// WriteBuckets lists buckets of the cluster it may read and write.
	WriteBuckets []string `json:"writeBuckets,omitempty"`
	// ChangeZone lets it change the records of the cluster's zone.
	ChangeZone bool `json:"changeZone,omitempty"`
	// PullImages lists repositories of the cluster's registry it may pull from.
	PullImages []string `json:"pullImages,omitempty"`
	// PushImages lists repositories it may pull from and push to.
	PushImages []string `json:"pushImages,omitempty"`
}

// Network is the address ranges of a cluster.
type Network struct {
	// Block is the cluster's part of addressRange, from 0 to 15. Ranges that
	// are not named are planned in it. Never change it once the cluster is
	// there.
	Block *int `json:"block,omitempty" jsonschema:"minimum=0,maximum=15"`
	// Nodes is the range of the network the nodes are in; on aws, where pods
	// take addresses from it too, a /16 to a /20.
	Nodes string `json:"nodes,omitempty"`
	// Pods is the range pods take addresses from. Not on aws.
	Pods string `json:"pods,omitempty"`
	// Services is the range of the virtual addresses of Services.
	Services string `json:"services,omitempty"`
	// ControlPlane is the /28 the control plane is in. Only on gcp.
	ControlPlane string `json:"controlPlane,omitempty"`
}

// NodePool is a group of equal nodes. Each carries the label
// ai-now.io/node-pool with the pool's name.
type NodePool struct {
	// Name of the pool, unique in its cluster. A DNS label of at most 32
	// characters.
	Name string `json:"name" jsonschema:"required,maxLength=32"`
	// Class is what its nodes are for. compute, memory, gpu, spot and arm carry
	// a taint: only workloads that name the pool run there.
	Class string `json:"class,omitempty" jsonschema:"enum=system,enum=general,enum=compute,enum=memory,enum=gpu,enum=spot,enum=arm"`
	// Size is an instance type of the cloud, such as m6i.large, e2-standard-4
	// or s-2vcpu-4gb.
	Size string `json:"size,omitempty"`
	// OtherSizes are instance types of about the same size that may stand in for
	// it. Only on aws.
	OtherSizes []string `json:"otherSizes,omitempty"`
	// Nodes says how many there are, over all zones.
	Nodes NodeCount `json:"nodes" jsonschema:"required"`
	// Labels of the nodes, besides those every node has.
	Labels map[string]string `json:"labels,omitempty"`
	// Taints keep pods away that do not tolerate them. Workloads that name the
	// pool do.
	Taints []Taint `json:"taints,omitempty"`
}

// NodeCount bounds the number of nodes of a pool. If min is less than max, the
// cloud's autoscaler chooses.
type NodeCount struct {
	// Initial number, between min and max; on gcp a multiple of the number of
	// zones.
	Initial *int `json:"initial,omitempty" jsonschema:"minimum=0"`
	// Min is the fewest nodes; 0 lets a pool other than the first go when
	// nothing needs it.
	Min *int `json:"min,omitempty" jsonschema:"minimum=0"`
	// Max is the most nodes.
	Max int `json:"max" jsonschema:"required,minimum=1"`
}

// Taint keeps pods away from a node unless they tolerate it.
type Taint struct {
	// Key of the taint.
	Key string `json:"key" jsonschema:"required"`
	// Value of the taint.
	Value string `json:"value,omitempty"`
	// Effect on pods that do not tolerate it.
	Effect string `json:"effect" jsonschema:"required,enum=NoSchedule,enum=PreferNoSchedule,enum=NoExecute"`
}

// Workload is an application the platform runs.
type Workload struct {
	// Name of the application, unique in its tenant. A DNS label.
	Name string `json:"name" jsonschema:"required,maxLength=63"`
	// Tenant it belongs to, by name.
	Tenant string `json:"tenant" jsonschema:"required"`
	// Clusters it runs on, by name, of those its tenant is on.
	Clusters []string `json:"clusters,omitempty"`
	// Image with a tag other than latest, or a digest.
	Image string `json:"image" jsonschema:"required"`
	// Args for the image's entry point.
	Args []string `json:"args,omitempty"`
	// Env holds environment variables. No secrets: they can be read in the
	// cluster.
	Env map[string]string `json:"env,omitempty"`
	// Replicas is the number of pods on each cluster.
	Replicas int `json:"replicas,omitempty" jsonschema:"minimum=1"`
	// NodePool is the pool its pods run on, by name.
	NodePool string `json:"nodePool,omitempty"`
	// Ports the application listens on. Each is reachable under the workload's
	// name inside the cluster.
	Ports []Port `json:"ports,omitempty"`
	// HealthPath is requested over HTTP on the first port to see whether a pod
	// works.
	HealthPath string `json:"healthPath,omitempty" jsonschema:"pattern=^/"`
	// Resources every pod gets.
	Resources Resources `json:"resources,omitempty"`
	// RolloutTimeout is how long an update waits for the pods to run, such as
	// 90s or 10m.
	RolloutTimeout string `json:"rolloutTimeout,omitempty"`
}

// Port is a port an application listens on.
type Port struct {
	// Name of the port, an IANA service name of at most 15 characters, such as
	// http.
	Name string `json:"name" jsonschema:"required,maxLength=15"`
	// Port number from 1024 to 65535.
	Port int `json:"port" jsonschema:"required,minimum=1024,maximum=65535"`
}

// Resources of one pod. Amounts are Kubernetes quantities in quotes.
type Resources struct {
	// CPU kept free for each pod, such as 100m.
	CPU string `json:"cpu,omitempty"`
	// Memory each pod gets and may not exceed, such as 128Mi.
	Memory string `json:"memory,omitempty"`
}
