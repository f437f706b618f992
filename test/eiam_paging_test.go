package test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// eiamList is an endpoint that answers pages.
type eiamList struct {
	name, path, rows, id string
	narrow               bool
	envelope             []string // the members beside the rows
}

// lists are all of them, each with a way to make one more row.
func (w *eiamWorld) lists() []eiamList {
	total, perms, roles := []string{"total"}, []string{"number", "total", "size"}, []string{"total", "offset", "limit"}
	return []eiamList{
		{"users", "/users?", "users", "user_id", false, total},
		{"organizations", "/organizations?all_child=true&", "organizations", "org_id", false, total},
		{"positions", "/job-positions?", "job_positions", "position_id", false, total},
		{"titles", "/job-titles?", "job_titles", "title_id", false, total},
		{"accounts", w.accounts() + "?", "accounts", "id", false, total},
		{"users of a public account", w.shared() + "/users?", "associated_users", "id", false, total},
		{"application organizations", w.in(w.app) + "/organizations?", "organizations", "org_id", false, total},
		{"roles", w.in(w.app) + "/app-roles?", "roles", "id", true, roles},
		{"role members", w.in(w.app) + "/role-member-list/" + w.role + "?", "role_members", "id", true, roles},
		{"account permissions", w.accounts() + "/permissions/page?", "list", "accountId", true, perms},
		{"role permissions", w.in(w.app) + "/app-roles/permissions/page?", "list", "roleId", true, perms},
		{"function permissions", w.in(w.app) + "/func-perms?", "list", "id", true, perms},
		{"data permissions", w.in(w.app) + "/data-perms?", "list", "id", true, perms},
		{"the log", query("/logs/users-log", "start_time", "2026-01-01 00:00:00", "end_time", "2026-01-02 00:00:00") + "&", "list", "log_id", false, perms},
	}
}

// fill makes 23 more of everything that a list shows.
func (w *eiamWorld) fill(t *testing.T) {
	t.Helper()
	for i := range 23 {
		w.createUser(t, fmt.Sprintf(`{"user_name":"user%d"}`, i))
		w.createOrg(t, fmt.Sprintf(`{"code":"C%d","name":"N%d","parent_id":"%s"}`, i, i, w.hq))
		w.must(t, "POST", "/job-titles", fmt.Sprintf(`{"code":"T%d","name":"x"}`, i))
		w.must(t, "POST", "/job-positions", fmt.Sprintf(`{"code":"P%d","name":"x","org_code":"HQ"}`, i))
		w.must(t, "POST", w.in(w.app)+"/organizations", fmt.Sprintf(`{"org_code":"O%d","name":"x"}`, i))
		account := w.create(t, w.accounts()+"/orphan-account", fmt.Sprintf(`{"account_name":"a%d"}`, i), "account_id")
		w.must(t, "POST", w.in(w.app)+"/role", fmt.Sprintf(`{"code":"C%d","name":"x"}`, i))
		w.must(t, "POST", w.in(w.app)+"/role-member", `{"role_id":"`+w.role+`","account_Ids":["`+account+`"]}`)
		w.must(t, "POST", w.shared()+"/users/bind", fmt.Sprintf(`{"user_names":["user%d"]}`, i))
	}
}

func TestEIAMPages(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		w.fill(t)
		for _, list := range w.lists() {
			t.Run(list.name, func(t *testing.T) {
				page := func(offset, limit string) *eiamAnswer {
					return w.do(t, "GET", list.path+"offset="+offset+"&limit="+limit, "")
				}
				least, most := 10, 100
				if list.narrow {
					least, most = 1, 50
				}
				whole := page("0", fmt.Sprint(most)).wants(t, http.StatusOK, "")
				total := whole.number("total")
				all := eiamColumn(whole.rows(list.rows), list.id)
				if total != len(all) || list.rows != "list" && total < 23 {
					t.Fatalf("total %d, rows %d", total, len(all))
				}
				if !slices.IsSorted(all) {
					t.Errorf("the rows are not in the order of their ids: %v", all)
				}
				for _, limit := range []int{least, least + 1, 10, most} {
					var walked []string
					for offset := 0; ; offset++ {
						a := page(fmt.Sprint(offset), fmt.Sprint(limit)).wants(t, http.StatusOK, "")
						rows := eiamColumn(a.rows(list.rows), list.id)
						if a.number("total") != total || a.body[list.rows] == nil || len(rows) > limit || len(a.body) != len(list.envelope)+1 {
							t.Fatalf("page %d of %d: %s", offset, limit, a.text)
						}
						for _, name := range list.envelope {
							want := map[string]int{"total": total, "offset": offset, "number": offset, "limit": limit, "size": limit}[name]
							if a.number(name) != want {
								t.Errorf("page %d of %d: %s is %d, want %d", offset, limit, name, a.number(name), want)
							}
						}
						if len(rows) == 0 {
							break
						}
						walked = append(walked, rows...)
					}
					if !slices.Equal(walked, all) {
						t.Errorf("a walk by %d has %v, want %v", limit, walked, all)
					}
				}
				if a := page("2000000", fmt.Sprint(most)).wants(t, http.StatusOK, ""); a.number("total") != total || len(a.rows(list.rows)) != 0 {
					t.Errorf("far behind the end: %s", a.text)
				}

				malformed, low, high, negative := "OAP.PAGE.0001", "OAP.PAGE.0002", "OAP.PAGE.0002", "OAP.PAGE.0003"
				if list.narrow {
					malformed, low, high, negative = "COM.0601", "COM.0601", "Idaas.TENANT-COMMON-0005", "COM.0601"
				}
				for _, tt := range []struct{ name, query, code string }{
					{"no offset", fmt.Sprintf("limit=%d", least), malformed},
					{"no limit", "offset=0", malformed},
					{"neither", "", malformed},
					{"an empty limit", "offset=0&limit=", malformed},
					{"an empty offset", fmt.Sprintf("offset=&limit=%d", least), malformed},
					{"a limit that is text", "offset=0&limit=ten", malformed},
					{"a limit with a fraction", "offset=0&limit=10.5", malformed},
					{"an offset in hexadecimal", fmt.Sprintf("offset=0x1&limit=%d", least), malformed},
					{"a limit that no machine counts to", "offset=0&limit=99999999999999999999", high},
					{"a limit below the least", fmt.Sprintf("offset=0&limit=%d", least-1), low},
					{"a limit of nothing", "offset=0&limit=0", low},
					{"a negative limit", "offset=0&limit=-10", low},
					{"a limit above the most", fmt.Sprintf("offset=0&limit=%d", most+1), high},
					{"a negative offset", fmt.Sprintf("offset=-1&limit=%d", least), negative},
				} {
					t.Run(tt.name, func(t *testing.T) {
						w.do(t, "GET", list.path+tt.query, "").wants(t, http.StatusBadRequest, tt.code)
					})
				}
			})
		}
		t.Run("the text of a limit that is too large", func(t *testing.T) {
			a := w.do(t, "GET", w.in(w.app)+"/app-roles?offset=0&limit=51", "").wants(t, http.StatusBadRequest, "Idaas.TENANT-COMMON-0005")
			if a.str("error_msg") != "参数错误,limit:最大不能超过50." {
				t.Errorf("it is %q", a.str("error_msg"))
			}
		})
	})
}

// A page of a walk does not shift when rows come at the end.
func TestEIAMPagesWhileRowsCome(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		w.fill(t)
		var walked []string
		for offset := 0; ; offset++ {
			a := w.must(t, "GET", fmt.Sprintf("/users?offset=%d&limit=10", offset), "")
			rows := eiamColumn(a.rows("users"), "user_name")
			walked = append(walked, rows...)
			if len(rows) < 10 || offset == 9 {
				break
			}
			w.createUser(t, fmt.Sprintf(`{"user_name":"late%d"}`, offset))
		}
		if sorted := slices.Compact(slices.Sorted(slices.Values(walked))); len(sorted) != len(walked) || !slices.Contains(walked, "user22") || !slices.Contains(walked, "late0") {
			t.Errorf("the walk has %v", walked)
		}
	})
}
