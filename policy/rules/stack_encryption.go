package rules

import (
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

// encryptedBy are the properties that encrypt what a service keeps, where it is
// not always encrypted and no rule of its own looks at it. All are off unless
// said. Source: the registry's pages of the resources in pulumi-aws 6.83.
var encryptedBy = map[string]string{
	ebsVolume:                                           "encrypted",
	"aws:rds/instance:Instance":                         "storageEncrypted",
	"aws:rds/cluster:Cluster":                           "storageEncrypted",
	"aws:docdb/cluster:Cluster":                         "storageEncrypted",
	"aws:neptune/cluster:Cluster":                       "storageEncrypted",
	"aws:redshift/cluster:Cluster":                      "encrypted",
	"aws:opensearch/domain:Domain":                      "encryptAtRest.enabled",
	"aws:elasticache/replicationGroup:ReplicationGroup": "atRestEncryptionEnabled",
}

const ebsVolume = "aws:ebs/volume:Volume"

var (
	storageClasses = rule.Target{Kinds: []rule.Kind{{Group: "storage.k8s.io", Name: "StorageClass"}}}
	volumeClaims   = rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "PersistentVolumeClaim"}}}
	statefulSets   = rule.Target{Kinds: []rule.Kind{{Group: "apps", Name: "StatefulSet"}}}
)

func stackEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "stack-encryption",
		Title:    "Everything the stack stores on AWS is encrypted",
		Severity: rule.High,
		On:       wholeStack,
		Why: "Google and DigitalOcean encrypt all they store, AWS what it is asked to. A disk or database outlives the " +
			"program in snapshots and backups; EKS itself makes a storage class, gp2, that encrypts nothing.",
		Fix: "Set the property that the finding names. Claims in an EKS cluster name a storage class of the stack, or " +
			"leave it out where one of the stack is the default; which classes encrypt, storage-class-encryption says. " +
			"An aws.ebs.EncryptionByDefault in the stack encrypts every new disk of the region.",
		Controls: []rule.Control{
			heading(nsaHardening, "Encryption"),
			hub("EC2.3", "Attached Amazon EBS volumes should be encrypted at-rest"),
			hub("EC2.7", "EBS default encryption should be enabled"),
		},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			disks := rule.False()
			for _, r := range s.Of(types("aws:ebs/encryptionByDefault:EncryptionByDefault")) {
				disks = disks.Or(r.Get("enabled").Is(false).Not())
			}
			for _, r := range s.Resources {
				if property, ok := encryptedBy[r.Type]; ok {
					v := r.Get(strings.Split(property, ".")...)
					holds := v.Is(true)
					if r.Type == ebsVolume {
						holds = holds.Or(disks)
					}
					q.Require(holds, v, "what is stored is not encrypted")
				}
			}
			for _, claim := range claimsOf(s) {
				if behind(s, claim.of.Provider, eksClusters) == nil {
					continue
				}
				class := claim.spec.Get("storageClassName")
				q.Require(disks.Or(ownClass(s, claim.of.Provider, class)), class,
					"the storage class %s is none of the stack, so nothing says that the volume is encrypted", class)
			}
		}),
	}
}

// claim is what asks for a volume, alone or in a StatefulSet.
type claim struct {
	of   *rule.Resource
	spec rule.Value
}

func claimsOf(s *rule.Stack) []claim {
	var claims []claim
	for _, r := range s.Of(volumeClaims) {
		claims = append(claims, claim{r, r.Get("spec")})
	}
	for _, r := range s.Of(statefulSets) {
		for _, template := range r.Get("spec", "volumeClaimTemplates").Items() {
			claims = append(claims, claim{r, template.Get("spec")})
		}
	}
	return claims
}

// ownClass asks whether a storage class of a cluster is made by the stack; where
// none is named, whether the default one is. "" asks for no class at all: such a
// claim waits for a volume that somebody made.
// https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1
func ownClass(s *rule.Stack, provider string, name rule.Value) rule.Truth {
	found := name.Is("")
	for _, class := range s.Of(storageClasses) {
		if class.Provider != provider {
			continue
		}
		metadata := class.Get("metadata")
		usual := metadata.Get("annotations", "storageclass.kubernetes.io/is-default-class").Is("true")
		found = found.Or(name.Same(metadata.Get("name")), name.Present().Not().And(usual))
	}
	return found
}
