package cam

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// checkTrust validates the trust policy of a role of the account and returns the text to keep: percent encoding
// undone, otherwise byte for byte, since tools compare what they read back with what they wrote. replaces marks a
// policy that takes the place of one. Whom it names must exist now; that they are deleted later makes the policy no
// less valid, and no uin or id is ever given out again.
func (p *Product) checkTrust(ctx context.Context, q store.Queryer, a store.Account, text string, replaces bool) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", fault.New(code.InvalidParameterPolicyDocumentError)
	}
	rules, failed := p.TrustRules(ctx, q, a)
	rules.Update = replaces
	d, err := policy.Check(text, rules)
	if failed() != nil {
		return "", failed()
	}
	if err != nil {
		return "", trustFault(err)
	}
	return d.Text, nil
}

// TrustRules are what the trust policy of a role of the account must satisfy. They look up whom it names; failed is what
// kept one from being looked up, once a document was held to them.
func (p *Product) TrustRules(ctx context.Context, q store.Queryer, a store.Account) (rules policy.Rules, failed func() error) {
	var all error
	rules = policy.Rules{Kind: policy.TrustPolicy, MaxLength: p.policyLimit(), KnownPrincipal: func(e policy.PrincipalEntry) policy.Code {
		unknown, err := unknownTrustee(ctx, q, a, e)
		if err != nil && all == nil {
			all = fmt.Errorf("check trust policy: %w", err)
		}
		return unknown
	}}
	return rules, func() error { return all }
}

// trustFault is the answer for a refused trust policy. What is wrong with its resource, which is always the role, has
// no code of its own.
func trustFault(err error) error {
	if e, ok := errors.AsType[*policy.Error](err); ok && strings.HasPrefix(string(e.Code), "Resource") {
		refused := *e
		refused.Code = policy.CodeParamError
		err = &refused
	}
	return documentFault(err)
}

// productHost is the name of a product as trust policies write it: cvm.qcloud.com, cls.cloud.tencent.com. Our decision:
// every product of the two domains is known, since roles are made for products that are not hosted here.
var productHost = regexp.MustCompile(`(?i)^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+(qcloud\.com|cloud\.tencent\.com|tencentcloud\.com)$`)

// unknownTrustee is the code for a principal that does not exist, "" for one that does. Of other accounts only the
// account itself is looked at: whether a user exists there is none of this account's business.
func unknownTrustee(ctx context.Context, q store.Queryer, a store.Account, e policy.PrincipalEntry) (policy.Code, error) {
	if e.Class == policy.ClassService {
		if !productHost.MatchString(e.Text) {
			return policy.CodePrincipalServiceNotExist, nil
		}
		return "", nil
	}
	owner, err := strconv.ParseInt(e.Entity.Account, 10, 64)
	if err != nil { // no principal of an account, which has a code of its own, or a number that no account has
		return policy.CodePrincipalQcsNotExist, nil
	}
	if store.Account(owner) == a {
		err = findTrustee(ctx, q, a, e.Entity)
	} else {
		_, err = account.Get(ctx, q, store.Account(owner))
	}
	if errors.Is(err, ErrNoUser) || errors.Is(err, ErrNoRole) || errors.Is(err, errNoProvider) || errors.Is(err, account.ErrNotFound) {
		return policy.CodePrincipalQcsNotExist, nil
	}
	return "", err
}

// errNoProvider is an identity provider that is not there. Providers cannot be created yet.
var errNoProvider = errors.New("no such identity provider")

func findTrustee(ctx context.Context, q store.Queryer, a store.Account, e qcs.Entity) error {
	id, _ := strconv.ParseInt(e.ID, 10, 64) // digits; a number beyond int64 becomes one that nothing has
	var err error
	switch e.Kind {
	case qcs.KindUser:
		_, err = UserByUIN(ctx, q, a, id)
	case qcs.KindRole:
		if e.Name != "" {
			_, err = RoleByName(ctx, q, a, e.Name)
		} else {
			_, err = RoleByID(ctx, q, a, id)
		}
	case qcs.KindSAMLProvider, qcs.KindOIDCProvider:
		err = errNoProvider
	}
	return err
}
