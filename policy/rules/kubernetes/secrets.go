package kubernetes

import (
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

func secretRules() []*rule.Rule {
	return []*rule.Rule{
		podEnvironmentSecrets(), // no secret is written into a pod
		podSecretFiles(),        // pods get them as files
		configMapSecrets(),      // no secret is in a ConfigMap
		objectSecretValues(),    // nor anywhere else but in a Secret
		secretAccountToken(),    // and none is a token without an end
	}
}

// keyForms are forms of well-known keys: characters they contain, and the whole
// form where those are not enough. The API server counts what an expression costs
// and refuses an object that costs too much: each group stays below that for all
// the text a ConfigMap can have. That a text contains up to ten characters costs
// least, a pattern costs by its length.
var keyForms = [][]keyForm{
	{
		{"VATE KEY--", ""}, // PEM, RFC 7468: PRIVATE KEY-----
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
		{"AKIA", `AKIA[A-Z0-9]{16}`},
	},
	{
		// https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
		{"ghp_", `ghp_\w{36}`},
		{"github_pat", ""},
		// https://docs.digitalocean.com/reference/api/create-personal-access-token/
		{"dop_v1_", ""},
	},
	// A signed token, RFC 7519: its first two parts are JSON objects.
	{{"eyJ", `eyJ[\w-]+\.eyJ[\w-]`}},
	// A password in a URL, RFC 3986 section 3.2.1, unless it is $(VARIABLE).
	{{"://", `//[^/\s:@]*:[^/\s@$]+@`}},
}

type keyForm struct{ contains, matches string }

// looksLikeKey says in CEL that a text has a key of one of the forms inside.
func looksLikeKey(text string, forms ...keyForm) string {
	var found []string
	for _, f := range forms {
		form := text + ".contains('" + f.contains + "')"
		if f.matches != "" {
			form = "(" + form + " && " + text + ".matches(r'" + f.matches + "'))"
		}
		found = append(found, form)
	}
	return "(" + strings.Join(found, " || ") + ")"
}

// soundsSecret says in CEL that a name is that of a secret, by the setting endings,
// and its value is none of true, false and $(VARIABLE). What follows the last word
// is left alone: TOKEN_FILE, SECRET_NAME.
func soundsSecret(name, value string) string {
	return "(" + value + " != '' && [" + name + ".lowerAscii().replace('_', '').replace('-', '').replace('.', '')]" +
		".exists(n, settings.endings.exists(end, n.endsWith(end))) && !" + value + ".matches(r'^(true|false|\\$\\(.*\\))$'))"
}

func secretEndings() rule.Setting {
	return rule.Setting{
		Name: "endings",
		Type: rule.StringList,
		Default: []any{
			"password", "passwd", "passphrase", "secret", "token", "credentials", "apikey", "accesskey", "secretkey",
			"privatekey", "signingkey", "encryptionkey",
		},
		Description: "What names of secrets end with, in lower case and without _, - and full stops.",
	}
}

func podEnvironmentSecrets() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-environment-secrets",
		Title:    "No secret is written into the environment of a container",
		Severity: rule.High,
		On:       rule.Workloads(),
		Why: "Whoever may read pods reads their environment: every viewer of the namespace, every dashboard, every " +
			"backup. It is in the stack's state and in the history of the repository as well.",
		Fix: "Put the value into a Secret, or into the cloud's secret manager, and mount it as a file. Values that look " +
			"like a key are found under any name; a name that only sounds like a secret's can be changed, or left out " +
			"of the setting endings.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.4.2", "Consider external secret storage"),
			controls.Control(controls.CISEKS, "4.4.2", "Consider external secret storage"),
			controls.Control(controls.CISGKE, "4.4.2", "Consider external secret storage"),
			nsa("Secrets"),
		},
		Settings: []rule.Setting{secretEndings()},
		Check: rule.Expressions{eachVariable("!e.?value.hasValue() || !("+soundsSecret("e.name", "e.value")+" || "+
			looksLikeKey("e.value", slices.Concat(keyForms...)...)+")", "has secrets in clear in")},
	}
}

func podSecretFiles() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-secret-files",
		Title:    "Pods get secrets as files",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       rule.Workloads(),
		Why: "The environment is handed to every child process, printed by crash reports and debug pages, and does not " +
			"change when the secret does. A file can be readable for one user and is renewed by itself.",
		Fix: "Mount the Secret as a volume, and let the program read the file.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.4.1", "Prefer using Secrets as files over Secrets as environment variables"),
			controls.Control(controls.CISEKS, "4.4.1", "Prefer using secrets as files over secrets as environment variables"),
			controls.Control(controls.CISGKE, "4.4.1", "Prefer using secrets as files over secrets as environment variables"),
		},
		Check: rule.Expressions{
			eachVariable("!e.?valueFrom.?secretKeyRef.hasValue()", "reads Secrets into"),
			rule.EachContainer("variables.containers",
				"c.?envFrom.orValue([]).all(f, !f.?secretRef.hasValue())", "has a whole Secret in its environment"),
		},
	}
}

func configMapSecrets() *rule.Rule {
	return &rule.Rule{
		ID:       "config-map-secrets",
		Title:    "No secret is in a ConfigMap",
		Severity: rule.High,
		On:       kinds("core", "ConfigMap"),
		Why: "ConfigMaps are for everybody: roles that may not read Secrets may read them, they are often not encrypted where " +
			"Secrets are, and tools print them.",
		Fix: "Put the value into a Secret, or into the cloud's secret manager.",
		Controls: []rule.Control{
			controls.Control(controls.CISKubernetes, "5.4.2", "Consider external secret storage"),
			controls.Control(controls.CISEKS, "4.4.2", "Consider external secret storage"),
			controls.Control(controls.CISGKE, "4.4.2", "Consider external secret storage"),
			nsa("Secrets"),
		},
		Settings: []rule.Setting{secretEndings()},
		Check:    configMapExpressions(),
	}
}

func configMapExpressions() rule.Expressions {
	each := func(bad string) rule.Validation {
		return rule.Each("object.?data.orValue({})", "k", "!"+bad, "'the value of ' + k", "is a secret in clear")
	}
	all := rule.Expressions{each(soundsSecret("k", "object.data[k]"))}
	for _, forms := range keyForms {
		all = append(all, each(looksLikeKey("object.data[k]", forms...)))
	}
	return all
}

func secretAccountToken() *rule.Rule {
	return &rule.Rule{
		ID:       "secret-account-token",
		Title:    "No Secret holds a token of a service account",
		Severity: rule.High,
		On:       kinds("core", "Secret"),
		Why: "Kubernetes fills such a Secret with a token that never expires and is bound to no pod. Whoever " +
			"reads it once has the account for as long as it exists.",
		Fix: "Remove the Secret. Pods get tokens that expire through a projected volume, people through " +
			"`kubectl create token`, and systems outside the cluster through its OpenID Connect issuer.",
		Controls: []rule.Control{nsa("Protecting Pod service account tokens")},
		Check: rule.Expressions{{
			// https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
			Holds:   `object.?type.orValue('Opaque') != 'kubernetes.io/service-account-token'`,
			Message: "the Secret is a token that never expires",
		}},
	}
}
