package tests

// awsMutations weaken what prod has on AWS.
var awsMutations = []mutations{
	{eksCluster, "eks-eu-eksCluster", []mutation{
		{"EKS keeps no audit log", to("enabledClusterLogTypes", []any{"api"}), trips("eks-control-plane-logs"), nil},
		{"EKS encrypts secrets with no key of the owner", without("encryptionConfig"), trips("eks-secrets-encryption"), nil},
		{"the API server of EKS answers the internet", to("vpcConfig.publicAccessCidrs", []any{"0.0.0.0/0"}), trips("eks-endpoint-access"), nil},
		{"nodes reach EKS over the internet", to("vpcConfig.endpointPrivateAccess", false), trips("eks-endpoint-access"), nil},
		{"EKS runs an old Kubernetes", to("version", "1.30"), trips("eks-version"), nil},
		{"EKS pays for extended support", to("upgradePolicy.supportType", "EXTENDED"), trips("eks-upgrade-policy"), nil},
		{"EKS lets people in by a ConfigMap", to("accessConfig.authenticationMode", "API_AND_CONFIG_MAP"), trips("eks-authentication-mode"), nil},
		{"whoever creates EKS is not its administrator", to("accessConfig.bootstrapClusterCreatorAdminPermissions", false), nil, []string{"eks-creator-admin"}},
		{"a cluster has no tags", without("tags"), trips("resource-owner-tags"), nil},
		{"a cluster of prod says that it is dev's", to("tags.environment", "dev"), trips("resource-environment"), nil},
		{"services of EKS have addresses of the VPC", to("kubernetesNetworkConfig.serviceIpv4Cidr", "10.0.64.0/20"), trips("stack-network-ranges"), nil},
	}},
	{"aws:eks/addon:Addon", "eks-eu-vpc-cni", []mutation{
		{"EKS does not enforce NetworkPolicies", replaced("configurationValues", `"enableNetworkPolicy":"true"`, `"enableNetworkPolicy":"false"`), trips("eks-network-policy"), nil},
		{"EKS has no network add-on", nil, trips("stack-eks-addons"), nil},
	}},
	{"aws:eks/nodeGroup:NodeGroup", "eks-eu-general", []mutation{
		{"nodes of EKS can be reached by SSH", to("remoteAccess.ec2SshKey", "ops"), trips("eks-node-ssh"), nil},
		{"a node group has no launch template", without("launchTemplate"), trips("eks-node-launch-template"), nil},
		{"an update takes half of the nodes of EKS", to("updateConfig.maxUnavailablePercentage", 50), trips("eks-node-updates"), nil},
		{"a node group shrinks to one node", to("scalingConfig.minSize", 1), trips("stack-pool-bounds"), nil},
		{"a node group grows without an end", to("scalingConfig.maxSize", 1000), trips("stack-node-ceiling", "stack-pool-bounds"), nil},
	}},
	{"aws:ec2/launchTemplate:LaunchTemplate", "eks-eu-general", []mutation{
		{"nodes accept an SSH key", to("keyName", "ops"), trips("eks-node-ssh"), nil},
		{"pods can take the credentials of their node", to("metadataOptions.httpPutResponseHopLimit", 2), trips("aws-launch-template-metadata"), nil},
		{"the metadata service answers without a token", to("metadataOptions.httpTokens", "optional"), trips("aws-launch-template-metadata"), nil},
		{"a node's disk is not encrypted", to("blockDeviceMappings[1].ebs.encrypted", "false"), trips("aws-launch-template-volumes"), nil},
		{"nodes have public addresses", to("networkInterfaces", []any{map[string]any{"associatePublicIpAddress": "true"}}), trips("aws-launch-template-addresses"), nil},
	}},
	{"aws:cloudwatch/logGroup:LogGroup", "eks-eu-control-plane", []mutation{
		{"the audit log of EKS goes after a month", to("retentionInDays", 30), trips("eks-log-retention"), nil},
		{"logs on AWS are not encrypted", without("kmsKeyId"), trips("aws-log-encryption"), nil},
	}},
	{"aws:cloudwatch/logGroup:LogGroup", "eks-eu-flow-logs", []mutation{
		{"logs on AWS are kept for ever", without("retentionInDays"), trips("aws-log-retention"), nil},
	}},
	{"aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "eks-eu", []mutation{
		{"the default security group lets traffic out", to("egress", []any{map[string]any{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": []any{"0.0.0.0/0"}}}), trips("aws-default-security-group"), nil},
	}},
	{"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "eks-eu-endpoints", []mutation{
		{"the internet reaches SSH on AWS", all(to("cidrIpv4", "0.0.0.0/0"), to("fromPort", 22), to("toPort", 22)), trips("aws-ingress-ports"), nil},
		{"a network may come in on all ports", all(to("ipProtocol", "-1"), without("fromPort"), without("toPort")), trips("aws-ingress-protocols"), nil},
	}},
	{"aws:ec2/subnet:Subnet", "eks-eu-public-eu-west-1a", []mutation{
		{"a subnet gives out public addresses", to("mapPublicIpOnLaunch", true), trips("aws-subnet-addresses"), nil},
	}},
	{"aws:iam/openIdConnectProvider:OpenIdConnectProvider", "eks-eu", []mutation{
		{"tokens for others are taken for AWS", to("clientIdLists", []any{"sts.amazonaws.com", "vault"}), trips("aws-oidc-audience"), nil},
	}},
	{"aws:iam/role:Role", "eks-eu-storefront", []mutation{
		{"everybody may act as a role", all(replaced("assumeRolePolicy", `{"Service":"pods.eks.amazonaws.com"}`, `"*"`),
			replaced("assumeRolePolicy", `"Condition"`, `"Sid":"all","Ignored"`)), trips("aws-role-trust"), nil},
		{"every service account may act as a role", replaced("assumeRolePolicy", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"), trips("aws-role-trust"), nil},
	}},
	{"aws:iam/rolePolicy:RolePolicy", "eks-eu-collector", []mutation{
		{"a policy allows all of S3", replaced("policy", `"s3:ListBucket"`, `"s3:*"`), trips("aws-iam-actions"), nil},
	}},
	{"aws:iam/rolePolicy:RolePolicy", "eks-eu-storefront", []mutation{
		{"a policy allows reading every secret", to("policy",
			`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`), trips("aws-iam-resources"), nil},
	}},
	{"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "eks-eu-vpc-cni-AmazonEKS_CNI_Policy", []mutation{
		{"a role is an administrator", to("policyArn", "arn:aws:iam::aws:policy/AdministratorAccess"), trips("aws-iam-managed-policies"), nil},
	}},
	{"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "eks-eu-node-AmazonEKSWorkerNodePolicy", []mutation{
		{"nodes of EKS may write to every bucket", to("policyArn", "arn:aws:iam::aws:policy/AmazonS3FullAccess"), trips("stack-eks-node-roles"), nil},
		{"nodes have the rights of the network add-on", to("policyArn", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"), trips("stack-eks-cni-identity"), nil},
	}},
	{"aws:kms/key:Key", "eks-eu-secrets", []mutation{
		{"a KMS key does not rotate", to("enableKeyRotation", false), trips("aws-key-rotation"), nil},
		{"a KMS key is gone within a week", to("deletionWindowInDays", 7), trips("aws-key-deletion"), nil},
	}},
	{"aws:efs/fileSystemPolicy:FileSystemPolicy", "eks-eu-shared", []mutation{
		{"a file system is everybody's", replaced("policy", `"Condition":{"Bool":{"elasticfilesystem:AccessedViaMountTarget"`, `"Ignored":{"Bool":{"x"`), trips("aws-resource-policies"), nil},
	}},
	{"aws:efs/fileSystem:FileSystem", "eks-eu-shared", []mutation{
		{"a file system is not encrypted", to("encrypted", false), trips("aws-file-system-encryption"), nil},
	}},
	{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "eks-eu-reports", []mutation{
		{"a bucket on AWS may become public", to("blockPublicPolicy", false), trips("aws-bucket-public-access"), nil},
		{"a bucket on AWS has no guard against becoming public", nil, trips("stack-bucket-guards"), nil},
	}},
	{"aws:s3/bucketOwnershipControls:BucketOwnershipControls", "eks-eu-reports", []mutation{
		{"objects on AWS have owners of their own", to("rule.objectOwnership", "ObjectWriter"), trips("aws-bucket-acl"), nil},
	}},
	{"aws:s3/bucketVersioningV2:BucketVersioningV2", "eks-eu-backups", []mutation{
		{"what is overwritten on AWS is gone", to("versioningConfiguration.status", "Suspended"), trips("aws-bucket-versioning"), nil},
	}},
	{"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "eks-eu-backups", []mutation{
		{"backups on AWS have no key of the owner", without("rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId"), trips("aws-bucket-encryption"), nil},
	}},
	{"aws:sqs/queue:Queue", "eks-eu-karpenter", []mutation{
		{"a queue is not encrypted", to("sqsManagedSseEnabled", false), trips("aws-queue-encryption"), nil},
	}},
	{"aws:sns/topic:Topic", "eks-eu-audit", []mutation{
		{"a topic is not encrypted", without("kmsMasterKeyId"), trips("aws-topic-encryption"), nil},
	}},
	{"aws:ecr/repository:Repository", "eks-eu-registry-shop/cart", []mutation{
		{"tags in ECR move", to("imageTagMutability", "MUTABLE"), trips("aws-registry-tags"), nil},
		{"ECR does not scan images", to("imageScanningConfiguration.scanOnPush", false), trips("aws-registry-scanning"), nil},
		{"ECR encrypts images with a key of the owner", to("encryptionConfigurations",
			[]any{map[string]any{"encryptionType": "KMS", "kmsKey": "arn:aws:kms:eu-west-1:123456789012:key/images"}}), nil, []string{"aws-registry-encryption"}},
	}},
	{"aws:wafv2/webAcl:WebAcl", "eks-eu-edge", []mutation{
		{"a web ACL blocks no known attack", to("rules[5].overrideAction", map[string]any{"count": map[string]any{}}), trips("aws-web-acl-managed-rules"), nil},
		{"a web ACL cannot be watched", to("visibilityConfig.cloudwatchMetricsEnabled", false), trips("aws-web-acl-metrics"), nil},
		{"one client may take all of an edge on AWS", to("rules[1].statement.rateBasedStatement.limit", 100000), trips("aws-web-acl-rate-limit"), nil},
	}},
}
