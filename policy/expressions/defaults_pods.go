package expressions

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/ai-now/platform/policy/rule"
)

// fillPodSpec sets the defaults of a pod, wherever it is.
func fillPodSpec(pod place) {
	pod.or("restartPolicy", "Always")
	pod.or("dnsPolicy", "ClusterFirst")
	pod.or("schedulerName", "default-scheduler")
	pod.or("terminationGracePeriodSeconds", int64(30))
	pod.or("securityContext", map[string]any{})
	// The one is an old name of the other, which the API server keeps up.
	if pod.fields["serviceAccountName"] == nil && pod.fields["serviceAccount"] != nil {
		pod.fields["serviceAccountName"] = pod.same("serviceAccount")
	}
	if pod.fields["serviceAccountName"] != nil {
		pod.fields["serviceAccount"] = pod.same("serviceAccountName")
	}
	for _, v := range pod.each("volumes") {
		fillVolume(v)
	}
	for _, list := range containerLists {
		for _, c := range pod.each(list) {
			fillContainer(c)
		}
	}
}

var containerLists = []string{"containers", "initContainers", "ephemeralContainers"}

func fillContainer(c place) {
	c.or("terminationMessagePath", "/dev/termination-log")
	c.or("terminationMessagePolicy", "File")
	c.or("imagePullPolicy", pullPolicy(c, "image"))
	for _, e := range c.each("env") {
		if from, ok := e.in("valueFrom"); ok {
			fillFieldRef(from)
		}
	}
	for _, p := range c.each("ports") {
		p.or("protocol", "TCP")
	}
	for _, kind := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		if probe, ok := c.in(kind); ok {
			fillProbe(probe)
		}
	}
	if lifecycle, ok := c.in("lifecycle"); ok {
		for _, hook := range []string{"postStart", "preStop"} {
			if at, ok := lifecycle.in(hook); ok {
				fillRequest(at)
			}
		}
	}
}

// pullPolicy is the policy an image is pulled with when nobody says it.
func pullPolicy(of place, key string) any {
	if of.unknown(key) {
		return of.same(key)
	}
	image, _ := of.fields[key].(string)
	if latest(image) {
		return "Always"
	}
	return "IfNotPresent"
}

// latest says whether an image has the tag latest, or neither tag nor digest.
func latest(image string) bool {
	name, _, digest := strings.Cut(image, "@")
	_, tag, tagged := strings.Cut(name[strings.LastIndex(name, "/")+1:], ":")
	if tagged {
		return tag == "latest"
	}
	return image != "" && !digest
}

func fillFieldRef(from place) {
	if field, ok := from.in("fieldRef"); ok {
		field.or("apiVersion", "v1")
	}
}

func fillProbe(p place) {
	p.or("timeoutSeconds", int64(1))
	p.or("periodSeconds", int64(10))
	p.or("successThreshold", int64(1))
	p.or("failureThreshold", int64(3))
	fillRequest(p)
	if call, ok := p.in("grpc"); ok {
		call.or("service", "")
	}
}

func fillRequest(of place) {
	if get, ok := of.in("httpGet"); ok {
		get.or("path", "/")
		get.or("scheme", "HTTP")
	}
}

func fillVolume(v place) {
	fillEmptyDir(v)
	for _, source := range []string{"secret", "configMap", "downwardAPI", "projected"} {
		if at, ok := v.in(source); ok {
			at.or("defaultMode", int64(0o644))
			fillFiles(at)
		}
	}
	if projected, ok := v.in("projected"); ok {
		for _, source := range projected.each("sources") {
			if token, ok := source.in("serviceAccountToken"); ok {
				token.or("expirationSeconds", int64(3600))
			}
			if api, ok := source.in("downwardAPI"); ok {
				fillFiles(api)
			}
		}
	}
	if path, ok := v.in("hostPath"); ok {
		path.or("type", "")
	}
	if image, ok := v.in("image"); ok {
		image.or("pullPolicy", pullPolicy(image, "reference"))
	}
	if claim, ok := v.in("ephemeral"); ok {
		if template, ok := claim.in("volumeClaimTemplate"); ok {
			withSpec(fillClaim)(template)
		}
	}
}

func fillFiles(of place) {
	for _, item := range of.each("items") {
		fillFieldRef(item)
	}
}

// fillEmptyDir makes a volume without a source an emptyDir.
func fillEmptyDir(v place) {
	var open any
	for _, key := range slices.Sorted(maps.Keys(v.fields)) {
		switch {
		case key == "name":
		case !v.unknown(key):
			return
		case open == nil:
			open = v.same(key)
		}
	}
	if open == nil {
		open = map[string]any{}
	}
	v.or("emptyDir", open)
}

// fillPod sets what only a Pod itself gets, and not the template of one.
func fillPod(pod place) {
	pod.or("enableServiceLinks", true)
	pod.or("serviceAccountName", "default")
	pod.or("serviceAccount", "default")
	for _, list := range containerLists[:2] {
		for _, c := range pod.each(list) {
			if resources, ok := c.in("resources"); ok {
				resources.orEach("requests", "limits")
			}
			for _, port := range c.each("ports") {
				fillHostPort(pod, port)
			}
		}
	}
	fillPodResources(pod)
}

func fillHostPort(pod, port place) {
	switch {
	case pod.unknown("hostNetwork"):
		port.or("hostPort", pod.same("hostNetwork"))
	case pod.fields["hostNetwork"] == true:
		port.or("hostPort", port.same("containerPort"))
	}
}

// fillPodResources makes the sum of what the containers request, or else the
// limits, the requests of a pod that has limits of its own.
func fillPodResources(pod place) {
	resources, ok := pod.in("resources")
	if !ok || resources.fields["limits"] == nil {
		return
	}
	sums := requested(pod)
	if limits, ok := resources.in("limits"); ok && len(limits.fields) > 0 && len(sums) > 0 {
		if requests, ok := resources.object("requests"); ok {
			for name, amount := range sums {
				requests.or(name, amount)
			}
		}
	}
	resources.orEach("requests", "limits")
}

// requested are the sums of what the containers request.
func requested(pod place) map[string]any {
	sums := map[string]any{}
	amounts := []string{"cpu", "memory"}
	for _, name := range amounts {
		if open := pod.openIn("containers"); open != nil {
			sums[name] = open
		}
	}
	for _, c := range pod.each("containers") {
		for _, name := range amounts {
			if amount := c.at("resources", "requests", name); amount != nil {
				sums[name] = sum(sums[name], amount)
			}
		}
	}
	return sums
}

// openIn is a list that is not known, or an element of it that is not; else nil.
func (p place) openIn(key string) any {
	if p.unknown(key) {
		return p.same(key)
	}
	list, _ := p.fields[key].([]any)
	if i := slices.IndexFunc(list, isUnknown); i >= 0 {
		return moved(list[i], rule.JoinPath(p.path, key)+"["+strconv.Itoa(i)+"]")
	}
	return nil
}

// at is the value at the end of some keys, nil when there is none.
func (p place) at(keys ...string) any {
	for _, key := range keys[:len(keys)-1] {
		if p.unknown(key) {
			return p.same(key)
		}
		p, _ = p.in(key)
	}
	return p.same(keys[len(keys)-1])
}

// sum adds two quantities; one that is not known makes the sum so.
func sum(a, b any) any {
	switch {
	case a == nil || isUnknown(b):
		return b
	case isUnknown(a):
		return a
	}
	left, _ := a.(string)
	right, _ := b.(string)
	total, err := resource.ParseQuantity(left)
	if err != nil {
		return a
	}
	more, err := resource.ParseQuantity(right)
	if err != nil {
		return b
	}
	total.Add(more)
	return total.String()
}
