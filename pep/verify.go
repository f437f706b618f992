package pep

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/tc3"
)

// Caller is who signed a request. It is for the handler to read; Allow believes what it says.
type Caller struct {
	SecretID    string
	Type        string // root, user or role
	ID          string // uin, or id of the role
	Account     int64  // uin of the root account
	SessionName string // of a temporary credential that has a name
	IP          netip.Addr
}

// skew is how far the timestamp of a signature may be from now, in seconds; exactly this much still passes.
const skew = 300

// The longest that hufu takes for what they are; longer ones are nobody's.
const (
	maxSecretID = 128
	maxToken    = 4096
)

// firstRead bounds the room that is made for a body before any of it is there.
const firstRead = 64 << 10

// Verify tells who signed the request for the service. It reads the body and puts one in its place that can be read from
// the start. The error is an *Error:
//
//	401 MissingParameter, AuthFailure.InvalidAuthorization   no signature, or not one of this request's form
//	401 AuthFailure.SignatureExpire                          older than 300 seconds, or as far in the future
//	401 AuthFailure.SecretIdNotFound                         no such key for us: unknown, of another account, disabled, ended
//	401 AuthFailure.TokenFailure                             the same of a temporary one, or its token does not fit
//	401 AuthFailure.SignatureFailure                         made with another secret, or for another request
//	400 InvalidRequest, 413 RequestSizeLimitExceeded         the body
//	503 ServiceUnavailable                                   hufu cannot be asked
func (e *Enforcer) Verify(r *http.Request) (*Caller, error) {
	a, received, err := e.received(r)
	if err != nil {
		return nil, err
	}
	body, err := e.readBody(r)
	if err != nil {
		return nil, err
	}
	received.PayloadHash = [][sha256.Size]byte{tc3.HashPayload(body)}
	// A body may be long on its way: from here on the request is there.
	now := e.config.Now()
	if d := now.Unix() - received.Timestamp; d > skew || d < -skew {
		return nil, unauthorized(codeExpired, "The timestamp of the signature is more than %d seconds off; it is %d here.", skew, now.Unix())
	}
	id := keyID{id: a.SecretID, date: a.Date}
	token := r.Header.Get("X-TC-Token")
	if token != "" {
		id.token = sha256.Sum256([]byte(token))
	}
	of, err := e.signer(r.Context(), id, token)
	if err != nil {
		return nil, err
	}
	if !tc3.VerifyWithKey(a, received, of.key) {
		return nil, unauthorized(codeSignature, "The signature does not fit the request.")
	}
	caller := of.caller
	caller.IP = e.config.ClientIP(r)
	return &caller, nil
}

// received is the signature of a request, and the request as it is checked, but for its body.
func (e *Enforcer) received(r *http.Request) (a tc3.Authorization, in *tc3.Request, err error) {
	header, err := single(r, "Authorization")
	if err != nil {
		return a, nil, err
	}
	if a, err = tc3.ParseAuthorization(header); err != nil {
		return a, nil, malformed(err)
	}
	stamp, err := single(r, "X-Tc-Timestamp")
	if err != nil {
		return a, nil, err
	}
	timestamp, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || timestamp < 0 || timestamp > 1<<40 { // the bound keeps dates within four-digit years
		return a, nil, unauthorized(codeInvalidValue, "`X-TC-Timestamp` is no time in seconds.")
	}
	if len(r.Header["X-Tc-Token"]) > 1 {
		return a, nil, unauthorized(codeInvalidAuthorization, "`X-TC-Token` is given twice.")
	}
	in = &tc3.Request{Method: r.Method, Timestamp: timestamp, RawQuery: r.URL.RawQuery, Header: r.Header,
		Host: append([]string{r.Host, tc3.StripPort(r.Host)}, e.config.Hosts...), URIs: []string{"/", r.URL.EscapedPath()}}
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return a, nil, unauthorized(codeInvalidAuthorization, "TC3-HMAC-SHA256 signs GET and POST alone.")
	case a.Service != e.config.Service:
		return a, nil, unauthorized(codeInvalidAuthorization, "`Service` of the credential scope is not %s.", e.config.Service)
	}
	if err := tc3.Check(a, in); err != nil {
		return a, nil, malformed(err)
	}
	if e.config.Strict {
		in.URIs = in.URIs[1:]
		err = strict(&a, r)
	}
	return a, in, err
}

// single is a header that must be there once.
func single(r *http.Request, name string) (string, error) {
	switch values := r.Header[name]; {
	case len(values) == 0 || values[0] == "":
		return "", unauthorized(codeMissingParameter, "`%s` is missing.", spelled(name))
	case len(values) > 1:
		return "", unauthorized(codeInvalidAuthorization, "`%s` is given twice.", spelled(name))
	default:
		return values[0], nil
	}
}

// spelled is the name of a header as it is documented.
func spelled(name string) string { return strings.Replace(name, "X-Tc-", "X-TC-", 1) }

// malformed is a fault of the signature's form. tc3 names the part, and never a value.
func malformed(err error) error {
	return unauthorized(codeInvalidAuthorization, "%s.", err)
}

// strict refuses what the signature leaves open, beside the path.
func strict(a *tc3.Authorization, r *http.Request) error {
	if r.Method == http.MethodPost && r.URL.RawQuery != "" {
		return unauthorized(codeInvalidAuthorization, "The query of a POST is not signed.")
	}
	for _, name := range []string{"X-TC-Action", "X-TC-Version", "X-TC-Region"} {
		if r.Header.Get(name) != "" && !slices.Contains(a.SignedHeaders, strings.ToLower(name)) {
			return unauthorized(codeInvalidAuthorization, "`SignedHeaders` does not list `%s`.", strings.ToLower(name))
		}
	}
	return nil
}

// readBody reads the body and puts it back.
func (e *Enforcer) readBody(r *http.Request) ([]byte, error) {
	most := e.config.MaxBody
	tooLarge := &Error{Status: http.StatusRequestEntityTooLarge, Code: codeTooLarge, Message: "The body is too large."}
	if r.ContentLength > most {
		return nil, tooLarge
	}
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	// Room is made for what has come, not for what is announced.
	var all bytes.Buffer
	all.Grow(int(min(max(r.ContentLength, 0), firstRead)) + bytes.MinRead)
	_, err := all.ReadFrom(io.LimitReader(r.Body, most+1))
	switch {
	case err != nil:
		return nil, &Error{Status: http.StatusBadRequest, Code: codeInvalidRequest, Message: "The body ends early.", cause: err}
	case int64(all.Len()) > most:
		return nil, tooLarge
	}
	body := all.Bytes()
	r.Body, r.ContentLength, r.TransferEncoding = newMemory(body), int64(len(body)), nil
	return body, nil
}

// keyID is what a signing key is for, with the hash of the token, zero for none: whoever has another token is somebody
// else.
type keyID struct {
	id, date string
	token    [sha256.Size]byte
}

// signer is a signing key and whose it is.
type signer struct {
	key     [sha256.Size]byte
	caller  Caller // but for the address
	expires time.Time
}

// signer finds whose key it is. The error is an *Error.
func (e *Enforcer) signer(ctx context.Context, id keyID, token string) (*signer, error) {
	if len(id.id) > maxSecretID || len(token) > maxToken {
		return nil, noKey(token)
	}
	s, err := e.fresh(ctx)
	if err != nil {
		return nil, err
	}
	now := e.config.Now()
	if until, ok := e.refused.get(id); ok && now.Before(until) {
		return nil, noKey(token)
	}
	var of *signer
	if s != nil {
		of, _ = s.keys.get(id)
	}
	if of == nil {
		id.id, id.date = strings.Clone(id.id), strings.Clone(id.date) // an entry must not hold on to the whole header
		of, err = e.keys.join(&e.working, id, now, e.config.MaxStale, func(ctx context.Context) (*signer, error) {
			return e.askKey(ctx, id, token)
		}).wait(ctx)
		switch {
		case errors.Is(err, errNoKey):
			return nil, noKey(token)
		case err != nil:
			return nil, unavailable(err)
		}
	}
	if !e.config.Now().Before(of.expires) {
		return nil, noKey(token)
	}
	return of, nil
}

// noKey is the failure for a key of no use.
func noKey(token string) error {
	if token != "" {
		return unauthorized(codeToken, "The token of the temporary key is wrong, or the key is not in force.")
	}
	return unauthorized(codeNotFound, "The SecretId is unknown or not in force, or is a temporary one without its token.")
}

// askKey asks hufu for a key, and keeps the answer as long as it is true.
func (e *Enforcer) askKey(ctx context.Context, id keyID, token string) (*signer, error) {
	asked := e.config.Now()
	a, err := e.hufu.signingKey(ctx, id.id, e.config.Service, id.date, token)
	if errors.Is(err, errNoKey) {
		// This answer has no revision, so it is not believed until there is another, but for a time: a key that was made on
		// one node may be asked for on another that has not heard of it yet.
		e.refused.put(id, asked.Add(e.config.MaxStale))
	}
	if err != nil {
		return nil, err
	}
	of := &signer{key: [sha256.Size]byte(a.SigningKey), expires: time.Unix(a.ExpiredTime, 0),
		caller: Caller{SecretID: id.id, Type: a.PrincipalType, ID: a.PrincipalID, Account: a.AccountUin, SessionName: a.SessionName}}
	if s := e.observe(a.Revision, asked); s != nil && a.Cacheable {
		s.keys.put(id, of)
	}
	return of, nil
}
