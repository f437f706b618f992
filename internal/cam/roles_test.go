package cam_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

// trusting is a trust policy for the whole of an account.
func trusting(uin int64) string {
	return fmt.Sprintf(`{"version":"2.0","statement":[{"action":"name/sts:AssumeRole","effect":"allow","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, uin)
}

// newRole makes a role that trusts an account and answers its id.
func newRole(t *testing.T, c *apitest.Client, name string, trusted int64) string {
	t.Helper()
	return c.Must(t, "cam:CreateRole", apitest.P{"RoleName": name, "PolicyDocument": trusting(trusted)}).Str("RoleId")
}

// someTags are n tags with different keys.
func someTags(n int) []apitest.P {
	tags := []apitest.P{}
	for i := range n {
		tags = append(tags, apitest.P{"Key": fmt.Sprintf("k%02d", i), "Value": "v"})
	}
	return tags
}

// tagText is the tags of a role as GetRole answers them, in one text.
func tagText(a *apitest.Answer, list string) string {
	var all []string
	for i := range a.Len(list) {
		at := list + "." + strconv.Itoa(i)
		all = append(all, a.Str(at+".Key")+"="+a.Str(at+".Value"))
	}
	return strings.Join(all, " ")
}

func TestCreateRole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		here, other := w.Account(t), w.Account(t)
		root := here.Root
		document := trusting(here.UIN)
		base := apitest.P{"RoleName": "ops", "PolicyDocument": document}

		t.Run("a role with nothing but a name and whom it trusts has the defaults", func(t *testing.T) {
			id := root.Must(t, "cam:CreateRole", base).Str("RoleId")
			if n, _ := strconv.ParseInt(id, 10, 64); n <= 1<<62 {
				t.Errorf("the id %s is not of the published size", id)
			}
			got := root.Must(t, "cam:GetRole", apitest.P{"RoleId": id})
			now := w.Now().In(time.FixedZone("", 8*3600)).Format(time.DateTime)
			want := map[string]string{"RoleId": id, "RoleName": "ops", "PolicyDocument": document, "Description": "", "RoleType": "user",
				"AddTime": now, "UpdateTime": now, "RoleArn": fmt.Sprintf("qcs::cam::uin/%d:roleName/ops", here.UIN)}
			for member, value := range want {
				if s := got.Str("RoleInfo." + member); s != value {
					t.Errorf("%s is %q, want %q", member, s, value)
				}
			}
			if got.Int("RoleInfo.ConsoleLogin") != 0 || got.Int("RoleInfo.SessionDuration") != 0 || got.Len("RoleInfo.Tags") != 0 {
				t.Errorf("defaults: %s", got.Raw)
			}
			if v, there := got.At("RoleInfo").(map[string]any)["DeletionTaskId"]; !there || v != nil {
				t.Errorf("DeletionTaskId is %v, want null", v)
			}
		})
		t.Run("every member is kept", func(t *testing.T) {
			made := root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "All+=,.@_-1", "PolicyDocument": document, "Description": "who operates 运维",
				"ConsoleLogin": "1", "SessionDuration": 43200, "Tags": []apitest.P{{"Key": "team", "Value": "sea"}, {"Key": "env", "Value": ""}}})
			got := root.Must(t, "cam:GetRole", apitest.P{"RoleId": made.Str("RoleId")})
			if got.Str("RoleInfo.Description") != "who operates 运维" || got.Int("RoleInfo.ConsoleLogin") != 1 ||
				got.Int("RoleInfo.SessionDuration") != 43200 || tagText(got, "RoleInfo.Tags") != "env= team=sea" {
				t.Error(got.Raw)
			}
		})
		t.Run("a percent-encoded document is decoded once and otherwise kept byte for byte", func(t *testing.T) {
			spaced := strings.Replace(document, `"version":`, `"version" : `, 1)
			encoded := strings.NewReplacer("{", "%7B", "}", "%7D", `"`, "%22", " ", "%20").Replace(spaced)
			root.Must(t, "cam:CreateRole", with(base, apitest.P{"RoleName": "encoded", "PolicyDocument": encoded}))
			if got := root.Must(t, "cam:GetRole", apitest.P{"RoleName": "encoded"}).Str("RoleInfo.PolicyDocument"); got != spaced {
				t.Errorf("kept %s", got)
			}
		})
		t.Run("names are unique in an account without regard to case, and free in another", func(t *testing.T) {
			root.Fails(t, "InvalidParameter.RoleNameInUse", "cam:CreateRole", with(base, apitest.P{"RoleName": "OPS"}))
			other.Root.Must(t, "cam:CreateRole", base)
		})

		refused := []struct {
			name, code string
			more       apitest.P
		}{
			{"a name of 129 characters", "InvalidParameter.RoleNameError", apitest.P{"RoleName": strings.Repeat("n", 129)}},
			{"an empty name", "InvalidParameter.RoleNameError", apitest.P{"RoleName": ""}},
			{"a name with a blank", "InvalidParameter.RoleNameError", apitest.P{"RoleName": "a b"}},
			{"a name with a slash", "InvalidParameter.RoleNameError", apitest.P{"RoleName": "a/b"}},
			{"a name in Chinese", "InvalidParameter.RoleNameError", apitest.P{"RoleName": "角色"}},
			{"a description of 301 bytes", "InvalidParameter.DescriptionLengthOverlimit", apitest.P{"Description": strings.Repeat("述", 100) + "x"}},
			{"a console login that is no flag", "InvalidParameter.ParamError", apitest.P{"ConsoleLogin": 2}},
			{"a session longer than twelve hours", "InvalidParameter.ParamError", apitest.P{"SessionDuration": 43201}},
			{"one tag key twice", "InvalidParameter.TagParamError", apitest.P{"Tags": []apitest.P{{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}}}},
			{"an empty tag key", "InvalidParameter.TagParamError", apitest.P{"Tags": []apitest.P{{"Key": "", "Value": "1"}}}},
			{"a tag key of 129 characters", "InvalidParameter.TagParamError", apitest.P{"Tags": []apitest.P{{"Key": strings.Repeat("k", 129), "Value": ""}}}},
			{"a tag value of 257 characters", "InvalidParameter.TagParamError", apitest.P{"Tags": []apitest.P{{"Key": "k", "Value": strings.Repeat("v", 257)}}}},
			{"51 tags", "InvalidParameter.TagLimitExceeded", apitest.P{"Tags": someTags(51)}},
		}
		for _, r := range refused {
			t.Run(r.name+" is refused", func(t *testing.T) {
				root.Fails(t, r.code, "cam:CreateRole", with(apitest.P{"RoleName": "refused", "PolicyDocument": document}, r.more))
			})
		}
		t.Run("what was refused left nothing behind", func(t *testing.T) {
			root.Fails(t, "InvalidParameter.RoleNotExist", "cam:GetRole", apitest.P{"RoleName": "refused"})
		})
		t.Run("the longest name, description and tags are taken", func(t *testing.T) {
			name := strings.Repeat("n", 128)
			tags := append(someTags(49), apitest.P{"Key": strings.Repeat("标", 128), "Value": strings.Repeat("v", 256)})
			root.Must(t, "cam:CreateRole", apitest.P{"RoleName": name, "PolicyDocument": document, "Description": strings.Repeat("述", 100), "Tags": tags})
			if n := root.Must(t, "cam:GetRole", apitest.P{"RoleName": name}).Len("RoleInfo.Tags"); n != 50 {
				t.Errorf("%d tags, want 50", n)
			}
		})
		t.Run("how many tags an object carries is the operator's", func(t *testing.T) {
			w.Quotas[account.TagsPerObject] = 51
			root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "tagged", "PolicyDocument": allowText("a:b"), "Tags": someTags(51)})
			root.Fails(t, "InvalidParameter.ParamError", "cam:CreatePolicy", apitest.P{"PolicyName": "more", "PolicyDocument": allowText("a:b"), "Tags": someTags(52)})
			root.Must(t, "cam:CreateRole", with(base, apitest.P{"RoleName": "tagged", "Tags": someTags(51)}))
			root.Must(t, "cam:TagRole", apitest.P{"RoleName": "tagged", "Tags": someTags(51)})
			root.Fails(t, "InvalidParameter.TagLimitExceeded", "cam:CreateRole", with(base, apitest.P{"RoleName": "more", "Tags": someTags(52)}))
			root.Must(t, "cam:DeleteRole", apitest.P{"RoleName": "tagged"})
		})
		t.Run("a role beyond the quota is refused", func(t *testing.T) {
			w.Quotas[account.Roles] = 4
			root.Fails(t, "InvalidParameter.RoleFull", "cam:CreateRole", with(base, apitest.P{"RoleName": "fifth"}))
			other.Root.Must(t, "cam:CreateRole", with(base, apitest.P{"RoleName": "fifth"}))
		})
	})
}

func TestSelectingARole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		here, other := w.Account(t), w.Account(t)
		root := here.Root
		id := newRole(t, root, "ops", here.UIN)
		second := newRole(t, root, "audit", here.UIN)
		foreign := newRole(t, other.Root, "theirs", other.UIN)
		number, _ := strconv.ParseInt(id, 10, 64)
		foreignNumber, _ := strconv.ParseInt(foreign, 10, 64)

		t.Run("the id wins over the name", func(t *testing.T) {
			if got := root.Must(t, "cam:GetRole", apitest.P{"RoleId": id, "RoleName": "audit"}).Str("RoleInfo.RoleName"); got != "ops" {
				t.Errorf("got %s", got)
			}
			if got := root.Must(t, "cam:GetRole", apitest.P{"RoleId": "", "RoleName": "audit"}).Str("RoleInfo.RoleId"); got != second {
				t.Errorf("an empty id names nothing, but got %s", got)
			}
		})

		numbers := []string{"UpdateRoleConsoleLogin", "UpdateRoleSessionDuration"}
		actions := map[string]apitest.P{
			"GetRole": {}, "DeleteRole": {}, "UpdateAssumeRolePolicy": {"PolicyDocument": trusting(here.UIN)}, "UpdateRoleDescription": {"Description": "d"},
			"UpdateRoleConsoleLogin": {"ConsoleLogin": 1}, "UpdateRoleSessionDuration": {"SessionDuration": 1},
			"TagRole": {"Tags": someTags(1)}, "UntagRole": {"TagKeys": []string{"k"}},
		}
		for action, p := range actions {
			t.Run(action+" knows only the account's own roles", func(t *testing.T) {
				absent, theirs := any("4611686018499999999"), any(foreign)
				if slices.Contains(numbers, action) {
					absent, theirs = int64(4611686018499999999), foreignNumber
				} else {
					root.Fails(t, "InvalidParameter.RoleNotExist", "cam:"+action, with(p, apitest.P{"RoleId": "ops"}))
					root.Fails(t, "InvalidParameter.RoleNotExist", "cam:"+action, with(p, apitest.P{"RoleId": "-1"}))
				}
				root.Fails(t, "InvalidParameter.ParamError", "cam:"+action, p)
				root.Fails(t, "InvalidParameter.RoleNotExist", "cam:"+action, with(p, apitest.P{"RoleId": absent, "RoleName": "ops"}))
				root.Fails(t, "InvalidParameter.RoleNotExist", "cam:"+action, with(p, apitest.P{"RoleId": theirs}))
				root.Fails(t, "InvalidParameter.RoleNotExist", "cam:"+action, with(p, apitest.P{"RoleName": "theirs"}))
				root.Fails(t, "InvalidParameter.RoleNotExist", "cam:"+action, with(p, apitest.P{"RoleName": "OPS"}))
			})
		}
		t.Run("a number selects where the action takes one, and 0 selects nothing", func(t *testing.T) {
			root.Must(t, "cam:UpdateRoleConsoleLogin", apitest.P{"ConsoleLogin": 1, "RoleId": number})
			root.Must(t, "cam:UpdateRoleSessionDuration", apitest.P{"SessionDuration": 60, "RoleId": 0, "RoleName": "ops"})
			got := root.Must(t, "cam:GetRole", apitest.P{"RoleName": "ops"})
			if got.Int("RoleInfo.ConsoleLogin") != 1 || got.Int("RoleInfo.SessionDuration") != 60 {
				t.Error(got.Raw)
			}
		})
		t.Run("the other account's role is as it was", func(t *testing.T) {
			got := other.Root.Must(t, "cam:GetRole", apitest.P{"RoleId": foreign})
			if got.Str("RoleInfo.Description") != "" || got.Len("RoleInfo.Tags") != 0 {
				t.Error(got.Raw)
			}
		})
	})
}

func TestRoleUpdates(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		here := w.Account(t)
		root := here.Root
		id := newRole(t, root, "ops", here.UIN)
		added := root.Must(t, "cam:GetRole", apitest.P{"RoleId": id}).Str("RoleInfo.AddTime")
		var updated []string
		change := func(action string, p apitest.P) *apitest.Answer {
			t.Helper()
			w.Sleep(time.Minute)
			root.Must(t, action, with(p, apitest.P{"RoleName": "ops"}))
			got := root.Must(t, "cam:GetRole", apitest.P{"RoleId": id})
			if got.Str("RoleInfo.AddTime") != added {
				t.Errorf("%s changed AddTime", action)
			}
			if at := got.Str("RoleInfo.UpdateTime"); slices.Contains(updated, at) {
				t.Errorf("%s did not change UpdateTime", action)
			} else {
				updated = append(updated, at)
			}
			return got
		}

		document := strings.Replace(trusting(here.UIN), "name/sts", "sts", 1)
		if got := change("cam:UpdateAssumeRolePolicy", apitest.P{"PolicyDocument": document}); got.Str("RoleInfo.PolicyDocument") != document {
			t.Error(got.Raw)
		}
		if got := change("cam:UpdateRoleDescription", apitest.P{"Description": strings.Repeat("述", 100)}); got.Str("RoleInfo.Description") == "" {
			t.Error(got.Raw)
		}
		if got := change("cam:UpdateRoleDescription", apitest.P{"Description": ""}); got.Str("RoleInfo.Description") != "" {
			t.Errorf("an empty description clears: %s", got.Raw)
		}
		if got := change("cam:UpdateRoleConsoleLogin", apitest.P{"ConsoleLogin": 1}); got.Int("RoleInfo.ConsoleLogin") != 1 {
			t.Error(got.Raw)
		}
		if got := change("cam:UpdateRoleSessionDuration", apitest.P{"SessionDuration": 43200}); got.Int("RoleInfo.SessionDuration") != 43200 {
			t.Error(got.Raw)
		}
		if got := change("cam:UpdateRoleSessionDuration", apitest.P{"SessionDuration": 0}); got.Int("RoleInfo.SessionDuration") != 0 ||
			got.Str("RoleInfo.PolicyDocument") != document || got.Int("RoleInfo.ConsoleLogin") != 1 {
			t.Errorf("one change keeps what the others made: %s", got.Raw)
		}

		root.Fails(t, "InvalidParameter.DescriptionLengthOverlimit", "cam:UpdateRoleDescription", apitest.P{"RoleId": id, "Description": strings.Repeat("d", 301)})
		root.Fails(t, "MissingParameter", "cam:UpdateRoleDescription", apitest.P{"RoleId": id})
		root.Fails(t, "InvalidParameter.ParamError", "cam:UpdateRoleConsoleLogin", apitest.P{"RoleName": "ops", "ConsoleLogin": 2})
		root.Fails(t, "InvalidParameter.ParamError", "cam:UpdateRoleSessionDuration", apitest.P{"RoleName": "ops", "SessionDuration": 1234567})
		root.Fails(t, "MissingParameter", "cam:UpdateAssumeRolePolicy", apitest.P{"RoleName": "ops"})

		t.Run("of a role that a product owns only description and tags change", func(t *testing.T) {
			execute(t, w, `UPDATE roles SET kind = 'service_linked' WHERE name = 'ops'`)
			named := apitest.P{"RoleName": "ops"}
			root.Fails(t, "InvalidParameter.ParamError", "cam:UpdateAssumeRolePolicy", with(named, apitest.P{"PolicyDocument": document}))
			root.Fails(t, "InvalidParameter.ParamError", "cam:UpdateRoleConsoleLogin", with(named, apitest.P{"ConsoleLogin": 0}))
			root.Fails(t, "InvalidParameter.ParamError", "cam:UpdateRoleSessionDuration", with(named, apitest.P{"SessionDuration": 1}))
			root.Fails(t, "InvalidParameter.ParamError", "cam:DeleteRole", named)
			root.Must(t, "cam:UpdateRoleDescription", with(named, apitest.P{"Description": "kept"}))
			root.Must(t, "cam:TagRole", with(named, apitest.P{"Tags": someTags(1)}))
			got := root.Must(t, "cam:GetRole", named)
			if got.Str("RoleInfo.RoleArn") != fmt.Sprintf("qcs::cam::uin/%d:role/tencentcloudServiceRoleName/ops", here.UIN) ||
				got.Str("RoleInfo.RoleType") != "service_linked" || got.Str("RoleInfo.Description") != "kept" || got.Len("RoleInfo.Tags") != 1 {
				t.Error(got.Raw)
			}
		})
	})
}

func TestRoleTags(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		here := w.Account(t)
		root := here.Root
		newRole(t, root, "ops", here.UIN)
		newRole(t, root, "bare", here.UIN)
		tagsNow := func() string {
			t.Helper()
			return tagText(root.Must(t, "cam:GetRole", apitest.P{"RoleName": "ops"}), "RoleInfo.Tags")
		}
		tag := func(pairs ...string) apitest.P {
			var tags []apitest.P
			for _, pair := range pairs {
				key, value, _ := strings.Cut(pair, "=")
				tags = append(tags, apitest.P{"Key": key, "Value": value})
			}
			return apitest.P{"RoleName": "ops", "Tags": tags}
		}

		root.Must(t, "cam:TagRole", tag("b=1", "a=1"))
		root.Must(t, "cam:TagRole", tag("b=2", "A=3"))
		if got := tagsNow(); got != "A=3 a=1 b=2" {
			t.Errorf("a key that is there gets the new value: %s", got)
		}
		root.Must(t, "cam:TagRole", tag("b=2"))
		root.Must(t, "cam:UntagRole", apitest.P{"RoleName": "ops", "TagKeys": []string{"a", "none", "a"}})
		root.Must(t, "cam:UntagRole", apitest.P{"RoleName": "ops", "TagKeys": []string{"a"}})
		if got := tagsNow(); got != "A=3 b=2" {
			t.Errorf("after untagging: %s", got)
		}
		root.Fails(t, "InvalidParameter.TagParamError", "cam:TagRole", tag("c=1", "c=2"))
		root.Fails(t, "InvalidParameter.TagParamError", "cam:TagRole", tag("=1"))
		root.Fails(t, "InvalidParameter.TagParamError", "cam:TagRole", apitest.P{"RoleName": "ops", "Tags": []any{}})
		root.Fails(t, "InvalidParameter.TagLimitExceeded", "cam:TagRole", apitest.P{"RoleName": "ops", "Tags": someTags(49)})
		root.Fails(t, "InvalidParameter.TagLimitExceeded", "cam:TagRole", apitest.P{"RoleName": "ops", "Tags": someTags(51)})
		root.Fails(t, "InvalidParameter.TagParamError", "cam:UntagRole", apitest.P{"RoleName": "ops", "TagKeys": []string{""}})
		root.Fails(t, "InvalidParameter.TagParamError", "cam:UntagRole", apitest.P{"RoleName": "ops", "TagKeys": []string{strings.Repeat("k", 129)}})
		root.Fails(t, "InvalidParameter.TagParamError", "cam:UntagRole", apitest.P{"RoleName": "ops", "TagKeys": []string{}})
		if got := tagsNow(); got != "A=3 b=2" {
			t.Errorf("what was refused changed something: %s", got)
		}
		root.Must(t, "cam:TagRole", apitest.P{"RoleName": "ops", "Tags": someTags(48)})
		if got := root.Must(t, "cam:GetRole", apitest.P{"RoleName": "bare"}); got.Len("RoleInfo.Tags") != 0 {
			t.Errorf("tags leak to another role: %s", got.Raw)
		}
	})
}

func TestDescribeRoleList(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		here, other := w.Account(t), w.Account(t)
		root := here.Root
		list := func(p apitest.P) *apitest.Answer { t.Helper(); return root.Must(t, "cam:DescribeRoleList", p) }
		if a := list(apitest.P{"Page": 1, "Rp": 200}); a.Len("List") != 0 || a.Int("TotalNum") != 0 {
			t.Errorf("an account without roles: %s", a.Raw)
		}
		for i := range 5 {
			tags := []apitest.P{{"Key": "parity", "Value": strconv.Itoa(i % 2)}}
			if i > 2 {
				tags = append(tags, apitest.P{"Key": "high", "Value": "yes"})
			}
			root.Must(t, "cam:CreateRole", apitest.P{"RoleName": fmt.Sprintf("r%d", i), "PolicyDocument": trusting(here.UIN), "Tags": tags})
			newRole(t, other.Root, fmt.Sprintf("x%d", i), other.UIN)
		}
		names := func(a *apitest.Answer) string { return strings.Trim(fmt.Sprint(a.Pluck("List", "RoleName")), "[]") }

		var walked []string
		for page := 1; ; page++ {
			a := list(apitest.P{"Page": page, "Rp": 2})
			if a.Int("TotalNum") != 5 {
				t.Errorf("page %d counts %d", page, a.Int("TotalNum"))
			}
			if a.Len("List") == 0 {
				break
			}
			walked = append(walked, names(a))
		}
		if got := strings.Join(walked, " "); got != "r4 r3 r2 r1 r0" {
			t.Errorf("walked %s", got)
		}
		if a := list(apitest.P{"Page": 9, "Rp": 200}); a.Len("List") != 0 || a.Int("TotalNum") != 5 {
			t.Errorf("past the end: %s", a.Raw)
		}
		if a := list(apitest.P{"Page": int64(1<<63 - 1), "Rp": 200}); a.Len("List") != 0 {
			t.Errorf("far past the end: %s", a.Raw)
		}
		if a := list(apitest.P{"Page": 1, "Rp": 200}); tagText(a, "List.0.Tags") != "high=yes parity=0" || tagText(a, "List.4.Tags") != "parity=0" ||
			a.Str("List.0.PolicyDocument") != trusting(here.UIN) {
			t.Errorf("rows hold everything: %s", a.Raw)
		}

		t.Run("all given tags must match, key and value", func(t *testing.T) {
			parity := apitest.P{"Key": "parity", "Value": "0"}
			for want, tags := range map[string][]apitest.P{
				"r4 r2 r0": {parity}, "r4": {parity, {"Key": "high", "Value": "yes"}}, "": {parity, {"Key": "high", "Value": "no"}}, "r4 r3 r2 r1 r0": {},
			} {
				a := list(apitest.P{"Page": 1, "Rp": 200, "Tags": tags})
				if names(a) != want || a.Int("TotalNum") != int64(a.Len("List")) {
					t.Errorf("%v finds %q of %d, want %q", tags, names(a), a.Int("TotalNum"), want)
				}
			}
			if a := list(apitest.P{"Page": 2, "Rp": 2, "Tags": []apitest.P{parity}}); names(a) != "r0" || a.Int("TotalNum") != 3 {
				t.Errorf("second page of a search: %s", a.Raw)
			}
		})
		for name, p := range map[string]apitest.P{"page 0": {"Page": 0, "Rp": 1}, "no rows": {"Page": 1, "Rp": 0}, "201 rows": {"Page": 1, "Rp": 201},
			"51 tags": {"Page": 1, "Rp": 1, "Tags": someTags(51)}} {
			t.Run(name+" is refused", func(t *testing.T) {
				root.Fails(t, "InvalidParameter.ParamError", "cam:DescribeRoleList", p)
			})
		}
		root.Fails(t, "MissingParameter", "cam:DescribeRoleList", apitest.P{"Page": 1})
	})
}

func TestDeleteRole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		here := w.Account(t)
		root := here.Root
		old := root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "ops", "PolicyDocument": trusting(here.UIN), "Tags": someTags(2)}).Str("RoleId")
		root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": old, "PolicyId": 1})
		root.Must(t, "cam:DeleteRole", apitest.P{"RoleName": "ops"})
		root.Fails(t, "InvalidParameter.RoleNotExist", "cam:DeleteRole", apitest.P{"RoleName": "ops"})
		root.Fails(t, "InvalidParameter.RoleNotExist", "cam:GetRole", apitest.P{"RoleId": old})

		again := newRole(t, root, "ops", here.UIN)
		if again == old {
			t.Error("an id was given out twice")
		}
		if got := root.Must(t, "cam:GetRole", apitest.P{"RoleName": "ops"}); got.Len("RoleInfo.Tags") != 0 {
			t.Errorf("tags outlived their role: %s", got.Raw)
		}
		if a := root.Must(t, "cam:ListEntitiesForPolicy", apitest.P{"PolicyId": 1, "EntityFilter": "Role"}); a.Int("TotalNum") != 0 {
			t.Errorf("an attachment outlived its role: %s", a.Raw)
		}
	})
}
