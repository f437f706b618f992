package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Codes of the BI product.
const (
	missingParam  = "MissingParameter.MissingParam"
	unauthorized  = "UnauthorizedOperation.Authorize"
	inactive      = "UnauthorizedOperation.Inactive"
	noUser        = "UnauthorizedOperation.UserNotExist"
	badValue      = "InvalidParameterValue"
	badEmbed      = "InvalidParameter.Embed"
	biError       = "UnsupportedOperation.BIError"
	unsupported   = "UnsupportedOperation"
	overQuota     = "LimitExceeded"
	noID          = 1982493789748932 // of nothing
	corpAdmin     = "sys_corp_admin"
	corpAuthAdmin = "sys_corp_auth_admin"
	commonUser    = "sys_common_user"
	projectAdmin  = "sys_project_admin"
	projectEditor = "sys_project_editor"
	projectMember = "sys_project_member"
	projectViewer = "sys_project_viewer"
)

// row is an object in an answer.
type row map[string]any

func (r row) str(name string) string { s, _ := r[name].(string); return s }

func (r row) number(name string) int64 {
	n, _ := r[name].(json.Number)
	i, _ := n.Int64()
	return i
}

func (r row) is(name string) bool { b, _ := r[name].(bool); return b }

// rows are the objects of a list.
func (r row) rows(name string) []row { return rowsOf(r[name]) }

// numbers are the integers of a list, in ascending order.
func (r row) numbers(name string) []int64 {
	var all []int64
	list, _ := r[name].([]any)
	for _, v := range list {
		n, _ := v.(json.Number)
		i, _ := n.Int64()
		all = append(all, i)
	}
	slices.Sort(all)
	return all
}

func rowsOf(v any) []row {
	var all []row
	list, _ := v.([]any)
	for _, element := range list {
		object, _ := element.(map[string]any)
		all = append(all, object)
	}
	return all
}

// data is the Data of an answer, where it is an object; nil otherwise.
func (a *answer) data() row {
	object, _ := a.body["Data"].(map[string]any)
	return object
}

// list are the objects of Data.List.
func (a *answer) list(t testing.TB) []row {
	t.Helper()
	if _, ok := a.data()["List"].([]any); !ok {
		t.Errorf("Data has no List: %v", a.body["Data"])
	}
	return a.data().rows("List")
}

// column are the texts that rows have in one member.
func column(rows []row, name string) []string {
	var all []string
	for _, r := range rows {
		all = append(all, r.str(name))
	}
	return all
}

// equal holds a value to what it must be.
func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := text(t, got), text(t, want); g != w {
		t.Errorf("%s: got %s, want %s", what, g, w)
	}
}

// corp is an account as BI sees it.
type corp struct {
	*server
	root   credential
	id     string // the root's uin
	global map[string]int64
	made   int
}

// newCorp makes an account, and learns the ids of its global roles.
func newCorp(t testing.TB, s *server, name string) *corp {
	t.Helper()
	made := s.createAccount(t, name)
	c := &corp{server: s, root: made.credential(), id: number(made.UIN), global: map[string]int64{}}
	for _, r := range c.entry(t, c.id).rows("RoleList") {
		c.global[r.str("ModuleCollection")] = r.number("RoleId")
	}
	scout := c.person(t, "scout")
	c.must(t, c.root, "bi:CreateUserRole", params{"UserInfoList": []params{{"UserId": scout}}})
	for _, r := range c.entry(t, scout).rows("RoleList") {
		c.global[r.str("ModuleCollection")] = r.number("RoleId")
	}
	if c.global[corpAdmin] == 0 || c.global[commonUser] == 0 {
		t.Fatalf("the global roles are %v", c.global)
	}
	// No action lists the third one: it was made together with the other two.
	first, last := min(c.global[corpAdmin], c.global[commonUser])-8, max(c.global[corpAdmin], c.global[commonUser])+8
	for id := first; id <= last && c.global[corpAuthAdmin] == 0; id++ {
		if c.call(t, c.root, "bi:CreateUserRole", params{"RoleIdList": []int64{id}, "UserInfoList": []params{{"UserId": scout}}}).code != "" {
			continue
		}
		for _, r := range c.entry(t, scout).rows("RoleList") {
			if r.str("ModuleCollection") == corpAuthAdmin {
				c.global[corpAuthAdmin] = r.number("RoleId")
			}
		}
	}
	if c.global[corpAuthAdmin] == 0 {
		t.Fatalf("the global roles are %v", c.global)
	}
	c.must(t, c.root, "bi:DeleteUserRole", params{"UserId": scout})
	return c
}

// onCorp runs body against an account of a server on every engine.
func onCorp(t *testing.T, body func(t *testing.T, c *corp)) {
	t.Helper()
	onServer(t, unlimited, func(t *testing.T, s *server) { body(t, newCorp(t, s, "corp")) })
}

// person makes a sub-user, who is not in BI.
func (c *corp) person(t testing.TB, name string) (uin string) {
	t.Helper()
	return number(c.must(t, c.root, "cam:AddUser", params{"Name": name}).number("Uin"))
}

// persons makes several.
func (c *corp) persons(t testing.TB, name string, n int) []string {
	t.Helper()
	var all []string
	for i := range n {
		all = append(all, c.person(t, fmt.Sprint(name, "-", i)))
	}
	return all
}

// outsider makes a sub-user to whom policies allow all of BI, and who is not in it.
func (c *corp) outsider(t testing.TB, name string) (uin string, key credential) {
	t.Helper()
	id, key := c.user(t, c.root, name)
	c.grants(t, c.root, id, "bi-of-"+name, "bi:*", "*", "")
	return number(id), key
}

// member makes one who is in BI with these roles.
func (c *corp) member(t testing.TB, name string, roles ...int64) (uin string, key credential) {
	t.Helper()
	uin, key = c.outsider(t, name)
	c.join(t, roles, uin)
	return uin, key
}

// join brings sub-users into BI.
func (c *corp) join(t testing.TB, roles []int64, uins ...string) {
	t.Helper()
	c.must(t, c.root, "bi:CreateUserRole", params{"RoleIdList": roles, "UserInfoList": users(uins...)})
}

// users are the elements of a UserInfoList.
func users(uins ...string) []params {
	var all []params
	for _, uin := range uins {
		all = append(all, params{"UserId": uin})
	}
	return all
}

// everybody are all users.
func (c *corp) everybody(t testing.TB) []row {
	t.Helper()
	return c.must(t, c.root, "bi:DescribeUserRoleList", params{"PageNo": 1, "PageSize": 20, "AllPage": true}).list(t)
}

// entry is the user of this UserId; nil if he is not in BI.
func (c *corp) entry(t testing.TB, userID string) row { t.Helper(); return of(c.everybody(t), userID) }

func of(rows []row, userID string) row {
	for _, r := range rows {
		if r.str("UserId") == userID {
			return r
		}
	}
	return nil
}

// roleIDs are the roles that an entry shows, in ascending order.
func roleIDs(r row) []int64 {
	all := []int64{}
	for _, role := range r.rows("RoleList") {
		all = append(all, role.number("RoleId"))
	}
	slices.Sort(all)
	return all
}

// ids are numbers in ascending order.
func ids(all ...int64) []int64 { slices.Sort(all); return all }

// project makes a project.
func (c *corp) project(t testing.TB, name string) int64 {
	t.Helper()
	return c.must(t, c.root, "bi:CreateProject", params{"Name": name, "ColorCode": "#2864D7"}).data().number("Id")
}

// roles are the ids of a project's roles, by their codes.
func (c *corp) roles(t testing.TB, project int64) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	for _, r := range rowsOf(c.must(t, c.root, "bi:DescribePermissionRoleInfo", params{"ProjectId": project}).body["Data"]) {
		all[r.str("ModuleCollection")] = r.number("Id")
	}
	return all
}

// members are all users of a project.
func (c *corp) members(t testing.TB, project int64) []row {
	t.Helper()
	return c.must(t, c.root, "bi:DescribeUserRoleProjectList", params{"PageNo": 1, "PageSize": 20, "AllPage": true, "ProjectId": project}).list(t)
}

// enlist brings sub-users into a project.
func (c *corp) enlist(t testing.TB, project int64, roles []int64, uins ...string) {
	t.Helper()
	c.must(t, c.root, "bi:CreateUserRoleProject", params{"ProjectId": project, "RoleIdList": roles, "UserInfoList": users(uins...)})
}

// group makes a user group at the top.
func (c *corp) group(t testing.TB, name string) int64 { t.Helper(); return c.groupIn(t, name, -1) }

func (c *corp) groupIn(t testing.TB, name string, parent int64) int64 {
	t.Helper()
	return c.must(t, c.root, "bi:CreateUserGroup", params{"GroupName": name, "ParentId": parent}).data().number("Id")
}

// setStatus enables and disables users.
func (c *corp) setStatus(t testing.TB, status int, uins ...string) {
	t.Helper()
	c.must(t, c.root, "hufu:SetBiUserStatus", params{"UserIdList": uins, "Status": status})
}

// picture is all that an account has in BI, as text.
func (c *corp) picture(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	add := func(a *answer) { b.WriteString(text(t, a.body["Data"]) + "\n") }
	add(c.must(t, c.root, "bi:DescribeUserRoleList", params{"PageNo": 1, "PageSize": 20, "AllPage": true}))
	projects := c.must(t, c.root, "bi:DescribeProjectList", params{"AllPage": true})
	add(projects)
	add(c.must(t, c.root, "bi:DescribeUserGroupTreeList", params{"QueryAllNode": true, "AllPage": 1}))
	add(c.must(t, c.root, "bi:DescribeAuthApiKeyList", params{"AllPage": true}))
	for _, p := range projects.list(t) {
		add(c.must(t, c.root, "bi:DescribeUserRoleProjectList", params{"PageNo": 1, "PageSize": 20, "AllPage": true, "ProjectId": p.number("Id")}))
		add(c.must(t, c.root, "bi:DescribeDatasourceList", params{"ProjectId": p.number("Id"), "AllPage": true}))
	}
	return b.String()
}

// unchanged holds what an account has to staying as it is while something is done.
func (c *corp) unchanged(t testing.TB, do func()) {
	t.Helper()
	before := c.picture(t)
	do()
	if after := c.picture(t); after != before {
		t.Errorf("something changed, from\n%s\nto\n%s", before, after)
	}
}

// wrong is a call that has to fail.
type wrong struct {
	name   string
	action string // without "bi:"
	in     params
	code   string
	pieces []string // of the message
}

// refuses makes calls that must fail, and must change nothing.
func (c *corp) refuses(t *testing.T, key credential, cases []wrong) {
	t.Helper()
	c.unchanged(t, func() {
		for _, tt := range cases {
			t.Run(tt.name, func(t *testing.T) { c.call(t, key, "bi:"+tt.action, tt.in).wants(t, tt.code, tt.pieces...) })
		}
	})
}

// nextSecond waits until the next second begins.
func nextSecond() { time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second))) }
