package server

import (
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/bi"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/overview"
	"github.com/hufu-iam/hufu/internal/questions"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/sts"
	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

// An action that the contract does not call planned has a handler, one that it does has none, and every service of the
// contract is served.
func TestTheContractAndTheHandlersAgree(t *testing.T) {
	identity := cam.New(nil, nil, account.DefaultQuotas(), catalogue.New(services.Services))
	products := Products(Rooms{
		Identity: identity, Tokens: sts.New(nil, nil, identity, nil), Asked: questions.New(questions.Config{Directory: identity}),
		Persons: directory.New(directory.Config{}), Business: bi.New(bi.Config{}), Members: wecom.New(wecom.Config{}), SignIn: signin.New(signin.Config{}),
		Overview: overview.New(overview.Config{}),
	})
	served := map[string]bool{}
	for _, p := range products {
		name := p.Service.Name + " " + p.Service.Version
		if served[name] {
			t.Errorf("%s is served twice", name)
		}
		served[name] = true
		for _, a := range p.Service.Actions {
			_, built := p.Handlers[a.Name]
			switch {
			case built && a.Unsupported != "":
				t.Errorf("%s: %s has a handler and is called unsupported", name, a.Name)
			case !built && !a.Planned && a.Unsupported == "":
				t.Errorf("%s: %s has no handler and is not planned", name, a.Name)
			case built && a.Planned:
				t.Errorf("%s: %s has a handler and is still called planned", name, a.Name)
			}
		}
		for action := range p.Handlers {
			if p.Service.Action(action) == nil {
				t.Errorf("%s: the handler %s serves no action", name, action)
			}
		}
	}
	for _, s := range services.Services {
		if name := s.Name + " " + s.Version; !served[name] {
			t.Errorf("%s is in the contract and not served", name)
		}
	}
}
