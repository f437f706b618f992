package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

// Commands are the operator's actions, wherever they run: in this process or in the running server.
type Commands struct {
	run func(ctx context.Context, in request, progress func(int)) (json.RawMessage, error)
}

// Commands of this process, on a database that it has opened.
func (a *Actions) Commands() Commands {
	return Commands{run: func(ctx context.Context, in request, progress func(int)) (json.RawMessage, error) {
		result, err := a.run(ctx, in, progress)
		if err != nil {
			return nil, err
		}
		return json.Marshal(result)
	}}
}

// Commands of the running server.
func (c *Client) Commands() Commands { return Commands{run: c.do} }

func (c *Client) do(ctx context.Context, in request, progress func(int)) (json.RawMessage, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://operator/", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the running server: %w", err)
	}
	defer answer.Body.Close()
	for d := json.NewDecoder(answer.Body); ; {
		var m reply
		if err := d.Decode(&m); err != nil {
			return nil, fmt.Errorf("the server broke off: %w", err)
		}
		switch {
		case m.Error != "":
			return nil, errors.New(m.Error)
		case m.Result != nil:
			return m.Result, nil
		}
		progress(m.Done)
	}
}

func ask[T any](ctx context.Context, c Commands, in request, progress func(int)) (out T, err error) {
	text, err := c.run(ctx, in, progress)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	return out, err
}

func silent(int) {}

// CreateAccount makes a further root account.
func (c Commands) CreateAccount(ctx context.Context, in account.New) (Created, error) {
	return ask[Created](ctx, c, request{Op: "account.create", New: in}, silent)
}

// ListAccounts is every root account, oldest first.
func (c Commands) ListAccounts(ctx context.Context) ([]Account, error) {
	return ask[[]Account](ctx, c, request{Op: "account.list"}, silent)
}

// CreateKey makes a further key for a root account.
func (c Commands) CreateKey(ctx context.Context, uin store.Account) (Created, error) {
	return ask[Created](ctx, c, request{Op: "account.key", UIN: uin}, silent)
}

// NewPassword gives the root of an account a new console password.
func (c Commands) NewPassword(ctx context.Context, uin store.Account, device bool) (Login, error) {
	return ask[Login](ctx, c, request{Op: "account.password", UIN: uin, Device: device}, silent)
}

// Verify marks an account as verified.
func (c Commands) Verify(ctx context.Context, uin store.Account) error {
	_, err := ask[struct{}](ctx, c, request{Op: "account.verify", UIN: uin}, silent)
	return err
}

// Suspend stops an account's logins and signed calls.
func (c Commands) Suspend(ctx context.Context, uin store.Account) error {
	_, err := ask[struct{}](ctx, c, request{Op: "account.suspend", UIN: uin}, silent)
	return err
}

// Resume undoes Suspend.
func (c Commands) Resume(ctx context.Context, uin store.Account) error {
	_, err := ask[struct{}](ctx, c, request{Op: "account.resume", UIN: uin}, silent)
	return err
}

// Audit reads the audit trail.
func (c Commands) Audit(ctx context.Context, f audit.Filter) ([]audit.Record, error) {
	return ask[[]audit.Record](ctx, c, request{Op: "audit.query", Filter: f}, silent)
}

// Explain answers a question by the policies as they are.
func (c Commands) Explain(ctx context.Context, in Question) (*Explained, error) {
	return ask[*Explained](ctx, c, request{Op: "policy.explain", Ask: in}, silent)
}

// Recorded explains a call that the trail has; account 0 is any.
func (c Commands) Recorded(ctx context.Context, of store.Account, requestID string) (*Explained, error) {
	return ask[*Explained](ctx, c, request{Op: "policy.recorded", UIN: of, Filter: audit.Filter{RequestID: requestID}}, silent)
}

// RotateSecrets seals every secret under a new master key and answers how many it sealed.
func (c Commands) RotateSecrets(ctx context.Context, progress func(done int)) (int, error) {
	return ask[int](ctx, c, request{Op: "secrets.rotate"}, progress)
}
