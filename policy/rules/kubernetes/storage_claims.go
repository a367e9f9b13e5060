package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

var claimers = rule.Target{Kinds: []rule.Kind{
	{Group: "core", Name: "PersistentVolumeClaim"}, {Group: "apps", Name: "StatefulSet"},
}}

const (
	// claims are a claim itself, or the templates of a StatefulSet's claims.
	claims     = `(object.kind == 'StatefulSet' ? object.?spec.?volumeClaimTemplates.orValue([]) : [object])`
	claimTitle = `'the claim ' + c.?metadata.?name.orValue('')`
)

func volumeRules() []*rule.Rule {
	return []*rule.Rule{
		claimClass(),     // a claim says where its data goes
		claimAccess(),    // and is shared only where that works
		volumeHostPath(), // and no volume is the node's own disk
	}
}

func claimClass() *rule.Rule {
	return &rule.Rule{
		ID:       "claim-class",
		Title:    "Claims name their storage class",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       claimers,
		Why: "A claim without a class gets the default one of the day, which another cluster may not have, and " +
			"which may be slower or not encrypted.",
		Fix: "Set storageClassName.",
		Check: rule.Expressions{rule.Each(claims, "c", `c.?spec.?storageClassName.orValue('') != ''`,
			claimTitle, "names no storage class")},
	}
}

func claimAccess() *rule.Rule {
	return &rule.Rule{
		ID:       "claim-access",
		Title:    "Claims are shared by nodes only on file systems",
		Severity: rule.Medium,
		On:       claimers,
		Why: "A disk can be written by one node. A claim for ReadWriteMany on a class of disks stays pending, and " +
			"its pods with it.",
		Fix: "Set accessModes to [ReadWriteOnce], or storageClassName to one of the setting sharedClasses.",
		Settings: []rule.Setting{{
			Name: "sharedClasses", Type: rule.StringList,
			// The classes for shared files the platform makes on EKS and on GKE.
			Default:     []any{"efs", "shared"},
			Description: "Storage classes whose volumes many nodes may write.",
		}},
		Check: rule.Expressions{rule.Each(claims, "c",
			`!('ReadWriteMany' in c.?spec.?accessModes.orValue([])) || c.?spec.?storageClassName.orValue('') in settings.sharedClasses`,
			claimTitle, "asks for ReadWriteMany of a class that cannot")},
	}
}

func volumeHostPath() *rule.Rule {
	return &rule.Rule{
		ID:       "volume-host-path",
		Title:    "No PersistentVolume is a directory of a node",
		Severity: rule.High,
		On:       rule.Target{Kinds: []rule.Kind{{Group: "core", Name: "PersistentVolume"}}},
		Why: "A directory of a node holds the credentials of the kubelet and the files of other pods. A claim " +
			"mounts it past the rules for pods, and the data goes with the node.",
		Fix: "Let a claim with a storage class make the volume.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.2.11", "Minimize the admission of HostPath volumes"),
		},
		Check: rule.Expressions{
			{
				Holds:     `!object.?spec.?hostPath.hasValue()`,
				Otherwise: `'the volume is the directory ' + object.?spec.?hostPath.?path.orValue('') + ' of a node'`,
				Message:   "the volume is a directory of a node",
			},
			{
				Holds:     `!object.?spec.?local.hasValue()`,
				Otherwise: `'the volume is ' + object.?spec.?local.?path.orValue('') + ' on one node'`,
				Message:   "the volume is a disk of one node",
			},
		},
	}
}
