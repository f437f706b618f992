package questions

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/services"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// asked is a question that a record tells of. Not all that bore on it is on record: who asks it again has to compare the
// answer with the recorded one before he makes anything of it.
type asked struct {
	who              *call.Principal // user or role
	question         access.Question
	request          string // id of the decision
	action, resource string // as recorded
	allowed          bool   // then
	lost             bool   // it cannot be asked again
}

// replayer makes questions of records.
type replayer struct {
	*Product
	call *call.Call
	// found are the principals that were looked up, by their keys and by the names that services gave them; nil is gone.
	found map[string]*call.Principal
}

// maxFound bounds the principals that one replay looks up.
const maxFound = 5000

var errTooMany = errors.New("too many principals")

// evaluation is the action by which services ask.
const evaluation = "hufu:Evaluate"

// contract are the actions of the API as records name them.
var contract = func() map[string]*wire.Action {
	all := map[string]*wire.Action{}
	for _, s := range services.Services {
		for _, a := range s.Actions {
			all[a.Service+":"+a.Name] = a
		}
	}
	return all
}()

// questions are what a record tells of, as far as it is about users and roles.
func (p *replayer) questions(ctx context.Context, r *audit.Record) ([]asked, error) {
	switch {
	case r.Action == evaluation && r.Outcome == "ok":
		return p.evaluations(ctx, r)
	case r.Decision.Effect == "none" || r.CallerKind != typeUser && r.CallerKind != typeRole:
		return nil, nil
	}
	a, err := p.ofCall(ctx, r)
	return []asked{a}, err
}

// ofCall is the question about the caller of an action.
func (p *replayer) ofCall(ctx context.Context, r *audit.Record) (asked, error) {
	a := asked{request: r.RequestID, allowed: r.Decision.Effect == policy.Allow.String(), action: r.Action, resource: "*", lost: true,
		who: &call.Principal{Kind: call.User, Account: r.Account, UIN: r.CallerID}}
	if r.CallerKind == typeRole {
		a.who = &call.Principal{Kind: call.Role, Account: r.Account, RoleID: r.CallerID}
	}
	find := p.holder
	if r.Door == consoleDoor {
		find = func(ctx context.Context, session string) (*call.Principal, error) {
			return p.visitor(ctx, session, a.who)
		}
	}
	who, err := find(ctx, r.KeyID)
	if err != nil || who == nil || len(r.Resources) == 0 {
		return a, err
	}
	a.who, a.resource = who, r.Resources[0]
	if of := contract[r.Action]; of != nil {
		a.action = of.Permission
	}
	action, ok := policy.ParseAction(a.action)
	names, named := namesOf(a.resource)
	if !ok || !named {
		return a, nil
	}
	a.question = access.Question{Caller: who, Action: action, Names: names, Context: contextOf(r, who)}
	if a.lost = action == assumeRole; a.lost {
		err = p.assuming(ctx, &a)
	}
	return a, err
}

// contextOf are the facts of a call that are on record.
func contextOf(r *audit.Record, who *call.Principal) policy.Context {
	ip, _ := netip.ParseAddr(r.IP)
	facts := policy.Context{IP: ip, Time: r.At, MFA: who.MFA()}
	var given struct {
		Tags       []struct{ Key, Value string }
		ExternalId *string
	}
	if json.Unmarshal(r.Parameters, &given) != nil {
		return facts // of another form
	}
	for _, t := range given.Tags {
		facts.RequestTags = append(facts.RequestTags, policy.NewTag(t.Key, t.Value))
	}
	if given.ExternalId != nil {
		facts.Values = map[string][]string{"sts:external_id": {*given.ExternalId}}
	}
	return facts
}

// namesOf reads the resource of a record; none is one that touches no object.
func namesOf(resource string) (names []qcs.Resource, ok bool) {
	r, err := qcs.Parse(resource)
	if err != nil || r.IsAny() {
		return nil, err == nil
	}
	return []qcs.Resource{r}, true
}

// assuming adds the trust policy of a role; without it the question stays lost. That of another account's role is not
// known, but where the call was allowed it did trust.
func (p *replayer) assuming(ctx context.Context, a *asked) error {
	e, err := qcs.ParseEntity(a.resource)
	if err != nil || e.Kind != qcs.KindRole {
		return nil
	}
	own := access.AccountOf(a.who).UIN
	if e.Account != own {
		a.lost = !a.allowed
		a.question.Trust = access.Trust("", fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["%s"]}}]}`, qcs.Root(own)))
		return nil
	}
	role := &ask{names: a.question.Names}
	switch err := p.ownRole(ctx, p.call, role, e); {
	case fault.Is(err, code.ResourceNotFoundRoleNotFound):
		return nil
	case err != nil:
		return err
	}
	a.lost, a.question.Names, a.question.Trust = false, role.names, role.policy
	return nil
}

// holder is who signs with a key, with what its session fixed, also when it has run out; nil where the key is gone.
func (p *replayer) holder(ctx context.Context, key string) (*call.Principal, error) {
	return p.find(typeKey+"/"+key, func() (*call.Principal, error) {
		h, err := p.finder.Find(ctx, key)
		if errors.Is(err, credential.ErrNotFound) || err == nil && h.Principal.Account != p.call.Account() {
			return nil, errNoPrincipal
		}
		if err != nil {
			return nil, err
		}
		return &h.Principal, nil
	})
}

// consoleDoor is the door of calls that were made in sessions of the console.
const consoleDoor = "console"

// visitor is who made a call in a session of the console. Where the session has ended the user stands for it, of whom it is
// not known that he had proved a second factor.
func (p *replayer) visitor(ctx context.Context, session string, user *call.Principal) (*call.Principal, error) {
	return p.find(typeKey+"/"+session, func() (*call.Principal, error) {
		h, err := p.finder.Recall(ctx, &call.Principal{KeyID: session, Console: &call.Console{}})
		if errors.Is(err, credential.ErrNotFound) || err == nil && h.Principal.Account != p.call.Account() {
			return user, nil
		}
		if err != nil {
			return nil, err
		}
		return &h.Principal, nil
	})
}

// find looks a principal up once.
func (p *replayer) find(name string, load func() (*call.Principal, error)) (*call.Principal, error) {
	if who, ok := p.found[name]; ok {
		return who, nil
	}
	if len(p.found) == maxFound {
		return nil, errTooMany
	}
	who, err := load()
	if errors.Is(err, errNoPrincipal) {
		who, err = nil, nil
	}
	if err == nil {
		p.found[name] = who
	}
	return who, err
}

// recorded is what a record has of one question of a service.
type recorded struct {
	Subject  struct{ Type, ID string }
	Action   struct{ Name string }
	Resource struct {
		ID         string
		Properties struct {
			Tags      map[string]string
			CreateUIN any `json:"create_uin"`
		}
	}
	Context map[string]any
}

// evaluations are the questions of a service, the first of them whether it may ask.
func (p *replayer) evaluations(ctx context.Context, r *audit.Record) (list []asked, err error) {
	if r.Door != "forward" && (r.CallerKind == typeUser || r.CallerKind == typeRole) {
		own := *r
		own.Decision.Effect, own.Resources, own.Parameters = policy.Allow.String(), []string{"*"}, nil
		asker, err := p.ofCall(ctx, &own)
		if err != nil {
			return nil, err
		}
		list = append(list, asker)
	}
	several, err := r.Evaluations()
	if err != nil {
		return nil, err
	}
	if len(several) == 0 {
		several = []*audit.Record{r}
	}
	for _, one := range several {
		if list, err = p.add(ctx, list, one); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// add adds one question of a service. Of one among several nothing but what it is about is on record.
func (p *replayer) add(ctx context.Context, list []asked, r *audit.Record) ([]asked, error) {
	var given recorded
	d := json.NewDecoder(bytes.NewReader(r.Parameters))
	d.UseNumber()
	if r.Decision.Effect == "none" || d.Decode(&given) != nil || given.Action.Name == "" {
		return list, nil // not answered, or what it was about is not on record
	}
	kind, id := given.Subject.Type, given.Subject.ID
	if r.Door == "forward" {
		kind, id = typeKey, r.KeyID // the signer asked about himself
	}
	who, err := p.named(ctx, kind, id)
	if err != nil || who == nil || who.Kind != call.User && who.Kind != call.Role {
		return list, err
	}
	a := asked{who: who, request: r.RequestID, action: given.Action.Name, resource: given.Resource.ID, allowed: r.Decision.Effect == policy.Allow.String()}
	action, ok := policy.ParseAction(a.action)
	names, named := namesOf(a.resource)
	facts, known := given.facts(r, who)
	if a.lost = !ok || !named || !known; a.lost {
		return append(list, a), nil
	}
	if own, err := resource(p.call, &a.resource); err == nil && len(names) > 0 {
		names = own // of the account where it names none
	}
	a.question = access.Question{Caller: who, Action: action, Names: names, Granularity: p.products.Granularity(action.Service, action.Name), Context: facts}
	if a.lost = action == assumeRole; a.lost {
		err = p.assuming(ctx, &a)
	}
	return append(list, a), err
}

// named is the principal that a service named.
func (p *replayer) named(ctx context.Context, kind, id string) (*call.Principal, error) {
	switch kind {
	case typeKey:
		return p.holder(ctx, id)
	case typeUser, typeRole:
		return p.find(kind+"/"+id, func() (*call.Principal, error) { return p.subject(ctx, p.call, kind, id) })
	}
	return nil, nil
}

// facts are those of a service's question, of which nothing is known but what the service said. Not ok if that cannot be
// read.
func (given *recorded) facts(r *audit.Record, who *call.Principal) (facts policy.Context, ok bool) {
	facts = policy.Context{Time: r.At, MFA: who.MFA()}
	if r.Door == "forward" {
		facts = contextOf(r, who)
	}
	for k, v := range given.Resource.Properties.Tags {
		facts.ResourceTags = append(facts.ResourceTags, policy.NewTag(k, v))
	}
	if uin := given.Resource.Properties.CreateUIN; uin != nil {
		facts.CreateUIN = fmt.Sprint(uin)
	}
	for key, value := range given.Context {
		values, list := value.([]any)
		if !list {
			values = []any{value}
		}
		switch key {
		case "ip":
			key = "qcs:ip"
		case "time":
			key = "qcs:current_time"
		case "explain":
			continue
		}
		for _, v := range values {
			switch v.(type) {
			case string, json.Number, bool:
				if facts.Add(key, fmt.Sprint(v)) != nil {
					return facts, false
				}
			}
		}
	}
	return facts, true
}
