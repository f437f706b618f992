package cam_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

// group makes a group and answers its id.
func group(t *testing.T, c *apitest.Client, name string) int64 {
	t.Helper()
	return c.Must(t, "cam:CreateGroup", apitest.P{"GroupName": name}).Int("GroupId")
}

// receiver makes a message receiver and answers the number that stands in for its uin, and its uid.
func receiver(t *testing.T, w *apitest.World, c *apitest.Client, name string) (uin, uid int64) {
	t.Helper()
	made := c.Must(t, "cam:AddUser", apitest.P{"Name": name})
	execute(t, w, `UPDATE users SET kind = 5 WHERE uin = $1`, made.Int("Uin"))
	return made.Int("Uin"), made.Int("Uid")
}

// same fails the test unless the members of a list are these texts or numbers, in this order.
func same(t *testing.T, a *apitest.Answer, list, member string, want ...any) {
	t.Helper()
	texts := func(in []any) []string {
		out := []string{}
		for _, v := range in {
			out = append(out, text(v))
		}
		return out
	}
	if got := texts(a.Pluck(list, member)); !reflect.DeepEqual(got, texts(want)) {
		t.Errorf("%s.%s is %v, want %v", list, member, got, texts(want))
	}
}

// total fails the test unless the answer counts n rows and lists of them len.
func total(t *testing.T, a *apitest.Answer, list string, n int64, length int) {
	t.Helper()
	if a.Int("TotalNum") != n || a.Len(list) != length {
		t.Errorf("%d rows, %d of them here; want %d and %d: %s", a.Int("TotalNum"), a.Len(list), n, length, a.Raw)
	}
}

func TestGroups(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		owner, other := w.Account(t), w.Account(t).Root
		root, created := owner.Root, inUTC8(w)
		first := root.Must(t, "cam:CreateGroup", apitest.P{"GroupName": "Devs", "Remark": "who build"}).Int("GroupId")
		foreign := group(t, other, "Devs")

		t.Run("a new group has a number from 2000 on, its remark and no members", func(t *testing.T) {
			if first != 2000 || foreign != 2001 {
				t.Errorf("the first groups are %d and %d", first, foreign)
			}
			g := root.Must(t, "cam:GetGroup", apitest.P{"GroupId": first})
			if g.Str("GroupName") != "Devs" || g.Str("Remark") != "who build" || g.Str("CreateTime") != created ||
				g.Int("GroupId") != first || g.Int("GroupNum") != 0 || g.Len("UserInfo") != 0 {
				t.Errorf("GetGroup answers %s", g.Raw)
			}
		})
		t.Run("the trail names the group that was created", func(t *testing.T) {
			records, err := audit.Query(t.Context(), w.DB.Read(), audit.Filter{Account: store.Account(owner.UIN), Action: "cam:CreateGroup", Limit: 1})
			if err != nil || len(records) != 1 {
				t.Fatal(records, err)
			}
			if want := fmt.Sprintf("qcs::cam::uin/%d:groupid/%d", owner.UIN, first); !slices.Contains(records[0].Resources, want) {
				t.Errorf("the record names %s, want %s", records[0].Resources, want)
			}
		})
		t.Run("names are unique in the account without regard to ASCII case", func(t *testing.T) {
			root.Fails(t, "InvalidParameter.GroupNameInUse", "cam:CreateGroup", apitest.P{"GroupName": "Devs"})
			root.Fails(t, "InvalidParameter.GroupNameInUse", "cam:CreateGroup", apitest.P{"GroupName": "dEVS"})
		})
		t.Run("names have 1 to 64 characters and remarks 255", func(t *testing.T) {
			root.Fails(t, "MissingParameter", "cam:CreateGroup", apitest.P{"Remark": "x"})
			for _, name := range []string{"", strings.Repeat("组", 65)} {
				root.Fails(t, "InvalidParameter.ParamError", "cam:CreateGroup", apitest.P{"GroupName": name})
				root.Fails(t, "InvalidParameter.ParamError", "cam:UpdateGroup", apitest.P{"GroupId": first, "GroupName": name})
			}
			root.Fails(t, "InvalidParameter.ParamError", "cam:CreateGroup", apitest.P{"GroupName": "g", "Remark": strings.Repeat("x", 256)})
			root.Fails(t, "InvalidParameter.ParamError", "cam:UpdateGroup", apitest.P{"GroupId": first, "Remark": strings.Repeat("x", 256)})
			long := root.Must(t, "cam:CreateGroup", apitest.P{"GroupName": strings.Repeat("组", 64), "Remark": strings.Repeat("注", 255)}).Int("GroupId")
			root.Must(t, "cam:DeleteGroup", apitest.P{"GroupId": long})
		})
		t.Run("an update changes only what is given", func(t *testing.T) {
			check := func(name, remark string) {
				t.Helper()
				if g := root.Must(t, "cam:GetGroup", apitest.P{"GroupId": first}); g.Str("GroupName") != name || g.Str("Remark") != remark {
					t.Errorf("the group is %s, want %s, %s", g.Raw, name, remark)
				}
			}
			root.Must(t, "cam:UpdateGroup", apitest.P{"GroupId": first, "GroupName": "builders"})
			check("builders", "who build")
			root.Must(t, "cam:UpdateGroup", apitest.P{"GroupId": first, "Remark": ""})
			check("builders", "")
			root.Must(t, "cam:UpdateGroup", apitest.P{"GroupId": first})
			check("builders", "")
		})
		t.Run("a group's own name is no conflict but another's is", func(t *testing.T) {
			root.Must(t, "cam:UpdateGroup", apitest.P{"GroupId": first, "GroupName": "builders", "Remark": "again"})
			root.Must(t, "cam:UpdateGroup", apitest.P{"GroupId": first, "GroupName": "Builders"})
			second := group(t, root, "testers")
			root.Fails(t, "InvalidParameter.GroupNameInUse", "cam:UpdateGroup", apitest.P{"GroupId": second, "GroupName": "BUILDERS"})
			root.Must(t, "cam:DeleteGroup", apitest.P{"GroupId": second})
		})
		t.Run("a group that is not in the account does not exist", func(t *testing.T) {
			for _, id := range []int64{0, 1, foreign, math.MaxInt64} {
				for _, action := range []string{"cam:GetGroup", "cam:UpdateGroup", "cam:DeleteGroup"} {
					root.Fails(t, "ResourceNotFound.GroupNotExist", action, apitest.P{"GroupId": id})
				}
			}
			root.Fails(t, "InvalidParameterValue", "cam:GetGroup", apitest.P{"GroupId": -1})
			other.Must(t, "cam:GetGroup", apitest.P{"GroupId": foreign})
		})
		t.Run("the quota counts the groups there are", func(t *testing.T) {
			w.Quotas[account.Groups] = 2
			last := group(t, root, "last")
			root.Fails(t, "InvalidParameter.GroupFull", "cam:CreateGroup", apitest.P{"GroupName": "more"})
			root.Must(t, "cam:DeleteGroup", apitest.P{"GroupId": last})
			if again := group(t, root, "last"); again <= last {
				t.Errorf("the id %d is given out after %d", again, last)
			}
		})
		t.Run("a group is deleted once", func(t *testing.T) {
			root.Must(t, "cam:DeleteGroup", apitest.P{"GroupId": first})
			root.Fails(t, "ResourceNotFound.GroupNotExist", "cam:DeleteGroup", apitest.P{"GroupId": first})
		})
	})
}

func TestListGroups(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		group(t, w.Account(t).Root, "foreign")
		for _, name := range []string{"Alpha", "beta", "100%_é", "ÉCOLE", "alphabet"} {
			group(t, root, name)
		}
		list := func(p apitest.P) *apitest.Answer { return root.Must(t, "cam:ListGroups", p) }

		t.Run("the newest group comes first", func(t *testing.T) {
			all := list(apitest.P{})
			total(t, all, "GroupInfo", 5, 5)
			same(t, all, "GroupInfo", "GroupName", "alphabet", "ÉCOLE", "100%_é", "beta", "Alpha")
			if all.Int("GroupInfo.4.GroupId") == 0 || all.Str("GroupInfo.4.CreateTime") == "" || all.At("GroupInfo.4.Remark") != "" {
				t.Errorf("members are missing: %s", all.Raw)
			}
		})
		t.Run("pages follow each other to the end and beyond", func(t *testing.T) {
			for number, want := range [][]any{{"alphabet", "ÉCOLE"}, {"100%_é", "beta"}, {"Alpha"}, {}} {
				page := list(apitest.P{"Page": number + 1, "Rp": 2})
				total(t, page, "GroupInfo", 5, len(want))
				same(t, page, "GroupInfo", "GroupName", want...)
			}
			total(t, list(apitest.P{"Page": int64(math.MaxInt64), "Rp": 200}), "GroupInfo", 5, 0)
			total(t, list(apitest.P{"Rp": 200}), "GroupInfo", 5, 5)
		})
		t.Run("bounds of pages answer FailedOperation", func(t *testing.T) {
			for _, p := range []apitest.P{{"Page": 0}, {"Rp": 0}, {"Rp": 201}, {"Keyword": strings.Repeat("k", 129)}} {
				root.Fails(t, "FailedOperation", "cam:ListGroups", p)
			}
		})
		t.Run("the keyword is a part of the name, in any ASCII case and without patterns", func(t *testing.T) {
			for keyword, want := range map[string][]any{
				"ALPHA": {"alphabet", "Alpha"}, "et": {"alphabet", "beta"}, "%": {"100%_é"}, "_": {"100%_é"}, "École": {"ÉCOLE"},
				"é": {"100%_é"}, `\`: {}, "foreign": {}, "": {"alphabet", "ÉCOLE", "100%_é", "beta", "Alpha"},
			} {
				found := list(apitest.P{"Keyword": keyword})
				total(t, found, "GroupInfo", int64(len(want)), len(want))
				same(t, found, "GroupInfo", "GroupName", want...)
			}
			total(t, list(apitest.P{"Keyword": "alpha", "Page": 2, "Rp": 1}), "GroupInfo", 2, 1)
		})
		t.Run("an account without groups lists none", func(t *testing.T) {
			total(t, w.Account(t).Root.Must(t, "cam:ListGroups", nil), "GroupInfo", 0, 0)
		})
	})
}
