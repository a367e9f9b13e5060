package clouds

import (
	"fmt"
	"regexp"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// gcpClusterRule names a cluster in a rule: location.name.
var gcpClusterRule = regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+$`)

var gcpAdmissionPolicy = &Type{
	Token: "gcp:binaryauthorization/policy:Policy", Noun: "Binary Authorization policy", Untagged: true,
	Does:             "is the only one of its project; admits every image, because the sandbox has no admission by Google",
	Required:         []string{"defaultAdmissionRule", "defaultAdmissionRule.evaluationMode", "defaultAdmissionRule.enforcementMode"},
	Immutable:        []string{"project"},
	OptionalComputed: []string{"project", "globalPolicyEvaluationMode"},
	Sets:             []string{"clusterAdmissionRules", "defaultAdmissionRule.requireAttestationsBies"},
	Check: func(c *Call) []Failure {
		f := append(gcpCheckAdmission(c.Props, "defaultAdmissionRule"), oneOf(c.Props, "globalPolicyEvaluationMode", "ENABLE", "DISABLE")...)
		for i := range props.List(c.Props, "clusterAdmissionRules") {
			at := props.Index("clusterAdmissionRules", i)
			f = append(f, gcpCheckAdmission(c.Props, at)...)
			if s := props.Str(c.Props, at+".cluster"); s != "" && !gcpClusterRule.MatchString(s) {
				f = append(f, Failure{at + ".cluster", fmt.Sprintf("%q is no cluster in the form location.name, such as europe-west1.main", s)})
			}
		}
		return f
	},
	Known: gcpPlace(false),
	Create: func(c *Call) (string, error) {
		setDefaults(c.Props, props.Object{"globalPolicyEvaluationMode": "DISABLE"})
		return gcpMake(c, "projects/%s", "project")
	},
}

func gcpCheckAdmission(o props.Object, at string) []Failure {
	f := oneOf(o, at+".evaluationMode", "ALWAYS_ALLOW", "REQUIRE_ATTESTATION", "ALWAYS_DENY")
	f = append(f, oneOf(o, at+".enforcementMode", "ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY")...)
	mode, attestors := props.Str(o, at+".evaluationMode"), props.Get(o, at+".requireAttestationsBies")
	if given := attestors != nil && !empty(attestors); mode != "" && given != (mode == "REQUIRE_ATTESTATION") {
		f = append(f, Failure{at + ".requireAttestationsBies", "attestors go with the evaluation mode REQUIRE_ATTESTATION: set both or neither"})
	}
	return f
}
