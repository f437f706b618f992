package test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	bi "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/bi/v20220105"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

// provider makes the calls that the Terraform provider makes, with the SDK that it is built with, and reads from the
// answers what it reads. A null that it does not look for is a panic there, and a failure here.
type provider struct {
	t      testing.TB
	client *bi.Client
}

// named sends the provider's name with every request, as the provider does. Its older releases have an SDK that spells
// the header's name otherwise, so that the SDK's own value goes out beside it.
type named struct {
	http.RoundTripper
	name  string
	older bool
}

func (n named) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	own := r.Header.Get("X-TC-RequestClient")
	r.Header.Set("X-TC-RequestClient", n.name)
	if n.older {
		r.Header["X-TC-RequestClient"] = []string{own} // not the canonical spelling: it is another line
	}
	return n.RoundTripper.RoundTrip(r)
}

func (c *corp) provider(t testing.TB, f sdkForm) *provider {
	t.Helper()
	p := profile.NewClientProfile()
	p.SignMethod, p.Language = f.algorithm, "en-US"
	p.HttpProfile.Scheme, p.HttpProfile.ReqMethod, p.HttpProfile.Endpoint = "HTTP", f.method, c.api
	client, err := bi.NewClient(common.NewCredential(c.root.id, c.root.key), "ap-guangzhou", p)
	if err != nil {
		t.Fatal(err)
	}
	client.WithHttpTransport(named{c.client.Transport, terraform, f.method == "GET"})
	return &provider{t, client}
}

// pages reads a list until a page is short; more than a hundred pages are no end.
func pages[T any](t testing.TB, read func(offset int64) []T) (all []T) {
	t.Helper()
	for offset := int64(0); offset < 2000; offset += 20 {
		rows := read(offset)
		all = append(all, rows...)
		if len(rows) < 20 {
			return all
		}
	}
	t.Fatal("the list does not end")
	return nil
}

// there is what a pointer that must not be nil leads to.
func there[T any](t testing.TB, p *T) T {
	t.Helper()
	if p == nil {
		t.Fatal("the answer has a null, or lacks a member")
	}
	return *p
}

func pointers[T any](all []T) []*T {
	var list []*T
	for i := range all {
		list = append(list, &all[i])
	}
	return list
}

func values[T int64 | uint64](all []*T) []int64 {
	list := []int64{}
	for _, v := range all {
		list = append(list, int64(*v))
	}
	slices.Sort(list)
	return list
}

// userRole is the state of the resource bi_user_role.
type userRole struct {
	UserID, UserName, Email, PhoneNumber, AreaCode string
	Roles                                          []int64
}

func (p *provider) readUserRole(userID string) *userRole {
	p.t.Helper()
	for _, u := range pages(p.t, func(offset int64) []*bi.UserRoleListDataUserRoleInfo {
		r := bi.NewDescribeUserRoleListRequest()
		r.PageNo, r.PageSize = &offset, ptr(int64(20))
		return there(p.t, good[bi.DescribeUserRoleListResponse](p.t)(p.client.DescribeUserRoleList(r)).Response.Data).List
	}) {
		if there(p.t, u.UserId) == userID {
			return &userRole{*u.UserId, there(p.t, u.UserName), there(p.t, u.Email), there(p.t, u.PhoneNumber), there(p.t, u.AreaCode), values(u.RoleIdList)}
		}
	}
	return nil
}

func (p *provider) createUserRole(u userRole) {
	p.t.Helper()
	r := bi.NewCreateUserRoleRequest()
	r.RoleIdList = pointers(u.Roles)
	r.UserInfoList = []*bi.UserInfo{{UserId: &u.UserID, UserName: &u.UserName, Email: &u.Email, PhoneNumber: &u.PhoneNumber, AreaCode: &u.AreaCode}}
	there(p.t, there(p.t, good[bi.CreateUserRoleResponse](p.t)(p.client.CreateUserRole(r)).Response.Data).Id)
}

// onTerraform tells a resource's life in the forms in which nested lists are sent. The account has many objects, so that
// what is looked for is not on the first page. Signature V1 has no header for the client's name, and is left out.
func onTerraform(t *testing.T, body func(t *testing.T, c *corp, p *provider)) {
	t.Helper()
	onCorp(t, func(t *testing.T, c *corp) {
		for _, f := range sdkForms {
			if f.name == "TC3 POST" || f.name == "TC3 GET" || f.name == "TC3 POST unsigned payload" {
				t.Run(f.name, func(t *testing.T) { body(t, c, c.provider(t, f)) })
			}
		}
	})
}

func TestBITerraformUserRole(t *testing.T) {
	onTerraform(t, func(t *testing.T, c *corp, p *provider) {
		u := userRole{c.person(t, c.next("user")), "keep-iac-test", "1055000000@qq.com", "13470010000", "+83", ids(c.global[commonUser], c.global[corpAuthAdmin])}
		equal(t, "before", p.readUserRole(u.UserID), nil)
		p.createUserRole(u)
		c.join(t, nil, c.persons(t, c.next("later"), 25)...)
		c.enlist(t, c.project(t, c.next("project")), nil, u.UserID) // what another resource does
		equal(t, "created", p.readUserRole(u.UserID), u)
		u.Roles, u.Email = ids(c.global[corpAdmin]), "changed@qq.com"
		r := bi.NewModifyUserRoleRequest()
		r.UserId, r.UserName, r.RoleIdList, r.Email = &u.UserID, &u.UserName, pointers(u.Roles), &u.Email
		good[bi.ModifyUserRoleResponse](t)(p.client.ModifyUserRole(r))
		equal(t, "updated", p.readUserRole(u.UserID), u)
		same := bi.NewModifyUserRoleRequest()
		same.UserId, same.UserName = &u.UserID, &u.UserName
		good[bi.ModifyUserRoleResponse](t)(p.client.ModifyUserRole(same))
		equal(t, "updated with nothing", p.readUserRole(u.UserID), u)
		gone := bi.NewDeleteUserRoleRequest()
		gone.UserId = &u.UserID
		good[bi.DeleteUserRoleResponse](t)(p.client.DeleteUserRole(gone))
		equal(t, "deleted", p.readUserRole(u.UserID), nil)
	})
}

// next is a name that was not there before.
func (c *corp) next(prefix string) string {
	c.made++
	return fmt.Sprint(prefix, "-", c.made)
}

// project is the state of the resource bi_project.
type project struct{ Name, ColorCode, Logo, Mark string }

func (p *provider) readProject(id int64) *project {
	p.t.Helper()
	r := bi.NewDescribeProjectInfoRequest()
	r.Id = ptr(uint64(id))
	data := good[bi.DescribeProjectInfoResponse](p.t)(p.client.DescribeProjectInfo(r)).Response.Data
	if data == nil {
		return nil
	}
	return &project{there(p.t, data.Name), there(p.t, data.ColorCode), there(p.t, data.Logo), there(p.t, data.Mark)}
}

func (p *provider) createProject(in project) int64 {
	p.t.Helper()
	r := bi.NewCreateProjectRequest()
	r.Name, r.ColorCode, r.Logo, r.Mark = &in.Name, &in.ColorCode, &in.Logo, &in.Mark
	return there(p.t, there(p.t, good[bi.CreateProjectResponse](p.t)(p.client.CreateProject(r)).Response.Data).Id)
}

func (p *provider) deleteProject(id int64) {
	p.t.Helper()
	r := bi.NewDeleteProjectRequest()
	r.Id = ptr(uint64(id))
	good[bi.DeleteProjectResponse](p.t)(p.client.DeleteProject(r))
}

func TestBITerraformProject(t *testing.T) {
	onTerraform(t, func(t *testing.T, c *corp, p *provider) {
		in := project{c.next("terraform_test"), "#7BD936", "TF-test", "project mark 备注"}
		id := p.createProject(in)
		equal(t, "created", p.readProject(id), in)
		in.Mark, in.ColorCode = "changed", "#000000"
		r := bi.NewModifyProjectRequest()
		r.Id, r.Name, r.ColorCode, r.Mark = ptr(uint64(id)), &in.Name, &in.ColorCode, &in.Mark
		good[bi.ModifyProjectResponse](t)(p.client.ModifyProject(r))
		equal(t, "updated", p.readProject(id), in)
		p.deleteProject(id)
		equal(t, "deleted", p.readProject(id), nil)
	})
}

// member is the state of the resource bi_project_user_role.
type member struct {
	UserID, UserName, Email, PhoneNumber, AreaCode string
	Roles                                          []int64 // of RoleList
}

func (p *provider) readMember(project int64, userID string) *member {
	p.t.Helper()
	for _, u := range pages(p.t, func(offset int64) []*bi.UserRoleListDataUserRoleInfo {
		r := bi.NewDescribeUserRoleProjectListRequest()
		r.ProjectId, r.PageNo, r.PageSize = &project, &offset, ptr(int64(20))
		return there(p.t, good[bi.DescribeUserRoleProjectListResponse](p.t)(p.client.DescribeUserRoleProjectList(r)).Response.Data).List
	}) {
		if there(p.t, u.UserId) == userID {
			var roles []*int64
			for _, role := range u.RoleList {
				roles = append(roles, role.RoleId)
			}
			return &member{*u.UserId, there(p.t, u.UserName), there(p.t, u.Email), there(p.t, u.PhoneNumber), there(p.t, u.AreaCode), values(roles)}
		}
	}
	return nil
}

func TestBITerraformProjectUserRole(t *testing.T) {
	onTerraform(t, func(t *testing.T, c *corp, p *provider) {
		id := p.createProject(project{c.next("members"), "#7BD936", "x", "x"})
		roles := c.roles(t, id)
		m := member{c.person(t, c.next("user")), "keep-cam-user", "123456@qq.com", "13130001000", "+86", ids(roles[projectEditor], roles[projectViewer])}
		create := bi.NewCreateUserRoleProjectRequest()
		create.ProjectId, create.RoleIdList = &id, pointers(m.Roles)
		create.UserInfoList = []*bi.UserInfo{{UserId: &m.UserID, UserName: &m.UserName, Email: &m.Email, PhoneNumber: &m.PhoneNumber, AreaCode: &m.AreaCode}}
		good[bi.CreateUserRoleProjectResponse](t)(p.client.CreateUserRoleProject(create))
		c.enlist(t, id, nil, c.persons(t, c.next("later"), 25)...)
		equal(t, "created", p.readMember(id, m.UserID), m)
		equal(t, "seen by the other resource", there(t, p.readUserRole(m.UserID)).Roles, []int64{})
		m.Roles, m.UserName = ids(roles[projectAdmin]), "changed"
		modify := bi.NewModifyUserRoleProjectRequest()
		modify.ProjectId, modify.UserId, modify.UserName, modify.RoleIdList = &id, &m.UserID, &m.UserName, pointers(m.Roles)
		good[bi.ModifyUserRoleProjectResponse](t)(p.client.ModifyUserRoleProject(modify))
		equal(t, "updated", p.readMember(id, m.UserID), m)
		gone := bi.NewDeleteUserRoleProjectRequest()
		gone.ProjectId, gone.UserId = &id, &m.UserID
		good[bi.DeleteUserRoleProjectResponse](t)(p.client.DeleteUserRoleProject(gone))
		equal(t, "deleted", p.readMember(id, m.UserID), nil)
		p.deleteProject(id)
	})
}

// source is the state of the resource bi_datasource; the password is never read back.
type source struct {
	DbHost, ServiceType, DbType, Charset, DbUser, DbName, SourceName, ProjectID, Catalog, VpcID, UniqVpcID string
	DbPort                                                                                                 uint64
}

func (p *provider) readSource(project, id int64) *source {
	p.t.Helper()
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	for _, d := range pages(p.t, func(offset int64) []*bi.DatasourceInfo {
		r := bi.NewDescribeDatasourceListRequest()
		r.ProjectId, r.PageNo, r.PageSize = ptr(uint64(project)), &offset, ptr(int64(20))
		return there(p.t, good[bi.DescribeDatasourceListResponse](p.t)(p.client.DescribeDatasourceList(r)).Response.Data).List
	}) {
		if int64(there(p.t, d.Id)) == id {
			return &source{there(p.t, d.DbHost), there(p.t, d.ServiceType), there(p.t, d.DbType), there(p.t, d.Charset), there(p.t, d.DbUser), there(p.t, d.DbName),
				there(p.t, d.SourceName), there(p.t, d.ProjectId), text(d.Catalog), text(d.VpcId), text(d.UniqVpcId), there(p.t, d.DbPort)}
		}
	}
	return nil
}

func TestBITerraformDatasource(t *testing.T) {
	onTerraform(t, func(t *testing.T, c *corp, p *provider) {
		c.secret(databasePassword)
		id := p.createProject(project{c.next("sources"), "#7BD936", "x", "x"})
		d := source{"bj-cdb-1.example.com", `{"Type":"Own"}`, "MYSQL", "utf8", "root", "tf-test", "tf-source-name", number(id), "catalog", "vpc-1", "4291727", 63694}
		create := bi.NewCreateDatasourceRequest()
		create.DbHost, create.DbPort, create.ServiceType, create.DbType, create.Charset = &d.DbHost, &d.DbPort, &d.ServiceType, &d.DbType, &d.Charset
		create.DbUser, create.DbPwd, create.DbName, create.SourceName, create.ProjectId = &d.DbUser, ptr(databasePassword), &d.DbName, &d.SourceName, ptr(uint64(id))
		create.Catalog, create.VpcId, create.UniqVpcId = &d.Catalog, &d.VpcID, &d.UniqVpcID
		made := there(t, there(t, good[bi.CreateDatasourceResponse](t)(p.client.CreateDatasource(create)).Response.Data).Id)
		for range 25 {
			c.must(t, c.root, "bi:CreateDatasource", datasource(id, c.next("later")))
		}
		equal(t, "created", p.readSource(id, made), d)
		d.SourceName, d.DbPort = "tf-source-changed", 3306
		modify := bi.NewModifyDatasourceRequest()
		modify.Id, modify.ProjectId = &made, ptr(uint64(id))
		modify.DbHost, modify.DbPort, modify.ServiceType, modify.DbType, modify.Charset = &d.DbHost, &d.DbPort, &d.ServiceType, &d.DbType, &d.Charset
		modify.DbUser, modify.DbPwd, modify.DbName, modify.SourceName = &d.DbUser, ptr(databasePassword), &d.DbName, &d.SourceName
		modify.Catalog, modify.VpcId, modify.UniqVpcId = &d.Catalog, &d.VpcID, &d.UniqVpcID
		good[bi.ModifyDatasourceResponse](t)(p.client.ModifyDatasource(modify))
		equal(t, "updated", p.readSource(id, made), d)
		gone := bi.NewDeleteDatasourceRequest()
		gone.Id, gone.ProjectId = ptr(uint64(made)), ptr(uint64(id))
		good[bi.DeleteDatasourceResponse](t)(p.client.DeleteDatasource(gone))
		equal(t, "deleted", p.readSource(id, made), nil)
		p.deleteProject(id)
	})
}

func TestBITerraformEmbedToken(t *testing.T) {
	onTerraform(t, func(t *testing.T, c *corp, p *provider) {
		id := p.createProject(project{c.next("embeds"), "#7BD936", "x", "x"})
		r := bi.NewCreateEmbedTokenRequest()
		r.ProjectId, r.PageId, r.Scope, r.ExpireTime, r.UserCorpId, r.UserId = ptr(uint64(id)), ptr(uint64(10520483)), ptr("page"), ptr("240"), &c.id, &c.id
		token := good[bi.CreateEmbedTokenResponse](t)(p.client.CreateEmbedToken(r)).Response.Data
		equal(t, "the token", []any{there(t, token.ProjectId), there(t, token.PageId), there(t, token.Scope), there(t, token.ExpireTime), there(t, token.BIToken) != ""}, []any{number(id), "10520483", "page", 240, true})
		more := bi.NewApplyEmbedIntervalRequest()
		more.ProjectId, more.PageId, more.BIToken, more.Scope = r.ProjectId, r.PageId, token.BIToken, r.Scope
		equal(t, "more time", there(t, there(t, good[bi.ApplyEmbedIntervalResponse](t)(p.client.ApplyEmbedInterval(more)).Response.Data).Result), true)
		more.PageId = ptr(uint64(1))
		equal(t, "more time for another page", there(t, there(t, good[bi.ApplyEmbedIntervalResponse](t)(p.client.ApplyEmbedInterval(more)).Response.Data).Result), false)
		p.deleteProject(id)
	})
}

func TestBITerraformDataSources(t *testing.T) {
	onTerraform(t, func(t *testing.T, c *corp, p *provider) {
		id := p.createProject(project{c.next("many"), "#7BD936", "x", "x"})
		c.enlist(t, id, nil, c.persons(t, c.next("user"), 39)...) // forty with the root
		for range 19 {
			c.project(t, c.next("project"))
		}
		for _, all := range []*bool{nil, ptr(true), ptr(false)} {
			people := pages(t, func(offset int64) []*bi.UserIdAndUserName {
				r := bi.NewDescribeUserProjectListRequest()
				r.ProjectId, r.PageNo, r.PageSize, r.AllPage = &id, &offset, ptr(int64(20)), all
				return there(t, good[bi.DescribeUserProjectListResponse](t)(p.client.DescribeUserProjectList(r)).Response.Data).List
			})
			equal(t, "users", len(people), 40)
			var names []string
			for _, found := range pages(t, func(offset int64) []*bi.Project {
				r := bi.NewDescribeProjectListRequest()
				r.PageNo, r.PageSize, r.AllPage, r.ModuleCollection = ptr(uint64(offset)), ptr(uint64(20)), all, ptr(commonUser)
				return there(t, good[bi.DescribeProjectListResponse](t)(p.client.DescribeProjectList(r)).Response.Data).List
			}) {
				names = append(names, there(t, found.Name))
			}
			slices.Sort(names)
			if len(names)%20 != 0 || len(slices.Compact(names)) != len(names) || len(names) == 0 {
				t.Errorf("the projects are %v", names)
			}
		}
	})
}
