package clouds

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

func TestTheServicesRefuse(t *testing.T) {
	t.Parallel()
	bucket := func(e *engine, name string) resourceState {
		return e.create(awsBucketType, name, props.Object{"bucket": name})
	}
	zoneOf := func(e *engine) resourceState { return e.create(awsZoneType, "z", props.Object{"name": "example.org"}) }
	dnssec := func(e *engine, spec, usage, service string) error {
		key := e.create(awsKeyType, "k", props.Object{"customerMasterKeySpec": spec, "keyUsage": usage, "policy": keyPolicy(service)})
		_, err := e.tryCreate(awsSigningKeyType, "ksk", props.Object{"hostedZoneId": zoneOf(e).id, "keyManagementServiceArn": key.outputs["arn"]})
		return err
	}
	interfaceTo := func(e *engine, vpc props.Object, ids ...any) error {
		n := e.create(awsVPCType, "net", vpc)
		subnets := []any{}
		for i := range ids {
			cidr := []string{"10.0.0.0/24", "10.0.1.0/24"}[i]
			subnets = append(subnets, e.create(awsSubnetType, cidr, props.Object{"vpcId": n.id, "cidrBlock": cidr, "availabilityZone": ids[i]}).id)
		}
		_, err := e.tryCreate(awsVPCEndpointType, "v", props.Object{
			"vpcId": n.id, "serviceName": "com.amazonaws.us-east-1.sts", "vpcEndpointType": "Interface", "subnetIds": subnets, "privateDnsEnabled": true,
		})
		return err
	}
	named := props.Object{"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": true}
	cases := []refusal{
		{"private DNS in a VPC without host names", func(e *engine) error {
			return interfaceTo(e, props.Object{"cidrBlock": "10.0.0.0/16"}, "us-east-1a")
		}, "requires both enableDnsSupport and enableDnsHostnames"},
		{"an endpoint twice in a zone", func(e *engine) error { return interfaceTo(e, named, "us-east-1a", "us-east-1a") }, "DuplicateSubnetsInSameZone"},
		{"to delete a subnet with an endpoint", func(e *engine) error {
			require.NoError(e.t, interfaceTo(e, named, "us-east-1a"))
			subnets, err := e.store.List(awsSubnetType)
			require.NoError(e.t, err)
			return e.tryDelete(resourceState{typ: awsSubnetType, name: "s", id: subnets[0].ID})
		}, "DependencyViolation"},
		{"two gateways on a route table", func(e *engine) error {
			vpc := e.create(awsVPCType, "net", named)
			table := e.create(awsRouteTableType, "t", props.Object{"vpcId": vpc.id})
			in := props.Object{"vpcId": vpc.id, "serviceName": "com.amazonaws.us-east-1.s3", "routeTableIds": []any{table.id}}
			e.create(awsVPCEndpointType, "a", in)
			_, err := e.tryCreate(awsVPCEndpointType, "b", in)
			return err
		}, "RouteAlreadyExists"},
		{"a flow log into a group that does not exist", func(e *engine) error {
			vpc := e.create(awsVPCType, "net", named)
			_, err := e.tryCreate(awsFlowLogType, "f", props.Object{"vpcId": vpc.id, "trafficType": "ALL", "iamRoleArn": makeRole(e, "r").outputs["arn"], "logDestination": "arn:aws:logs:us-east-1:123456789012:log-group:none"})
			return err
		}, "LogDestinationNotFound"},
		{"to delete a group that a rule refers to", func(e *engine) error {
			vpc := e.create(awsVPCType, "net", named)
			a, b := e.create(awsSecurityGroupType, "a", props.Object{"vpcId": vpc.id}), e.create(awsSecurityGroupType, "b", props.Object{"vpcId": vpc.id})
			e.create(awsIngressRuleType, "r", props.Object{"securityGroupId": b.id, "ipProtocol": "-1", "referencedSecurityGroupId": a.id})
			return e.tryDelete(a)
		}, "DependencyViolation"},
		{"two mount targets in a zone", func(e *engine) error {
			vpc := e.create(awsVPCType, "net", named)
			fs := e.create(awsFileSystemType, "fs", props.Object{})
			var err error
			for _, cidr := range []string{"10.0.0.0/24", "10.0.1.0/24"} {
				s := e.create(awsSubnetType, cidr, props.Object{"vpcId": vpc.id, "cidrBlock": cidr, "availabilityZone": "us-east-1a"})
				_, err = e.tryCreate(awsMountTargetType, cidr, props.Object{"fileSystemId": fs.id, "subnetId": s.id})
			}
			return err
		}, "MountTargetConflict"},
		{"a log group with a key that is closed to it", func(e *engine) error {
			key := e.create(awsKeyType, "k", props.Object{})
			_, err := e.tryCreate(awsLogGroupType, "l", props.Object{"kmsKeyId": key.outputs["arn"]})
			return err
		}, "its policy must let logs.us-east-1.amazonaws.com use it"},
		{"to attach a policy that does not exist", func(e *engine) error {
			_, err := e.tryCreate(awsRolePolicyAttachmentType, "a", props.Object{"role": makeRole(e, "r").id, "policyArn": "arn:aws:iam::123456789012:policy/none"})
			return err
		}, "NoSuchEntity"},
		{"to delete a policy that a role has", func(e *engine) error {
			p := e.create(awsPolicyType, "p", props.Object{"policy": readPolicy})
			e.create(awsRolePolicyAttachmentType, "a", props.Object{"role": makeRole(e, "r").id, "policyArn": p.id})
			return e.tryDelete(p)
		}, "DeleteConflict"},
		{"to delete a rule with targets", func(e *engine) error {
			r := e.create(awsEventRuleType, "r", props.Object{"scheduleExpression": "rate(5 minutes)"})
			e.create(awsEventTargetType, "t", props.Object{"rule": r.id, "arn": e.create(awsQueueType, "q", props.Object{}).outputs["arn"]})
			return e.tryDelete(r)
		}, "can't be deleted since it has targets"},
		{"an alarm to a topic that does not exist", func(e *engine) error {
			_, err := e.tryCreate("aws:cloudwatch/metricAlarm:MetricAlarm", "a", props.Object{
				"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "metricName": "m", "namespace": "n", "period": 60, "statistic": "Sum", "threshold": 1,
				"alarmActions": []any{"arn:aws:sns:us-east-1:123456789012:none"},
			})
			return err
		}, `aws:sns/topic:Topic "arn:aws:sns:us-east-1:123456789012:none" does not exist`},
		{"a bucket that exists", func(e *engine) error {
			bucket(e, "one-bucket")
			_, err := e.tryCreate(awsBucketType, "b", props.Object{"bucket": "one-bucket"})
			return err
		}, "BucketAlreadyOwnedByYou"},
		{"an open bucket behind a public access block", func(e *engine) error {
			b := bucket(e, "one-bucket")
			e.create(awsPublicAccessBlockType, "b", props.Object{"bucket": b.id, "blockPublicPolicy": true})
			_, err := e.tryCreate("aws:s3/bucketPolicy:BucketPolicy", "b", props.Object{"bucket": b.id, "policy": openPolicy("arn:aws:s3:::one-bucket/*")})
			return err
		}, "AccessDenied"},
		{"a policy on another bucket", func(e *engine) error {
			_, err := e.tryCreate("aws:s3/bucketPolicy:BucketPolicy", "b", props.Object{"bucket": bucket(e, "one-bucket").id, "policy": tlsPolicy("arn:aws:s3:::one-bucket-of-others/*")})
			return err
		}, "MalformedPolicy"},
		{"to turn versioning off", func(e *engine) error {
			in := props.Object{"bucket": bucket(e, "one-bucket").id, "versioningConfiguration": props.Object{"status": "Enabled"}}
			v := e.create("aws:s3/bucketVersioningV2:BucketVersioningV2", "v", in)
			in["versioningConfiguration"] = props.Object{"status": "Disabled"}
			_, err := e.tryUpdate(v, in, false)
			return err
		}, "cannot be updated from 'Enabled' to 'Disabled'"},
		{"a second life cycle of a repository", func(e *engine) error {
			in := props.Object{"repository": e.create(awsRepositoryType, "r", props.Object{}).id, "policy": keepTen}
			e.create("aws:ecr/lifecyclePolicy:LifecyclePolicy", "a", in)
			_, err := e.tryCreate("aws:ecr/lifecyclePolicy:LifecyclePolicy", "b", in)
			return err
		}, "DeleteBeforeReplace"},
		{"the name of a secret that can still be recovered", func(e *engine) error {
			in := props.Object{"name": "token"}
			e.delete(e.create(awsSecretType, "s", in))
			_, err := e.tryCreate(awsSecretType, "s", in)
			return err
		}, "already scheduled for deletion"},
		{"a key that encrypts, for DNSSEC", func(e *engine) error {
			return dnssec(e, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT", "dnssec-route53.amazonaws.com")
		}, "must be ECC_NIST_P256 for SIGN_VERIFY"},
		{"a key closed to Route 53", func(e *engine) error {
			return dnssec(e, "ECC_NIST_P256", "SIGN_VERIFY", "logs.us-east-1.amazonaws.com")
		}, "does not let dnssec-route53.amazonaws.com use it"},
		{"to sign a zone without a key", func(e *engine) error {
			_, err := e.tryCreate(awsZoneDNSSECType, "d", props.Object{"hostedZoneId": zoneOf(e).id})
			return err
		}, "KeySigningKeyWithActiveStatusNotFound"},
		{"to take the last key of a signed zone", func(e *engine) error {
			require.NoError(e.t, dnssec(e, "ECC_NIST_P256", "SIGN_VERIFY", "dnssec-route53.amazonaws.com"))
			keys, err := e.store.List(awsSigningKeyType)
			require.NoError(e.t, err)
			e.create(awsZoneDNSSECType, "d", props.Object{"hostedZoneId": keys[0].Properties["hostedZoneId"]})
			return e.tryDelete(resourceState{typ: awsSigningKeyType, name: "ksk", id: keys[0].ID})
		}, "KeySigningKeyInUse"},
		{"a CNAME at the top of a zone", func(e *engine) error {
			_, err := e.tryCreate(awsRecordType, "r", props.Object{"zoneId": zoneOf(e).id, "name": "example.org", "type": "CNAME", "ttl": 60, "records": []any{"a.example.com"}})
			return err
		}, "not permitted at apex"},
		{"a record that exists", func(e *engine) error {
			in := props.Object{"zoneId": zoneOf(e).id, "name": "www", "type": "A", "ttl": 60, "records": []any{"192.0.2.1"}}
			e.create(awsRecordType, "a", in)
			in["name"] = "www.example.org"
			_, err := e.tryCreate(awsRecordType, "b", in)
			return err
		}, "InvalidChangeBatch"},
		{"to delete a zone with records", func(e *engine) error {
			z := zoneOf(e)
			e.create(awsRecordType, "a", props.Object{"zoneId": z.id, "name": "www", "type": "A", "ttl": 60, "records": []any{"192.0.2.1"}})
			return e.tryDelete(z)
		}, "HostedZoneNotEmpty"},
		{"a query log that Route 53 may not write", func(e *engine) error {
			l := e.create(awsLogGroupType, "l", props.Object{"name": "/aws/route53/example.org"})
			_, err := e.tryCreate("aws:route53/queryLog:QueryLog", "q", props.Object{"zoneId": zoneOf(e).id, "cloudwatchLogGroupArn": l.outputs["arn"]})
			return err
		}, "InsufficientCloudWatchLogsResourcePolicy"},
		{"to delete a web ACL in use", func(e *engine) error {
			acl := e.create(awsWebACLType, "w", webACLInputs())
			e.create(awsWebACLAssociationType, "a", props.Object{"webAclArn": acl.outputs["arn"], "resourceArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/0"})
			return e.tryDelete(acl)
		}, "WAFAssociatedItemException"},
		{"to delete an IP set in a rule", func(e *engine) error {
			set := e.create(awsIPSetType, "s", props.Object{"scope": "REGIONAL", "ipAddressVersion": "IPV4", "addresses": []any{}})
			in := webACLInputs()
			require.NoError(e.t, props.Set(in, "rules[1].statement.rateBasedStatement.scopeDownStatement", props.Object{"notStatement": props.Object{
				"statements": []any{props.Object{"ipSetReferenceStatement": props.Object{"arn": set.outputs["arn"]}}},
			}}))
			e.create(awsWebACLType, "w", in)
			return e.tryDelete(set)
		}, "WAFAssociatedItemException"},
		{"more rules than a web ACL has room for", func(e *engine) error {
			in := webACLInputs()
			var rules []any
			for i := range 8 {
				r := props.Clone(props.Objects(in, "rules")[0])
				r["name"], r["priority"] = string(rune('a'+i)), i
				rules = append(rules, r)
			}
			in["rules"] = rules
			_, err := e.tryCreate(awsWebACLType, "w", in)
			return err
		}, "WAFLimitsExceededException: the rules need 5600 units"},
	}
	requireRefusals(t, AWS, func(s *stack) *engine { return s.provider(AWS, props.Object{"region": "us-east-1"}) }, cases)
}

func TestADeletedSecretsNameIsFreeWithoutARecoveryWindow(t *testing.T) {
	t.Parallel()
	e := newAWS(t)
	in := props.Object{"name": "token", "recoveryWindowInDays": 0}
	e.delete(e.create(awsSecretType, "s", in))
	e.create(awsSecretType, "s", in)
}

func TestMistakesInServicesAreFoundBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	aws := newAWS(t)
	acl := func(path string, v any) props.Object {
		in := webACLInputs()
		require.NoError(t, props.Set(in, path, v))
		return in
	}
	alarm := func(k string, v any) props.Object {
		in := props.Object{"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 1, "metricName": "m", "namespace": "n", "period": 60, "statistic": "Sum", "threshold": 1}
		in[k] = v
		return in
	}
	rule := func(status string, transition, expiration int) props.Object {
		return props.Object{"bucket": "b", "rules": []any{props.Object{
			"id": "a", "status": status, "transitions": []any{props.Object{"days": transition, "storageClass": "STANDARD_IA"}}, "expiration": props.Object{"days": expiration},
		}}}
	}
	cases := []struct {
		name, typ, property, want string
		in                        props.Object
	}{
		{"a service of another region", awsVPCEndpointType, "serviceName", "begins with com.amazonaws.eu-west-1.", props.Object{"vpcId": "v", "serviceName": "com.amazonaws.us-east-1.s3"}},
		{"a service without gateways", awsVPCEndpointType, "vpcEndpointType", "it has Interface", props.Object{"vpcId": "v", "serviceName": "com.amazonaws.eu-west-1.sts"}},
		{"a service that is none", awsVPCEndpointType, "serviceName", "InvalidServiceName", props.Object{"vpcId": "v", "vpcEndpointType": "Interface", "serviceName": "com.amazonaws.eu-west-1.ecr"}},
		{"route tables of an interface", awsVPCEndpointType, "routeTableIds", "is for endpoints of type Gateway", props.Object{"vpcId": "v", "vpcEndpointType": "Interface", "serviceName": "com.amazonaws.eu-west-1.sts", "routeTableIds": []any{"t"}}},
		{"a flow log of nothing", awsFlowLogType, "eniId", "and none is", props.Object{"trafficType": "ALL", "logDestination": "d", "iamRoleArn": "r"}},
		{"a flow log without a role", awsFlowLogType, "iamRoleArn", "needs a role", props.Object{"vpcId": "v", "trafficType": "ALL", "logDestination": "d"}},
		{"ports of all protocols", awsIngressRuleType, "fromPort", "leave fromPort and toPort out", props.Object{"securityGroupId": "s", "ipProtocol": "-1", "fromPort": 0, "toPort": 0, "cidrIpv4": "10.0.0.0/8"}},
		{"a rule for two peers", awsEgressRuleType, "referencedSecurityGroupId", "not cidrIpv4 and referencedSecurityGroupId", props.Object{"securityGroupId": "s", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0", "referencedSecurityGroupId": "s"}},
		{"a key without encryption", awsFileSystemType, "encrypted", "must be true where kmsKeyId is given", props.Object{"kmsKeyId": "k"}},
		{"a role's policy with a principal", awsPolicyType, "policy", "must not specify a principal", props.Object{"policy": openPolicy("*")}},
		{"a policy that is too long", awsPolicyType, "policy", "6144 at most", props.Object{"policy": readPolicy + strings.Repeat("x", 7000)}},
		{"a trust policy without a principal", awsRoleType, "assumeRolePolicy", "needs a principal", props.Object{"assumeRolePolicy": `{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole"}]}`}},
		{"a session of a day", awsRoleType, "maxSessionDuration", "is not between 3600 and 43200", props.Object{"assumeRolePolicy": `{"Statement":[]}`, "maxSessionDuration": 86400}},
		{"a service without a role of its own", "aws:iam/serviceLinkedRole:ServiceLinkedRole", "awsServiceName", "has no service-linked role", props.Object{"awsServiceName": "spot"}},
		{"rotation of a key that signs", awsKeyType, "enableKeyRotation", "cannot be rotated", props.Object{"customerMasterKeySpec": "ECC_NIST_P256", "keyUsage": "SIGN_VERIFY", "enableKeyRotation": true}},
		{"a key that locks its owner out", awsKeyType, "policy", "will not allow you to update the key policy", props.Object{"policy": tlsPolicy("*")}},
		{"retention of a month", awsQueueType, "messageRetentionSeconds", "is not between 60 and 1209600", props.Object{"messageRetentionSeconds": 2592000}},
		{"two encryptions of a queue", awsQueueType, "sqsManagedSseEnabled", "conflicts with kmsMasterKeyId", props.Object{"sqsManagedSseEnabled": true, "kmsMasterKeyId": "alias/aws/sqs"}},
		{"email to no address", "aws:sns/topicSubscription:TopicSubscription", "endpoint", "is no endpoint for email", props.Object{"topic": "t", "protocol": "email", "endpoint": "ops"}},
		{"a pattern that matches nothing", awsEventRuleType, "eventPattern", "must be an object or a list", props.Object{"eventPattern": `{"source":"aws.ec2"}`}},
		{"an alarm with an odd period", "aws:cloudwatch/metricAlarm:MetricAlarm", "period", "45 is none of", alarm("period", 45)},
		{"an alarm of more datapoints than periods", "aws:cloudwatch/metricAlarm:MetricAlarm", "datapointsToAlarm", "2 is more than the 1", alarm("datapointsToAlarm", 2)},
		{"a bucket in upper case", awsBucketType, "bucket", "lower-case", props.Object{"bucket": "Backups"}},
		{"a bucket that looks like an address", awsBucketType, "bucket", "IP address", props.Object{"bucket": "192.0.2.1"}},
		{"a bucket with a name of AWS's own", awsBucketType, "bucket", "AWS's own", props.Object{"bucket": "backups-s3alias"}},
		{"objects that move too young", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[0].transitions[0].days", "must be 30 days old", rule("Enabled", 7, 90)},
		{"objects that expire before they move", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[0].expiration.days", "they must move first", rule("Enabled", 90, 30)},
		{"Kubernetes' word for on", "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[0].status", `"true" is none of Enabled, Disabled`, rule("true", 30, 90)},
		{"a repository in upper case", awsRepositoryType, "name", "lower-case", props.Object{"name": "AI-Now/apps"}},
		{"any image first", "aws:ecr/lifecyclePolicy:LifecyclePolicy", "policy", "must have the highest rulePriority", props.Object{"repository": "r", "policy": `{"rules":[
			{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}},
			{"rulePriority":2,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":7},"action":{"type":"expire"}}]}`}},
		{"a recovery window of a day", awsSecretType, "recoveryWindowInDays", "neither 0 nor between 7 and 30", props.Object{"recoveryWindowInDays": 1}},
		{"a secret for everybody", "aws:secretsmanager/secretPolicy:SecretPolicy", "policy", "PublicPolicyException", props.Object{"secretArn": "s", "policy": openPolicy("*"), "blockPublicPolicy": true}},
		{"a key-signing key of another region", awsSigningKeyType, "keyManagementServiceArn", "must be in us-east-1", props.Object{"hostedZoneId": "z", "keyManagementServiceArn": "arn:aws:kms:eu-west-1:123456789012:key/k"}},
		{"an alias with a time to live", awsRecordType, "ttl", "conflicts with aliases", props.Object{"zoneId": "z", "name": "n", "type": "A", "ttl": 60, "aliases": []any{props.Object{"name": "a"}}}},
		{"CloudFront away from us-east-1", awsWebACLType, "scope", "for a provider of us-east-1", acl("scope", "CLOUDFRONT")},
		{"rules of one priority", awsWebACLType, "rules[1].priority", "two rules have the priority 1", acl("rules[1].priority", 1)},
		{"an action of a rule group", awsWebACLType, "rules[0].overrideAction", "has overrideAction", acl("rules[0].action", props.Object{"block": props.Object{}})},
		{"a rule group that is none", awsWebACLType, "rules[0].statement.managedRuleGroupStatement.name", "AWS has no rule group", acl("rules[0].statement.managedRuleGroupStatement.name", "AWSManagedRulesCommon")},
		{"a rate that is too low", awsWebACLType, "rules[1].statement.rateBasedStatement.limit", "is not between 10 and", acl("rules[1].statement.rateBasedStatement.limit", 1)},
		{"to allow and to block", awsWebACLType, "defaultAction", "exactly one of allow, block", acl("defaultAction", props.Object{"allow": props.Object{}, "block": props.Object{}})},
		{"a log that WAF may not write", "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "logDestinationConfigs[0]", "whose name begins with aws-waf-logs-", props.Object{"resourceArn": "a", "logDestinationConfigs": []any{"arn:aws:logs:eu-west-1:123456789012:log-group:waf"}}},
		{"a web ACL on a network load balancer", awsWebACLAssociationType, "resourceArn", "only application load balancers", props.Object{"webAclArn": "a", "resourceArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/a/0"}},
		{"an address without a prefix", awsIPSetType, "addresses[0]", "is no range of IPV4", props.Object{"scope": "REGIONAL", "ipAddressVersion": "IPV4", "addresses": []any{"192.0.2.1"}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			requireFailure(t, aws, c.typ, c.in, c.property, c.want)
		})
	}
}
