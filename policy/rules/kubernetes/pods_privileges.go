package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

func podPrivilegeRules() []*rule.Rule {
	return []*rule.Rule{
		podPrivileged(),     // no container owns its node
		podNonRoot(),        // no process starts as root
		podEscalation(),     // no process gains rights after its start
		podHostNamespaces(), // no pod sees the node's processes or network
		podHostPath(),       // no pod reads or writes the node's disk
	}
}

func podPrivileged() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-privileged",
		Title:    "Containers do not run privileged",
		Severity: rule.Critical,
		On:       rule.Workloads(),
		Why: "A privileged container has every capability and every device of its node. " +
			"Whoever takes it over owns the node and, with the node's credentials, the pods on it.",
		Fix: "Remove securityContext.privileged, or set it to false. Grant the one capability the " +
			"process needs if there is one, in a namespace whose Pod Security level allows it.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.2.2", "Minimize the admission of privileged containers"),
			controls.Control(controls.CISEKS, "4.2.1", "Minimize the admission of privileged containers"),
			controls.Heading(controls.PodSecurity, "Baseline: Privileged Containers"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			q.EachContainer(r.Pod(), func(c rule.Container) {
				privileged := c.Get("securityContext", "privileged")
				q.Require(privileged.Is(true).Not(), privileged, "%s runs privileged", c.Title())
			})
		}),
	}
}

func podNonRoot() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-non-root",
		Title:    "Containers run as a user other than root",
		Severity: rule.High,
		On:       rule.Workloads(),
		Why: "Root in a container is root on the node once it breaks out, and it may write every " +
			"file of its image until then.",
		Fix: "Set securityContext.runAsNonRoot to true on the pod (or on every container), and no " +
			"runAsUser of 0 anywhere. Build the image with a fixed user id of its own.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.2.7", "Minimize the admission of root containers"),
			controls.Heading(controls.PodSecurity, "Restricted: Running as Non-root"),
			controls.Heading(controls.NSAHardening, `"Non-root" containers and "rootless" container engines`),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			pod := r.Pod()
			q.EachContainer(pod, func(c rule.Container) {
				nonRoot := inherited(pod, c, "runAsNonRoot")
				q.Require(nonRoot.Is(true), nonRoot,
					"%s may run as root: runAsNonRoot is %s", c.Title(), nonRoot)
				user := inherited(pod, c, "runAsUser")
				q.Require(user.Is(0).Not(), user, "%s runs as user 0, which is root", c.Title())
			})
		}),
	}
}

// inherited is a field of a container's security context, or else that of its
// pod; of the two places the container's when neither is set.
func inherited(pod *rule.Pod, c rule.Container, field string) rule.Value {
	own := c.Get("securityContext", field)
	pods := pod.Spec.Get("securityContext", field)
	if own.Present().IsFalse() && pods.Present().IsFalse() {
		return own
	}
	return own.OrElse(pods)
}

func podEscalation() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-privilege-escalation",
		Title:    "Processes cannot gain rights after their start",
		Severity: rule.High,
		On:       rule.Workloads(),
		Why: "Without no_new_privs a setuid binary in the image turns any process into root, and " +
			"the default capabilities let root in a container forge packets and change file owners.",
		Fix: "On every container set securityContext.allowPrivilegeEscalation to false and " +
			"securityContext.capabilities.drop to [ALL].",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.2.6", "Minimize the admission of containers with allowPrivilegeEscalation"),
			controls.Control(controls.CISKubernetes, "5.2.9", "Minimize the admission of containers with capabilities assigned"),
			controls.Control(controls.CISEKS, "4.2.5", "Minimize the admission of containers with allowPrivilegeEscalation"),
			controls.Heading(controls.PodSecurity, "Restricted: Privilege Escalation"),
			controls.Heading(controls.PodSecurity, "Restricted: Capabilities"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			q.EachContainer(r.Pod(), func(c rule.Container) {
				escalation := c.Get("securityContext", "allowPrivilegeEscalation")
				q.Require(escalation.Is(false), escalation,
					"%s may gain rights after its start: allowPrivilegeEscalation is %s", c.Title(), escalation)
				dropped := c.Get("securityContext", "capabilities", "drop")
				q.Require(dropped.Contains("ALL"), dropped,
					"%s keeps capabilities: capabilities.drop is %s and not [ALL]", c.Title(), dropped)
			})
		}),
	}
}

func podHostNamespaces() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-host-namespaces",
		Title:    "Pods stay in namespaces of their own, not the node's",
		Severity: rule.High,
		On:       rule.Workloads(),
		Why: "In the node's process namespace a pod reads the memory and environment of everything " +
			"on the node; in its network namespace it passes by every NetworkPolicy and reaches the " +
			"cloud's metadata service as the node.",
		Fix: "Remove hostNetwork, hostPID and hostIPC. Reach a pod through a Service instead of the " +
			"node's network.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.2.3", "Minimize the admission of containers wishing to share the host process ID namespace"),
			controls.Control(controls.CISKubernetes, "5.2.4", "Minimize the admission of containers wishing to share the host IPC namespace"),
			controls.Control(controls.CISKubernetes, "5.2.5", "Minimize the admission of containers wishing to share the host network namespace"),
			controls.Control(controls.CISEKS, "4.2.4", "Minimize the admission of containers wishing to share the host network namespace"),
			controls.Heading(controls.PodSecurity, "Baseline: Host Namespaces"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			for _, field := range []struct{ key, what string }{
				{"hostNetwork", "network"},
				{"hostPID", "process"},
				{"hostIPC", "inter-process communication"},
			} {
				shared := r.Pod().Spec.Get(field.key)
				q.Require(shared.Is(true).Not(), shared, "the pod shares the node's %s namespace", field.what)
			}
		}),
	}
}

func podHostPath() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-host-path",
		Title:    "Pods do not mount directories of their node",
		Severity: rule.High,
		On:       rule.Workloads(),
		Why: "A directory of the node holds the credentials of the kubelet, the sockets of the " +
			"container runtime and the volumes of other pods; it also ties the pod to one node.",
		Fix: "Use a PersistentVolumeClaim for data that must last, an emptyDir for scratch space, a " +
			"ConfigMap or Secret for files the pod reads.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.2.11", "Minimize the admission of HostPath volumes"),
			controls.Heading(controls.PodSecurity, "Baseline: HostPath Volumes"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			q.Each(r.Pod().Spec.Get("volumes"), func(volume rule.Value) {
				hostPath := volume.Get("hostPath")
				q.Require(hostPath.Present().Not(), hostPath,
					"the volume %s is the node's directory %s", volume.Get("name"), hostPath.Get("path"))
			})
		}),
	}
}
