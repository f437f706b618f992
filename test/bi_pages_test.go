package test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
)

// book is a list that comes in pages.
type book struct {
	name, action string
	in           params
	first        int    // the number of the first page
	standard     int    // the size of a page where none is said
	total        int    // elements
	member       string // that tells elements apart
}

// leaf reads one page.
func (c *corp) leaf(t testing.TB, b book, more params) (names []string, total, pages int64) {
	t.Helper()
	in := params{}
	maps.Copy(in, b.in)
	maps.Copy(in, more)
	a := c.must(t, c.root, "bi:"+b.action, in)
	for _, r := range a.list(t) {
		names = append(names, fmt.Sprint(r[b.member]))
	}
	return names, a.data().number("Total"), a.data().number("TotalPages")
}

func TestBIPages(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		const n = 45
		project, group := c.project(t, "pages"), c.group(t, "readers")
		p := c.persons(t, "person", n)
		c.join(t, nil, p...)
		c.enlist(t, project, nil, p...)
		c.must(t, c.root, "bi:CreateUserGroupMember", params{"GroupId": group, "UserIdList": p})
		for i := range n {
			if i > 0 {
				c.project(t, fmt.Sprint("project ", i))
			}
			c.must(t, c.root, "bi:CreateDatasource", datasource(project, fmt.Sprint("source-", i)))
			c.must(t, c.root, "bi:CreateAuthApiKey", nil)
		}
		books := []book{
			{"users", "DescribeUserRoleList", params{"PageNo": 1, "PageSize": 20}, 1, 20, n + 1, "UserId"},
			{"members of a project", "DescribeUserRoleProjectList", params{"PageNo": 1, "PageSize": 20, "ProjectId": project}, 1, 20, n + 1, "UserId"},
			{"users for a project", "DescribeUserProjectList", nil, 1, 20, n + 1, "UserId"},
			{"projects", "DescribeProjectList", nil, 1, 20, n, "Id"},
			{"datasources", "DescribeDatasourceList", params{"ProjectId": project}, 1, 20, n, "Id"},
			{"ApiKeys", "DescribeAuthApiKeyList", nil, 0, 10, n, "Id"},
			{"members of a group", "DescribeUserGroupMemberList", params{"GroupIds": []int64{group}}, 0, 10, n, "UserId"},
			{"members asked for", "QueryUserGroupMember", params{"GroupIds": []int64{group}}, 0, 10, n, "UserId"},
		}
		for _, b := range books {
			all, _, pages := c.leaf(t, b, params{"AllPage": true})
			t.Run(b.name+": all at once", func(t *testing.T) {
				equal(t, "elements and pages", []int64{int64(len(all)), pages}, []int64{int64(b.total), 1})
			})
			t.Run(b.name+": the walk ends, skips nothing and repeats nothing", func(t *testing.T) {
				for _, size := range []int{7, 20, 45, 100} {
					var walked []string
					for page := b.first; ; page++ {
						names, total, pages := c.leaf(t, b, params{"PageNo": page, "PageSize": size})
						equal(t, "Total and TotalPages", []int64{total, pages}, []int64{int64(b.total), int64((b.total + size - 1) / size)})
						if len(names) > size {
							t.Errorf("a page of %d has %d", size, len(names))
						}
						if walked = append(walked, names...); len(names) == 0 || page > b.total {
							break
						}
					}
					equal(t, fmt.Sprint("pages of ", size), walked, all)
				}
			})
			t.Run(b.name+": sizes that are none are the standard one, and 1000 is the most", func(t *testing.T) {
				sizes := []params{{"PageNo": b.first, "PageSize": 0}}
				if b.action != "DescribeProjectList" && b.first == 1 || b.action == "DescribeAuthApiKeyList" { // the others have unsigned sizes
					sizes = append(sizes, params{"PageNo": b.first, "PageSize": -5})
				}
				if _, needed := b.in["PageNo"]; !needed {
					sizes = append(sizes, params{})
				}
				for _, in := range sizes {
					names, _, _ := c.leaf(t, b, in)
					equal(t, text(t, in), names, all[:b.standard])
				}
				names, _, _ := c.leaf(t, b, params{"PageNo": b.first, "PageSize": 100000})
				equal(t, "a size of 100000", names, all)
			})
			t.Run(b.name+": a page before the first is none", func(t *testing.T) {
				in := params{}
				maps.Copy(in, b.in)
				in["PageNo"] = -1
				c.call(t, c.root, "bi:"+b.action, in).wants(t, badValue)
			})
			if b.first == 1 {
				t.Run(b.name+": page 0 is page 1", func(t *testing.T) {
					names, _, _ := c.leaf(t, b, params{"PageNo": 0, "PageSize": 20})
					equal(t, "the page", names, all[:20])
				})
			}
		}
	})
}

// walkByRows reads a list as Terraform does: PageNo counts rows, a full page means that there is more.
func (c *corp) walkByRows(t testing.TB, b book, client string, more params) (names []string) {
	t.Helper()
	for offset := 0; ; offset += 20 {
		in := params{}
		maps.Copy(in, b.in)
		maps.Copy(in, more)
		in["PageNo"], in["PageSize"] = offset, 20
		m := c.ask("bi:"+b.action, text(t, in)).as(c.root).set("X-TC-RequestClient", client)
		rows := c.send(t, m).wants(t, "").list(t)
		for _, r := range rows {
			names = append(names, fmt.Sprint(r[b.member]))
		}
		if len(rows) < 20 {
			return names
		}
		if offset > 400 {
			t.Fatalf("%s: the walk does not end: %d", b.action, len(names))
		}
	}
}

// terraform is the name that the provider gives itself.
const terraform = "Terraform-v1.81.60"

func TestBIPagesByRows(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		const n = 40 // full pages: only an empty one ends the walk
		project := c.project(t, "pages")
		p := c.persons(t, "person", n-1) // the root is the fortieth
		c.join(t, nil, p...)
		c.enlist(t, project, nil, p...)
		for i := range n {
			if i > 0 {
				c.project(t, fmt.Sprint("project ", i))
			}
			c.must(t, c.root, "bi:CreateDatasource", datasource(project, fmt.Sprint("source-", i)))
		}
		for _, b := range []book{
			{"users", "DescribeUserRoleList", params{}, 1, 20, n, "UserId"},
			{"members of a project", "DescribeUserRoleProjectList", params{"ProjectId": project}, 1, 20, n, "UserId"},
			{"users for a project", "DescribeUserProjectList", params{}, 1, 20, n, "UserId"},
			{"projects", "DescribeProjectList", params{}, 1, 20, n, "Id"},
			{"datasources", "DescribeDatasourceList", params{"ProjectId": project}, 1, 20, n, "Id"},
		} {
			all, _, _ := c.leaf(t, book{action: b.action, in: mapsWith(b.in, "PageNo", 1, "PageSize", 20), member: b.member}, params{"AllPage": true})
			equal(t, "all "+b.name, len(all), n)
			t.Run(b.name+": Terraform counts rows, and finds all of them once", func(t *testing.T) {
				equal(t, "walked", c.walkByRows(t, b, terraform, nil), all)
			})
			t.Run(b.name+": with AllPage its walk ends, with every row once", func(t *testing.T) {
				equal(t, "walked", c.walkByRows(t, b, terraform, params{"AllPage": true}), all)
			})
			t.Run(b.name+": with AllPage the walk of any other client ends too", func(t *testing.T) {
				walked := c.walkByRows(t, b, "SDK_GO_1.0.824", params{"AllPage": true})
				equal(t, "walked", walked, all)
			})
			t.Run(b.name+": for any other client page 20 is the twentieth", func(t *testing.T) {
				walked := c.walkByRows(t, b, "SDK_GO_1.0.824", nil)
				equal(t, "walked", walked, all[:20])
			})
			t.Run(b.name+": Terraform's page 0 is the first one, and other numbers are pages", func(t *testing.T) {
				in := mapsWith(b.in, "PageNo", 3, "PageSize", 7)
				m := c.ask("bi:"+b.action, text(t, in)).as(c.root).set("X-TC-RequestClient", terraform)
				var names []string
				for _, r := range c.send(t, m).wants(t, "").list(t) {
					names = append(names, fmt.Sprint(r[b.member]))
				}
				equal(t, "page 3 of 7", names, all[14:21])
			})
		}
	})
}

// mapsWith is a copy with more members.
func mapsWith(in params, more ...any) params {
	all := maps.Clone(in)
	for pair := range slices.Chunk(more, 2) {
		all[pair[0].(string)] = pair[1]
	}
	return all
}
