package rules

import (
	"strings"
	"time"

	"github.com/ai-now/platform/policy/rule"
)

var gcpKeys = types("gcp:kms/cryptoKey:CryptoKey")

const day = 24 * time.Hour

// inDays asks about the days in a duration as Google Cloud writes them: "7776000s".
func inDays(duration rule.Value, f func(float64) bool) rule.Truth {
	return duration.Matches(func(s string) bool {
		d, err := time.ParseDuration(s)
		return err == nil && strings.HasSuffix(s, "s") && f(d.Hours()/day.Hours())
	})
}

func gcpKeyRotation() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-key-rotation",
		Title:    "Cloud KMS keys rotate",
		Severity: rule.Medium,
		On:       gcpKeys,
		Why: "Rotation bounds how much one version of a key protects, and with it the damage of a leak. By " +
			"default a key never rotates.",
		Fix: "Set rotationPeriod to seconds, as in 7776000s for 90 days. Keys of another purpose than " +
			"ENCRYPT_DECRYPT cannot rotate by themselves and are left alone.",
		Settings: []rule.Setting{number("days", 365, 1, 3650, "Most days between two rotations.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			period := r.Get("rotationPeriod")
			most := q.Settings.Int("days")
			soon := inDays(period, func(d float64) bool { return d <= float64(most) })
			q.Require(isOneOfOrLeftOut("ENCRYPT_DECRYPT")(r.Get("purpose")).Not().Or(soon), period,
				"the period of rotation is %s, the most is %d days", period, most)
		}),
	}
}

func gcpKeyDestruction() *rule.Rule {
	return &rule.Rule{
		ID:           "gcp-key-destruction",
		Title:        "The destruction of a production Cloud KMS key can be taken back for weeks",
		Severity:     rule.High,
		On:           gcpKeys,
		Environments: production,
		Why: "What a destroyed key encrypted is lost, a cluster's secrets with it. Until the time ends the " +
			"destruction can be taken back.",
		Fix:      "Leave destroyScheduledDuration out, which means 30 days, or raise it. A change replaces the key.",
		Settings: []rule.Setting{number("days", 30, 1, 120, "Fewest days in which a destruction can be taken back.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			window := r.Get("destroyScheduledDuration")
			least := q.Settings.Int("days")
			long := inDays(window, func(d float64) bool { return d >= float64(least) })
			q.Require(window.Present().Not().Or(long), window,
				"the destruction of the key can be taken back for %s only, %d days are needed", window, least)
		}),
	}
}

func gcpRegistryTags() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-registry-tags",
		Title:    "Tags in Artifact Registry do not move",
		Severity: rule.High,
		On:       types("gcp:artifactregistry/repository:Repository"),
		Why: "Where a tag can be pushed again, the image that was reviewed is not the one that runs. By default " +
			"it can.",
		Fix: "Set dockerConfig.immutableTags to true.",
		Controls: []rule.Control{
			cis(cisGKE, "5.1.4", "Ensure only trusted container images are used"),
		},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			// Only repositories of images that are pushed to have tags to move.
			images := r.Get("format").Is("DOCKER").And(isOneOfOrLeftOut("STANDARD_REPOSITORY")(r.Get("mode")))
			fixed := r.Get("dockerConfig", "immutableTags")
			q.Require(images.Not().Or(fixed.Is(true)), fixed, "the repository's tags can be pushed again")
		}),
	}
}

func gcpDNSSEC() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-dns-signing",
		Title:    "Public zones on Google Cloud are signed",
		Severity: rule.Low,
		On:       types("gcp:dns/managedZone:ManagedZone"),
		Why: "An unsigned answer can be forged on its way, and users land elsewhere. Signing does no harm before " +
			"the registrar knows the key.",
		Fix: "Set dnssecConfig.state to on, and give the key to the registrar.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			state := r.Get("dnssecConfig", "state")
			q.Require(r.Get("visibility").Is("private").Or(state.Is("on")), state, "the zone is not signed")
		}),
	}
}

var gcpSecurityPolicies = types("gcp:compute/securityPolicy:SecurityPolicy")

// edgePolicy asks whether a Cloud Armor policy stands before the CDN: such ones
// have neither rate limits nor adaptive protection.
// https://cloud.google.com/armor/docs/security-policy-overview
func edgePolicy(r *rule.Resource) rule.Truth { return r.Get("type").Is("CLOUD_ARMOR_EDGE") }

func gcpAdaptiveProtection() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-adaptive-protection",
		Title:    "Cloud Armor learns what an attack looks like",
		Severity: rule.Medium,
		On:       gcpSecurityPolicies,
		Why: "A flood of requests that look like any other matches no fixed rule. Adaptive protection knows the " +
			"usual traffic and proposes a rule against the rest.",
		Fix: "Set adaptiveProtectionConfig.layer7DdosDefenseConfig.enable to true.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			enabled := r.Get("adaptiveProtectionConfig", "layer7DdosDefenseConfig", "enable")
			q.Require(edgePolicy(r).Or(enabled.Is(true)), enabled, "adaptive protection is off")
		}),
	}
}

func gcpArmorRateLimit() *rule.Rule {
	return &rule.Rule{
		ID:       "gcp-armor-rate-limit",
		Title:    "Cloud Armor limits the requests of one client",
		Severity: rule.High,
		On:       gcpSecurityPolicies,
		Why: "Without a limit one client can take all there is, guess passwords as fast as the service answers, " +
			"or simply make it expensive.",
		Fix: "Add a rule with the action throttle or rate_based_ban and rateLimitOptions, and no preview.",
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			rules := r.Get("rules")
			limited := rules.Any(func(each rule.Value) rule.Truth {
				return each.Get("action").OneOf([]string{"throttle", "rate_based_ban"}).And(each.Get("preview").Is(true).Not())
			})
			q.Require(edgePolicy(r).Or(limited), rules, "no rule limits the requests of a client")
		}),
	}
}
