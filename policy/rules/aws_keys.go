package rules

import "github.com/ai-now/platform/policy/rule"

func awsKeyRotation() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-key-rotation",
		Title:    "KMS keys rotate",
		Severity: rule.Medium,
		On:       types("aws:kms/key:Key"),
		Why: "Rotation bounds how much one key's material protects, and with it the damage of a leak. AWS does " +
			"it without re-encryption, and by default not at all.",
		Fix: "Set enableKeyRotation to true. Asymmetric keys and keys for signatures cannot rotate and are left alone.",
		Controls: []rule.Control{
			hub("KMS.4", "AWS KMS key rotation should be enabled"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			spec, use := r.Get("customerMasterKeySpec"), r.Get("keyUsage")
			// https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
			rotates := isOneOfOrLeftOut("SYMMETRIC_DEFAULT")(spec).And(isOneOfOrLeftOut("ENCRYPT_DECRYPT")(use))
			rotation := r.Get("enableKeyRotation")
			q.Require(rotates.Not().Or(rotation.Is(true)), rotation, "the key does not rotate")
		}),
	}
}

func awsKeyDeletion() *rule.Rule {
	return &rule.Rule{
		ID:           "aws-key-deletion",
		Title:        "The deletion of a production KMS key can be taken back for weeks",
		Severity:     rule.High,
		On:           types("aws:kms/key:Key"),
		Environments: production,
		Why: "What a deleted key encrypted is lost, a cluster's secrets with it. Until the window ends the " +
			"deletion can be taken back.",
		Fix: "Leave deletionWindowInDays out, which means 30 days, or raise it.",
		Controls: []rule.Control{
			hub("KMS.3", "AWS KMS keys should not be unintentionally deleted"),
		},
		Settings: []rule.Setting{number("days", 30, 7, 30, "Fewest days in which a deletion can be taken back.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			window := r.Get("deletionWindowInDays")
			q.Require(window.Present().Not().Or(atLeast(window, q.Settings.Int("days"))), window,
				"the deletion of the key can be taken back for %s days only, %d are needed", window, q.Settings.Int("days"))
		}),
	}
}

func awsSecretEncryption() *rule.Rule {
	return &rule.Rule{
		ID:       "aws-secret-encryption",
		Title:    "Secrets on AWS are encrypted with a key of the owner",
		Severity: rule.Medium,
		On:       types("aws:secretsmanager/secret:Secret"),
		Why: "By default Secrets Manager uses AWS's key, which whoever may read the secret may use. A key of " +
			"one's own is a second lock, and its use is logged.",
		Fix:   "Set kmsKeyId to a KMS key with rotation.",
		Check: demands(demand{"kmsKeyId", isSet, "the secret is not encrypted with a key of the owner"}),
	}
}

func awsSecretRecovery() *rule.Rule {
	return &rule.Rule{
		ID:           "aws-secret-recovery",
		Title:        "A deleted production secret can be brought back",
		Severity:     rule.Medium,
		On:           types("aws:secretsmanager/secret:Secret"),
		Environments: production,
		Why:          "With a window of 0 days a deleted secret is gone at once, and whatever used it stands still.",
		Fix:          "Leave recoveryWindowInDays out, which means 30 days, or set 7 to 30.",
		Settings:     []rule.Setting{number("days", 7, 7, 30, "Fewest days in which a secret can be brought back.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			window := r.Get("recoveryWindowInDays")
			q.Require(window.Present().Not().Or(atLeast(window, q.Settings.Int("days"))), window,
				"a deleted secret can be brought back for %s days, %d are needed", window, q.Settings.Int("days"))
		}),
	}
}
