package report

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	reflection "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/policy/internal/golden"
	"github.com/ai-now/platform/policy/report/record"
)

// sarifSchema is the official schema, which the library that writes SARIF carries as
// a constant: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/
func sarifSchema(t *testing.T) []byte {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif").Output()
	require.NoError(t, err)
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	require.NoError(t, err)
	var text string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, err = strconv.Unquote(literal.Value)
			require.NoError(t, err)
		}
		return true
	})
	require.Contains(t, text, schemaURI, "it is the schema that the reports name")
	return []byte(text)
}

func compiled(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource("schema.json", document))
	result, err := compiler.Compile("schema.json")
	require.NoError(t, err)
	return result
}

func decoded(t *testing.T, content []byte) any {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	require.NoError(t, err)
	return document
}

func TestSARIFKeepsItsSchema(t *testing.T) {
	t.Parallel()
	schema := compiled(t, sarifSchema(t))
	empty := fixture()
	empty.Resources, empty.Judgements, empty.Rules = nil, nil, nil
	for name, r := range map[string]*Report{"with findings": Make(fixture()), "with nothing": Make(empty)} {
		content, err := r.SARIF()
		require.NoError(t, err)
		require.NoError(t, schema.Validate(decoded(t, content)), name)
	}
	content, err := Make(fixture()).SARIF()
	require.NoError(t, err)
	for _, broken := range []struct{ from, to string }{
		{`"level": "error"`, `"level": "fatal"`},
		{`"version": "2.1.0"`, `"version": "2.0.0"`},
		{`"helpUri": "https://`, `"helpUri": "docs/`},
	} {
		require.Contains(t, string(content), broken.from)
		require.Error(t, schema.Validate(decoded(t, bytes.Replace(content, []byte(broken.from), []byte(broken.to), 1))), broken.to)
	}
}

// TestWhatCodeScanningAsksFor: a result without a file is not shown, one without a
// fingerprint comes again as new.
// https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
func TestWhatCodeScanningAsksFor(t *testing.T) {
	t.Parallel()
	from := fixture()
	for i := range 30 {
		from.Rules[0].Controls = append(from.Rules[0].Controls, record.Control{Framework: "Long", ID: strconv.Itoa(i)})
	}
	content, err := Make(from).SARIF()
	require.NoError(t, err)
	var log struct {
		Runs []struct {
			AutomationDetails struct{ ID string }
			Tool              struct {
				Driver struct {
					Rules []struct {
						ID         string
						Properties map[string]any
					}
				}
			}
			Results []struct {
				RuleID, Level       string
				RuleIndex           int
				PartialFingerprints map[string]string
				Suppressions        []any
				Locations           []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
					LogicalLocations []struct{ FullyQualifiedName string }
				}
			}
			Invocations []struct{ ToolExecutionNotifications []any }
		}
	}
	require.NoError(t, json.Unmarshal(content, &log))
	require.Len(t, log.Runs, 1)
	run := log.Runs[0]
	require.Equal(t, "policy/dev/", run.AutomationDetails.ID)
	require.Len(t, run.Results, 7, "six findings and an exempt one; what is undecided is no result")
	suppressed := 0
	for _, result := range run.Results {
		require.Equal(t, run.Tool.Driver.Rules[result.RuleIndex].ID, result.RuleID)
		require.Equal(t, "Pulumi.dev.yaml", result.Locations[0].PhysicalLocation.ArtifactLocation.URI)
		require.Contains(t, result.Locations[0].LogicalLocations[0].FullyQualifiedName, "urn:pulumi:dev::ai-now::")
		require.Regexp(t, "^[0-9a-f]{32}$", result.PartialFingerprints[fingerprintKey])
		suppressed += len(result.Suppressions)
	}
	require.Equal(t, 1, suppressed)
	require.Len(t, run.Invocations[0].ToolExecutionNotifications, 1)
	for _, own := range run.Tool.Driver.Rules {
		tags, _ := own.Properties["tags"].([]any)
		require.LessOrEqual(t, len(tags), 20)
		require.Contains(t, tags, "security", "only then is its severity shown as that of a vulnerability")
		text, _ := own.Properties["security-severity"].(string)
		severity, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		require.True(t, severity > 0 && severity <= 10)
	}
}

// TestSchemaOfTheJSONReport keeps report.schema.json, and the report to it.
func TestSchemaOfTheJSONReport(t *testing.T) {
	t.Parallel()
	r := &reflection.Reflector{Anonymous: true}
	require.NoError(t, r.AddGoComments("github.com/ai-now/platform/policy/report", ".", reflection.WithFullComment()))
	for key, comment := range r.CommentMap {
		r.CommentMap[key] = strings.Join(strings.Fields(comment), " ")
	}
	schema, err := json.MarshalIndent(r.Reflect(&Report{}), "", "  ")
	require.NoError(t, err)
	golden.Require(t, "report.schema.json", append(schema, '\n'))
	content, err := Make(fixture()).JSON()
	require.NoError(t, err)
	check := compiled(t, schema)
	require.NoError(t, check.Validate(decoded(t, content)))
	require.Error(t, check.Validate(decoded(t, bytes.Replace(content, []byte(`"whole"`), []byte(`"hole"`), 1))))
}
