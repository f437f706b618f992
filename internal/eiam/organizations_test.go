package eiam_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestOrganizationIsShownAsItWasMade(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.define(t, eiam.Attribute{Scope: eiam.ScopeOrg, Name: "cost", Type: "number"})
		root := e.org(t, "HQ", nil)
		id := e.org(t, "RD", P{"name": "研发 A&B_1-2", "parent_id": root, "category": "team", "sequence": 7, "extension": P{"cost": "18"}})
		at := e.w.Now().In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05.000")
		got := e.Must(t, 200, "GET", "/organizations/"+id, nil)
		want := fmt.Sprintf(`{"org_id":%q,"parent_id":%q,"name":"研发 A&B_1-2","category":"team","org_code":"RD","sequence":7,"disabled":false,"created_at":%q,"updated_at":%q,"extension":{"cost":"18"}}`, id, root, at, at)
		if got.Raw != want {
			t.Errorf("\n got %s\nwant %s", got.Raw, want)
		}
		top := e.Must(t, 200, "GET", "/organizations/"+root, nil)
		if top.At("parent_id") != nil || top.Str("category") != "department" || top.At("sequence") == nil || !strings.HasSuffix(top.Raw, `"extension":{}}`) {
			t.Errorf("the root: %s", top.Raw)
		}
	})
}

func TestOrganizationChangesWhatIsGiven(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.define(t, eiam.Attribute{Scope: eiam.ScopeOrg, Name: "floor", Type: "text"})
		e.define(t, eiam.Attribute{Scope: eiam.ScopeOrg, Name: "cost", Type: "text"})
		root := e.org(t, "HQ", nil)
		id := e.org(t, "RD", P{"parent_id": root, "extension": P{"floor": "3", "cost": "9"}})
		for _, tc := range []struct {
			name   string
			body   P
			member string
			want   any
		}{
			{"nothing", P{}, "org_code", "RD"},
			{"empty texts keep what is there", P{"code": "", "name": ""}, "org_code", "RD"},
			{"null keeps what is there", P{"parent_id": nil, "code": nil}, "parent_id", root},
			{"the code", P{"code": "R2"}, "org_code", "R2"},
			{"the name", P{"name": "Research"}, "name", "Research"},
			{"the place among its siblings", P{"sequence": "12"}, "sequence", "12"},
			{"the category", P{"category": "team"}, "category", "team"},
			{"a value of the tenant's", P{"extension": P{"floor": "4"}}, "extension.floor", "4"},
			{"the other value stayed", P{}, "extension.cost", "9"},
			{"an empty value is taken away", P{"extension": P{"cost": ""}}, "extension.cost", nil},
			{"an empty parent makes it a root", P{"parent_id": ""}, "parent_id", nil},
			{"and a parent puts it back", P{"parent_id": root}, "parent_id", root},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := e.Must(t, 200, "PUT", "/organizations/"+id, tc.body).Str("org_id"); got != id {
					t.Errorf("answered %s", got)
				}
				got := e.Must(t, 200, "GET", "/organizations/"+id, nil).At(tc.member)
				if tc.want == nil && got != nil || tc.want != nil && fmt.Sprint(got) != fmt.Sprint(tc.want) {
					t.Errorf("%s is %v, want %v", tc.member, got, tc.want)
				}
			})
		}
	})
}

func TestOrganizationRefusals(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.define(t, eiam.Attribute{Scope: eiam.ScopeOrg, Name: "cost", Type: "number"})
		root := e.org(t, "HQ", nil)
		sub := e.org(t, "RD", P{"parent_id": root})
		leaf := e.org(t, "LAB", P{"parent_id": sub})
		grouped := e.org(t, "GROUPED", nil)
		peopled := e.org(t, "PEOPLED", nil)
		alice := e.user(t, "alice", P{"org_code": "PEOPLED"})
		e.user(t, "carol", P{"org_code": "LAB"})
		bob := e.user(t, "bob", P{"user_org_relation_list": []P{{"org_code": "LAB", "relation_type": 1}, {"org_code": "HQ", "relation_type": 0}}})
		e.Must(t, 200, "PUT", "/users/"+bob+"/disable", nil)
		e.write(t, func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO eiam_groups (account, id, org, name) VALUES ($1, 'g', $2, 'group')`, e.Account, grouped)
			return err
		})
		ids := map[string]string{"root": root, "sub": sub, "leaf": leaf, "grouped": grouped, "peopled": peopled, "alice": alice, "bob": bob, "missing": missing}
		x := P{"code": "X", "name": "X"}
		e.refuse(t, ids, []refusal{
			{"made without a code", "POST /organizations", P{"name": "X"}, "COM.0601"},
			{"made without a name", "POST /organizations", P{"code": "X"}, "COM.0601"},
			{"made with a blank in the code", "POST /organizations", with(x, P{"code": "X Y"}), "COM.0601"},
			{"made with a code that is too long", "POST /organizations", with(x, P{"code": strings.Repeat("x", 65)}), "COM.0601"},
			{"made with a sign in the name", "POST /organizations", with(x, P{"name": "a/b"}), "COM.0601"},
			{"made with a name that is too long", "POST /organizations", with(x, P{"name": strings.Repeat("名", 101)}), "COM.0601"},
			{"made with a number for a name", "POST /organizations", with(x, P{"name": 7}), "COM.0601"},
			{"made of what is no JSON", "POST /organizations", `{"code":`, "COM.0601"},
			{"made below nothing", "POST /organizations", with(x, P{"parent_id": "{missing}"}), "ORG.0008"},
			{"made with a blank category", "POST /organizations", with(x, P{"category": " "}), "ORG.0011"},
			{"made with a code that there is", "POST /organizations", with(x, P{"code": "HQ"}), "ORG.0009"},
			{"made with the name of a sibling", "POST /organizations", with(x, P{"name": "HQ"}), "ORG.0010"},
			{"the code is told before the name", "POST /organizations", P{"code": "HQ", "name": "HQ"}, "ORG.0009"},
			{"the parent is told before the code", "POST /organizations", P{"code": "HQ", "name": "HQ", "parent_id": "{missing}"}, "ORG.0008"},
			{"made with a value that is not defined", "POST /organizations", with(x, P{"extension": P{"size": "1"}}), "COM.0601"},
			{"made with a value of another type", "POST /organizations", with(x, P{"extension": P{"cost": "much"}}), "COM.0601"},
			{"made with an object for a value", "POST /organizations", with(x, P{"extension": P{"cost": P{"a": "1"}}}), "COM.0601"},
			{"made with a list for its values", "POST /organizations", with(x, P{"extension": []string{"cost"}}), "COM.0601"},
			{"changed where there is none", "PUT /organizations/{missing}", P{}, "ORG.0001"},
			{"that there is none is told before what is wrong", "PUT /organizations/{missing}", P{"name": 7}, "ORG.0001"},
			{"changed to a code that there is", "PUT /organizations/{sub}", P{"code": "HQ"}, "ORG.0009"},
			{"changed to the name of a sibling", "PUT /organizations/{peopled}", P{"name": "HQ"}, "ORG.0010"},
			{"moved to where its name is taken", "PUT /organizations/{sub}", P{"parent_id": "", "name": "HQ"}, "ORG.0010"},
			{"changed to a blank category", "PUT /organizations/{sub}", P{"category": ""}, "ORG.0011"},
			{"moved below nothing", "PUT /organizations/{sub}", P{"parent_id": "{missing}"}, "ORG.0008"},
			{"moved below itself", "PUT /organizations/{sub}", P{"parent_id": "{sub}"}, "ORG.0008"},
			{"moved below what is below it", "PUT /organizations/{root}", P{"parent_id": "{leaf}"}, "ORG.0008"},
			{"changed with a value that is not defined", "PUT /organizations/{sub}", P{"extension": P{"size": "1"}}, "COM.0601"},
			{"deleted where there is none", "DELETE /organizations/{missing}", nil, "ORG.0001"},
			{"deleted with something below it", "DELETE /organizations/{sub}", nil, "ORG.0020"},
			{"deleted with a group in it", "DELETE /organizations/{grouped}", nil, "ORG.0021"},
			{"deleted with somebody in it", "DELETE /organizations/{peopled}", nil, "ORG.0022"},
			{"deleted with a disabled user in it", "DELETE /organizations/{leaf}", nil, "ORG.0022"},
			{"disabled where there is none", "PUT /organizations/{missing}/disable", nil, "ORG.0001"},
			{"disabled with something enabled below it", "PUT /organizations/{root}/disable", nil, "ORG.0024"},
			{"disabled with somebody enabled in it", "PUT /organizations/{peopled}/disable", nil, "ORG.0026"},
			{"enabled where there is none", "PUT /organizations/{missing}/enable", nil, "ORG.0001"},
			{"shown where there is none", "GET /organizations/{missing}", nil, "ORG.0001"},
			{"a blank id", "GET /organizations/%20", nil, "ORG.0001"},
			{"listed below nothing", "GET /organizations?org_id={missing}&offset=0&limit=10", nil, "ORG.0001"},
			{"listed without a page", "GET /organizations?limit=10", nil, "OAP.PAGE.0001"},
			{"listed in pages that are too long", "GET /organizations?offset=0&limit=101", nil, "OAP.PAGE.0002"},
			{"listed in pages that are too short", "GET /organizations?offset=0&limit=9", nil, "OAP.PAGE.0002"},
			{"listed before the first page", "GET /organizations?offset=-1&limit=10", nil, "OAP.PAGE.0003"},
			{"listed since no time", "GET /organizations?updated_at_greater=2022-04-14&offset=0&limit=10", nil, "COM.0601"},
			{"listed neither deep nor flat", "GET /organizations?all_child=2&offset=0&limit=10", nil, "COM.0601"},
			{"led by nobody", "PUT /organizations/{root}/org-leader", nil, "USER.0001"},
			{"led by one who is not there", "PUT /organizations/{missing}/org-leader?leader_id={missing}", nil, "USER.0001"},
			{"led by one who is disabled", "PUT /organizations/{missing}/org-leader?leader_id={bob}", nil, "USER.0004"},
			{"led where there is none", "PUT /organizations/{missing}/org-leader?leader_id={alice}", nil, "ORG.0001"},
			{"the leader of none", "GET /organizations/{missing}/org-leader", nil, "ORG.0001"},
		})
		all := e.Must(t, 200, "GET", "/organizations?offset=0&limit=10", nil)
		if got := column(all, "organizations", "org_code"); got != "HQ GROUPED PEOPLED" {
			t.Errorf("refused calls changed the roots to %s", got)
		}
	})
}

func TestOrganizationStatesAndDeletion(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		root := e.org(t, "HQ", nil)
		sub := e.org(t, "RD", P{"parent_id": root})
		bob := e.user(t, "bob", P{"org_code": "RD"})
		e.Fails(t, "ORG.0026", "PUT", "/organizations/"+sub+"/disable", nil)
		e.Must(t, 200, "PUT", "/users/"+bob+"/disable", nil)
		for range 2 {
			if got := e.Must(t, 200, "PUT", "/organizations/"+sub+"/disable", nil).Str("org_id"); got != sub {
				t.Errorf("answered %s", got)
			}
		}
		e.Must(t, 200, "PUT", "/organizations/"+root+"/disable", nil)
		for range 2 {
			e.Must(t, 200, "PUT", "/organizations/"+sub+"/enable", nil) // below a disabled one
		}
		for id, want := range map[string]bool{root: true, sub: false} {
			if got := e.Must(t, 200, "GET", "/organizations/"+id, nil).At("disabled"); got != want {
				t.Errorf("disabled is %v, want %v", got, want)
			}
		}
		e.Must(t, http.StatusCreated, "POST", "/job-positions", P{"org_code": "RD", "name": "dev", "code": "P1"})
		e.Must(t, 200, "PUT", "/users/"+bob+"/jobs/transfer", P{"org_code": "HQ", "position_code": "P1"})
		e.Fails(t, "ORG.0022", "DELETE", "/organizations/"+sub, nil) // he is elsewhere, and fills a position of it
		e.Must(t, http.StatusNoContent, "DELETE", "/users/"+bob, nil)
		e.Must(t, http.StatusNoContent, "DELETE", "/organizations/"+sub, nil)
		e.Fails(t, "ORG.0001", "DELETE", "/organizations/"+sub, nil)
		if n := e.Must(t, 200, "GET", "/job-positions?offset=0&limit=10", nil).Int("total"); n != 0 {
			t.Errorf("%d positions of the deleted organization are left", n)
		}
		e.Must(t, http.StatusNoContent, "DELETE", "/organizations/"+root, nil) // disabled or not
	})
}

func TestOrganizationLists(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		a := e.org(t, "A", nil)
		b := e.org(t, "B", P{"parent_id": a})
		e.org(t, "C", P{"parent_id": b})
		e.org(t, "D", P{"parent_id": a})
		e.org(t, "E", nil)
		other := newTenant(t, e.w)
		other.org(t, "A", nil)
		e.w.Sleep(10 * time.Second)
		since := e.w.Now().Add(-time.Second).In(time.FixedZone("", 8*3600)).Format("2006-01-02+15:04:05")
		exactly := e.w.Now().In(time.FixedZone("", 8*3600)).Format("2006-01-02+15:04:05")
		e.Must(t, 200, "PUT", "/organizations/"+b, P{"name": "Beta"})
		for _, tc := range []struct{ name, query, want string }{
			{"the roots", "", "A E"},
			{"the roots, said so", "org_id=&all_child=false", "A E"},
			{"all that have a parent", "all_child=true", "B C D"},
			{"right below one", "org_id=" + a, "B D"},
			{"all below one", "org_id=" + a + "&all_child=true", "B C D"},
			{"below a leaf", "org_id=" + b + "&all_child=true", "C"},
			{"what changed since then", "all_child=true&updated_at_greater=" + since, "B"},
			{"strictly since then", "all_child=true&updated_at_greater=" + exactly, ""},
			{"what changed since then below one", "org_id=" + a + "&updated_at_greater=" + since, "B"},
			{"what changed since then all below one", "org_id=" + b + "&all_child=true&updated_at_greater=" + since, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := e.Must(t, 200, "GET", "/organizations?offset=0&limit=10&"+tc.query, nil)
				if codes := column(got, "organizations", "org_code"); codes != tc.want || got.Int("total") != int64(len(strings.Fields(tc.want))) {
					t.Errorf("%s (%d), want %s", codes, got.Int("total"), tc.want)
				}
			})
		}
	})
}

func TestOrganizationPagesGoToTheEndWithoutRepeats(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		root := e.org(t, "ROOT", nil)
		var want []string
		for i := range 23 {
			want = append(want, e.org(t, fmt.Sprintf("O%02d", i), P{"parent_id": root})) // all at one moment
		}
		var got []string
		for page := range 4 {
			answer := e.Must(t, 200, "GET", fmt.Sprintf("/organizations?org_id=%s&limit=10&offset=%d", root, page), nil)
			if answer.Int("total") != 23 {
				t.Errorf("total %d", answer.Int("total"))
			}
			got = append(got, strings.Fields(column(answer, "organizations", "org_id"))...)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("walked over %d organizations, not in the order of their creation", len(got))
		}
	})
}

func TestOrganizationLeader(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		id := e.org(t, "HQ", nil)
		none := `{"leader_id":null,"leader_user_name":null,"leader_name":null,"leader_status":null}`
		is := func(want string) {
			t.Helper()
			if got := e.Must(t, 200, "GET", "/organizations/"+id+"/org-leader", nil).Raw; got != want {
				t.Errorf("leader %s, want %s", got, want)
			}
		}
		is(none)
		alice, bob := e.user(t, "alice", P{"name": "Alice"}), e.user(t, "bob", nil)
		for range 2 {
			if raw := e.Must(t, 200, "PUT", "/organizations/"+id+"/org-leader?leader_id="+alice, nil).Raw; raw != `{"result":true}` {
				t.Errorf("answered %s", raw)
			}
		}
		is(`{"leader_id":"` + alice + `","leader_user_name":"alice","leader_name":"Alice","leader_status":false}`)
		e.Must(t, 200, "PUT", "/users/"+alice+"/disable", nil)
		is(`{"leader_id":"` + alice + `","leader_user_name":"alice","leader_name":"Alice","leader_status":true}`)
		e.Must(t, 200, "PUT", "/organizations/"+id+"/org-leader?leader_id="+bob, nil)
		is(`{"leader_id":"` + bob + `","leader_user_name":"bob","leader_name":null,"leader_status":false}`)
		e.Must(t, http.StatusNoContent, "DELETE", "/users/"+bob, nil)
		is(none)
	})
}

func TestOrganizationMadeAtOnceIsMadeOnce(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		var made, taken int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				answer := e.Call(t, "POST", "/organizations", P{"code": "ONE", "name": "one"})
				mu.Lock()
				defer mu.Unlock()
				switch answer.Code {
				case "":
					made++
				case "ORG.0009":
					taken++
				}
			})
		}
		all.Wait()
		if made != 1 || taken != 7 {
			t.Errorf("made %d times, refused %d times", made, taken)
		}
	})
}

func TestTwoMovesCannotMakeACircle(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		a, b := e.org(t, "A", nil), e.org(t, "B", nil)
		var all sync.WaitGroup
		for _, move := range [][2]string{{a, b}, {b, a}} {
			all.Go(func() { e.Call(t, "PUT", "/organizations/"+move[0], P{"parent_id": move[1]}) })
		}
		all.Wait()
		if n := e.Must(t, 200, "GET", "/organizations?offset=0&limit=10", nil).Int("total"); n != 1 {
			t.Errorf("%d roots are left of two, want 1", n)
		}
	})
}

func TestOrganizationsOfAnotherTenantAreNotThere(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		other := newTenant(t, e.w)
		theirs, them := other.org(t, "THEIRS", nil), other.user(t, "them", nil)
		ours := e.org(t, "OURS", nil)
		ids := map[string]string{"theirs": theirs, "them": them, "ours": ours}
		e.refuse(t, ids, []refusal{
			{"shown", "GET /organizations/{theirs}", nil, "ORG.0001"},
			{"changed", "PUT /organizations/{theirs}", P{"name": "x"}, "ORG.0001"},
			{"deleted", "DELETE /organizations/{theirs}", nil, "ORG.0001"},
			{"disabled", "PUT /organizations/{theirs}/disable", nil, "ORG.0001"},
			{"enabled", "PUT /organizations/{theirs}/enable", nil, "ORG.0001"},
			{"as a parent", "PUT /organizations/{ours}", P{"parent_id": "{theirs}"}, "ORG.0008"},
			{"listed below", "GET /organizations?org_id={theirs}&offset=0&limit=10", nil, "ORG.0001"},
			{"their user as a leader", "PUT /organizations/{ours}/org-leader?leader_id={them}", nil, "USER.0001"},
		})
	})
}

func TestOrganizationsAreNotDeeperThanAllowed(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		parent := e.org(t, "L1", nil)
		for level := 2; level <= 64; level++ {
			parent = e.org(t, fmt.Sprint("L", level), P{"parent_id": parent})
		}
		e.Fails(t, "ORG.0008", "POST", "/organizations", P{"code": "L65", "name": "L65", "parent_id": parent})
		lone := e.org(t, "lone", nil)
		e.Fails(t, "ORG.0008", "PUT", "/organizations/"+lone, P{"parent_id": parent})
	})
}
