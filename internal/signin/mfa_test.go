package signin_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

// bind binds a device to who is signed in, and answers its secret and recovery codes.
func (h *house) bind(t testing.TB, b *apitest.Browser) (secret string, recovery []any) {
	t.Helper()
	made := b.Must(t, "hufu:CreateTotpDevice", apitest.P{"Password": password})
	secret = made.Str("Secret")
	if !strings.Contains(made.Str("Uri"), secret) {
		t.Errorf("the address is not of the secret: %s", made.Raw)
	}
	recovery, _ = b.Must(t, "hufu:EnableTotpDevice", apitest.P{"Code": code(t, secret, h.Now())}).At("RecoveryCodes").([]any)
	if len(recovery) != 10 {
		t.Errorf("%d recovery codes", len(recovery))
	}
	h.Sleep(time.Minute)
	return secret, recovery
}

func totpStep(t testing.TB, b *apitest.Browser, body apitest.P) string {
	t.Helper()
	p := b.Send(t, http.MethodPost, "/console/session/totp", body)
	if p.Code != "" {
		return p.Code
	}
	return p.Str("Step")
}

const wrongCode = "InvalidParameter.MFATokenError"

func TestABoundDeviceIsAskedForAlways(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		secret, recovery := h.bind(t, h.browser)
		b := w.Browser()
		step := func(body apitest.P, want string) {
			t.Helper()
			if b.Cookies["hufu_signin"] == "" {
				if got := b.SignIn(t, "user", h.uin, "ann", password); got != "totp" {
					t.Fatalf("after the password: %s", got)
				}
			}
			if got := totpStep(t, b, body); got != want {
				t.Errorf("%v: got %s, want %s", body, got, want)
			}
		}
		now := code(t, secret, w.Now())
		step(apitest.P{"Code": "000000"}, wrongCode)
		step(apitest.P{"Code": code(t, secret, w.Now().Add(-2*time.Minute))}, wrongCode)
		step(apitest.P{}, "MissingParameter")
		step(apitest.P{"Code": now, "RecoveryCode": "x"}, "MissingParameter")
		step(apitest.P{"Code": now}, "done")
		if me := b.Send(t, http.MethodGet, "/console/session", nil); me.At("Mfa") != true {
			t.Error(me.Raw)
		}
		step(apitest.P{"Code": now}, wrongCode) // again
		step(apitest.P{"RecoveryCode": strings.ToUpper(recovery[3].(string))}, "done")
		step(apitest.P{"RecoveryCode": recovery[3]}, wrongCode)
		if got := b.Must(t, "hufu:DescribeTotpDevice", nil); got.At("Bound") != true || got.Int("RecoveryCodesLeft") != 9 {
			t.Error(got.Raw)
		}
	})
}

func TestConditionsOnTheSecondFactorSeeTheSession(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		bob := h.addUser(t, "bob")
		made := h.Root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "with-mfa", "PolicyDocument": `{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListUsers","resource":"*","condition":{"string_equal":{"qcs:mfa":"1"}}}]}`})
		h.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": bob, "PolicyId": made.Int("PolicyId")})
		b := w.Browser()
		b.SignIn(t, "user", h.uin, "bob", password)
		b.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListUsers", nil)
		secret, _ := h.bind(t, b)
		b.SignIn(t, "user", h.uin, "bob", password)
		if got := totpStep(t, b, apitest.P{"Code": code(t, secret, w.Now())}); got != "done" {
			t.Fatal(got)
		}
		b.Must(t, "cam:ListUsers", nil)
	})
}

func TestWhoMustHaveADeviceBindsOneAtSignIn(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.rootPassword(t)
		for name, demand := range map[string]func(){
			"by the flag of the user": func() {
				h.Root.Must(t, "cam:SetMfaFlag", apitest.P{"OpUin": h.user, "LoginFlag": apitest.P{"Stoken": 1}})
			},
			"by the rule of the account": func() { h.Root.Must(t, "hufu:UpdateConsoleSettings", apitest.P{"RequireMfa": true}) },
		} {
			t.Run(name, func(t *testing.T) {
				h.Root.Must(t, "cam:SetMfaFlag", apitest.P{"OpUin": h.user, "LoginFlag": apitest.P{"Stoken": 0}})
				demand()
				b := w.Browser()
				if got := b.SignIn(t, "user", h.uin, "ann", password); got != "bind" {
					t.Fatalf("got %s", got)
				}
				shown := b.Send(t, http.MethodGet, "/console/session/bind", nil)
				again := b.Send(t, http.MethodGet, "/console/session/bind", nil)
				secret := shown.Str("Secret")
				if secret == "" || again.Str("Secret") != secret {
					t.Fatalf("shown %s, then %s", shown.Raw, again.Raw)
				}
				if p := b.Send(t, http.MethodPost, "/console/session/bind", apitest.P{"Code": "000000"}); p.Code != wrongCode {
					t.Errorf("a wrong code: %s", p.Raw)
				}
				p := b.Send(t, http.MethodPost, "/console/session/bind", apitest.P{"Code": code(t, secret, w.Now())})
				if p.Str("Step") != "done" || p.Len("RecoveryCodes") != 10 {
					t.Fatalf("bind: %s", p.Raw)
				}
				if me := b.Send(t, http.MethodGet, "/console/session", nil); me.At("Mfa") != true {
					t.Error(me.Raw)
				}
				h.Root.Must(t, "hufu:DeleteTotpDevice", apitest.P{"Uin": h.user})
				w.Sleep(time.Minute)
			})
		}
		if got := w.Browser().SignIn(t, "root", h.uin, "", password); got != "done" {
			t.Errorf("the root, whom the rule of the account is not about: %s", got)
		}
	})
}

func TestCodesAreTriedAsSeldomAsPasswords(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		secret, _ := h.bind(t, h.browser)
		b := w.Browser()
		b.SignIn(t, "user", h.uin, "ann", password)
		for range 10 {
			w.Sleep(time.Second)
			if got := totpStep(t, b, apitest.P{"Code": "000000"}); got != wrongCode {
				t.Fatal(got)
			}
		}
		if got := totpStep(t, b, apitest.P{"Code": code(t, secret, w.Now())}); got != "OperationDenied.LoginLocked" {
			t.Errorf("the eleventh: %s", got)
		}
		h.browser.SignIn(t, "user", h.uin, "ann", password)
		if got := totpStep(t, h.browser, apitest.P{"Code": code(t, secret, w.Now())}); got != "done" {
			t.Errorf("from a known browser: %s", got)
		}
	})
}

func TestDevicesOfOneselfAndOfOthers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		b := h.browser
		b.Fails(t, "OperationDenied.WrongPassword", "hufu:CreateTotpDevice", nil)
		b.Fails(t, "OperationDenied.WrongPassword", "hufu:CreateTotpDevice", apitest.P{"Password": wrong})
		b.Fails(t, "ResourceNotFound.MfaDeviceNotExist", "hufu:EnableTotpDevice", apitest.P{"Code": "123456"})
		b.Fails(t, "ResourceNotFound.MfaDeviceNotExist", "hufu:DeleteTotpDevice", apitest.P{"Code": "123456"})
		b.Must(t, "hufu:CreateTotpDevice", apitest.P{"Password": password})
		b.Fails(t, wrongCode, "hufu:EnableTotpDevice", apitest.P{"Code": "000000"})
		w.Sleep(30 * time.Minute)
		h.signIn(t, b)
		secret, recovery := h.bind(t, b)
		b.Fails(t, "FailedOperation.MfaDeviceBound", "hufu:CreateTotpDevice", apitest.P{"Password": password})
		fresh, _ := b.Must(t, "hufu:CreateRecoveryCodes", apitest.P{"Code": code(t, secret, w.Now())}).At("RecoveryCodes").([]any)
		if len(fresh) != 10 || fresh[0] == recovery[0] {
			t.Errorf("new recovery codes: %v", fresh)
		}
		b.Fails(t, wrongCode, "hufu:CreateRecoveryCodes", apitest.P{"Code": code(t, secret, w.Now())})
		w.Sleep(time.Minute)
		b.Fails(t, wrongCode, "hufu:DeleteTotpDevice", nil)
		b.Fails(t, wrongCode, "hufu:DeleteTotpDevice", apitest.P{"RecoveryCode": recovery[0]})
		b.Must(t, "hufu:DeleteTotpDevice", apitest.P{"RecoveryCode": fresh[0]})
		secret, _ = h.bind(t, b)
		b.Must(t, "hufu:DeleteTotpDevice", apitest.P{"Code": code(t, secret, w.Now())})
		if got := b.Must(t, "hufu:DescribeTotpDevice", nil); got.At("Bound") != false {
			t.Error(got.Raw)
		}

		key := h.Root.User(t, "bob")
		for _, action := range []string{"hufu:DescribeTotpDevice", "hufu:DeleteTotpDevice", "hufu:ListConsoleSessions", "hufu:EndConsoleSessions"} {
			key.Fails(t, "AuthFailure.UnauthorizedOperation", action, apitest.P{"Uin": h.user})
			key.Fails(t, "AuthFailure.UnauthorizedOperation", action, apitest.P{"Uin": 1})
			h.Root.Fails(t, "ResourceNotFound.UserNotExist", action, apitest.P{"Uin": 1})
			w.Account(t).Root.Fails(t, "ResourceNotFound.UserNotExist", action, apitest.P{"Uin": h.user})
		}
		for action, in := range map[string]apitest.P{"hufu:ChangeOwnPassword": {"OldPassword": password, "NewPassword": password2}, "hufu:CreateTotpDevice": {"Password": password},
			"hufu:EnableTotpDevice": {"Code": "123456"}, "hufu:CreateRecoveryCodes": {"Code": "123456"}, "hufu:DeleteTotpDevice": {"Code": "123456"}} {
			key.Fails(t, "UnauthorizedOperation", action, in)
		}
	})
}

// A key proves the device too: for a session of its own, and for roles that want it.
func TestACodeMakesASessionWithASecondFactor(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		secret, _ := h.bind(t, h.browser)
		made := h.Root.Must(t, "cam:CreateAccessKey", apitest.P{"TargetUin": h.user})
		key := w.Client(made.Str("AccessKey.AccessKeyId"), made.Str("AccessKey.SecretAccessKey"), "")
		h.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "ops", "PolicyDocument": `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole",
			"principal":{"qcs":["qcs::cam::uin/` + h.uin + `:root"]},"condition":{"string_equal":{"qcs:mfa":"1"}}}]}`})
		device := "qcs::cam:uin/" + h.uin + "::mfa/softToken"
		with := func(shown string) apitest.P { return apitest.P{"SerialNumber": device, "TokenCode": shown} }
		role := func(in apitest.P) apitest.P {
			in["RoleArn"], in["RoleSessionName"] = "qcs::cam::uin/"+h.uin+":roleName/ops", "ann"
			return in
		}
		key.Fails(t, "FailedOperation.CheckMFAError", "sts:GetSessionToken", with("000000"))
		got := key.Must(t, "sts:GetSessionToken", with(code(t, secret, w.Now())))
		key.Fails(t, "FailedOperation.CheckMFAError", "sts:GetSessionToken", with(code(t, secret, w.Now())))
		session := w.Client(got.Str("Credentials.TmpSecretId"), got.Str("Credentials.TmpSecretKey"), got.Str("Credentials.Token"))
		if key.Call(t, "sts:AssumeRole", role(apitest.P{})).Code == "" {
			t.Error("the role is there without a second factor")
		}
		session.Must(t, "sts:AssumeRole", role(apitest.P{}))
		w.Sleep(time.Minute)
		key.Must(t, "sts:AssumeRole", role(with(code(t, secret, w.Now()))))
		key.Fails(t, "FailedOperation.CheckMFAError", "sts:AssumeRole", role(with(code(t, secret, w.Now()))))
		w.Account(t).Root.Fails(t, "FailedOperation.CheckMFAError", "sts:GetSessionToken", with(code(t, secret, w.Now())))
		w.Sleep(time.Minute)
		for range 9 {
			key.Fails(t, "FailedOperation.CheckMFAError", "sts:GetSessionToken", with("000000"))
			w.Sleep(time.Second)
		}
		key.Fails(t, "FailedOperation.CheckMFAError", "sts:GetSessionToken", with(code(t, secret, w.Now())))
	})
}

// Whoever knows the password may sign in at the same time as the user. What the user binds must be the user's alone.
func TestADeviceIsShownToTheSignInThatBindsItAlone(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.Root.Must(t, "cam:SetMfaFlag", apitest.P{"OpUin": h.user, "LoginFlag": apitest.P{"Stoken": 1}})
		thief, ann := h.from("203.0.113.9"), w.Browser()
		thief.SignIn(t, "user", h.uin, "ann", password)
		ann.SignIn(t, "user", h.uin, "ann", password)
		stolen := thief.Send(t, http.MethodGet, "/console/session/bind", nil).Str("Secret")
		secret := ann.Send(t, http.MethodGet, "/console/session/bind", nil).Str("Secret")
		if secret == "" || secret == stolen {
			t.Errorf("both were shown %s", secret)
		}
		thief.Send(t, http.MethodGet, "/console/session/bind", nil)
		if p := ann.Send(t, http.MethodPost, "/console/session/bind", apitest.P{"Code": code(t, stolen, w.Now())}); p.Code != wrongCode {
			t.Errorf("a code of the other's device: %s", p.Raw)
		}
		if p := ann.Send(t, http.MethodPost, "/console/session/bind", apitest.P{"Code": code(t, secret, w.Now())}); p.Str("Step") != "done" {
			t.Errorf("bind: %s", p.Raw)
		}
		if p := thief.Send(t, http.MethodPost, "/console/session/bind", apitest.P{"Code": code(t, stolen, w.Now())}); p.Code != "AuthFailure.TicketFailure" {
			t.Errorf("a second device: %s", p.Raw)
		}
	})
}
