package clouds

import "github.com/ai-now/platform/sandbox/clouds/store"

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
