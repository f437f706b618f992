package eiam_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/eiam"
)

// person reads a user as the directory has it.
func (e *tenant) person(t testing.TB, id string) *directory.Person {
	t.Helper()
	u, err := directory.Get(ctx, e.w.DB.Read(), e.Account, id)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// opens reports whether a password is a user's.
func (e *tenant) opens(t testing.TB, id, password string) bool {
	t.Helper()
	ok, err := credential.CheckPassword(ctx, e.person(t, id).PasswordHash, password)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestPasswordRefusals(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		own := P{"user_name": "Kim8=Jensen", "mobile": "15204130007", "email": "frosty@b.c", "name": "Zoltan", "first_name": "李雷"}
		id := e.user(t, "Kim8=Jensen", own)
		before := e.person(t, id).PasswordHash
		fresh := with(own, P{"user_name": "Kim9=Jensen", "mobile": "15204130008", "email": "frosty@d.e"})
		for _, tc := range []struct{ name, password, code string }{
			{"none", "", "PWD.0001"},
			{"too short", "aB3!xyz", "PWD.0002"},
			{"too long", "aB3!567890123456789012345678901xk", "PWD.0002"},
			{"no capital", "tree-51-house", "PWD.0005"},
			{"no digit", "tRee-xx-houSe", "PWD.0005"},
			{"no sign", "tRee51houSe", "PWD.0005"},
			{"with a blank", "tRee 51-houSe", "PWD.0005"},
			{"a common word", "P@ssw0rd2024!", "PWD.0006"},
			{"another one", "Admin@123", "PWD.0006"},
			{"a walk along the keyboard", "1qaz@WSX", "PWD.0006"},
			{"with the mobile number", "aB!15204130007", "PWD.0008"},
			{"with the local part of the email", "aB3!-FROSTY", "PWD.0008"},
			{"with the name", "xx9!zoLtan-x", "PWD.0008"},
			{"with the first name", "xX9!tree李雷", "PWD.0008"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				e.Fails(t, tc.code, "PUT", "/users/"+id+"/change-password", P{"password": tc.password})
				body := with(fresh, P{"password": tc.password})
				if tc.name == "with the mobile number" {
					body["mobile"], body["user_name"] = "+86-15204130007", "other"
				}
				e.Fails(t, tc.code, "POST", "/users", body)
			})
		}
		e.refuse(t, map[string]string{"id": id, "missing": missing}, []refusal{
			{"the login", "PUT /users/{id}/change-password", P{"password": "kIM8=jENSEN"}, "PWD.0003"},
			{"the login backwards", "PUT /users/{id}/change-password", P{"password": "nesneJ=8miK"}, "PWD.0004"},
			{"with the login in it", "PUT /users/{id}/change-password", P{"password": "x-Kim8=Jensen"}, "PWD.0008"},
			{"not said", "PUT /users/{id}/change-password", P{}, "PWD.0001"},
			{"a number", "PUT /users/{id}/change-password", P{"password": 12345678}, "COM.0601"},
			{"of one who is not there", "PUT /users/{missing}/change-password", P{}, "USER.0001"},
			{"verified, of one who is not there", "PUT /users/{missing}/change-password-verify", P{}, "USER.0001"},
			{"verified without the new one", "PUT /users/{id}/change-password-verify", P{"old_password": strong}, "PWD.0001"},
			{"verified without the old one", "PUT /users/{id}/change-password-verify", P{"password": strong}, "PWD.0001"},
			{"verified by a wrong one", "PUT /users/{id}/change-password-verify", P{"password": strong, "old_password": "wrong"}, "PWD.0010"},
			{"a wrong old one is told before a bad new one", "PUT /users/{id}/change-password-verify", P{"password": "x", "old_password": "wrong"}, "PWD.0010"},
		})
		if e.person(t, id).PasswordHash != before {
			t.Error("a refused password was taken")
		}
	})
}

func TestPasswordChanges(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		id := e.user(t, "alice", nil)
		forced := e.user(t, "carol", P{"pwd_must_modify": false})
		e.Fails(t, "PWD.0010", "PUT", "/users/"+forced+"/change-password-verify", P{"password": strong, "old_password": strong})
		if u := e.Must(t, 200, "GET", "/users/"+forced, nil); u.At("pwd_must_modify") != true || u.At("pwd_change_at") != nil {
			t.Errorf("made without a password: %s", u.Raw)
		}
		for _, tc := range []struct {
			name, path string
			body       P
			must       bool
		}{
			{"to be changed again, as nothing else is said", "change-password", P{"password": strong + "1"}, true},
			{"not to be changed again", "change-password", P{"password": strong + "2", "pwd_must_modify": false}, false},
			{"to be changed again, said as a text", "change-password", P{"password": strong + "3", "pwd_must_modify": "true"}, true},
			{"by one who knew the old one", "change-password-verify", P{"password": strong + "4", "old_password": strong + "3"}, false},
		} {
			t.Run(tc.name, func(t *testing.T) {
				e.w.Sleep(time.Second)
				if got := e.Must(t, 200, "PUT", "/users/"+id+"/"+tc.path, tc.body).Str("user_id"); got != id {
					t.Errorf("answered %s", got)
				}
				u := e.Must(t, 200, "GET", "/users/"+id, nil)
				if !e.opens(t, id, tc.body["password"].(string)) || u.At("pwd_must_modify") != tc.must || u.Str("pwd_change_at") != e.now() || u.Str("updated_at") != e.now() {
					t.Errorf("%s", u.Raw)
				}
			})
		}
		e.Fails(t, "PWD.0007", "PUT", "/users/"+id+"/change-password", P{"password": strong + "4"}) // the present one
		e.Must(t, 200, "PUT", "/users/"+id+"/change-password", P{"password": strong + "1"})         // earlier ones are not remembered unless the rules say so
		made := e.user(t, "bob", P{"password": strong, "pwd_must_modify": false})
		if !e.opens(t, made, strong) || e.person(t, made).MustModify {
			t.Error("the first password is not the given one")
		}
	})
}

func TestOneOfManyWhoVerifyTheSameOldPasswordChangesIt(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		id := e.user(t, "alice", P{"password": strong})
		codes := map[string]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				answer := e.Call(t, "PUT", "/users/"+id+"/change-password-verify", P{"password": fmt.Sprintf("%s-%d", strong, i), "old_password": strong})
				mu.Lock()
				defer mu.Unlock()
				codes[answer.Code]++
			})
		}
		all.Wait()
		if codes[""] != 1 || codes["PWD.0010"] != 3 {
			t.Errorf("answers %v", codes)
		}
	})
}

func TestPasswordsFollowTheRulesOfTheAccount(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		account := w.Account(t)
		e := &tenant{w.Application(t, account, "console", "all"), w}
		account.Root.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": apitest.P{"MinimumLength": 10, "MustContain": "a", "ReusePasswordLimit": 2}})
		id := e.user(t, "alice", P{"password": "treehousing"})
		e.Fails(t, "PWD.0002", "PUT", "/users/"+id+"/change-password", P{"password": "treehouse"})
		e.Fails(t, "PWD.0005", "PUT", "/users/"+id+"/change-password", P{"password": "TREEHOUSING"})
		e.Fails(t, "PWD.0007", "PUT", "/users/"+id+"/change-password", P{"password": "treehousing"})
		e.Must(t, 200, "PUT", "/users/"+id+"/change-password", P{"password": "boathousing"})
		e.Fails(t, "PWD.0007", "PUT", "/users/"+id+"/change-password-verify", P{"password": "treehousing", "old_password": "boathousing"})
		e.Must(t, 200, "PUT", "/users/"+id+"/change-password", P{"password": "lighthousing"})
		e.Must(t, 200, "PUT", "/users/"+id+"/change-password", P{"password": "treehousing"}) // no longer among the last two
	})
}

func TestResetPasswordChangesNothingThatCannotBeSent(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		none := e.user(t, "none", nil)
		both := e.user(t, "both", P{"mobile": "15204130007", "email": "a@b.c", "password": strong})
		e.refuse(t, map[string]string{"none": none, "both": both, "missing": missing}, []refusal{
			{"to one who is not there", "PUT /users/{missing}/rest-password?send_mode=FAX", nil, "USER.0001"},
			{"without a way", "PUT /users/{none}/rest-password", nil, "MSG.0004"},
			{"by another way", "PUT /users/{none}/rest-password?send_mode=FAX", nil, "MSG.0004"},
			{"to one without a mobile", "PUT /users/{none}/rest-password?send_mode=SMS", nil, "USER.0011"},
			{"to one without an email", "PUT /users/{none}/rest-password?send_mode=EMAIL", nil, "USER.0012"},
			{"as a message", "PUT /users/{both}/rest-password?send_mode=SMS", nil, "MSG.0001"},
			{"as an email", "PUT /users/{both}/rest-password?send_mode=EMAIL", nil, "MSG.0001"},
		})
		if !e.opens(t, both, strong) {
			t.Error("the password is another")
		}
	})
}

func TestWeakPasswords(t *testing.T) {
	for password, weak := range map[string]bool{
		"Passw0rd!": true, "Qwerty123!": true, "Abc@1234": true, "Aa123456!": true, "123!Password": true, "1234Qwer!@#$": true, "aaaaaaaa": true,
		"Welcome2024#": true, "abcd1234": true, strong: false, "Xk7#mQ2!vd": false, "passerine-7Bird": false, "Abc9!kdTr": false,
	} {
		if got := eiam.IsWeak(password); got != weak {
			t.Errorf("%s: weak %v", password, got)
		}
	}
}
