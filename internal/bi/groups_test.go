package bi_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

const refused = "UnauthorizedOperation.Authorize"

// named makes a sub-account and a BI user of it who goes by its name.
func (x *corp) named(t *testing.T, name string) *apitest.Client {
	t.Helper()
	u := x.person(t, name)
	x.add(t, name, nil)
	return u
}

// group makes a group below another one, -1 for the top.
func (x *corp) group(t *testing.T, name string, parent int64) int64 {
	t.Helper()
	return x.Root.Must(t, "bi:CreateUserGroup", P{"GroupName": name, "ParentId": parent}).Int("Data.Id")
}

// level are the names of the groups below a parent with their locations, in the order of the answer; without the default
// group.
func (x *corp) level(t *testing.T, parent int64) string {
	t.Helper()
	a := x.Root.Must(t, "bi:DescribeUserGroupTreeList", P{"ParentIds": []int64{parent}, "AllPage": 1})
	var all []string
	for i := range a.Len("Data") {
		at := fmt.Sprintf("Data.%d.", i)
		if a.Int(at+"IsDefault") == 0 {
			all = append(all, fmt.Sprintf("%s/%d", a.Str(at+"GroupName"), a.Int(at+"Location")))
		}
	}
	return strings.Join(all, " ")
}

func TestCreateUserGroup(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		x.named(t, "ann")
		a := x.Root.Must(t, "bi:CreateUserGroup", P{"GroupName": " readers ", "AdminUserId": "ann", "Description": "who read", "Location": -1, "ParentId": -1})
		want := fmt.Sprintf(`"Extra":"","Msg":"success","Data":{"Id":%d,"GroupName":"readers","ParentId":-1,"ParentName":null,"IsDefault":0,"AdminUserId":"ann",`+
			`"Description":"who read","Location":2,"UserList":null}`, a.Int("Data.Id"))
		if !strings.Contains(a.Raw, want) {
			t.Errorf("%s has no %s", a.Raw, want)
		}
		top := x.group(t, "top", -1)
		for _, tc := range []struct {
			name     string
			location any
			level    string
		}{
			{"the first is at 1", nil, "g0/1"},
			{"without a location it is the last", nil, "g0/1 g1/2"},
			{"-1 is the last", -1, "g0/1 g1/2 g2/3"},
			{"1 is the first", 1, "g3/1 g0/2 g1/3 g2/4"},
			{"0 is the first too", 0, "g4/1 g3/2 g0/3 g1/4 g2/5"},
			{"the middle shifts what is behind", 3, "g4/1 g3/2 g5/3 g0/4 g1/5 g2/6"},
			{"far behind is the last", 99, "g4/1 g3/2 g5/3 g0/4 g1/5 g2/6 g6/7"},
		} {
			n := strings.Count(x.level(t, top), "/")
			x.Root.Must(t, "bi:CreateUserGroup", P{"GroupName": fmt.Sprint("g", n), "ParentId": top, "Location": tc.location})
			if got := x.level(t, top); got != tc.level {
				t.Errorf("%s: %s, want %s", tc.name, got, tc.level)
			}
		}
	})
}

func TestCreateUserGroupRefuses(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann, auth := x.user(t, "ann"), x.user(t, "auth", "sys_corp_auth_admin")
		x.person(t, "nobody")
		stranger := other.user(t, "stranger")
		foreign := other.group(t, "foreign", -1)
		top := x.group(t, "top", -1)
		x.group(t, "taken", top)
		deep := top
		for i := range 9 {
			deep = x.group(t, fmt.Sprint("level ", i+2), deep)
		}
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"no name", ann, P{"ParentId": top}, "MissingParameter.MissingParam"},
			{"an empty name", x.Root, P{"GroupName": ""}, "MissingParameter.MissingParam"},
			{"a caller who administers nothing, whatever he names", ann, P{"GroupName": "x", "ParentId": 5}, refused},
			{"a permission administrator", auth, P{"GroupName": "x"}, refused},
			{"an unknown parent goes before an unknown user", x.Root, P{"GroupName": "x", "ParentId": 5, "AdminUserId": "zz"}, "InvalidParameterValue"},
			{"parent 0 is none", x.Root, P{"GroupName": "x", "ParentId": 0}, "InvalidParameterValue"},
			{"a parent of another account", x.Root, P{"GroupName": "x", "ParentId": foreign}, "InvalidParameterValue"},
			{"an unknown user goes before a bad name", x.Root, P{"GroupName": " ", "AdminUserId": "zz"}, "UnauthorizedOperation.UserNotExist"},
			{"an administrator who is not in BI", x.Root, P{"GroupName": "x", "AdminUserId": "nobody"}, "UnauthorizedOperation.UserNotExist"},
			{"an administrator of another account", x.Root, P{"GroupName": "x", "AdminUserId": fmt.Sprint(stranger.UIN)}, "UnauthorizedOperation.UserNotExist"},
			{"a name of spaces", x.Root, P{"GroupName": "  "}, "InvalidParameterValue"},
			{"a name of 65 characters", x.Root, P{"GroupName": strings.Repeat("组", 65)}, "InvalidParameterValue"},
			{"a name of 64 characters", x.Root, P{"GroupName": strings.Repeat("组", 64)}, ""},
			{"a description of 256 characters", x.Root, P{"GroupName": "x", "Description": strings.Repeat("d", 256)}, "InvalidParameterValue"},
			{"a location of -2", x.Root, P{"GroupName": "x", "Location": -2}, "InvalidParameterValue"},
			{"a bad location goes before a taken name", x.Root, P{"GroupName": "taken", "ParentId": top, "Location": -2}, "InvalidParameterValue"},
			{"a sibling's name", x.Root, P{"GroupName": " taken", "ParentId": top}, "UnsupportedOperation.BIError"},
			{"names are told apart by case", x.Root, P{"GroupName": "Taken", "ParentId": top}, ""},
			{"a name that is taken elsewhere", x.Root, P{"GroupName": "taken"}, ""},
			{"an eleventh level", x.Root, P{"GroupName": "x", "ParentId": deep}, "LimitExceeded"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:CreateUserGroup", tc.in) })
		}
		w.Quotas[account.BIGroups] = len(rows(t, w.DB, `SELECT id FROM bi_groups WHERE account = $1`, x.UIN))
		x.Root.Fails(t, "UnsupportedOperation.BIError", "bi:CreateUserGroup", P{"GroupName": "top"})
		x.Root.Fails(t, "LimitExceeded", "bi:CreateUserGroup", P{"GroupName": "more"})
		if a := x.Root.Must(t, "bi:DescribeUserGroupTreeList", P{"Keyword": "more"}); a.Len("Data") != 0 {
			t.Errorf("what was refused is there: %s", a.Raw)
		}
	})
}

func TestModifyUserGroup(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		x.named(t, "ann")
		a, b := x.group(t, "a", -1), x.group(t, "b", -1)
		ids := map[string]int64{"a": a, "b": b, "a1": x.group(t, "a1", a), "a2": x.group(t, "a2", a), "a3": x.group(t, "a3", a)}
		for _, tc := range []struct {
			name     string
			in       []P
			want     string // of the first one that changes
			levelOfA string
			levelOfB string
		}{
			{"nothing", []P{{"Id": ids["a1"]}}, "a1  /", "a1/1 a2/2 a3/3", ""},
			{"empty members change nothing", []P{{"Id": ids["a1"], "GroupName": "", "AdminUserId": "", "Description": "", "ParentName": "x"}}, "a1  /", "a1/1 a2/2 a3/3", ""},
			{"null changes nothing", []P{{"Id": ids["a1"], "GroupName": nil, "ParentId": nil, "Location": nil}}, "a1  /", "a1/1 a2/2 a3/3", ""},
			{"a name, an administrator and a description", []P{{"Id": ids["a1"], "GroupName": " A1 ", "AdminUserId": "ann", "Description": "first"}}, "A1 ann first/", "A1/1 a2/2 a3/3", ""},
			{"its own name", []P{{"Id": ids["a1"], "GroupName": "A1"}}, "A1 ann first/", "A1/1 a2/2 a3/3", ""},
			{"to the end", []P{{"Id": ids["a1"], "Location": -1}}, "A1 ann first/", "a2/1 a3/2 A1/3", ""},
			{"to the front", []P{{"Id": ids["a1"], "Location": 1}}, "A1 ann first/", "A1/1 a2/2 a3/3", ""},
			{"to the middle", []P{{"Id": ids["a1"], "Location": 2}}, "A1 ann first/", "a2/1 A1/2 a3/3", ""},
			{"far behind", []P{{"Id": ids["a1"], "Location": 50}}, "A1 ann first/", "a2/1 a3/2 A1/3", ""},
			{"under another one, at its end", []P{{"Id": ids["a2"], "ParentId": b}}, "a2  /", "a3/1 A1/2", "a2/1"},
			{"under another one, at a place", []P{{"Id": ids["a3"], "ParentId": b, "Location": 1}}, "a3  /", "A1/1", "a3/1 a2/2"},
			{"to where it is", []P{{"Id": ids["a3"], "ParentId": b}}, "a3  /", "A1/1", "a3/1 a2/2"},
			{"several, in order", []P{{"Id": ids["a2"], "ParentId": a}, {"Id": ids["a3"], "ParentId": a, "Location": 1}, {"Id": ids["a2"], "GroupName": "z"}}, "z  /", "a3/1 A1/2 z/3", ""},
			{"a name that another one gives up before", []P{{"Id": ids["a2"], "GroupName": "a2"}, {"Id": ids["a1"], "GroupName": "z"}}, "a2  /", "a3/1 z/2 a2/3", ""},
			{"one group twice", []P{{"Id": ids["a1"], "GroupName": "y", "Location": 1}, {"Id": ids["a1"], "GroupName": "a1"}}, "a1 ann first/", "a1/1 a3/2 a2/3", ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := x.Root.Must(t, "bi:ModifyUserGroup", P{"UpdateList": tc.in})
				if got.Len("Data") != len(tc.in) {
					t.Fatal(got.Raw)
				}
				for i, e := range tc.in {
					if got.Int(fmt.Sprintf("Data.%d.Id", i)) != e["Id"] {
						t.Errorf("the order is another: %s", got.Raw)
					}
				}
				if is := got.Str("Data.0.GroupName") + " " + got.Str("Data.0.AdminUserId") + " " + got.Str("Data.0.Description") + "/"; is != tc.want {
					t.Errorf("it is %q, want %q", is, tc.want)
				}
				if is := x.level(t, a); is != tc.levelOfA {
					t.Errorf("below a is %q, want %q", is, tc.levelOfA)
				}
				if is := x.level(t, b); is != tc.levelOfB {
					t.Errorf("below b is %q, want %q", is, tc.levelOfB)
				}
			})
		}
	})
}

func TestModifyUserGroupRefuses(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann := x.user(t, "ann")
		foreign := other.group(t, "foreign", -1)
		top, second := x.group(t, "top", -1), x.group(t, "second", -1)
		child := x.group(t, "child", top)
		grandchild := x.group(t, "grandchild", child)
		deep := second
		for i := range 8 {
			deep = x.group(t, fmt.Sprint("level ", i+2), deep)
		}
		var many []P
		for range 51 {
			many = append(many, P{"Id": top})
		}
		before := fmt.Sprint(rows(t, w.DB, `SELECT * FROM bi_groups ORDER BY id`))
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     []P
			code   string
		}{
			{"nothing", ann, nil, "MissingParameter.MissingParam"},
			{"an element without an id", ann, []P{{"Id": top}, {"GroupName": "x"}}, "MissingParameter.MissingParam"},
			{"a caller who administers nothing", ann, []P{{"Id": 5}}, refused},
			{"51 groups", x.Root, many, "LimitExceeded"},
			{"an unknown group", x.Root, []P{{"Id": top, "GroupName": "x"}, {"Id": 5}}, "UnsupportedOperation.BIError"},
			{"a group of another account", x.Root, []P{{"Id": foreign, "GroupName": "x"}}, "UnsupportedOperation.BIError"},
			{"an unknown parent", x.Root, []P{{"Id": top, "GroupName": "x"}, {"Id": child, "ParentId": 5}}, "InvalidParameterValue"},
			{"a parent of another account", x.Root, []P{{"Id": child, "ParentId": foreign}}, "InvalidParameterValue"},
			{"an unknown user goes before a bad name", x.Root, []P{{"Id": top, "GroupName": " "}, {"Id": child, "AdminUserId": "zz"}}, "UnauthorizedOperation.UserNotExist"},
			{"a bad name goes before a cycle", x.Root, []P{{"Id": top, "ParentId": child}, {"Id": child, "GroupName": " "}}, "InvalidParameterValue"},
			{"a bad location", x.Root, []P{{"Id": child, "Location": -2}}, "InvalidParameterValue"},
			{"a group below itself", x.Root, []P{{"Id": top, "ParentId": top}}, "UnsupportedOperation.BIError"},
			{"a group below its grandchild", x.Root, []P{{"Id": top, "ParentId": grandchild}}, "UnsupportedOperation.BIError"},
			{"a cycle that comes about on the way", x.Root, []P{{"Id": child, "ParentId": -1}, {"Id": top, "ParentId": grandchild}, {"Id": grandchild, "ParentId": top}}, "UnsupportedOperation.BIError"},
			{"a sibling's name", x.Root, []P{{"Id": top, "GroupName": "second"}}, "UnsupportedOperation.BIError"},
			{"a name that is taken where it goes", x.Root, []P{{"Id": grandchild, "GroupName": "second", "ParentId": -1}}, "UnsupportedOperation.BIError"},
			{"a subtree that becomes too deep", x.Root, []P{{"Id": child, "ParentId": deep}}, "LimitExceeded"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:ModifyUserGroup", P{"UpdateList": tc.in}) })
		}
		if after := fmt.Sprint(rows(t, w.DB, `SELECT * FROM bi_groups ORDER BY id`)); after != before {
			t.Errorf("what was refused changed\n%s\nto\n%s", before, after)
		}
		x.Root.Must(t, "bi:ModifyUserGroup", P{"UpdateList": []P{{"Id": grandchild, "ParentId": deep}}}) // the tenth level
	})
}

func TestDeleteUserGroup(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann := x.user(t, "ann")
		project, _ := x.project(t, x.Root, "p")
		foreign := other.group(t, "foreign", -1)
		top := x.group(t, "top", -1)
		a, b := x.group(t, "a", top), x.group(t, "b", top)
		x.group(t, "c", top)
		x.Root.Must(t, "bi:CreateUserGroupMember", P{"GroupId": a, "UserIdList": []string{"ann"}})
		x.Root.Must(t, "bi:CreateUserGroupMember", P{"GroupId": b, "UserIdList": []string{"ann"}})
		for _, g := range []int64{a, b} {
			execute(t, w, `INSERT INTO bi_page_rights (account, project, resource_type, entity, holder_kind, holder, name, value, updated_by, updated_at)
				VALUES ($1, $2, 'page', 7, 2, $3, 'PageView', 1, '', 0)`, x.UIN, project, g)
		}
		standard := rows(t, w.DB, `SELECT id FROM bi_groups WHERE account = $1 AND is_default = 1`, x.UIN)[0][0]
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"no group", ann, P{}, "MissingParameter.MissingParam"},
			{"a caller who administers nothing", ann, P{"Id": 5}, refused},
			{"an unknown group", x.Root, P{"Id": 5}, "UnsupportedOperation.BIError"},
			{"a group of another account", x.Root, P{"Id": foreign}, "UnsupportedOperation.BIError"},
			{"the default group", x.Root, P{"Id": standard}, "UnsupportedOperation.BIError"},
			{"a group that others are below", x.Root, P{"Id": top}, "UnsupportedOperation.BIError"},
			{"a group that none is below", x.Root, P{"Id": a}, ""},
			{"the same again", x.Root, P{"Id": a}, "UnsupportedOperation.BIError"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:DeleteUserGroup", tc.in) })
		}
		if got := x.level(t, top); got != "b/1 c/2" {
			t.Errorf("below top is %s", got)
		}
		want := fmt.Sprintf("[[%d]]", b)
		for _, of := range []string{`SELECT group_id FROM bi_group_members WHERE account = $1`, `SELECT holder FROM bi_page_rights WHERE account = $1`} {
			if got := fmt.Sprint(rows(t, w.DB, of, x.UIN)); got != want {
				t.Errorf("%s: %s, want %s", of, got, want)
			}
		}
	})
}

func TestDescribeUserGroupInfo(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann, auth := x.user(t, "ann"), x.user(t, "auth", "sys_corp_auth_admin")
		g, foreign := x.group(t, "g", -1), other.group(t, "g", -1)
		if a := auth.Must(t, "bi:DescribeUserGroupInfo", P{"Id": g}); !strings.HasPrefix(a.Raw, `{"Response":{"ErrorInfo":null,"RequestId":`) {
			t.Error(a.Raw)
		}
		x.Root.Fails(t, "UnsupportedOperation.BIError", "bi:DescribeUserGroupInfo", P{"Id": 5})
		x.Root.Fails(t, "UnsupportedOperation.BIError", "bi:DescribeUserGroupInfo", P{"Id": foreign})
		x.Root.Fails(t, "MissingParameter.MissingParam", "bi:DescribeUserGroupInfo", P{})
		ann.Fails(t, refused, "bi:DescribeUserGroupInfo", P{"Id": g})
	})
}

// TestOneGroupMadeByManyAtOnce makes groups of one name from many sides: one is made, and the places have no gaps.
func TestOneGroupMadeByManyAtOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		top := x.group(t, "top", -1)
		var calls sync.WaitGroup
		var mu sync.Mutex
		codes := map[string]int{}
		for i := range 16 {
			calls.Go(func() {
				a := x.Root.Call(t, "bi:CreateUserGroup", P{"GroupName": fmt.Sprint("g", i%2), "ParentId": top, "Location": 1})
				mu.Lock()
				defer mu.Unlock()
				codes[a.Code]++
			})
		}
		calls.Wait()
		if codes[""] != 2 || codes["UnsupportedOperation.BIError"] != 14 {
			t.Errorf("the answers are %v", codes)
		}
		if got := x.level(t, top); got != "g0/1 g1/2" && got != "g1/1 g0/2" {
			t.Errorf("there are %s", got)
		}
	})
}

// TestLocationsHaveNoGaps makes, moves and deletes groups at random: below every parent the locations stay 1, 2, 3, …
func TestLocationsHaveNoGaps(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCorp(t, w)
		groups := []int64{-1}
		random := rand.New(rand.NewPCG(1, 2))
		pick := func() int64 { return groups[random.IntN(len(groups))] }
		for i := range 120 {
			switch random.IntN(4) {
			case 0, 1:
				a := x.Root.Call(t, "bi:CreateUserGroup", P{"GroupName": fmt.Sprint("g", i), "ParentId": pick(), "Location": random.IntN(6) - 1})
				if a.Code == "" {
					groups = append(groups, a.Int("Data.Id"))
				}
			case 2:
				x.Root.Call(t, "bi:ModifyUserGroup", P{"UpdateList": []P{{"Id": pick(), "ParentId": pick(), "Location": random.IntN(6) - 1}, {"Id": pick(), "Location": random.IntN(6)}}})
			case 3:
				x.Root.Call(t, "bi:DeleteUserGroup", P{"Id": pick()})
			}
		}
		all := rows(t, w.DB, `SELECT parent, COUNT(*), COUNT(DISTINCT location), MIN(location), MAX(location) FROM bi_groups WHERE account = $1 GROUP BY parent`, x.UIN)
		if len(all) < 5 {
			t.Errorf("only %d groups have some below them", len(all))
		}
		for _, r := range all {
			if r[1] != r[2] || r[3] != "1" || r[4] != r[1] {
				t.Errorf("below %s are %s groups at %s places from %s to %s", r[0], r[1], r[2], r[3], r[4])
			}
		}
	})
}
