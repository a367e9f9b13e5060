// Package nodes makes the Kubernetes nodes of a node pool: real Node objects
// in the cluster's control plane, kept alive by kwok, with the names, labels,
// taints and capacity that the nodes of the three clouds have.
package nodes

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientv1 "k8s.io/client-go/kubernetes/typed/core/v1"
)

const (
	// kwokAnnotation tells kwok to keep the node ready.
	kwokAnnotation = "kwok.x-k8s.io/node"
	// indexAnnotation is the node's place in its pool.
	indexAnnotation = "sandbox.ai-now.io/node-index"
	// poolAnnotation holds the labels and taints that came from the pool, so that those it gives up can be taken away.
	poolAnnotation = "sandbox.ai-now.io/from-pool"
)

// Pool is the wanted state of a node pool.
type Pool struct {
	// Selector is the label by which the cloud marks the nodes of this pool.
	Selector Label
	// Machine is the instance type of every node.
	Machine Machine
	// Nodes are the places in the pool, one node each.
	Nodes []Place
	// Region is the value of the region label.
	Region string
	// Labels of every node, those of the cloud included.
	Labels map[string]string
	// Taints of every node.
	Taints []corev1.Taint
	// Allocatable is what of the machine's resources pods may use.
	Allocatable func(Machine) corev1.ResourceList
	// Identity gives the name, the providerID and the internal IP of node i of
	// the pool. Attempts are counted until the name is free in the cluster.
	Identity func(i, attempt int) Identity
}

// Label is one label.
type Label struct{ Key, Value string }

// Place says where one node is.
type Place struct {
	// Zone is the value of the zone label, empty for a cloud without zones.
	Zone string
}

// Identity is what tells one node from another.
type Identity struct {
	Name       string
	ProviderID string
	InternalIP string
	// Labels that only this node has.
	Labels map[string]string
}

// fromPool is what poolAnnotation holds.
type fromPool struct {
	Labels []string `json:"labels"`
	Taints []string `json:"taints"`
}

// Reconcile makes the nodes of a pool what the pool says, and returns their names in the order of their places.
// Nodes that stay are changed in place; a node of another machine or in another zone is made anew.
func Reconcile(ctx context.Context, client clientv1.NodeInterface, p Pool) ([]string, error) {
	all, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, fmt.Errorf("nodes of pool %s: %w", p.Selector.Value, err)
	}
	taken := map[string]bool{}
	mine := map[int]*corev1.Node{}
	for i := range all.Items {
		n := &all.Items[i]
		taken[n.Name] = true
		if n.Labels[p.Selector.Key] != p.Selector.Value {
			continue
		}
		place, err := strconv.Atoi(n.Annotations[indexAnnotation])
		if err != nil || place >= len(p.Nodes) || mine[place] != nil || !p.fits(n, place) {
			if err := remove(ctx, client, n.Name); err != nil {
				return nil, err
			}
			continue
		}
		mine[place] = n
	}
	names := make([]string, len(p.Nodes))
	for i := range p.Nodes {
		n, err := p.ensure(ctx, client, i, mine[i], taken)
		if err != nil {
			return nil, err
		}
		names[i] = n
	}
	return names, nil
}

// Remove deletes all nodes of a pool.
func Remove(ctx context.Context, client clientv1.NodeInterface, selector Label) error {
	list, err := client.List(ctx, metav1.ListOptions{LabelSelector: selector.Key + "=" + selector.Value})
	if err != nil {
		return fmt.Errorf("nodes of pool %s: %w", selector.Value, err)
	}
	for i := range list.Items {
		if err := remove(ctx, client, list.Items[i].Name); err != nil {
			return err
		}
	}
	return nil
}

func remove(ctx context.Context, client clientv1.NodeInterface, name string) error {
	if err := client.Delete(ctx, name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete node %s: %w", name, err)
	}
	return nil
}

// fits says whether an existing node can stay at a place.
func (p Pool) fits(n *corev1.Node, place int) bool {
	return n.Labels[corev1.LabelInstanceTypeStable] == p.Machine.Name &&
		n.Labels[corev1.LabelTopologyZone] == p.Nodes[place].Zone
}

func (p Pool) ensure(ctx context.Context, client clientv1.NodeInterface, i int, have *corev1.Node, taken map[string]bool) (string, error) {
	if have != nil {
		return have.Name, p.update(ctx, client, i, have)
	}
	// As many attempts as there are nodes, and one, always find a free name where names can differ.
	for attempt := range len(taken) + 1 {
		id := p.Identity(i, attempt)
		if taken[id.Name] {
			continue
		}
		taken[id.Name] = true
		if _, err := client.Create(ctx, p.node(i, id), metav1.CreateOptions{}); err != nil {
			return "", fmt.Errorf("create node %s: %w", id.Name, err)
		}
		return id.Name, nil
	}
	return "", fmt.Errorf("pool %s: no name is free for node %d: the addresses of its subnet are used up", p.Selector.Value, i)
}

// node is the object a kubelet of this cloud would register.
func (p Pool) node(i int, id Identity) *corev1.Node {
	n := &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name:   id.Name,
			Labels: p.labels(i, id),
			Annotations: map[string]string{
				kwokAnnotation: "fake", indexAnnotation: strconv.Itoa(i), poolAnnotation: p.annotation(),
			},
		},
		Spec: corev1.NodeSpec{ProviderID: id.ProviderID, Taints: slices.Clone(p.Taints)},
		Status: corev1.NodeStatus{
			Capacity: p.Machine.Capacity(), Allocatable: p.Allocatable(p.Machine),
			Addresses: []corev1.NodeAddress{{Type: corev1.NodeHostName, Address: id.Name}},
		},
	}
	if id.InternalIP != "" {
		n.Status.Addresses = append(n.Status.Addresses, corev1.NodeAddress{Type: corev1.NodeInternalIP, Address: id.InternalIP})
	}
	return n
}

func (p Pool) labels(i int, id Identity) map[string]string {
	l := map[string]string{
		corev1.LabelHostname:           id.Name,
		corev1.LabelOSStable:           "linux",
		corev1.LabelArchStable:         p.Machine.Arch(),
		corev1.LabelInstanceTypeStable: p.Machine.Name,
		corev1.LabelTopologyRegion:     p.Region,
		p.Selector.Key:                 p.Selector.Value,
	}
	if z := p.Nodes[i].Zone; z != "" {
		l[corev1.LabelTopologyZone] = z
	}
	for k, v := range p.Labels {
		l[k] = v
	}
	for k, v := range id.Labels {
		l[k] = v
	}
	return l
}

func (p Pool) annotation() string {
	f := fromPool{Labels: []string{}, Taints: []string{}}
	for k := range p.Labels {
		f.Labels = append(f.Labels, k)
	}
	slices.Sort(f.Labels)
	for _, t := range p.Taints {
		f.Taints = append(f.Taints, taintKey(t))
	}
	slices.Sort(f.Taints)
	b, err := json.Marshal(f)
	if err != nil { // two lists of strings
		panic(err)
	}
	return string(b)
}

func taintKey(t corev1.Taint) string { return t.Key + ":" + string(t.Effect) }

// update gives a node the pool's labels and taints. What others put on it stays.
func (p Pool) update(ctx context.Context, client clientv1.NodeInterface, i int, have *corev1.Node) error {
	var before fromPool
	_ = json.Unmarshal([]byte(have.Annotations[poolAnnotation]), &before) // damaged: nothing is taken away
	n := have.DeepCopy()
	id := Identity{Name: have.Name}
	for _, k := range before.Labels {
		delete(n.Labels, k)
	}
	for k, v := range p.labels(i, id) {
		n.Labels[k] = v
	}
	n.Spec.Taints = slices.DeleteFunc(n.Spec.Taints, func(t corev1.Taint) bool {
		return slices.Contains(before.Taints, taintKey(t)) ||
			slices.ContainsFunc(p.Taints, func(w corev1.Taint) bool { return taintKey(w) == taintKey(t) })
	})
	n.Spec.Taints = append(n.Spec.Taints, p.Taints...)
	n.Annotations[poolAnnotation] = p.annotation()
	if equality.Semantic.DeepEqual(have, n) {
		return nil
	}
	if _, err := client.Update(ctx, n, metav1.UpdateOptions{}); err != nil {
		return fmt.Errorf("update node %s: %w", have.Name, err)
	}
	return nil
}
