// Package operator is what the operator of an installation may do beside the API: root accounts, the audit trail,
// the master key. A command runs it in its own process on a database that nobody else has open, or hands it to the
// running server through a socket in the data directory, which only the operator's user can open.
package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/qcs"
)

// Actions are the operator's actions on one opened database.
type Actions struct {
	DB       *store.DB
	Keys     *credential.Keys
	Policies *Policies // nil: nothing can be explained
}

// record leaves the audit record of an action in the action's own transaction. The operator has no identity of ours: the
// record names the user that the process runs as, which is the server's for a command that came through its socket.
func record(ctx context.Context, tx *store.Tx, r audit.Record, parameters any) error {
	text, err := json.Marshal(parameters)
	if err != nil {
		return fmt.Errorf("audit record: %w", err)
	}
	r.At, r.RequestID, r.Door, r.Parameters = tx.Now(), call.NewRequestID(), "operator", text
	r.CallerKind, r.CallerID = "operator", int64(os.Getuid())
	r.Decision.Effect = "none"
	return audit.Insert(ctx, tx, &r)
}

// named are the parameters of a record about an account.
type named struct{ Name string }

// keyName is the name of a key in a record.
func keyName(a store.Account, secretID string) string {
	return qcs.Resource{Service: "cam", Account: fmt.Sprintf("uin/%d", a), Path: "accesskey/" + secretID}.String()
}

// Created is a new root account with its first key. The names are those that scripts read.
type Created struct {
	UIN       store.Account `json:"uin"`
	AppID     int64         `json:"appid"`
	Name      string        `json:"name"`
	SecretID  string        `json:"secretId"`
	SecretKey string        `json:"secretKey"`
	Password  string        `json:"-"` // of the console; bootstrap alone makes one
}

// Account is a root account as the commands print it.
type Account struct {
	UIN       store.Account `json:"uin"`
	AppID     int64         `json:"appid"`
	Name      string        `json:"name"`
	Verified  bool          `json:"verified"`
	Suspended bool          `json:"suspended"`
	Created   time.Time     `json:"createdAt"`
}

// CreateAccount makes a further root account.
func (a *Actions) CreateAccount(ctx context.Context, in account.New) (*Created, error) {
	return a.create(ctx, in, func(*store.Tx) error { return nil })
}

// create makes a root account unless allowed, in the same transaction, says otherwise.
func (a *Actions) create(ctx context.Context, in account.New, allowed func(*store.Tx) error) (*Created, error) {
	if err := check(in); err != nil {
		return nil, err
	}
	var out *Created
	err := a.DB.Write(ctx, func(tx *store.Tx) error {
		if err := allowed(tx); err != nil {
			return err
		}
		made, id, key, err := account.Create(ctx, tx, a.Keys, in, tx.Now())
		if err != nil {
			return err
		}
		out = &Created{UIN: made.UIN, AppID: made.AppID, Name: made.Name, SecretID: id, SecretKey: key}
		return record(ctx, tx, audit.Record{Account: made.UIN, Action: "hufu:CreateAccount", Resources: []string{keyName(made.UIN, id)}, Outcome: "ok"}, named{made.Name})
	})
	if store.IsUniqueViolation(err) {
		return nil, fmt.Errorf("a key with the id %s exists already", in.SecretID)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func check(in account.New) error {
	switch {
	case !utf8.ValidString(in.Name) || strings.ContainsFunc(in.Name, unicode.IsControl),
		strings.TrimSpace(in.Name) == "", utf8.RuneCountInString(in.Name) > 64:
		return fmt.Errorf("the name must have 1 to 64 characters, and no control characters")
	case (in.SecretID == "") != (in.SecretKey == ""):
		return fmt.Errorf("give both the secret id and the secret key, or neither")
	case in.SecretID != "" && (len(in.SecretID) < 8 || len(in.SecretID) > 128 || strings.ContainsFunc(in.SecretID, notInID)):
		return fmt.Errorf("the secret id must have 8 to 128 ASCII characters without blanks, commas, slashes and equal signs")
	case in.SecretKey != "" && (len(in.SecretKey) < 16 || len(in.SecretKey) > 128):
		return fmt.Errorf("the secret key must have 16 to 128 characters")
	}
	return nil
}

// notInID finds what cannot stand in the credential of a signature.
func notInID(r rune) bool { return r <= ' ' || r > '~' || r == ',' || r == '/' || r == '=' }

// errNotFirst is a database that has root accounts already.
var errNotFirst = errors.New("there is a root account already")

// Bootstrap makes the first root account if there is none; otherwise it answers nil. An empty password is drawn. Two
// servers that start on one empty database make one account.
func (a *Actions) Bootstrap(ctx context.Context, in account.New, password string) (*Created, error) {
	first := func(q store.Queryer) error {
		all, err := account.List(ctx, q)
		if err == nil && len(all) > 0 {
			err = errNotFirst
		}
		return err
	}
	err := first(a.DB.Read())
	if err == nil {
		if password == "" {
			password = credential.NewPassword()
		}
		in.PasswordHash, err = credential.HashPassword(ctx, password)
	}
	var made *Created
	if err == nil {
		made, err = a.create(ctx, in, func(tx *store.Tx) error { return first(tx) })
	}
	if errors.Is(err, errNotFirst) {
		return nil, nil
	}
	if err == nil {
		made.Password = password
	}
	return made, err
}

// ListAccounts is every root account, oldest first.
func (a *Actions) ListAccounts(ctx context.Context) ([]Account, error) {
	all, err := account.List(ctx, a.DB.Read())
	out := []Account{}
	for _, x := range all {
		out = append(out, Account{UIN: x.UIN, AppID: x.AppID, Name: x.Name, Verified: x.Verified, Suspended: x.Suspended, Created: x.Created})
	}
	return out, err
}

// on does an action on one account, and leaves its record.
func (a *Actions) on(ctx context.Context, uin store.Account, action string, do func(tx *store.Tx, of account.Account) (resources []string, err error)) error {
	return a.DB.Write(ctx, func(tx *store.Tx) error {
		of, err := account.Get(ctx, tx, uin)
		if err != nil {
			return err
		}
		resources, err := do(tx, of)
		if err != nil {
			return err
		}
		return record(ctx, tx, audit.Record{Account: uin, Action: action, Resources: resources, Outcome: "ok"}, named{of.Name})
	})
}

// CreateKey makes a further key for a root account, beyond its quota if need be: it is for a root that lost its own.
func (a *Actions) CreateKey(ctx context.Context, uin store.Account) (*Created, error) {
	var out *Created
	err := a.on(ctx, uin, "hufu:CreateKey", func(tx *store.Tx, of account.Account) ([]string, error) {
		id, key, err := a.Keys.Create(ctx, tx, uin, int64(uin), "", "", nil, tx.Now())
		out = &Created{UIN: of.UIN, AppID: of.AppID, Name: of.Name, SecretID: id, SecretKey: key}
		return []string{keyName(uin, id)}, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Login is a new console password of a root account, which is shown once.
type Login struct {
	UIN      store.Account `json:"uin"`
	Password string        `json:"password"`
}

// NewPassword gives the root of an account a drawn console password, and ends its sessions in the console. With device its
// one-time password device is taken away too, if it has one.
func (a *Actions) NewPassword(ctx context.Context, uin store.Account, device bool) (*Login, error) {
	out := &Login{UIN: uin, Password: credential.NewPassword()}
	hash, err := credential.HashPassword(ctx, out.Password)
	if err != nil {
		return nil, err
	}
	err = a.on(ctx, uin, "hufu:SetRootPassword", func(tx *store.Tx, of account.Account) ([]string, error) {
		err := account.SetPassword(ctx, tx, uin, hash)
		if err == nil {
			_, err = a.Keys.EndConsoles(ctx, tx, uin, int64(uin), "", tx.Now())
		}
		if err == nil && device {
			err = signin.Unbind(ctx, tx, uin)
		}
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Verify marks an account as verified.
func (a *Actions) Verify(ctx context.Context, uin store.Account) error {
	return a.on(ctx, uin, "hufu:VerifyAccount", func(tx *store.Tx, _ account.Account) ([]string, error) {
		return nil, account.Verify(ctx, tx, uin)
	})
}

// Suspend stops an account's logins and signed calls.
func (a *Actions) Suspend(ctx context.Context, uin store.Account) error {
	return a.on(ctx, uin, "hufu:SuspendAccount", func(tx *store.Tx, _ account.Account) ([]string, error) {
		return nil, account.Suspend(ctx, tx, a.Keys, uin, tx.Now())
	})
}

// Resume undoes Suspend.
func (a *Actions) Resume(ctx context.Context, uin store.Account) error {
	return a.on(ctx, uin, "hufu:ResumeAccount", func(tx *store.Tx, _ account.Account) ([]string, error) {
		return nil, account.Resume(ctx, tx, uin)
	})
}

// Audit reads the audit trail.
func (a *Actions) Audit(ctx context.Context, f audit.Filter) ([]audit.Record, error) {
	return audit.Query(ctx, a.DB.Read(), f)
}

// RotateSecrets seals every secret under a new master key. That is many writes, so its record has one of its own at the
// end; a rotation that failed on its way has changed something too, and leaves one.
func (a *Actions) RotateSecrets(ctx context.Context, progress func(done int)) (int, error) {
	n, err := a.Keys.Rotate(ctx, progress)
	if errors.Is(err, credential.ErrRotating) {
		return n, err
	}
	r := audit.Record{Action: "hufu:RotateSecrets", Outcome: "ok"}
	if err != nil {
		r.Outcome = "InternalError"
	}
	ctx = context.WithoutCancel(ctx) // what was done was done
	return n, errors.Join(err, a.DB.Write(ctx, func(tx *store.Tx) error { return record(ctx, tx, r, struct{ Sealed int }{n}) }))
}
