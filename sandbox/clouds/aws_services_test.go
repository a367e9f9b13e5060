package clouds

import (
	"slices"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// keyPolicy lets the account and a service of AWS use a key.
func keyPolicy(service string) string {
	return `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"},
		{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":["kms:Encrypt","kms:Sign"],"Resource":"*"}]}`
}

// openPolicy lets everybody read something.
func openPolicy(resource string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"` + resource + `"}}`
}

// tlsPolicy refuses everybody who comes without TLS.
func tlsPolicy(resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":["` + resource + `"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
}

const readPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`

func webACLInputs() props.Object {
	visible := props.Object{"cloudwatchMetricsEnabled": true, "metricName": "edge", "sampledRequestsEnabled": true}
	return props.Object{
		"name": "edge", "scope": "REGIONAL", "defaultAction": props.Object{"allow": props.Object{}}, "visibilityConfig": visible,
		"rules": []any{
			props.Object{
				"name": "common", "priority": 1, "overrideAction": props.Object{"none": props.Object{}}, "visibilityConfig": visible,
				"statement": props.Object{"managedRuleGroupStatement": props.Object{"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}},
			},
			props.Object{
				"name": "rate", "priority": 2, "action": props.Object{"count": props.Object{}}, "visibilityConfig": visible,
				"statement": props.Object{"rateBasedStatement": props.Object{"limit": 2000, "aggregateKeyType": "IP"}},
			},
		},
	}
}

// awsAccountOf makes one resource of each type beside the network and the clusters, each after those it needs.
func awsAccountOf(s *stack) []resourceState {
	e, us := s.aws(), s.provider(AWS, props.Object{"region": "us-east-1"})
	var made []resourceState
	in := func(e *engine, typ, name string, o props.Object) resourceState {
		r := e.create(typ, name, o)
		made = append(made, r)
		return r
	}
	vpc := in(e, awsVPCType, "net", props.Object{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true})
	subnet := in(e, awsSubnetType, "a", props.Object{"vpcId": vpc.id, "cidrBlock": "10.0.0.0/20", "availabilityZone": "eu-west-1a"})
	table := in(e, awsRouteTableType, "private", props.Object{"vpcId": vpc.id})
	group := in(e, awsSecurityGroupType, "endpoints", props.Object{"vpcId": vpc.id})
	in(e, awsIngressRuleType, "in", props.Object{"securityGroupId": group.id, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/16"})
	in(e, awsEgressRuleType, "out", props.Object{"securityGroupId": group.id, "ipProtocol": "-1", "referencedSecurityGroupId": group.id})
	in(e, awsVPCEndpointType, "s3", props.Object{"vpcId": vpc.id, "serviceName": "com.amazonaws.eu-west-1.s3", "routeTableIds": []any{table.id}})
	in(e, awsVPCEndpointType, "sts", props.Object{
		"vpcId": vpc.id, "serviceName": "com.amazonaws.eu-west-1.sts", "vpcEndpointType": "Interface", "privateDnsEnabled": true,
		"subnetIds": []any{subnet.id}, "securityGroupIds": []any{group.id},
	})
	role := in(e, awsRoleType, "logs", props.Object{"assumeRolePolicy": `{"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`})
	policy := in(e, awsPolicyType, "read", props.Object{"policy": readPolicy})
	in(e, awsRolePolicyAttachmentType, "read", props.Object{"role": role.id, "policyArn": policy.id})
	in(e, "aws:iam/serviceLinkedRole:ServiceLinkedRole", "spot", props.Object{"awsServiceName": "spot.amazonaws.com"})
	key := in(e, awsKeyType, "logs", props.Object{"policy": keyPolicy("logs.eu-west-1.amazonaws.com"), "enableKeyRotation": true})
	logs := in(e, awsLogGroupType, "flow", props.Object{"kmsKeyId": key.outputs["arn"], "retentionInDays": 365})
	in(e, awsFlowLogType, "flow", props.Object{"vpcId": vpc.id, "trafficType": "ALL", "iamRoleArn": role.outputs["arn"], "logDestination": logs.outputs["arn"]})
	topic := in(e, awsTopicType, "alarms", props.Object{"kmsMasterKeyId": key.id})
	in(e, "aws:sns/topicPolicy:TopicPolicy", "alarms", props.Object{"arn": topic.id, "policy": tlsPolicy(topic.id)})
	in(e, "aws:sns/topicSubscription:TopicSubscription", "alarms", props.Object{"topic": topic.id, "protocol": "email", "endpoint": "ops@example.org"})
	in(e, "aws:cloudwatch/logMetricFilter:LogMetricFilter", "denied", props.Object{
		"logGroupName": logs.id, "pattern": "{ $.code = 403 }", "metricTransformation": props.Object{"name": "Denied", "namespace": "Audit", "value": "1"},
	})
	in(e, "aws:cloudwatch/metricAlarm:MetricAlarm", "denied", props.Object{
		"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "metricName": "Denied", "namespace": "Audit", "period": 300, "statistic": "Sum",
		"threshold": 0, "alarmActions": []any{topic.id},
	})
	queue := in(e, awsQueueType, "interruption", props.Object{"messageRetentionSeconds": 300, "sqsManagedSseEnabled": true})
	in(e, "aws:sqs/queuePolicy:QueuePolicy", "interruption", props.Object{"queueUrl": queue.id, "policy": tlsPolicy(props.Str(queue.outputs, "arn"))})
	rule := in(e, awsEventRuleType, "spot", props.Object{"eventPattern": `{"source":["aws.ec2"],"detail-type":["EC2 Spot Instance Interruption Warning"]}`})
	in(e, awsEventTargetType, "spot", props.Object{"rule": rule.id, "arn": queue.outputs["arn"]})
	bucket := in(e, awsBucketType, "Backups", props.Object{})
	of := props.Object{"bucket": bucket.id}
	with := func(k string, v any) props.Object { o := props.Clone(of); o[k] = v; return o }
	in(e, awsPublicAccessBlockType, "b", props.Object{"bucket": bucket.id, "blockPublicAcls": true, "blockPublicPolicy": true})
	in(e, "aws:s3/bucketVersioningV2:BucketVersioningV2", "b", with("versioningConfiguration", props.Object{"status": "Enabled"}))
	in(e, "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2", "b", with("rules", []any{
		props.Object{"bucketKeyEnabled": true, "applyServerSideEncryptionByDefault": props.Object{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key.outputs["arn"]}},
	}))
	in(e, "aws:s3/bucketOwnershipControls:BucketOwnershipControls", "b", with("rule", props.Object{"objectOwnership": "BucketOwnerEnforced"}))
	in(e, "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "b", with("rules", []any{
		props.Object{"id": "old", "status": "Enabled", "noncurrentVersionExpiration": props.Object{"noncurrentDays": 30}},
	}))
	in(e, "aws:s3/bucketPolicy:BucketPolicy", "b", with("policy", tlsPolicy("arn:aws:s3:::"+bucket.id+"/*")))
	in(e, "aws:s3/bucketLoggingV2:BucketLoggingV2", "b", props.Object{"bucket": bucket.id, "targetBucket": bucket.id, "targetPrefix": "log/"})
	fs := in(e, awsFileSystemType, "shared", props.Object{"encrypted": true, "throughputMode": "elastic"})
	in(e, awsMountTargetType, "shared", props.Object{"fileSystemId": fs.id, "subnetId": subnet.id, "securityGroups": []any{group.id}})
	in(e, "aws:efs/backupPolicy:BackupPolicy", "shared", props.Object{"fileSystemId": fs.id, "backupPolicy": props.Object{"status": "ENABLED"}})
	in(e, "aws:efs/fileSystemPolicy:FileSystemPolicy", "shared", props.Object{"fileSystemId": fs.id, "policy": tlsPolicy("*")})
	in(e, "aws:efs/accessPoint:AccessPoint", "shared", props.Object{"fileSystemId": fs.id, "posixUser": props.Object{"uid": 1000, "gid": 1000}})
	repo := in(e, awsRepositoryType, "apps", props.Object{"name": "ai-now/apps", "imageTagMutability": "IMMUTABLE", "imageScanningConfiguration": props.Object{"scanOnPush": true}})
	in(e, "aws:ecr/lifecyclePolicy:LifecyclePolicy", "apps", props.Object{"repository": repo.id, "policy": keepTen})
	in(e, "aws:ecr/repositoryPolicy:RepositoryPolicy", "apps", props.Object{"repository": repo.id, "policy": tlsPolicy("*")})
	in(e, "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", "scan", props.Object{"scanType": "BASIC", "rules": []any{
		props.Object{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": []any{props.Object{"filter": "*", "filterType": "WILDCARD"}}},
	}})
	secret := in(e, awsSecretType, "token", props.Object{"kmsKeyId": key.id, "recoveryWindowInDays": 0})
	in(e, "aws:secretsmanager/secretVersion:SecretVersion", "token", props.Object{"secretId": secret.id, "secretString": "hush"})
	in(e, "aws:secretsmanager/secretPolicy:SecretPolicy", "token", props.Object{"secretArn": secret.id, "policy": tlsPolicy("*"), "blockPublicPolicy": true})
	acl := in(e, awsWebACLType, "edge", webACLInputs())
	waf := in(e, awsLogGroupType, "waf", props.Object{"name": "aws-waf-logs-edge"})
	in(e, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "edge", props.Object{"resourceArn": acl.outputs["arn"], "logDestinationConfigs": []any{waf.outputs["arn"]}})
	in(e, awsWebACLAssociationType, "edge", props.Object{"webAclArn": acl.outputs["arn"], "resourceArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/edge/0"})
	in(e, awsIPSetType, "office", props.Object{"scope": "REGIONAL", "ipAddressVersion": "IPV4", "addresses": []any{"192.0.2.0/24"}})
	zone := in(us, awsZoneType, "example", props.Object{"name": "clusters.example.org"})
	in(us, awsRecordType, "www", props.Object{"zoneId": zone.id, "name": "www", "type": "A", "ttl": 300, "records": []any{"192.0.2.1"}})
	signer := in(us, awsKeyType, "dnssec", props.Object{"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY", "policy": keyPolicy("dnssec-route53.amazonaws.com")})
	in(us, awsSigningKeyType, "ksk", props.Object{"hostedZoneId": zone.id, "keyManagementServiceArn": signer.outputs["arn"]})
	in(us, awsZoneDNSSECType, "signed", props.Object{"hostedZoneId": zone.id})
	queries := in(us, awsLogGroupType, "queries", props.Object{"name": "/aws/route53/clusters.example.org"})
	in(us, awsLogResourcePolicyType, "queries", props.Object{"policyName": "route53", "policyDocument": keyPolicy("route53.amazonaws.com")})
	in(us, "aws:route53/queryLog:QueryLog", "queries", props.Object{"zoneId": zone.id, "cloudwatchLogGroupArn": queries.outputs["arn"]})
	return made
}

const keepTen = `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}}]}`

func TestAnAccountIsMadeRefreshedAndTakenDown(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	e, us := s.aws(), s.provider(AWS, props.Object{"region": "us-east-1"})
	made := awsAccountOf(s)
	seen := map[string]bool{}
	for _, r := range made {
		seen[r.typ] = true
		typ := AWS.Type(r.typ)
		for _, p := range typ.Computed {
			require.NotNil(t, props.Get(r.outputs, p), "%s.%s", r.typ, p)
			require.False(t, props.HasUnknown(props.Get(r.outputs, p)), "%s.%s", r.typ, p)
		}
		now, gone := e.read(r)
		require.False(t, gone)
		require.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, e.diff(now, r.inputs).GetChanges(), "%s after a refresh", r.typ)
		require.NotEqual(t, typ.Untagged, r.outputs[tagsAll] != nil, "%s: tagsAll", r.typ)
	}
	elsewhere := []string{ // in the tests of clusters and of the network
		"aws:ec2/internetGateway:InternetGateway", awsEIPType, awsNATGatewayType, awsRouteType, awsRouteTableAssociationType, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
		awsSecurityGroupRuleType, awsLaunchTemplateType, "aws:ec2/launchConfiguration:LaunchConfiguration", awsRolePolicyType, awsInstanceProfileType, awsOIDCProviderType,
		awsAliasType, "aws:cloudformation/stack:Stack", awsEKSClusterType, awsNodeGroupType, awsAccessEntryType, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
		awsAddonType, "aws:eks/podIdentityAssociation:PodIdentityAssociation",
	}
	for _, typ := range AWS.Types {
		require.NotEqual(t, slices.Contains(elsewhere, typ.Token), seen[typ.Token], "%s: in which test is it?", typ.Token)
	}
	for i := range made {
		r := made[len(made)-1-i]
		if err := e.tryDelete(r); err != nil {
			require.NoError(t, us.tryDelete(r), r.typ)
		}
	}
	for _, typ := range AWS.Types {
		left, err := s.store.List(typ.Token)
		require.NoError(t, err)
		require.Empty(t, left, typ.Token)
	}
}

func TestWhatTheCloudComputesHasItsForm(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	outputs := map[string]resourceState{}
	for _, r := range awsAccountOf(s) {
		outputs[r.typ+" "+r.name] = r
	}
	cases := []struct{ name, resource, path, form string }{
		{"the address of a queue", awsQueueType + " interruption", "url", `^https://sqs\.eu-west-1\.amazonaws\.com/123456789012/interruption-[0-9a-f]{7}$`},
		{"the ARN of a queue", awsQueueType + " interruption", "arn", `^arn:aws:sqs:eu-west-1:123456789012:interruption-`},
		{"a bucket's generated name is in lower case", awsBucketType + " Backups", "bucket", `^backups-[0-9a-f]{7}$`},
		{"a bucket's host", awsBucketType + " Backups", "bucketRegionalDomainName", `\.s3\.eu-west-1\.amazonaws\.com$`},
		{"the address of a repository", awsRepositoryType + " apps", "repositoryUrl", `^123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com/ai-now/apps$`},
		{"the ARN of a secret", awsSecretType + " token", "arn", `^arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-[0-9a-f]{7}-[A-Za-z0-9]{6}$`},
		{"the stage of a version", "aws:secretsmanager/secretVersion:SecretVersion token", "versionStages[0]", `^AWSCURRENT$`},
		{"the ARN of a policy", awsPolicyType + " read", "arn", `^arn:aws:iam::123456789012:policy/read-`},
		{"the ARN of a service-linked role", "aws:iam/serviceLinkedRole:ServiceLinkedRole spot", "arn", `role/aws-service-role/spot\.amazonaws\.com/AWSServiceRoleForEC2Spot$`},
		{"a host of EFS", awsFileSystemType + " shared", "dnsName", `^fs-0[0-9a-f]{16}\.efs\.eu-west-1\.amazonaws\.com$`},
		{"AWS's own key for EFS", awsFileSystemType + " shared", "kmsKeyId", `^arn:aws:kms:eu-west-1:123456789012:key/`},
		{"a mount target's address", awsMountTargetType + " shared", "ipAddress", `^10\.0\.\d+\.\d+$`},
		{"an endpoint's interface", awsVPCEndpointType + " sts", "networkInterfaceIds[0]", `^eni-0[0-9a-f]{16}$`},
		{"an endpoint's name in a region", awsVPCEndpointType + " sts", "dnsEntries[0].dnsName", `^vpce-0[0-9a-f]{16}-[a-z0-9]{8}\.sts\.eu-west-1\.vpce\.amazonaws\.com$`},
		{"an endpoint's name in a zone", awsVPCEndpointType + " sts", "dnsEntries[1].dnsName", `-eu-west-1a\.sts\.eu-west-1\.vpce\.amazonaws\.com$`},
		{"an endpoint's private name", awsVPCEndpointType + " sts", "dnsEntries[2].dnsName", `^sts\.eu-west-1\.amazonaws\.com$`},
		{"a gateway's prefix list", awsVPCEndpointType + " s3", "prefixListId", `^pl-[0-9a-f]{8}$`},
		{"a name server", awsZoneType + " example", "nameServers[3]", `^ns-\d+\.awsdns-\d\d\.(co\.uk|com|net|org)$`},
		{"a record's full name", awsRecordType + " www", "fqdn", `^www\.clusters\.example\.org$`},
		{"a DS record", awsSigningKeyType + " ksk", "dsRecord", `^\d+ 13 2 [0-9A-F]{64}$`},
		{"a web ACL's ARN", awsWebACLType + " edge", "arn", `^arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/edge/[0-9a-f-]{36}$`},
		{"an alarm's ARN", "aws:cloudwatch/metricAlarm:MetricAlarm denied", "arn", `^arn:aws:cloudwatch:eu-west-1:123456789012:alarm:denied-`},
		{"a rule's ARN", awsEventRuleType + " spot", "arn", `^arn:aws:events:eu-west-1:123456789012:rule/spot-`},
	}
	for _, c := range cases {
		require.Regexp(t, c.form, props.Str(outputs[c.resource].outputs, c.path), c.name)
	}
	require.Equal(t, float64(702), outputs[awsWebACLType+" edge"].outputs["capacity"], "700 of the rule group and 2 of the rate")
	require.Equal(t, true, outputs["aws:sns/topicSubscription:TopicSubscription alarms"].outputs["pendingConfirmation"])
}

func TestAChangeReplacesOrUpdatesAsTheProviderHasIt(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, resource, path string
		value                any
		replaced             bool
	}{
		{"a queue's retention", awsQueueType, "messageRetentionSeconds", 600, false},
		{"a queue's name", awsQueueType, "name", "other", true},
		{"a gateway's route tables", awsVPCEndpointType, "routeTableIds", []any{}, false},
		{"an endpoint's service", awsVPCEndpointType, "serviceName", "com.amazonaws.eu-west-1.dynamodb", true},
		{"an endpoint's tags", awsVPCEndpointType, "tags", props.Object{"a": "b"}, false},
		{"a flow log's traffic", awsFlowLogType, "trafficType", "REJECT", true},
		{"a rule's port", awsIngressRuleType, "fromPort", 80, false},
		{"a file system's throughput", awsFileSystemType, "throughputMode", "bursting", false},
		{"a file system's encryption", awsFileSystemType, "encrypted", false, true},
		{"a mount target's groups", awsMountTargetType, "securityGroups", []any{"sg-0"}, false},
		{"an access point's user", "aws:efs/accessPoint:AccessPoint", "posixUser.uid", 2000, true},
		{"a policy's document", awsPolicyType, "policy", `{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, false},
		{"a policy's description", awsPolicyType, "description", "other", true},
		{"a bucket's forceDestroy", awsBucketType, "forceDestroy", true, false},
		{"object lock", awsBucketType, "objectLockEnabled", true, true},
		{"tags that can move", awsRepositoryType, "imageTagMutability", "MUTABLE", false},
		{"a repository's encryption", awsRepositoryType, "encryptionConfigurations", []any{props.Object{"encryptionType": "KMS"}}, true},
		{"a repository's life cycle", "aws:ecr/lifecyclePolicy:LifecyclePolicy", "policy", `{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":20},"action":{"type":"expire"}}]}`, true},
		{"a secret's description", awsSecretType, "description", "x", false},
		{"a secret's value", "aws:secretsmanager/secretVersion:SecretVersion", "secretString", "other", true},
		{"a record's value", awsRecordType, "records", []any{"192.0.2.2"}, false},
		{"a record's name", awsRecordType, "name", "api", true},
		{"a key's state", awsSigningKeyType, "status", "INACTIVE", false},
		{"what a web ACL does by default", awsWebACLType, "defaultAction", props.Object{"block": props.Object{}}, false},
		{"what a rule does", awsWebACLType, "rules[1].action", props.Object{"block": props.Object{}}, false},
		{"the destination of a web ACL's log", "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "logDestinationConfigs", []any{"arn:aws:s3:::aws-waf-logs-b"}, true},
		{"the addresses of a set", awsIPSetType, "addresses", []any{"198.51.100.0/24"}, false},
		{"an alarm's threshold", "aws:cloudwatch/metricAlarm:MetricAlarm", "threshold", 5, false},
		{"a filter's pattern", "aws:cloudwatch/logMetricFilter:LogMetricFilter", "pattern", "x", false},
		{"the queue of a target", awsEventTargetType, "arn", "arn:aws:sqs:eu-west-1:123456789012:other", false},
		{"a log group's key", awsLogGroupType, "kmsKeyId", "arn:aws:kms:eu-west-1:123456789012:key/other", false},
	}
	s := newStack(t)
	e, us := s.aws(), s.provider(AWS, props.Object{"region": "us-east-1"})
	first := map[string]resourceState{}
	for _, r := range awsAccountOf(s) {
		if _, ok := first[r.typ]; !ok {
			first[r.typ] = r
		}
	}
	for _, c := range cases {
		r := first[c.resource]
		in := props.Clone(r.inputs)
		delete(in, defaultsKey)
		require.NoError(t, props.Set(in, c.path, c.value))
		by := e
		if c.resource == awsSigningKeyType {
			by = us
		}
		d := by.diff(r, in)
		require.Equal(t, pulumirpc.DiffResponse_DIFF_SOME, d.GetChanges(), c.name)
		require.Equal(t, c.replaced, len(d.GetReplaces()) > 0, "%s: %v", c.name, d.GetReplaces())
	}
}

func TestPrivateDNSOfAGatewayEndpointReplacesIt(t *testing.T) {
	t.Parallel()
	typ := AWS.Type(awsVPCEndpointType)
	change := func(kind string) []string {
		return typ.diff(props.Object{"vpcEndpointType": kind, "privateDnsEnabled": false}, props.Object{"vpcEndpointType": kind, "privateDnsEnabled": true}, nil).GetReplaces()
	}
	require.Equal(t, []string{"privateDnsEnabled"}, change("Gateway"))
	require.Empty(t, change("Interface"))
}
