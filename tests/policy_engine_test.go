package tests

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/layout"
)

// policyEngine is the real engine with the built policy pack, and with the Kubernetes provider, which writes objects to
// files instead of sending them to a cluster.
type policyEngine struct {
	sandbox *sandbox
	pulumi  auto.PulumiCommand
	pack    string            // the folder of the policy pack
	env     map[string]string // of the engine and its plugins
}

// newPolicyEngine builds what is not built yet, and nothing that these tests can do without.
func newPolicyEngine(t testing.TB) *policyEngine {
	t.Helper()
	if testing.Short() {
		t.Skip("the engine has to be built; run without -short")
	}
	home := t.TempDir()
	l, err := layout.Find("..")
	require.NoError(t, err)
	l.State = filepath.Join(home, ".sandbox")
	e := &policyEngine{
		sandbox: &sandbox{layout: l, env: append(os.Environ(), layout.StateVariable+"="+l.State, "GOFLAGS=")},
		pack:    filepath.Join(l.Project, "policy"),
	}
	e.sandbox.must(t, "build", "pulumi", "pulumi-kubernetes", "policy-pack")
	backend := filepath.Join(home, "backend")
	require.NoError(t, os.Mkdir(backend, 0o700))
	e.env = map[string]string{
		"PATH":                     l.Bin() + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"PULUMI_HOME":              filepath.Join(home, "home"),
		"PULUMI_BACKEND_URL":       "file://" + filepath.ToSlash(backend),
		"PULUMI_CONFIG_PASSPHRASE": "not a secret",
		"PULUMI_SKIP_UPDATE_CHECK": "true",
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
	}
	e.pulumi, err = auto.NewPulumiCommand(&auto.PulumiCommandOptions{Root: filepath.Dir(l.Bin())})
	require.NoError(t, err)
	return e
}

// object is a Kubernetes object of a program.
type object struct {
	kind   string // the type's token without "kubernetes:"
	name   string
	fields map[string]any // may hold outputs of pulumi
}

// stackOf is a stack whose program makes objects.
type stackOf struct {
	engine   *policyEngine
	stack    auto.Stack
	dir      string // of the workspace
	rendered string // where the provider writes the objects
}

// newStack makes a stack of its own. build is given where the program makes its objects, and a resource whose id is not
// known before the update.
func (e *policyEngine) newStack(t testing.TB, config map[string]string, build func(later pulumi.StringOutput) []object) *stackOf {
	t.Helper()
	s := &stackOf{engine: e, dir: t.TempDir(), rendered: filepath.Join(t.TempDir(), "rendered")}
	name := strings.ToLower(regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(t.Name(), "-"))
	const longest = 100 // https://www.pulumi.com/docs/iac/concepts/stacks/#create-a-stack
	name = name[max(0, len(name)-longest):]
	program := func(ctx *pulumi.Context) error {
		var provider pulumi.ProviderResourceState
		if err := ctx.RegisterResource("pulumi:providers:kubernetes", "files",
			pulumi.Map{"renderYamlToDirectory": pulumi.String(s.rendered)}, &provider); err != nil {
			return err
		}
		var first madeObject
		if err := ctx.RegisterResource("kubernetes:core/v1:ConfigMap", "first",
			fieldsOf(map[string]any{"metadata": map[string]any{"name": "first", "namespace": "shop"}}), &first, pulumi.Provider(&provider)); err != nil {
			return err
		}
		later := first.ID().ToStringOutput()
		for _, o := range build(later) {
			var made madeObject
			if err := ctx.RegisterResource("kubernetes:"+o.kind, o.name, fieldsOf(o.fields), &made, pulumi.Provider(&provider)); err != nil {
				return err
			}
		}
		return nil
	}
	var err error
	s.stack, err = auto.UpsertStackInlineSource(context.Background(), name, "shop", program,
		auto.WorkDir(s.dir), auto.Pulumi(e.pulumi), auto.EnvVars(e.env))
	require.NoError(t, err)
	for key, value := range config {
		require.NoError(t, s.stack.SetConfig(context.Background(), key, auto.ConfigValue{Value: value}))
	}
	return s
}

type madeObject struct{ pulumi.CustomResourceState }

func fieldsOf(fields map[string]any) pulumi.Map {
	inputs := pulumi.Map{}
	for key, value := range fields {
		inputs[key] = inputOf(value)
	}
	return inputs
}

// inputOf keeps what is not known yet where it is: pulumi.ToMap makes one output of all, and with one unknown all of it is.
func inputOf(value any) pulumi.Input {
	switch v := value.(type) {
	case pulumi.Input:
		return v
	case map[string]any:
		return fieldsOf(v)
	case []any:
		list := make(pulumi.Array, len(v))
		for i, e := range v {
			list[i] = inputOf(e)
		}
		return list
	default:
		return pulumi.Any(v)
	}
}

// files are the objects that an update wrote, by the end of the file's name: "namespace-name.yaml".
func (s *stackOf) files(t testing.TB) map[string]string {
	t.Helper()
	written := map[string]string{}
	found, err := filepath.Glob(filepath.Join(s.rendered, "*", "*.yaml"))
	require.NoError(t, err)
	for _, file := range found {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		name := filepath.Base(file)
		written[name[strings.LastIndex(name, "--")+2:]] = string(content)
	}
	return written
}

// run is how the engine ended and what a user reads.
type run struct {
	code   int
	output string
}

// preview previews with the pack; settings is a policy configuration, "" for none.
func (s *stackOf) preview(t testing.TB, settings string) run {
	t.Helper()
	var output bytes.Buffer
	options := []optpreview.Option{
		optpreview.PolicyPacks(s.engine.pack), optpreview.Color("never"), optpreview.SuppressProgress(),
		optpreview.ProgressStreams(&output), optpreview.ErrorProgressStreams(&output),
	}
	if settings != "" {
		options = append(options, optpreview.PolicyPackConfigs(settingsFile(t, settings)))
	}
	_, err := s.stack.Preview(context.Background(), options...)
	return ended(t, err, output.String())
}

func (s *stackOf) up(t testing.TB, settings string) run {
	t.Helper()
	var output bytes.Buffer
	options := []optup.Option{
		optup.PolicyPacks(s.engine.pack), optup.Color("never"), optup.SuppressProgress(),
		optup.ProgressStreams(&output), optup.ErrorProgressStreams(&output),
	}
	if settings != "" {
		options = append(options, optup.PolicyPackConfigs(settingsFile(t, settings)))
	}
	_, err := s.stack.Up(context.Background(), options...)
	return ended(t, err, output.String())
}

var exitCode = regexp.MustCompile(`code: (-?\d+)`)

func ended(t testing.TB, err error, output string) run {
	t.Helper()
	if err == nil {
		return run{0, output}
	}
	found := exitCode.FindStringSubmatch(err.Error())
	require.NotNil(t, found, "%v", err)
	code, convertErr := strconv.Atoi(found[1])
	require.NoError(t, convertErr)
	return run{code, output}
}

func settingsFile(t testing.TB, settings string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "policy.json")
	require.NoError(t, os.WriteFile(file, []byte(settings), 0o600))
	return file
}

// command runs a command of the engine in the stack's workspace.
func (s *stackOf) command(t testing.TB, args ...string) run {
	t.Helper()
	cmd := exec.Command(filepath.Join(s.engine.sandbox.layout.Bin(), "pulumi"), append(args, "--non-interactive", "--color", "never")...)
	cmd.Dir, cmd.Env = s.dir, os.Environ()
	for name, value := range s.engine.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	started := time.Now()
	output, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	t.Logf("pulumi %s: exit code %d after %s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), time.Since(started).Round(10*time.Millisecond))
	return run{cmd.ProcessState.ExitCode(), string(output)}
}
