package signin

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Attempt is the first step of a sign-in by password.
type Attempt struct {
	Root     bool
	Account  string // uin; of the root also the account's name, of a sub-user the alias
	Name     string // of the sub-user
	Password string
}

// SignIn checks a password. Whatever is wrong, the answer is ErrLogin and costs one hash; ErrAddress alone tells that too many
// wrong attempts came from the address.
func (p *Product) SignIn(ctx context.Context, in Attempt, o Origin) (*Outcome, error) {
	for _, text := range []*string{&in.Account, &in.Name} {
		if strings.Contains(*text, "\x00") || !utf8.ValidString(*text) {
			*text = "" // nobody has such a name, and a database may not take it
		}
	}
	who, err := p.find(ctx, &in)
	if err != nil {
		return nil, err
	}
	tried, err := p.counted(ctx, who, in.typed(), byPassword, &o)
	if err != nil {
		return nil, err
	}
	v, err := p.reserve(ctx, tried)
	if err != nil {
		return nil, err
	}
	if v == flooded {
		return nil, ErrAddress // without a record: those of the attempts before it tell of it
	}
	hash := p.dummy()
	if who != nil && who.hash != "" {
		hash = who.hash
	}
	right, err := p.check(ctx, hash, in.Password)
	switch {
	case err != nil:
		return nil, err
	case v == locked:
		return nil, p.refused(who, ByPassword, &o, ErrLogin, code.OperationDeniedLoginLocked)
	case !right || who == nil || who.hash == "":
		return nil, p.refused(who, ByPassword, &o, ErrLogin, code.OperationDeniedWrongPassword)
	}
	return p.admit(ctx, who, ByPassword, tried, nil, &o)
}

// OpenSession goes on with a user whom something other than a password has shown to be himself: a device is asked for as
// after a password. ErrLogin where the user may not sign in by the method, ErrTicket for a login that was used.
func (p *Product) OpenSession(ctx context.Context, in Opening, o Origin) (*Outcome, error) {
	who, err := p.read(ctx, p.db.Read(), in.Account, in.UIN)
	if errors.Is(err, errNobody) {
		return nil, p.refused(nil, in.Method, &o, ErrLogin, ErrLogin.Code)
	}
	if err != nil {
		return nil, err
	}
	var tried *counted
	if in.Try != nil {
		tried = in.Try.counted
	}
	return p.admit(ctx, who, in.Method, tried, &in.Login, &o)
}

// admit goes on from a first step that was right, in one transaction that looks at the user again.
func (p *Product) admit(ctx context.Context, who *state, method string, tried *counted, login *Login, o *Origin) (out *Outcome, err error) {
	refused := false
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		out, refused = nil, false
		now, err := p.read(ctx, tx, who.account.UIN, who.user.UIN)
		if errors.Is(err, errNobody) {
			refused = true
			return nil
		}
		if err != nil {
			return err
		}
		if !now.admits(method, o.At) || method == ByPassword && now.hash != who.hash {
			refused = true
			return nil
		}
		if tried != nil {
			if err := tried.succeeded(ctx, tx); err != nil {
				return err
			}
		}
		if login != nil {
			if err := login.spend(ctx, tx); err != nil {
				return err
			}
		}
		out, err = p.advance(ctx, tx, now, &ticket{account: who.account.UIN, uin: who.user.UIN, method: method, expires: o.At.Add(ticketLife)}, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	if refused {
		return nil, p.refused(who, method, o, ErrLogin, code.AuthFailureUnauthorizedOperation)
	}
	return out, nil
}

// advance answers the next step of a sign-in with a new ticket, or the session after the last.
func (p *Product) advance(ctx context.Context, tx *store.Tx, who *state, t *ticket, o *Origin) (*Outcome, error) {
	out := &Outcome{Step: who.step(t.method, t.mfa, o.At)}
	if out.Step != StepDone {
		var err error
		out.Ticket, err = t.keep(ctx, tx)
		out.Expires = t.expires
		if out.Step == StepPassword {
			out.Rules = &who.rules
		}
		if err == nil {
			err = p.trail.Insert(ctx, tx, record(who, t.method, o, "ok", out.Step, ""))
		}
		return out, err
	}
	if err := errors.Join(t.drop(ctx, tx), p.endFormer(ctx, tx, o)); err != nil {
		return nil, err
	}
	s, token, err := p.keys.OpenConsole(ctx, tx, credential.ConsoleSession{Account: t.account, UIN: t.uin, Method: t.method, MFA: t.mfa,
		IP: address(o), Client: o.Client, Idle: who.settings.idle, Created: o.At, Expires: o.At.Add(who.settings.maximum)})
	if err != nil {
		return nil, err
	}
	out.Session, out.Expires = token, s.Expires
	if out.Device, err = know(ctx, tx, t.account, t.uin, o); err != nil {
		return nil, err
	}
	if !who.isRoot() {
		if err := cam.NoteLogin(ctx, tx, t.account, t.uin, o.IP, o.At); err != nil {
			return nil, err
		}
	}
	return out, p.trail.Insert(ctx, tx, record(who, t.method, o, "ok", out.Step, s.ID))
}

// endFormer ends the session that the browser had, whoever's it is: nobody could reach it any more.
func (p *Product) endFormer(ctx context.Context, tx *store.Tx, o *Origin) error {
	if o.Session == "" {
		return nil
	}
	s, err := p.keys.ConsoleOf(ctx, tx, o.Session)
	if err != nil {
		return unlessGone(err)
	}
	return p.keys.EndConsole(ctx, tx, s.Account, s.ID, o.At)
}

func address(o *Origin) string {
	if !o.IP.IsValid() {
		return ""
	}
	return o.IP.String()
}

// ChangePassword sets the new password that a sign-in asks for. It ends what other sessions and sign-ins the user has.
// ErrTicket without a ticket for that; InvalidParameter.PasswordViolatedRules keeps the ticket, ErrLocked
// comes after too many of them.
func (p *Product) ChangePassword(ctx context.Context, token, password string, o Origin) (out *Outcome, err error) {
	_, who, err := p.at(ctx, p.db.Read(), token, StepPassword, &o)
	if err != nil {
		return nil, err
	}
	tried, err := p.tryFactor(ctx, who, byChoice, &o)
	if err != nil {
		return nil, err
	}
	hash, err := p.newPassword(ctx, who, password)
	if err != nil {
		return nil, err
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		t, now, err := p.at(ctx, tx, token, StepPassword, &o)
		if err != nil {
			return err
		}
		if err := p.setPassword(ctx, tx, now, hash, "", &o); err != nil {
			return err
		}
		if err := tried.succeeded(ctx, tx); err != nil {
			return err
		}
		if now, err = p.read(ctx, tx, t.account, t.uin); err != nil {
			return err
		}
		out, err = p.advance(ctx, tx, now, t, &o)
		return err
	})
	return out, err
}

// newPassword holds a password against the rules and hashes it. It must differ from the one before, whatever the rules say
// about earlier ones: else there would be no point in changing it.
func (p *Product) newPassword(ctx context.Context, who *state, password string) (hash string, err error) {
	if who.isRoot() {
		if !credential.DefaultPasswordRules.Allows(password) {
			return "", fault.New(code.InvalidParameterPasswordViolatedRules)
		}
	} else if err := p.users.CheckPassword(ctx, who.account.UIN, who.user.UIN, password); err != nil {
		return "", err
	}
	same, err := p.check(ctx, who.hash, password)
	if err != nil {
		return "", err
	}
	if same {
		return "", fault.New(code.InvalidParameterPasswordViolatedRules)
	}
	return credential.HashPassword(ctx, password)
}

// setPassword changes a password and ends all sessions but one.
func (p *Product) setPassword(ctx context.Context, tx *store.Tx, who *state, hash, except string, o *Origin) error {
	var err error
	if who.isRoot() {
		err = account.SetPassword(ctx, tx, who.account.UIN, hash)
	} else {
		err = cam.ChosePassword(ctx, tx, who.account.UIN, who.user.UIN, hash, o.At)
	}
	if err == nil {
		_, err = p.keys.EndConsoles(ctx, tx, who.account.UIN, who.user.UIN, except, o.At)
	}
	return err
}

// Proof is what shows that a user has the device: a code of it, or one of the recovery codes.
type Proof struct{ Code, Recovery string }

// ProveTOTP takes the code that a sign-in asks for. ErrTicket without a ticket for that, ErrCode for a wrong code, ErrLocked
// after too many of them.
func (p *Product) ProveTOTP(ctx context.Context, token string, proof Proof, o Origin) (out *Outcome, err error) {
	_, who, err := p.at(ctx, p.db.Read(), token, StepTOTP, &o)
	if err != nil {
		return nil, err
	}
	tried, err := p.tryFactor(ctx, who, byCode, &o)
	if err != nil {
		return nil, err
	}
	method := ""
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		t, now, err := p.at(ctx, tx, token, StepTOTP, &o)
		if err != nil {
			return err
		}
		method = t.method
		if err := p.prove(ctx, tx, now, proof, &o); err != nil {
			return err
		}
		if err := tried.succeeded(ctx, tx); err != nil {
			return err
		}
		t.mfa = true
		out, err = p.advance(ctx, tx, now, t, &o)
		return err
	})
	if errors.Is(err, ErrCode) {
		return nil, p.refused(who, method, &o, ErrCode, ErrCode.Code)
	}
	return out, err
}

// tryFactor counts an attempt of somebody who has a ticket.
func (p *Product) tryFactor(ctx context.Context, who *state, f factor, o *Origin) (*counted, error) {
	tried, err := p.counted(ctx, who, "", f, o)
	if err != nil {
		return nil, err
	}
	v, err := p.reserve(ctx, tried)
	switch {
	case err != nil:
		return nil, err
	case v == flooded:
		return nil, ErrAddress
	case v == locked:
		return nil, p.refused(who, "", o, ErrLocked, ErrLocked.Code)
	}
	return tried, nil
}

// BeginBind answers the secret of the device that a sign-in asks to bind, the same one while it is asked again.
func (p *Product) BeginBind(ctx context.Context, token string, o Origin) (Device, error) {
	_, who, err := p.at(ctx, p.db.Read(), token, StepBind, &o)
	if err != nil {
		return Device{}, err
	}
	return who.shown(ticketSecret(token)), nil
}

// FinishBind binds the device that BeginBind has shown, by a code of it. The session that follows counts as proved with it.
func (p *Product) FinishBind(ctx context.Context, token, code string, o Origin) (out *Outcome, err error) {
	_, who, err := p.at(ctx, p.db.Read(), token, StepBind, &o)
	if err != nil {
		return nil, err
	}
	tried, err := p.tryFactor(ctx, who, byCode, &o)
	if err != nil {
		return nil, err
	}
	err = p.db.Write(ctx, func(tx *store.Tx) error {
		t, now, err := p.at(ctx, tx, token, StepBind, &o)
		if err != nil {
			return err
		}
		var codes []string
		if err = p.beginDevice(ctx, tx, now, ticketSecret(token), o.At); err == nil {
			codes, err = p.bind(ctx, tx, now, code, o.At)
		}
		if err == nil {
			err = tried.succeeded(ctx, tx)
		}
		if err != nil {
			return err
		}
		t.mfa, now.bound = true, true
		if out, err = p.advance(ctx, tx, now, t, &o); err == nil {
			out.RecoveryCodes = codes
		}
		return err
	})
	if errors.Is(err, ErrCode) {
		return nil, p.refused(who, "", &o, ErrCode, ErrCode.Code)
	}
	return out, err
}

// SignOut ends the session with a token; nothing happens if there is none.
func (p *Product) SignOut(ctx context.Context, o Origin) error {
	if o.Session == "" {
		return nil
	}
	// Strangers with a cookie of their own making do not get as far as the one writer.
	if _, err := p.keys.ConsoleOf(ctx, p.db.Read(), o.Session); err != nil {
		return unlessGone(err)
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		s, err := p.keys.ConsoleOf(ctx, tx, o.Session)
		if err != nil {
			return unlessGone(err)
		}
		r := base(&o, "hufu:SignOut", "ok")
		r.Account, r.CallerKind, r.CallerID, r.KeyID = s.Account, principalKind(s.Account, s.UIN), s.UIN, s.ID
		if err := p.keys.EndConsole(ctx, tx, s.Account, s.ID, o.At); err != nil {
			return err
		}
		return p.trail.Insert(ctx, tx, r)
	})
}

// unlessGone is an error but that there is no session, or no longer.
func unlessGone(err error) error {
	if errors.Is(err, credential.ErrNotFound) {
		return nil
	}
	return err
}

// refused leaves the record of an attempt that went no further and answers what the caller may see. outcome is the true
// reason, for the account's administrators. Of an attempt on nobody the record has no account, and never a name: people type
// passwords there.
func (p *Product) refused(who *state, method string, o *Origin, answer *fault.Error, outcome string) error {
	if err := p.trail.Append(record(who, method, o, outcome, "", "")); err != nil {
		return err
	}
	return answer
}

// record is the audit record of an attempt.
func record(who *state, method string, o *Origin, outcome string, step Step, session string) *audit.Record {
	r := base(o, "hufu:SignIn", outcome)
	r.KeyID = session
	if who != nil {
		r.Account, r.CallerKind, r.CallerID = who.account.UIN, who.kind().String(), who.user.UIN
	}
	told := map[string]string{}
	if method != "" {
		told["Method"] = method
	}
	if step != "" {
		told["Step"] = string(step)
	}
	r.Parameters, _ = json.Marshal(told) // strings alone: cannot fail
	return r
}

// base is a record that knows of no caller yet.
func base(o *Origin, action, outcome string) *audit.Record {
	return &audit.Record{At: o.At, RequestID: o.RequestID, Door: "console", Action: action, CallerKind: "anonymous", IP: address(o), Client: o.Client,
		Parameters: json.RawMessage("{}"), Decision: audit.Decision{Effect: "none"}, Outcome: outcome}
}

func principalKind(a store.Account, uin int64) string {
	if uin == int64(a) {
		return "root"
	}
	return "user"
}

// number prints a uin.
func number(n int64) string { return strconv.FormatInt(n, 10) }
