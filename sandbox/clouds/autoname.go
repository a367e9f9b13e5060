package clouds

import (
	"errors"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// suffixLength is the number of random hexadecimal digits after a generated
// name, as pulumi-terraform-bridge's AutoName gives them.
const suffixLength = 7

// defaultsKey lists, in the inputs of a resource, those that the provider filled in, as the bridged providers do.
const defaultsKey = "__defaults"

// assign gives the resource its name when the program does not: the one it had
// if that was generated, too, else a new one from the engine's seed, so that a
// preview and the update after it agree.
func (a *Autoname) assign(in, old props.Object, name string, seed []byte, opts *pulumirpc.CheckRequest_AutonamingOptions) error {
	delete(in, defaultsKey)
	if in[a.Property] != nil {
		in[defaultsKey] = []any{}
		return nil
	}
	generated, err := a.generate(old, name, seed, opts)
	if err != nil {
		return err
	}
	in[a.Property] = generated
	in[defaultsKey] = []any{a.Property}
	return nil
}

func (a *Autoname) generate(old props.Object, name string, seed []byte, opts *pulumirpc.CheckRequest_AutonamingOptions) (string, error) {
	if wasGenerated(old, a.Property) {
		return props.Str(old, a.Property), nil
	}
	switch opts.GetMode() {
	case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
		return "", errors.New("it has no name, and automatic naming is disabled by the configuration pulumi:autonaming: give it one")
	case pulumirpc.CheckRequest_AutonamingOptions_ENFORCE:
		return a.Prefix + opts.GetProposedName(), nil
	case pulumirpc.CheckRequest_AutonamingOptions_PROPOSE:
		if p := opts.GetProposedName(); p != "" {
			return a.fit(p), nil
		}
	}
	limit := a.MaxLength
	if limit > 0 {
		limit -= len(a.Prefix)
	}
	generated, err := resource.NewUniqueName(seed, a.fit(name)+"-", suffixLength, limit, nil)
	return a.Prefix + generated, err
}

func (a *Autoname) fit(name string) string {
	if a.Lower {
		return strings.ToLower(name)
	}
	return name
}

// wasGenerated says whether the inputs hold a name that the provider chose.
func wasGenerated(in props.Object, property string) bool {
	return slices.Contains(props.StrList(in, defaultsKey), property) && props.Str(in, property) != ""
}
