package wecom

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
)

// This file is WeCom's part of signing in. That a browser comes back with the state that it left with is the door's to see to.

// What is told of a sign-in that came to nothing.
var (
	// errFailed is a code that WeCom did not exchange for somebody, or WeCom not answering.
	errFailed = fault.New("AuthFailure.WeComFailed")
	// errNotUser is somebody who is no sub-user of the account, or may not sign in now.
	errNotUser = fault.New("AuthFailure.WeComNotUser")
)

// Choice is an enterprise by which one can sign in.
type Choice struct{ CorpID, Name string }

// Choices are the enterprises by which sub-users of an account can sign in; none where there is no such account.
func (p *Product) Choices(ctx context.Context, owner store.Account) ([]Choice, error) {
	all, err := corpsOf(ctx, p.DB.Read(), owner)
	var list []Choice
	for i := range all {
		if all[i].linkedNow() {
			list = append(list, Choice{all[i].corpID, all[i].name})
		}
	}
	return list, err
}

// SignIn is a sign-in that begins.
type SignIn struct {
	Owner     store.Account
	CorpID    string
	State     string // comes back with the code
	Callback  string // absolute address to come back to
	UserAgent string // of the browser
	English   bool   // the language of WeCom's page
}

// inWeCom is in the user agent of WeCom's own browser, which knows who its user is.
const inWeCom = "wxwork"

// Address is where at WeCom a browser goes to sign in: inside WeCom to where it consents by itself, elsewhere to a code to
// scan.
func (p *Product) Address(ctx context.Context, in SignIn) (string, error) {
	o, err := linkedCorp(ctx, p.DB.Read(), in.Owner, in.CorpID)
	if errors.Is(err, errNoCorp) || errors.Is(err, errUnlinked) {
		return "", errNotUser
	}
	if err != nil {
		return "", err
	}
	back, err := p.back(in.Callback)
	if err != nil {
		return "", err
	}
	agent := strconv.FormatInt(o.agentID, 10)
	if strings.Contains(strings.ToLower(in.UserAgent), inWeCom) {
		return p.AuthorizeBase + "/connect/oauth2/authorize?" + url.Values{"appid": {o.corpID}, "redirect_uri": {back}, "response_type": {"code"},
			"scope": {"snsapi_base"}, "state": {in.State}, "agentid": {agent}}.Encode() + "#wechat_redirect", nil
	}
	language := "zh"
	if in.English {
		language = "en"
	}
	return p.LoginBase + "/wwlogin/sso/login?" + url.Values{"login_type": {"CorpApp"}, "appid": {o.corpID}, "agentid": {agent}, "redirect_uri": {back},
		"state": {in.State}, "lang": {language}}.Encode(), nil
}

// back is the address to come back to, on the public address where that is set: WeCom trusts one host only.
func (p *Product) back(callback string) (string, error) {
	u, err := url.Parse(callback)
	if err != nil {
		return "", fmt.Errorf("address to come back to: %w", err)
	}
	if p.PublicURL == "" {
		return callback, nil
	}
	return p.PublicURL + u.EscapedPath(), nil
}

// SignedIn answers which sub-user a code is about. WeCom answers the userid of members whom the application cannot see any more
// too, so the member itself is asked for, and its state settled, before anybody is let in.
func (p *Product) SignedIn(ctx context.Context, owner store.Account, corpID, code string) (uin int64, err error) {
	o, err := linkedCorp(ctx, p.DB.Read(), owner, corpID)
	if errors.Is(err, errNoCorp) || errors.Is(err, errUnlinked) {
		return 0, errNotUser
	}
	if err != nil {
		return 0, err
	}
	userID, err := p.session(&o).SignedIn(ctx, code)
	if err != nil {
		return 0, p.signInFault(&o, err)
	}
	if userID == "" {
		return 0, errNotUser // somebody from outside
	}
	u, err := userOf(ctx, p.DB.Read(), &o, userID)
	if errors.Is(err, errNoMember) {
		return 0, errNotUser // nobody is made a user by signing in
	}
	if err != nil {
		return 0, err
	}
	state, err := p.check(ctx, &o, &u)
	switch {
	case err != nil:
		return 0, p.signInFault(&o, err)
	case state != userActive:
		return 0, errNotUser
	}
	// The enterprise may have been unlinked while WeCom was asked.
	if _, err := linkedCorp(ctx, p.DB.Read(), owner, corpID); err != nil {
		return 0, errNotUser
	}
	return u.uin, nil
}

// signInFault tells the user that it did not work, and the log why.
func (p *Product) signInFault(o *corp, err error) error {
	if qyapi.HandlingOf(err) != qyapi.Code {
		p.Log.Warn("a sign-in by WeCom failed", "account", int64(o.account), "corp", o.corpID, "error", err)
	}
	return errFailed
}
