package apitest_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

// TestMain makes the property test shorter than rapid's default; -rapid.checks=100 asks for more.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "28"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	storetest.Main(m)
}

// callsPerCheck is how many random calls follow one random setting.
const callsPerCheck = 100

// TestNothingCrossesAnAccount makes random calls of every action that is built, by roots, sub-users and sessions of
// some accounts, with names and ids of their own and of each other's objects. After each call
//
//   - its answer holds nothing of another account but what the caller's account has sent itself, and
//   - no row of another account has changed, in no table.
//
// Assuming a role of an account that trusts the caller's is the exception: it makes a session there.
func TestNothingCrossesAnAccount(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		// Groups are numbered from a small number, which could stand in an answer as something else.
		err := w.DB.Write(context.Background(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(context.Background(), `INSERT INTO sequences (name, value) VALUES ('group', 7000000)`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		tables := tablesWithAccount(t, w.DB)
		outcomes, askers := map[string]int{}, map[string]int64{}
		checks := 0
		rapid.Check(t, func(r *rapid.T) {
			checks++
			x := newTenants(t, r, w, tables, checks)
			x.outcomes, x.askers = outcomes, askers
			for range callsPerCheck {
				x.step()
			}
		})
		var never []string
		for _, a := range builtActions {
			if action := a.Service + ":" + a.Name; outcomes[action+" ok"] == 0 && a.Unsupported == "" {
				never = append(never, action)
			}
		}
		t.Logf("%d checks; of %d actions these never succeeded: %v", checks, len(builtActions), never)
		w.Trail.Close()
		checkTrail(t, w.DB, askers)
	}, withProduct(t, "orders"))
}

// withProduct is a catalogue with a product that the operator registered.
func withProduct(t *testing.T, name string) *catalogue.Catalogue {
	t.Helper()
	file := filepath.Join(t.TempDir(), name+".yaml")
	if err := os.WriteFile(file, []byte("service: "+name+"\ntitle: {en: A product}\nlevel: resource\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := catalogue.Load(services.Services, catalogue.Config{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// checkTrail holds each record to the account whose credential signed the call.
func checkTrail(t *testing.T, db *store.DB, askers map[string]int64) {
	t.Helper()
	for after, more := int64(1), true; more; {
		records, err := audit.Query(context.Background(), db.Read(), audit.Filter{After: after, Limit: 5000})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			after = r.ID
			// A call that did not authenticate, with a key that was deleted meanwhile, is nobody's.
			// A role that was assumed from another account leaves a record there too.
			shared := r.Action == "sts:AssumeRole" && r.Outcome == "ok"
			if asker, ok := askers[r.RequestID]; ok && asker != int64(r.Account) && r.CallerKind != "anonymous" && !shared {
				t.Errorf("the record of %s by account %d is in account %d", r.Action, asker, r.Account)
			}
		}
		more = len(records) == 5000
	}
}

// global are the tables that belong to no account. Access tokens of WeCom belong to an enterprise, whose id is drawn once for
// all accounts; logins that were spent are kept as hashes of what nobody else has.
var global = []string{"wecom_tokens", "spent_logins", "settings", "sequences", "changes", "schema_migrations", "sqlite_sequence"}

// tablesWithAccount names the tables and the column that holds the account.
func tablesWithAccount(t *testing.T, db *store.DB) map[string]string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if db.Engine() == "postgres" {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	rows, err := db.Read().QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	tables := map[string]string{}
	for _, name := range names {
		if slices.Contains(global, name) || name == "audit" || name == "uses" { // they come a moment later; see checkTrail
			continue
		}
		rows, err := db.Read().QueryContext(context.Background(), `SELECT * FROM `+name+` WHERE 1 = 0`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
		switch {
		case slices.Contains(columns, "account"):
			tables[name] = "account"
		case name == "accounts":
			tables[name] = "uin"
		default:
			t.Errorf("the table %s has no owning account and is not known as global", name)
		}
	}
	return tables
}

// things are the names and ids of one account's objects, all that there ever were.
type things map[string][]string

func (s things) add(kind, value string) {
	if value != "" && value != "0" && !slices.Contains(s[kind], value) {
		s[kind] = append(s[kind], value)
	}
}

// tenant is one account.
type tenant struct {
	uin, appid int64
	marker     string // stands in every text that the account makes up
	things     things
	sent       strings.Builder // all that its callers ever sent
	callers    []*apitest.Client
}

// tenants is the setting of one check.
type tenants struct {
	t      *testing.T
	r      *rapid.T
	w      *apitest.World
	tables map[string]string
	all    []*tenant
	rows   map[string]map[int64][]string // table, account
	fresh  int
	// principal is the type of the one that the call being drawn asks about.
	principal string

	outcomes map[string]int
	askers   map[string]int64
}

var builtActions = func() []*wire.Action {
	var built []*wire.Action
	for _, s := range services.Services {
		for _, a := range s.Actions {
			if !a.Planned {
				built = append(built, a)
			}
		}
	}
	return built
}()

const administrator = 1

func newTenants(t *testing.T, r *rapid.T, w *apitest.World, tables map[string]string, check int) *tenants {
	x := &tenants{t: t, r: r, w: w, tables: tables, outcomes: map[string]int{}, askers: map[string]int64{}}
	for i := range x.number(2, 4, "accounts") {
		a := w.Account(t)
		n := &tenant{uin: a.UIN, appid: a.AppID, marker: fmt.Sprintf("zq%dx%dqz", check, i), things: things{}, callers: []*apitest.Client{a.Root}}
		x.all = append(x.all, n)
		n.things.add("uin", fmt.Sprint(a.UIN))
		n.things.add("appid", fmt.Sprint(a.AppID))
		n.things.add("key", a.Root.ID)
		for j := range 2 {
			u := a.Root.User(t, x.name(n), []int64{administrator}[:1-j]...) // the second one may do nothing
			n.callers = append(n.callers, u)
		}
		a.Root.Call(t, "cam:CreateGroup", apitest.P{"GroupName": x.name(n), "Remark": x.name(n)})
		for range 2 {
			x.person(n)
		}
		a.Root.Call(t, "cam:CreatePolicy", apitest.P{"PolicyName": x.name(n), "Description": x.name(n), "PolicyDocument": `{"version":"2.0","statement":[{"effect":"allow","action":["cam:*","sts:*"],"resource":"*"}]}`})
	}
	for i, n := range x.all { // each trusts the next
		trusted := x.all[(i+1)%len(x.all)].uin
		n.sent.WriteString(fmt.Sprint(trusted))
		n.callers[0].Call(t, "cam:CreateRole", apitest.P{"RoleName": x.name(n), "Description": x.name(n), "PolicyDocument": trustDocument(fmt.Sprintf("qcs::cam::uin/%d:root", trusted))})
	}
	x.rows = x.snapshot() // knows their names
	for _, n := range x.all {
		x.settleBusiness(n)
	}
	x.rows = x.snapshot()
	return x
}

// person makes a person of an account, as a door for persons does.
func (x *tenants) person(n *tenant) {
	err := x.w.DB.Write(context.Background(), func(tx *store.Tx) error {
		p := directory.Profile{Login: x.name(n), Name: x.name(n), Email: x.name(n), ExternalID: x.name(n)}
		_, err := directory.Create(context.Background(), tx, store.Account(n.uin), p, "", false, x.w.Now())
		return err
	})
	if err != nil {
		x.r.Fatal(err)
	}
}

func trustDocument(principal string) string {
	return fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"qcs":[%q]}}]}`, principal)
}

func (x *tenants) number(from, to int, what string) int {
	return rapid.IntRange(from, to).Draw(x.r, what)
}

func (x *tenants) flip(what string) bool { return rapid.Bool().Draw(x.r, what) }

// name makes up a text of an account that no account has used yet.
func (x *tenants) name(n *tenant) string {
	x.fresh++
	return n.marker + "-" + strconv.Itoa(x.fresh)
}

// step makes one call and looks at what it did.
func (x *tenants) step() {
	n := x.all[x.number(0, len(x.all)-1, "account")]
	caller := n.callers[x.number(0, len(n.callers)-1, "caller")]
	a := builtActions[x.number(0, len(builtActions)-1, "action")]
	action := a.Service + ":" + a.Name
	params := x.structure(n, a, a.Input)
	text, err := json.Marshal(params)
	if err != nil {
		x.r.Fatal(err)
	}
	n.sent.Write(text)
	answer := caller.Call(x.t, action, json.RawMessage(text))
	outcome := answer.Code
	if outcome == "" {
		outcome = "ok"
	}
	x.outcomes[action+" "+outcome]++
	x.askers[answer.Str("RequestId")] = n.uin
	n.things.add("request", answer.Str("RequestId"))

	if strings.HasPrefix(outcome, "InternalError") { // as a query does that mixes two accounts' rows
		x.r.Fatalf("%s %s by account %d: %s", action, text, n.uin, outcome)
	}
	x.checkAnswer(n, action, string(text), answer)
	owner := x.adopt(n, action, answer, string(text))
	x.checkRows(n, owner, action, string(text))
}

var (
	markers = regexp.MustCompile(`zq\d+x\d+qz[-\w]*`)
	tokens  = regexp.MustCompile(`[A-Za-z0-9_]+`)
)

// checkAnswer looks for other accounts' names and ids. What the account has sent itself it may read again.
func (x *tenants) checkAnswer(n *tenant, action, params string, answer *apitest.Answer) {
	x.r.Helper()
	text := strings.ReplaceAll(answer.Raw, answer.Str("RequestId"), "")
	present := map[string]bool{}
	for _, token := range tokens.FindAllString(text, -1) {
		present[token] = true
	}
	sent := n.sent.String()
	for _, other := range x.all {
		if other == n {
			continue
		}
		for _, m := range markers.FindAllString(text, -1) {
			if strings.HasPrefix(m, other.marker) && !strings.Contains(sent, m) {
				x.r.Fatalf("%s %s by account %d tells %s of account %d: %s", action, params, n.uin, m, other.uin, text)
			}
		}
		for kind, list := range other.things {
			if strings.HasSuffix(kind, "name") || kind == "marker" {
				continue
			}
			for _, id := range list {
				if present[id] && !strings.Contains(sent, id) {
					x.r.Fatalf("%s %s by account %d tells the %s %s of account %d: %s", action, params, n.uin, kind, id, other.uin, text)
				}
			}
		}
	}
}

// adopt makes callers of the credentials that a call answered. It returns the account in which a session was made.
func (x *tenants) adopt(n *tenant, action string, answer *apitest.Answer, params string) *tenant {
	owner := n
	if answer.Code != "" {
		return owner
	}
	switch action {
	case "cam:AddUser":
		if answer.Str("SecretId") != "" {
			n.callers = append(n.callers, x.w.Client(answer.Str("SecretId"), answer.Str("SecretKey"), ""))
		}
	case "cam:CreateAccessKey":
		n.callers = append(n.callers, x.w.Client(answer.Str("AccessKey.AccessKeyId"), answer.Str("AccessKey.SecretAccessKey"), ""))
	case "cam:ListAccounts", "hufu:ListAllowedPrincipals", "hufu:ListAuditRecords":
		n.things.add("marker", answer.Str("Marker"))
		n.things.add("marker", answer.Str("Top"))
		n.things.add("marker", answer.Str("NextMarker"))
	case "sts:AssumeRole", "sts:GetFederationToken":
		for _, other := range x.all {
			if strings.Contains(params, fmt.Sprintf("uin/%d:", other.uin)) && action == "sts:AssumeRole" {
				owner = other
			}
		}
		id := answer.Str("Credentials.TmpSecretId")
		owner.callers = append(owner.callers, x.w.Client(id, answer.Str("Credentials.TmpSecretKey"), answer.Str("Credentials.Token")))
		if owner != n { // the session says in its account who assumed it
			fmt.Fprintln(&owner.sent, params, n.uin, n.things["uin"], n.things["key"], id)
			fmt.Fprintln(&n.sent, id)
		}
	}
	return owner
}

// checkRows compares all rows of all accounts but the caller's with those before the call.
func (x *tenants) checkRows(n, owner *tenant, action, params string) {
	x.r.Helper()
	before := x.rows
	x.rows = x.snapshot()
	for table := range x.tables {
		for _, other := range x.all {
			old, now := before[table][other.uin], x.rows[table][other.uin]
			if other == n || slices.Equal(old, now) {
				continue
			}
			if other == owner && table == "sessions" && len(now) == len(old)+1 {
				continue // the session of the role that was assumed
			}
			x.r.Fatalf("%s %s by account %d changed %s of account %d:\nbefore %v\nafter  %v", action, params, n.uin, table, other.uin, old, now)
		}
	}
}

// named says what a column of a table names.
var named = map[string]map[string]string{
	"accounts":    {"appid": "appid", "uid": "uid"},
	"users":       {"uin": "uin", "uid": "uid", "name": "user name"},
	"user_groups": {"id": "group", "name": "group name"},
	"policies":    {"id": "policy", "name": "policy name"},
	"persons":     {"id": "person"},
	"roles":       {"id": "role", "name": "role name"},
	"access_keys": {"secret_id": "key"},

	"bi_users":       {"user_id": "bi user", "id": "bi number"},
	"bi_roles":       {"id": "bi role"},
	"bi_projects":    {"id": "bi project"},
	"bi_groups":      {"id": "bi group"},
	"bi_tags":        {"id": "bi tag"},
	"bi_datasources": {"id": "bi datasource"},

	"sessions": {"secret_id": "key"},
}

// snapshot reads all rows of the check's accounts, and notes what they name.
func (x *tenants) snapshot() map[string]map[int64][]string {
	uins, byUIN := []string{}, map[int64]*tenant{}
	for _, n := range x.all {
		uins, byUIN[n.uin] = append(uins, strconv.FormatInt(n.uin, 10)), n
	}
	out := map[string]map[int64][]string{}
	for _, table := range slices.Sorted(maps.Keys(x.tables)) {
		out[table] = map[int64][]string{}
		rows, err := x.w.DB.Read().QueryContext(context.Background(), fmt.Sprintf(`SELECT * FROM %s WHERE %s IN (%s)`, table, x.tables[table], strings.Join(uins, ",")))
		if err != nil {
			x.r.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			x.r.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				x.r.Fatal(err)
			}
			owner, _ := values[slices.Index(columns, x.tables[table])].(int64)
			out[table][owner] = append(out[table][owner], fmt.Sprint(values))
			for i, column := range columns {
				if kind := named[table][column]; kind != "" {
					byUIN[owner].things.add(kind, fmt.Sprint(values[i]))
				}
			}
		}
		if err := rows.Close(); err != nil {
			x.r.Fatal(err)
		}
		for _, list := range out[table] {
			slices.Sort(list)
		}
	}
	return out
}
