package podsecurity

import (
	"encoding/json"
	"math"
	"slices"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/ai-now/platform/policy/rule"
)

// pod is the pod of a workload in the types that the checks take, at its best:
// what is not known yet is what the checks like best.
type pod struct {
	of    *rule.Resource
	spec  rule.Value
	typed struct {
		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     corev1.PodSpec    `json:"spec"`
	}
	// refused is why the API server would not take the pod, "" when it would.
	refused string

	unknowns []place
	secrets  []field
}

// place is a value and where in the pod it stands.
type place struct {
	value rule.Value
	at    field
}

// last is the pod that was found last: the rules of both levels ask for the same
// one in turn, and to make it costs more than to judge it.
var last atomic.Pointer[pod]

// find finds the pod of a workload.
func find(r *rule.Resource) *pod {
	if p := last.Load(); p != nil && p.of == r {
		return p
	}
	p := makePod(r)
	last.Store(p)
	return p
}

func makePod(r *rule.Resource) *pod {
	kind, _ := r.Kind()
	path, _ := rule.PodSpecPath(kind)
	p := &pod{of: r, spec: r.Get(path...)}
	if p.spec.IsUnknown() {
		return p
	}
	metadata := slices.Concat(path[:len(path)-1], []string{"metadata"})
	annotations := p.copy(r.Get(metadata...).Get("annotations"), field{"metadata", "annotations"})
	p.decode(map[string]any{
		"metadata": map[string]any{"annotations": annotations},
		"spec":     p.copy(p.spec, field{"spec"}),
	})
	for i := range p.typed.Spec.Volumes {
		// The API server makes an emptyDir of a volume without a source.
		if v := &p.typed.Spec.Volumes[i]; v.VolumeSource == (corev1.VolumeSource{}) {
			v.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	return p
}

// copy makes plain JSON of a value, remembers the places of unknowns and of
// secrets, and puts the best in the place of unknowns.
func (p *pod) copy(v rule.Value, where field) any {
	below := func(key string) field { return append(where[:len(where):len(where)], key) }
	switch d := v.Tree().(type) {
	case rule.Unknown:
		p.unknowns = append(p.unknowns, place{v, where})
		return best(where)
	case map[string]any:
		fields := make(map[string]any, len(d))
		for _, key := range v.Keys() {
			if value := p.copy(v.Get(key), below(key)); value != nil {
				fields[key] = value
			}
		}
		return fields
	case []any:
		elements := make([]any, 0, len(d))
		for _, item := range v.Items() {
			if value := p.copy(item, below("*")); value != nil || !item.IsUnknown() {
				elements = append(elements, value)
			}
		}
		return elements
	}
	if v.IsSecret() {
		p.secrets = append(p.secrets, where)
	}
	if n, ok := v.Number(); ok && n == math.Trunc(n) && math.Abs(n) < 1<<53 {
		return int64(n)
	}
	return v.Tree()
}

// decode makes an object of the API of plain JSON.
func (p *pod) decode(tree map[string]any) {
	err := runtime.DefaultUnstructuredConverter.FromUnstructured(tree, &p.typed)
	if err == nil {
		return
	}
	p.refused = err.Error()
	// The slower decoder says which field it is.
	text, err := json.Marshal(tree)
	if err != nil {
		return
	}
	if err := utiljson.Unmarshal(text, &p.typed); err != nil {
		p.refused = err.Error()
	}
}

// unknownAt are the unknown values that one of the fields is, or is in.
func (p *pod) unknownAt(fields []field) []rule.Value {
	var found []rule.Value
	for _, u := range p.unknowns {
		if anyWithin(fields, u.at) {
			found = append(found, u.value)
		}
	}
	return found
}

// holdsSecret says whether a message of a check over these fields could show a
// secret.
func (p *pod) holdsSecret(fields []field) bool {
	for _, s := range p.secrets {
		if anyWithin(fields, s) || anyWithin(names, s) {
			return true
		}
	}
	return false
}

// names are what every check's message has.
var names = join(each("name"), at("spec", "volumes", "*", "name"))

func anyWithin(fields []field, place field) bool {
	for _, f := range fields {
		if f.within(place) {
			return true
		}
	}
	return false
}

// open reports that values are not known yet.
func (*pod) open(q *rule.Inquiry, values []rule.Value) {
	for _, v := range values {
		q.Require(v.Present(), v, "")
	}
}
