package gateway

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/tc3"
)

// authenticate answers who sent the request. The order is fixed: header shape, timestamp, date and service of the
// scope, skew, key, signature, and only then the token, so that nobody without the secret learns about a session.
func (g *Gateway) authenticate(ctx context.Context, q *request, t target, a *wire.Action, at time.Time, ip netip.Addr) (*credential.Holder, error) {
	switch q.signing {
	case signedTC3:
		return g.authenticateTC3(ctx, q, t, at, ip)
	case signedV1:
		return g.authenticateV1(ctx, q, at)
	case signedSkip:
		if !a.Unsigned {
			return nil, fault.New(code.AuthFailureInvalidAuthorization, "Authorization")
		}
		return &credential.Holder{Principal: call.Principal{Kind: call.Anonymous}}, nil
	case signedWrong:
		return nil, fault.New(code.AuthFailureInvalidAuthorization, "Authorization")
	default:
		return nil, fault.New(code.MissingParameter, "Authorization")
	}
}

func (g *Gateway) authenticateTC3(ctx context.Context, q *request, t target, at time.Time, ip netip.Addr) (*credential.Holder, error) {
	if q.authorizationErr != nil {
		return nil, authorizationFault(q.authorizationErr)
	}
	return g.TC3(ctx, &Signed{Authorization: q.authorization, Timestamp: q.timestamp, Token: q.token,
		Request: g.Received(q.http, q.body, ip), Accepts: t.accepts}, at)
}

// requiredV1 are the common parameters of signature V1, in the order in which their absence is told. Action and Version
// were asked for before.
var requiredV1 = []string{"Timestamp", "Nonce", "SecretId", "Signature"}

func (g *Gateway) authenticateV1(ctx context.Context, q *request, at time.Time) (*credential.Holder, error) {
	if err := tc3.CheckV1(q.flat); err != nil {
		field := ""
		if e, ok := errors.AsType[*tc3.Error](err); ok {
			field = e.Field
		}
		return nil, fault.New(code.InvalidParameter, field)
	}
	for _, name := range requiredV1 {
		if q.param(name) == "" {
			return nil, fault.New(code.MissingParameter, name)
		}
	}
	timestamp, err := parseTimestamp("Timestamp", q.timestamp)
	if err != nil {
		return nil, err
	}
	if _, err := strconv.ParseUint(q.param("Nonce"), 10, 64); err != nil {
		return nil, fault.New(code.InvalidParameterValue, "Nonce", q.param("Nonce"))
	}
	if err := checkSkew(timestamp, at); err != nil {
		return nil, err
	}
	h, err := g.holder(ctx, q.param("SecretId"))
	if err != nil {
		return nil, err
	}
	ok, dropped := tc3.VerifyV1(&tc3.RequestV1{
		Method: q.http.Method, Host: g.hosts(q.http), URIs: []string{"/", q.http.URL.EscapedPath()}, Params: q.flat,
	}, h.Secret)
	if !ok {
		return nil, fault.New(code.AuthFailureSignatureFailure)
	}
	if err := q.without(dropped); err != nil {
		return nil, err
	}
	return checkToken(h, q.token, at)
}
