package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const awsAccessEntryType = "aws:eks/accessEntry:AccessEntry"

// eksOf finds the cluster that a resource belongs to.
func eksOf(c *Call) (props.Object, error) {
	o, err := awsFind(c, awsEKSClusterType, props.Str(c.Props, "clusterName"), "ResourceNotFoundException: no cluster found for name")
	if err != nil {
		return nil, err
	}
	return o.Properties, nil
}

// eksFree refuses a second resource with an id.
func eksFree(c *Call, id, what string) error {
	if _, err := c.Store.Get(c.Type.Token, id); err == nil {
		return c.Errorf("ResourceInUseException: %s is already in use on this cluster", what)
	}
	return nil
}

var awsAccessEntry = &Type{
	Token: awsAccessEntryType, Noun: "EKS access entry",
	Does:             "refuses a cluster whose authentication mode is CONFIG_MAP, a second entry for one principal, and the role of nodes that is not there; takes any principal of people; grants nothing, because the sandbox has no IAM",
	Required:         []string{"clusterName", "principalArn"},
	Immutable:        []string{"clusterName", "principalArn", "type"},
	Defaults:         props.Object{"type": "STANDARD"},
	OptionalComputed: []string{"kubernetesGroups", "userName"},
	Computed:         []string{"accessEntryArn", "createdAt", "modifiedAt"},
	Sets:             []string{"kubernetesGroups"},
	Check:            eksCheckAccessEntry,
	Create: func(c *Call) (string, error) {
		cluster, err := eksOf(c)
		if err != nil {
			return "", err
		}
		if props.Str(cluster, "accessConfig.authenticationMode") == "CONFIG_MAP" {
			return "", c.Errorf("InvalidRequestException: the cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation")
		}
		principal := props.Str(c.Props, "principalArn")
		id := props.Str(c.Props, "clusterName") + ":" + principal
		if err := eksFree(c, id, "the access entry for "+principal); err != nil {
			return "", err
		}
		groups, user := []any{}, principal
		if t := props.Str(c.Props, "type"); t == "EC2_LINUX" { // docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
			groups, user = []any{"system:nodes"}, "system:node:{{EC2PrivateDNSName}}"
		}
		setDefaults(c.Props, props.Object{"kubernetesGroups": groups, "userName": user})
		set(c, "accessEntryArn", awsARN(c.Env, "eks", "access-entry/"+props.Str(c.Props, "clusterName")+"/"+uuid()), "createdAt", c.Timestamp(), "modifiedAt", c.Timestamp())
		if props.Str(c.Props, "type") == "STANDARD" {
			return id, nil // people's roles are made elsewhere than in the stack
		}
		return id, awsRoleExists(c, principal, "InvalidParameterException")
	},
	Update: func(c *Call) error { c.Props["modifiedAt"] = c.Timestamp(); return nil },
}

// Source of the rules: docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html.
func eksCheckAccessEntry(c *Call) []Failure {
	f := awsOneOf(c.Props, "type", "STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX")
	kind := props.Str(c.Props, "type")
	if kind != "" && kind != "STANDARD" && !empty(c.Props["kubernetesGroups"]) && c.Props["kubernetesGroups"] != nil {
		f = append(f, Failure{"kubernetesGroups", fmt.Sprintf("InvalidParameterException: an access entry of type %s has no groups of its own", kind)})
	}
	for i, g := range props.StrList(c.Props, "kubernetesGroups") {
		if strings.HasPrefix(g, "system:") {
			f = append(f, Failure{props.Index("kubernetesGroups", i), fmt.Sprintf("InvalidParameterException: the kubernetes group name %s is invalid, it cannot start with system: use an access policy", g)})
		}
	}
	return f
}

// eksPolicyARN begins the ARN of an access policy: docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html.
const eksPolicyARN = "arn:aws:eks::aws:cluster-access-policy/"

var awsAccessPolicyAssociation = &Type{
	Token: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", Noun: "association of an EKS access policy", Untagged: true,
	Does:      "refuses a principal without an access entry",
	Required:  []string{"clusterName", "principalArn", "policyArn", "accessScope"},
	Immutable: []string{"clusterName", "principalArn", "policyArn", "accessScope"},
	Computed:  []string{"associatedAt", "modifiedAt"},
	Check: func(c *Call) []Failure {
		f := awsOneOf(c.Props, "accessScope.type", "cluster", "namespace")
		if a := props.Str(c.Props, "policyArn"); a != "" && !strings.HasPrefix(a, eksPolicyARN) {
			f = append(f, Failure{"policyArn", fmt.Sprintf("%q is no access policy of EKS: it begins with %s", a, eksPolicyARN)})
		}
		if scope := props.Str(c.Props, "accessScope.type"); scope != "" && (scope == "namespace") != (len(props.List(c.Props, "accessScope.namespaces")) > 0) {
			f = append(f, Failure{"accessScope.namespaces", "goes with the type namespace, and only with it"})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		if _, err := eksOf(c); err != nil {
			return "", err
		}
		entry := props.Str(c.Props, "clusterName") + ":" + props.Str(c.Props, "principalArn")
		found, err := c.Find(awsAccessEntryType, entry, "ResourceNotFoundException")
		if err != nil {
			return "", err
		}
		if t := props.Str(found.Properties, "type"); t != "STANDARD" && t != "EC2" {
			return "", c.Errorf("InvalidParameterException: the access entry %s is of type %s, which has no access policies", entry, t)
		}
		set(c, "associatedAt", c.Timestamp(), "modifiedAt", c.Timestamp())
		id := props.Str(c.Props, "clusterName") + "#" + props.Str(c.Props, "principalArn") + "#" + props.Str(c.Props, "policyArn")
		return id, eksFree(c, id, "the access policy")
	},
}

var awsPodIdentityAssociation = &Type{
	Token: "aws:eks/podIdentityAssociation:PodIdentityAssociation", Noun: "EKS Pod Identity association",
	Does:      "refuses a role that does not exist; pods get no credentials, because the sandbox has no IAM",
	Required:  []string{"clusterName", "namespace", "serviceAccount", "roleArn"},
	Immutable: []string{"clusterName", "namespace", "serviceAccount"},
	Computed:  []string{"associationArn", "associationId"},
	Create: func(c *Call) (string, error) {
		if _, err := eksOf(c); err != nil {
			return "", err
		}
		if err := awsRoleExists(c, props.Str(c.Props, "roleArn"), "InvalidParameterException"); err != nil {
			return "", err
		}
		id := "a-" + hashedName(17, alphanumeric, randomHex(32))
		set(c, "associationId", id, "associationArn", awsARN(c.Env, "eks", "podidentityassociation/"+props.Str(c.Props, "clusterName")+"/"+id))
		return id, nil
	},
}
