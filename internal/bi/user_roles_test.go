package bi_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestTheFirstCallMakesTheCorp(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		if got := x.grants(t, x.UIN); got != "sys_corp_admin/1" {
			t.Errorf("the root has %s", got)
		}
		if len(x.roles) != 3 {
			t.Errorf("the enterprise has the roles %v", x.roles)
		}
		for code, id := range x.roles {
			if id < 10_000_001 || other.roles[code] == id {
				t.Errorf("%s has the number %d", code, id)
			}
		}
	})
}

// TestCreateUserRoleAsPublished sends the request of the published sample, with ids that exist, and holds the answer to
// its members and their types.
func TestCreateUserRoleAsPublished(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		u := x.person(t, "jack")
		a := x.Root.Must(t, "bi:CreateUserRole", P{
			"RoleIdList": []int64{x.roles["sys_common_user"]},
			"UserInfoList": []P{{"UserId": "jack", "UserName": "Jack Q", "Email": "jack@example.com", "PhoneNumber": "13800138000",
				"AreaCode": "086", "AppUserId": "jq", "AppUserName": "JQ"}},
			"UserList": []P{{"UserId": "jack", "UserName": "Username", "CorpId": "Enterprise ID", "Email": "other@example.com", "Status": 1982493789748932,
				"FirstModify": 1982493789748932, "PhoneNumber": "10086", "AreaCode": "1", "CreatedUser": "Creator", "UpdatedUser": "Modifier",
				"GlobalUserName": "Global role", "Mobile": "Mobile number", "AppId": "1", "AppUserId": "1", "AppUserAliasName": "1", "AppUserName": "1",
				"InValidateAppRange": false}},
		})
		id := rows(t, w.DB, `SELECT id FROM bi_users WHERE account = $1 AND uin = $2`, x.UIN, u.UIN)[0][0]
		want := fmt.Sprintf(`{"Response":{"ErrorInfo":null,"Extra":"","Msg":"success","Data":{"Id":%s},"RequestId":"%s"}}`, id, a.Str("RequestId"))
		if a.Raw != want {
			t.Errorf("got %s\nwant %s", a.Raw, want)
		}
		stored := rows(t, w.DB, `SELECT user_id, user_name, email, phone, area_code, app_user_id, app_user_name, status, created_by FROM bi_users WHERE id = $1`, id)[0]
		if got := strings.Join(stored, "|"); got != "jack|Jack Q|jack@example.com|13800138000|086|jq|JQ|1|"+x.id() {
			t.Errorf("stored %s", got)
		}
	})
}

func TestCreateUserRoleRefuses(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		x.person(t, "ann")
		x.user(t, "bob")
		x.Root.Must(t, "bi:CreateUserRole", P{"UserInfoList": []P{{"UserId": "bob", "AppUserId": "taken"}}})
		stranger := other.person(t, "stranger")
		common := x.user(t, "common", "sys_common_user")
		wecom := x.person(t, "wecom")
		setWeCom(t, w, wecom.UIN, "wc1")
		for _, name := range []string{"here", "there"} { // members of two enterprises
			setWeCom(t, w, x.person(t, name).UIN, "both")
		}
		ann := []P{{"UserId": "ann"}}
		one := func(more P) P {
			u := P{"UserId": "ann"}
			for k, v := range more {
				u[k] = v
			}
			return P{"UserInfoList": []P{u}}
		}
		many := func(n int) []int64 { return make([]int64, n) }
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"nobody", x.Root, P{}, "MissingParameter.MissingParam"},
			{"a user without an id", x.Root, P{"UserInfoList": []P{{"UserName": "x"}}}, "MissingParameter.MissingParam"},
			{"a role that is not there", x.Root, P{"UserInfoList": ann, "RoleIdList": []int64{5}}, "InvalidParameterValue"},
			{"a role of another enterprise", x.Root, P{"UserInfoList": ann, "RoleIdList": []int64{other.roles["sys_common_user"]}}, "InvalidParameterValue"},
			{"a group that is not there", x.Root, P{"UserInfoList": ann, "UserGroups": []int64{5}}, "InvalidParameterValue"},
			{"a user who is not there", x.Root, P{"UserInfoList": []P{{"UserId": "nobody"}}}, "UnauthorizedOperation.UserNotExist"},
			{"a user of another account", x.Root, P{"UserInfoList": []P{{"UserId": fmt.Sprint(stranger.UIN)}}}, "UnauthorizedOperation.UserNotExist"},
			{"another root", x.Root, P{"UserInfoList": []P{{"UserId": other.id()}}}, "UnauthorizedOperation.UserNotExist"},
			{"a messenger id that nobody was imported with", x.Root, P{"UserInfoList": []P{{"AppUserId": "zz"}}}, "UnauthorizedOperation.UserNotExist"},
			{"a messenger id that two were imported with", x.Root, P{"UserInfoList": []P{{"AppUserId": "both"}}}, "UnauthorizedOperation.UserNotExist"},
			{"one of theirs for somebody else", x.Root, one(P{"AppUserId": "both"}), "UnsupportedOperation.BIError"},
			{"the root as something less", x.Root, P{"UserInfoList": []P{{"UserId": x.id()}}, "RoleIdList": []int64{x.roles["sys_common_user"]}}, "UnauthorizedOperation.Authorize"},
			{"a caller without the role", common, P{"UserInfoList": ann}, "UnauthorizedOperation.Authorize"},
			{"a caller without the role does not learn of roles", common, P{"UserInfoList": ann, "RoleIdList": []int64{5}}, "UnauthorizedOperation.Authorize"},
			{"a blank name", x.Root, one(P{"UserName": "  "}), "InvalidParameterValue"},
			{"a name of 65 characters", x.Root, one(P{"UserName": strings.Repeat("虎", 65)}), "InvalidParameterValue"},
			{"an address without @", x.Root, one(P{"Email": "ann"}), "InvalidParameterValue"},
			{"an address with two", x.Root, one(P{"Email": "a@b@c"}), "InvalidParameterValue"},
			{"an address of 129 characters", x.Root, one(P{"Email": strings.Repeat("a", 127) + "@b"}), "InvalidParameterValue"},
			{"a phone number with letters", x.Root, one(P{"PhoneNumber": "12ab5"}), "InvalidParameterValue"},
			{"a country code of 7 digits", x.Root, one(P{"AreaCode": "1234567"}), "InvalidParameterValue"},
			{"a messenger id of 65 characters", x.Root, one(P{"AppUserId": strings.Repeat("a", 65)}), "InvalidParameterValue"},
			{"a messenger id of somebody else", x.Root, one(P{"AppUserId": "taken"}), "UnsupportedOperation.BIError"},
			{"a messenger id that the directory has for somebody else", x.Root, one(P{"AppUserId": "wc1"}), "UnsupportedOperation.BIError"},
			{"another messenger id than the directory's", x.Root, P{"UserInfoList": []P{{"UserId": "wecom", "AppUserId": "wc2"}}}, "InvalidParameterValue"},
			{"101 users", x.Root, P{"UserInfoList": slices.Repeat(ann, 101)}, "LimitExceeded"},
			{"51 roles", x.Root, P{"UserInfoList": ann, "RoleIdList": many(51)}, "LimitExceeded"},
			{"51 groups", x.Root, P{"UserInfoList": ann, "UserGroups": many(51)}, "LimitExceeded"},
			{"an unknown parameter", x.Root, P{"UserInfoList": ann, "Status": 0}, "UnknownParameter"},
			{"a role that is no number", x.Root, P{"UserInfoList": ann, "RoleIdList": []string{"x"}}, "InvalidParameter"},
			{"one of two users is not there", x.Root, P{"UserInfoList": []P{{"UserId": "ann"}, {"UserId": "nobody"}}}, "UnauthorizedOperation.UserNotExist"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:CreateUserRole", tc.in) })
		}
		if n := len(rows(t, w.DB, `SELECT id FROM bi_users WHERE account = $1 AND user_id = 'ann'`, x.UIN)); n != 0 {
			t.Error("a refused call has added somebody")
		}
	})
}

func TestCreateUserRoleMergesWhatItIsTold(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		ann, bob := x.person(t, "ann"), x.person(t, "bob")
		common, auth := x.roles["sys_common_user"], x.roles["sys_corp_auth_admin"]
		profile := func(uin int64) string {
			return strings.Join(rows(t, w.DB, `SELECT user_id, user_name, email FROM bi_users WHERE account = $1 AND uin = $2`, x.UIN, uin)[0], "|")
		}
		for _, tc := range []struct {
			name           string
			in             P
			uin            int64
			grants, stored string
		}{
			{"without roles a user is a general one", P{"UserInfoList": []P{{"UserId": "ann", "Email": "a@x"}}}, ann.UIN, "sys_common_user/1", "ann||a@x"},
			{"roles are added, and sent as texts too", P{"UserInfoList": []P{{"UserId": fmt.Sprint(ann.UIN), "UserName": " Ann "}}, "RoleIdList": []string{fmt.Sprint(auth)}},
				ann.UIN, "sys_corp_auth_admin/1 sys_common_user/1", "ann|Ann|a@x"},
			{"a name and a uin are one person", P{"UserInfoList": []P{{"UserId": fmt.Sprint(bob.UIN), "UserName": "B"}, {"UserId": "bob", "Email": "b@x"}}, "RoleIdList": []int64{common, common}},
				bob.UIN, "sys_common_user/1", fmt.Sprint(bob.UIN) + "|B|b@x"},
			{"the later wins within a list", P{"UserInfoList": []P{{"UserId": "bob", "UserName": "B2", "Email": "b2@x"}, {"UserId": "bob", "UserName": "B3"}}},
				bob.UIN, "sys_common_user/1", fmt.Sprint(bob.UIN) + "|B3|b2@x"},
			{"the newer list wins over the older", P{"UserInfoList": []P{{"UserId": "bob", "UserName": "B4"}}, "UserList": []P{{"UserId": "bob", "UserName": "B5", "Email": "b5@x"}}},
				bob.UIN, "sys_common_user/1", fmt.Sprint(bob.UIN) + "|B4|b5@x"},
			{"the older list alone does", P{"UserList": []P{{"UserId": "bob", "UserName": "B6", "Email": ""}}}, bob.UIN, "sys_common_user/1", fmt.Sprint(bob.UIN) + "|B6|b5@x"},
			{"the root keeps its role", P{"UserInfoList": []P{{"UserId": x.id(), "UserName": "Boss"}}, "RoleIdList": []int64{x.roles["sys_corp_admin"]}}, x.UIN, "sys_corp_admin/1", x.id() + "|Boss|"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				x.Root.Must(t, "bi:CreateUserRole", tc.in)
				if got := x.grants(t, tc.uin); got != tc.grants {
					t.Errorf("roles %q, want %q", got, tc.grants)
				}
				if got := profile(tc.uin); got != tc.stored {
					t.Errorf("stored %q, want %q", got, tc.stored)
				}
			})
		}
	})
}

// TestOneUserAddedByManyAtOnce adds a user from many sides: it is there once, and nobody is told of a failure.
func TestOneUserAddedByManyAtOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		owner := w.Account(t)
		u := owner.Root.User(t, "ann")
		var calls sync.WaitGroup
		for i := range 16 {
			calls.Go(func() {
				id := "ann"
				if i%2 == 1 {
					id = fmt.Sprint(u.UIN)
				}
				if a := owner.Root.Call(t, "bi:CreateUserRole", P{"UserInfoList": []P{{"UserId": id}}}); a.Code != "" {
					t.Errorf("%s: %s", a.Code, a.Message)
				}
			})
		}
		calls.Wait()
		if got := rows(t, w.DB, `SELECT COUNT(*), COUNT(DISTINCT uin) FROM bi_users WHERE account = $1`, owner.UIN)[0]; got[0] != "2" || got[1] != "2" {
			t.Errorf("there are %s users, %s of them different; want the root and one more", got[0], got[1])
		}
	})
}

func TestActionsOfAnEngineAreUnsupported(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		nobody := x.Root.User(t, "nobody")
		nobody.Fails(t, "AuthFailure.UnauthorizedOperation", "bi:DescribePageWidgetList", P{"ProjectId": "1", "PageId": "1"})
		x.Root.Fails(t, "MissingParameter", "bi:DescribePageWidgetList", P{"ProjectId": "1"})
		a := x.Root.Fails(t, "UnsupportedOperation", "bi:DescribePageWidgetList", P{"ProjectId": "1", "PageId": "1"})
		if !strings.Contains(a.Message, "no BI engine") {
			t.Errorf("the message says %q", a.Message)
		}
	})
}
