package podsecurity

import (
	"fmt"
	"strings"

	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// field is a place in a pod: its keys from the pod's metadata or spec, "*" for
// the elements of a list, and "PREFIX*" for all keys that begin so.
type field []string

// at is a field of the pod, each one of every container, whatever its role.
func at(keys ...string) []field { return []field{keys} }

func each(keys ...string) []field {
	var fields []field
	for _, list := range []string{"containers", "initContainers", "ephemeralContainers"} {
		fields = append(fields, append(field{"spec", list, "*"}, keys...))
	}
	return fields
}

// both is a field of a container's security context and of the pod's.
func both(keys ...string) []field {
	return join(at(append([]string{"spec", "securityContext"}, keys...)...), each(append([]string{"securityContext"}, keys...)...))
}

func join(lists ...[]field) []field {
	var all []field
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// since are the fields a check looks at from a minor version of the standards on.
type since struct {
	minor  int
	fields []field
}

// looksAt has the fields each check looks at. Source: "Restricted Fields" in the
// comments of the checks of k8s.io/pod-security-admission v0.35.4, and for
// versions what their code asks besides.
var looksAt = map[policy.CheckID][]since{
	"allowPrivilegeEscalation": {
		{0, each("securityContext", "allowPrivilegeEscalation")},
		{25, join(onLinux, each("securityContext", "allowPrivilegeEscalation"))},
	},
	"appArmorProfile": {{0, join(
		at("metadata", "annotations", "container.apparmor.security.beta.kubernetes.io/*"), both("appArmorProfile", "type"))}},
	"capabilities_baseline": {{0, each("securityContext", "capabilities", "add", "*")}},
	"capabilities_restricted": {
		{0, capabilities},
		{25, join(onLinux, capabilities)},
	},
	"hostNamespaces":             {{0, join(at("spec", "hostNetwork"), at("spec", "hostPID"), at("spec", "hostIPC"))}},
	"hostPathVolumes":            {{0, at("spec", "volumes", "*", "hostPath")}},
	"hostPorts":                  {{0, each("ports", "*", "hostPort")}},
	"hostProbesAndHostLifecycle": {{0, hostsOfHandlers()}},
	"privileged":                 {{0, each("securityContext", "privileged")}},
	"procMount": {
		{0, each("securityContext", "procMount")},
		{35, join(inUserNamespace, each("securityContext", "procMount"))},
	},
	"procMount_restricted": {{0, each("securityContext", "procMount")}},
	"restrictedVolumes":    {{0, join(allowedSources(), forbiddenSources())}},
	"runAsNonRoot": {
		{0, both("runAsNonRoot")},
		{35, join(inUserNamespace, both("runAsNonRoot"))},
	},
	"runAsUser": {
		{0, both("runAsUser")},
		{35, join(inUserNamespace, both("runAsUser"))},
	},
	"seLinuxOptions": {{0, join(
		both("seLinuxOptions", "type"), both("seLinuxOptions", "user"), both("seLinuxOptions", "role"))}},
	"seccompProfile_baseline": {
		// The annotations name the container they are for.
		{0, join(at("metadata", "annotations", "seccomp.security.alpha.kubernetes.io/pod"),
			at("metadata", "annotations", "container.seccomp.security.alpha.kubernetes.io/*"), each("name"))},
		{19, both("seccompProfile", "type")},
	},
	"seccompProfile_restricted": {
		{0, both("seccompProfile", "type")},
		{25, join(onLinux, both("seccompProfile", "type"))},
	},
	"sysctls":            {{0, at("spec", "securityContext", "sysctls", "*", "name")}},
	"windowsHostProcess": {{0, both("windowsOptions", "hostProcess")}},
}

var (
	// Of Windows pods some checks ask nothing, of pods in a user namespace others.
	onLinux         = at("spec", "os", "name")
	inUserNamespace = at("spec", "hostUsers")

	capabilities = join(
		each("securityContext", "capabilities", "add", "*"), each("securityContext", "capabilities", "drop", "*"))
)

func hostsOfHandlers() []field {
	var fields []field
	for _, handler := range [][]string{
		{"livenessProbe"}, {"readinessProbe"}, {"startupProbe"}, {"lifecycle", "postStart"}, {"lifecycle", "preStop"},
	} {
		for _, action := range []string{"httpGet", "tcpSocket"} {
			fields = append(fields, each(append(handler[:len(handler):len(handler)], action, "host")...)...)
		}
	}
	return fields
}

// allowedSources are the sources a restricted volume may have. One of them makes
// the check allow the volume, whatever else is said of it.
func allowedSources() []field {
	return sources("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret")
}

func forbiddenSources() []field {
	return sources("hostPath", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume",
		"cinder", "cephfs", "flocker", "fc", "azureFile", "vsphereVolume", "quobyte", "azureDisk", "portworxVolume",
		"photonPersistentDisk", "scaleIO", "storageos")
}

func sources(names ...string) []field {
	var fields []field
	for _, name := range names {
		fields = append(fields, field{"spec", "volumes", "*", name})
	}
	return fields
}

// fieldsOf are the fields a check looks at in one version. Of a check without an
// entry nothing can be said: a test finds it before.
func fieldsOf(id policy.CheckID, version api.Version) []field {
	versions, known := looksAt[id]
	if !known {
		panic(fmt.Sprintf("nobody knows what the check %s looks at", id))
	}
	var fields []field
	for _, s := range versions {
		if !version.Older(api.MajorMinorVersion(1, s.minor)) {
			fields = s.fields
		}
	}
	return fields
}

// within says whether a place is the field, or a part of the pod that holds it:
// of what is below a field only the field itself is asked.
func (f field) within(place field) bool {
	if len(place) > len(f) {
		return false
	}
	for i, key := range place {
		if prefix, open := strings.CutSuffix(f[i], "*"); f[i] != key && (!open || !strings.HasPrefix(key, prefix)) {
			return false
		}
	}
	return true
}

// best is what a check likes best at a place where anything may turn out to
// stand: when even that is not allowed, nothing is. Nothing at all is best where
// this says nothing.
func best(place field) any {
	for _, b := range bests {
		if len(place) == len(b.at) && b.at.within(place) {
			return b.value()
		}
	}
	return nil
}

// notKnownYet stands for a name in messages; no annotation can name it.
const notKnownYet = "(not known yet)"

var bests = func() []preferred {
	var all []preferred
	prefer := func(value func() any, fields ...field) {
		for _, f := range fields {
			all = append(all, preferred{f, value})
		}
	}
	text := func(s string) func() any { return func() any { return s } }
	flag := func(b bool) func() any { return func() any { return b } }
	profile := func() any { return map[string]any{"type": "RuntimeDefault"} }
	dropped := func() any { return map[string]any{"drop": []any{"ALL"}} }

	prefer(func() any { return map[string]any{"name": "windows"} }, at("spec", "os")...)
	prefer(text("windows"), onLinux...)
	prefer(flag(false), inUserNamespace...)
	prefer(func() any { return map[string]any{"runAsNonRoot": true, "seccompProfile": profile()} }, at("spec", "securityContext")...)
	prefer(func() any {
		return map[string]any{
			"runAsNonRoot": true, "seccompProfile": profile(), "allowPrivilegeEscalation": false, "capabilities": dropped(),
		}
	}, each("securityContext")...)
	prefer(flag(true), both("runAsNonRoot")...)
	prefer(profile, both("seccompProfile")...)
	prefer(text("RuntimeDefault"), join(both("seccompProfile", "type"), both("appArmorProfile", "type"))...)
	prefer(flag(false), each("securityContext", "allowPrivilegeEscalation")...)
	prefer(dropped, each("securityContext", "capabilities")...)
	prefer(func() any { return []any{"ALL"} }, each("securityContext", "capabilities", "drop")...)
	prefer(text("ALL"), each("securityContext", "capabilities", "drop", "*")...)
	prefer(text("kernel.shm_rmid_forced"), at("spec", "securityContext", "sysctls", "*", "name")...)
	prefer(func() any { return map[string]any{} }, allowedSources()...)
	prefer(text(notKnownYet), join(each("name"), at("spec", "volumes", "*", "name"))...)
	return all
}()

type preferred struct {
	at    field
	value func() any
}
