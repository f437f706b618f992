package gateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/tc3"
)

// skew is how far a request's timestamp may be from ours; exactly this much still passes.
const skew = 300

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
	if q.timestamp == "" {
		return nil, fault.New(code.MissingParameter, "X-TC-Timestamp")
	}
	timestamp, err := parseTimestamp("X-TC-Timestamp", q.timestamp)
	if err != nil {
		return nil, err
	}
	r := &tc3.Request{
		Method: q.http.Method, Timestamp: timestamp, RawQuery: q.http.URL.RawQuery, Header: q.http.Header,
		Host: g.hosts(q.http), URIs: []string{"/", q.http.URL.EscapedPath()}, PayloadHash: g.payloadHashes(q, ip),
	}
	if err := tc3.Check(q.authorization, r); err != nil {
		return nil, authorizationFault(err)
	}
	if !t.accepts(q.authorization.Service) {
		return nil, fault.New(code.AuthFailureInvalidAuthorization, "Service")
	}
	if err := checkSkew(timestamp, at); err != nil {
		return nil, err
	}
	h, err := g.holder(ctx, q.authorization.SecretID)
	if err != nil {
		return nil, err
	}
	if !tc3.Verify(q.authorization, r, h.Secret) {
		return nil, fault.New(code.AuthFailureSignatureFailure)
	}
	return g.checkToken(h, q.token, at)
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
	return g.checkToken(h, q.token, at)
}

// holder looks a SecretId up. A key that is disabled answers as one that does not exist, as documented.
func (g *Gateway) holder(ctx context.Context, secretID string) (*credential.Holder, error) {
	h, err := g.finder.Find(ctx, secretID)
	if errors.Is(err, credential.ErrNotFound) || err == nil && !h.Temporary() && !h.Active {
		return nil, fault.New(code.AuthFailureSecretIdNotFound)
	}
	if err != nil {
		return nil, fault.Internal(err)
	}
	return h, nil
}

func (g *Gateway) checkToken(h *credential.Holder, token string, at time.Time) (*credential.Holder, error) {
	if !h.TokenFits(token, at) {
		return nil, fault.New(code.AuthFailureTokenFailure)
	}
	return h, nil
}

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

// hosts are the names under which a client may have signed the host: SDKs differ in whether the port is part of it.
func (g *Gateway) hosts(r *http.Request) []string {
	hosts := []string{r.Host, tc3.StripPort(r.Host)}
	if g.trusted(r) {
		if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" {
			hosts = append(hosts, forwarded, tc3.StripPort(forwarded))
		}
	}
	return append(hosts, g.config.SigningHosts...)
}

// payloadHashes are what may stand for the body. Leaving it unsigned is for transports that protect it: TLS, or no
// network at all, which a proxy on this machine is not.
func (g *Gateway) payloadHashes(q *request, ip netip.Addr) [][sha256.Size]byte {
	sum := tc3.HashPayload(q.body)
	switch declared := q.http.Header.Get("X-TC-Content-SHA256"); {
	case declared == tc3.UnsignedPayload:
		if q.http.TLS != nil || ip.IsLoopback() && !forwarded(q.http) {
			return [][sha256.Size]byte{tc3.UnsignedPayloadHash()}
		}
	case len(declared) == 2*sha256.Size && !strings.EqualFold(declared, hex.EncodeToString(sum[:])):
		return nil // it names another body: nothing can match
	}
	return [][sha256.Size]byte{sum}
}

// forwarded reports whether a proxy says that the request came from elsewhere.
func forwarded(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Real-Ip") != ""
}
