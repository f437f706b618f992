package cam_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestListPoliciesHasTheOwnOnesFirst(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root := a.Root
		newPolicy(t, w.Account(t).Root, "foreign", allowText("a:b"))
		root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "Read_CVM", "PolicyDocument": allowText("a:b"), "Description": "d",
			"Tags": []apitest.P{{"Key": "k", "Value": "v"}}})
		for i := range 4 {
			newPolicy(t, root, fmt.Sprint("own", i), allowText("a:b"))
		}
		all := root.Must(t, "cam:ListPolicies", apitest.P{"Rp": 200})
		names := all.Pluck("List", "PolicyName")
		want := []any{"own3", "own2", "own1", "own0", "Read_CVM", "AdministratorAccess", "ReadOnlyAccess", "QCloudResourceFullAccess", "QCloudFinanceFullAccess"}
		if len(names) < len(want) || !slices.Equal(names[:len(want)], want) || !slices.IsSortedFunc(names[len(want):], func(x, y any) int {
			return slices.Compare([]byte(x.(string)), []byte(y.(string)))
		}) {
			t.Errorf("the order is %v", names)
		}
		if all.Int("TotalNum") != int64(len(names)) || all.Len("ServiceTypeList") != 0 {
			t.Errorf("%d of %d rows, services %v", len(names), all.Int("TotalNum"), all.At("ServiceTypeList"))
		}
		t.Run("pages of every size put together are the list, and end", func(t *testing.T) {
			for _, size := range []int{1, 3, 5, 7} {
				var walked []any
				for page := 1; ; page++ {
					got := root.Must(t, "cam:ListPolicies", apitest.P{"Rp": size, "Page": page})
					if got.Int("TotalNum") != int64(len(names)) {
						t.Errorf("page %d counts %d rows", page, got.Int("TotalNum"))
					}
					if got.Len("List") == 0 {
						break
					}
					walked = append(walked, got.Pluck("List", "PolicyName")...)
				}
				if !slices.Equal(walked, names) {
					t.Errorf("in pages of %d: %v", size, walked)
				}
			}
			if n := root.Must(t, "cam:ListPolicies", nil).Len("List"); n != 20 {
				t.Errorf("a page has %d rows if nobody says how many", n)
			}
			if got := root.Must(t, "cam:ListPolicies", apitest.P{"Page": 200, "Rp": 200}); got.Len("List") != 0 || got.Int("TotalNum") != int64(len(names)) {
				t.Errorf("past the end: %s", got.Raw)
			}
		})
	})
}

func TestScopeAndKeywordChoosePolicies(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		for _, name := range []string{"Read_CVM", "own1", "own2"} {
			newPolicy(t, root, name, allowText("a:b"))
		}
		count := func(params apitest.P) int64 {
			t.Helper()
			got := root.Must(t, "cam:ListPolicies", with(apitest.P{"Rp": 200}, params))
			if got.Int("TotalNum") != int64(got.Len("List")) {
				t.Errorf("%v: %d of %d rows", params, got.Len("List"), got.Int("TotalNum"))
			}
			return got.Int("TotalNum")
		}
		if own, preset := count(apitest.P{"Scope": "Local"}), count(apitest.P{"Scope": "QCS"}); own != 3 || preset < 20 || count(apitest.P{"Scope": "All"}) != own+preset {
			t.Errorf("%d own, %d presets", own, preset)
		}
		same(t, root.Must(t, "cam:ListPolicies", apitest.P{"Keyword": "READ_"}), "List", "PolicyName", "Read_CVM")
		same(t, root.Must(t, "cam:ListPolicies", apitest.P{"Keyword": "cvm"}), "List", "PolicyName", "Read_CVM", "QcloudCVMReadOnlyAccess")
		same(t, root.Must(t, "cam:ListPolicies", apitest.P{"Keyword": "虎"}), "List", "PolicyName")
		same(t, root.Must(t, "cam:ListPolicies", apitest.P{"Keyword": "%"}), "List", "PolicyName")
		if count(apitest.P{"Keyword": ""}) != count(nil) {
			t.Error("an empty keyword chooses")
		}
	})
}

func TestListPoliciesRefuses(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		for name, c := range map[string]struct {
			code   string
			params apitest.P
		}{
			"another scope":               {"InvalidParameter.ScopeError", apitest.P{"Scope": "Mine"}},
			"a control character":         {"InvalidParameter.KeywordError", apitest.P{"Keyword": "a\nb"}},
			"a keyword of 129 characters": {"InvalidParameter.SearchKeywordLengthError", apitest.P{"Keyword": fmt.Sprintf("%129d", 1)}},
			"page 0":                      {"InvalidParameter.ParamError", apitest.P{"Page": 0}},
			"page 201":                    {"InvalidParameter.ParamError", apitest.P{"Page": 201}},
			"no rows":                     {"InvalidParameter.ParamError", apitest.P{"Rp": 0}},
			"201 rows":                    {"InvalidParameter.ParamError", apitest.P{"Rp": 201}},
		} {
			t.Run(name, func(t *testing.T) { root.Fails(t, c.code, "cam:ListPolicies", c.params) })
		}
	})
}

func TestListedPoliciesTellWhoUsesThem(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		root := a.Root
		id := newPolicy(t, root, "mine", allowText("a:b"))
		b.Root.User(t, "stranger", administrator)
		ann := root.User(t, "ann", id, administrator)
		root.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": group(t, root, "g"), "PolicyId": id})
		roleID := role(t, a, "r")
		root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": roleID, "PolicyId": id})
		root.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": ann.UIN, "PolicyId": id})
		root.Must(t, "cam:PutRolePermissionsBoundary", apitest.P{"RoleId": roleID, "PolicyId": id})
		row := func(keyword string) *apitest.Answer {
			return root.Must(t, "cam:ListPolicies", apitest.P{"Keyword": keyword})
		}
		expect := func(a *apitest.Answer, members apitest.P) {
			t.Helper()
			for member, want := range members {
				if got := a.At("List.0." + member); text(got) != text(want) {
					t.Errorf("%s is %v, want %v", member, got, want)
				}
			}
		}
		now := w.Now().In(time.FixedZone("", 8*60*60)).Format(time.DateTime)
		expect(row("mine"), apitest.P{"PolicyId": id, "Type": 1, "CreateMode": 2, "Attachments": 3, "AttachEntityCount": 3, "AttachEntityBoundaryCount": 2,
			"ServiceType": "", "PermissionLevel": "", "IsAttached": nil, "Deactived": 0, "IsServiceLinkedPolicy": 0, "Description": "", "AddTime": now, "UpdateTime": now})
		expect(row("Administrator"), apitest.P{"PolicyId": 1, "Type": 2, "Attachments": 1, "AttachEntityBoundaryCount": 0, "PermissionLevel": "Global",
			"ServiceType": "", "AddTime": "2016-06-02 19:40:09", "UpdateTime": "2016-06-02 19:40:09"})
		expect(row("QCloudFinance"), apitest.P{"PolicyId": 3, "PermissionLevel": "Finance", "AddTime": "2016-06-02 19:40:37", "Attachments": 0})
		expect(row("QCloudResource"), apitest.P{"PolicyId": 2, "AddTime": "2016-06-02 19:40:23"})
		expect(row("ReadOnlyAccess"), apitest.P{"PolicyId": 400411, "AddTime": "2017-09-01 15:57:54"})
		expect(row("QcloudCLBFull"), apitest.P{"PolicyId": 219850, "PermissionLevel": "CloudProduct", "ServiceType": "clb"})
		expect(row("LinkedRoleInCIC"), apitest.P{"IsServiceLinkedPolicy": 1})
		if row("mine").Len("List.0.DeactivedDetail") != 0 || row("mine").Len("List.0.Tags") != 0 {
			t.Error("empty lists are not there")
		}
	})
}
