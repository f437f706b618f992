package test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

// atOnce makes the same call from n callers at the same moment and counts the answers by their codes, "" for success.
func atOnce(n int, call func(i int) *eiamAnswer) map[string]int {
	codes := map[string]int{}
	var mu sync.Mutex
	var wait sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wait.Go(func() {
			<-start
			a := call(i)
			mu.Lock()
			defer mu.Unlock()
			codes[a.code]++
		})
	}
	close(start)
	wait.Wait()
	return codes
}

// onlyOne holds counted answers to one success, the others with one of these codes.
func onlyOne(t *testing.T, codes map[string]int, others ...string) {
	t.Helper()
	if codes[""] != 1 {
		t.Errorf("%d calls succeeded: %v", codes[""], codes)
	}
	for code := range codes {
		if code != "" && !slices.Contains(others, code) {
			t.Errorf("a call answers %s: %v", code, codes)
		}
	}
}

// allGood holds counted answers to success.
func allGood(t *testing.T, codes map[string]int) {
	t.Helper()
	if len(codes) != 1 || codes[""] == 0 {
		t.Errorf("they answer %v", codes)
	}
}

const callers = 8

func TestEIAMTwoCallersDoTheSame(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		t.Run("creating", func(t *testing.T) {
			for _, tt := range []struct {
				name, path, body string
				codes            []string
			}{
				{"a user", "/users", `{"user_name":"same","mobile":"15900000001","email":"same@example.com"}`, []string{"USER.0029"}},
				{"a user under other logins", "/users", `{"user_name":"other%d","email":"one@example.com"}`, []string{"USER.0031"}},
				{"an organization", "/organizations", `{"code":"SAME","name":"Same"}`, []string{"ORG.0009"}},
				{"an organization under other codes", "/organizations", `{"code":"SAME%d","name":"Sibling","parent_id":"` + w.hq + `"}`, []string{"ORG.0010"}},
				{"a title", "/job-titles", `{"code":"SAME","name":"Same"}`, []string{"JOB.TITLE.0009"}},
				{"a position", "/job-positions", `{"code":"SAME","name":"Same","org_code":"HQ"}`, []string{"JOB.POSITION.0009"}},
				{"an account", w.accounts() + "/orphan-account", `{"account_name":"same"}`, []string{"APP.ACC.0013"}},
				{"a basic account", w.accounts() + "/basic-account", `{"user_id":"` + w.bob + `","account_name":"bob%d"}`, []string{"APP.ACC.0029"}},
				{"a grant", "/users/" + w.bob + "/applications/" + w.plain + "/accounts", ``, []string{"APP.ACC.0029"}},
				{"a role", w.in(w.app) + "/role", `{"code":"SAME","name":"Same"}`, []string{"APP.ROLE.0001"}},
				{"an application organization", w.in(w.app) + "/organizations", `{"org_code":"SAME","name":"Same"}`, []string{"APP.0009"}},
			} {
				t.Run(tt.name, func(t *testing.T) {
					onlyOne(t, atOnce(callers, func(i int) *eiamAnswer {
						body := tt.body
						if slices.Contains([]byte(body), '%') {
							body = fmt.Sprintf(body, i)
						}
						return w.do(t, "POST", tt.path, body)
					}), tt.codes...)
				})
			}
		})
		t.Run("binding and unbinding", func(t *testing.T) {
			var names []string
			for i := range callers {
				names = append(names, fmt.Sprintf("member%d", i))
				w.createUser(t, `{"user_name":"`+names[i]+`"}`)
			}
			everyone := jsonOf(t, map[string]any{"user_names": names})
			allGood(t, atOnce(callers, func(int) *eiamAnswer { return w.do(t, "POST", w.shared()+"/users/bind", everyone) }))
			if got := w.usersOf(t, w.shared()); !sameTexts(got, names) {
				t.Errorf("its users are %v", got)
			}
			allGood(t, atOnce(callers, func(int) *eiamAnswer { return w.do(t, "POST", w.shared()+"/users/unbind", everyone) }))
			if got := w.usersOf(t, w.shared()); len(got) != 0 {
				t.Errorf("its users are %v", got)
			}
			// Each caller binds and unbinds its own name; what it did last holds.
			allGood(t, atOnce(callers, func(i int) *eiamAnswer {
				body := `{"user_names":["` + names[i] + `"]}`
				var last *eiamAnswer
				for step := range 10 + i%2 {
					last = w.do(t, "POST", w.shared()+"/users/"+[]string{"bind", "unbind"}[step%2], body)
				}
				return last
			}))
			if got := w.usersOf(t, w.shared()); !sameTexts(got, []string{names[1], names[3], names[5], names[7]}) {
				t.Errorf("its users are %v", got)
			}
		})
		t.Run("members of a role", func(t *testing.T) {
			body := `{"role_id":"` + w.role + `","account_Ids":["` + w.basic + `","` + w.orphan + `","` + w.public + `"]}`
			for _, method := range []string{"POST", "DELETE"} {
				allGood(t, atOnce(callers, func(int) *eiamAnswer { return w.do(t, method, w.in(w.app)+"/role-member", body) }))
				want := map[string]int{"POST": 3, "DELETE": 0}[method]
				if a := w.must(t, "GET", w.in(w.app)+"/role-member-list/"+w.role+"?offset=0&limit=50", ""); a.number("total") != want || len(a.rows("role_members")) != want {
					t.Errorf("after %s: %s", method, a.text)
				}
			}
		})
		t.Run("one role to an account", func(t *testing.T) {
			codes := atOnce(callers, func(i int) *eiamAnswer {
				role := []string{w.singleRole, w.singleNext}[i%2]
				return w.do(t, "POST", w.in(w.single)+"/accounts/"+w.singleAccount+"/member-role", `{"role_ids":["`+role+`"]}`)
			})
			if codes[""] != callers/2 || codes["APP.ROLE.0004"] != callers/2 {
				t.Errorf("they answer %v", codes)
			}
			if a := w.must(t, "GET", w.in(w.single)+"/account/"+w.singleAccount+"/permissions", ""); len(a.rows("roles")) != 1 {
				t.Errorf("the account has %s", a.text)
			}
		})
		t.Run("different members of one user", func(t *testing.T) {
			bodies := []string{`{"name":"Robert"}`, `{"email":"bob@example.com"}`, `{"mobile":"15900000009"}`, `{"employee_id":"E77"}`, `{"attr_city":"X"}`, `{"first_name":"B"}`, `{"last_name":"D"}`, `{"attr_nick_name":"bobby"}`}
			allGood(t, atOnce(callers, func(i int) *eiamAnswer { return w.do(t, "PUT", "/users/"+w.bob, bodies[i]) }))
			a := w.must(t, "GET", "/users/"+w.bob, "")
			for name, want := range map[string]string{"name": "Robert", "email": "bob@example.com", "mobile": "+86-15900000009", "employee_id": "E77", "attr_city": "X", "first_name": "B", "last_name": "D", "attr_nick_name": "bobby"} {
				if a.str(name) != want {
					t.Errorf("%s was lost: %s", name, a.text)
				}
			}
		})
		t.Run("an owner", func(t *testing.T) {
			allGood(t, atOnce(callers, func(i int) *eiamAnswer {
				return w.do(t, "POST", w.shared()+"/owner", `{"user_name":"`+[]string{"alice", "bob"}[i%2]+`"}`)
			}))
			if a := w.must(t, "GET", w.shared()+"/owner", ""); !slices.Contains([]string{"alice", "bob"}, a.str("user_name")) {
				t.Errorf("it is %s", a.text)
			}
		})
		t.Run("a parent goes while children come", func(t *testing.T) {
			parent := w.createOrg(t, `{"code":"PARENT","name":"Parent"}`)
			codes := atOnce(callers, func(i int) *eiamAnswer {
				if i == 0 {
					return w.do(t, "DELETE", "/organizations/"+parent, "")
				}
				return w.do(t, "POST", "/organizations", fmt.Sprintf(`{"code":"CHILD%d","name":"Child %d","parent_id":"%s"}`, i, i, parent))
			})
			gone := w.do(t, "GET", "/organizations/"+parent, "").code == "ORG.0001"
			if gone && (codes[""] != 1 || codes["ORG.0008"] != callers-1) || !gone && (codes[""] != callers-1 || codes["ORG.0020"] != 1) {
				t.Errorf("gone: %v, they answer %v", gone, codes)
			}
		})
		t.Run("a user goes while it is bound", func(t *testing.T) {
			for range 3 {
				id := w.createUser(t, `{"user_name":"fleeting"}`)
				codes := atOnce(callers, func(i int) *eiamAnswer {
					if i == 0 {
						return w.do(t, "DELETE", "/users/"+id, "")
					}
					return w.do(t, "POST", w.shared()+"/users/bind", `{"user_names":["fleeting"]}`)
				})
				if codes[""]+codes["USER.0001"] != callers || slices.Contains(w.usersOf(t, w.shared()), "fleeting") {
					t.Errorf("they answer %v", codes)
				}
			}
		})
		t.Run("deleting", func(t *testing.T) {
			for _, tt := range []struct{ name, path, code string }{
				{"a role", w.in(w.app) + "/role/" + w.otherRole, "APP.ROLE.0002"},
				{"an account", w.accounts() + "/" + w.public, "APP.ACCOUNT.0028"},
				{"an application organization", w.in(w.app) + "/organizations/" + w.appOrg, "APP.ORG.0024"},
				{"a position", "/job-positions/" + w.position, "JOB.POSITION.0001"},
				{"a title", "/job-titles/" + w.title, "JOB.TITLE.0001"},
				{"a user", "/users/" + w.alice, "USER.0001"},
				{"an organization", "/organizations/" + w.dev, "ORG.0001"},
			} {
				t.Run(tt.name, func(t *testing.T) {
					onlyOne(t, atOnce(callers, func(int) *eiamAnswer { return w.do(t, "DELETE", tt.path, "") }), tt.code)
				})
			}
		})
	})
}
