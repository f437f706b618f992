package questions

import (
	"context"
	"encoding/base64"
	"errors"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/tc3"
)

// skew is how far the timestamp of a signature may be from now.
const skew = 300 * time.Second

// GetSigningKey answers the key of one caller, day and service. With it the service can verify what the caller signs for
// it, and forge that, but nothing else: not for another service, not for another day, and not for hufu, which accepts no
// signature for a product that the operator registered. So it is given for those products alone.
//
// Every key that is of no use to the caller of this action has the same answer: one that does not exist, one of another
// account, one that is not in force, and a temporary one without its own token.
func (p *Product) GetSigningKey(ctx context.Context, c *call.Call, in *hufu20261201.GetSigningKeyRequest) (*hufu20261201.GetSigningKeyResponse, error) {
	if !p.products.Registered(in.Service) {
		return nil, fault.New(code.InvalidParameterValue, "Service", in.Service).
			WithDetail("Service: the operator has registered no such product.")
	}
	day, err := signable(in.Date, c.At)
	if err != nil {
		return nil, err
	}
	// The revision comes first: what changes from here on may be in the answer already, and then has another one.
	revision := p.engine.Revision(c.Account())
	h, err := p.finder.Find(ctx, in.AccessKeyId)
	if err != nil && !errors.Is(err, credential.ErrNotFound) {
		return nil, err
	}
	if err != nil || !usable(h, c, deref(in.SessionToken)) {
		return nil, fault.New(code.ResourceNotFoundSecretNotExist)
	}
	key := tc3.SigningKey(h.Secret, in.Date, in.Service)
	who := &h.Principal
	out := &hufu20261201.GetSigningKeyResponse{
		SigningKey:    base64.StdEncoding.EncodeToString(key[:]),
		ExpiredTime:   day.AddDate(0, 0, 1).Add(skew).Unix(),
		PrincipalType: who.Kind.String(), PrincipalId: strconv.FormatInt(who.ID(), 10), AccountUin: int64(who.Account),
		Revision: revision, Cacheable: h.ToldBy(who.Account),
	}
	if s := who.Session; s != nil {
		out.SessionName, out.ExpiredTime = s.Name, min(out.ExpiredTime, s.Expires.Unix())
	}
	return out, nil
}

// signable is the day of a date that the scope of a signature may have now.
func signable(date string, now time.Time) (time.Time, error) {
	for _, near := range []time.Time{now, now.Add(-skew), now.Add(skew)} {
		if near = near.UTC(); near.Format(time.DateOnly) == date {
			return near.Truncate(24 * time.Hour), nil
		}
	}
	return time.Time{}, fault.New(code.InvalidParameterValue, "Date", date).
		WithDetail("Date: a signature of now has the date " + now.UTC().Format(time.DateOnly) + ".")
}

// usable reports whether a request with the key and this token would be one of the account, authenticated.
func usable(h *credential.Holder, c *call.Call, token string) bool {
	return h.Principal.Account == c.Account() && h.InForce(c.At) && h.TokenFits(token, c.At)
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
