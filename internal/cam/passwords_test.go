package cam_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestPasswordRulesStandUntilTheyAreChanged(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		shown := func() string {
			t.Helper()
			g := a.Root.Must(t, "cam:GetPasswordRules", nil)
			return fmt.Sprint(g.Int("Rules.MinimumLength"), g.Str("Rules.MustContain"), g.Int("Rules.ForcePasswordChange"), g.Int("Rules.ReusePasswordLimit"),
				g.Int("Rules.RetryPasswordLimit"), g.Int("Rules.PasswordExpirationInvalidation"), " by ", g.Str("Modifier"))
		}
		if got := shown(); got != "8Aa0!0 0 0 2 by " {
			t.Errorf("before any change: %q", got)
		}
		if got := a.Root.Must(t, "cam:GetPasswordRules", nil); got.At("UpdateTime") != "" || got.At("Modifier") != "" {
			t.Errorf("before any change: %s", got.Raw)
		}
		user := a.Root.User(t, "ann", 596169)
		for _, tt := range []struct {
			name  string
			by    *apitest.Client
			uin   int64
			rules apitest.P
			want  string
		}{
			{"every member", a.Root, a.UIN, apitest.P{"MinimumLength": 12, "MustContain": "A0", "ForcePasswordChange": 90, "ReusePasswordLimit": 3,
				"RetryPasswordLimit": 5, "PasswordExpirationInvalidation": 1}, "12A090 3 5 1"},
			{"absent members keep their value", user, user.UIN, apitest.P{"RetryPasswordLimit": 0}, "12A090 3 0 1"},
			{"a length of 0 is 8", a.Root, a.UIN, apitest.P{"MinimumLength": 0}, "8A090 3 0 1"},
			{"the greatest values", a.Root, a.UIN, apitest.P{"MinimumLength": 32, "MustContain": "!0aA", "ForcePasswordChange": 365, "ReusePasswordLimit": 24,
				"RetryPasswordLimit": 10, "PasswordExpirationInvalidation": 2}, "32!0aA365 24 10 2"},
			{"nothing at all", a.Root, a.UIN, apitest.P{}, "32!0aA365 24 10 2"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				tt.by.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": tt.rules})
				if got, want := shown(), tt.want+" by "+strconv.FormatInt(tt.uin, 10); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
		if got := a.Root.Must(t, "cam:GetPasswordRules", nil).Str("UpdateTime"); got != w.Now().In(time.FixedZone("", 8*60*60)).Format(time.DateTime) {
			t.Errorf("updated %q", got)
		}
		for _, rules := range []apitest.P{{"MinimumLength": 7}, {"MinimumLength": 33}, {"MinimumLength": -1}, {"MustContain": ""}, {"MustContain": "Ab"}, {"MustContain": "Aa0!A"},
			{"ForcePasswordChange": 366}, {"ForcePasswordChange": -1}, {"ReusePasswordLimit": 25}, {"RetryPasswordLimit": 11}, {"PasswordExpirationInvalidation": 3}} {
			a.Root.Fails(t, "InvalidParameter.PasswordRuleError", "cam:UpdatePasswordRules", apitest.P{"Rules": rules})
		}
		a.Root.Fails(t, "MissingParameter", "cam:UpdatePasswordRules", nil)
		if got := shown(); got != "32!0aA365 24 10 2 by "+strconv.FormatInt(a.UIN, 10) {
			t.Errorf("a refused change changed something: %q", got)
		}
		if got := w.Account(t).Root.Must(t, "cam:GetPasswordRules", nil); got.Int("Rules.MinimumLength") != 8 || got.At("Modifier") != "" {
			t.Errorf("another account's rules changed: %s", got.Raw)
		}
	})
}

func TestNewPasswordsFollowTheRulesOfTheAccount(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		rules := func(r apitest.P) { root.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": r}) }
		rules(apitest.P{"MinimumLength": 10, "MustContain": "a", "ReusePasswordLimit": 2})
		root.Fails(t, "InvalidParameter.PasswordViolatedRules", "cam:AddUser", apitest.P{"Name": "ann", "ConsoleLogin": 1, "Password": "ninechars"})
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "ann", "ConsoleLogin": 1, "Password": "password-1"}).Int("Uin")
		set := func(password, code string) {
			t.Helper()
			w.Sleep(time.Second)
			root.Fails(t, code, "cam:UpdateUser", apitest.P{"Name": "ann", "Password": password})
		}
		const violated = "InvalidParameter.PasswordViolatedRules"
		set("PASSWORD-2", violated)
		set("password-1", violated)
		set("password-2", "")
		set("password-1", violated)
		set("password-3", "")
		set("password-2", violated)
		set("password-1", "") // the last two are 3 and 2
		wantPassword(t, w, uin, "password-1")
		rules(apitest.P{"ReusePasswordLimit": 0})
		set("password-1", "")

		other := root.Must(t, "cam:AddUser", apitest.P{"Name": "bob", "ConsoleLogin": 1, "Password": "password-1"}).Int("Uin")
		wantPassword(t, w, other, "password-1") // nobody meets anybody else's passwords
		for i := range 30 {
			execute(t, w, `INSERT INTO password_history (account, uin, used_at, password) SELECT account, uin, $2, password FROM users WHERE uin = $1`, other, int64(i))
		}
		root.Must(t, "cam:UpdateUser", apitest.P{"Name": "bob", "Password": "password-4"})
		if n := storedNumber(t, w, `SELECT COUNT(*) FROM password_history WHERE uin = $1`, other); n != 24 {
			t.Errorf("%d passwords are remembered, no rule can ask for more than 24", n)
		}
	})
}

func TestOnePasswordIsSetOnceByManyCallsAtOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		root.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": apitest.P{"ReusePasswordLimit": 1}})
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "ann", "ConsoleLogin": 1}).Int("Uin")
		answers := atOnce(4, func() *apitest.Answer {
			return root.Call(t, "cam:UpdateUser", apitest.P{"Name": "ann", "Password": goodPassword})
		})
		if answers[""] != 1 || answers["FailedOperation"]+answers["InvalidParameter.PasswordViolatedRules"] != 3 {
			t.Errorf("answers %v: the password may not follow itself", answers)
		}
		wantPassword(t, w, uin, goodPassword)
	})
}
