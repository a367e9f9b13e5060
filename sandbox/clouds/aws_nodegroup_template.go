package clouds

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/nodes"
	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// eksTemplate finds the version of the launch template that a node group uses, nil if it has none.
func eksTemplate(c *Call) (*store.Object, error) {
	id, name := props.Str(c.Props, "launchTemplate.id"), props.Str(c.Props, "launchTemplate.name")
	if id == "" && name == "" {
		return nil, nil
	}
	found, err := awsHere(c.Env, awsLaunchTemplateType, func(o *store.Object) bool {
		return o.ID == id || id == "" && props.Str(o.Properties, "name") == name
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, c.Errorf("InvalidRequestException: the launch template %s%s does not exist", id, name)
	}
	lt := found[0]
	latest := props.IntOr(lt.Properties, "latestVersion", 1)
	n := latest
	switch version := props.Str(c.Props, "launchTemplate.version"); version {
	case "$Latest":
	case "", "$Default":
		n = props.IntOr(lt.Properties, "defaultVersion", 1)
	default:
		if n, err = strconv.Atoi(version); err != nil || n < 1 {
			return nil, c.Errorf("InvalidRequestException: %q is no version of a launch template: a number, $Latest or $Default", version)
		}
	}
	if n > latest {
		return nil, c.Errorf("InvalidRequestException: the launch template %s has no version %d: the latest is %d", lt.ID, n, latest)
	}
	// The API answers with the number, whatever the program says.
	t := props.Map(c.Props, "launchTemplate")
	t["id"], t["name"], t["version"] = lt.ID, props.Str(lt.Properties, "name"), strconv.Itoa(n)
	if n == latest {
		return lt, nil // somebody may have edited it
	}
	return awsTemplateVersion(c, lt, n)
}

// eksProhibited are the settings that a node group's launch template must not have.
// Source: docs.aws.amazon.com/eks/latest/userguide/launch-templates.html.
var eksProhibited = []string{"hibernationOptions", "iamInstanceProfile", "instanceMarketOptions"}

// eksTemplateFits refuses what EKS does not take in a launch template, or beside it.
func eksTemplateFits(c *Call, lt *store.Object) error {
	if lt == nil {
		return nil
	}
	for _, k := range eksProhibited {
		if v := lt.Properties[k]; v != nil && !empty(v) {
			return c.Errorf("InvalidParameterException: the launch template %s must not have %s: the node group says it", lt.ID, k)
		}
	}
	for _, n := range props.Objects(lt.Properties, "networkInterfaces") {
		if props.Str(n, "subnetId") != "" {
			return c.Errorf("InvalidParameterException: the launch template %s must not have subnets: the node group says them", lt.ID)
		}
	}
	if props.Str(lt.Properties, "instanceType") != "" && len(props.List(c.Props, "instanceTypes")) > 0 {
		return c.Errorf("InvalidParameterException: instance type is in the launch template %s and in the node group: give it once", lt.ID)
	}
	return nil
}

// eksMachines settles what a new node group of a cluster does not say: instance types, image type, disk, version.
func eksMachines(c *Call, cluster *store.Object) error {
	lt, err := eksTemplate(c)
	if err != nil {
		return err
	}
	if err := eksTemplateFits(c, lt); err != nil {
		return err
	}
	custom := lt != nil && props.Str(lt.Properties, "imageId") != ""
	for _, k := range []string{"amiType", "version", "releaseVersion"} {
		if v := props.Str(c.Props, k); custom && v != "" && v != "CUSTOM" {
			return c.Errorf("InvalidParameterException: the launch template %s has an image of its own: leave %s out of the node group", lt.ID, k)
		}
	}
	if lt == nil || props.Str(lt.Properties, "instanceType") == "" {
		setDefaults(c.Props, props.Object{"instanceTypes": []any{"t3.medium"}}) // docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
	}
	machine, err := eksMachine(c, lt)
	if err != nil {
		return err
	}
	// Since 1.30 a node group that says nothing gets Amazon Linux 2023: docs.aws.amazon.com/eks/latest/userguide/al2023.html.
	image := "AL2023_x86_64_STANDARD"
	switch {
	case custom:
		image = "CUSTOM"
	case machine.ARM:
		image = "AL2023_ARM_64_STANDARD"
	case machine.GPUs > 0:
		image = "AL2023_x86_64_NVIDIA"
	}
	setDefaults(c.Props, props.Object{"amiType": image})
	if lt == nil {
		setDefaults(c.Props, props.Object{"diskSize": 20})
	}
	setDefaults(c.Props, props.Object{"capacityType": "ON_DEMAND", "version": cluster.Properties["version"], "updateConfig": props.Object{"maxUnavailable": 1}})
	return eksImageFits(c, lt)
}

// eksImageFits refuses images for another processor than the group's instance types have.
func eksImageFits(c *Call, lt *store.Object) error {
	image := props.Str(c.Props, "amiType")
	types := props.StrList(c.Props, "instanceTypes")
	if len(types) == 0 && lt != nil {
		types = []string{props.Str(lt.Properties, "instanceType")}
	}
	for _, name := range types {
		if m, err := nodes.AWS.Find(name); err == nil && image != "CUSTOM" && strings.Contains(image, "ARM_64") != m.ARM {
			return c.Errorf("InvalidParameterException: [%s] is not a valid instance type for requested amiType %s", m.Name, image)
		}
	}
	// docs.aws.amazon.com/eks/latest/userguide/eks-ami-deprecation-faqs.html
	if v, ok := minor(props.Str(c.Props, "version")); ok && v > 32 && strings.HasPrefix(image, "AL2_") {
		return c.Errorf("InvalidParameterException: AMI Type %s is only supported for kubernetes versions 1.32 or earlier: use AL2023 or Bottlerocket", image)
	}
	return nil
}

func eksMachine(c *Call, lt *store.Object) (nodes.Machine, error) {
	name := "t3.medium"
	if l := props.StrList(c.Props, "instanceTypes"); len(l) > 0 {
		name = l[0]
	} else if lt != nil {
		name = props.StrOr(lt.Properties, "instanceType", name)
	}
	m, err := nodes.AWS.Find(name)
	if err != nil {
		return m, c.Errorf("InvalidParameterException: %v", err)
	}
	return m, nil
}

// eksDisk is the size of the disk that pods write to: the root volume, with Bottlerocket the second one.
// Source: docs.aws.amazon.com/eks/latest/userguide/launch-templates.html; the names are those of the images.
func eksDisk(c *Call, lt *store.Object) int {
	size := props.IntOr(c.Props, "diskSize", 20)
	if lt == nil {
		return size
	}
	bottlerocket := strings.HasPrefix(props.Str(c.Props, "amiType"), "BOTTLEROCKET_")
	for i, b := range props.Objects(lt.Properties, "blockDeviceMappings") {
		if device := props.Str(b, "deviceName"); !bottlerocket && i == 0 || bottlerocket && device == "/dev/xvdb" {
			size = props.IntOr(b, "ebs.volumeSize", size)
		}
	}
	return size
}

// eksImages are the kinds of images of Linux nodes: docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html.
var eksImages = []string{
	"AL2023_ARM_64_NVIDIA", "AL2023_ARM_64_STANDARD", "AL2023_x86_64_NEURON", "AL2023_x86_64_NVIDIA", "AL2023_x86_64_STANDARD",
	"AL2_ARM_64", "AL2_x86_64", "AL2_x86_64_GPU", "BOTTLEROCKET_ARM_64", "BOTTLEROCKET_ARM_64_FIPS", "BOTTLEROCKET_ARM_64_NVIDIA",
	"BOTTLEROCKET_ARM_64_NVIDIA_FIPS", "BOTTLEROCKET_x86_64", "BOTTLEROCKET_x86_64_FIPS", "BOTTLEROCKET_x86_64_NVIDIA", "BOTTLEROCKET_x86_64_NVIDIA_FIPS", "CUSTOM",
}

// eksCheckNodes finds what the API does not take in a node group.
func eksCheckNodes(o props.Object) []Failure {
	f := append(awsOneOf(o, "amiType", eksImages...), awsOneOf(o, "capacityType", "ON_DEMAND", "SPOT", "CAPACITY_BLOCK")...)
	if o["launchTemplate"] != nil {
		f = append(f, awsExactlyOne(o, "launchTemplate.id", "launchTemplate.name")...)
		if props.Get(o, "launchTemplate.version") == nil {
			f = append(f, Failure{"launchTemplate.version", "a launch template needs it"})
		}
	}
	if o["updateConfig"] != nil {
		f = append(f, awsExactlyOne(o, "updateConfig.maxUnavailable", "updateConfig.maxUnavailablePercentage")...)
		f = append(f, awsBetween(o, "updateConfig.maxUnavailable", 1, 100)...)
		f = append(f, awsBetween(o, "updateConfig.maxUnavailablePercentage", 1, 100)...)
	}
	if n := len(props.List(o, "taints")); n > 50 {
		f = append(f, Failure{"taints", fmt.Sprintf("has %d taints: 50 at most", n)})
	}
	for _, label := range props.SortedKeys(props.Map(o, "labels")) {
		if eksReserved(label) {
			f = append(f, Failure{props.Join("labels", label), "InvalidParameterException: label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]: " +
				"nodes may not give themselves such labels"})
		}
	}
	return f
}

// eksReserved says whether a label is one that a node cannot give itself.
// Source: kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction.
func eksReserved(label string) bool {
	domain, _, ok := strings.Cut(label, "/")
	if !ok || domain == "node.kubernetes.io" || domain == "kubelet.kubernetes.io" {
		return false
	}
	for _, reserved := range []string{"kubernetes.io", "k8s.io", "eks.amazonaws.com"} {
		if domain == reserved || strings.HasSuffix(domain, "."+reserved) {
			return true
		}
	}
	return false
}
