package cam

import (
	"context"
	"errors"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// PolicyRules are what the document of a policy must satisfy that has no principals in it.
func (p *Product) PolicyRules() policy.Rules {
	return policy.Rules{Kind: policy.IdentityPolicy, Catalogue: p.actions, Strict: p.actions.Strict(), MaxLength: p.policyLimit()}
}

// checkDocument validates the text of a policy and answers what to store: the text as it was sent, percent encoding
// undone. known says which principals may stand in it; without it there may be none.
func (p *Product) checkDocument(text string, known func(policy.PrincipalEntry) policy.Code) (string, error) {
	rules := p.PolicyRules()
	rules.AllowPrincipal, rules.KnownPrincipal = known != nil, known
	d, err := policy.Check(text, rules)
	if err != nil {
		return "", documentFault(err)
	}
	return d.Text, nil
}

// CheckDraft validates the text of a policy as creating a version of one would, and parses it.
func (p *Product) CheckDraft(text string) (*policy.Document, error) {
	checked, err := p.checkDocument(text, nil)
	if err != nil {
		return nil, err
	}
	return policy.Parse(checked)
}

// holder is a user, group or role that a policy is attached to.
type holder struct {
	kind targetKind
	id   int64
}

// check answers a fault where the holder is not in the account or cannot hold policies.
func (h holder) check(ctx context.Context, q store.Queryer, a store.Account) error {
	if h.kind == toUser {
		return attachable(ctx, q, a, h.id)
	}
	_, err := GroupByID(ctx, q, a, h.id)
	return err
}

// principals collects whom the document of a new policy names. The caller needs the permission to attach before it
// learns who exists.
type principals struct {
	holders []holder
	asked   map[string]bool
	unknown targetKind // what the first entry names that is not there
	err     error      // a denial, or a failure of ours: goes before everything that is wrong with the document
}

// checkNewDocument validates the document of a policy that is about to be created, whose principal names users and
// groups to attach it to.
func (p *Product) checkNewDocument(ctx context.Context, c *call.Call, text string) (string, *principals, error) {
	named := &principals{asked: map[string]bool{}}
	document, err := p.checkDocument(text, func(e policy.PrincipalEntry) policy.Code {
		return named.add(ctx, p.db.Read(), c, e)
	})
	if named.err != nil {
		return "", named, named.err
	}
	return document, named, err
}

func (n *principals) add(ctx context.Context, q store.Queryer, c *call.Call, e policy.PrincipalEntry) policy.Code {
	h, permission := holder{kind: toUser}, "cam:AttachUserPolicy"
	switch e.Entity.Kind {
	case qcs.KindUser:
	case qcs.KindGroup:
		h.kind, permission = toGroup, "cam:AttachGroupPolicy"
	default:
		return "" // no holder of policies: has a code of its own
	}
	if n.err == nil && !n.asked[permission] {
		n.asked[permission] = true
		n.err = c.May(ctx, permission)
	}
	if n.err != nil {
		return ""
	}
	id, err := strconv.ParseInt(e.Entity.ID, 10, 64)
	if err != nil || e.Entity.Account != strconv.FormatInt(int64(c.Account()), 10) {
		n.unknown = h.kind
		return policy.CodePrincipalQcsNotExist
	}
	h.id = id
	switch err := h.check(ctx, q, c.Account()); {
	case err == nil:
		n.holders = append(n.holders, h)
	case isFault(err):
		n.unknown = h.kind
		return policy.CodePrincipalQcsNotExist
	default:
		n.err = err
	}
	return ""
}

func isFault(err error) bool {
	_, ok := errors.AsType[*fault.Error](err)
	return ok
}
