package cam_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

// text is a number or string of an answer, or of a test, as text.
func text(v any) string { return fmt.Sprint(v) }

// pairs is the parameter of AddUserToGroup and RemoveUserFromGroup.
func pairs(rows ...apitest.P) apitest.P { return apitest.P{"Info": rows} }

func inGroup(group, uin int64) apitest.P { return apitest.P{"GroupId": group, "Uin": uin} }

func TestGroupMembers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		owner, other := w.Account(t), w.Account(t).Root
		root := owner.Root
		alice := root.Must(t, "cam:AddUser", apitest.P{"Name": "alice", "PhoneNum": "13800000000", "Email": "a@example.com", "Remark": "first"})
		bob := root.Must(t, "cam:AddUser", apitest.P{"Name": "bob"})
		stranger := other.Must(t, "cam:AddUser", apitest.P{"Name": "stranger"})
		g, h, foreign := group(t, root, "g"), group(t, root, "h"), group(t, other, "foreign")
		members := func(t *testing.T, group int64, names ...any) *apitest.Answer {
			t.Helper()
			a := root.Must(t, "cam:GetGroup", apitest.P{"GroupId": group})
			same(t, a, "UserInfo", "Name", names...)
			if a.Int("GroupNum") != int64(len(names)) {
				t.Errorf("GroupNum is %d", a.Int("GroupNum"))
			}
			return a
		}

		t.Run("users join by uin or uid, and once more without harm", func(t *testing.T) {
			root.Must(t, "cam:AddUserToGroup", pairs(inGroup(g, alice.Int("Uin"))))
			w.Sleep(time.Second)
			root.Must(t, "cam:AddUserToGroup", pairs(inGroup(g, alice.Int("Uin")), apitest.P{"GroupId": g, "Uid": bob.Int("Uid")},
				inGroup(g, bob.Int("Uin")), apitest.P{"GroupId": h, "Uin": 0, "Uid": bob.Int("Uid")}))
			a := members(t, g, "bob", "alice")
			if a.Int("UserInfo.1.Uin") != alice.Int("Uin") || a.Int("UserInfo.1.Uid") != alice.Int("Uid") || a.Str("UserInfo.1.PhoneNum") != "13800000000" ||
				a.Str("UserInfo.1.CountryCode") != "86" || a.Str("UserInfo.1.Email") != "a@example.com" || a.Str("UserInfo.1.Remark") != "first" ||
				a.Int("UserInfo.1.UserType") != 1 || a.Int("UserInfo.1.PhoneFlag") != 0 || a.Str("UserInfo.1.CreateTime") == "" {
				t.Errorf("a member is shown as %s", a.Raw)
			}
		})
		t.Run("the uin wins over the uid", func(t *testing.T) {
			root.Must(t, "cam:RemoveUserFromGroup", pairs(apitest.P{"GroupId": g, "Uin": bob.Int("Uin"), "Uid": alice.Int("Uid")}))
			members(t, g, "alice")
			root.Must(t, "cam:AddUserToGroup", pairs(apitest.P{"GroupId": g, "Uin": bob.Int("Uin"), "Uid": alice.Int("Uid")}))
			members(t, g, "bob", "alice")
		})
		t.Run("a batch with one bad row changes nothing", func(t *testing.T) {
			good := inGroup(h, alice.Int("Uin"))
			for _, c := range []struct {
				code string
				row  apitest.P
			}{
				{"InvalidParameter.UserUinAndUinNotAllNull", apitest.P{"GroupId": g}},
				{"InvalidParameter.UserUinAndUinNotAllNull", apitest.P{"GroupId": g, "Uin": 0, "Uid": 0}},
				{"InvalidParameter.GroupNotExist", inGroup(1, alice.Int("Uin"))},
				{"InvalidParameter.GroupNotExist", inGroup(foreign, alice.Int("Uin"))},
				{"ResourceNotFound.UserNotExist", inGroup(g, 1)},
				{"ResourceNotFound.UserNotExist", apitest.P{"GroupId": g, "Uid": 1}},
				{"ResourceNotFound.UserNotExist", inGroup(g, stranger.Int("Uin"))},
				{"ResourceNotFound.UserNotExist", apitest.P{"GroupId": g, "Uid": stranger.Int("Uid")}},
				{"ResourceNotFound.UserNotExist", inGroup(g, owner.UIN)},
				{"MissingParameter", apitest.P{"Uin": alice.Int("Uin")}},
			} {
				root.Fails(t, c.code, "cam:AddUserToGroup", pairs(good, c.row))
			}
			members(t, h, "bob")
			for _, c := range []struct {
				code string
				row  apitest.P
			}{
				{"InvalidParameter.UserUinAndUinNotAllNull", apitest.P{"GroupId": g}},
				{"ResourceNotFound.UserNotExist", inGroup(g, stranger.Int("Uin"))},
				{"ResourceNotFound.UserNotExist", apitest.P{"GroupId": g, "Uid": 1}},
			} {
				root.Fails(t, c.code, "cam:RemoveUserFromGroup", pairs(inGroup(h, bob.Int("Uin")), c.row))
			}
			members(t, h, "bob")
		})
		t.Run("a batch has 1 to 100 rows", func(t *testing.T) {
			rows := make([]apitest.P, 101)
			for i := range rows {
				rows[i] = inGroup(g, alice.Int("Uin"))
			}
			for _, action := range []string{"cam:AddUserToGroup", "cam:RemoveUserFromGroup"} {
				root.Fails(t, "InvalidParameterValue", action, pairs(rows...))
				root.Fails(t, "InvalidParameterValue", action, apitest.P{"Info": []apitest.P{}})
			}
			root.Must(t, "cam:AddUserToGroup", pairs(rows[:100]...))
		})
		t.Run("leaving is no error for who is not in, nor is a group that does not exist", func(t *testing.T) {
			for _, row := range []apitest.P{inGroup(h, alice.Int("Uin")), inGroup(1, alice.Int("Uin")), inGroup(foreign, alice.Int("Uin"))} {
				root.Must(t, "cam:RemoveUserFromGroup", pairs(row))
			}
		})
		t.Run("a receiver is a member without uin", func(t *testing.T) {
			uin, uid := receiver(t, w, root, "contact")
			root.Must(t, "cam:AddUserToGroup", pairs(apitest.P{"GroupId": h, "Uid": uid}))
			a := root.Must(t, "cam:ListUsersForGroup", apitest.P{"GroupId": h})
			if a.Int("UserInfo.0.Uid") != uid || a.At("UserInfo.0.Uin") == nil || a.Int("UserInfo.0.Uin") != 0 || a.Int("UserInfo.0.UserType") != 3 {
				t.Errorf("the receiver %d is shown as %s", uin, a.Raw)
			}
			root.Must(t, "cam:RemoveUserFromGroup", pairs(apitest.P{"GroupId": h, "Uid": uid}))
		})
		t.Run("a group takes as many users as its quota, and a user as many groups", func(t *testing.T) {
			w.Quotas[account.UsersPerGroup] = 1
			root.Fails(t, "InvalidParameter.GroupUserFull", "cam:AddUserToGroup", pairs(inGroup(h, alice.Int("Uin"))))
			root.Must(t, "cam:AddUserToGroup", pairs(inGroup(h, bob.Int("Uin"))))
			w.Quotas[account.UsersPerGroup], w.Quotas[account.GroupsPerUser] = 2, 1
			root.Fails(t, "InvalidParameter.UserGroupFull", "cam:AddUserToGroup", pairs(inGroup(h, alice.Int("Uin"))))
			root.Must(t, "cam:AddUserToGroup", pairs(inGroup(g, alice.Int("Uin"))))
			w.Quotas[account.GroupsPerUser] = 2
			root.Must(t, "cam:AddUserToGroup", pairs(inGroup(h, alice.Int("Uin"))))
		})
		t.Run("a group is deleted with its memberships and leaves its users", func(t *testing.T) {
			root.Must(t, "cam:DeleteGroup", apitest.P{"GroupId": g})
			same(t, root.Must(t, "cam:ListGroupsForUser", apitest.P{"SubUin": bob.Int("Uin")}), "GroupInfo", "GroupName", "h")
		})
	})
}

func TestListsOfMembership(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root, other := w.Account(t).Root, w.Account(t).Root
		foreign := group(t, other, "foreign")
		stranger := other.Must(t, "cam:AddUser", apitest.P{"Name": "stranger"})
		g, h, i := group(t, root, "g"), group(t, root, "h"), group(t, root, "i")
		users := map[string]*apitest.Answer{}
		for _, name := range []string{"a", "b", "c"} {
			users[name] = root.Must(t, "cam:AddUser", apitest.P{"Name": name})
		}
		for _, name := range []string{"c", "a", "b"} {
			root.Must(t, "cam:AddUserToGroup", pairs(inGroup(g, users[name].Int("Uin"))))
			w.Sleep(time.Second)
		}
		root.Must(t, "cam:AddUserToGroup", pairs(inGroup(i, users["a"].Int("Uin")), inGroup(h, users["a"].Int("Uin")), inGroup(h, users["b"].Int("Uin"))))

		t.Run("who joined last comes first", func(t *testing.T) {
			for number, want := range [][]any{{"b", "a"}, {"c"}, {}} {
				page := root.Must(t, "cam:ListUsersForGroup", apitest.P{"GroupId": g, "Page": number + 1, "Rp": 2})
				total(t, page, "UserInfo", 3, len(want))
				same(t, page, "UserInfo", "Name", want...)
			}
			total(t, root.Must(t, "cam:ListUsersForGroup", apitest.P{"GroupId": g, "Rp": 200}), "UserInfo", 3, 3)
			same(t, root.Must(t, "cam:ListUsersForGroup", apitest.P{"GroupId": h}), "UserInfo", "Name", "b", "a")
		})
		t.Run("a group of another account has no members to show", func(t *testing.T) {
			root.Fails(t, "ResourceNotFound.GroupNotExist", "cam:ListUsersForGroup", apitest.P{"GroupId": foreign})
			root.Fails(t, "ResourceNotFound.GroupNotExist", "cam:ListUsersForGroup", apitest.P{"GroupId": 1})
		})
		t.Run("the groups of a user come newest first, by uid before uin", func(t *testing.T) {
			a, b := users["a"], users["b"]
			for number, want := range [][]any{{"i", "h"}, {"g"}, {}} {
				page := root.Must(t, "cam:ListGroupsForUser", apitest.P{"SubUin": a.Int("Uin"), "Page": number + 1, "Rp": 2})
				total(t, page, "GroupInfo", 3, len(want))
				same(t, page, "GroupInfo", "GroupName", want...)
			}
			same(t, root.Must(t, "cam:ListGroupsForUser", apitest.P{"Uid": b.Int("Uid"), "SubUin": a.Int("Uin")}), "GroupInfo", "GroupId", h, g)
			total(t, root.Must(t, "cam:ListGroupsForUser", apitest.P{"Uid": b.Int("Uid"), "Rp": 200}), "GroupInfo", 2, 2)
		})
		t.Run("a user that is not in the account does not exist", func(t *testing.T) {
			for _, p := range []apitest.P{{"Uid": 1}, {"SubUin": 1}, {"SubUin": stranger.Int("Uin")}, {"Uid": stranger.Int("Uid")}, {"Uid": 1, "SubUin": users["a"].Int("Uin")}} {
				root.Fails(t, "ResourceNotFound.UserNotExist", "cam:ListGroupsForUser", p)
			}
		})
		t.Run("bounds, and nobody named, answer FailedOperation", func(t *testing.T) {
			root.Fails(t, "FailedOperation", "cam:ListGroupsForUser", nil)
			for _, p := range []apitest.P{{"Page": 0}, {"Rp": 0}, {"Rp": 201}} {
				p["GroupId"] = g
				root.Fails(t, "FailedOperation", "cam:ListUsersForGroup", p)
				delete(p, "GroupId")
				p["SubUin"] = users["a"].Int("Uin")
				root.Fails(t, "FailedOperation", "cam:ListGroupsForUser", p)
			}
		})
	})
}

func TestPermissionsThroughGroupsComeAndGoAtOnce(t *testing.T) {
	const readOnly = 596170 // cam
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		g := group(t, root, "readers")
		user := root.User(t, "user")
		probe := func(t *testing.T, allowed bool) {
			t.Helper()
			if code := user.Call(t, "cam:ListGroups", nil).Code; (code == "") != allowed || !allowed && code != "AuthFailure.UnauthorizedOperation" {
				t.Errorf("the user is answered %q, allowed should be %v", code, allowed)
			}
		}
		member, attachment := pairs(inGroup(g, user.UIN)), apitest.P{"PolicyId": readOnly, "AttachGroupId": g}
		probe(t, false)
		for _, step := range []struct {
			what, action string
			params       apitest.P
			allowed      bool
		}{
			{"a group without policies gives nothing", "cam:AddUserToGroup", member, false},
			{"a policy of the group reaches its member", "cam:AttachGroupPolicy", attachment, true},
			{"leaving takes it away", "cam:RemoveUserFromGroup", member, false},
			{"joining gives it", "cam:AddUserToGroup", member, true},
			{"detaching takes it away", "cam:DetachGroupPolicy", apitest.P{"PolicyId": readOnly, "DetachGroupId": g}, false},
			{"attaching again gives it again", "cam:AttachGroupPolicy", attachment, true},
			{"a new name of the group changes nothing", "cam:UpdateGroup", apitest.P{"GroupId": g, "GroupName": "viewers"}, true},
			{"deleting the group takes it away", "cam:DeleteGroup", apitest.P{"GroupId": g}, false},
			{"a policy of the user itself reaches it", "cam:AttachUserPolicy", apitest.P{"PolicyId": readOnly, "AttachUin": user.UIN}, true},
			{"and is taken away", "cam:DetachUserPolicy", apitest.P{"PolicyId": readOnly, "DetachUin": user.UIN}, false},
		} {
			t.Run(step.what, func(t *testing.T) {
				root.Must(t, step.action, step.params)
				probe(t, step.allowed)
			})
		}
		t.Run("a reader may not write", func(t *testing.T) {
			root.Must(t, "cam:AttachUserPolicy", apitest.P{"PolicyId": readOnly, "AttachUin": user.UIN})
			for action, p := range map[string]apitest.P{"cam:CreateGroup": {"GroupName": "x"}, "cam:AddUserToGroup": member, "cam:AttachGroupPolicy": attachment} {
				user.Fails(t, "AuthFailure.UnauthorizedOperation", action, p)
			}
		})
	})
}
