package rules

import "github.com/ai-now/platform/policy/rule"

const (
	eksNodeGroup      = "aws:eks/nodeGroup:NodeGroup"
	awsLaunchTemplate = "aws:ec2/launchTemplate:LaunchTemplate"
)

func eksNodeSSH() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-node-ssh",
		Title:    "Nodes of EKS have no SSH key",
		Severity: rule.High,
		On:       types(eksNodeGroup, awsLaunchTemplate),
		Why: "A key on every node is a door that no access entry closes and no audit log sees. With " +
			"remoteAccess and no security groups, EKS opens port 22 to the whole internet.",
		Fix: "Remove remoteAccess from node groups and keyName from launch templates. Debug a node with " +
			"`kubectl debug node/NAME`, or reach it through Systems Manager.",
		Controls: []rule.Control{
			hub("EC2.19", "Security groups should not allow unrestricted access to ports with high risk"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			if r.Type == eksNodeGroup {
				demand{"remoteAccess", isEmpty, "the nodes can be reached by SSH"}.ask(q, r.Properties)
				return
			}
			demand{"keyName", isEmpty, "the instances accept the SSH key {}"}.ask(q, r.Properties)
		}),
	}
}

func eksNodeLaunchTemplate() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-node-launch-template",
		Title:    "Every node group of EKS has a launch template",
		Severity: rule.Medium,
		On:       types(eksNodeGroup),
		Why: "Metadata service, disks and addresses of nodes are set in a launch template. A node group " +
			"without one gets AWS's defaults, which leave volumes unencrypted unless the account says otherwise.",
		Fix: "Set launchTemplate to a template that keeps the rules on launch templates.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			template := r.Get("launchTemplate")
			q.Require(template.Get("id").Empty().Not().Or(template.Get("name").Empty().Not()), template,
				"the node group has no launch template")
		}),
	}
}

func eksNodeUpdates() *rule.Rule {
	return &rule.Rule{
		ID:       "eks-node-updates",
		Title:    "An update takes few nodes of EKS at a time",
		Severity: rule.Medium,
		On:       types(eksNodeGroup),
		Why: "Nodes are drained and replaced at every update. When many go at once, disruption budgets " +
			"cannot be kept and the rest of the pool carries the load.",
		Fix: "Leave updateConfig out, which means one node, or set maxUnavailable or " +
			"maxUnavailablePercentage within the settings.",
		Settings: []rule.Setting{
			number("maxUnavailable", 2, 1, 100, "Most nodes that may be missing at a time."),
			number("maxUnavailablePercentage", 33, 1, 100, "Largest part of a node group that may be missing at a time, in percent."),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			for _, limit := range []string{"maxUnavailable", "maxUnavailablePercentage"} {
				given := r.Get("updateConfig", limit)
				q.Require(given.Present().Not().Or(atMost(given, q.Settings.Int(limit))), given,
					"%s is %s, the most is %d", limit, given, q.Settings.Int(limit))
			}
		}),
	}
}

func awsLaunchTemplateMetadata() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-launch-template-metadata",
		Title:    "Pods cannot take the credentials of their node",
		Severity: rule.Critical,
		On:       types(awsLaunchTemplate),
		Why: "The metadata service gives a node's credentials to whoever asks. Version 2 wants a token, " +
			"which a forged request from a pod does not get, and with a hop limit of 1 the token does not " +
			"reach a pod with an address of its own.",
		Fix: "Set metadataOptions.httpTokens to required and httpPutResponseHopLimit to 1.",
		Controls: []rule.Control{
			hub("EC2.170", "EC2 launch templates should use Instance Metadata Service Version 2 (IMDSv2)"),
			hub("AutoScaling.3", "Auto Scaling group should configure EC2 instances to require Instance Metadata Service Version 2 (IMDSv2)"),
		},
		Settings: []rule.Setting{number("hopLimit", 1, 1, 64, "Most hops a token may travel.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			options := r.Get("metadataOptions")
			off := options.Get("httpEndpoint").Is("disabled")
			tokens := options.Get("httpTokens")
			q.Require(off.Or(tokens.Is("required")), tokens, "the metadata service answers without a token: httpTokens is %s", tokens)
			// EKS's own default is 2 hops, EC2's depends on the image: only what is said counts.
			hops := options.Get("httpPutResponseHopLimit")
			q.Require(off.Or(atMost(hops, q.Settings.Int("hopLimit"))), hops,
				"the hop limit of the metadata service is %s, the most is %d", hops, q.Settings.Int("hopLimit"))
		}),
	}
}

func awsLaunchTemplateVolumes() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-launch-template-volumes",
		Title:    "Disks of nodes on AWS are encrypted",
		Severity: rule.High,
		On:       types(awsLaunchTemplate),
		Why: "Images, logs, emptyDirs and the secrets that pods mount are on a node's disk. AWS leaves it " +
			"unencrypted unless the template, the image or the account says otherwise.",
		Fix: "Give every disk of the image an entry in blockDeviceMappings with ebs.encrypted true.",
		Controls: []rule.Control{
			hub("EC2.181", "EC2 launch templates should enable encryption for attached EBS volumes"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			disks := r.Get("blockDeviceMappings")
			q.Require(disks.Empty().Not(), disks, "the template says nothing of the disks, so those of the image are not encrypted")
			q.Each(disks, func(disk rule.Value) {
				encrypted := disk.Get("ebs", "encrypted")
				// An instance store has no ebs; its hardware encrypts it.
				q.Require(disk.Get("ebs").Empty().Or(encrypted.Is("true"), encrypted.Is(true)), encrypted,
					"the disk %s is not encrypted", disk.Get("deviceName"))
			})
		}),
	}
}

func awsLaunchTemplateAddresses() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-launch-template-addresses",
		Title:    "Nodes on AWS have no public address",
		Severity: rule.High,
		On:       types(awsLaunchTemplate),
		Why: "A node with a public address is one security group rule away from the internet; without " +
			"one it is reached through the VPC only and leaves through a NAT gateway.",
		Fix: "Leave networkInterfaces out, or associatePublicIpAddress in each of them out or false.",
		Controls: []rule.Control{
			cis(cisEKS, "5.4.3", "Ensure clusters are created with Private Nodes"),
			hub("EC2.25", "Amazon EC2 launch templates should not assign public IPs to network interfaces"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			q.Each(r.Get("networkInterfaces"), func(nic rule.Value) {
				public := nic.Get("associatePublicIpAddress")
				q.Require(public.Is("true").Or(public.Is(true)).Not(), public, "instances get a public address")
			})
		}),
	}
}
