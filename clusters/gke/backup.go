package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/gkebackup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Backups: every night, kept for a month, and for a week nobody can delete
// them, not even who took over the project.
const (
	backupSchedule = "30 0 * * *"
	backupDays     = 30
	backupLockDays = 7
)

// backedUp is true for a cluster that someone would miss.
func (p *Platform) backedUp() bool { return p.args.HighlyAvailable || p.args.DeletionProtection }

// createBackups makes the plan of the cluster's backups: objects of all
// namespaces and the data of their volumes.
func (p *Platform) createBackups(ctx *pulumi.Context) error {
	if !p.backedUp() {
		return nil
	}
	key, err := p.newKey(ctx, p.parent, p.name+"-backups", "backups")
	if err != nil {
		return err
	}
	loan, err := p.lend(ctx, p.name+"-backups", key, "gkebackup")
	if err != nil {
		return err
	}
	_, err = gkebackup.NewBackupPlan(ctx, p.name, &gkebackup.BackupPlanArgs{
		Name: pulumi.String(p.name), Project: pulumi.String(p.project), Location: pulumi.String(p.args.Region),
		Cluster:     p.cluster.ID(),
		Description: pulumi.String("GKE cluster " + p.name),
		BackupSchedule: gkebackup.BackupPlanBackupScheduleArgs{
			CronSchedule: pulumi.String(backupSchedule),
		},
		BackupConfig: gkebackup.BackupPlanBackupConfigArgs{
			AllNamespaces: pulumi.Bool(true), IncludeVolumeData: pulumi.Bool(true),
			// What comes back without its Secrets does not start: they are in
			// there, so the backups have a key of their own.
			IncludeSecrets: pulumi.Bool(true),
			EncryptionKey:  gkebackup.BackupPlanBackupConfigEncryptionKeyArgs{GcpKmsEncryptionKey: key.ID},
		},
		RetentionPolicy: gkebackup.BackupPlanRetentionPolicyArgs{
			BackupRetainDays: pulumi.Int(backupDays), BackupDeleteLockDays: pulumi.Int(backupLockDays),
		},
		Labels: p.labels(),
	}, p.in(), p.protect(), pulumi.DependsOn([]pulumi.Resource{loan}))
	return err
}
