package clouds

import (
	"context"
	"errors"
	"fmt"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// newCall prepares the work on one resource.
func (p *Provider) newCall(urn, id string) (*Call, error) {
	qualified, name, ok := splitURN(urn)
	if !ok {
		return nil, p.fail(p.env.Errorf("%q is not the URN of a resource", urn))
	}
	t, err := p.typeOf(qualified)
	if err != nil {
		return nil, err
	}
	env := p.env
	return &Call{Env: &env, Type: t, URN: urn, Name: name, ID: id}, nil
}

// splitURN finds the type and the name in urn:pulumi:stack::project::parent$type::name.
func splitURN(urn string) (typ, name string, ok bool) {
	parts := strings.SplitN(urn, "::", 4)
	if len(parts) != 4 {
		return "", "", false
	}
	return parts[2][strings.LastIndex(parts[2], "$")+1:], parts[3], true
}

// Check names the resource and finds the mistakes that can be seen before anything is made.
func (p *Provider) Check(_ context.Context, r *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	c, err := p.newCall(r.GetUrn(), "")
	if err != nil {
		return nil, err
	}
	old, err := receive(r.GetOlds())
	if err != nil {
		return nil, p.fail(err)
	}
	in, err := receive(r.GetNews())
	if err != nil {
		return nil, p.fail(err)
	}
	var failures []*pulumirpc.CheckFailure
	refuse := func(property, reason string) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: property, Reason: "simulated " + c.Cloud + ": " + reason})
	}
	if a := c.Type.Autoname; a != nil {
		if err := a.assign(in.Object, old.Object, c.Name, r.GetRandomSeed(), r.GetAutonaming()); err != nil {
			refuse(a.Property, err.Error())
		}
	}
	for _, path := range c.Type.Required {
		if props.Get(in.Object, path) == nil {
			refuse(path, fmt.Sprintf("a %s needs %s", c.Type.Noun, path))
		}
	}
	c.Props = c.Type.withDefaults(in.Object)
	if c.Type.Check != nil {
		for _, f := range c.Type.Check(c) {
			refuse(f.Property, f.Reason)
		}
	}
	inputs, err := send(in.Object, in.secret)
	if err != nil {
		return nil, p.fail(err)
	}
	return &pulumirpc.CheckResponse{Inputs: inputs, Failures: failures}, nil
}

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
	for _, path := range props.SortedKeys(found) {
		if props.Under(path, ignore) {
			continue
		}
		kind := map[change]pulumirpc.PropertyDiff_Kind{
			added: pulumirpc.PropertyDiff_ADD, deleted: pulumirpc.PropertyDiff_DELETE, updated: pulumirpc.PropertyDiff_UPDATE,
		}[found[path]]
		if t.replaces(path) {
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

// replaces says whether a change at path means another resource.
func (t *Type) replaces(path string) bool { return props.Under(path, t.Immutable) }

// Create makes a resource.
func (p *Provider) Create(ctx context.Context, r *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	c, err := p.newCall(r.GetUrn(), "")
	if err != nil {
		return nil, err
	}
	in, err := receive(r.GetProperties())
	if err != nil {
		return nil, p.fail(err)
	}
	c.Props = c.Type.merge(props.Object{}, nil, in.Object)
	p.known(c)
	if r.GetPreview() {
		c.Type.preview(c.Props, true)
	} else {
		ctx, done := p.call(ctx)
		defer done()
		if err := p.create(ctx, c); err != nil {
			return nil, p.fail(err)
		}
	}
	out, err := send(c.Props, in.secret, names(c.Type.Secret))
	if err != nil {
		return nil, p.fail(err)
	}
	return &pulumirpc.CreateResponse{Id: c.ID, Properties: out}, nil
}

// known fills in the outputs that a preview knows, too.
func (p *Provider) known(c *Call) {
	if p.cloud.TagsAll != "" && c.Type.hasTagsAll(p.cloud) {
		p.tagsAll(c)
	}
	if c.Type.Known != nil {
		c.Type.Known(c)
	}
	c.Props = asObject(c.Props)
}

func (t *Type) hasTagsAll(c *Cloud) bool { return !t.Untagged && c.TagsProperty != "" }

func (p *Provider) tagsAll(c *Call) {
	tags := c.Props[p.cloud.TagsProperty]
	if props.IsUnknown(tags) {
		c.Props[p.cloud.TagsAll] = props.Unknown
		return
	}
	all := props.Object{}
	for k, v := range c.DefaultTags {
		all[k] = v
	}
	own, _ := tags.(props.Object)
	for k, v := range own {
		all[k] = v
	}
	c.Props[p.cloud.TagsAll] = all
}

func (p *Provider) create(ctx context.Context, c *Call) (err error) {
	unlock, err := p.exclusive(ctx, c)
	if err != nil {
		return err
	}
	defer unlock()
	err = c.Store.Locked(func() error {
		if err := p.removeLeftOver(c); err != nil {
			return err
		}
		if c.ID, err = c.Type.Create(c); err != nil {
			return err
		}
		if _, err := c.Store.Get(c.Type.Token, c.ID); err == nil {
			return c.Errorf("a %s with the id %s exists already", c.Type.Noun, c.ID)
		} else if !isNotExist(err) {
			return c.Errorf("%v", err)
		}
		if c.Type.Realize != nil {
			return nil
		}
		return p.keep(c, true)
	})
	if err != nil || c.Type.Realize == nil {
		return err
	}
	if err := p.realize(ctx, c); err != nil {
		return err
	}
	return c.Store.Locked(func() error { return p.keep(c, true) })
}

// realize undoes its work when it fails or when the engine that asked for it is gone: nobody would ever delete it.
func (p *Provider) realize(ctx context.Context, c *Call) error {
	err := c.Type.Realize(ctx, c)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil && c.Type.Remove != nil {
		if rerr := c.Type.Remove(context.WithoutCancel(ctx), c); rerr != nil {
			return errors.Join(err, rerr)
		}
	}
	return err
}

// keep writes the object.
func (p *Provider) keep(c *Call, fresh bool) error {
	c.Props = asObject(c.Props)
	kept := props.Clone(c.Props)
	for _, w := range c.Type.WriteOnly {
		delete(kept, w)
	}
	o := &store.Object{
		Type: c.Type.Token, ID: c.ID, URN: c.URN, Region: c.Region, Created: c.Now(),
		Unconfirmed: fresh, Properties: kept,
	}
	if !fresh {
		if before, err := c.Store.Get(c.Type.Token, c.ID); err == nil {
			o.Created, o.Region = before.Created, before.Region
		}
	}
	if err := c.Store.Put(o); err != nil {
		return c.Errorf("%v", err)
	}
	return nil
}

// exclusive waits for the lock that the type asks for.
func (p *Provider) exclusive(ctx context.Context, c *Call) (func(), error) {
	if c.Type.Exclusive == nil {
		return func() {}, nil
	}
	key := c.Type.Exclusive(c)
	if key == "" {
		return func() {}, nil
	}
	return c.Store.Lock(ctx, key)
}

// confirm notes that the engine knows of an object.
func (p *Provider) confirm(c *Call) error {
	o, err := c.Store.Get(c.Type.Token, c.ID)
	if err != nil || !o.Unconfirmed {
		return nil //nolint:nilerr // an object that is gone or broken is reported where it is used
	}
	return c.Store.Locked(func() error {
		o, err := c.Store.Get(c.Type.Token, c.ID)
		if err != nil {
			return nil //nolint:nilerr // see above
		}
		o.Unconfirmed = false
		return c.Store.Put(o)
	})
}

// removeLeftOver deletes what an interrupted update made for this very
// resource without the engine getting to know of it. What the engine knows was
// mentioned since, by a Diff at the latest, and is never touched here.
func (p *Provider) removeLeftOver(c *Call) error {
	left, err := c.Others(c.Type.Token, func(o *store.Object) bool { return o.URN == c.URN && o.Unconfirmed })
	if err != nil {
		return err
	}
	for _, o := range left {
		if err := c.Store.Delete(o.Type, o.ID); err != nil {
			return c.Errorf("%v", err)
		}
	}
	return nil
}

// Delete removes a resource; one that is gone already is no error.
func (p *Provider) Delete(ctx context.Context, r *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	c, err := p.newCall(r.GetUrn(), r.GetId())
	if err != nil {
		return nil, err
	}
	state, err := receive(r.GetProperties())
	if err != nil {
		return nil, p.fail(err)
	}
	c.Props = state.Object
	ctx, done := p.call(ctx)
	defer done()
	if err := p.delete(ctx, c); err != nil {
		return nil, p.fail(err)
	}
	return &emptypb.Empty{}, nil
}

func (p *Provider) delete(ctx context.Context, c *Call) error {
	unlock, err := p.exclusive(ctx, c)
	if err != nil {
		return err
	}
	defer unlock()
	o, err := c.Store.Get(c.Type.Token, c.ID)
	switch {
	case isNotExist(err):
		return p.remove(ctx, c)
	case err != nil:
		return c.Errorf("%v", err)
	}
	c.Props = c.withWriteOnly(o.Properties, c.Props)
	if c.Type.Remove == nil {
		return c.Store.Locked(func() error { return p.forget(c) })
	}
	if c.Type.Delete != nil {
		if err := c.Store.Locked(func() error { return c.Type.Delete(c) }); err != nil {
			return err
		}
	}
	if err := p.remove(ctx, c); err != nil {
		return err
	}
	return c.Store.Locked(func() error { return c.Store.Delete(c.Type.Token, c.ID) })
}

func (p *Provider) remove(ctx context.Context, c *Call) error {
	if c.Type.Remove == nil {
		return nil
	}
	return c.Type.Remove(ctx, c)
}

func (p *Provider) forget(c *Call) error {
	if c.Type.Delete != nil {
		if err := c.Type.Delete(c); err != nil {
			return err
		}
	}
	return c.Store.Delete(c.Type.Token, c.ID)
}
