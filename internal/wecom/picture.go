package wecom

import (
	"context"
	"fmt"
	"strings"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// searchText is what keywords are looked for in.
func searchText(m *qyapi.Member) string { return strings.ToLower(m.Name + "\n" + m.UserID) }

// ListWeComCorps lists the enterprises of the account.
func (p *Product) ListWeComCorps(ctx context.Context, c *call.Call, _ *hufu20261201.ListWeComCorpsRequest) (*hufu20261201.ListWeComCorpsResponse, error) {
	all, err := corpsOf(ctx, p.DB.Read(), c.Account())
	if err != nil {
		return nil, err
	}
	out := &hufu20261201.ListWeComCorpsResponse{Corps: []hufu20261201.WeComCorp{}}
	for i := range all {
		out.Corps = append(out.Corps, p.wireCorp(c, &all[i]))
	}
	return out, nil
}

// ListWeComDepartments lists one level of departments, as the last complete reading has them.
func (p *Product) ListWeComDepartments(ctx context.Context, c *call.Call, in *hufu20261201.ListWeComDepartmentsRequest) (*hufu20261201.ListWeComDepartmentsResponse, error) {
	out := &hufu20261201.ListWeComDepartmentsResponse{}
	err := p.DB.Read().Snapshot(ctx, func(q store.Queryer) error {
		o, err := linkedCorp(ctx, q, c.Account(), in.CorpId)
		if err != nil {
			return err
		}
		out.Departments, err = store.Collect(ctx, q, scanDepartment, `SELECT d.id, d.parent, d.name, d.members,
				CASE WHEN EXISTS (SELECT 1 FROM wecom_departments k WHERE k.account = d.account AND k.corp = d.corp AND k.generation = d.generation AND k.parent = d.id) THEN 1 ELSE 0 END
			FROM wecom_departments d WHERE d.account = $1 AND d.corp = $2 AND d.generation = $3 AND d.parent = $4 ORDER BY d.sorting DESC, d.id`,
			o.account, o.id, o.generation, in.ParentId)
		if err != nil {
			return fmt.Errorf("list departments: %w", err)
		}
		return nil
	})
	return out, err
}

func scanDepartment(r store.Row) (d hufu20261201.WeComDepartment, err error) {
	err = r.Scan(&d.DepartmentId, &d.ParentId, &d.Name, &d.Members, &d.HasChildren)
	d.Name = departmentRef(d.DepartmentId, d.Name).Name
	return d, err
}

// member is a row of the picture, and the sub-user that it was imported as, 0 for none.
type member struct {
	number                            int64
	userID, name, title, phone, email string
	status                            qyapi.Status
	uin                               int64
}

const memberColumns = `m.number, m.userid, m.name, m.title, m.phone, m.email, m.status, COALESCE(u.uin, 0)`

const memberJoin = ` FROM wecom_members m LEFT JOIN wecom_users u ON u.account = m.account AND u.corp = m.corp AND u.userid_key = m.userid_key`

func scanMember(r store.Row) (m member, err error) {
	var status int64
	err = r.Scan(&m.number, &m.userID, &m.name, &m.title, &m.phone, &m.email, &status, &m.uin)
	m.status = qyapi.Status(status)
	return m, err
}

// filter puts the conditions of a list of members together, with their arguments.
type filter struct {
	where strings.Builder
	args  []any
}

// arg adds an argument and is its placeholder.
func (f *filter) arg(v any) string {
	f.args = append(f.args, v)
	return fmt.Sprintf("$%d", len(f.args))
}

func (o *corp) filter(in *hufu20261201.ListWeComMembersRequest) *filter {
	f := &filter{}
	scope := `account = ` + f.arg(o.account) + ` AND corp = ` + f.arg(o.id) + ` AND generation = ` + f.arg(o.generation)
	f.where.WriteString(` WHERE m.` + strings.ReplaceAll(scope, " AND ", " AND m."))
	if in.DepartmentId != nil {
		top := f.arg(*in.DepartmentId)
		within := `department = ` + top
		if in.Recursive {
			within = `department IN (WITH RECURSIVE below (id) AS (
				SELECT id FROM wecom_departments WHERE ` + scope + ` AND id = ` + top + `
				UNION SELECT d.id FROM wecom_departments d JOIN below b ON d.parent = b.id
				WHERE d.` + strings.ReplaceAll(scope, " AND ", " AND d.") + `) SELECT id FROM below)`
		}
		f.where.WriteString(` AND m.number IN (SELECT number FROM wecom_placements WHERE ` + scope + ` AND ` + within + `)`)
	}
	if keyword := value(in.Keyword); keyword != "" {
		f.where.WriteString(` AND m.search LIKE ` + f.arg(store.LikePattern(keyword)) + ` ESCAPE '\'`)
	}
	if in.UserIds != nil {
		var list []string
		for _, id := range in.UserIds {
			list = append(list, f.arg(fold(id)))
		}
		if len(list) == 0 {
			list = []string{"''"}
		}
		f.where.WriteString(` AND m.userid_key IN (` + strings.Join(list, ", ") + `)`)
	}
	return f
}

// ListWeComMembers lists members, as the last complete reading has them, in the order of the reading.
func (p *Product) ListWeComMembers(ctx context.Context, c *call.Call, in *hufu20261201.ListWeComMembersRequest) (*hufu20261201.ListWeComMembersResponse, error) {
	out := &hufu20261201.ListWeComMembersResponse{Members: []hufu20261201.WeComMember{}}
	err := p.DB.Read().Snapshot(ctx, func(q store.Queryer) error {
		o, err := linkedCorp(ctx, q, c.Account(), in.CorpId)
		if err != nil {
			return err
		}
		f := o.filter(in)
		if out.TotalCount, err = store.Count(ctx, q, `SELECT COUNT(*) FROM wecom_members m`+f.where.String(), f.args...); err != nil {
			return fmt.Errorf("count members: %w", err)
		}
		statement := `SELECT ` + memberColumns + memberJoin + f.where.String() + ` ORDER BY m.number LIMIT ` + f.arg(in.Limit) + ` OFFSET ` + f.arg(in.Offset)
		page, err := store.Collect(ctx, q, scanMember, statement, f.args...)
		if err != nil {
			return fmt.Errorf("list members: %w", err)
		}
		places, err := o.places(ctx, q, page)
		if err != nil {
			return err
		}
		for i := range page {
			out.Members = append(out.Members, page[i].wire(places[page[i].number]))
		}
		return nil
	})
	return out, err
}

// places are the departments of members, by the members' numbers.
func (o *corp) places(ctx context.Context, q store.Queryer, page []member) (map[int64][]hufu20261201.WeComDepartmentRef, error) {
	places := map[int64][]hufu20261201.WeComDepartmentRef{}
	if len(page) == 0 {
		return places, nil
	}
	args := []any{o.account, o.id, o.generation}
	for _, m := range page {
		args = append(args, m.number)
	}
	type place struct {
		number, id int64
		name       string
	}
	list, err := store.Collect(ctx, q, func(r store.Row) (x place, err error) {
		err = r.Scan(&x.number, &x.id, &x.name)
		return x, err
	}, `SELECT p.number, d.id, d.name FROM wecom_placements p JOIN wecom_departments d
			ON d.account = p.account AND d.corp = p.corp AND d.generation = p.generation AND d.id = p.department
		WHERE p.account = $1 AND p.corp = $2 AND p.generation = $3 AND p.number IN (`+store.Placeholders(4, len(page))+`) ORDER BY d.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("list places of members: %w", err)
	}
	for _, x := range list {
		places[x.number] = append(places[x.number], departmentRef(x.id, x.name))
	}
	return places, nil
}

func (m *member) wire(places []hufu20261201.WeComDepartmentRef) hufu20261201.WeComMember {
	w := hufu20261201.WeComMember{UserId: m.userID, Name: m.name, Position: m.title, Departments: places, PhoneNum: m.phone, Email: m.email,
		Status: statusNames[m.status], Uin: m.uin}
	if w.Name == "" {
		w.Name = m.userID
	}
	if w.Departments == nil {
		w.Departments = []hufu20261201.WeComDepartmentRef{}
	}
	return w
}

var statusNames = map[qyapi.Status]string{qyapi.Active: "Active", qyapi.Disabled: "Disabled", qyapi.NotActivated: "NotActivated", qyapi.Left: "Left"}
