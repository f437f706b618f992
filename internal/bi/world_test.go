package bi_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// P are the parameters of a call.
type P = apitest.P

// corp is an account with some sub-users: the CAM permissions of all are those of an administrator, so that what refuses
// them is BI.
type corp struct {
	*apitest.World
	*apitest.Account
	roles map[string]int64 // of the enterprise, by code
}

const administratorAccess = 1

func newCorp(t *testing.T, w *apitest.World) *corp {
	t.Helper()
	x := &corp{World: w, Account: w.Account(t), roles: map[string]int64{}}
	x.add(t, x.id(), P{}) // the root is there anyway; the first call makes the corp
	for _, r := range rows(t, w.DB, `SELECT code, id FROM bi_roles WHERE account = $1 AND project = 0`, x.UIN) {
		x.roles[r[0]], _ = strconv.ParseInt(r[1], 10, 64)
	}
	return x
}

// id is the root's UserId.
func (x *corp) id() string { return fmt.Sprint(x.UIN) }

// person makes a sub-account that is no user of BI yet.
func (x *corp) person(t *testing.T, name string) *apitest.Client {
	t.Helper()
	return x.Root.User(t, name, administratorAccess)
}

// add makes a BI user, or completes one; more are further parameters of CreateUserRole.
func (x *corp) add(t *testing.T, userID string, more P, roles ...int64) *apitest.Answer {
	t.Helper()
	p := P{"UserInfoList": []P{{"UserId": userID}}}
	if len(roles) > 0 {
		p["RoleIdList"] = roles
	}
	for k, v := range more {
		p[k] = v
	}
	return x.Root.Must(t, "bi:CreateUserRole", p)
}

// user makes a sub-account and a BI user of it, with roles of the enterprise.
func (x *corp) user(t *testing.T, name string, codes ...string) *apitest.Client {
	t.Helper()
	u := x.person(t, name)
	var ids []int64
	for _, c := range codes {
		ids = append(ids, x.roles[c])
	}
	x.add(t, fmt.Sprint(u.UIN), nil, ids...)
	return u
}

// rows are the lines of a query, every value printed.
func rows(t testing.TB, db *store.DB, query string, args ...any) [][]string {
	t.Helper()
	r, err := db.Read().QueryContext(context.Background(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	columns, err := r.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for r.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := r.Scan(values...); err != nil {
			t.Fatal(err)
		}
		line := make([]string, len(columns))
		for i, v := range values {
			line[i] = fmt.Sprint(*v.(*any))
		}
		all = append(all, line)
	}
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// grants are the codes of the roles that a user has, each with the family that granted it.
func (x *corp) grants(t testing.TB, uin int64) string {
	t.Helper()
	var all []string
	for _, r := range rows(t, x.DB, `SELECT r.code, g.via FROM bi_grants g JOIN bi_roles r ON r.id = g.role JOIN bi_users u ON u.id = g.bi_user
		WHERE u.account = $1 AND u.uin = $2 ORDER BY g.project, g.role, g.via`, x.UIN, uin) {
		all = append(all, r[0]+"/"+r[1])
	}
	return strings.Join(all, " ")
}

// pluck prints one member of each element of a list, in order.
func pluck(a *apitest.Answer, list, member string) string {
	var all []string
	for _, v := range a.Pluck(list, member) {
		all = append(all, fmt.Sprint(v))
	}
	return strings.Join(all, " ")
}

// setWeCom makes a sub-account one that was imported from WeCom.
func setWeCom(t testing.TB, w *apitest.World, uin int64, id string) {
	t.Helper()
	execute(t, w, `UPDATE users SET kind = 3, wework_userid = $2 WHERE uin = $1`, uin, id)
}

var beijing = time.FixedZone("UTC+8", 8*60*60)

// wireTime is the world's time as most lists print it, isoTime as the others do.
func wireTime(w *apitest.World) string { return w.Now().In(beijing).Format(time.DateTime) }
func isoTime(w *apitest.World) string  { return w.Now().In(beijing).Format(time.RFC3339) }

// execute changes the database behind the API's back.
func execute(t testing.TB, w *apitest.World, statement string, args ...any) {
	t.Helper()
	err := w.DB.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(context.Background(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// engine asks the door for engines, as the root, and answers the status and the text.
func (x *corp) engine(t testing.TB, path string, p P) string {
	t.Helper()
	return ask(t, x.Root, x.World, path, p)
}

func ask(t testing.TB, c *apitest.Client, w *apitest.World, path string, p P) string {
	t.Helper()
	r := c.Request(t, "bi:Verify", p)
	r.URL.Path = path
	out := httptest.NewRecorder()
	w.Engines.ServeHTTP(out, r)
	return fmt.Sprint(out.Code, " ", out.Body)
}
