package main

import (
	"strings"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/model"
	stringadapter "github.com/casbin/casbin/v3/persist/string-adapter"
)

// casbinModel is an access control list with denies. The matcher stops at the first part that does not hold, so the part that
// tells most rules apart for the least comes first.
const casbinModel = `
[request_definition]
r = service, action, resource, address, env

[policy_definition]
p = service, action, resource, network, env, eft

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.service == p.service && keyMatch(r.resource, p.resource) && keyMatch(r.action, p.action) && (p.env == "" || r.env == p.env) && (p.network == "" || ipMatch(r.address, p.network))
`

var casbinEngine = engine{name: "casbin", module: "github.com/casbin/casbin/v3", write: writeCasbin, build: buildCasbin}

func writeCasbin(statements []statement) ([]string, error) {
	var lines []string
	for _, s := range statements {
		network, effect := "", "allow"
		if s.network.IsValid() {
			network = s.network.String()
		}
		if s.deny {
			effect = "deny"
		}
		lines = append(lines, strings.Join([]string{"p", s.service, s.action, s.resource, network, s.env, effect}, ", "))
	}
	return []string{strings.Join(lines, "\n")}, nil
}

type casbinDecider struct{ enforcer *casbin.Enforcer }

func buildCasbin(texts []string) (decider, error) {
	m, err := model.NewModelFromString(casbinModel)
	if err != nil {
		return nil, err
	}
	e, err := casbin.NewEnforcer(m, stringadapter.NewAdapter(texts[0]))
	return casbinDecider{e}, err
}

func (d casbinDecider) ask(r request) (func() (bool, error), error) {
	args := []any{r.service, r.action, r.resource, r.address.String(), r.env}
	return func() (bool, error) { return d.enforcer.Enforce(args...) }, nil
}
