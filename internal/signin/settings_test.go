package signin_test

import (
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestSettingsOfTheConsole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		got := a.Root.Must(t, "hufu:DescribeConsoleSettings", nil)
		if got.Str("Alias") != "" || got.Int("IdleMinutes") != 30 || got.Int("MaximumMinutes") != 720 || got.At("RequireMfa") != false || got.At("UpdateTime") != nil {
			t.Errorf("the defaults: %s", got.Raw)
		}
		other.Root.Must(t, "hufu:UpdateConsoleSettings", apitest.P{"Alias": "taken"})
		for _, tt := range []struct {
			name, code, alias string
			in                apitest.P
		}{
			{"an alias", "", "acme-1", apitest.P{"Alias": "acme-1"}},
			{"the same again", "", "acme-1", apitest.P{"Alias": "acme-1"}},
			{"another setting leaves it", "", "acme-1", apitest.P{"RequireMfa": false}},
			{"another account's", "InvalidParameter.AliasInUse", "acme-1", apitest.P{"Alias": "taken"}},
			{"a uin", "InvalidParameter.AliasError", "acme-1", apitest.P{"Alias": "100000000001"}},
			{"a number below zero", "InvalidParameter.AliasError", "acme-1", apitest.P{"Alias": "-123"}},
			{"too short", "InvalidParameter.AliasError", "acme-1", apitest.P{"Alias": "ab"}},
			{"too long", "InvalidParameterValue", "acme-1", apitest.P{"Alias": strings.Repeat("a", 33)}},
			{"upper case", "InvalidParameterValue", "acme-1", apitest.P{"Alias": "Acme"}},
			{"too short a pause", "InvalidParameterValue", "acme-1", apitest.P{"IdleMinutes": 4}},
			{"too long a life", "InvalidParameterValue", "acme-1", apitest.P{"MaximumMinutes": 10081}},
			{"none", "", "", apitest.P{"Alias": ""}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				a.Root.Fails(t, tt.code, "hufu:UpdateConsoleSettings", tt.in)
				if got := a.Root.Must(t, "hufu:DescribeConsoleSettings", nil); got.Str("Alias") != tt.alias || got.Int("UpdateTime") != w.Now().Unix() {
					t.Error(got.Raw)
				}
			})
		}
		other.Root.Must(t, "hufu:UpdateConsoleSettings", apitest.P{"Alias": "acme-1"}) // it is free again
		bob := a.Root.User(t, "bob")
		bob.Fails(t, "AuthFailure.UnauthorizedOperation", "hufu:DescribeConsoleSettings", nil)
		bob.Fails(t, "AuthFailure.UnauthorizedOperation", "hufu:UpdateConsoleSettings", apitest.P{"Alias": "bobs"})
		made := a.Root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "helpdesk", "PolicyDocument": `{"version":"2.0","statement":[{"effect":"allow",
			"action":["hufu:UnlockUser","hufu:EndConsoleSessions","hufu:DeleteTotpDevice","hufu:DescribeTotpDevice","hufu:ListConsoleSessions"],"resource":"*"}]}`})
		a.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": bob.UIN, "PolicyId": made.Int("PolicyId")})
		ann := a.Root.User(t, "ann").UIN
		bob.Must(t, "hufu:UnlockUser", apitest.P{"Uin": ann})
		bob.Must(t, "hufu:EndConsoleSessions", apitest.P{"Uin": ann})
		bob.Must(t, "hufu:DescribeTotpDevice", apitest.P{"Uin": ann})
		bob.Fails(t, "ResourceNotFound.MfaDeviceNotExist", "hufu:DeleteTotpDevice", apitest.P{"Uin": ann})
	})
}

func TestARoleHasNoSignInOfItsOwn(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		made := h.Root.Must(t, "sts:GetFederationToken", apitest.P{"Name": "fed", "Policy": `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}`})
		fed := w.Client(made.Str("Credentials.TmpSecretId"), made.Str("Credentials.TmpSecretKey"), made.Str("Credentials.Token"))
		for _, action := range []string{"hufu:ListConsoleSessions", "hufu:DescribeTotpDevice"} {
			fed.Fails(t, "UnauthorizedOperation", action, nil)
			fed.Fails(t, "ResourceNotFound.UserNotExist", action, apitest.P{"Uin": h.UIN})
		}
		fed.Fails(t, "AuthFailure.UnauthorizedOperation", "hufu:EndConsoleSessions", nil) // it changes nothing of hufu's
	})
}

func TestADisabledPersonDoesNotSignIn(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		person := h.person(t)
		h.Root.Must(t, "hufu:SetPersonStatus", apitest.P{"PersonId": person, "Status": "Disabled"})
		if got := w.Browser().SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("sign-in: %s", got)
		}
		h.browser.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUserAppId", nil)
		if signedIn(t, h.browser) {
			t.Error("the session shows who is signed in")
		}
		h.Root.Must(t, "hufu:SetPersonStatus", apitest.P{"PersonId": person, "Status": "Enabled"})
		h.browser.Must(t, "cam:GetUserAppId", nil)
		h.signIn(t, w.Browser())
	})
}
