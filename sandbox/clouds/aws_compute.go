package clouds

import (
	"fmt"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsLaunchTemplateType = "aws:ec2/launchTemplate:LaunchTemplate"
	// awsTemplateVersionType holds the versions of launch templates that are not the latest. It is no type of the provider.
	awsTemplateVersionType = "aws:ec2/launchTemplate:LaunchTemplateVersion"
)

var awsLaunchTemplate = &Type{
	Token: awsLaunchTemplateType, Noun: "launch template",
	Does:             "every update makes a new version; cannot be deleted while a node group uses it",
	Autoname:         &Autoname{Property: "name", MaxLength: 125}, // the limit of the API less a version
	Immutable:        []string{"name", "namePrefix"},
	OptionalComputed: []string{"defaultVersion", "namePrefix", "metadataOptions.httpEndpoint", "metadataOptions.httpTokens", "metadataOptions.httpPutResponseHopLimit", "metadataOptions.instanceMetadataTags"},
	Computed:         []string{"arn", "latestVersion"},
	ComputedByUpdate: []string{"latestVersion"},
	Sets:             []string{"vpcSecurityGroupIds", "securityGroupNames"},
	Maps:             []string{"tagSpecifications.tags"},
	WriteOnly:        []string{"updateDefaultVersion"},
	Check:            func(c *Call) []Failure { return checkMachine(nodes.AWS, c.Props, "instanceType") },
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		same, err := awsHere(c.Env, awsLaunchTemplateType, func(o *store.Object) bool { return props.Str(o.Properties, "name") == name })
		if err != nil {
			return "", err
		}
		if len(same) > 0 {
			return "", c.Errorf("InvalidLaunchTemplateName.AlreadyExistsException: launch template name already in use: %s", name)
		}
		id := awsID("lt")
		setDefaults(c.Props, props.Object{"defaultVersion": 1})
		set(c, "arn", awsARN(c.Env, "ec2", "launch-template/"+id), "latestVersion", 1)
		return id, nil
	},
	Update: func(c *Call) error {
		latest := props.IntOr(c.Old, "latestVersion", 1) + 1
		c.Props["latestVersion"] = latest
		err := c.Store.Put(&store.Object{
			Type: awsTemplateVersionType, ID: awsVersionID(c.ID, latest-1), Region: c.Region, Created: c.Now(), Properties: props.Clone(c.Old),
		})
		if err != nil {
			return c.Errorf("%v", err)
		}
		if props.Bool(c.Props, "updateDefaultVersion") {
			c.Props["defaultVersion"] = latest
		}
		return nil
	},
	Delete: func(c *Call) error {
		if err := awsRefuse(c, awsNodeGroupType, "launchTemplate.id", "DependencyViolation"); err != nil {
			return err
		}
		for n := range props.IntOr(c.Props, "latestVersion", 1) {
			if err := c.Store.Delete(awsTemplateVersionType, awsVersionID(c.ID, n)); err != nil && !isNotExist(err) {
				return c.Errorf("%v", err)
			}
		}
		return nil
	},
}

func awsVersionID(template string, n int) string { return fmt.Sprintf("%s:%d", template, n) }

// awsTemplateVersion is a launch template as it was in a version that is not its latest.
func awsTemplateVersion(c *Call, latest *store.Object, n int) (*store.Object, error) {
	o, err := c.Store.Get(awsTemplateVersionType, awsVersionID(latest.ID, n))
	if isNotExist(err) {
		return nil, c.Errorf("InvalidRequestException: the launch template %s has no version %d any more", latest.ID, n)
	}
	if err != nil {
		return nil, c.Errorf("%v", err)
	}
	o.ID = latest.ID
	return o, nil
}

// The component @pulumi/eks makes its own, self-managed node group with a
// launch configuration and a CloudFormation stack.
var awsLaunchConfiguration = &Type{
	Token: "aws:ec2/launchConfiguration:LaunchConfiguration", Noun: "launch configuration", Untagged: true,
	Does:     "is kept; the self-managed nodes that it describes do not join the cluster",
	Autoname: &Autoname{Property: "name", MaxLength: 255},
	Required: []string{"imageId", "instanceType"},
	Immutable: []string{
		"name", "namePrefix", "imageId", "instanceType", "associatePublicIpAddress", "ebsBlockDevices", "ebsOptimized", "enableMonitoring", "ephemeralBlockDevices",
		"iamInstanceProfile", "keyName", "metadataOptions", "placementTenancy", "rootBlockDevice", "securityGroups", "spotPrice", "userData", "userDataBase64",
	},
	Defaults:         props.Object{"enableMonitoring": true},
	OptionalComputed: []string{"ebsOptimized", "metadataOptions", "namePrefix"},
	Computed:         []string{"arn"},
	Sets:             []string{"securityGroups"},
	Check:            func(c *Call) []Failure { return checkMachine(nodes.AWS, c.Props, "instanceType") },
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		set(c, "arn", awsARN(c.Env, "autoscaling", "launchConfiguration:"+uuid()+":launchConfigurationName/"+name))
		return name, nil
	},
}

var awsStack = &Type{
	Token: "aws:cloudformation/stack:Stack", Noun: "CloudFormation stack",
	Does:             "is kept; its template is not carried out, and its one output is the name of an Auto Scaling group, NodeGroup, as @pulumi/eks expects",
	Autoname:         &Autoname{Property: "name", MaxLength: 128},
	Immutable:        []string{"name", "disableRollback", "onFailure", "timeoutInMinutes"},
	OptionalComputed: []string{"parameters", "policyBody", "templateBody"},
	Computed:         []string{"outputs"},
	Maps:             []string{"parameters"},
	Sets:             []string{"capabilities", "notificationArns"},
	Create: func(c *Call) (string, error) {
		name := props.Str(c.Props, "name")
		set(c, "outputs", props.Object{"NodeGroup": name + "-NodeGroup-" + hashedName(12, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", name)})
		return awsARN(c.Env, "cloudformation", "stack/"+name+"/"+uuid()), nil
	},
}
