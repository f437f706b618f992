package console

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// maxSignIn bounds the body of a step.
const maxSignIn = 4 << 10

// session serves the session itself ("") and the steps that lead to one ("/totp", ...).
func (q *request) session(step string) {
	if q.http.Method != http.MethodGet && !q.sameOrigin() {
		q.fail(errCrossOrigin)
		return
	}
	switch step {
	case "":
		if q.allow(http.MethodGet, http.MethodPost, http.MethodDelete) {
			map[string]func(){http.MethodGet: q.describe, http.MethodPost: q.signIn, http.MethodDelete: q.signOut}[q.http.Method]()
		}
	case "/password":
		if q.allow(http.MethodPost) {
			q.step([]string{"Password"}, func(ctx context.Context, in fields, ticket string) (*signin.Outcome, error) {
				return q.signin.ChangePassword(ctx, ticket, in["Password"], q.origin())
			})
		}
	case "/totp":
		if q.allow(http.MethodPost) {
			q.step([]string{"Code", "RecoveryCode"}, q.proveTOTP)
		}
	case "/bind":
		switch {
		case !q.allow(http.MethodGet, http.MethodPost):
		case q.http.Method == http.MethodGet:
			q.beginBind()
		default:
			q.step([]string{"Code"}, func(ctx context.Context, in fields, ticket string) (*signin.Outcome, error) {
				return q.signin.FinishBind(ctx, ticket, in["Code"], q.origin())
			})
		}
	default:
		http.NotFound(q.w, q.http)
	}
}

// fields are the members of a body, all of them strings.
type fields map[string]string

// maxField bounds a member; no name, password or code is nearly as long.
const maxField = 512

// readFields reads a body with no other members than these.
func (q *request) readFields(known ...string) (fields, error) {
	body, err := q.read(maxSignIn)
	if err != nil {
		return nil, err
	}
	v, err := wire.ParseJSON(body)
	if err != nil || v.Kind() != wire.ObjectValue {
		return nil, fault.New(code.InvalidParameter, "body")
	}
	return pick(v, known)
}

func pick(v *wire.Value, known []string) (fields, error) {
	in := fields{}
	for _, name := range known {
		member := v.Get(name)
		if member == nil {
			continue
		}
		if member.Kind() != wire.StringValue || len(member.Str()) > maxField {
			return nil, fault.New(code.InvalidParameter, name)
		}
		in[name] = member.Str()
	}
	if v.Len() != len(in) {
		return nil, fault.New(code.UnknownParameter, "body")
	}
	return in, nil
}

// signIn is the first step.
func (q *request) signIn() {
	in, err := q.readFields("Type", "Account", "Name", "Password")
	if err == nil && in["Type"] != "root" && in["Type"] != "user" {
		err = fault.New(code.InvalidParameterValue, "Type", in["Type"])
	}
	if err != nil {
		q.fail(err)
		return
	}
	attempt := signin.Attempt{Root: in["Type"] == "root", Account: in["Account"], Name: in["Name"], Password: in["Password"]}
	out, err := q.signin.SignIn(q.http.Context(), attempt, q.origin())
	q.advance(out, err)
}

// step is one of the further steps, for which the browser has a ticket.
func (q *request) step(known []string, run func(ctx context.Context, in fields, ticket string) (*signin.Outcome, error)) {
	in, err := q.readFields(known...)
	var out *signin.Outcome
	if err == nil {
		out, err = run(q.http.Context(), in, q.cookie(ticketCookie))
	}
	q.advance(out, err)
}

func (q *request) proveTOTP(ctx context.Context, in fields, ticket string) (*signin.Outcome, error) {
	if (in["Code"] == "") == (in["RecoveryCode"] == "") {
		return nil, fault.New(code.MissingParameter, "Code")
	}
	return q.signin.ProveTOTP(ctx, ticket, signin.Proof{Code: in["Code"], Recovery: in["RecoveryCode"]}, q.origin())
}

// advance answers what a step led to.
func (q *request) advance(out *signin.Outcome, err error) {
	if err != nil {
		if fault.Is(err, signin.ErrTicket.Code) {
			q.unset(ticketCookie)
		}
		q.fail(err)
		return
	}
	q.keep(out)
	answer := struct {
		Step          signin.Step
		PasswordRules *passwordRules `json:",omitempty"`
		RecoveryCodes []string       `json:",omitempty"`
	}{Step: out.Step, RecoveryCodes: out.RecoveryCodes}
	if out.Rules != nil {
		answer.PasswordRules = &passwordRules{out.Rules.MinimumLength, out.Rules.MustContain}
	}
	q.answer(answer)
}

// passwordRules are what a form can check of a new password, in the terms of cam's PassWordRule.
type passwordRules struct {
	MinimumLength int
	MustContain   string
}

// keep gives the browser what a step led to: a ticket, or a session in its place.
func (q *request) keep(out *signin.Outcome) {
	if out.Step != signin.StepDone {
		q.set(ticketCookie, out.Ticket, out.Expires.Sub(q.facts.At))
		return
	}
	q.unset(ticketCookie)
	q.set(sessionCookie, out.Session, 0)
	if out.Device != "" {
		q.set(deviceCookie, out.Device, deviceLife)
	}
}

func (q *request) answer(v any) {
	body, err := json.Marshal(v)
	if err != nil {
		q.fail(err)
		return
	}
	q.reply(http.StatusOK, body)
}

func (q *request) beginBind() {
	d, err := q.signin.BeginBind(q.http.Context(), q.cookie(ticketCookie), q.origin())
	if err != nil {
		q.fail(err)
		return
	}
	q.answer(struct{ Secret, Uri string }{d.Secret, d.URI}) //nolint:revive // as the wire spells it
}

// signOut ends the session. It is no error if there is none: the wish is granted.
func (q *request) signOut() {
	if err := q.signin.SignOut(q.http.Context(), q.origin()); err != nil {
		q.fail(err)
		return
	}
	q.unset(sessionCookie)
	q.unset(ticketCookie)
	q.w.WriteHeader(http.StatusNoContent)
}

// whoami is who is signed in. Numbers of twelve digits are strings: they are names, and nothing counts with them.
type whoami struct {
	Account struct {
		Uin, AppId, Name, Alias string
		Verified                bool
	}
	Principal struct {
		Type, Uin, Name string
		WeCom           bool
	}
	Mfa                     bool
	CreatedTime, ExpireTime int64
	IdleSeconds             int64
}

// describe tells who is signed in.
func (q *request) describe() {
	h, err := q.holder()
	if err != nil {
		q.fail(err)
		return
	}
	if h.Suspended || h.Disabled {
		q.fail(errSessionEnded)
		return
	}
	who := &h.Principal
	id, err := q.signin.Identify(q.http.Context(), who)
	if err != nil {
		q.fail(err)
		return
	}
	var out whoami
	out.Account.Uin, out.Account.AppId = strconv.FormatInt(int64(who.Account), 10), strconv.FormatInt(id.AppID, 10)
	out.Account.Name, out.Account.Alias, out.Account.Verified = id.AccountName, id.Alias, id.Verified
	out.Principal.Type, out.Principal.Uin, out.Principal.Name, out.Principal.WeCom = who.Kind.String(), strconv.FormatInt(who.UIN, 10), id.UserName, id.WeCom
	c := who.Console
	out.Mfa, out.CreatedTime, out.ExpireTime, out.IdleSeconds = c.MFA, c.Created.Unix(), c.Expires.Unix(), int64(c.Idle/time.Second)
	q.answer(out)
}
