package clouds

import (
	"context"
	"slices"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// Diff compares inputs, property by property.
func (p *Provider) Diff(_ context.Context, r *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	c, err := p.newCall(r.GetUrn(), r.GetId())
	if err != nil {
		return nil, err
	}
	if err := p.confirm(c); err != nil {
		return nil, err
	}
	oldStruct := r.GetOldInputs()
	if oldStruct == nil { // an engine older than the field
		oldStruct = r.GetOlds()
	}
	old, err := receive(oldStruct)
	if err != nil {
		return nil, p.fail(err)
	}
	in, err := receive(r.GetNews())
	if err != nil {
		return nil, p.fail(err)
	}
	return c.Type.diff(old.Object, in.Object, r.GetIgnoreChanges()), nil
}

func (t *Type) diff(old, in props.Object, ignore []string) *pulumirpc.DiffResponse {
	d := &pulumirpc.DiffResponse{
		Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true,
		DetailedDiff: map[string]*pulumirpc.PropertyDiff{},
	}
	found := t.changes(old, in)
	immutable := t.Immutable
	if t.Replaced != nil {
		immutable = slices.Concat(immutable, t.Replaced(t.withDefaults(old), t.withDefaults(in)))
	}
	for _, path := range props.SortedKeys(found) {
		if props.Under(path, ignore) {
			continue
		}
		kind := map[change]pulumirpc.PropertyDiff_Kind{
			added: pulumirpc.PropertyDiff_ADD, deleted: pulumirpc.PropertyDiff_DELETE, updated: pulumirpc.PropertyDiff_UPDATE,
		}[found[path]]
		if props.Under(path, immutable) {
			kind++ // each kind is followed by its replacing twin
			d.Replaces = append(d.Replaces, path)
		}
		d.Changes = pulumirpc.DiffResponse_DIFF_SOME
		d.Diffs = append(d.Diffs, path)
		d.DetailedDiff[path] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: true}
	}
	// A name the program chose cannot exist twice, so the old resource has to
	// go first; with a generated name the new one can come first.
	if len(d.Replaces) > 0 {
		d.DeleteBeforeReplace = t.DeleteBeforeReplace
		if a := t.Autoname; a != nil && in[a.Property] != nil && !wasGenerated(in, a.Property) && props.Equal(old[a.Property], in[a.Property]) {
			d.DeleteBeforeReplace = true
		}
	}
	return d
}
