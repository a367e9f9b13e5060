package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/efs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// nfsPort is where EFS listens.
const nfsPort = 2049

// createFileSystem makes the file system that pods share. An empty one costs
// nothing, so there is one in every cluster.
func (p *Platform) createFileSystem(ctx *pulumi.Context, opts ...pulumi.ResourceOption) (*efs.FileSystem, error) {
	name := p.name + "-shared"
	files, err := efs.NewFileSystem(ctx, name, &efs.FileSystemArgs{
		Encrypted: pulumi.Bool(true), KmsKeyId: p.storageKey.Arn,
		// Throughput follows the load, and nothing is paid for without one.
		ThroughputMode: pulumi.String("elastic"),
		// A file nobody reads for a month moves to cheaper storage, and comes
		// back when it is read.
		LifecyclePolicies: efs.FileSystemLifecyclePolicyArray{
			efs.FileSystemLifecyclePolicyArgs{TransitionToIa: pulumi.String("AFTER_30_DAYS")},
			efs.FileSystemLifecyclePolicyArgs{TransitionToPrimaryStorageClass: pulumi.String("AFTER_1_ACCESS")},
		},
		Tags: p.tags(name),
	}, with(opts, p.keep())...)
	if err != nil {
		return nil, err
	}
	if _, err := efs.NewBackupPolicy(ctx, name, &efs.BackupPolicyArgs{
		FileSystemId: files.ID(),
		// Daily, for five weeks, by AWS Backup.
		// https://docs.aws.amazon.com/efs/latest/ug/automatic-backups.html
		BackupPolicy: efs.BackupPolicyBackupPolicyArgs{Status: pulumi.String("ENABLED")},
	}, opts...); err != nil {
		return nil, err
	}
	policy := files.Arn.ApplyT(filesPolicy).(pulumi.StringOutput)
	if _, err := efs.NewFileSystemPolicy(ctx, name, &efs.FileSystemPolicyArgs{FileSystemId: files.ID(), Policy: policy}, opts...); err != nil {
		return nil, err
	}
	group, err := p.filesGroup(ctx, name, opts...)
	if err != nil {
		return nil, err
	}
	for i, subnet := range p.network.private {
		if _, err := efs.NewMountTarget(ctx, fmt.Sprintf("%s-%s", name, p.args.Zones[i]), &efs.MountTargetArgs{
			FileSystemId: files.ID(), SubnetId: subnet, SecurityGroups: pulumi.StringArray{group.ID()},
		}, opts...); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// filesPolicy lets who reaches a mount target read and write, over TLS, and
// nobody be root there.
// https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
func filesPolicy(arn string) (string, error) {
	anybody := map[string]string{"AWS": "*"}
	return document(
		statement{
			Sid: "MountTargets", Principal: anybody, Resource: []string{arn},
			Action:    []string{"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"},
			Condition: map[string]map[string][]string{"Bool": {"elasticfilesystem:AccessedViaMountTarget": {"true"}}},
		},
		statement{
			Sid: "OnlyTLS", Effect: "Deny", Principal: anybody, Resource: []string{arn}, Action: []string{"*"},
			Condition: map[string]map[string][]string{"Bool": {"aws:SecureTransport": {"false"}}},
		},
	)
}

// filesGroup lets the cluster's nodes in, and nobody else.
func (p *Platform) filesGroup(ctx *pulumi.Context, name string, opts ...pulumi.ResourceOption) (*ec2.SecurityGroup, error) {
	group, err := ec2.NewSecurityGroup(ctx, name, &ec2.SecurityGroupArgs{
		VpcId:       p.network.vpc.ID(),
		Description: pulumi.String("Shared file system of the EKS cluster " + p.name),
		Tags:        p.tags(name),
	}, opts...)
	if err != nil {
		return nil, err
	}
	_, err = vpc.NewSecurityGroupIngressRule(ctx, name, &vpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId: group.ID(), Description: pulumi.String("NFS from the nodes"),
		IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(nfsPort), ToPort: pulumi.Int(nfsPort),
		ReferencedSecurityGroupId: p.nodeSecurityGroup,
		Tags:                      p.tags(name),
	}, opts...)
	return group, err
}
