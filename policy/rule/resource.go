package rule

import (
	"path"
	"strings"
	"sync"
)

// Resource is one resource as a rule sees it. It is made once and handed to
// every rule that looks at its type.
type Resource struct {
	URN  string
	Type string // type token, as in "aws:eks/cluster:Cluster"
	Name string // the name in the program
	// Provider is the URN of the provider that manages it; two clusters in one
	// stack have two Kubernetes providers.
	Provider string
	// DependsOn has, per property, the URNs of the resources its value comes
	// from. Only a stack's resources carry it.
	DependsOn map[string][]string
	// Properties are the inputs, for a rule over one resource, and the outputs,
	// for a rule over a stack.
	Properties Value

	pod     *Pod
	memo    sync.Once
	kept    any
	inStack bool // one of many, so messages must name it
}

// NewResource makes a resource from its decoded properties; see [Value] for
// the form of tree.
func NewResource(urn, typ, name string, tree map[string]any) *Resource {
	r := &Resource{URN: urn, Type: typ, Name: name}
	r.Properties = Value{data: tree, of: r}.open()
	r.pod = extractPod(r)
	return r
}

// Keep builds something of the resource once and keeps it with the resource, as
// an evaluator's own form of the object. There is room for one thing.
func (r *Resource) Keep(build func() any) any {
	r.memo.Do(func() { r.kept = build() })
	return r.kept
}

// Get goes down the properties by keys; see [Value.Get].
func (r *Resource) Get(keys ...string) Value { return r.Properties.Get(keys...) }

// Pod is the pod a Kubernetes workload runs, or nil for any other resource.
func (r *Resource) Pod() *Pod { return r.pod }

// Namespace is the namespace of a Kubernetes object.
func (r *Resource) Namespace() Value { return r.Get("metadata", "namespace") }

// Kind is the group and kind of a Kubernetes object, and whether it is one.
func (r *Resource) Kind() (Kind, bool) { return kindOf(r.Type) }

// Stack is all resources of a stack, as they are at the end of a preview or
// update.
type Stack struct {
	Resources []*Resource

	byURN map[string]*Resource
}

// NewStack makes a stack of resources.
func NewStack(resources []*Resource) *Stack {
	s := &Stack{Resources: resources, byURN: make(map[string]*Resource, len(resources))}
	for _, r := range resources {
		r.inStack = true
		s.byURN[r.URN] = r
	}
	return s
}

// Find is the resource with that URN, or nil.
func (s *Stack) Find(urn string) *Resource { return s.byURN[urn] }

// Of are the resources a target looks at, in the stack's order.
func (s *Stack) Of(t Target) []*Resource {
	var found []*Resource
	for _, r := range s.Resources {
		if t.Matches(r.Type) {
			found = append(found, r)
		}
	}
	return found
}

// Kind is a kind of Kubernetes object in any version of its API group.
type Kind struct {
	Group string // "core" for Kubernetes' own
	Name  string // "Pod"
}

func (k Kind) String() string { return k.Group + "/" + k.Name }

// kindOf reads "kubernetes:apps/v1:Deployment", and "kubernetes:v1:Pod", which is
// what the SDK's CustomResource makes of an object of Kubernetes' own.
func kindOf(typ string) (Kind, bool) {
	rest, ok := strings.CutPrefix(typ, "kubernetes:")
	if !ok {
		return Kind{}, false
	}
	apiVersion, name, ok := strings.Cut(rest, ":")
	if !ok {
		return Kind{}, false
	}
	group, version, ok := strings.Cut(apiVersion, "/")
	if !ok {
		group, version = "core", apiVersion
	}
	return Kind{Group: group, Name: name}, version != "" && name != ""
}

// Target is what a rule looks at: resources of some types, Kubernetes objects
// of some kinds, or the stack as a whole.
type Target struct {
	Types []string
	// Like are patterns of types, in which * stands for any characters but '/',
	// for what many services have in the same form.
	Like  []string
	Kinds []Kind
	Stack bool
}

// Matches says whether a resource of that type is looked at.
func (t Target) Matches(typ string) bool {
	for _, want := range t.Types {
		if want == typ {
			return true
		}
	}
	for _, pattern := range t.Like {
		if ok, err := path.Match(pattern, typ); ok && err == nil {
			return true
		}
	}
	if len(t.Kinds) == 0 {
		return false
	}
	kind, ok := kindOf(typ)
	if !ok {
		return false
	}
	for _, want := range t.Kinds {
		if want == kind {
			return true
		}
	}
	return false
}
