package clouds

import (
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

var gcpBackupPlan = &Type{
	Token: "gcp:gkebackup/backupPlan:BackupPlan", Noun: "backup plan", Untagged: true,
	Does:      "refuses a cluster without the backup agent; makes no backups",
	Autoname:  &Autoname{Property: "name", MaxLength: 255},
	Required:  []string{"cluster", "location"},
	Immutable: []string{"name", "cluster", "location", "project"},
	OptionalComputed: []string{
		"project", "deactivated", "backupConfig.includeSecrets", "backupConfig.includeVolumeData", "backupSchedule.paused",
		"retentionPolicy.backupDeleteLockDays", "retentionPolicy.backupRetainDays", "retentionPolicy.locked",
	},
	Computed:         []string{"etag", "protectedPodCount", "state", "stateReason", "uid"},
	ComputedByUpdate: []string{"etag"},
	Secret:           gcpLabelOutputs,
	Check: func(c *Call) []Failure {
		o := c.Props
		f := append(gcpCheckName(o), gcpCheckLabels(o, "labels")...)
		if props.Map(o, "backupConfig") != nil {
			f = append(f, exactlyOne(o, "backupConfig.allNamespaces", "backupConfig.selectedNamespaces", "backupConfig.selectedApplications")...)
		}
		f = append(f, atMostOne(o, "backupSchedule.cronSchedule", "backupSchedule.rpoConfig")...)
		if s := props.Str(o, "backupSchedule.cronSchedule"); s != "" && len(strings.Fields(s)) != 5 {
			f = append(f, Failure{"backupSchedule.cronSchedule", "a schedule has five fields: minute, hour, day of the month, month, day of the week"})
		}
		// cloud.google.com/kubernetes-engine/docs/add-on/backup-for-gke/how-to/backup-plan
		f = append(f, between(o, "retentionPolicy.backupDeleteLockDays", 0, 90)...)
		f = append(f, between(o, "retentionPolicy.backupRetainDays", 0, 365)...)
		lock, _ := props.Int(o, "retentionPolicy.backupDeleteLockDays")
		if keep, ok := props.Int(o, "retentionPolicy.backupRetainDays"); ok && keep != 0 && keep < lock {
			f = append(f, Failure{"retentionPolicy.backupRetainDays", "backupRetainDays is below backupDeleteLockDays"})
		}
		if props.Get(o, "backupSchedule.cronSchedule") != nil && props.Get(o, "retentionPolicy.backupRetainDays") == nil {
			f = append(f, Failure{"retentionPolicy.backupRetainDays", "a schedule needs backupRetainDays, or backups are kept without end"})
		}
		return f
	},
	Known: gcpLabelled(false),
	Create: func(c *Call) (string, error) {
		id, err := gcpMake(c, "projects/%s/locations/%s/backupPlans/%s", "project", "location", "name")
		if err != nil {
			return "", err
		}
		ref := props.Str(c.Props, "cluster")
		found, err := c.Others(gcpClusterType, func(o *store.Object) bool { return o.ID == ref })
		if err != nil {
			return "", err
		}
		switch {
		case len(found) == 0:
			return "", c.Errorf("notFound: the cluster %s does not exist: give the id, projects/…/locations/…/clusters/…", ref)
		case !props.Bool(found[0].Properties, "addonsConfig.gkeBackupAgentConfig.enabled"):
			return "", c.Errorf("failedPrecondition: the cluster %s has no backup agent: turn on addonsConfig.gkeBackupAgentConfig", ref)
		}
		c.Props["etag"], c.Props["uid"], c.Props["state"], c.Props["stateReason"], c.Props["protectedPodCount"] = randomHex(8), uuid(), "READY", "", 0
		return id, gcpBackupKey(c)
	},
	Update: func(c *Call) error {
		c.Props["etag"] = randomHex(8)
		return gcpBackupKey(c)
	},
}

func gcpBackupKey(c *Call) error {
	return gcpKeyUsable(c, props.Str(c.Props, "backupConfig.encryptionKey.gcpKmsEncryptionKey"), "gkebackup.googleapis.com", props.Str(c.Props, "location"))
}
