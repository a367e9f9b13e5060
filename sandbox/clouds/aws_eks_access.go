package clouds

import (
	"github.com/ai-now/platform/sandbox/clouds/props"
)

const (
	awsAccessEntryType = "aws:eks/accessEntry:AccessEntry"
	awsAddonType       = "aws:eks/addon:Addon"
)

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
	Does:             "refuses a cluster whose authentication mode is CONFIG_MAP, and a second entry for one principal; grants nothing, because the sandbox has no IAM",
	Required:         []string{"clusterName", "principalArn"},
	Immutable:        []string{"clusterName", "principalArn", "type"},
	Defaults:         props.Object{"type": "STANDARD"},
	OptionalComputed: []string{"kubernetesGroups", "userName"},
	Computed:         []string{"accessEntryArn", "createdAt", "modifiedAt"},
	Sets:             []string{"kubernetesGroups"},
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
		setDefaults(c.Props, props.Object{"kubernetesGroups": []any{}, "userName": principal})
		set(c, "accessEntryArn", awsARN(c.Env, "eks", "access-entry/"+props.Str(c.Props, "clusterName")+"/"+uuid()), "createdAt", c.Timestamp(), "modifiedAt", c.Timestamp())
		return id, awsRoleExists(c, principal, "InvalidParameterException")
	},
	Update: func(c *Call) error { c.Props["modifiedAt"] = c.Timestamp(); return nil },
}

var awsAccessPolicyAssociation = &Type{
	Token: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation", Noun: "association of an EKS access policy", Untagged: true,
	Does:      "refuses a principal without an access entry",
	Required:  []string{"clusterName", "principalArn", "policyArn", "accessScope"},
	Immutable: []string{"clusterName", "principalArn", "policyArn", "accessScope"},
	Computed:  []string{"associatedAt", "modifiedAt"},
	Create: func(c *Call) (string, error) {
		if _, err := eksOf(c); err != nil {
			return "", err
		}
		entry := props.Str(c.Props, "clusterName") + ":" + props.Str(c.Props, "principalArn")
		if _, err := c.Find(awsAccessEntryType, entry, "ResourceNotFoundException"); err != nil {
			return "", err
		}
		set(c, "associatedAt", c.Timestamp(), "modifiedAt", c.Timestamp())
		id := props.Str(c.Props, "clusterName") + "#" + props.Str(c.Props, "principalArn") + "#" + props.Str(c.Props, "policyArn")
		return id, eksFree(c, id, "the access policy")
	},
}

var awsAddon = &Type{
	Token: awsAddonType, Noun: "EKS add-on",
	Does:             "is kept; the software of the add-on is not installed",
	Required:         []string{"clusterName", "addonName"},
	Immutable:        []string{"clusterName", "addonName"},
	OptionalComputed: []string{"addonVersion", "configurationValues"},
	Computed:         []string{"arn", "createdAt", "modifiedAt"},
	ComputedByUpdate: []string{"modifiedAt"},
	WriteOnly:        []string{"preserve", "resolveConflicts", "resolveConflictsOnCreate", "resolveConflictsOnUpdate"},
	Create: func(c *Call) (string, error) {
		if _, err := eksOf(c); err != nil {
			return "", err
		}
		cluster, name := props.Str(c.Props, "clusterName"), props.Str(c.Props, "addonName")
		id := cluster + ":" + name
		setDefaults(c.Props, props.Object{"configurationValues": ""})
		set(c, "arn", awsARN(c.Env, "eks", "addon/"+cluster+"/"+name+"/"+uuid()), "createdAt", c.Timestamp(), "modifiedAt", c.Timestamp())
		return id, eksFree(c, id, "the addon "+name)
	},
	Update: func(c *Call) error { c.Props["modifiedAt"] = c.Timestamp(); return nil },
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
