package rules

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ai-now/platform/policy/rule"
)

const (
	helmChart   = "kubernetes:helm.sh/v4:Chart"
	helmRelease = "kubernetes:helm.sh/v3:Release"
	// ourChart is the parent that package charts gives a Chart: the provider
	// registers a Chart without its arguments, and what it does not say no rule
	// can judge.
	// https://github.com/pulumi/pulumi-kubernetes/blob/v4.32.0/provider/pkg/provider/helm/v4/chart.go
	ourChart = "ai-now:charts:Chart"
)

// helmCharts are the resources that install a chart.
var helmCharts = types(ourChart, helmChart, helmRelease)

// exactVersion is one version of a chart and not a range: all three numbers.
// https://helm.sh/docs/chart_best_practices/dependencies/#versions
var exactVersion = regexp.MustCompile(`^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)

// archive is the address of one version of a chart: its file.
var archive = regexp.MustCompile(`^https?://.+-v?\d+\.\d+\.\d+[0-9A-Za-z.+-]*\.tgz$`)

func chartVersion() *rule.Rule {
	return &rule.Rule{
		ID:       "chart-version",
		Title:    "Helm charts are installed at one version",
		Severity: rule.Medium,
		On:       helmCharts,
		Why: "Without a version, or with a range, Helm takes the newest there is: an update that nobody asked for " +
			"changes what runs, two stacks differ, and a chart that was taken over is installed at once.",
		Fix: "Set version to one version, such as 1.13.0, or name the digest, as in " +
			"oci://registry.example.com/charts/shop@sha256:…. The path of a folder begins with ./ or /.",
		Controls: []rule.Control{heading(nsaHardening, "Upgrading and application security practices")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			chart, version := r.Get("chart"), r.Get("version")
			if chart.Present().IsFalse() {
				return
			}
			fixed := chart.Matches(func(s string) bool {
				return isPath(s) || archive.MatchString(s) || strings.Contains(s, "@sha256:")
			})
			q.Require(fixed.Or(version.Matches(exactVersion.MatchString)), version,
				"the chart %s has no version of its own: the version is %s", chart, version)
		}),
	}
}

// isPath says whether a chart is a folder or file beside the program. Helm takes
// other texts for one too, if there happens to be such a file.
func isPath(chart string) bool {
	return strings.HasPrefix(chart, "/") || strings.HasPrefix(chart, "./") || strings.HasPrefix(chart, "../")
}

func chartRepository() *rule.Rule {
	return &rule.Rule{
		ID:       "chart-repository",
		Title:    "Helm charts come from known repositories",
		Severity: rule.High,
		On:       helmCharts,
		Why: "A chart makes what it likes in a cluster, roles and webhooks too. A short name such as " +
			"bitnami/nginx means whatever repository the machine at hand knows by it.",
		Fix: "Give the whole address of a repository of the setting, as an oci:// chart or in repositoryOpts.repo, " +
			"or add the repository, or your mirror, to the setting when you trust who keeps it.",
		Settings: []rule.Setting{names("repositories", []string{"oci://public.ecr.aws/karpenter"},
			"What the addresses of allowed repositories begin with; an empty list allows all. Folders beside the program are always allowed.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			allowed := q.Settings.Strings("repositories")
			chart := r.Get("chart")
			if len(allowed) == 0 || chart.Present().IsFalse() {
				return
			}
			from := r.Get("repositoryOpts", "repo").OrElse(chart)
			known := from.Matches(func(address string) bool {
				return slices.ContainsFunc(allowed, func(a string) bool {
					a = strings.TrimSuffix(a, "/")
					return address == a || strings.HasPrefix(address, a+"/")
				})
			})
			q.Require(chart.Matches(isPath).Or(known), from, "the chart %s comes from %s, which is no known repository", chart, from)
		}),
	}
}

func chartSecrets() *rule.Rule {
	return &rule.Rule{
		ID:       "chart-secrets",
		Title:    "No secret is written into the values of a Helm chart",
		Severity: rule.High,
		On:       helmCharts,
		Why: "Values are in the history of the repository and in the stack's state, and Helm keeps those of a release " +
			"in the cluster, once for each revision. Many charts put them into ConfigMaps and environments.",
		Fix: "Put the value into a Secret, or into the cloud's secret manager, and give the chart its name, in the value " +
			"most charts have for that (existingSecret). Where a chart has none, make it a Pulumi secret: it is then " +
			"encrypted in the state at least.",
		Settings: []rule.Setting{names("endings", []string{
			"password", "passwd", "passphrase", "token", "credentials", "apikey", "accesskey", "secretkey", "privatekey",
			"clientsecret", "signingkey", "encryptionkey",
		}, "What the names of secrets end with, in lower case and without _, - and full stops.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			endings := q.Settings.Strings("endings")
			eachText(r.Get("values"), "", func(key string, value rule.Value) {
				sounds := slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(plainName(key), e) })
				text, known := value.Text()
				switch {
				case value.IsSecret():
				case known:
					secret := text != "" && (sounds && !isReference(text) || keyMaterial.MatchString(text))
					// The value itself is shown nowhere.
					q.Require(rule.Known(!secret), value, "the value is a secret in clear")
				case sounds:
					// What is not known yet may turn out to be a secret of Pulumi's.
					q.Require(value.Present(), value, "")
				}
			})
		}),
	}
}

// keyMaterial is the form of what is a key whatever it is called: PEM, an access
// key of AWS, tokens of GitHub and DigitalOcean.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
// https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
// https://docs.digitalocean.com/reference/api/create-personal-access-token/
var keyMaterial = regexp.MustCompile(
	`PRIVATE KEY-----|\bAKIA[A-Z0-9]{16}\b|\bghp_\w{36}|\bgithub_pat_|\bdop_v1_[a-f0-9]{64}`)

// isReference says whether a text under a secret's name is none: a switch, or a
// template that the chart fills in.
func isReference(text string) bool {
	return text == "true" || text == "false" || strings.HasPrefix(text, "$(") || strings.HasPrefix(text, "{{")
}

// plainName is a key in lower case and without what joins words.
func plainName(key string) string {
	return strings.NewReplacer("_", "", "-", "", ".", "").Replace(strings.ToLower(key))
}

// eachText calls f for every text, and every value that is not known yet, with
// the key it or its list stands under.
func eachText(v rule.Value, key string, f func(key string, value rule.Value)) {
	switch v.Tree().(type) {
	case map[string]any:
		for _, k := range v.Keys() {
			eachText(v.Get(k), k, f)
		}
	case []any:
		for _, item := range v.Items() {
			eachText(item, key, f)
		}
	case string, rule.Unknown:
		f(key, v)
	}
}

func chartRelease() *rule.Rule {
	return &rule.Rule{
		ID:       "chart-release",
		Title:    "The objects of a Helm chart are resources of the stack",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       types(helmRelease),
		Why: "Helm makes the objects of a Release by itself: no rule judges them at preview, no diff shows what an " +
			"update changes, and drift in them stays unseen. Only the rules at admission see them.",
		Fix: "Use a Chart of helm.sh/v4 instead, which makes each object a resource. Add a chart that needs its hooks, " +
			"which a Chart does not run, to the setting releases.",
		Settings: []rule.Setting{names("releases", nil, "Names of charts that may be installed by Helm.")},
		Check: rule.ResourceCheck(func(q *rule.Inquiry, r *rule.Resource) {
			chart := r.Get("chart")
			q.Require(matchesAny(chart, q.Settings.Strings("releases")), chart,
				"Helm installs the chart %s, and its objects are not seen", chart)
		}),
	}
}
