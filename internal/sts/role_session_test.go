package sts_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestTheCredentialOfARole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		bob := b.Root.User(t, "bob", 1)
		id := newRole(t, a.Root, "ops", trust("", rootName(b.UIN)), 1)
		made := bob.Must(t, "sts:AssumeRole", as(roleName(a.UIN, "ops"), "RoleSessionName", "night-shift"))
		session := holding(w, made)
		if len(session.ID) != 68 || len(session.Key) != 44 || len(session.Token) < 600 || len(session.Token) > 800 {
			t.Errorf("shapes of %d, %d, %d characters", len(session.ID), len(session.Key), len(session.Token))
		}

		t.Run("it tells who it is", func(t *testing.T) {
			who := session.Must(t, "sts:GetCallerIdentity", nil)
			for member, want := range map[string]string{
				"Type": "CAMRole", "AccountId": fmt.Sprint(a.UIN), "Arn": fmt.Sprintf("qcs::sts:%d:assumed-role/%s", a.UIN, id),
				"UserId": id + ":night-shift", "PrincipalId": fmt.Sprint(bob.UIN),
			} {
				if got := who.Str(member); got != want {
					t.Errorf("%s is %q, want %q", member, got, want)
				}
			}
		})
		t.Run("it acts in the role's account", func(t *testing.T) {
			session.Must(t, "cam:AddUser", apitest.P{"Name": "made-by-role"})
			a.Root.Must(t, "cam:GetUser", apitest.P{"Name": "made-by-role"})
			session.Fails(t, "ResourceNotFound.UserNotExist", "cam:GetUser", apitest.P{"Name": "bob"})
		})
		t.Run("it needs its token, and no other", func(t *testing.T) {
			second := assume(t, w, bob, roleName(a.UIN, "ops"))
			w.Client(session.ID, session.Key, "").Fails(t, ended, "sts:GetCallerIdentity", nil)
			w.Client(session.ID, session.Key, second.Token).Fails(t, ended, "sts:GetCallerIdentity", nil)
			w.Client(session.ID, second.Key, session.Token).Fails(t, "AuthFailure.SignatureFailure", "sts:GetCallerIdentity", nil)
			w.Client(bob.ID, bob.Key, session.Token).Fails(t, ended, "sts:GetCallerIdentity", nil)
		})
		t.Run("its secrets are in no audit record, its id is in that of its call", func(t *testing.T) {
			records, err := audit.Query(t.Context(), w.DB.Read(), audit.Filter{Account: store.Account(b.UIN), Action: "sts:AssumeRole", Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			all, _ := json.Marshal(records)
			if strings.Contains(string(all), session.Key) || strings.Contains(string(all), session.Token) {
				t.Errorf("a secret is in %s", all)
			}
			first := records[len(records)-1]
			want := []string{roleName(a.UIN, "ops"), fmt.Sprintf("qcs::sts::uin/%d:session/%s", a.UIN, session.ID)}
			if !slices.Equal(first.Resources, want) || first.Decision.Effect != "allow" || first.CallerID != bob.UIN {
				t.Errorf("%+v, want resources %v", first, want)
			}
		})
	})
}

// The numbers are those of the worked decisions in policy/testdata, with actions that are served here.
func TestWhatARoleSessionMay(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root := a.Root
		users, groups := newPolicy(t, root, "users", "allow cam:ListUsers *"), newPolicy(t, root, "groups", "allow cam:ListGroups *")
		newRole(t, root, "wide", trust("", rootName(a.UIN)), 1)
		newRole(t, root, "narrow", trust("", rootName(a.UIN)), users)
		assumeWith := func(name, policy string) *apitest.Client {
			t.Helper()
			return assume(t, w, root, roleName(a.UIN, name), "Policy", policy)
		}
		t.Run("74: the session policy limits the role", func(t *testing.T) {
			s := assumeWith("wide", document("allow cam:ListUsers *"))
			s.Must(t, "cam:ListUsers", nil)
			s.Fails(t, denied, "cam:ListGroups", nil)
		})
		t.Run("75: it grants nothing", func(t *testing.T) {
			s := assumeWith("narrow", document("allow cam:ListGroups *"))
			s.Fails(t, denied, "cam:ListGroups", nil)
			s.Fails(t, denied, "cam:ListUsers", nil)
		})
		t.Run("76: a deny in it wins", func(t *testing.T) {
			s := assumeWith("wide", document("allow * *", "deny cam:ListGroups *"))
			s.Fails(t, denied, "cam:ListGroups", nil)
			s.Must(t, "cam:ListUsers", nil)
		})
		t.Run("77: whoever assumes the role, only its policies count", func(t *testing.T) {
			s := assume(t, w, root.User(t, "administrator", 1), roleName(a.UIN, "narrow"))
			s.Fails(t, denied, "cam:ListGroups", nil)
			s.Fails(t, denied, "cam:AddUser", apitest.P{"Name": "x"})
			s.Must(t, "cam:ListUsers", nil)
		})
		t.Run("80: attachments and boundaries of the role are read at every call", func(t *testing.T) {
			s := assume(t, w, root, roleName(a.UIN, "narrow"))
			narrow := apitest.P{"RoleName": "narrow", "PolicyId": groups}
			root.Must(t, "cam:PutRolePermissionsBoundary", narrow)
			s.Fails(t, denied, "cam:ListUsers", nil)
			root.Must(t, "cam:DeleteRolePermissionsBoundary", apitest.P{"RoleName": "narrow"})
			s.Must(t, "cam:ListUsers", nil)
			root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleName": "narrow", "PolicyId": groups})
			s.Must(t, "cam:ListGroups", nil)
			root.Must(t, "cam:DetachRolePolicy", apitest.P{"DetachRoleName": "narrow", "PolicyId": groups})
			s.Fails(t, denied, "cam:ListGroups", nil)
		})
	})
}

func TestChainsOfRoles(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		root := a.Root
		arn := func(name string) string { return roleName(a.UIN, name) }
		tagged := newPolicy(t, root, "tagged", "allow sts:AssumeRole "+arn("${qcs:principal_tag_value}"))
		newRole(t, root, "ops", trust("", rootName(a.UIN)), 1)
		newRole(t, root, "red", trust("", rootName(a.UIN)), tagged)
		newRole(t, root, "blue", trust("", rootName(a.UIN)), tagged)
		newRole(t, root, "inner", trust("", arn("ops")))
		alice := root.User(t, "alice", 1)
		team := func(value string) []apitest.P { return []apitest.P{{"Key": "team", "Value": value}} }

		t.Run("a role may trust a role", func(t *testing.T) {
			alice.Fails(t, untrusted, "sts:AssumeRole", as(arn("inner")))
			inner := assume(t, w, assume(t, w, alice, arn("ops")), arn("inner"))
			if who := inner.Must(t, "sts:GetCallerIdentity", nil); who.Str("PrincipalId") != fmt.Sprint(alice.UIN) {
				t.Errorf("the chain leads to alice: %s", who.Raw)
			}
		})
		t.Run("a chain crosses accounts", func(t *testing.T) {
			newRole(t, b.Root, "far", trust("", arn("ops")), 1)
			far := assume(t, w, assume(t, w, alice, arn("ops")), roleName(b.UIN, "far"))
			if who := far.Must(t, "sts:GetCallerIdentity", nil); who.Str("AccountId") != fmt.Sprint(b.UIN) {
				t.Error(who.Raw)
			}
		})
		t.Run("a chain goes on five times", func(t *testing.T) {
			session := assume(t, w, alice, arn("ops"))
			for range 5 {
				session = assume(t, w, session, arn("ops"))
			}
			session.Fails(t, untrusted, "sts:AssumeRole", as(arn("ops")))
			session.Must(t, "cam:ListUsers", nil)
		})
		t.Run("the session policy limits whom the session may become", func(t *testing.T) {
			s := assume(t, w, alice, arn("ops"), "Policy", document("allow sts:AssumeRole "+arn("red")))
			s.Must(t, "sts:AssumeRole", as(arn("red")))
			s.Fails(t, denied, "sts:AssumeRole", as(arn("inner")))
		})
		t.Run("tags go along, and the same key is replaced", func(t *testing.T) {
			s := assume(t, w, alice, arn("red"), "Tags", team("blue"))
			s.Fails(t, denied, "sts:AssumeRole", as(arn("red")))
			s = assume(t, w, s, arn("blue"))
			s = assume(t, w, s, arn("blue"), "Tags", team("red"))
			s.Fails(t, denied, "sts:AssumeRole", as(arn("blue")))
			s.Must(t, "sts:AssumeRole", as(arn("red")))
		})
		t.Run("tags of a chain count together", func(t *testing.T) {
			var tags []apitest.P
			for i := range 50 {
				tags = append(tags, apitest.P{"Key": fmt.Sprint("k", i), "Value": "v"})
			}
			s := assume(t, w, alice, arn("ops"), "Tags", tags)
			s.Must(t, "sts:AssumeRole", as(arn("ops"), "Tags", tags))
			s.Fails(t, "InvalidParameter.ParamError", "sts:AssumeRole", as(arn("ops"), "Tags", team("x")))
		})
		t.Run("tags of the role serve where the session has none of that key", func(t *testing.T) {
			root.Must(t, "cam:TagRole", apitest.P{"RoleName": "red", "Tags": team("blue")})
			s := assume(t, w, alice, arn("red"))
			s.Must(t, "sts:AssumeRole", as(arn("blue")))
			root.Must(t, "cam:UntagRole", apitest.P{"RoleName": "red", "TagKeys": []string{"team"}})
			s.Fails(t, denied, "sts:AssumeRole", as(arn("blue")))
		})
		t.Run("a source identity cannot be changed", func(t *testing.T) {
			s := assume(t, w, alice, arn("ops"), "SourceIdentity", "100000000007")
			s.Fails(t, untrusted, "sts:AssumeRole", as(arn("ops"), "SourceIdentity", "100000000008"))
			s.Must(t, "sts:AssumeRole", as(arn("ops"), "SourceIdentity", "100000000007"))
			s = assume(t, w, s, arn("ops"))
			s.Fails(t, untrusted, "sts:AssumeRole", as(arn("ops"), "SourceIdentity", "100000000008"))
			assume(t, w, alice, arn("ops")).Must(t, "sts:AssumeRole", as(arn("ops"), "SourceIdentity", "100000000008"))
		})
	})
}

func TestWhatEndsARoleSession(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		root := a.Root
		newRole(t, root, "ops", trust("", rootName(a.UIN)), 1)
		newRole(t, b.Root, "far", trust("", rootName(a.UIN)), 1)
		// sessions of a fresh user: one, one from that one, one in the other account
		sessions := func(name string) (*apitest.Client, []*apitest.Client) {
			t.Helper()
			user := root.User(t, name, 1)
			first := assume(t, w, user, roleName(a.UIN, "ops"))
			return user, []*apitest.Client{first, assume(t, w, first, roleName(a.UIN, "ops")), assume(t, w, first, roleName(b.UIN, "far"))}
		}
		all := func(code string, sessions []*apitest.Client) {
			t.Helper()
			for _, s := range sessions {
				s.Fails(t, code, "cam:ListUsers", nil)
			}
		}

		t.Run("a change of the trust policy does not", func(t *testing.T) {
			_, s := sessions("u0")
			root.Must(t, "cam:UpdateAssumeRolePolicy", apitest.P{"RoleName": "ops", "PolicyDocument": trust("", rootName(b.UIN))})
			all("", s)
			root.Must(t, "cam:UpdateAssumeRolePolicy", apitest.P{"RoleName": "ops", "PolicyDocument": trust("", rootName(a.UIN))})
		})
		t.Run("disabling the key at the root of the chain does, for good", func(t *testing.T) {
			user, s := sessions("u1")
			all("", s)
			key := apitest.P{"AccessKeyId": user.ID, "Status": "Inactive", "TargetUin": user.UIN}
			root.Must(t, "cam:UpdateAccessKey", key)
			all(ended, s)
			key["Status"] = "Active"
			root.Must(t, "cam:UpdateAccessKey", key)
			all(ended, s)
			user.Must(t, "sts:AssumeRole", as(roleName(a.UIN, "ops")))
		})
		t.Run("deleting that key does", func(t *testing.T) {
			user, s := sessions("u2")
			root.Must(t, "cam:DeleteAccessKey", apitest.P{"AccessKeyId": user.ID, "TargetUin": user.UIN})
			all(ended, s)
		})
		t.Run("deleting the user does", func(t *testing.T) {
			_, s := sessions("u3")
			root.Must(t, "cam:DeleteUser", apitest.P{"Name": "u3", "Force": 1})
			all(ended, s)
		})
		t.Run("taking the right to assume away does not, but the chain goes no further", func(t *testing.T) {
			user, s := sessions("u4")
			root.Must(t, "cam:DetachUserPolicy", apitest.P{"DetachUin": user.UIN, "PolicyId": 1})
			all("", s)
			user.Fails(t, denied, "sts:AssumeRole", as(roleName(a.UIN, "ops")))
		})
		t.Run("deleting the role ends its own sessions at once, also for a new role of the same name", func(t *testing.T) {
			_, s := sessions("u5")
			root.Must(t, "cam:DeleteRole", apitest.P{"RoleName": "ops"})
			newRole(t, root, "ops", trust("", rootName(a.UIN)), 1)
			all(ended, s[:2])
			all("", s[2:])
		})
		t.Run("suspending the account of either end does", func(t *testing.T) {
			_, s := sessions("u6")
			suspend(t, w, b.UIN)
			all(denied, s[2:])
			all("", s[:2])
			suspend(t, w, a.UIN)
			all(ended, s)
		})
	})
}
