package signin

import (
	"context"
	"errors"
	"slices"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/qcs"
)

// What one does to one's own password and device is for sessions in the console: whoever stole a key could otherwise make
// himself a way in that outlives it. Reading and ending one's own sessions is for keys of the user too, and what one does to
// others is a matter of policies alone. Sessions of roles and of federation tokens have nothing of their own.

// errConsoleOnly refuses a call that was signed.
var errConsoleOnly = fault.New(code.UnauthorizedOperation).WithDetail("This is done in a session of the console, not with a key.")

// errNotOneself refuses a caller that is no user.
var errNotOneself = fault.New(code.UnauthorizedOperation).WithDetail("The session of a role or of a federation token has no sign-in of its own.")

// self is the uin of the caller, who must be the root or a user himself.
func self(c *call.Call) (int64, error) {
	if c.Caller.Kind != call.Root && c.Caller.Kind != call.User || c.Caller.Session != nil {
		return 0, errNotOneself
	}
	return c.Caller.UIN, nil
}

// inConsole is who changes something of his own.
func (p *Product) inConsole(ctx context.Context, q store.Queryer, c *call.Call) (*state, error) {
	if c.Caller.Console == nil {
		return nil, errConsoleOnly
	}
	who, err := p.read(ctx, q, c.Account(), c.Caller.UIN)
	if errors.Is(err, errNobody) {
		err = fault.New(code.AuthFailureTokenFailure) // deleted meanwhile, and the session with it
	}
	return who, err
}

// whose is whom an action is about: the caller, or a sub-user that the caller may do the action to. Whether there is such a
// sub-user is said after that.
func (p *Product) whose(ctx context.Context, c *call.Call, uin *int64) (int64, error) {
	own, err := self(c)
	if uin == nil || err == nil && *uin == own {
		return own, err
	}
	q := call.Question{Action: "hufu:" + c.Action, Names: []qcs.Resource{qcs.User(number(int64(c.Account())), number(*uin))}}
	if _, err := c.Ask(ctx, q); err != nil {
		return 0, err
	}
	_, err = cam.UserByUIN(ctx, p.db.Read(), c.Account(), *uin)
	return *uin, err
}

// origin is where a call comes from.
func origin(c *call.Call) *Origin {
	return &Origin{RequestID: c.RequestID, At: c.At, IP: c.IP, Client: c.Client}
}

// try counts an attempt of a call at a password or code.
func (p *Product) try(ctx context.Context, c *call.Call, who *state, f factor) (*counted, error) {
	tried, err := p.counted(ctx, who, "", f, origin(c))
	if err != nil {
		return nil, err
	}
	v, err := p.reserve(ctx, tried)
	if err == nil && v != open {
		err = ErrLocked
	}
	return tried, err
}

// provePassword checks the caller's own password, which counts like a sign-in.
func (p *Product) provePassword(ctx context.Context, c *call.Call, who *state, password string) (*counted, error) {
	tried, err := p.try(ctx, c, who, byPassword)
	if err != nil {
		return nil, err
	}
	hash := who.hash
	if hash == "" {
		hash = p.dummy()
	}
	right, err := p.check(ctx, hash, password)
	if err == nil && (!right || who.hash == "") {
		err = fault.New(code.OperationDeniedWrongPassword)
	}
	return tried, err
}

// ChangeOwnPassword changes the caller's console password, who proves the old one, and ends the caller's other sessions.
func (p *Product) ChangeOwnPassword(ctx context.Context, c *call.Call, in *hufu20261201.ChangeOwnPasswordRequest) (*hufu20261201.ChangeOwnPasswordResponse, error) {
	who, err := p.inConsole(ctx, p.db.Read(), c)
	if err != nil {
		return nil, err
	}
	tried, err := p.provePassword(ctx, c, who, in.OldPassword)
	if err != nil {
		return nil, err
	}
	chosen, err := p.try(ctx, c, who, byChoice)
	if err != nil {
		return nil, err
	}
	hash, err := p.newPassword(ctx, who, in.NewPassword)
	if fault.Is(err, code.InvalidParameterPasswordViolatedRules) {
		// The old one was right: whoever looks for a new one that the rules allow must not be locked out for it.
		if failed := p.db.Write(ctx, func(tx *store.Tx) error { return tried.succeeded(ctx, tx) }); failed != nil {
			return nil, failed
		}
	}
	if err != nil {
		return nil, err
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		now, err := p.inConsole(ctx, tx, c)
		if err != nil {
			return err
		}
		if now.hash != who.hash {
			return fault.New(code.OperationDeniedWrongPassword) // somebody has set another meanwhile
		}
		if err := errors.Join(tried.succeeded(ctx, tx), chosen.succeeded(ctx, tx)); err != nil {
			return err
		}
		return p.setPassword(ctx, tx, now, hash, c.Caller.KeyID, origin(c))
	})
}

// CreateTotpDevice begins to bind a device to the caller, who proves the password where there is one.
func (p *Product) CreateTotpDevice(ctx context.Context, c *call.Call, in *hufu20261201.CreateTotpDeviceRequest) (*hufu20261201.CreateTotpDeviceResponse, error) {
	who, err := p.inConsole(ctx, p.db.Read(), c)
	if err != nil {
		return nil, err
	}
	var tried *counted
	if who.hash != "" {
		password := ""
		if in.Password != nil {
			password = *in.Password
		}
		if tried, err = p.provePassword(ctx, c, who, password); err != nil {
			return nil, err
		}
	}
	d := who.shown(newSecret())
	err = c.Write(ctx, func(tx *store.Tx) error {
		now, err := p.inConsole(ctx, tx, c)
		if err != nil {
			return err
		}
		if tried != nil {
			if err := tried.succeeded(ctx, tx); err != nil {
				return err
			}
		}
		if now.bound {
			return fault.New(code.FailedOperationMfaDeviceBound)
		}
		return p.beginDevice(ctx, tx, now, d.Secret, c.At)
	})
	if err != nil {
		return nil, err
	}
	return &hufu20261201.CreateTotpDeviceResponse{Secret: d.Secret, Uri: d.URI}, nil
}

// EnableTotpDevice binds the device that was begun, by a code of it.
func (p *Product) EnableTotpDevice(ctx context.Context, c *call.Call, in *hufu20261201.EnableTotpDeviceRequest) (*hufu20261201.EnableTotpDeviceResponse, error) {
	out := &hufu20261201.EnableTotpDeviceResponse{}
	return out, p.withCode(ctx, c, func(tx *store.Tx, who *state) (err error) {
		out.RecoveryCodes, err = p.bind(ctx, tx, who, in.Code, c.At)
		return err
	})
}

// CreateRecoveryCodes makes new recovery codes for the caller's device, who proves a code of it.
func (p *Product) CreateRecoveryCodes(ctx context.Context, c *call.Call, in *hufu20261201.CreateRecoveryCodesRequest) (*hufu20261201.CreateRecoveryCodesResponse, error) {
	out := &hufu20261201.CreateRecoveryCodesResponse{}
	return out, p.withCode(ctx, c, func(tx *store.Tx, who *state) (err error) {
		if err = p.prove(ctx, tx, who, Proof{Code: in.Code}, origin(c)); err == nil {
			out.RecoveryCodes, err = newRecoveryCodes(ctx, tx, c.Account(), c.Caller.UIN)
		}
		return err
	})
}

// withCode does something of the caller's own that a code is tried for.
func (p *Product) withCode(ctx context.Context, c *call.Call, do func(tx *store.Tx, who *state) error) error {
	who, err := p.inConsole(ctx, p.db.Read(), c)
	if err != nil {
		return err
	}
	tried, err := p.try(ctx, c, who, byCode)
	if err != nil {
		return err
	}
	return c.Write(ctx, func(tx *store.Tx) error {
		now, err := p.inConsole(ctx, tx, c)
		if err != nil {
			return err
		}
		if err := do(tx, now); err != nil {
			return err
		}
		return tried.succeeded(ctx, tx)
	})
}

// DeleteTotpDevice takes the caller's device away, who proves a code of it or a recovery code, or that of a sub-user. A sub-user's sessions
// that were proved with the device go on.
func (p *Product) DeleteTotpDevice(ctx context.Context, c *call.Call, in *hufu20261201.DeleteTotpDeviceRequest) (*hufu20261201.DeleteTotpDeviceResponse, error) {
	own, err := self(c)
	if in.Uin == nil || err == nil && *in.Uin == own {
		if err != nil {
			return nil, err
		}
		var given Proof
		switch {
		case in.RecoveryCode != nil:
			given.Recovery = *in.RecoveryCode
		case in.Code != nil:
			given.Code = *in.Code
		}
		return nil, p.withCode(ctx, c, func(tx *store.Tx, who *state) error {
			if err := p.prove(ctx, tx, who, given, origin(c)); err != nil {
				return err
			}
			return unbind(ctx, tx, c.Account(), own)
		})
	}
	uin, err := p.whose(ctx, c, in.Uin)
	if err != nil {
		return nil, err
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		c.Touched(qcs.User(number(int64(c.Account())), number(uin)).String())
		return unbind(ctx, tx, c.Account(), uin)
	})
}

// DescribeTotpDevice shows whether a device is bound to the caller or a sub-user.
func (p *Product) DescribeTotpDevice(ctx context.Context, c *call.Call, in *hufu20261201.DescribeTotpDeviceRequest) (*hufu20261201.DescribeTotpDeviceResponse, error) {
	uin, err := p.whose(ctx, c, in.Uin)
	if err != nil {
		return nil, err
	}
	d, err := p.device(ctx, p.db.Read(), c.Account(), uin, false)
	if errors.Is(err, errNoDevice) {
		return &hufu20261201.DescribeTotpDeviceResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	out := &hufu20261201.DescribeTotpDeviceResponse{Bound: true, BindTime: new(d.created / 1000)}
	out.RecoveryCodesLeft, err = store.Count(ctx, p.db.Read(), `SELECT COUNT(*) FROM recovery_codes WHERE account = $1 AND uin = $2`, c.Account(), uin)
	return out, err
}

// ListConsoleSessions lists the sessions that run, of the caller or a sub-user.
func (p *Product) ListConsoleSessions(ctx context.Context, c *call.Call, in *hufu20261201.ListConsoleSessionsRequest) (*hufu20261201.ListConsoleSessionsResponse, error) {
	uin, err := p.whose(ctx, c, in.Uin)
	if err != nil {
		return nil, err
	}
	all, err := p.keys.Consoles(ctx, p.db.Read(), c.Account(), uin)
	if err != nil {
		return nil, err
	}
	out := &hufu20261201.ListConsoleSessionsResponse{Sessions: []hufu20261201.ConsoleSession{}}
	for i := range all {
		s := &all[i]
		if !s.Runs(c.At) && s.ID != c.Caller.KeyID {
			continue
		}
		out.Sessions = append(out.Sessions, hufu20261201.ConsoleSession{SessionId: s.ID, Uin: s.UIN, Method: s.Method, Mfa: s.MFA, Ip: s.IP, Client: s.Client,
			CreateTime: s.Created.Unix(), LastActiveTime: s.Seen.Unix(), ExpireTime: s.Expires.Unix(), IsCurrent: s.ID == c.Caller.KeyID})
	}
	return out, nil
}

// EndConsoleSessions ends sessions of the caller or a sub-user: those named, or all, but for the one that asks. Ids that are
// none of the user's sessions end nothing.
func (p *Product) EndConsoleSessions(ctx context.Context, c *call.Call, in *hufu20261201.EndConsoleSessionsRequest) (*hufu20261201.EndConsoleSessionsResponse, error) {
	uin, err := p.whose(ctx, c, in.Uin)
	if err != nil {
		return nil, err
	}
	out := &hufu20261201.EndConsoleSessionsResponse{}
	return out, c.Write(ctx, func(tx *store.Tx) error {
		out.Ended = 0
		if in.SessionIds == nil {
			n, err := p.keys.EndConsoles(ctx, tx, c.Account(), uin, c.Caller.KeyID, c.At)
			out.Ended = int64(n)
			return err
		}
		all, err := p.keys.Consoles(ctx, tx, c.Account(), uin)
		if err != nil {
			return err
		}
		for i := range all {
			if !slices.Contains(in.SessionIds, all[i].ID) {
				continue
			}
			if err := p.keys.EndConsole(ctx, tx, c.Account(), all[i].ID, c.At); err != nil {
				return err
			}
			out.Ended++
		}
		return nil
	})
}

// UnlockUser forgets the wrong attempts of a sub-user, from wherever they came.
func (p *Product) UnlockUser(ctx context.Context, c *call.Call, in *hufu20261201.UnlockUserRequest) (*hufu20261201.UnlockUserResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		if _, err := cam.UserByUIN(ctx, tx, c.Account(), in.Uin); err != nil {
			return err
		}
		c.Touched(qcs.User(number(int64(c.Account())), number(in.Uin)).String())
		_, err := tx.ExecContext(ctx, `DELETE FROM signin_failures WHERE account = $1 AND uin = $2`, c.Account(), in.Uin)
		return err
	})
}

// TryCode makes the product the one that tells sts of devices: a code of the caller's own device, tried like one at sign-in.
// Whatever is wrong, the answer is FailedOperation.CheckMFAError. What it returns uses the code up.
func (p *Product) TryCode(ctx context.Context, c *call.Call, given string) (func(ctx context.Context, tx *store.Tx) error, error) {
	refused := fault.New(code.FailedOperationCheckMFAError)
	uin, err := self(c)
	if err != nil {
		return nil, refused
	}
	who, err := p.read(ctx, p.db.Read(), c.Account(), uin)
	if err != nil {
		return nil, err
	}
	tried, err := p.try(ctx, c, who, byCode)
	if errors.Is(err, ErrLocked) {
		return nil, refused
	}
	if err != nil {
		return nil, err
	}
	d, err := p.device(ctx, p.db.Read(), c.Account(), uin, false)
	if err != nil && !errors.Is(err, errNoDevice) {
		return nil, err
	}
	if _, ok := matchTOTP(d.secret, given, c.At, d.last); err != nil || !ok {
		return nil, refused
	}
	return func(ctx context.Context, tx *store.Tx) error {
		err := p.prove(ctx, tx, who, Proof{Code: given}, origin(c))
		if errors.Is(err, ErrCode) || errors.Is(err, errNoDevice) {
			return refused // used, or taken away, meanwhile
		}
		if err != nil {
			return err
		}
		return tried.succeeded(ctx, tx)
	}, nil
}

// Identity is who a session is, as the console shows it.
type Identity struct {
	AppID              int64
	AccountName, Alias string
	Verified           bool
	UserName           string
	WeCom              bool
}

// Identify tells who has a console session; ErrTicket where he is gone.
func (p *Product) Identify(ctx context.Context, who *call.Principal) (*Identity, error) {
	s, err := p.read(ctx, p.db.Read(), who.Account, who.UIN)
	if errors.Is(err, errNobody) {
		return nil, ErrTicket
	}
	if err != nil {
		return nil, err
	}
	id := &Identity{AppID: s.account.AppID, AccountName: s.account.Name, Alias: s.settings.alias, Verified: s.account.Verified,
		UserName: s.user.Name, WeCom: s.user.Kind == cam.WeComUser}
	if s.isRoot() {
		id.UserName = s.account.Name
	}
	return id, nil
}
