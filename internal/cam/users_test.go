package cam_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// importUser makes a sub-account of a kind that no action makes.
func importUser(t *testing.T, w *apitest.World, a *apitest.Account, kind cam.UserKind, name string) int64 {
	t.Helper()
	p := cam.New(w.DB, w.Keys, w.Quotas, catalogue.New(services.Services))
	var made cam.User
	err := w.DB.Write(t.Context(), func(tx *store.Tx) (err error) {
		u := cam.User{Kind: kind, Name: name, ConsoleLogin: kind != cam.Receiver}
		if kind == cam.WeComUser {
			u.WeComUserID = "wecom-" + name
		}
		made, err = p.CreateUser(t.Context(), tx, store.Account(a.UIN), u, w.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.UIN
}

// issueSession makes a client of a temporary credential that hangs on parent's key.
func issueSession(t *testing.T, w *apitest.World, parent *apitest.Client, in credential.Issue) *apitest.Client {
	t.Helper()
	in.Parent, in.Session.Issued, in.Session.Expires = parent.ID, w.Now(), w.Now().Add(time.Hour)
	var made *credential.Temporary
	err := w.DB.Write(t.Context(), func(tx *store.Tx) (err error) {
		made, err = w.Keys.Issue(t.Context(), tx, in)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w.Client(made.SecretID, made.SecretKey, made.Token)
}

// execute changes the database behind the API's back.
func execute(t *testing.T, w *apitest.World, statement string, args ...any) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// storedNumber and storedText answer one value that no action shows.
func storedNumber(t *testing.T, w *apitest.World, query string, args ...any) (n int64) {
	t.Helper()
	if err := w.DB.Read().QueryRowContext(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func storedText(t *testing.T, w *apitest.World, query string, args ...any) (s string) {
	t.Helper()
	if err := w.DB.Read().QueryRowContext(t.Context(), query, args...).Scan(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func storedPassword(t *testing.T, w *apitest.World, uin int64) string {
	t.Helper()
	return storedText(t, w, `SELECT password FROM users WHERE uin = $1`, uin)
}

func wantPassword(t *testing.T, w *apitest.World, uin int64, password string) {
	t.Helper()
	same, err := credential.CheckPassword(context.Background(), storedPassword(t, w, uin), password)
	if err != nil || !same {
		t.Errorf("the user's password is not %q (%v)", password, err)
	}
}

const goodPassword = "Correct-Horse-7"

func TestAddUserAnswersSecretsOnceAndGetUserNever(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		made := root.Must(t, "cam:AddUser", apitest.P{"Name": "alice", "ConsoleLogin": 1, "UseApi": 1, "Remark": "first"})
		if len(made.Str("Password")) != 32 || len(made.Str("SecretId")) != 36 || len(made.Str("SecretKey")) != 32 {
			t.Fatalf("secrets are missing or of the wrong shape: %s", made.Raw)
		}
		got := root.Must(t, "cam:GetUser", apitest.P{"Name": "alice"})
		if got.Int("Uin") != made.Int("Uin") || got.Str("Remark") != "first" || got.Int("ConsoleLogin") != 1 {
			t.Errorf("GetUser tells something else than AddUser: %s", got.Raw)
		}
		if got.At("RecentlyLoginIP") != "" || got.At("RecentlyLoginTime") != "" || strings.Contains(got.Raw, made.Str("SecretKey")) {
			t.Errorf("GetUser before the first login: %s", got.Raw)
		}
		root.Fails(t, "InvalidParameter.SubUserNameInUse", "cam:AddUser", apitest.P{"Name": "ALICE"})
		root.Fails(t, "ResourceNotFound.UserNotExist", "cam:GetUser", apitest.P{"Name": "ALICE"})
		w.Account(t).Root.Must(t, "cam:AddUser", apitest.P{"Name": "alice"}) // names are unique within one root only

		bare := root.Must(t, "cam:AddUser", apitest.P{"Name": "bare", "NeedResetPassword": 1, "CountryCode": "44"})
		for _, member := range []string{"Password", "SecretId", "SecretKey"} {
			if bare.At(member) != "" {
				t.Errorf("%s without console login and key: %v, want an empty string", member, bare.At(member))
			}
		}
		if got := root.Must(t, "cam:GetUser", apitest.P{"Name": "bare"}); got.Int("ConsoleLogin") != 0 || got.Str("CountryCode") != "44" || got.At("Remark") != "" {
			t.Errorf("defaults: %s", got.Raw)
		}
		unused := root.Must(t, "cam:AddUser", apitest.P{"Name": "unused", "Password": "weak", "ConsoleLogin": 0})
		if unused.Str("Password") != "weak" || storedPassword(t, w, unused.Int("Uin")) != "" {
			t.Errorf("a password without console login is answered, not judged and not set: %s", unused.Raw)
		}
		own := root.Must(t, "cam:AddUser", apitest.P{"Name": "own", "ConsoleLogin": "1", "Password": goodPassword, "PhoneNum": "13900000000", "Email": "o@example.com"})
		if own.Str("Password") != goodPassword {
			t.Errorf("the caller's own password is not echoed: %s", own.Raw)
		}
		if got := root.Must(t, "cam:GetUser", apitest.P{"Name": "own"}); got.Str("CountryCode") != "86" || got.Str("PhoneNum") != "13900000000" || got.Str("Email") != "o@example.com" {
			t.Errorf("a phone number without country code: %s", got.Raw)
		}
	})
}

func TestAddUserRefusesWhatItsRulesForbid(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		for _, name := range []string{"a", strings.Repeat("n", 64), strings.Repeat("名", 64), "+=,.@_-[]&", "日本語ひらがな"} {
			root.Must(t, "cam:AddUser", apitest.P{"Name": name})
		}
		for _, tt := range []struct {
			name, code string
			params     apitest.P
		}{
			{"a name of 65 characters", "InvalidParameter.UserNameIllegal", apitest.P{"Name": strings.Repeat("n", 65)}},
			{"an empty name", "InvalidParameter.UserNameIllegal", apitest.P{"Name": ""}},
			{"a name with a space", "InvalidParameter.UserNameIllegal", apitest.P{"Name": "a b"}},
			{"a name with a slash", "InvalidParameter.UserNameIllegal", apitest.P{"Name": "a/b"}},
			{"no name", "MissingParameter", apitest.P{"Remark": "x"}},
			{"a flag that is neither 0 nor 1", "InvalidParameter.ParamError", apitest.P{"Name": "x", "ConsoleLogin": 2}},
			{"a key flag that is neither 0 nor 1", "InvalidParameter.ParamError", apitest.P{"Name": "x", "UseApi": 3}},
			{"a phone number with letters", "InvalidParameter.ParamError", apitest.P{"Name": "x", "PhoneNum": "call me"}},
			{"an address without @", "InvalidParameter.ParamError", apitest.P{"Name": "x", "Email": "nobody"}},
			{"a password of one class", "InvalidParameter.PasswordViolatedRules", apitest.P{"Name": "x", "ConsoleLogin": 1, "Password": "abcdefgh"}},
			{"a password of 7 characters", "InvalidParameter.PasswordViolatedRules", apitest.P{"Name": "x", "ConsoleLogin": 1, "Password": "Aa0!Aa0"}},
			{"a password of 33 characters", "InvalidParameter.PasswordViolatedRules", apitest.P{"Name": "x", "ConsoleLogin": 1, "Password": "Aa0!" + strings.Repeat("x", 29)}},
			{"a password with a space", "InvalidParameter.PasswordViolatedRules", apitest.P{"Name": "x", "ConsoleLogin": 1, "Password": "Aa0! Aa0!"}},
		} {
			t.Run(tt.name, func(t *testing.T) { root.Fails(t, tt.code, "cam:AddUser", tt.params) })
		}
		root.Fails(t, "ResourceNotFound.UserNotExist", "cam:GetUser", apitest.P{"Name": "x"})
	})
}

func TestAccountsHoldNoMoreUsersThanTheirQuotas(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		w.Quotas["sub-accounts"] = 12
		add := func(c *apitest.Client, name string, code string) {
			t.Helper()
			c.Fails(t, code, "cam:AddUser", apitest.P{"Name": name})
		}
		verified := w.Account(t)
		for i := range 11 {
			add(verified.Root, "u"+string(rune('a'+i)), "")
		}
		importUser(t, w, verified, cam.Receiver, "contact") // every kind counts
		add(verified.Root, "late", "InvalidParameter.SubUserFull")
		add(verified.Root, "UA", "InvalidParameter.SubUserNameInUse") // a client that tries again has the user that it wants
		verified.Root.Must(t, "cam:DeleteUser", apitest.P{"Name": "ua"})
		add(verified.Root, "late", "")

		unverified := w.Unverified(t).Root
		for i := range 10 {
			add(unverified, "u"+string(rune('a'+i)), "")
			w.Sleep(time.Minute)
		}
		add(unverified, "late", "RequestLimitExceeded.CreateUser")
		add(unverified, "ub", "InvalidParameter.SubUserNameInUse")
		unverified.Must(t, "cam:DeleteUser", apitest.P{"Name": "ua"})
		add(unverified, "late", "RequestLimitExceeded.CreateUser") // a deletion does not give the place back
		w.Sleep(24*time.Hour - 10*time.Minute - time.Second)
		add(unverified, "late", "RequestLimitExceeded.CreateUser")
		w.Sleep(time.Second)
		add(unverified, "late", "") // the first of the ten is a day old
		add(unverified, "later", "RequestLimitExceeded.CreateUser")
	})
}

func TestUpdateUserChangesWhatIsPresent(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "ann", "Remark": "old", "PhoneNum": "139", "Email": "a@example.com"}).Int("Uin")
		type state struct{ remark, phone, country, email string }
		for _, tt := range []struct {
			name   string
			change apitest.P
			want   state
		}{
			{"nothing present changes nothing", apitest.P{}, state{"old", "139", "86", "a@example.com"}},
			{"one member leaves the others", apitest.P{"Remark": "new"}, state{"new", "139", "86", "a@example.com"}},
			{"a country code alone", apitest.P{"CountryCode": "44"}, state{"new", "139", "44", "a@example.com"}},
			{"an empty text clears", apitest.P{"Remark": "", "PhoneNum": "", "Email": ""}, state{"", "", "44", ""}},
			{"a number comes back with its country code", apitest.P{"PhoneNum": "138", "CountryCode": ""}, state{"", "138", "86", ""}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				tt.change["Name"] = "ann"
				root.Must(t, "cam:UpdateUser", tt.change)
				g := root.Must(t, "cam:GetUser", apitest.P{"Name": "ann"})
				if got := (state{g.Str("Remark"), g.Str("PhoneNum"), g.Str("CountryCode"), g.Str("Email")}); got != tt.want {
					t.Errorf("got %+v, want %+v", got, tt.want)
				}
			})
		}
		verified := func() int64 {
			t.Helper()
			return storedNumber(t, w, `SELECT 2 * phone_verified + email_verified FROM users WHERE uin = $1`, uin)
		}
		execute(t, w, `UPDATE users SET phone_verified = 1, email_verified = 1, email = 'b@example.com' WHERE uin = $1`, uin)
		root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "PhoneNum": "138", "Email": "b@example.com"})
		if verified() != 3 {
			t.Error("the same number and address have to be verified again")
		}
		root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "PhoneNum": "137"})
		if verified() != 1 {
			t.Error("a new number keeps its verified flag, or the address lost it")
		}
		root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "Email": "c@example.com"})
		if verified() != 0 {
			t.Error("a new address keeps its verified flag")
		}
	})
}

func TestUpdateUserSetsPasswordsOnlyForConsoleLogin(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "ann", "UseApi": 1}).Int("Uin")
		update := func(change apitest.P) *apitest.Answer {
			t.Helper()
			change["Name"] = "ann"
			return root.Must(t, "cam:UpdateUser", change)
		}
		update(apitest.P{"Password": "not judged", "NeedResetPassword": 1})
		if storedPassword(t, w, uin) != "" || storedNumber(t, w, `SELECT need_reset FROM users WHERE uin = $1`, uin) != 0 {
			t.Error("a password was set without console login")
		}
		drawn := update(apitest.P{"ConsoleLogin": 1})
		if storedPassword(t, w, uin) == "" || drawn.At("Password") != nil {
			t.Errorf("switching console login on has to set a password and not to tell it: %s", drawn.Raw)
		}
		before := storedPassword(t, w, uin)
		update(apitest.P{"ConsoleLogin": 1})
		update(apitest.P{"ConsoleLogin": 0})
		update(apitest.P{"Password": goodPassword})
		update(apitest.P{"Password": goodPassword, "ConsoleLogin": 0})
		update(apitest.P{"ConsoleLogin": 1, "NeedResetPassword": 1, "Password": ""})
		if storedPassword(t, w, uin) != before {
			t.Error("the stored password was replaced although none was given to a user with console login")
		}
		if storedNumber(t, w, `SELECT need_reset FROM users WHERE uin = $1`, uin) != 1 {
			t.Error("NeedResetPassword was lost")
		}
		w.Sleep(time.Minute)
		update(apitest.P{"Password": goodPassword, "NeedResetPassword": 0})
		wantPassword(t, w, uin, goodPassword)
		if at := storedNumber(t, w, `SELECT password_at FROM users WHERE uin = $1`, uin); at != w.Now().UnixMilli() {
			t.Errorf("the time of expiry counts from %d, want %d", at, w.Now().UnixMilli())
		}
		root.Fails(t, "InvalidParameter.PasswordViolatedRules", "cam:UpdateUser", apitest.P{"Name": "ann", "Password": "weak", "Remark": "lost"})
		if got := root.Must(t, "cam:GetUser", apitest.P{"Name": "ann"}); got.Str("Remark") != "" {
			t.Errorf("a refused update changed something: %s", got.Raw)
		}
	})
}

func TestUserActionsRefuseWhatTheyCannotDo(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		other := w.Account(t)
		other.Root.Must(t, "cam:AddUser", apitest.P{"Name": "foreign"})
		a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "ann"})
		wecom := importUser(t, w, a, cam.WeComUser, "wendy")
		importUser(t, w, a, cam.Receiver, "contact")
		for _, tt := range []struct {
			name, code, action string
			params             apitest.P
		}{
			{"unknown user", "ResourceNotFound.UserNotExist", "UpdateUser", apitest.P{"Name": "nobody"}},
			{"a name that no user can have", "InvalidParameter.UserNameIllegal", "UpdateUser", apitest.P{"Name": "a b"}},
			{"no name at all", "InvalidParameter.UserNameIllegal", "UpdateUser", apitest.P{"Name": ""}},
			{"a name that no user can have, to show", "ResourceNotFound.UserNotExist", "GetUser", apitest.P{"Name": "a b"}},
			{"name in another case", "ResourceNotFound.UserNotExist", "UpdateUser", apitest.P{"Name": "ANN"}},
			{"user of another account", "ResourceNotFound.UserNotExist", "UpdateUser", apitest.P{"Name": "foreign"}},
			{"receivers are no users", "ResourceNotFound.UserNotExist", "UpdateUser", apitest.P{"Name": "contact"}},
			{"receivers are not shown", "ResourceNotFound.UserNotExist", "GetUser", apitest.P{"Name": "contact"}},
			{"receivers are not deleted as users", "ResourceNotFound.UserNotExist", "DeleteUser", apitest.P{"Name": "contact"}},
			{"unknown user to delete", "ResourceNotFound.UserNotExist", "DeleteUser", apitest.P{"Name": "nobody"}},
			{"unknown user to delete with keys", "ResourceNotFound.UserNotExist", "DeleteUser", apitest.P{"Name": "foreign", "Force": 1}},
			{"a force that is neither 0 nor 1", "InvalidParameterValue", "DeleteUser", apitest.P{"Name": "ann", "Force": 2}},
			{"a flag that is neither 0 nor 1", "InvalidParameter", "UpdateUser", apitest.P{"Name": "ann", "ConsoleLogin": 2}},
			{"an address without @", "InvalidParameter", "UpdateUser", apitest.P{"Name": "ann", "Email": "nobody"}},
			{"WeCom users always log in", "FailedOperation.Unmodifiable", "UpdateUser", apitest.P{"Name": "wendy", "ConsoleLogin": 0}},
			{"WeCom users have no password", "FailedOperation.Unmodifiable", "UpdateUser", apitest.P{"Name": "wendy", "Password": goodPassword}},
			{"WeCom users have none to reset", "FailedOperation.Unmodifiable", "UpdateUser", apitest.P{"Name": "wendy", "NeedResetPassword": 1}},
			{"the rest of a WeCom user may change", "", "UpdateUser", apitest.P{"Name": "wendy", "Remark": "r", "ConsoleLogin": 1}},
			{"a WeCom user may go", "", "DeleteUser", apitest.P{"Name": "wendy"}},
		} {
			t.Run(tt.name, func(t *testing.T) { a.Root.Fails(t, tt.code, "cam:"+tt.action, tt.params) })
		}
		if n := storedNumber(t, w, `SELECT COUNT(*) FROM users WHERE uin = $1`, wecom); n != 0 {
			t.Error("the WeCom user is still there")
		}
	})
}

func TestDeleteUserTakesAlongAllThatHangsOnIt(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		user := a.Root.User(t, "ann", 596169)
		user.Must(t, "cam:AddUser", apitest.P{"Name": "child", "UseApi": 1})
		a.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "ConsoleLogin": 1, "Password": goodPassword})
		execute(t, w, `INSERT INTO group_members (account, group_id, uin, added_at) VALUES ($1, 2000, $2, 0)`, a.UIN, user.UIN)
		execute(t, w, `INSERT INTO tags (account, object_kind, object_id, tag_key, tag_value) VALUES ($1, 1, $2, 'k', 'v')`, a.UIN, user.UIN)
		session := issueSession(t, w, user, credential.Issue{Account: store.Account(a.UIN), UIN: user.UIN, Session: call.Session{Kind: call.MFASession}})
		session.Must(t, "cam:ListUsers", nil)

		a.Root.Fails(t, "OperationDenied.HaveKeys", "cam:DeleteUser", apitest.P{"Name": "ann"})
		a.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"AccessKeyId": user.ID, "TargetUin": user.UIN, "Status": "Inactive"})
		a.Root.Fails(t, "OperationDenied.HaveKeys", "cam:DeleteUser", apitest.P{"Name": "ann"}) // a key that is off is a key
		a.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"AccessKeyId": user.ID, "TargetUin": user.UIN, "Status": "Active"})
		user.Must(t, "cam:ListUsers", nil)
		session = issueSession(t, w, user, credential.Issue{Account: store.Account(a.UIN), UIN: user.UIN, Session: call.Session{Kind: call.MFASession}})
		session.Must(t, "cam:ListUsers", nil)

		// A caller that may delete users, but no keys.
		narrow := issueSession(t, w, a.Root, credential.Issue{Account: store.Account(a.UIN), UIN: a.UIN, RoleID: adminRole(t, w, a), Session: call.Session{
			Kind: call.AssumedRole, Name: "narrow", Policy: `{"version":"2.0","statement":[{"effect":"allow","action":["cam:DeleteUser"],"resource":"*"}]}`}})
		narrow.Fails(t, "UnauthorizedOperation.DeleteApiKey", "cam:DeleteUser", apitest.P{"Name": "ann", "Force": 1})
		user.Must(t, "cam:ListUsers", nil) // nothing was deleted

		a.Root.Must(t, "cam:DeleteUser", apitest.P{"Name": "ann", "Force": 1})
		user.Fails(t, "AuthFailure.SecretIdNotFound", "cam:ListUsers", nil)
		session.Fails(t, "AuthFailure.TokenFailure", "cam:ListUsers", nil)
		for table, column := range map[string]string{"users": "uin", "group_members": "uin", "password_history": "uin", "attachments": "target_id", "tags": "object_id"} {
			if n := storedNumber(t, w, `SELECT COUNT(*) FROM `+table+` WHERE account = $1 AND `+column+` = $2`, a.UIN, user.UIN); n != 0 {
				t.Errorf("%s still holds %d rows of the user", table, n)
			}
		}
		a.Root.Fails(t, "ResourceNotFound.UserNotExist", "cam:DeleteUser", apitest.P{"Name": "ann", "Force": 1})
		a.Root.Must(t, "cam:GetUser", apitest.P{"Name": "child"}) // what it made stays
		a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "Ann"})   // the name is free again
		narrow.Must(t, "cam:DeleteUser", apitest.P{"Name": "Ann", "Force": 1})
	})
}
