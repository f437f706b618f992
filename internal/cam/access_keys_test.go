package cam_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestAnAccessKeyLivesFromCreationToDeletion(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		user := a.Root.User(t, "ann", 596170)
		target := apitest.P{"TargetUin": user.UIN}
		remove := func(id string) apitest.P { return apitest.P{"TargetUin": user.UIN, "AccessKeyId": id} }
		switched := func(id, status string) apitest.P {
			return apitest.P{"TargetUin": user.UIN, "AccessKeyId": id, "Status": status}
		}
		w.Sleep(time.Second)
		made := a.Root.Must(t, "cam:CreateAccessKey", apitest.P{"TargetUin": user.UIN, "Description": "for_ci:a/b+c=d,e.f@g-h"})
		id, secret := made.Str("AccessKey.AccessKeyId"), made.Str("AccessKey.SecretAccessKey")
		if len(id) != 36 || !strings.HasPrefix(id, "AKID") || len(secret) != 32 || made.Str("AccessKey.Status") != "Active" || made.Str("AccessKey.Description") != "for_ci:a/b+c=d,e.f@g-h" {
			t.Fatalf("new key: %s", made.Raw)
		}
		second := w.Client(id, secret, "")
		second.Must(t, "cam:ListUsers", nil)
		a.Root.Fails(t, "OperationDenied.AccessKeyOverLimit", "cam:CreateAccessKey", target)

		list := a.Root.Must(t, "cam:ListAccessKeys", target)
		if list.Len("AccessKeys") != 2 || list.Str("AccessKeys.0.AccessKeyId") != user.ID || list.Str("AccessKeys.1.AccessKeyId") != id ||
			list.At("AccessKeys.0.Description") != nil || strings.Contains(list.Raw, secret) {
			t.Errorf("keys, oldest first and without secrets: %s", list.Raw)
		}
		if got := list.Str("AccessKeys.1.CreateTime"); got != w.Now().In(time.FixedZone("", 8*60*60)).Format(time.DateTime) || got != made.Str("AccessKey.CreateTime") {
			t.Errorf("created %q", got)
		}

		mfa := credential.Issue{Account: store.Account(a.UIN), UIN: user.UIN, Session: call.Session{Kind: call.MFASession}}
		session := issueSession(t, w, second, mfa)
		session.Must(t, "cam:ListUsers", nil)
		for range 2 { // the same status again is no error
			a.Root.Must(t, "cam:UpdateAccessKey", switched(id, "Inactive"))
		}
		second.Fails(t, "AuthFailure.SecretIdNotFound", "cam:ListUsers", nil)
		session.Fails(t, "AuthFailure.TokenFailure", "cam:ListUsers", nil)
		if list := a.Root.Must(t, "cam:ListAccessKeys", target); list.Str("AccessKeys.1.Status") != "Inactive" {
			t.Errorf("a key that is off: %s", list.Raw)
		}
		a.Root.Fails(t, "OperationDenied.AccessKeyOverLimit", "cam:CreateAccessKey", target) // one that is off counts
		for range 2 {
			a.Root.Must(t, "cam:UpdateAccessKey", switched(id, "Active"))
		}
		second.Must(t, "cam:ListUsers", nil)
		session.Fails(t, "AuthFailure.TokenFailure", "cam:ListUsers", nil) // ended is ended

		session = issueSession(t, w, second, mfa)
		session.Must(t, "cam:ListUsers", nil)
		a.Root.Must(t, "cam:DeleteAccessKey", remove(id)) // an active key may be deleted
		second.Fails(t, "AuthFailure.SecretIdNotFound", "cam:ListUsers", nil)
		session.Fails(t, "AuthFailure.TokenFailure", "cam:ListUsers", nil)
		a.Root.Fails(t, "ResourceNotFound.SecretNotExist", "cam:DeleteAccessKey", remove(id))
		a.Root.Fails(t, "ResourceNotFound.SecretNotExist", "cam:UpdateAccessKey", switched(id, "Active"))
		if list := a.Root.Must(t, "cam:ListAccessKeys", target); list.Len("AccessKeys") != 1 {
			t.Errorf("a deleted key is listed: %s", list.Raw)
		}
		a.Root.Must(t, "cam:CreateAccessKey", target) // its place is free
		user.Must(t, "cam:ListUsers", nil)            // and the first key never noticed
	})
}

func TestAnEmptyListOfKeysIsAList(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "ann"}).Int("Uin")
		if list := root.Must(t, "cam:ListAccessKeys", apitest.P{"TargetUin": uin}); list.Len("AccessKeys") != 0 {
			t.Errorf("no keys: %s", list.Raw)
		}
	})
}

func TestWhoseKeysACallIsAbout(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		user := a.Root.User(t, "ann", 596169)
		foreign := other.Root.User(t, "bob")
		admin := issueSession(t, w, a.Root, credential.Issue{Account: store.Account(a.UIN), UIN: a.UIN, RoleID: adminRole(t, w, a),
			Session: call.Session{Kind: call.AssumedRole, Name: "s"}})
		callers := map[string]*apitest.Client{"root": a.Root, "user": user, "role": admin}
		own := map[string]string{"root": a.Root.ID, "user": user.ID, "role": user.ID}
		for _, tt := range []struct {
			name   string
			caller string
			target any
			code   string
		}{
			{"absent is the root itself", "root", nil, ""},
			{"0 is the root itself", "root", 0, ""},
			{"the root by its uin", "root", a.UIN, ""},
			{"absent is the user itself", "user", nil, ""},
			{"0 is the user itself", "user", 0, ""},
			{"the user by its uin", "user", user.UIN, ""},
			{"a role may name a user", "role", user.UIN, ""},
			{"a role has no keys of its own", "role", nil, "InvalidParameter.UserNotExist"},
			{"a role has none under 0 either", "role", 0, "InvalidParameter.UserNotExist"},
			{"a user aims at the root", "user", a.UIN, "OperationDenied.SubUin"},
			{"a role aims at the root", "role", a.UIN, "OperationDenied.SubUin"},
			{"another root", "root", other.UIN, "OperationDenied.UinNotMatch"},
			{"another root's user", "root", foreign.UIN, "OperationDenied.UinNotMatch"},
			{"nobody answers as another root", "root", int64(999_999_999_999), "OperationDenied.UinNotMatch"},
			{"a user aims at another root", "user", other.UIN, "OperationDenied.UinNotMatch"},
			{"a negative uin", "root", -1, "InvalidParameterValue"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				params := func(more apitest.P) apitest.P {
					if tt.target != nil {
						more["TargetUin"] = tt.target
					}
					return more
				}
				caller := callers[tt.caller]
				caller.Fails(t, tt.code, "cam:ListAccessKeys", params(apitest.P{}))
				caller.Fails(t, tt.code, "cam:UpdateAccessKey", params(apitest.P{"AccessKeyId": own[tt.caller], "Status": "Active"}))
				made := caller.Call(t, "cam:CreateAccessKey", params(apitest.P{}))
				if made.Code != tt.code {
					t.Fatalf("CreateAccessKey: %s, want %q", made.Raw, tt.code)
				}
				id := "AKIDnone"
				if made.Code == "" {
					id = made.Str("AccessKey.AccessKeyId")
				}
				caller.Fails(t, tt.code, "cam:DeleteAccessKey", params(apitest.P{"AccessKeyId": id}))
			})
		}
	})
}

// adminRole makes a role that may do everything in cam.
func adminRole(t *testing.T, w *apitest.World, a *apitest.Account) int64 {
	t.Helper()
	const id = int64(1)<<62 + 77
	execute(t, w, `INSERT INTO roles (id, account, name, name_key, kind, document, description, console_login, session_duration, created_at, updated_at)
		VALUES ($1, $2, 'admin', 'admin', 'user', '{}', '', 0, 0, 0, 0)`, id, a.UIN)
	execute(t, w, `INSERT INTO attachments (account, target_kind, target_id, policy_id, operator_kind, operator_id, attached_at)
		VALUES ($1, 3, $2, 596169, 0, $1, 0)`, a.UIN, id)
	return id
}

func TestKeyActionsRefuseWhatTheyCannotDo(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		user := a.Root.User(t, "ann")
		reader := a.Root.User(t, "reader", 596170)
		for _, tt := range []struct {
			name, code, action string
			params             apitest.P
		}{
			{"a key under another uin of the account", "OperationDenied.UinNotMatch", "UpdateAccessKey", apitest.P{"AccessKeyId": user.ID, "Status": "Inactive"}},
			{"a key under another uin to delete", "OperationDenied.UinNotMatch", "DeleteAccessKey", apitest.P{"AccessKeyId": a.Root.ID, "TargetUin": user.UIN}},
			{"a key of another account", "ResourceNotFound.SecretNotExist", "UpdateAccessKey", apitest.P{"AccessKeyId": other.Root.ID, "Status": "Inactive"}},
			{"a key of another account to delete", "ResourceNotFound.SecretNotExist", "DeleteAccessKey", apitest.P{"AccessKeyId": other.Root.ID}},
			{"a key of nobody", "ResourceNotFound.SecretNotExist", "DeleteAccessKey", apitest.P{"AccessKeyId": "AKIDnone"}},
			{"no key", "MissingParameter", "DeleteAccessKey", apitest.P{}},
			{"another status", "InvalidParameter.ParamError", "UpdateAccessKey", apitest.P{"AccessKeyId": a.Root.ID, "Status": "Deleted"}},
			{"an empty description", "InvalidParameter.ParamError", "CreateAccessKey", apitest.P{"Description": ""}},
			{"a description of 1025 characters", "InvalidParameter.ParamError", "CreateAccessKey", apitest.P{"Description": strings.Repeat("d", 1025)}},
			{"a description with a space", "InvalidParameter.ParamError", "CreateAccessKey", apitest.P{"Description": "a b"}},
			{"a description of 1024 characters", "", "CreateAccessKey", apitest.P{"Description": strings.Repeat("d", 1024)}},
		} {
			t.Run(tt.name, func(t *testing.T) { a.Root.Fails(t, tt.code, "cam:"+tt.action, tt.params) })
		}
		user.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:CreateAccessKey", nil) // also for its own a user needs a grant
		user.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListAccessKeys", nil)
		own := a.Root.User(t, "own") // CreateAccessKey alone can be granted for one user's keys
		a.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": own.UIN, "PolicyId": newPolicy(t, a.Root, "own-keys", statement(fmt.Sprintf(
			`"effect":"allow","action":"cam:*AccessKey*","resource":"qcs::cam::uin/%d:uin/%d"`, a.UIN, own.UIN)))})
		own.Must(t, "cam:CreateAccessKey", apitest.P{"TargetUin": 0})
		own.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:CreateAccessKey", apitest.P{"TargetUin": user.UIN})
		own.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListAccessKeys", nil)
		reader.Must(t, "cam:ListAccessKeys", nil)
		reader.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:DeleteAccessKey", apitest.P{"AccessKeyId": reader.ID})
		other.Root.Must(t, "cam:ListUsers", nil)
	})
}

func TestGetSecurityLastUsedIsLive(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		user := a.Root.User(t, "ann", 596170)
		idle := a.Root.User(t, "idle")
		other.Root.Must(t, "cam:ListUsers", nil)
		w.Sleep(time.Hour)
		user.Must(t, "cam:ListUsers", nil)
		asked := []string{idle.ID, user.ID, other.Root.ID, "AKIDnone", user.ID}
		check := func() {
			t.Helper()
			got := a.Root.Must(t, "cam:GetSecurityLastUsed", apitest.P{"SecretIdList": asked})
			if got.Len("SecretIdLastUsedRows") != len(asked) {
				t.Fatalf("rows: %s", got.Raw)
			}
			for i, id := range got.Pluck("SecretIdLastUsedRows", "SecretId") {
				row := got.At("SecretIdLastUsedRows").([]any)[i].(map[string]any)
				if id != asked[i] {
					t.Errorf("row %d is about %v", i, id)
				}
				if (id == user.ID) != (row["LastUsedDate"] != nil) || (id == user.ID) != (row["LastSecretUsedDate"] != nil) {
					t.Errorf("row %d: %v", i, row)
				}
			}
			day := w.Now().In(time.FixedZone("", 8*60*60)).Format(time.DateOnly)
			if got.Int("SecretIdLastUsedRows.1.LastSecretUsedDate") != w.Now().UnixMilli() || got.Str("SecretIdLastUsedRows.1.LastUsedDate") != day {
				t.Errorf("used just now: %s", got.Raw)
			}
		}
		check()
		if err := w.Keys.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		check() // from the database as from memory
		a.Root.Fails(t, "InvalidParameter", "cam:GetSecurityLastUsed", apitest.P{"SecretIdList": []string{}})
		a.Root.Fails(t, "InvalidParameter", "cam:GetSecurityLastUsed", apitest.P{"SecretIdList": strings.Split(strings.Repeat("a,", 10)+"a", ",")})
		a.Root.Must(t, "cam:GetSecurityLastUsed", apitest.P{"SecretIdList": strings.Split(strings.Repeat("a,", 9)+"a", ",")})
	})
}

func TestTwoKeysAreAllThatManyCallsAtOnceCanMake(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		answers := atOnce(8, func() *apitest.Answer { return a.Root.Call(t, "cam:CreateAccessKey", nil) })
		if answers[""] != 1 || answers["OperationDenied.AccessKeyOverLimit"] != 7 {
			t.Errorf("answers %v: the root had one key and may have two", answers)
		}
		records, err := audit.Query(t.Context(), w.DB.Read(), audit.Filter{Account: store.Account(a.UIN), Action: "cam:CreateAccessKey", Limit: 20})
		if err != nil {
			t.Fatal(err)
		}
		id := a.Root.Must(t, "cam:ListAccessKeys", nil).Str("AccessKeys.1.AccessKeyId")
		if id == a.Root.ID {
			id = a.Root.Must(t, "cam:ListAccessKeys", nil).Str("AccessKeys.0.AccessKeyId") // made in the same millisecond
		}
		named := slices.ContainsFunc(records, func(r audit.Record) bool {
			return r.Outcome == "ok" && slices.Contains(r.Resources, fmt.Sprintf("qcs::cam::uin/%d:accesskey/%s", a.UIN, id))
		})
		if !named {
			t.Errorf("no audit record names the new key %s: %+v", id, records)
		}
	})
}

// atOnce makes n calls at the same time and counts the codes of their answers.
func atOnce(n int, call func() *apitest.Answer) map[string]int {
	codes := make(chan string)
	for range n {
		go func() { codes <- call().Code }()
	}
	count := map[string]int{}
	for range n {
		count[<-codes]++
	}
	return count
}
