package clouds

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const awsAddonType = "aws:eks/addon:Addon"

// eksAddons are the add-ons of AWS and of the community, with a version that EKS has published of those
// that programs use; where none is given, the sandbox has none to choose. kube-proxy's follows the cluster.
// Source of the names: docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html and community-addons.html.
var eksAddons = map[string]string{
	"adot": "", "amazon-cloudwatch-observability": "", "amazon-sagemaker-hyperpod-taskgovernance": "",
	"aws-ebs-csi-driver": "v1.57.1-eksbuild.1", "aws-efs-csi-driver": "v2.1.4-eksbuild.1",
	"aws-fsx-csi-driver": "", "aws-guardduty-agent": "", "aws-mountpoint-s3-csi-driver": "", "aws-network-flow-monitoring-agent": "",
	"aws-privateca-connector-for-kubernetes": "", "cert-manager": "", "coredns": "v1.13.2-eksbuild.1", "eks-node-monitoring-agent": "",
	"eks-pod-identity-agent": "v1.3.10-eksbuild.3", "external-dns": "", "fluent-bit": "", "kube-proxy": "", "kube-state-metrics": "",
	"metrics-server": "v0.7.2-eksbuild.3", "prometheus-node-exporter": "", "snapshot-controller": "v8.2.0-eksbuild.1", "vpc-cni": "v1.21.1-eksbuild.3",
}

// eksAddonVersion is the version of an add-on that a cluster of a Kubernetes version gets.
func eksAddonVersion(name, kubernetes string) string {
	if name == "kube-proxy" {
		return "v" + kubernetes + ".0-eksbuild.2"
	}
	return eksAddons[name]
}

// eksUnknownAddon says that there is no such add-on, and which there are.
func eksUnknownAddon(name string) string {
	return fmt.Sprintf("%q is no add-on of EKS: it is one of %s", name, strings.Join(props.SortedKeys(eksAddons), ", "))
}

// eksAddonForm is the form of a version; the provider checks it.
var eksAddonForm = regexp.MustCompile(`^v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`)

var awsAddon = &Type{
	Token: awsAddonType, Noun: "EKS add-on",
	Does: "refuses unknown names, settings that are no JSON, and roles that do not exist; its software is not installed, " +
		"but ENABLE_PREFIX_DELEGATION of vpc-cni gives the nodes made after it more pods",
	Required:         []string{"clusterName", "addonName"},
	Immutable:        []string{"clusterName", "addonName"},
	OptionalComputed: []string{"addonVersion", "configurationValues"},
	Computed:         []string{"arn", "createdAt", "modifiedAt"},
	ComputedByUpdate: []string{"modifiedAt"},
	Sets:             []string{"podIdentityAssociations"},
	WriteOnly:        []string{"preserve", "resolveConflicts", "resolveConflictsOnCreate", "resolveConflictsOnUpdate"},
	Check:            eksCheckAddon,
	Create: func(c *Call) (string, error) {
		cluster, err := eksOf(c)
		if err != nil {
			return "", err
		}
		in, name := props.Str(c.Props, "clusterName"), props.Str(c.Props, "addonName")
		id := in + ":" + name
		setDefaults(c.Props, props.Object{"configurationValues": "", "addonVersion": eksAddonVersion(name, props.Str(cluster, "version"))})
		set(c, "arn", awsARN(c.Env, "eks", "addon/"+in+"/"+name+"/"+uuid()), "createdAt", c.Timestamp(), "modifiedAt", c.Timestamp())
		if err := eksAddonRoles(c); err != nil {
			return "", err
		}
		return id, eksFree(c, id, "the addon "+name)
	},
	Update: func(c *Call) error { c.Props["modifiedAt"] = c.Timestamp(); return eksAddonRoles(c) },
}

func eksCheckAddon(c *Call) []Failure {
	var f []Failure
	if n := props.Str(c.Props, "addonName"); n != "" && !slices.Contains(props.SortedKeys(eksAddons), n) {
		f = append(f, Failure{"addonName", eksUnknownAddon(n)})
	}
	if v := props.Str(c.Props, "addonVersion"); v != "" && !eksAddonForm.MatchString(v) {
		f = append(f, Failure{"addonVersion", fmt.Sprintf("%q is no version such as v1.21.1-eksbuild.3", v)})
	}
	if s := props.Str(c.Props, "configurationValues"); s != "" {
		var values map[string]any
		if err := json.Unmarshal([]byte(s), &values); err != nil {
			f = append(f, Failure{"configurationValues", fmt.Sprintf("is no JSON object: %v", err)})
		}
	}
	f = append(f, awsOneOf(c.Props, "resolveConflictsOnCreate", "NONE", "OVERWRITE")...)
	return append(f, awsOneOf(c.Props, "resolveConflictsOnUpdate", "NONE", "OVERWRITE", "PRESERVE")...)
}

func eksAddonRoles(c *Call) error {
	roles := []string{props.Str(c.Props, "serviceAccountRoleArn")}
	for _, a := range props.Objects(c.Props, "podIdentityAssociations") {
		roles = append(roles, props.Str(a, "roleArn"))
	}
	for _, r := range roles {
		if r != "" {
			if err := awsRoleExists(c, r, "InvalidParameterException"); err != nil {
				return err
			}
		}
	}
	return nil
}

// eksPrefixDelegation says whether a cluster's CNI gives each node ranges of addresses instead of single ones.
// Source: github.com/aws/amazon-vpc-cni-k8s, README, ENABLE_PREFIX_DELEGATION.
func eksPrefixDelegation(c *Call, cluster string) bool {
	cni, err := c.Store.Get(awsAddonType, cluster+":vpc-cni")
	if err != nil {
		return false
	}
	var values struct{ Env map[string]any }
	if json.Unmarshal([]byte(props.Str(cni.Properties, "configurationValues")), &values) != nil {
		return false
	}
	return fmt.Sprint(values.Env["ENABLE_PREFIX_DELEGATION"]) == "true"
}
