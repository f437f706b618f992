package pep

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/tc3"
)

const (
	service     = "hufu" // that calls are signed for
	version     = "2026-12-01"
	maxAnswer   = 4 << 20
	maxRevision = 256
)

// client calls hufu.
type client struct {
	base        *url.URL
	http        *http.Client
	credentials func(context.Context) (Credential, error)
	now         func() time.Time
	timeout     time.Duration
}

// call is one call of the client.
type call struct {
	method, path string
	action       string // of API 3.0, "" for the other door
	body         []byte
}

// do makes a call, and answers the body of its answer. Any status but 200 is an error; see statusError.
func (c *client) do(ctx context.Context, in call) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	r, err := c.request(ctx, in)
	if err != nil {
		return nil, fmt.Errorf("pep: ask hufu: %w", err)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("pep: ask hufu: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("pep: read hufu's answer: %w", err)
	case len(body) > maxAnswer:
		return nil, errors.New("pep: hufu's answer is too long")
	case answer.StatusCode != http.StatusOK:
		return nil, &statusError{answer.StatusCode, shorten(string(body))}
	}
	return body, nil
}

// statusError is an answer that is none.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("pep: hufu answers with status %d: %s", e.status, e.text)
}

func shorten(text string) string {
	const most = 512
	if len(text) > most {
		text = text[:most] + "…"
	}
	return strings.TrimSpace(strings.ToValidUTF8(text, ""))
}

// request is a signed request.
func (c *client) request(ctx context.Context, in call) (*http.Request, error) {
	own, err := c.credentials(ctx)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, in.method, c.base.JoinPath(in.path).String(), bytes.NewReader(in.body))
	if err != nil {
		return nil, err
	}
	const contentType = "application/json"
	m := tc3.Message{Service: service, Timestamp: c.now().Unix(), Method: in.method, PayloadHash: tc3.HashPayload(in.body),
		Headers: []tc3.Header{{Name: "content-type", Value: contentType}, {Name: "host", Value: r.Host}}}
	signed, err := m.Sign(own.SecretID, own.SecretKey)
	if err != nil {
		return nil, err
	}
	h := r.Header
	h.Set("Authorization", signed.Header())
	h.Set("Content-Type", contentType)
	h.Set("X-TC-Timestamp", strconv.FormatInt(m.Timestamp, 10))
	h.Set("X-TC-Language", "en-US")
	// All that is asked may be asked again: when hufu closes an idle connection just then. The header is not sent.
	h["Idempotency-Key"] = nil
	if own.Token != "" {
		h.Set("X-TC-Token", own.Token)
	}
	if in.action != "" {
		h.Set("X-TC-Action", in.action)
		h.Set("X-TC-Version", version)
	}
	return r, nil
}

// revision asks for the current revision.
func (c *client) revision(ctx context.Context) (string, error) {
	body, err := c.do(ctx, call{method: http.MethodGet, path: "/access/v1/revision"})
	if err != nil {
		return "", err
	}
	var answer struct {
		Revision string `json:"revision"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("pep: read hufu's revision: %w", err)
	}
	return answer.Revision, checkRevision(answer.Revision)
}

func checkRevision(text string) error {
	if text == "" || len(text) > maxRevision {
		return errors.New("pep: hufu answers without a revision")
	}
	return nil
}

// errNoKey is the answer for a SecretId of no use.
var errNoKey = errors.New("pep: no such SecretId, or not with this token")

// keyAnswer is the answer of GetSigningKey.
type keyAnswer struct {
	Error *struct{ Code, Message string }

	SigningKey                 []byte // base64 in JSON
	ExpiredTime                int64
	PrincipalType, PrincipalID string
	AccountUin                 int64
	SessionName                string
	Revision                   string
	Cacheable                  bool
}

// signingKey asks for the key of a caller; errNoKey where there is none for us.
func (c *client) signingKey(ctx context.Context, secretID, of, date, token string) (*keyAnswer, error) {
	in := struct {
		AccessKeyID  string `json:"AccessKeyId"`
		Service      string
		Date         string
		SessionToken string `json:",omitempty"`
	}{secretID, of, date, token}
	body, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("pep: ask for a signing key: %w", err)
	}
	if body, err = c.do(ctx, call{method: http.MethodPost, path: "/" + service, action: "GetSigningKey", body: body}); err != nil {
		return nil, err
	}
	var envelope struct{ Response *keyAnswer }
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.Response == nil {
		return nil, fmt.Errorf("pep: read a signing key: %w", errors.Join(err, errNoEnvelope))
	}
	a := envelope.Response
	switch {
	case a.Error != nil && strings.HasPrefix(a.Error.Code, "ResourceNotFound"):
		return nil, errNoKey
	case a.Error != nil:
		return nil, fmt.Errorf("pep: hufu gives no signing key: %s: %s", a.Error.Code, shorten(a.Error.Message))
	}
	return a, a.check()
}

var errNoEnvelope = errors.New("the answer is no envelope of API 3.0")

// check holds an answer to what it must have: nothing in it is taken for granted.
func (a *keyAnswer) check() error {
	known := a.PrincipalType == "root" || a.PrincipalType == "user" || a.PrincipalType == "role"
	if len(a.SigningKey) != sha256.Size || [sha256.Size]byte(a.SigningKey) == [sha256.Size]byte{} ||
		a.ExpiredTime <= 0 || !known || a.PrincipalID == "" || a.AccountUin <= 0 {
		return errors.New("pep: hufu's answer is no signing key")
	}
	return checkRevision(a.Revision)
}

// evaluate asks one question or several, each as the JSON of /access/v1/evaluation, and answers as many items.
func (c *client) evaluate(ctx context.Context, questions ...[]byte) ([]item, error) {
	if len(questions) == 1 {
		body, err := c.do(ctx, call{method: http.MethodPost, path: "/access/v1/evaluation", body: questions[0]})
		if err != nil {
			return nil, err
		}
		one := make([]item, 1)
		return one, one[0].read(body)
	}
	body := append([]byte(`{"evaluations":[`), bytes.Join(questions, []byte(","))...)
	body, err := c.do(ctx, call{method: http.MethodPost, path: "/access/v1/evaluations", body: append(body, "]}"...)})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Evaluations []json.RawMessage `json:"evaluations"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || len(answer.Evaluations) != len(questions) {
		return nil, fmt.Errorf("pep: hufu answers %d questions of %d: %w", len(answer.Evaluations), len(questions), errors.Join(err, errNoDecision))
	}
	all := make([]item, len(questions))
	for i := range all {
		if err := all[i].read(answer.Evaluations[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

var errNoDecision = errors.New("the answer is no decision")

// item is the answer to one question.
type item struct {
	Decision *bool `json:"decision"`
	Context  struct {
		ID             string `json:"id"`
		Revision       string `json:"revision"`
		Cacheable      bool   `json:"cacheable"`
		CacheableUntil int64  `json:"cacheable_until"`
		ReasonUser     reason `json:"reason_user"`
		ReasonAdmin    reason `json:"reason_admin"`
		Error          *struct {
			Status        int    `json:"status"`
			Code, Message string // in lower case on the wire
		} `json:"error"`
	} `json:"context"`
}

type reason struct {
	English string `json:"en"`
}

// read reads an item, and holds it to what it must have. One that tells why its question could not be put is an error.
func (i *item) read(body []byte) error {
	if err := json.Unmarshal(body, i); err != nil {
		return fmt.Errorf("pep: read a decision: %w", err)
	}
	if failed := i.Context.Error; failed != nil {
		return &statusError{failed.Status, failed.Code + ": " + shorten(failed.Message)}
	}
	if i.Decision == nil {
		return fmt.Errorf("pep: read a decision: %w", errNoDecision)
	}
	return checkRevision(i.Context.Revision)
}
