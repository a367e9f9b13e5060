package crossguard

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/rule"
)

// setting is a rule whose remedy sets a path to a value.
func setting(id string, to any, keys ...string) *rule.Rule {
	r := at(onThings(id, func(*rule.Inquiry, *rule.Resource) {}), rule.Remediate)
	r.Remedy = func(_ *rule.Inquiry, r *rule.Resource) []rule.Edit {
		return []rule.Edit{{At: r.Get(keys...), To: to}}
	}
	return r
}

func remediated(t *testing.T, resp *pulumirpc.RemediateResponse, i int) resource.PropertyMap {
	t.Helper()
	require.Greater(t, len(resp.GetRemediations()), i)
	m, err := plugin.UnmarshalProperties(resp.GetRemediations()[i].GetProperties(),
		plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true, KeepOutputValues: true})
	require.NoError(t, err)
	return m
}

func TestARemedyChangesItsPropertyAndNothingElse(t *testing.T) {
	t.Parallel()
	properties := resource.PropertyMap{
		"__defaults": resource.NewProperty([]resource.PropertyValue{resource.NewProperty("x")}),
		"password":   resource.MakeSecret(resource.NewProperty("correct horse")),
		"address":    resource.MakeComputed(resource.NewProperty("")),
		"output":     resource.NewProperty(resource.Output{Element: resource.NewProperty("o"), Known: true, Secret: true}),
	}
	client := dial(t, packOf(at(sizeRule(), rule.Remediate)))
	resp, err := client.Remediate(context.Background(), thing(t, properties))
	require.NoError(t, err)
	require.Empty(t, resp.GetRemediations()[0].GetDiagnostic())
	require.Equal(t, "small-size", resp.GetRemediations()[0].GetPolicyName())
	want := properties.Copy()
	want["size"] = resource.NewProperty("small")
	require.Equal(t, want, remediated(t, resp, 0))
}

func TestARemedyWorksOnlyAtLevelRemediate(t *testing.T) {
	t.Parallel()
	for _, level := range []rule.Level{rule.Advisory, rule.Mandatory, rule.Disabled} {
		resp, err := dial(t, packOf(at(sizeRule(), level))).Remediate(context.Background(), thing(t, nil))
		require.NoError(t, err)
		require.Empty(t, resp.GetRemediations())
		require.Contains(t, reasons(resp.GetNotApplicable()), "small-size")
	}
	client := dial(t, packOf(at(sizeRule(), rule.Advisory)))
	require.NoError(t, configure(t, client, map[string]*pulumirpc.PolicyConfig{"small-size": entry(t, remediate, nil)}))
	resp, err := client.Remediate(context.Background(), thing(t, nil))
	require.NoError(t, err)
	require.Len(t, resp.GetRemediations(), 1, "configuration raises a rule to remediate")
}

func TestARemedyKeepsOutOfWhatNeedsNone(t *testing.T) {
	t.Parallel()
	resp, err := dial(t, packOf(at(sizeRule(), rule.Remediate))).Remediate(context.Background(), sized(t, "huge"))
	require.NoError(t, err)
	require.Empty(t, resp.GetRemediations())
}

func TestRemediesFollowEachOther(t *testing.T) {
	t.Parallel()
	second := at(onThings("second", func(*rule.Inquiry, *rule.Resource) {}), rule.Remediate)
	second.Remedy = func(_ *rule.Inquiry, r *rule.Resource) []rule.Edit {
		first, _ := r.Get("labels", "first").Text()
		return []rule.Edit{{At: r.Get("labels", "second"), To: first + "!"}}
	}
	resp, err := dial(t, packOf(setting("first", "one", "labels", "first"), second)).
		Remediate(context.Background(), thing(t, nil))
	require.NoError(t, err)
	require.Equal(t, resource.PropertyMap{"labels": resource.NewProperty(resource.PropertyMap{
		"first": resource.NewProperty("one"), "second": resource.NewProperty("one!"),
	})}, remediated(t, resp, 1))
}

func TestARemedyGoesThroughSecrets(t *testing.T) {
	t.Parallel()
	resp, err := dial(t, packOf(setting("inner", false, "spec", "flag"))).Remediate(context.Background(), thing(t, resource.PropertyMap{
		"spec": resource.MakeSecret(resource.NewProperty(resource.PropertyMap{"name": resource.NewProperty("n")})),
	}))
	require.NoError(t, err)
	require.Equal(t, resource.PropertyMap{
		"spec": resource.MakeSecret(resource.NewProperty(resource.PropertyMap{
			"name": resource.NewProperty("n"), "flag": resource.NewProperty(false),
		})),
	}, remediated(t, resp, 0))
}

func TestARemedyThatCannotWorkSaysSo(t *testing.T) {
	t.Parallel()
	panics := at(onThings("panics", func(*rule.Inquiry, *rule.Resource) {}), rule.Remediate)
	panics.Remedy = func(*rule.Inquiry, *rule.Resource) []rule.Edit { panic("oh no") }
	client := dial(t, packOf(
		panics,
		setting("unknown", 1, "address", "zone"),
		setting("unknown-output", 1, "output", "zone"),
		setting("not-an-object", 1, "size", "zone"),
		setting("no-value", struct{}{}, "size"),
		setting("works", "yes", "works"),
	))
	resp, err := client.Remediate(context.Background(), thing(t, resource.PropertyMap{
		"size":    resource.NewProperty("huge"),
		"address": resource.MakeComputed(resource.NewProperty("")),
		"output":  resource.NewProperty(resource.Output{}),
	}))
	require.NoError(t, err)
	require.Len(t, resp.GetRemediations(), 6)
	for i, want := range []string{
		"The remedy of panics failed and changed nothing: oh no (remediate_test.go:",
		"The remedy of unknown failed and changed nothing: address.zone cannot be set: it is in something that is no object",
		"The remedy of unknown-output failed and changed nothing: output.zone cannot be set: it is in something that is not known yet",
		"The remedy of not-an-object failed and changed nothing: size.zone cannot be set: it is in something that is no object",
		"The remedy of no-value failed and changed nothing: size cannot be set to a struct {}",
	} {
		require.Contains(t, resp.GetRemediations()[i].GetDiagnostic(), want)
		require.Nil(t, resp.GetRemediations()[i].GetProperties())
	}
	require.Empty(t, resp.GetRemediations()[5].GetDiagnostic())
}
