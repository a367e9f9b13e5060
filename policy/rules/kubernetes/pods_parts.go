package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

// Lists of containers in CEL beside variables.containers, which are all of them.
const (
	// mainContainers are those a pod is there for.
	mainContainers = `variables.podSpec.?containers.orValue([])`
	// sizedContainers are those that may have resources, ports and probes:
	// Kubernetes refuses them on an ephemeral container.
	sizedContainers = `(variables.podSpec.?containers.orValue([]) + variables.podSpec.?initContainers.orValue([]))`
)

const podVolumes = `variables.podSpec.?volumes.orValue([])`

// controlled says in CEL that a controller made the object from a template, which
// was judged itself.
const controlled = `object.?metadata.?ownerReferences.orValue([]).exists(o, o.?controller.orValue(false))`

// eachVariable is a validation that every variable in the environment of a
// container must keep: holds is a condition on e, the variable, and says is what is
// wrong with a container, before the names of those that do not: "reads Secrets into".
func eachVariable(holds, says string) rule.Validation {
	const variables = "c.?env.orValue([])"
	kept := variables + ".all(e, " + holds + ")"
	return rule.Validation{
		Holds: "variables.containers.all(c, " + kept + ")",
		Otherwise: "variables.containers.filter(c, !" + kept + ").map(c, 'container ' + c.name + ' " + says + " ' + " +
			variables + ".filter(e, !(" + holds + ")).map(e, e.name).join(', ')).join('; ')",
		Message: "a container " + says + " its environment",
	}
}

// kinds is the target of a rule over kinds of one API group.
func kinds(group string, names ...string) rule.Target {
	var target rule.Target
	for _, name := range names {
		target.Kinds = append(target.Kinds, rule.Kind{Group: group, Name: name})
	}
	return target
}

func nsa(heading string) rule.Control { return controls.Heading(controls.NSAHardening, heading) }
