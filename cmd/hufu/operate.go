package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/server"
	"github.com/hufu-iam/hufu/internal/store"
)

// with runs fn against the database of the flags: through the running server if there is one, else by opening it.
func (d databaseFlags) with(ctx context.Context, fn func(operator.Commands) error) error {
	return d.knowing(ctx, productFlags{}, fn)
}

// knowing is with, for what rests on registered products too. A running server has its own.
func (d databaseFlags) knowing(ctx context.Context, products productFlags, fn func(operator.Commands) error) error {
	if d.Database == "" {
		if client, err := operator.Dial(d.Data); err == nil {
			return fn(client.Commands())
		}
		if _, err := os.Stat(d.Data); err != nil {
			return fmt.Errorf("there is no database in %s: start the server once, or name its directory with --data", d.Data)
		}
	}
	config := d.config(slog.New(slog.DiscardHandler))
	config.Products = products.Product
	actions, err := server.OpenActions(ctx, config)
	if err != nil {
		return err
	}
	err = fn(actions.Commands())
	return errors.Join(err, actions.DB.Close())
}

type accountCommand struct {
	Create   accountCreate   `cmd:"" help:"Make a root account; prints one JSON object with its key."`
	List     accountList     `cmd:"" help:"List the root accounts."`
	Key      accountKey      `cmd:"" help:"Make a further key for a root account that lost its own; prints one JSON object."`
	Password accountPassword `cmd:"" help:"Give a root account a new console password and end its sessions; prints one JSON object."`
	Verify   accountVerify   `cmd:"" help:"Mark a root account as verified."`
	Suspend  accountSuspend  `cmd:"" help:"Refuse an account's logins and signed calls; its data stays."`
	Resume   accountResume   `cmd:"" help:"Undo suspend."`
}

type accountCreate struct {
	databaseFlags
	Name       string `help:"Name of the account." required:""`
	Unverified bool   `help:"Leave it unverified: it may create ten sub-users a day."`
	SecretID   string `help:"SecretId of its first key, instead of a random one." and:"key"`
	SecretKey  string `help:"Its SecretKey." and:"key"`
}

// Run makes the account.
func (a *accountCreate) Run(ctx context.Context) error {
	return a.with(ctx, func(c operator.Commands) error {
		made, err := c.CreateAccount(ctx, account.New{Name: a.Name, Unverified: a.Unverified, SecretID: a.SecretID, SecretKey: a.SecretKey})
		if err != nil {
			return err
		}
		return printJSON(made)
	})
}

type accountList struct {
	databaseFlags
	JSON bool `help:"Print a JSON list." name:"json"`
}

// Run lists the accounts.
func (a *accountList) Run(ctx context.Context) error {
	return a.with(ctx, func(c operator.Commands) error {
		all, err := c.ListAccounts(ctx)
		if err != nil {
			return err
		}
		if a.JSON {
			return printJSON(all)
		}
		return table(func(w io.Writer) {
			fmt.Fprintln(w, "UIN\tAPPID\tNAME\tVERIFIED\tSTATE\tCREATED")
			for _, x := range all {
				state := "active"
				if x.Suspended {
					state = "suspended"
				}
				fmt.Fprintf(w, "%d\t%d\t%s\t%t\t%s\t%s\n", x.UIN, x.AppID, x.Name, x.Verified, state, x.Created.Format(time.DateTime))
			}
		})
	})
}

// accountTarget is a command about one account.
type accountTarget struct {
	databaseFlags
	UIN int64 `arg:"" help:"uin of the root account."`
}

func (a *accountTarget) run(ctx context.Context, done string, do func(operator.Commands) error) error {
	return a.with(ctx, func(c operator.Commands) error {
		if err := do(c); err != nil {
			return fmt.Errorf("account %d: %w", a.UIN, err)
		}
		fmt.Printf("account %d is %s\n", a.UIN, done)
		return nil
	})
}

type accountKey struct{ accountTarget }

// Run makes the key.
func (a *accountKey) Run(ctx context.Context) error {
	return a.with(ctx, func(c operator.Commands) error {
		made, err := c.CreateKey(ctx, store.Account(a.UIN))
		if err != nil {
			return fmt.Errorf("account %d: %w", a.UIN, err)
		}
		return printJSON(made)
	})
}

type accountPassword struct {
	accountTarget
	RemoveDevice bool `help:"Take its one-time password device away too, for a root that lost it."`
}

// Run sets the password.
func (a *accountPassword) Run(ctx context.Context) error {
	return a.with(ctx, func(c operator.Commands) error {
		made, err := c.NewPassword(ctx, store.Account(a.UIN), a.RemoveDevice)
		if err != nil {
			return fmt.Errorf("account %d: %w", a.UIN, err)
		}
		return printJSON(made)
	})
}

type accountVerify struct{ accountTarget }

// Run verifies the account.
func (a *accountVerify) Run(ctx context.Context) error {
	return a.run(ctx, "verified", func(c operator.Commands) error { return c.Verify(ctx, store.Account(a.UIN)) })
}

type accountSuspend struct{ accountTarget }

// Run suspends the account.
func (a *accountSuspend) Run(ctx context.Context) error {
	return a.run(ctx, "suspended", func(c operator.Commands) error { return c.Suspend(ctx, store.Account(a.UIN)) })
}

type accountResume struct{ accountTarget }

// Run resumes the account.
func (a *accountResume) Run(ctx context.Context) error {
	return a.run(ctx, "active", func(c operator.Commands) error { return c.Resume(ctx, store.Account(a.UIN)) })
}

type auditCommand struct {
	Query auditQuery `cmd:"" help:"Print records, newest first."`
	Tail  auditTail  `cmd:"" help:"Print records as they come."`
}

// auditFilter narrows what is printed.
type auditFilter struct {
	databaseFlags
	Account int64  `help:"Records of this root account only." placeholder:"UIN"`
	Action  string `help:"Records of this action only." placeholder:"cam:AddUser"`
	JSON    bool   `help:"Print one JSON object a record." name:"json"`
}

type auditQuery struct {
	auditFilter
	Since     time.Duration `help:"Records of the last so long only." placeholder:"1h"`
	RequestID string        `help:"The record of this call only." placeholder:"UUID"`
	Limit     int           `help:"At most so many records." default:"100"`
}

// Run prints what the trail has.
func (a *auditQuery) Run(ctx context.Context) error {
	f := audit.Filter{Account: store.Account(a.Account), Action: a.Action, RequestID: a.RequestID, Limit: a.Limit}
	if a.Since > 0 {
		f.Since = time.Now().Add(-a.Since)
	}
	return a.with(ctx, func(c operator.Commands) error {
		records, err := c.Audit(ctx, f)
		if err != nil {
			return err
		}
		return a.print(records)
	})
}

type auditTail struct{ auditFilter }

// tailInterval is how often tail asks for more.
const tailInterval = 500 * time.Millisecond

// Run prints records until it is stopped.
func (a *auditTail) Run(ctx context.Context) error {
	return a.with(ctx, func(c operator.Commands) error {
		f := audit.Filter{Account: store.Account(a.Account), Action: a.Action, Limit: 10}
		recent, err := c.Audit(ctx, f)
		for i, j := 0, len(recent)-1; i < j; i, j = i+1, j-1 {
			recent[i], recent[j] = recent[j], recent[i]
		}
		f.After, f.Limit = 1, 1000
		for {
			if ctx.Err() != nil {
				return nil // Ctrl-C is how a tail ends
			}
			if err != nil {
				return err
			}
			if err := a.print(recent); err != nil {
				return err
			}
			if len(recent) > 0 {
				f.After = recent[len(recent)-1].ID
			}
			select {
			case <-ctx.Done():
			case <-time.After(tailInterval):
			}
			recent, err = c.Audit(ctx, f)
		}
	})
}

func (a *auditFilter) print(records []audit.Record) error {
	if a.JSON {
		for _, r := range records {
			if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
				return err
			}
		}
		return nil
	}
	return table(func(w io.Writer) {
		for _, r := range records {
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", r.At.Format(time.DateTime), r.Account, r.Caller(),
				r.Action, r.Outcome, decided(r.Decision), r.RequestID)
		}
	})
}

// decided is a decision in a few words: what, in which layer, by which statement.
func decided(d audit.Decision) string {
	text := d.Effect
	if d.Layer != "" {
		text += " (" + d.Layer + ")"
	}
	if d.Policy != "" {
		text += " by " + d.Policy
	}
	if d.Version > 0 { // a permission code of an application has neither
		text += fmt.Sprintf(" v%d #%d", d.Version, d.Statement)
	}
	return text
}

type secretsCommand struct {
	Rotate secretsRotate `cmd:"" help:"Make a new master key and seal every secret again under it."`
}

type secretsRotate struct{ databaseFlags }

// Run rotates the master key.
func (s *secretsRotate) Run(ctx context.Context) error {
	return s.with(ctx, func(c operator.Commands) error {
		n, err := c.RotateSecrets(ctx, func(done int) { fmt.Fprintf(os.Stderr, "\r%d secrets sealed again", done) })
		fmt.Fprintln(os.Stderr)
		if err != nil {
			return err
		}
		fmt.Printf("%d secrets are sealed under the new master key; the old one is gone\n", n)
		return nil
	})
}

func printJSON(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Println(string(text))
	return err
}

// table prints aligned columns.
func table(fill func(w io.Writer)) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fill(w)
	return w.Flush()
}
