// Package podsecurity has the rules of the Pod Security Standards. What a pod may
// do is decided by the checks of k8s.io/pod-security-admission, the code that
// decides it in the API server too; this package finds the pod in a workload,
// says what the checks find, and knows what follows from a value that is not
// known yet.
//
// In the cluster the standards are enforced by Pod Security Admission, through
// the labels of a namespace, and not by admission policies of the platform: that
// is why these rules are no expressions, and why they have a package of their
// own, for the program that installs the policies needs none of it.
package podsecurity

import (
	"k8s.io/pod-security-admission/api"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

// All are the rules of the standards, the weaker level first.
func All() []*rule.Rule { return []*rule.Rule{baseline(), restricted()} }

func baseline() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-security-baseline",
		Title:    "Pods keep the level baseline of the Pod Security Standards",
		Severity: rule.Critical,
		On:       rule.Workloads(),
		Why: "What the level forbids is a way from the pod to its node: privileged containers, the node's " +
			"namespaces, ports and directories, capabilities and profiles that weaken the kernel's walls. " +
			"Whoever takes over such a pod owns the node and, with the node's credentials, the pods on it.",
		Fix: "Remove what the finding names. A process that needs one capability gets that one, in a " +
			"namespace whose Pod Security level allows it; one that needs the node is an add-on of the " +
			"cluster and belongs to the cluster's owners.",
		Controls: append(standards("Baseline", "HostProcess", "Host Namespaces", "Privileged Containers", "Capabilities",
			"HostPath Volumes", "Host Ports", "Host Probes / Lifecycle Hooks", "AppArmor", "SELinux", "/proc Mount Type",
			"Seccomp", "Sysctls"),
			controls.Control(controls.CISKubernetes, "5.2.2", "Minimize the admission of privileged containers"),
			controls.Control(controls.CISKubernetes, "5.2.3", "Minimize the admission of containers wishing to share the host process ID namespace"),
			controls.Control(controls.CISKubernetes, "5.2.4", "Minimize the admission of containers wishing to share the host IPC namespace"),
			controls.Control(controls.CISKubernetes, "5.2.5", "Minimize the admission of containers wishing to share the host network namespace"),
			controls.Control(controls.CISKubernetes, "5.2.8", "Minimize the admission of containers with the NET_RAW capability"),
			controls.Control(controls.CISKubernetes, "5.2.10", "Minimize the admission of Windows HostProcess containers"),
			controls.Control(controls.CISKubernetes, "5.2.11", "Minimize the admission of HostPath volumes"),
			controls.Control(controls.CISKubernetes, "5.2.12", "Minimize the admission of containers which use HostPorts"),
			controls.Control(controls.CISEKS, "4.2.1", "Minimize the admission of privileged containers"),
			controls.Control(controls.CISEKS, "4.2.2", "Minimize the admission of containers wishing to share the host process ID namespace"),
			controls.Control(controls.CISEKS, "4.2.3", "Minimize the admission of containers wishing to share the host IPC namespace"),
			controls.Control(controls.CISEKS, "4.2.4", "Minimize the admission of containers wishing to share the host network namespace"),
			controls.Control(controls.CISGKE, "4.2.1", "Ensure that the cluster enforces Pod Security Standard Baseline profile or stricter for all namespaces."),
			controls.Heading(controls.NSAHardening, "Pod security enforcement"),
		),
		Settings: []rule.Setting{versionSetting()},
		Check:    check(api.LevelBaseline),
	}
}

func restricted() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-security-restricted",
		Title:    "Pods keep the level restricted of the Pod Security Standards",
		Severity: rule.High,
		On:       rule.Workloads(),
		Why: "The level takes from a process what an attacker uses next and it never needed: root, rights " +
			"gained after the start, capabilities, unfiltered system calls. Root in a container is root on " +
			"the node once it breaks out. What breaks the level baseline is not said again here.",
		Fix: "On the pod set securityContext.runAsNonRoot to true and securityContext.seccompProfile.type to " +
			"RuntimeDefault, on every container securityContext.allowPrivilegeEscalation to false and " +
			"securityContext.capabilities.drop to [ALL]; no runAsUser of 0 anywhere. At level remediate the " +
			"pack sets these where the program says nothing.",
		Controls: append(standards("Restricted", "Volume Types", "Privilege Escalation", "Running as Non-root",
			"Running as Non-root user", "Seccomp", "Capabilities"),
			controls.Control(controls.CISKubernetes, "5.2.6", "Minimize the admission of containers with allowPrivilegeEscalation"),
			controls.Control(controls.CISKubernetes, "5.2.7", "Minimize the admission of root containers"),
			controls.Control(controls.CISKubernetes, "5.2.9", "Minimize the admission of containers with capabilities assigned"),
			controls.Control(controls.CISKubernetes, "5.6.2", "Ensure that the seccomp profile is set to docker/default in your Pod definitions"),
			controls.Control(controls.CISKubernetes, "5.6.3", "Apply SecurityContext to your Pods and Containers"),
			controls.Control(controls.CISEKS, "4.2.5", "Minimize the admission of containers with allowPrivilegeEscalation"),
			controls.Control(controls.CISGKE, "4.6.2", "Ensure that the seccomp profile is set to RuntimeDefault in your pod definitions"),
			controls.Control(controls.CISGKE, "4.6.3", "Apply Security Context to Pods and Containers"),
			controls.Heading(controls.NSAHardening, `"Non-root" containers and "rootless" container engines`),
		),
		Settings: []rule.Setting{versionSetting()},
		Check:    check(api.LevelRestricted),
		Remedy:   mend,
	}
}

// standards are controls of the standards, by the headings of the tables in
// their page.
func standards(level string, headings ...string) []rule.Control {
	list := make([]rule.Control, len(headings))
	for i, h := range headings {
		list[i] = controls.Heading(controls.PodSecurity, level+": "+h)
	}
	return list
}
