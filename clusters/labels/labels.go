// Package labels makes the labels and tags that every object and every cloud
// resource of the platform carries, so that each one can be traced to an
// environment, an owner and a budget.
//
// One [Owner] is written in the form each system allows: Kubernetes labels,
// AWS tags, Google Cloud labels, DigitalOcean tags.
package labels

import (
	"maps"
	"slices"
	"strings"
)

// ManagedBy is the value that marks everything this program makes.
const ManagedBy = "pulumi"

// PartOf is the application every object belongs to.
const PartOf = "ai-now"

// Keys of the labels on Kubernetes objects. The app.kubernetes.io keys are the
// recommended ones of the Kubernetes documentation
// (https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/).
const (
	KeyName               = "app.kubernetes.io/name"
	KeyInstance           = "app.kubernetes.io/instance"
	KeyComponent          = "app.kubernetes.io/component"
	KeyPartOf             = "app.kubernetes.io/part-of"
	KeyManagedBy          = "app.kubernetes.io/managed-by"
	KeyVersion            = "app.kubernetes.io/version"
	KeyEnvironment        = "ai-now.io/environment"
	KeyTeam               = "ai-now.io/team"
	KeyCostCenter         = "ai-now.io/cost-center"
	KeyDataClassification = "ai-now.io/data-classification"

	// KeyDescription is an annotation of a namespace: what it is for.
	KeyDescription = "ai-now.io/description"
	// KeyContact is an annotation of a namespace: where its team is reached.
	KeyContact = "ai-now.io/contact"

	// KeyNodePool is on every node: its value is the pool's name. A workload
	// that names a pool selects its nodes by this label.
	KeyNodePool = "ai-now.io/node-pool"
	// KeyNodeClass is on every node: its value is the class of its pool. It is
	// also the key of the taint on classes that pods must ask for.
	KeyNodeClass = "ai-now.io/node-class"
)

// Owner says whose a resource is. Every field is set: the configuration
// refuses a stack without them. Values consist of lower-case letters, digits,
// '-' and '_' (at most 63), the set that all four systems accept.
type Owner struct {
	// Environment is the environment of the stack, such as prod.
	Environment string
	// Team is who answers for the resource.
	Team string
	// CostCenter is who pays for it.
	CostCenter string
	// DataClassification is the most sensitive data it may hold.
	DataClassification string
}

// App is the part of an object's labels that differs from object to object.
// Empty fields are left out.
type App struct {
	// Name of the application, such as storefront.
	Name string
	// Instance tells two installations of one application apart.
	Instance string
	// Component is the role within the architecture, such as namespace.
	Component string
	// Version of the application, such as the image's tag.
	Version string
}

// Kubernetes returns the labels of a Kubernetes object.
func (o Owner) Kubernetes(app App) map[string]string {
	all := map[string]string{
		KeyName:               app.Name,
		KeyInstance:           app.Instance,
		KeyComponent:          app.Component,
		KeyVersion:            labelValue(app.Version),
		KeyPartOf:             PartOf,
		KeyManagedBy:          ManagedBy,
		KeyEnvironment:        o.Environment,
		KeyTeam:               o.Team,
		KeyCostCenter:         o.CostCenter,
		KeyDataClassification: o.DataClassification,
	}
	maps.DeleteFunc(all, func(_, value string) bool { return value == "" })
	return all
}

// AWS returns the tags of an AWS resource. Name, if not empty, becomes the
// Name tag, which the AWS console shows as the resource's name.
func (o Owner) AWS(name string) map[string]string {
	tags := map[string]string{
		"environment":        o.Environment,
		"team":               o.Team,
		"costCenter":         o.CostCenter,
		"dataClassification": o.DataClassification,
		"managed-by":         ManagedBy,
	}
	if name != "" {
		tags["Name"] = name
	}
	return tags
}

// GCP returns the labels of a Google Cloud resource, whose keys may not hold
// capital letters (https://cloud.google.com/compute/docs/labeling-resources).
func (o Owner) GCP() map[string]string {
	return map[string]string{
		"environment":         o.Environment,
		"team":                o.Team,
		"cost-center":         o.CostCenter,
		"data-classification": o.DataClassification,
		"managed-by":          ManagedBy,
	}
}

// DigitalOcean returns the tags of a DigitalOcean resource, sorted. A tag there
// is one word of letters, digits, ':', '-' and '_', so key and value are joined
// by a colon.
func (o Owner) DigitalOcean() []string {
	pairs := o.GCP()
	tags := make([]string, 0, len(pairs))
	for key, value := range pairs {
		tags = append(tags, key+":"+value)
	}
	slices.Sort(tags)
	return tags
}

// labelValue makes s fit for a label value: at most 63 characters of letters,
// digits, '-', '_' and '.', letters or digits at both ends.
func labelValue(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '-'
	}, s)
	return strings.Trim(s[:min(len(s), 63)], "-_.")
}
