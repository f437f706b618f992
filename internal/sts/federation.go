package sts

import (
	"context"
	"regexp"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/sts20180813"
	"github.com/hufu-iam/hufu/policy"
)

// The lifetimes of sessions that stay with the caller's own identity, in seconds. Those of a root account are short.
const (
	defaultOwnSession  = 1800
	longestRootSession = 7200
	longestUserSession = 129600
)

// ownSeconds is how long such a session of the caller runs.
func ownSeconds(who *call.Principal, asked int64) (int64, error) {
	longest := int64(longestUserSession)
	if who.Kind == call.Root {
		longest = longestRootSession
	}
	switch {
	case asked == 0:
		return defaultOwnSession, nil
	case asked > longest:
		return 0, fault.New(code.InvalidParameterOverTimeError)
	}
	return asked, nil
}

// GetFederationToken gives a credential for someone else to act as the caller, within a policy. It is what the caller
// may do at the time of each call, never more; see the gateway for what such a session cannot call at all.
func (p *Product) GetFederationToken(ctx context.Context, c *call.Call, in *sts20180813.GetFederationTokenRequest) (*sts20180813.GetFederationTokenResponse, error) {
	who := c.Caller
	if who.Session != nil {
		return nil, fault.New(code.UnsupportedOperation, c.Action).WithDetail("A temporary key cannot make a federation token.")
	}
	seconds, err := ownSeconds(who, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	holder := policy.Principal{Kind: policy.User, Account: access.AccountOf(who), UIN: strconv.FormatInt(who.UIN, 10)}
	text, err := sessionPolicy(in.Policy, holder)
	if err != nil {
		return nil, err
	}
	made, err := p.issue(ctx, c, credential.Issue{Account: who.Account, UIN: who.UIN, Session: call.Session{
		Kind: call.Federation, Name: in.Name, Policy: text, Issued: c.At, Expires: c.At.Add(time.Duration(seconds) * time.Second),
	}}, nil, nil)
	if err != nil {
		return nil, err
	}
	out := &sts20180813.GetFederationTokenResponse{}
	var expiration string
	out.Credentials, out.ExpiredTime, expiration = credentials(made)
	out.Expiration = &expiration
	return out, nil
}

// GetSessionToken gives a credential of the caller itself that counts as signed in with a second factor. It takes a
// permanent key and the code of a bound device.
func (p *Product) GetSessionToken(ctx context.Context, c *call.Call, in *sts20180813.GetSessionTokenRequest) (*sts20180813.GetSessionTokenResponse, error) {
	if c.Caller.Session != nil {
		return nil, fault.New(code.FailedOperationTempKeyNotAllowed)
	}
	seconds, err := ownSeconds(c.Caller, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	factor, err := p.tryDevice(ctx, c, in.SerialNumber, in.TokenCode)
	if err != nil {
		return nil, err
	}
	made, err := p.issue(ctx, c, credential.Issue{Account: c.Account(), UIN: c.Caller.UIN, Session: call.Session{
		Kind: call.MFASession, MFA: true, Issued: c.At, Expires: c.At.Add(time.Duration(seconds) * time.Second),
	}}, nil, factor)
	if err != nil {
		return nil, err
	}
	out := &sts20180813.GetSessionTokenResponse{}
	out.Credentials, out.ExpiredTime, out.Expiration = credentials(made)
	return out, nil
}

// secondFactor checks a code in the transaction that rests on it.
type secondFactor func(ctx context.Context, tx *store.Tx) error

// softToken is the name of the one type of device, qcs::cam:uin/<owner>::mfa/softToken.
var softToken = regexp.MustCompile(`^qcs::cam:uin/([0-9]+)::mfa/softToken$`)

// tryDevice tries a code of the caller's own device, which is named by its type and the caller's account.
func (p *Product) tryDevice(ctx context.Context, c *call.Call, serial, given string) (secondFactor, error) {
	named := softToken.FindStringSubmatch(serial)
	switch {
	case named == nil:
		return nil, fault.New(code.FailedOperationMFATypeNotSupported)
	case named[1] != strconv.FormatInt(int64(c.Account()), 10) || p.devices == nil:
		return nil, fault.New(code.FailedOperationCheckMFAError)
	}
	return p.devices.TryCode(ctx, c, given)
}

// tryMFA tries the second factor of a call that may come without one: device and code, or neither.
func (p *Product) tryMFA(ctx context.Context, c *call.Call, serial, token *string) (secondFactor, error) {
	device, shown := serial != nil && *serial != "", token != nil && *token != ""
	switch {
	case !device && !shown:
		return nil, nil
	case device && shown:
		return p.tryDevice(ctx, c, *serial, *token)
	}
	return nil, fault.New(code.FailedOperationCheckMFAError)
}
