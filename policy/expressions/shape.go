package expressions

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// shapes are of the kinds that the API server decodes into types of its own, by
// apiVersion and kind. What it shows to a policy went through such a type: an
// empty list is as good as none, an empty object is there when the type has no
// pointer to it, and quantities have one form.
var shapes = map[[2]string]func() *shape{
	{"v1", "Pod"}:                                                         shapeOf[corev1.Pod](),
	{"v1", "ReplicationController"}:                                       shapeOf[corev1.ReplicationController](),
	{"v1", "Service"}:                                                     shapeOf[corev1.Service](),
	{"v1", "ServiceAccount"}:                                              shapeOf[corev1.ServiceAccount](),
	{"v1", "ConfigMap"}:                                                   shapeOf[corev1.ConfigMap](),
	{"v1", "Secret"}:                                                      shapeOf[corev1.Secret](),
	{"v1", "Namespace"}:                                                   shapeOf[corev1.Namespace](),
	{"v1", "ResourceQuota"}:                                               shapeOf[corev1.ResourceQuota](),
	{"v1", "LimitRange"}:                                                  shapeOf[corev1.LimitRange](),
	{"v1", "PersistentVolume"}:                                            shapeOf[corev1.PersistentVolume](),
	{"v1", "PersistentVolumeClaim"}:                                       shapeOf[corev1.PersistentVolumeClaim](),
	{"apps/v1", "Deployment"}:                                             shapeOf[appsv1.Deployment](),
	{"apps/v1", "StatefulSet"}:                                            shapeOf[appsv1.StatefulSet](),
	{"apps/v1", "DaemonSet"}:                                              shapeOf[appsv1.DaemonSet](),
	{"apps/v1", "ReplicaSet"}:                                             shapeOf[appsv1.ReplicaSet](),
	{"batch/v1", "Job"}:                                                   shapeOf[batchv1.Job](),
	{"batch/v1", "CronJob"}:                                               shapeOf[batchv1.CronJob](),
	{"autoscaling/v2", "HorizontalPodAutoscaler"}:                         shapeOf[autoscalingv2.HorizontalPodAutoscaler](),
	{"policy/v1", "PodDisruptionBudget"}:                                  shapeOf[policyv1.PodDisruptionBudget](),
	{"scheduling.k8s.io/v1", "PriorityClass"}:                             shapeOf[schedulingv1.PriorityClass](),
	{"rbac.authorization.k8s.io/v1", "Role"}:                              shapeOf[rbacv1.Role](),
	{"rbac.authorization.k8s.io/v1", "RoleBinding"}:                       shapeOf[rbacv1.RoleBinding](),
	{"rbac.authorization.k8s.io/v1", "ClusterRole"}:                       shapeOf[rbacv1.ClusterRole](),
	{"rbac.authorization.k8s.io/v1", "ClusterRoleBinding"}:                shapeOf[rbacv1.ClusterRoleBinding](),
	{"networking.k8s.io/v1", "NetworkPolicy"}:                             shapeOf[networkingv1.NetworkPolicy](),
	{"networking.k8s.io/v1", "Ingress"}:                                   shapeOf[networkingv1.Ingress](),
	{"networking.k8s.io/v1", "IngressClass"}:                              shapeOf[networkingv1.IngressClass](),
	{"storage.k8s.io/v1", "StorageClass"}:                                 shapeOf[storagev1.StorageClass](),
	{"admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"}: shapeOf[admissionregistrationv1.ValidatingWebhookConfiguration](),
	{"admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"}:   shapeOf[admissionregistrationv1.MutatingWebhookConfiguration](),
}

// shape is how a type of the API is written.
type shape struct {
	fields   map[string]property // of an object
	elements *shape              // of a list, or of a map with any keys
	quantity bool
	// empty has the fields that are there even when nobody set them.
	empty map[string]any
}

// property is one field of an object.
type property struct {
	*shape
	// bare fields are no pointers: nobody can tell an empty value from none.
	bare bool
}

func shapeOf[T any]() func() *shape {
	return sync.OnceValue(func() *shape { return read(reflect.TypeFor[T](), map[reflect.Type]*shape{}) })
}

var (
	quantityType = reflect.TypeFor[resource.Quantity]()
	marshaler    = reflect.TypeFor[json.Marshaler]()
)

// read makes the shape of a type; known has those that are being made, for types
// that have themselves as a part.
func read(t reflect.Type, known map[reflect.Type]*shape) *shape {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := known[t]; ok {
		return s
	}
	s := &shape{}
	known[t] = s
	switch {
	case t == quantityType:
		s.quantity = true
	case t.Implements(marshaler) || reflect.PointerTo(t).Implements(marshaler):
		// A time, or a number or text: one value, however it is kept.
	case t.Kind() == reflect.Slice, t.Kind() == reflect.Map:
		s.elements = read(t.Elem(), known)
	case t.Kind() == reflect.Struct:
		s.fields, s.empty = map[string]property{}, map[string]any{}
		s.readFields(t, known)
	}
	return s
}

func (s *shape) readFields(t reflect.Type, known map[reflect.Type]*shape) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := strings.Split(f.Tag.Get("json"), ",")
		name, omitted := tag[0], slices.Contains(tag, "omitempty")
		switch {
		case name == "-" || name == "status":
			continue
		case name == "" && f.Anonymous:
			s.readFields(f.Type, known)
			continue
		}
		inner := read(f.Type, known)
		s.fields[name] = property{shape: inner, bare: omitted && f.Type.Kind() != reflect.Pointer}
		switch f.Type.Kind() {
		case reflect.Struct:
			if inner.fields != nil {
				s.empty[name] = map[string]any(nil)
			}
		case reflect.String:
			if !omitted {
				s.empty[name] = ""
			}
		case reflect.Bool:
			if !omitted {
				s.empty[name] = false
			}
		case reflect.Int32, reflect.Int64:
			if !omitted {
				s.empty[name] = int64(0)
			}
		}
	}
}

// shapeOfTree is the shape of a whole object, or nil.
func shapeOfTree(tree map[string]any) *shape {
	apiVersion, _ := tree["apiVersion"].(string)
	kind, _ := tree["kind"].(string)
	if of, ok := shapes[[2]string{apiVersion, kind}]; ok {
		return of()
	}
	return nil
}

// property is the field of a shape, or of none.
func (s *shape) property(key string) property {
	switch {
	case s == nil:
		return property{}
	case s.elements != nil:
		return property{shape: s.elements}
	default:
		return s.fields[key]
	}
}

// element is the shape of a list's elements.
func (s *shape) element() *shape {
	if s == nil {
		return nil
	}
	return s.elements
}

// normal is a tree in the form the type has. It changes the tree.
func (s *shape) normal(data any) any {
	if s == nil {
		return data
	}
	switch d := data.(type) {
	case map[string]any:
		if s.elements != nil {
			for k, e := range d {
				d[k] = s.elements.normal(e)
				if s.elements.quantity {
					d[k] = canonical(d[k], resource.Milli)
				}
			}
			return d
		}
		if s.fields == nil {
			return d
		}
		for k, e := range d {
			f, ok := s.fields[k]
			if !ok {
				continue
			}
			if e = f.normal(e); f.bare && isEmpty(e) {
				delete(d, k)
			} else {
				d[k] = e
			}
		}
		for k, e := range s.empty {
			if _, there := d[k]; there {
				continue
			}
			if _, isObject := e.(map[string]any); isObject {
				e = s.fields[k].normal(map[string]any{})
			}
			d[k] = e
		}
	case []any:
		if s.elements != nil {
			for i, e := range d {
				d[i] = s.elements.normal(e)
			}
		}
	case string, int64, float64:
		if s.quantity {
			return canonical(d, resource.Nano)
		}
	}
	return data
}

// isEmpty says whether a value is its type's zero.
func isEmpty(data any) bool {
	switch d := data.(type) {
	case map[string]any:
		return len(d) == 0
	case []any:
		return len(d) == 0
	case string:
		return d == ""
	case bool:
		return !d
	case int64:
		return d == 0
	default:
		return false
	}
}

// canonical is the form the API server gives a quantity, rounded up to a scale.
// What is no quantity stays as it is.
func canonical(data any, scale resource.Scale) any {
	var text string
	switch d := data.(type) {
	case string:
		text = d
	case int64:
		text = strconv.FormatInt(d, 10)
	case float64:
		text = strconv.FormatFloat(d, 'g', -1, 64)
	default:
		return data
	}
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return data
	}
	q.RoundUp(scale)
	return q.String()
}
