package cam_test

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

// inUTC8 is the time that an answer prints for now.
func inUTC8(w *apitest.World) string {
	return w.Now().In(time.FixedZone("", 8*60*60)).Format(time.DateTime)
}

func TestListsOfAttachedPolicies(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root, other := a.Root, w.Account(t).Root
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "user"}).Int("Uin")
		g, r := group(t, root, "group"), role(t, a, "role")
		own := root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "MyFinance", "Description": "about money", "PolicyDocument": allowText("finance:*")}).Int("PolicyId")
		boss := root.User(t, "boss", administrator)
		times := map[int64]string{}
		for _, id := range []int64{own, administrator, camReadOnly, clbFinance} {
			times[id] = inUTC8(w)
			boss.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": uin, "PolicyId": id})
			boss.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": g, "PolicyId": id})
			boss.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": r, "PolicyId": id})
			if id != camReadOnly { // the two last at once: the greater id comes first
				w.Sleep(time.Minute)
			}
		}
		newest := []any{camReadOnly, clbFinance, administrator, own}

		for _, list := range []struct {
			action, target string
			id             any
		}{
			{"cam:ListAttachedUserPolicies", "TargetUin", uin}, {"cam:ListAttachedGroupPolicies", "TargetGroupId", g}, {"cam:ListAttachedRolePolicies", "RoleId", r},
		} {
			of := apitest.P{list.target: list.id, "Page": 1, "Rp": 20}
			t.Run(list.action+"/what was attached last comes first", func(t *testing.T) {
				all := root.Must(t, list.action, of)
				total(t, all, "List", 4, 4)
				same(t, all, "List", "PolicyId", newest...)
				same(t, all, "List", "AddTime", times[camReadOnly], times[clbFinance], times[administrator], times[own])
				same(t, all, "List", "PolicyName", "QcloudCamReadOnlyAccess", "QcloudCLBFinanceAccess", "AdministratorAccess", "MyFinance")
				same(t, all, "List", "PolicyType", "QCS", "QCS", "QCS", "User")
				same(t, all, "List", "CreateMode", 2, 2, 2, 2)
				same(t, all, "List", "Deactived", 0, 0, 0, 0)
				same(t, all, "List", "DeactivedDetail", []any{}, []any{}, []any{}, []any{})
			})
			t.Run(list.action+"/pages follow each other to the end and beyond", func(t *testing.T) {
				for number, want := range [][]any{newest[:3], newest[3:], {}} {
					page := root.Must(t, list.action, with(of, apitest.P{"Page": number + 1, "Rp": 3}))
					total(t, page, "List", 4, len(want))
					same(t, page, "List", "PolicyId", want...)
				}
				total(t, root.Must(t, list.action, with(of, apitest.P{"Page": int64(math.MaxInt64), "Rp": 200})), "List", 4, 0)
				for _, bad := range []apitest.P{{"Page": 0}, {"Rp": 0}, {"Rp": 201}} {
					root.Fails(t, "InvalidParameter.ParamError", list.action, with(of, bad))
				}
			})
			t.Run(list.action+"/another account sees nothing", func(t *testing.T) {
				if list.target == "RoleId" {
					other.Fails(t, "InvalidParameter.RoleNotExist", list.action, of)
					return
				}
				total(t, other.Must(t, list.action, of), "List", 0, 0)
				total(t, root.Must(t, list.action, with(of, apitest.P{list.target: 1})), "List", 0, 0)
				total(t, root.Must(t, list.action, apitest.P{list.target: list.id}), "List", 4, 4)
			})
		}
		t.Run("users and groups also tell who attached, and what for", func(t *testing.T) {
			list := root.Must(t, "cam:ListAttachedGroupPolicies", apitest.P{"TargetGroupId": g})
			if list.Str("List.3.OperateUin") != strconv.FormatInt(boss.UIN, 10) || list.At("List.3.OperateUinType") != json.Number("0") ||
				list.Str("List.3.OperateOwnerUin") != strconv.FormatInt(a.UIN, 10) || list.Str("List.3.Remark") != "about money" {
				t.Errorf("the operator is missing: %s", list.Raw)
			}
		})
		t.Run("keywords find parts of names in any case", func(t *testing.T) {
			long := strings.Repeat("k", 129)
			for keyword, want := range map[string][]any{"FINANCE": {clbFinance, own}, "": newest, "%": {}} {
				same(t, root.Must(t, "cam:ListAttachedGroupPolicies", apitest.P{"TargetGroupId": g, "Keyword": keyword}), "List", "PolicyId", want...)
				same(t, root.Must(t, "cam:ListAttachedRolePolicies", apitest.P{"RoleId": r, "Page": 1, "Rp": 20, "Keyword": keyword}), "List", "PolicyId", want...)
			}
			total(t, root.Must(t, "cam:ListAttachedGroupPolicies", apitest.P{"TargetGroupId": g, "Keyword": "access", "Page": 2, "Rp": 2}), "List", 3, 1)
			root.Fails(t, "InvalidParameter.SearchKeywordLengthError", "cam:ListAttachedGroupPolicies", apitest.P{"TargetGroupId": g, "Keyword": long})
			root.Fails(t, "InvalidParameter.ParamError", "cam:ListAttachedRolePolicies", apitest.P{"RoleId": r, "Page": 1, "Rp": 20, "Keyword": long})
		})
		t.Run("a role's list is of one kind if asked, by id or name", func(t *testing.T) {
			of := apitest.P{"RoleName": "role", "Page": 1, "Rp": 20}
			same(t, root.Must(t, "cam:ListAttachedRolePolicies", with(of, apitest.P{"PolicyType": "QCS"})), "List", "PolicyId", newest[:3]...)
			custom := root.Must(t, "cam:ListAttachedRolePolicies", with(of, apitest.P{"PolicyType": "User"}))
			total(t, custom, "List", 1, 1)
			same(t, custom, "List", "Description", "about money")
			root.Fails(t, "InvalidParameter.ParamError", "cam:ListAttachedRolePolicies", with(of, apitest.P{"PolicyType": "Local"}))
			root.Fails(t, "InvalidParameter.ParamError", "cam:ListAttachedRolePolicies", apitest.P{"Page": 1, "Rp": 20})
			root.Fails(t, "InvalidParameter.RoleNotExist", "cam:ListAttachedRolePolicies", with(of, apitest.P{"RoleName": "nobody"}))
			root.Fails(t, "MissingParameter", "cam:ListAttachedRolePolicies", apitest.P{"RoleId": r})
		})
		t.Run("a policy that is deleted is attached to nobody", func(t *testing.T) {
			root.Must(t, "cam:DeletePolicy", apitest.P{"PolicyId": []int64{own}})
			same(t, root.Must(t, "cam:ListAttachedUserPolicies", apitest.P{"TargetUin": uin}), "List", "PolicyId", newest[:3]...)
		})
	})
}

func TestListAttachedUserAllPolicies(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root, other := a.Root, w.Account(t).Root
		uin := root.Must(t, "cam:AddUser", apitest.P{"Name": "user"}).Int("Uin")
		first, second, elsewhere := group(t, root, "first"), group(t, root, "second"), group(t, root, "elsewhere")
		own := root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "MyFinance", "Description": "about money", "PolicyDocument": allowText("finance:*")}).Int("PolicyId")
		root.Must(t, "cam:AddUserToGroup", pairs(inGroup(first, uin), inGroup(second, uin)))
		var at []string
		for _, step := range []struct {
			group, policy int64
		}{{first, own}, {0, administrator}, {second, camReadOnly}, {0, own}, {second, own}, {0, clbFinance}, {elsewhere, 2}} {
			at = append(at, inUTC8(w))
			if step.group == 0 {
				root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": uin, "PolicyId": step.policy})
			} else {
				root.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": step.group, "PolicyId": step.policy})
			}
			w.Sleep(time.Minute)
		}
		list := func(t *testing.T, p apitest.P) *apitest.Answer {
			t.Helper()
			return root.Must(t, "cam:ListAttachedUserAllPolicies", with(apitest.P{"TargetUin": uin, "Rp": 20, "Page": 1, "AttachType": 0}, p))
		}
		rows := func(t *testing.T, p apitest.P, ids ...any) *apitest.Answer {
			t.Helper()
			got := list(t, p)
			total(t, got, "PolicyList", int64(len(ids)), len(ids))
			same(t, got, "PolicyList", "PolicyId", ids...)
			return got
		}
		t.Run("a policy has one row with the groups it comes through, as old as its first attachment", func(t *testing.T) {
			all := rows(t, nil, clbFinance, camReadOnly, administrator, own)
			same(t, all, "PolicyList", "AddTime", at[5], at[2], at[1], at[0])
			same(t, all, "PolicyList", "StrategyType", "2", "2", "2", "1")
			same(t, all, "PolicyList.3.Groups", "GroupId", second, first)
			same(t, all, "PolicyList.3.Groups", "GroupName", "second", "first")
			same(t, all, "PolicyList.1.Groups", "GroupId", second)
			if all.Len("PolicyList.0.Groups") != 0 || all.At("PolicyList.3.PolicyId") != strconv.FormatInt(own, 10) || all.Str("PolicyList.3.CreateMode") != "2" ||
				all.Str("PolicyList.3.PolicyName") != "MyFinance" || all.Str("PolicyList.3.Description") != "about money" || all.Len("PolicyList.3.DeactivedDetail") != 0 {
				t.Errorf("rows are not as documented: %s", all.Raw)
			}
		})
		t.Run("direct and inherited policies can be asked for alone", func(t *testing.T) {
			direct := rows(t, apitest.P{"AttachType": 1}, clbFinance, own, administrator)
			if direct.Len("PolicyList.1.Groups") != 0 {
				t.Errorf("groups in a list of direct policies: %s", direct.Raw)
			}
			rows(t, apitest.P{"AttachType": 2}, camReadOnly, own)
		})
		t.Run("kind and keyword select", func(t *testing.T) {
			rows(t, apitest.P{"StrategyType": 1}, own)
			rows(t, apitest.P{"StrategyType": 2}, clbFinance, camReadOnly, administrator)
			rows(t, apitest.P{"Keyword": "finance"}, clbFinance, own)
			rows(t, apitest.P{"Keyword": "finance", "StrategyType": 2, "AttachType": 2})
		})
		t.Run("pages follow each other to the end and beyond", func(t *testing.T) {
			for number, want := range [][]any{{clbFinance, camReadOnly, administrator}, {own}, {}} {
				page := list(t, apitest.P{"Page": number + 1, "Rp": 3})
				total(t, page, "PolicyList", 4, len(want))
				same(t, page, "PolicyList", "PolicyId", want...)
			}
			list(t, apitest.P{"Rp": 200, "Page": 200})
		})
		t.Run("bounds answer ParamError", func(t *testing.T) {
			good := apitest.P{"TargetUin": uin, "Rp": 20, "Page": 1, "AttachType": 0}
			for _, bad := range []apitest.P{{"Rp": 0}, {"Rp": 201}, {"Page": 0}, {"Page": 201}, {"AttachType": 3}, {"StrategyType": 0}, {"StrategyType": 3}, {"Keyword": strings.Repeat("k", 129)}} {
				root.Fails(t, "InvalidParameter.ParamError", "cam:ListAttachedUserAllPolicies", with(good, bad))
			}
			root.Fails(t, "MissingParameter", "cam:ListAttachedUserAllPolicies", apitest.P{"TargetUin": uin, "Rp": 20, "Page": 1})
			for _, id := range []int64{0, 1, a.UIN} {
				root.Fails(t, "ResourceNotFound.UserNotExist", "cam:ListAttachedUserAllPolicies", with(good, apitest.P{"TargetUin": id}))
			}
			other.Fails(t, "ResourceNotFound.UserNotExist", "cam:ListAttachedUserAllPolicies", good)
		})
		t.Run("leaving a group takes its policies off the list", func(t *testing.T) {
			root.Must(t, "cam:RemoveUserFromGroup", pairs(inGroup(second, uin)))
			rows(t, nil, clbFinance, administrator, own)
		})
	})
}

func TestListEntitiesForPolicy(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		root := a.Root
		own := newPolicy(t, root, "own", allowText("cvm:*"))
		user := root.Must(t, "cam:AddUser", apitest.P{"Name": "user"})
		g, r := group(t, root, "group"), role(t, a, "role")
		b.Root.User(t, "stranger", administrator)
		created := inUTC8(w)
		for _, id := range []int64{own, administrator} {
			root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": user.Int("Uin"), "PolicyId": id})
			w.Sleep(time.Minute)
			root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": r, "PolicyId": id})
			w.Sleep(time.Minute)
			root.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": g, "PolicyId": id})
			w.Sleep(time.Minute)
		}
		list := func(t *testing.T, p apitest.P) *apitest.Answer {
			t.Helper()
			return root.Must(t, "cam:ListEntitiesForPolicy", with(apitest.P{"PolicyId": own}, p))
		}
		t.Run("what has the policy since the shortest time comes first", func(t *testing.T) {
			for _, id := range []int64{own, administrator} {
				all := list(t, apitest.P{"PolicyId": id})
				total(t, all, "List", 3, 3)
				same(t, all, "List", "Name", "group", "role", "user")
				same(t, all, "List", "RelatedType", 2, 3, 1)
				same(t, all, "List", "Id", g, r, user.Int("Uid"))
				same(t, all, "List", "Uin", 0, 0, user.Int("Uin"))
			}
			if got := list(t, nil).Str("List.2.AttachmentTime"); got != created {
				t.Errorf("attached at %s, want %s", got, created)
			}
		})
		t.Run("kinds can be asked for alone", func(t *testing.T) {
			for filter, want := range map[string][]any{"All": {"group", "role", "user"}, "User": {"user"}, "Group": {"group"}, "Role": {"role"}} {
				got := list(t, apitest.P{"EntityFilter": filter})
				total(t, got, "List", int64(len(want)), len(want))
				same(t, got, "List", "Name", want...)
			}
			for _, filter := range []string{"", "user", "Policy"} {
				root.Fails(t, "InvalidParameter.EntityFilterError", "cam:ListEntitiesForPolicy", apitest.P{"PolicyId": own, "EntityFilter": filter})
			}
		})
		t.Run("pages follow each other to the end and beyond", func(t *testing.T) {
			for number, want := range [][]any{{"group", "role"}, {"user"}, {}} {
				page := list(t, apitest.P{"Page": number + 1, "Rp": 2})
				total(t, page, "List", 3, len(want))
				same(t, page, "List", "Name", want...)
			}
			total(t, list(t, apitest.P{"Page": int64(math.MaxInt64), "Rp": 200}), "List", 3, 0)
			for _, bad := range []apitest.P{{"Page": 0}, {"Rp": 0}, {"Rp": 201}} {
				root.Fails(t, "InvalidParameter.ParamError", "cam:ListEntitiesForPolicy", with(apitest.P{"PolicyId": own}, bad))
			}
		})
		t.Run("a policy that the account has not is attached to nothing", func(t *testing.T) {
			total(t, list(t, apitest.P{"PolicyId": 4}), "List", 0, 0)
			total(t, b.Root.Must(t, "cam:ListEntitiesForPolicy", apitest.P{"PolicyId": own}), "List", 0, 0)
			root.Fails(t, "InvalidParameter.PolicyIdError", "cam:ListEntitiesForPolicy", apitest.P{"PolicyId": 0})
		})
		t.Run("what is deleted leaves the list", func(t *testing.T) {
			root.Must(t, "cam:DeleteGroup", apitest.P{"GroupId": g})
			root.Must(t, "cam:DeleteRole", apitest.P{"RoleId": r})
			same(t, list(t, nil), "List", "Name", "user")
		})
	})
}
