package clustertest

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ai-now/platform/clusters/spec"
)

// EKS returns the arguments of a highly available cluster on AWS.
func EKS() *spec.Cluster {
	return &spec.Cluster{
		Cloud: "aws", Region: "eu-west-1", Zones: []string{"eu-west-1a", "eu-west-1b", "eu-west-1c"}, Version: "1.35",
		HighlyAvailable: true, APIServerAccess: []string{"203.0.113.0/24"},
		Network:   spec.Network{Nodes: "10.0.0.0/16", Services: "10.1.0.0/20"},
		NodePools: Pools("m6i.large"), Owner: Owner,
	}
}

var awsComputed = map[string]computation{
	"aws:eks/cluster:Cluster": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{
			"endpoint":             "https://" + name + ".eks.example.com",
			"certificateAuthority": map[string]any{"data": ca},
			"identities":           []any{map[string]any{"oidcs": []any{map[string]any{"issuer": "https://oidc.eks.example.com/id/0123"}}}},
			"accessConfig":         map[string]any{"authenticationMode": "API"},
			"vpcConfig":            map[string]any{"subnetIds": []any{}, "clusterSecurityGroupId": "sg-" + name},
		}
	},
	"aws:iam/openIdConnectProvider:OpenIdConnectProvider": arn,
	"aws:iam/role:Role": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:iam::123456789012:role/" + name, "name": name}
	},
	"aws:kms/key:Key": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:kms:eu-west-1:123456789012:key/" + name, "keyId": name}
	},
	"aws:cloudwatch/logGroup:LogGroup": func(_ string, in resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:logs:eu-west-1:123456789012:log-group:" + in["name"].StringValue()}
	},
	"aws:efs/fileSystem:FileSystem": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/" + name}
	},
	"aws:ec2/eip:Eip": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"publicIp": "address-of-" + name}
	},
	"aws:ec2/launchTemplate:LaunchTemplate": func(string, resource.PropertyMap) map[string]any {
		return map[string]any{"latestVersion": 1}
	},
	"aws:s3/bucketV2:BucketV2": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:s3:::" + name + "-0123", "bucket": name + "-0123"}
	},
	"aws:route53/zone:Zone": func(string, resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:route53:::hostedzone/Z0123", "zoneId": "Z0123", "nameServers": []any{"ns-1.example.org"}}
	},
	"aws:ecr/repository:Repository": func(_ string, in resource.PropertyMap) map[string]any {
		name := in["name"].StringValue()
		return map[string]any{
			"arn":           "arn:aws:ecr:eu-west-1:123456789012:repository/" + name,
			"repositoryUrl": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/" + name,
		}
	},
	"aws:sqs/queue:Queue": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:sqs:eu-west-1:123456789012:" + name, "name": name, "url": "https://sqs.eu-west-1.amazonaws.com/123456789012/" + name}
	},
	"aws:sns/topic:Topic": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:sns:eu-west-1:123456789012:" + name}
	},
	"aws:cloudwatch/eventRule:EventRule": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:events:eu-west-1:123456789012:rule/" + name, "name": name}
	},
	"aws:iam/instanceProfile:InstanceProfile": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"name": name}
	},
	"aws:wafv2/webAcl:WebAcl": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/" + name + "/0123"}
	},
	"aws:wafv2/ipSet:IpSet": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"arn": "arn:aws:wafv2:eu-west-1:123456789012:regional/ipset/" + name + "/0123"}
	},
}

// awsFunctions answers the functions of AWS.
var awsFunctions = map[string]func(in resource.PropertyMap) map[string]any{
	"aws:index/getCallerIdentity:getCallerIdentity": func(resource.PropertyMap) map[string]any {
		return map[string]any{"id": "123456789012", "accountId": "123456789012", "arn": "arn:aws:iam::123456789012:role/pipeline", "userId": "AROAEXAMPLE:pipeline"}
	},
	"aws:eks/getAddonVersion:getAddonVersion": func(in resource.PropertyMap) map[string]any {
		name, version := in["addonName"].StringValue(), in["kubernetesVersion"].StringValue()
		return map[string]any{"id": name, "addonName": name, "kubernetesVersion": version, "version": "default-for-" + version}
	},
}
