package questions

import (
	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/policy"
)

// sight is what the caller of one question may read of the policies behind the answer; of the others it learns only what
// the layer comes to.
type sight struct{ *access.Sight }

func (p *Product) sight(c *call.Call, a *ask) *sight {
	s := p.engine.Sight(c.Caller, policy.Context{IP: c.IP, Time: c.At, MFA: c.Caller.MFA()})
	if a != nil && a.own {
		s.Role = a.names
	} else if a != nil {
		s.Given = true
	}
	return &sight{s}
}
