package gateway

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/tc3"
)

// Authenticator answers who sent a request, for every door over HTTP.
type Authenticator struct {
	config Config
	finder *credential.Finder
}

// Signed is a request with a TC3 signature, as a door received it.
type Signed struct {
	Authorization tc3.Authorization
	Timestamp     string // X-TC-Timestamp
	Token         string // X-TC-Token
	Request       tc3.Request
	Accepts       func(service string) bool // whether the credential scope may name this service
}

// ReadSigned reads the headers of a TC3 signature. The error, a *fault.Error, tells what is wrong with their shape.
func ReadSigned(h http.Header) (*Signed, error) {
	header := h.Get("Authorization")
	switch {
	case header == "":
		return nil, fault.New(code.MissingParameter, "Authorization")
	case !strings.HasPrefix(header, tc3.Algorithm):
		return nil, fault.New(code.AuthFailureInvalidAuthorization, "Authorization")
	}
	a, err := tc3.ParseAuthorization(header)
	if err != nil {
		return nil, authorizationFault(err)
	}
	return &Signed{Authorization: a, Timestamp: h.Get("X-Tc-Timestamp"), Token: h.Get("X-Tc-Token")}, nil
}

// Received is an HTTP request as its signature is checked: everything but the timestamp.
func (a *Authenticator) Received(r *http.Request, body []byte, ip netip.Addr) tc3.Request {
	return tc3.Request{Method: r.Method, RawQuery: r.URL.RawQuery, Header: r.Header,
		Host: a.hosts(r), URIs: []string{"/", r.URL.EscapedPath()}, PayloadHash: payloadHashes(r, body, ip)}
}

// TC3 answers who signed. The order is fixed: timestamp, signed headers and date of the scope, its service, skew, key,
// signature, and only then the token, so that nobody without the secret learns about a session. The error is a
// *fault.Error.
func (a *Authenticator) TC3(ctx context.Context, s *Signed, at time.Time) (*credential.Holder, error) {
	if s.Timestamp == "" {
		return nil, fault.New(code.MissingParameter, "X-TC-Timestamp")
	}
	timestamp, err := parseTimestamp("X-TC-Timestamp", s.Timestamp)
	if err != nil {
		return nil, err
	}
	r := s.Request
	r.Timestamp = timestamp
	if err := tc3.Check(s.Authorization, &r); err != nil {
		return nil, authorizationFault(err)
	}
	if !s.Accepts(s.Authorization.Service) {
		return nil, fault.New(code.AuthFailureInvalidAuthorization, "Service")
	}
	if err := checkSkew(timestamp, at); err != nil {
		return nil, err
	}
	h, err := a.holder(ctx, s.Authorization.SecretID)
	if err != nil {
		return nil, err
	}
	if !tc3.VerifyWithKey(s.Authorization, &r, h.SigningKey(s.Authorization.Date, s.Authorization.Service)) {
		return nil, fault.New(code.AuthFailureSignatureFailure)
	}
	return checkToken(h, s.Token, at)
}

// Bearer answers whose temporary credential has this token. It is for doors that only answer questions: the token travels
// with every request that its owner signs, and whoever reads one must not be able to act as the owner.
func (a *Authenticator) Bearer(ctx context.Context, token string, at time.Time) (*credential.Holder, error) {
	h, err := a.finder.FindToken(ctx, token)
	if errors.Is(err, credential.ErrNotFound) {
		return nil, fault.New(code.AuthFailureTokenFailure)
	}
	if err != nil {
		return nil, fault.Internal(err)
	}
	return checkToken(h, token, at)
}

// holder looks a SecretId up. A key that is disabled answers as one that does not exist, as documented.
func (a *Authenticator) holder(ctx context.Context, secretID string) (*credential.Holder, error) {
	h, err := a.finder.Find(ctx, secretID)
	if errors.Is(err, credential.ErrNotFound) || err == nil && !h.Temporary() && !h.Active {
		return nil, fault.New(code.AuthFailureSecretIdNotFound)
	}
	if err != nil {
		return nil, fault.Internal(err)
	}
	return h, nil
}

func checkToken(h *credential.Holder, token string, at time.Time) (*credential.Holder, error) {
	if !h.TokenFits(token, at) {
		return nil, fault.New(code.AuthFailureTokenFailure)
	}
	return h, nil
}

// skew is how far a request's timestamp may be from ours; exactly this much still passes.
const skew = 300

func parseTimestamp(name, text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > 1<<40 { // the bound keeps dates within four-digit years
		return 0, fault.New(code.InvalidParameterValue, name, text)
	}
	return n, nil
}

func checkSkew(timestamp int64, at time.Time) error {
	if d := at.Unix() - timestamp; d > skew || d < -skew {
		return fault.New(code.AuthFailureSignatureExpire, strconv.FormatInt(at.Unix(), 10))
	}
	return nil
}

func authorizationFault(err error) error {
	field := "Authorization"
	if e, ok := errors.AsType[*tc3.Error](err); ok {
		field = e.Field
	}
	return fault.New(code.AuthFailureInvalidAuthorization, field)
}
