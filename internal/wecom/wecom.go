package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// The servers of WeCom to which browsers go to sign in, as settings have them.
const (
	DefaultLoginBase     = "https://login.work.weixin.qq.com"
	DefaultAuthorizeBase = "https://open.weixin.qq.com"
)

// Config is what the product stands on.
type Config struct {
	DB     *store.DB
	Keys   *credential.Keys
	Users  *cam.Product
	Client *qyapi.Client
	// PublicURL is where browsers and WeCom reach hufu, "https://hufu.example.com"; "" where it is not known but from requests.
	PublicURL string
	// LoginBase and AuthorizeBase are the servers for signing in with a browser and inside WeCom.
	LoginBase, AuthorizeBase string
	Log                      *slog.Logger
	Now                      func() time.Time
}

// Product serves the actions of hufu 2026-12-01 about WeCom.
type Product struct {
	Config
	calls Calls

	fetching sync.Map                 // int64, an enterprise -> *sync.Mutex: who fetches its token
	wake     map[string]chan struct{} // of the kinds of work
}

// New makes the product. Call UseCalls before imports are worked off.
func New(c Config) *Product {
	p := &Product{Config: c, wake: map[string]chan struct{}{}}
	for _, w := range works {
		p.wake[w.name] = make(chan struct{}, 1)
	}
	return p
}

// UseCalls says through what the calls of imports go, which stands above the products.
func (p *Product) UseCalls(calls Calls) { p.calls = calls }

// UserDeleted makes the product one of the rooms that hear of deleted sub-users. The person stays.
func (p *Product) UserDeleted(ctx context.Context, tx *store.Tx, a store.Account, uin int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM wecom_users WHERE account = $1 AND uin = $2`, a, uin); err != nil {
		return fmt.Errorf("delete member: %w", err)
	}
	return nil
}

var (
	errNoCorp   = fault.New(code.ResourceNotFoundCorpNotExist)
	errUnlinked = fault.New(code.FailedOperationCorpUnlinked)
)

// asFault puts what a call of WeCom failed with into the terms of this service.
func asFault(err error) error {
	if e, ok := errors.AsType[*qyapi.Error](err); ok {
		failed := fault.New(code.FailedOperationWeComError, strconv.Itoa(e.Code)).WithCause(err)
		if e.Wait > 0 {
			failed = failed.WithDetail(fmt.Sprintf("WeCom takes no more of these calls for now (error code %d); try again in %d seconds.", e.Code, seconds(e.Wait)))
		}
		return failed
	}
	if _, ok := errors.AsType[*qyapi.UnreachableError](err); ok {
		return fault.New(code.FailedOperationWeComUnreachable).WithCause(err)
	}
	return err
}

// seconds are those of a pause, rounded up.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }

// fold is the form in which a userid is unique: ASCII letters without case.
func fold(userID string) string { return cam.Fold(userID) }

// origin is where this installation is reached: as it is set, else as the browser that calls has reached it, else "".
func (p *Product) origin(c *call.Call) string {
	if p.PublicURL != "" {
		return p.PublicURL
	}
	return c.Origin
}

// userResource is a sub-user's name in the audit trail.
func userResource(a store.Account, uin int64) string {
	return fmt.Sprintf("qcs::cam::uin/%d:uin/%d", a, uin)
}

// corpResource is an enterprise's name in the audit trail.
func corpResource(a store.Account, corpID string) string {
	return fmt.Sprintf("qcs::hufu::uin/%d:wecom/%s", a, corpID)
}

// record leaves an audit record of what was done without a call: because of a callback, or of what a reading showed.
func (p *Product) record(ctx context.Context, tx *store.Tx, a store.Account, action string, parameters map[string]string, resources ...string) error {
	text, err := json.Marshal(parameters)
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}
	return audit.Insert(ctx, tx, &audit.Record{Account: a, At: p.Now(), RequestID: call.NewRequestID(), Door: "wecom", Action: action, CallerKind: "wecom",
		Resources: resources, Parameters: text, Decision: audit.Decision{Effect: "none"}, Outcome: "ok"})
}

func scanInt(r store.Row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}
