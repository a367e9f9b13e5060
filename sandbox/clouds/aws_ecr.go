package clouds

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const awsRepositoryType = "aws:ecr/repository:Repository"

// awsRepositoryName is the form of a repository's name: docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html.
var awsRepositoryName = regexp.MustCompile(`^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$`)

var awsRepository = &Type{
	Token: awsRepositoryType, Noun: "ECR repository",
	Does:      "refuses a name in use and KMS keys that do not exist; holds no images, so that forceDelete is never needed",
	Autoname:  &Autoname{Property: "name", MaxLength: 256, Lower: true},
	Immutable: []string{"encryptionConfigurations", "name"},
	Defaults:  props.Object{"imageTagMutability": "MUTABLE"},
	Computed:  []string{"arn", "registryId", "repositoryUrl"},
	// The provider shows no difference where the block is left out.
	OptionalComputed: []string{"encryptionConfigurations", "imageScanningConfiguration"},
	WriteOnly:        []string{"forceDelete"},
	Check: func(c *Call) []Failure {
		f := awsOneOf(c.Props, "imageTagMutability", "MUTABLE", "IMMUTABLE")
		f = append(f, awsOneOf(c.Props, "encryptionConfigurations[0].encryptionType", "AES256", "KMS", "KMS_DSSE")...)
		if n := props.Str(c.Props, "name"); n != "" && (len(n) < 2 || len(n) > 256 || !awsRepositoryName.MatchString(n)) {
			f = append(f, Failure{"name", fmt.Sprintf("%q must have 2 to 256 lower-case letters and digits, with single dots, hyphens, underscores and slashes between them", n)})
		}
		if e := props.Str(c.Props, "encryptionConfigurations[0].encryptionType"); e == "AES256" && props.Get(c.Props, "encryptionConfigurations[0].kmsKey") != nil {
			f = append(f, Failure{"encryptionConfigurations[0].kmsKey", "is for the encryption types KMS and KMS_DSSE, not AES256"})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		if err := awsKeyExists(c, "KmsException", "encryptionConfigurations[0].kmsKey"); err != nil {
			return "", err
		}
		setDefaults(c.Props, props.Object{
			"encryptionConfigurations": []any{props.Object{"encryptionType": "AES256", "kmsKey": ""}}, "imageScanningConfiguration": props.Object{"scanOnPush": false},
		})
		set(c, "arn", awsARN(c.Env, "ecr", "repository/"+name), "registryId", awsAccount, "repositoryUrl", awsRegistry(c.Env)+"/"+name)
		return name, awsFree(c, name, "RepositoryAlreadyExistsException: the repository with name '%s' already exists in the registry with id '%s'", name, awsAccount)
	},
}

// awsRegistry is the host name of the account's registry.
func awsRegistry(e *Env) string { return awsAccount + ".dkr.ecr." + e.Region + ".amazonaws.com" }

// awsOfRepository makes what a repository has one of, under its name.
func awsOfRepository(c *Call) (string, error) {
	name := props.Str(c.Props, "repository")
	if _, err := awsFind(c, awsRepositoryType, name, "RepositoryNotFoundException"); err != nil {
		return "", err
	}
	set(c, "registryId", awsAccount)
	return name, awsFree(c, name, "the repository %s has a %s already, and to delete either deletes both: to replace one, delete it first (DeleteBeforeReplace)", name, c.Type.Noun)
}

var awsRepositoryPolicy = &Type{
	Token: "aws:ecr/repositoryPolicy:RepositoryPolicy", Noun: "policy of an ECR repository", Untagged: true,
	Does:      "refuses a repository that does not exist",
	Required:  []string{"repository", "policy"},
	Immutable: []string{"repository"},
	Computed:  []string{"registryId"},
	Check:     func(c *Call) []Failure { return awsCheckResourcePolicy(c.Props, "policy") },
	Create:    awsOfRepository,
}

var awsLifecyclePolicy = &Type{
	Token: "aws:ecr/lifecyclePolicy:LifecyclePolicy", Noun: "life cycle of an ECR repository", Untagged: true,
	Does:      "refuses rules of one priority, and a rule for any image that is not the last; its replacement must delete it first; expires nothing",
	Required:  []string{"repository", "policy"},
	Immutable: []string{"repository", "policy"},
	Computed:  []string{"registryId"},
	Check:     func(c *Call) []Failure { return awsCheckLifecyclePolicy(props.Str(c.Props, "policy")) },
	Create:    awsOfRepository,
}

// Source of the rules: docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html.
func awsCheckLifecyclePolicy(policy string) []Failure {
	if policy == "" {
		return nil
	}
	var doc struct {
		Rules []struct {
			RulePriority int
			Selection    struct {
				TagStatus, CountType, CountUnit string
				TagPrefixList, TagPatternList   []string
				CountNumber                     int
			}
			Action struct{ Type string }
		}
	}
	invalid := func(format string, a ...any) []Failure {
		return []Failure{{"policy", "InvalidParameterException: invalid life cycle policy: " + fmt.Sprintf(format, a...)}}
	}
	if err := json.Unmarshal([]byte(policy), &doc); err != nil {
		return invalid("%v", err)
	}
	if len(doc.Rules) == 0 {
		return invalid("it has no rules")
	}
	var f []Failure
	seen, last := map[int]bool{}, 0
	for _, r := range doc.Rules {
		last = max(last, r.RulePriority)
	}
	for i, r := range doc.Rules {
		s := r.Selection
		tagged := s.TagStatus == "tagged"
		switch {
		case r.RulePriority < 1 || seen[r.RulePriority]:
			f = append(f, invalid("rule %d has the rulePriority %d: each has its own, from 1", i, r.RulePriority)...)
		case !slices.Contains([]string{"tagged", "untagged", "any"}, s.TagStatus):
			f = append(f, invalid("rule %d has the tagStatus %q, none of tagged, untagged, any", i, s.TagStatus)...)
		case s.TagStatus == "any" && r.RulePriority != last:
			f = append(f, invalid("rule %d has the tagStatus any and must have the highest rulePriority, more than %d", i, last)...)
		case tagged != (len(s.TagPrefixList)+len(s.TagPatternList) > 0):
			f = append(f, invalid("rule %d: tagPrefixList or tagPatternList go with the tagStatus tagged", i)...)
		case s.CountType != "imageCountMoreThan" && s.CountType != "sinceImagePushed":
			f = append(f, invalid("rule %d has the countType %q, none of imageCountMoreThan, sinceImagePushed", i, s.CountType)...)
		case (s.CountType == "sinceImagePushed") != (s.CountUnit == "days"):
			f = append(f, invalid("rule %d: countUnit days goes with the countType sinceImagePushed", i)...)
		case s.CountNumber < 1:
			f = append(f, invalid("rule %d needs a countNumber of at least 1", i)...)
		case r.Action.Type != "expire":
			f = append(f, invalid("rule %d has the action %q, not expire", i, r.Action.Type)...)
		}
		seen[r.RulePriority] = true
	}
	return f
}

var awsRegistryScanning = &Type{
	Token: "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", Noun: "scanning configuration of a registry", Untagged: true,
	Does:     "is one per registry; finds nothing",
	Required: []string{"scanType"},
	Computed: []string{"registryId"},
	Sets:     []string{"rules", "rules.repositoryFilters"},
	Check: func(c *Call) []Failure {
		f := awsOneOf(c.Props, "scanType", "BASIC", "ENHANCED")
		for i := range props.List(c.Props, "rules") {
			path := props.Index("rules", i) + ".scanFrequency"
			f = append(f, awsOneOf(c.Props, path, "SCAN_ON_PUSH", "CONTINUOUS_SCAN", "MANUAL")...)
			// docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutRegistryScanningConfiguration.html
			if props.Str(c.Props, "scanType") == "BASIC" && props.Str(c.Props, path) == "CONTINUOUS_SCAN" {
				f = append(f, Failure{path, "CONTINUOUS_SCAN is for the scanType ENHANCED, not BASIC"})
			}
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		set(c, "registryId", awsAccount)
		return awsAccount, awsFree(c, awsAccount, "the registry %s has a scanning configuration already: two would undo each other", awsAccount)
	},
}
