package clouds

import (
	"context"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

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
