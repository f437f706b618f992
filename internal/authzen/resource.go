package authzen

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/cache"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// ownership says whose a resource is, seen from the asker.
type ownership uint8

const (
	nobodys ownership = iota // "*": no particular object
	ours
	theirs
)

// asker is the account that asks, in the spellings that names of resources use.
type asker struct {
	account    qcs.Account
	uin, appID string // "uin/1", "uid/1250000000"
}

func askerOf(p *call.Principal) asker {
	a := asker{account: qcs.Account{UIN: strconv.FormatInt(int64(p.Account), 10), AppID: strconv.FormatInt(p.AppID, 10)}}
	a.uin, a.appID = "uin/"+a.account.UIN, "uid/"+a.account.AppID
	return a
}

// resourceType is the one type of resource that there is: its id is a six-segment name.
const resourceType = "qcs"

// resource is what a question asks about.
type resource struct {
	id    string // as asked
	name  qcs.Resource
	whose ownership
}

// readResource reads a resource. A name without account, and one with the asker's AppId, is of the asker's account.
func (a *asker) readResource(e *entity) (r resource, err error) {
	typ, err := e.text("type")
	if err != nil {
		return r, err
	}
	if r.id, err = e.text("id"); err != nil {
		return r, err
	}
	if typ != resourceType {
		return r, fault.New(code.InvalidParameterValue, "resource.type", typ).
			WithDetail("The resource.type must be qcs, and its id a six-segment resource name or *.")
	}
	err = a.parseResource(&r)
	return r, err
}

// parseResource reads the name that a resource was asked by.
func (a *asker) parseResource(r *resource) (err error) {
	if r.name, err = qcs.Parse(r.id); err != nil {
		return malformed("resource.id", fmt.Sprintf("The resource.id is no resource name: %s.", err))
	}
	switch {
	case r.name.IsAny():
	case r.name.Account == a.uin:
		r.whose = ours
	case r.name.Account == "" || r.name.Account == "uin/" || r.name.Account == a.appID:
		r.name.Account, r.whose = a.uin, ours
	default:
		r.whose = theirs
	}
	return nil
}

// at makes the resource what an action of that level is asked about: below that of resources it touches no particular
// object.
func (r *resource) at(level policy.Granularity) {
	if level != policy.ResourceLevel {
		r.name, r.whose = qcs.Any, nobodys
	}
}

// readTags reads resource.properties.tags, an object of texts.
func readTags(e *entity) ([]policy.Tag, error) {
	v, err := e.property("tags")
	if v == nil || err != nil {
		return nil, err
	}
	if v.Kind() != wire.ObjectValue {
		return nil, malformed("resource.properties.tags", "The tags must be an object whose members are strings.")
	}
	if v.Len() > maxTags {
		return nil, malformed("resource.properties.tags", "A resource may have at most 50 tags.")
	}
	tags := make([]policy.Tag, 0, v.Len())
	for i := range v.Len() {
		tag := v.At(i)
		if tag.Kind() != wire.StringValue {
			return nil, malformed("resource.properties.tags", "The tags must be an object whose members are strings.")
		}
		tags = append(tags, policy.NewTag(tag.Name(), tag.Str()))
	}
	return tags, nil
}

// readCreator reads resource.properties.create_uin, a number or its text.
func readCreator(e *entity) (string, error) {
	v, err := e.property("create_uin")
	if v == nil || err != nil {
		return "", err
	}
	if v.Kind() != wire.StringValue && v.Kind() != wire.NumberValue || number(v.Str()) == 0 {
		return "", malformed("resource.properties.create_uin", "The create_uin must be a uin.")
	}
	return v.Str(), nil
}

var assumeRole = policy.Action{Service: "sts", Name: "AssumeRole"}

// assume makes a question one about assuming a role: its trust policy must allow it too. A role that is not there, and one
// of another account, of which no more is known here than its name, trusts nobody.
func (d *Door) assume(ctx context.Context, q *question, whose *asker, asked *access.Question) error {
	asked.Policy, asked.Trust = nil, trustsNobody()
	e, err := qcs.ParseEntity(q.resource.name.String())
	if err != nil || e.Kind != qcs.KindRole || q.resource.whose != ours || number(e.ID) == 0 && e.Name == "" {
		return nil
	}
	role, err := d.directory.Role(ctx, d.db.Read(), store.Account(number(whose.account.UIN)), number(e.ID), e.Name)
	if err != nil || role == nil || e.Service && !role.ServiceLinked {
		return err
	}
	asked.Names = append(asked.Names, qcs.Role(e.Account, strconv.FormatInt(role.ID, 10), role.Name, role.ServiceLinked)...)
	asked.Trust = access.Trust(role.Name, role.Document)
	return nil
}

var trustsNobody = sync.OnceValue(func() *policy.Set { return policy.Compile(nil, policy.Env{}) })

// properties are what a question says of its resource.
type properties struct {
	tags    []policy.Tag
	creator string
	policy  *policy.Set
	err     error
}

// readProperties reads what a question says of its resource; of the resource that questions share, once a call.
func (e *evaluation) readProperties(resource *entity, q *question) error {
	var p properties
	if resource.common && e.properties != nil {
		p = *e.properties
	} else {
		p.err = e.readEach(resource, &p)
		if resource.common {
			kept := p
			e.properties = &kept
		}
	}
	q.facts.ResourceTags, q.facts.CreateUIN, q.policy = p.tags, p.creator, p.policy
	return p.err
}

func (e *evaluation) readEach(resource *entity, p *properties) (err error) {
	if p.tags, err = readTags(resource); err != nil {
		return err
	}
	if p.creator, err = readCreator(resource); err != nil {
		return err
	}
	text, err := policyText(resource)
	if text == nil || err != nil {
		return err
	}
	hash := sha256.Sum256(text)
	if !e.policed[hash] {
		if len(e.policed) == maxPolicies {
			return malformed("resource.properties.policy", "The resources of one call may have at most 100 different policies.")
		}
		if e.policed == nil {
			e.policed = map[[sha256.Size]byte]bool{}
		}
		e.policed[hash] = true
	}
	p.policy, err = e.policies.Get(hash, func() (*policy.Set, error) { return compile(string(text)) })
	return err
}

// cachedPolicies of resources are kept compiled; the largest that is allowed takes some hundred kilobytes.
const cachedPolicies = 512

// policies keeps what resource policies compile to, by the hash of their text: it depends on nothing else.
type policies = cache.Cache[[sha256.Size]byte, *policy.Set]

// policyText is resource.properties.policy, an object or its text; nil where there is none.
func policyText(e *entity) ([]byte, error) {
	v, err := e.property("policy")
	if v == nil || err != nil {
		return nil, err
	}
	switch v.Kind() {
	case wire.StringValue:
		return []byte(v.Str()), nil
	case wire.ObjectValue:
		return v.AppendJSON(nil), nil
	}
	return nil, malformed("resource.properties.policy", "The policy must be an object, or its text.")
}

func compile(text string) (*policy.Set, error) {
	d, err := policy.Check(text, policy.Rules{Kind: policy.ResourcePolicy})
	if e, ok := errors.AsType[*policy.Error](err); ok {
		return nil, malformed("resource.properties.policy", fmt.Sprintf("The policy cannot be used, %s at byte %d: %s.", e.Code, e.Offset, e.Detail))
	}
	if err != nil {
		return nil, err
	}
	return policy.Compile([]policy.Source{{Name: "resource policy", Version: 1, Document: d}}, policy.Env{}), nil
}
