package clouds

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// Update changes a resource in place.
func (p *Provider) Update(ctx context.Context, r *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	c, err := p.newCall(r.GetUrn(), r.GetId())
	if err != nil {
		return nil, err
	}
	state, err := receive(r.GetOlds())
	if err != nil {
		return nil, p.fail(err)
	}
	oldInputs, err := receive(r.GetOldInputs())
	if err != nil {
		return nil, p.fail(err)
	}
	in, err := receive(r.GetNews())
	if err != nil {
		return nil, p.fail(err)
	}
	if r.GetPreview() {
		c.Old = state.Object
		c.Props = c.Type.merge(state.Object, oldInputs.Object, in.Object)
		p.known(c)
		c.Type.preview(c.Props, false)
	} else {
		ctx, done := p.call(ctx)
		defer done()
		if err := p.update(ctx, c, oldInputs.Object, in.Object); err != nil {
			return nil, p.fail(err)
		}
	}
	out, err := send(c.Props, in.secret, names(c.Type.Secret))
	if err != nil {
		return nil, p.fail(err)
	}
	return &pulumirpc.UpdateResponse{Properties: out}, nil
}

func (p *Provider) update(ctx context.Context, c *Call, oldInputs, in props.Object) error {
	unlock, err := p.exclusive(ctx, c)
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.Store.Locked(func() error { return p.change(c, oldInputs, in) }); err != nil || c.Type.Realize == nil {
		return err
	}
	if err := c.Type.Realize(ctx, c); err != nil {
		return err
	}
	return c.Store.Locked(func() error { return p.keep(c, false) })
}

// change validates an update and keeps it; what is to be realized is kept afterwards.
func (p *Provider) change(c *Call, oldInputs, in props.Object) error {
	o, err := c.Store.Get(c.Type.Token, c.ID)
	switch {
	case isNotExist(err):
		return c.Errorf("there is no %s %s any more: somebody deleted it; refresh the stack", c.Type.Noun, c.ID)
	case err != nil:
		return c.Errorf("%v", err)
	}
	c.Old = o.Properties
	c.Props = c.Type.merge(o.Properties, oldInputs, in)
	p.known(c)
	if c.Type.Update != nil {
		if err := c.Type.Update(c); err != nil {
			return err
		}
	}
	if c.Type.Realize != nil {
		return nil
	}
	return p.keep(c, false)
}

// Read returns a resource as it is now, for a refresh or an import. An empty answer says that it is gone.
func (p *Provider) Read(ctx context.Context, r *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	c, err := p.newCall(r.GetUrn(), r.GetId())
	if err != nil {
		return nil, err
	}
	state, err := receive(r.GetProperties())
	if err != nil {
		return nil, p.fail(err)
	}
	inputs, err := receive(r.GetInputs())
	if err != nil {
		return nil, p.fail(err)
	}
	ctx, done := p.call(ctx)
	defer done()
	o, err := c.Store.Get(c.Type.Token, c.ID)
	if isNotExist(err) {
		c.Props = state.Object
		if len(c.Props) > 0 { // what it stood for goes with it
			if err := p.remove(ctx, c); err != nil {
				return nil, p.fail(err)
			}
		}
		return &pulumirpc.ReadResponse{}, nil
	}
	if err != nil {
		return nil, p.fail(c.Errorf("%v", err))
	}
	if err := p.confirm(c); err != nil {
		return nil, p.fail(err)
	}
	c.Props = o.Properties
	if c.Type.Observe != nil {
		if err := c.Type.Observe(ctx, c); err != nil {
			return nil, p.fail(err)
		}
	}
	return p.answer(c, state, inputs)
}

func (p *Provider) answer(c *Call, state, inputs received) (*pulumirpc.ReadResponse, error) {
	now := c.Type.inputsOf(c.Props, inputs.Object)
	// What is secret to the program stays so, whatever the object says now.
	secret := inputs.secret
	out, err := send(c.withWriteOnly(c.Props, state.Object), secret, state.secret, names(c.Type.Secret))
	if err != nil {
		return nil, p.fail(err)
	}
	in, err := send(now, secret)
	if err != nil {
		return nil, p.fail(err)
	}
	return &pulumirpc.ReadResponse{Id: c.ID, Properties: out, Inputs: in}, nil
}

// withWriteOnly adds to an object what only the state of the program knows, such as deletionProtection.
func (c *Call) withWriteOnly(object, state props.Object) props.Object {
	out := props.Clone(object)
	for _, w := range c.Type.WriteOnly {
		if v, ok := state[w]; ok {
			out[w] = v
		}
	}
	return out
}
