package clouds

import (
	"fmt"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

const (
	awsFileSystemType  = "aws:efs/fileSystem:FileSystem"
	awsMountTargetType = "aws:efs/mountTarget:MountTarget"
)

var awsFileSystem = &Type{
	Token: awsFileSystemType, Noun: "EFS file system",
	Does:             "refuses KMS keys that do not exist, and the deletion of one with mount targets",
	Immutable:        []string{"availabilityZoneName", "creationToken", "encrypted", "kmsKeyId", "performanceMode"},
	Defaults:         props.Object{"throughputMode": "bursting"},
	OptionalComputed: []string{"availabilityZoneName", "creationToken", "encrypted", "kmsKeyId", "performanceMode", "protection"},
	Computed:         []string{"arn", "availabilityZoneId", "dnsName", "name", "numberOfMountTargets", "ownerId", "sizeInBytes"},
	Check: func(c *Call) []Failure {
		f := awsOneOf(c.Props, "performanceMode", "generalPurpose", "maxIO")
		f = append(f, awsOneOf(c.Props, "throughputMode", "bursting", "provisioned", "elastic")...)
		mode, provisioned := props.Str(c.Props, "throughputMode"), c.Props["provisionedThroughputInMibps"]
		switch {
		case mode == "provisioned" && provisioned == nil:
			f = append(f, Failure{"provisionedThroughputInMibps", "the throughput mode provisioned needs it"})
		case mode != "provisioned" && provisioned != nil:
			f = append(f, Failure{"provisionedThroughputInMibps", "is for the throughput mode provisioned, not " + mode})
		case mode == "elastic" && props.Str(c.Props, "performanceMode") == "maxIO": // docs.aws.amazon.com/efs/latest/ug/performance.html
			f = append(f, Failure{"throughputMode", "elastic is for the performance mode generalPurpose, not maxIO"})
		}
		if c.Props["kmsKeyId"] != nil && c.Props["encrypted"] != true {
			f = append(f, Failure{"encrypted", "must be true where kmsKeyId is given"})
		}
		return f
	},
	Create: func(c *Call) (string, error) {
		if err := awsKeyExists(c, "KmsKeyNotFound", "kmsKeyId"); err != nil {
			return "", err
		}
		id, key := awsID("fs"), ""
		if props.Bool(c.Props, "encrypted") {
			key = awsARN(c.Env, "kms", "key/"+uuidFrom(c.Region, "aws/elasticfilesystem"))
		}
		setDefaults(c.Props, props.Object{
			"creationToken": "terraform-" + randomDigits(26), "encrypted": false, "kmsKeyId": key, "performanceMode": "generalPurpose", "availabilityZoneName": "",
			"protection": props.Object{"replicationOverwrite": "ENABLED"},
		})
		set(c, "arn", awsARN(c.Env, "elasticfilesystem", "file-system/"+id), "availabilityZoneId", "", "dnsName", id+".efs."+c.Region+".amazonaws.com",
			"name", props.Str(c.Props, props.Join(tagsAll, "Name")), "numberOfMountTargets", 0, "ownerId", awsAccount,
			"sizeInBytes", []any{props.Object{"value": 6144, "valueInIa": 0, "valueInStandard": 6144}})
		return id, nil
	},
	Delete: func(c *Call) error { return awsRefuse(c, awsMountTargetType, "fileSystemId", "FileSystemInUse") },
}

var awsMountTarget = &Type{
	Token: awsMountTargetType, Noun: "EFS mount target", Untagged: true,
	Does:             "refuses a second one in a zone, another VPC, and security groups that do not exist",
	Required:         []string{"fileSystemId", "subnetId"},
	Immutable:        []string{"fileSystemId", "subnetId", "ipAddress"},
	OptionalComputed: []string{"ipAddress", "securityGroups"},
	Computed:         []string{"availabilityZoneId", "availabilityZoneName", "dnsName", "fileSystemArn", "mountTargetDnsName", "networkInterfaceId", "ownerId"},
	Sets:             []string{"securityGroups"},
	Check: func(c *Call) []Failure {
		// docs.aws.amazon.com/efs/latest/ug/limits.html
		if n := len(props.List(c.Props, "securityGroups")); n > 5 {
			return []Failure{{"securityGroups", fmt.Sprintf("a mount target has five security groups at most, not %d", n)}}
		}
		return nil
	},
	Create: func(c *Call) (string, error) {
		fs, err := awsFind(c, awsFileSystemType, props.Str(c.Props, "fileSystemId"), "FileSystemNotFound")
		if err != nil {
			return "", err
		}
		subnet, err := awsFind(c, awsSubnetType, props.Str(c.Props, "subnetId"), "SubnetNotFound")
		if err != nil {
			return "", err
		}
		zone := props.Str(subnet.Properties, "availabilityZone")
		if err := awsMountPlace(c, fs, subnet, zone); err != nil {
			return "", err
		}
		vpc, err := awsFind(c, awsVPCType, props.Str(subnet.Properties, "vpcId"), "SubnetNotFound")
		if err != nil {
			return "", err
		}
		setDefaults(c.Props, props.Object{
			"securityGroups": []any{vpc.Properties["defaultSecurityGroupId"]},
			"ipAddress":      address(prefix(props.Str(subnet.Properties, "cidrBlock")), hashed(fs.ID, subnet.ID)).String(),
		})
		dns := props.Str(fs.Properties, "dnsName")
		set(c, "availabilityZoneId", awsZoneID(c.Region, zone), "availabilityZoneName", zone, "dnsName", dns, "mountTargetDnsName", zone+"."+dns,
			"fileSystemArn", fs.Properties["arn"], "networkInterfaceId", awsID("eni"), "ownerId", awsAccount)
		return awsID("fsmt"), awsMountGroups(c)
	},
	Update: awsMountGroups,
}

func awsMountPlace(c *Call, fs, subnet *store.Object, zone string) error {
	others, err := awsHere(c.Env, awsMountTargetType, func(o *store.Object) bool { return props.Str(o.Properties, "fileSystemId") == fs.ID })
	if err != nil {
		return err
	}
	for _, o := range others {
		if props.Str(o.Properties, "availabilityZoneName") == zone {
			return c.Errorf("MountTargetConflict: the file system %s has a mount target in %s already: %s", fs.ID, zone, o.ID)
		}
		other, err := awsFind(c, awsSubnetType, props.Str(o.Properties, "subnetId"), "SubnetNotFound")
		if err == nil && props.Str(other.Properties, "vpcId") != props.Str(subnet.Properties, "vpcId") {
			return c.Errorf("MountTargetConflict: the file system %s has its mount targets in another VPC: %s", fs.ID, props.Str(other.Properties, "vpcId"))
		}
	}
	return nil
}

func awsMountGroups(c *Call) error {
	for _, id := range props.StrList(c.Props, "securityGroups") {
		if !awsGroupExists(c, id) {
			return c.Errorf("SecurityGroupNotFound: the security group %s does not exist", id)
		}
	}
	return nil
}

var awsBackupPolicy = &Type{
	Token: "aws:efs/backupPolicy:BackupPolicy", Noun: "backup policy of an EFS file system", Untagged: true,
	Does:      "makes no backups",
	Required:  []string{"fileSystemId", "backupPolicy", "backupPolicy.status"},
	Immutable: []string{"fileSystemId"},
	Check:     func(c *Call) []Failure { return awsOneOf(c.Props, "backupPolicy.status", "ENABLED", "DISABLED") },
	Create:    awsOfFileSystem,
}

var awsFileSystemPolicy = &Type{
	Token: "aws:efs/fileSystemPolicy:FileSystemPolicy", Noun: "policy of an EFS file system", Untagged: true,
	Does:      "is kept and not evaluated",
	Required:  []string{"fileSystemId", "policy"},
	Immutable: []string{"fileSystemId"},
	Defaults:  props.Object{"bypassPolicyLockoutSafetyCheck": false},
	WriteOnly: []string{"bypassPolicyLockoutSafetyCheck"},
	Check:     func(c *Call) []Failure { return awsCheckResourcePolicy(c.Props, "policy") },
	Create:    awsOfFileSystem,
}

// awsOfFileSystem makes what a file system has one of, under its id.
func awsOfFileSystem(c *Call) (string, error) {
	fs, err := awsFind(c, awsFileSystemType, props.Str(c.Props, "fileSystemId"), "FileSystemNotFound")
	if err != nil {
		return "", err
	}
	return fs.ID, nil
}

var awsAccessPoint = &Type{
	Token: "aws:efs/accessPoint:AccessPoint", Noun: "EFS access point",
	Does:             "refuses a file system that does not exist",
	Required:         []string{"fileSystemId"},
	Immutable:        []string{"fileSystemId", "posixUser", "rootDirectory"},
	OptionalComputed: []string{"rootDirectory"},
	Computed:         []string{"arn", "fileSystemArn", "ownerId"},
	Sets:             []string{"posixUser.secondaryGids"},
	Create: func(c *Call) (string, error) {
		fs, err := awsFind(c, awsFileSystemType, props.Str(c.Props, "fileSystemId"), "FileSystemNotFound")
		if err != nil {
			return "", err
		}
		id := awsID("fsap")
		setDefaults(c.Props, props.Object{"rootDirectory": props.Object{"path": "/"}})
		set(c, "arn", awsARN(c.Env, "elasticfilesystem", "access-point/"+id), "fileSystemArn", fs.Properties["arn"], "ownerId", awsAccount)
		return id, nil
	},
}
