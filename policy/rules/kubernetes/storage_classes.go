package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

var storageClasses = rule.Target{Kinds: []rule.Kind{{Group: "storage.k8s.io", Name: "StorageClass"}}}

func storageClassRules() []*rule.Rule {
	return []*rule.Rule{
		storageClassEncryption(), // volumes are encrypted
		storageClassBinding(),    // are made where their pod runs
		storageClassExpansion(),  // and can grow
	}
}

func storageClassEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "storage-class-encryption",
		Title:    "Volumes are encrypted",
		Severity: rule.High,
		On:       storageClasses,
		Why: "A volume outlives its pods in snapshots and backups, and is read by whoever gets a copy of it. EBS " +
			"encrypts only what it is asked to.",
		Fix: "Set parameters.encrypted to \"true\" in a class of the EBS driver, with kmsKeyId for a key of your " +
			"own. A driver that always encrypts belongs into the setting encrypting.",
		Controls: []rule.Control{controls.Heading(controls.NSAHardening, "Encryption")},
		Settings: []rule.Setting{{
			Name: "encrypting", Type: rule.StringList,
			// Google and DigitalOcean encrypt all disks; on EFS the file system decides,
			// which a rule of its own looks at.
			// https://cloud.google.com/docs/security/encryption/default-encryption
			// https://docs.digitalocean.com/products/volumes/details/features/
			Default: []any{
				"pd.csi.storage.gke.io", "filestore.csi.storage.gke.io", "dobs.csi.digitalocean.com", "efs.csi.aws.com",
			},
			Description: "Provisioners whose volumes are encrypted without being asked.",
		}},
		Check: rule.Expressions{{
			// https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
			// https://docs.aws.amazon.com/eks/latest/userguide/create-storage-class.html
			Holds: `object.?provisioner.orValue('') in settings.encrypting || ` +
				`object.?provisioner.orValue('') in ['ebs.csi.aws.com', 'ebs.csi.eks.amazonaws.com', 'kubernetes.io/aws-ebs'] && ` +
				`object.?parameters.?encrypted.orValue('') == 'true'`,
			Otherwise: `'nothing says that ' + object.?provisioner.orValue('') + ' encrypts the volumes'`,
			Message:   "nothing says that the volumes are encrypted",
		}},
	}
}

// everywhere is a setting: provisioners whose volumes are in all zones and grow
// by themselves.
func everywhere(description string) rule.Setting {
	return rule.Setting{
		Name: "exempt", Type: rule.StringList,
		// https://github.com/kubernetes-sigs/aws-efs-csi-driver: a claim's size is not
		// looked at, and the file system has an address in every zone.
		Default: []any{"efs.csi.aws.com"}, Description: description,
	}
}

func storageClassBinding() *rule.Rule {
	return &rule.Rule{
		ID:       "storage-class-binding",
		Title:    "Volumes are made where their pod runs",
		Severity: rule.Medium,
		On:       storageClasses,
		Why: "A disk is in one zone. One that is made at once is in any, and its pod then finds no node there, " +
			"or none with room.",
		Fix:      "Set volumeBindingMode to WaitForFirstConsumer. It cannot be changed: make a class anew.",
		Settings: []rule.Setting{everywhere("Provisioners whose volumes are in all zones.")},
		Check: rule.Expressions{{
			Holds: `object.?volumeBindingMode.orValue('Immediate') == 'WaitForFirstConsumer' || ` +
				`object.?provisioner.orValue('') in settings.exempt`,
			Message: "the volumes are made before it is known where their pod runs",
		}},
	}
}

func storageClassExpansion() *rule.Rule {
	return &rule.Rule{
		ID:       "storage-class-expansion",
		Title:    "Volumes can grow",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       storageClasses,
		Why: "A full volume stops its application. Without expansion the way out is a new volume and a copy, " +
			"with the application stopped.",
		Fix:      "Set allowVolumeExpansion to true.",
		Settings: []rule.Setting{everywhere("Provisioners whose volumes grow by themselves.")},
		Check: rule.Expressions{{
			Holds:   `object.?allowVolumeExpansion.orValue(false) || object.?provisioner.orValue('') in settings.exempt`,
			Message: "the volumes cannot grow",
		}},
	}
}
