package access

import (
	"context"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

// controlled is a Control, ready to decide.
type controlled struct {
	levels []*policy.Set
	admin  store.Account
	limit  bool
}

// control adds the levels over the account that owns the resource.
func (e *Engine) control(ctx context.Context, owner, caller store.Account, asked *policy.Question, build bool) error {
	if e.controls == nil || owner == 0 {
		return nil
	}
	c, err := e.controlOver.Get(owner, func() (*controlled, error) {
		if !build {
			return nil, ErrNotReady
		}
		from, err := e.controls.Over(ctx, owner)
		if err != nil {
			return nil, err
		}
		if from == nil {
			return &controlled{}, nil
		}
		c := &controlled{admin: from.Admin, limit: from.LimitMemberRoot}
		for _, level := range from.Levels {
			c.levels = append(c.levels, e.documents.compile(level))
		}
		return c, nil
	})
	if err != nil {
		return err
	}
	asked.Layers.Control, asked.Layers.LimitMemberRoot = c.levels, c.limit
	asked.Layers.ControlExempt = c.admin != 0 && c.admin == caller
	return nil
}

func (e *Engine) forgetControls(changes []store.Change) {
	for _, c := range changes {
		switch {
		case c.Kind == store.KindEverything, c.Kind == ControlChange && c.Account == 0:
			e.controlOver.DropAll(nil)
		case c.Kind == ControlChange:
			e.controlOver.Drop(c.Account)
		}
	}
}
