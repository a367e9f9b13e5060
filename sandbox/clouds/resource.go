package clouds

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

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
	c.Props[p.cloud.TagsAll] = c.withDefaultTags(tags)
}

// withDefaultTags returns the provider's default tags with a resource's own over them.
func (c *Call) withDefaultTags(tags any) props.Object {
	all := props.Object{}
	for k, v := range c.DefaultTags {
		all[k] = v
	}
	own, _ := tags.(props.Object)
	maps.Copy(all, own)
	return all
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
