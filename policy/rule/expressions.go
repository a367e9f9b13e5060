package rule

import (
	"fmt"
	"regexp"
	"strings"
)

// Expressions judge one Kubernetes object in CEL, in the dialect of
// ValidatingAdmissionPolicy: the policy pack evaluates them at preview, the
// cluster's own API server at admission. They may use the names
//
//   - object: the object as the API server sees it, defaults filled in;
//   - variables.podSpec, variables.podMeta and variables.containers for the
//     kinds of [Workloads]: the podSpec, the pod's metadata, and all containers
//     (init and ephemeral ones too), wherever the kind keeps them;
//   - settings.NAME for each setting of the rule; its value takes the name's
//     place before the expression is compiled, the same at both gates.
//
// oldObject, request, params and namespaceObject are not there: a preview has
// none of them.
type Expressions []Validation

func (Expressions) check() {}

// Validation is one condition of a rule in CEL.
type Validation struct {
	// Holds is a CEL expression that is true when the object keeps the rule.
	Holds string
	// Otherwise is a CEL expression for what is wrong when it does not, as in
	// "container web runs privileged"; "" means that Message says it.
	Otherwise string
	// Message says what is wrong without naming a part of the object. It is what
	// users read when Otherwise is "" or needs a value that is not known yet.
	Message string
}

// EachContainer is a validation that every one of the containers in a CEL list
// must keep. holds is a condition on c, the container; says is what is wrong with
// one that does not: "runs privileged".
func EachContainer(list, holds, says string) Validation {
	v := Each(list, "c", holds, "'container ' + c.name", says)
	v.Message = "a container " + says
	return v
}

// Each is a validation that every element of a CEL list must keep. holds is a
// condition on the variable item, title names one element in CEL, and says is
// what is wrong with one that does not keep it.
func Each(list, item, holds, title, says string) Validation {
	return Validation{
		Holds: list + ".all(" + item + ", " + holds + ")",
		Otherwise: list + ".filter(" + item + ", !(" + holds + ")).map(" + item + ", " +
			title + " + " + quoteCEL(" "+says) + ").join('; ')",
		Message: "a part of it " + says,
	}
}

// Variable is a name for a CEL expression that validations of a rule share.
type Variable struct{ Name, Expression string }

// PodVariables are what validations over [Workloads] may use beside object.
func PodVariables() []Variable {
	return []Variable{
		{"podSpec", `object.kind == 'Pod' ? object.spec : ` +
			`object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template.spec : object.spec.template.spec`},
		{"podMeta", `object.kind == 'Pod' ? object.metadata : ` +
			`object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template.?metadata.orValue({}) : ` +
			`object.spec.template.?metadata.orValue({})`},
		{"containers", `variables.podSpec.?containers.orValue([]) + variables.podSpec.?initContainers.orValue([]) + ` +
			`variables.podSpec.?ephemeralContainers.orValue([])`},
	}
}

// Variables are what the rule's validations may use beside object and its
// settings: [PodVariables] when all it looks at runs pods.
func (r *Rule) Variables() []Variable {
	if len(r.On.Kinds) == 0 {
		return nil
	}
	for _, k := range r.On.Kinds {
		if _, runsPods := podSpecs[k]; !runsPods {
			return nil
		}
	}
	return PodVariables()
}

// settingName is how an expression uses a setting.
var settingName = regexp.MustCompile(`\bsettings\.([A-Za-z]+)\b`)

// Validations are the rule's expressions with the values of its settings in
// place: what both gates compile. It panics when an expression uses a setting
// that the rule does not have.
func (r *Rule) Validations(settings Settings) []Validation {
	expressions, _ := r.Check.(Expressions)
	filled := make([]Validation, len(expressions))
	for i, v := range expressions {
		filled[i] = Validation{Holds: r.fill(v.Holds, settings), Otherwise: r.fill(v.Otherwise, settings), Message: v.Message}
	}
	return filled
}

func (r *Rule) fill(expression string, settings Settings) string {
	return settingName.ReplaceAllStringFunc(expression, func(use string) string {
		name := strings.TrimPrefix(use, "settings.")
		for _, s := range r.AllSettings() {
			if s.Name == name {
				return s.CEL(settings[name])
			}
		}
		panic(fmt.Sprintf("the rule %s has no setting %q", r.ID, name))
	})
}

// Evaluator evaluates the expressions of rules.
type Evaluator interface {
	// Evaluate says what is wrong with a Kubernetes object, by each validation of
	// the rule it does not keep, and the paths of the unknown values that kept a
	// validation undecided. An error means that an expression itself failed.
	Evaluate(r *Rule, settings Settings, object *Resource) (findings []Finding, undecided []string, err error)
}
