package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

func podHardeningRules() []*rule.Rule {
	return []*rule.Rule{
		podReadOnlyRoot(),     // nobody changes a program that runs
		podServiceLinks(),     // pods are not told of all others
		podProcessNamespace(), // containers do not see each other's processes
	}
}

func podReadOnlyRoot() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-read-only-root",
		Title:    "Containers do not write to their own file system",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "Whoever gets into a container wants to leave something there. With a read-only file system a program " +
			"cannot be replaced, nothing can be installed, and what runs is what is in the image.",
		Fix: "Set securityContext.readOnlyRootFilesystem to true on every container, and mount an emptyDir with a size " +
			"limit where the program writes, as on /tmp.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.6.3", "Apply SecurityContext to your Pods and Containers"),
			controls.Control(controls.CISGKE, "4.6.3", "Apply Security Context to Pods and Containers"),
			nsa("Immutable container file systems"),
		},
		Check: rule.Expressions{rule.EachContainer(sizedContainers,
			// Windows has no such thing:
			// https://kubernetes.io/docs/concepts/windows/intro/#compatibility-v1-pod-spec-containers-securitycontext
			`c.?securityContext.?readOnlyRootFilesystem.orValue(false) || variables.podSpec.?os.?name.orValue('linux') == 'windows'`,
			"may write to its own file system")},
	}
}

func podServiceLinks() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-service-links",
		Title:    "Pods do not get the addresses of all services in their environment",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       rule.Workloads(),
		Why: "Kubernetes writes the address of every Service of the namespace into every container, as a map for whoever " +
			"breaks in. A program with a Service of its name finds variables it takes for its own, and with thousands " +
			"of Services pods no longer start.",
		Fix: "Set enableServiceLinks to false and use the names of the Services.",
		Check: rule.Expressions{{
			// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
			Holds:   `variables.podSpec.?enableServiceLinks.orValue(true) == false`,
			Message: "the pod gets the addresses of all services in its environment",
		}},
	}
}

func podProcessNamespace() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-process-namespace",
		Title:    "The containers of a pod do not see each other's processes",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "With one process namespace each container reads the environment and the files of all others through " +
			"/proc, their secrets included: the weakest image opens the whole pod.",
		Fix: "Remove shareProcessNamespace. To look into a running pod, use `kubectl debug --target`.",
		Check: rule.Expressions{{
			// https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/#understanding-process-namespace-sharing
			Holds:   `variables.podSpec.?shareProcessNamespace.orValue(false) == false`,
			Message: "the containers of the pod see each other's processes",
		}},
	}
}
