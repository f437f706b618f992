package bi_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/bi"
)

// verify asks the door for engines about a token, or with "apiKey" about a key.
func verify(t testing.TB, w *apitest.World, c *apitest.Client, member, secret string) *apitest.Answer {
	t.Helper()
	text := ask(t, c, w, map[string]string{"token": "/bi/v1/embed/verify", "apiKey": "/bi/v1/apikey/verify"}[member], P{member: secret})
	raw, ok := strings.CutPrefix(text, "200 ")
	a := &apitest.Answer{Raw: raw}
	d := json.NewDecoder(strings.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&a.Body); err != nil || !ok {
		t.Errorf("answered %s: %v", text, err)
	}
	return a
}

// site is a project of an enterprise with a member.
type site struct {
	*corp
	project int64
	roles   map[string]int64
	member  *apitest.Client
}

func newSite(t *testing.T, w *apitest.World) *site {
	t.Helper()
	s := &site{corp: newCorp(t, w)}
	s.project, s.roles = s.corp.project(t, s.Root, "sales")
	s.member = s.corp.user(t, "member")
	s.enlist(t, s.member, "sys_project_viewer")
	return s
}

func (s *site) enlist(t *testing.T, u *apitest.Client, role string) {
	t.Helper()
	s.Root.Must(t, "bi:CreateUserRoleProject", P{"ProjectId": s.project, "UserInfoList": []P{{"UserId": fmt.Sprint(u.UIN)}}, "RoleIdList": []int64{s.roles[role]}})
}

// page is a request for a token of page 7, bound one for the member's own.
func (s *site) page(more P) P { return with(P{"ProjectId": s.project, "PageId": 7}, more) }
func (s *site) bound(more P) P {
	return s.page(with(P{"TokenType": 200, "UserCorpId": s.id(), "UserId": fmt.Sprint(s.member.UIN)}, more))
}

// embed makes tokens.
func (s *site) embed(t testing.TB, in P) []string {
	t.Helper()
	return strings.Split(s.Root.Must(t, "bi:CreateEmbedToken", in).Str("Data.BIToken"), ",")
}

func (s *site) active(t testing.TB, token string) bool {
	t.Helper()
	return verify(t, s.World, s.Root, "token", token).At("active") == true
}

const filter = `[{"ParamKey":"region","JoinType":"and","WhereList":[{"Operator":"-neq","Value":["south",1]}]}]`

func TestEmbedTokensAreMade(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		s := newSite(t, w)
		admin := s.corp.user(t, "keeper")
		s.enlist(t, admin, "sys_project_admin")
		a := admin.Must(t, "bi:CreateEmbedToken", s.bound(P{"ExpireTime": "30", "TicketNum": 5, "ExtraParam": "extra", "GlobalParam": filter, "ConfigParam": "config"}))
		token := a.Str("Data.BIToken")
		if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(token) {
			t.Errorf("the token is %q", token)
		}
		for name, want := range map[string]any{"ProjectId": s.project, "PageId": "7", "Scope": "page", "Intention": "embed", "ExpireTime": 30, "TicketNum": 5, "ExtraParam": "extra",
			"GlobalParam": filter, "ConfigParam": "config", "UserCorpId": s.id(), "UserId": s.member.UIN, "TokenType": 200, "TokenNum": 1, "SingleUserMultiToken": false,
			"CreatedUser": admin.UIN, "UpdatedUser": admin.UIN, "CreatedAt": wireTime(w)} {
			if got := a.At("Data." + name); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		v := verify(t, w, s.Root, "token", token)
		want := fmt.Sprintf(`{"active":true,"corpId":"%s","userId":"%d","projectId":"%d","pageId":"7","scope":"page","globalParam":%s,"remaining":4,"expiresAt":%d}`,
			s.id(), s.member.UIN, s.project, quoted(filter), w.Now().Add(30*time.Minute).Unix())
		if v.Raw != want {
			t.Errorf("verified as %s, want %s", v.Raw, want)
		}
		if kept := fmt.Sprint(rows(t, w.DB, `SELECT * FROM bi_embeds`), rows(t, w.DB, `SELECT * FROM bi_embed_tokens`), rows(t, w.DB, `SELECT record FROM audit`)); strings.Contains(kept, token) {
			t.Error("the token is kept as it is")
		}

		for _, tc := range []struct {
			name   string
			in     P
			tokens int
			want   string // of what engines learn
		}{
			{"a token of nobody", s.page(nil), 1, `"userId":"","projectId":"%d","pageId":"7","scope":"page","globalParam":"","remaining":null`},
			{"of nobody, who is named all the same", s.bound(P{"TokenType": 100, "UserId": "x", "UserCorpId": "y"}), 1, `"userId":"","projectId":"%d"`},
			{"a panel", P{"ProjectId": s.project, "Scope": "panel"}, 1, `"projectId":"%d","pageId":null,"scope":"panel"`},
			{"a conversation", s.bound(P{"Intention": "chatBIEmbed", "Scope": "project", "PageId": 0}), 1, `"projectId":"%d","pageId":null,"scope":"project"`},
			{"three tokens of a user", s.bound(P{"TokenType": 300, "TokenNum": 3}), 3, `"projectId":"%d"`},
			{"several of a user, and no number", s.bound(P{"TokenType": 300}), 1, `"projectId":"%d"`},
			{"a hundred", s.bound(P{"TokenType": 300, "TokenNum": 100}), 100, `"projectId":"%d"`},
			{"of the root, who needs no role", s.bound(P{"UserId": s.id()}), 1, `"userId":"` + s.id() + `","projectId":"%d"`},
			{"for one minute and the most tickets", s.page(P{"ExpireTime": "1", "TicketNum": 99999}), 1, `"projectId":"%d","pageId":"7","scope":"page","globalParam":"","remaining":99998`},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tokens := s.embed(t, tc.in)
				if len(tokens) != tc.tokens {
					t.Errorf("there are %d", len(tokens))
				}
				if got, want := verify(t, w, s.Root, "token", tokens[len(tokens)-1]).Raw, fmt.Sprintf(tc.want, s.project); !strings.Contains(got, want) {
					t.Errorf("verified as %s, want %s", got, want)
				}
			})
		}
	})
}

func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

func TestEmbedTokensAreRefused(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		w.Quotas[account.BIEmbedTokens] = 3
		s, other := newSite(t, w), newCorp(t, w)
		foreign, _ := other.project(t, other.Root, "theirs")
		stranger, resting := s.corp.user(t, "stranger"), s.corp.user(t, "resting")
		s.enlist(t, resting, "sys_project_viewer")
		s.setStatus(t, resting, 0)
		const bad, nobody, denied = "InvalidParameter.Embed", "UnauthorizedOperation.UserNotExist", "UnauthorizedOperation.Authorize"
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"no project", s.Root, P{"PageId": 7}, "MissingParameter.MissingParam"},
			{"an unknown project", s.Root, P{"ProjectId": 5, "PageId": 7}, bad},
			{"another enterprise's project", s.Root, P{"ProjectId": foreign, "PageId": 7}, bad},
			{"a viewer of the project", s.member, s.page(nil), denied},
			{"an unknown project, as nobody special", s.member, P{"ProjectId": 5, "PageId": 7}, denied},
			{"a page that is none", s.Root, s.page(P{"PageId": 0}), bad},
			{"a page for a panel", s.Root, s.page(P{"Scope": "panel"}), bad},
			{"a project scope of a page", s.Root, s.page(P{"Scope": "project"}), bad},
			{"an intention that is none", s.Root, s.page(P{"Intention": "look"}), bad},
			{"a conversation of nobody", s.Root, P{"ProjectId": s.project, "Intention": "chatBIEmbed", "Scope": "project"}, bad},
			{"0 minutes", s.Root, s.page(P{"ExpireTime": "0"}), bad},
			{"241 minutes", s.Root, s.page(P{"ExpireTime": "241"}), bad},
			{"minutes with a sign", s.Root, s.page(P{"ExpireTime": "+5"}), bad},
			{"more minutes than a number holds", s.Root, s.page(P{"ExpireTime": "99999999999999999999"}), bad},
			{"0 tickets", s.Root, s.page(P{"TicketNum": 0}), bad},
			{"100000 tickets", s.Root, s.page(P{"TicketNum": 100000}), bad},
			{"a kind that is none", s.Root, s.page(P{"TokenType": 400}), bad},
			{"several, and none of them", s.Root, s.bound(P{"TokenType": 300, "TokenNum": 0}), bad},
			{"101 of them", s.Root, s.bound(P{"TokenType": 300, "TokenNum": 101}), bad},
			{"no user", s.Root, s.page(P{"TokenType": 200, "UserCorpId": s.id()}), "MissingParameter.MissingParam"},
			{"no enterprise", s.Root, s.page(P{"TokenType": 200, "UserId": s.id()}), "MissingParameter.MissingParam"},
			{"another enterprise", s.Root, s.bound(P{"UserCorpId": other.id()}), nobody},
			{"another enterprise's user", s.Root, s.bound(P{"UserId": other.id()}), nobody},
			{"one who is not in the project", s.Root, s.bound(P{"UserId": fmt.Sprint(stranger.UIN)}), nobody},
			{"one who is disabled", s.Root, s.bound(P{"UserId": fmt.Sprint(resting.UIN)}), nobody},
			{"a filter that is no list", s.Root, s.page(P{"GlobalParam": "{}"}), bad},
			{"a filter of nothing", s.Root, s.page(P{"GlobalParam": `[{"JoinType":"AND"}]`}), bad},
			{"a filter that joins otherwise", s.Root, s.page(P{"GlobalParam": strings.Replace(filter, "and", "or", 1)}), bad},
			{"a filter of another operator", s.Root, s.page(P{"GlobalParam": strings.Replace(filter, "-neq", "-gt", 1)}), bad},
			{"a filter of 16 KiB and more", s.Root, s.page(P{"GlobalParam": "[" + strings.Repeat(" ", 16<<10) + "]"}), bad},
			{"a text of 16 KiB and one", s.Root, s.page(P{"ExtraParam": strings.Repeat("x", 16<<10+1)}), bad},
			{"a configuration of that size", s.Root, s.page(P{"ConfigParam": strings.Repeat("x", 16<<10+1)}), bad},
			{"more than the quota", s.Root, s.bound(P{"TokenType": 300, "TokenNum": 4}), "LimitExceeded"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:CreateEmbedToken", tc.in) })
		}
		if n := rows(t, w.DB, `SELECT (SELECT COUNT(*) FROM bi_embeds) + (SELECT COUNT(*) FROM bi_embed_tokens)`)[0][0]; n != "0" {
			t.Errorf("what was refused left %s rows", n)
		}
		s.embed(t, s.bound(P{"TokenType": 300, "TokenNum": 3, "ExpireTime": "1"}))
		s.Root.Fails(t, "LimitExceeded", "bi:CreateEmbedToken", s.page(nil))
		w.Sleep(time.Minute) // tokens that ended count no more
		s.embed(t, s.page(nil))
	})
}

// setStatus enables or disables a user.
func (x *corp) setStatus(t *testing.T, u *apitest.Client, status int) {
	t.Helper()
	x.Root.Must(t, "hufu:SetBiUserStatus", P{"UserIdList": []string{fmt.Sprint(u.UIN)}, "Status": status})
}

func TestEmbedTokensEnd(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		s := newSite(t, w)
		for _, tc := range []struct {
			name string
			in   P
			end  func(t *testing.T)
			then func(t *testing.T) // "" of what brings it back
		}{
			{"its time is over", s.bound(P{"ExpireTime": "10"}), func(*testing.T) { w.Sleep(10 * time.Minute) }, nil},
			{"a newer one of the user and page", s.bound(nil), func(t *testing.T) { s.embed(t, s.bound(nil)) }, nil},
			{"the page is cleared", s.page(nil), func(t *testing.T) {
				s.Root.Must(t, "bi:ClearEmbedToken", P{"ProjectId": fmt.Sprint(s.project), "UserCorpId": s.id(), "Scope": "page", "PageId": "7"})
			}, nil},
			{"the user is disabled, until he is enabled", s.bound(nil), func(t *testing.T) { s.setStatus(t, s.member, 0) }, func(t *testing.T) { s.setStatus(t, s.member, 1) }},
			{"the user leaves the project", s.bound(nil), func(t *testing.T) {
				s.Root.Must(t, "bi:DeleteUserRoleProject", P{"ProjectId": s.project, "UserId": fmt.Sprint(s.member.UIN)})
				s.enlist(t, s.member, "sys_project_viewer") // and comes back: the token does not
			}, nil},
			{"the user is deleted", s.bound(nil), func(t *testing.T) {
				s.Root.Must(t, "bi:DeleteUserRole", P{"UserId": fmt.Sprint(s.member.UIN)})
				s.enlist(t, s.member, "sys_project_viewer")
			}, nil},
			{"the sub-account is deleted", s.bound(nil), func(t *testing.T) { s.Root.Must(t, "cam:DeleteUser", P{"Name": "member", "Force": 1}) }, nil},
			{"the project is deleted", s.page(nil), func(t *testing.T) { s.Root.Must(t, "bi:DeleteProject", P{"Id": s.project}) }, nil},
		} {
			t.Run(tc.name, func(t *testing.T) {
				token := s.embed(t, tc.in)[0]
				if !s.active(t, token) {
					t.Fatal("it is not good to begin with")
				}
				tc.end(t)
				if v := verify(t, w, s.Root, "token", token); v.Raw != `{"active":false}` {
					t.Errorf("then it is %s", v.Raw)
				}
				if tc.then != nil {
					if tc.then(t); !s.active(t, token) {
						t.Error("and does not come back")
					}
				}
			})
		}
		if n := rows(t, w.DB, `SELECT (SELECT COUNT(*) FROM bi_embeds) + (SELECT COUNT(*) FROM bi_embed_tokens)`)[0][0]; n != "0" {
			t.Errorf("the project has gone and left %s rows", n)
		}
	})
}

func TestASecondTokenLeavesOthers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		s := newSite(t, w)
		kept := map[string]string{
			"of another page":    s.embed(t, s.bound(P{"PageId": 8}))[0],
			"of the panel":       s.embed(t, s.bound(P{"PageId": 0, "Scope": "panel"}))[0],
			"of another user":    s.embed(t, s.bound(P{"UserId": s.id()}))[0],
			"of nobody":          s.embed(t, s.page(nil))[0],
			"of several of his":  s.embed(t, s.bound(P{"TokenType": 300, "TokenNum": 1}))[0],
			"of the same, again": s.embed(t, s.bound(P{"TokenType": 300, "TokenNum": 1}))[0],
		}
		s.embed(t, s.bound(nil))
		s.embed(t, s.bound(nil))
		for name, token := range kept {
			if !s.active(t, token) {
				t.Errorf("a token %s has ended", name)
			}
		}
		s.Root.Must(t, "bi:ClearEmbedToken", P{"ProjectId": fmt.Sprint(s.project), "UserCorpId": s.id(), "Scope": "page"})
		for name, token := range kept {
			if got, want := s.active(t, token), name == "of the panel"; got != want {
				t.Errorf("after all pages were cleared, a token %s is active: %v", name, got)
			}
		}
	})
}

func TestEmbedTokensAreRenewed(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		s := newSite(t, w)
		made := w.Now()
		token := s.embed(t, s.page(nil))[0]
		renew := func() bool {
			a := s.Root.Must(t, "bi:ApplyEmbedInterval", s.page(P{"BIToken": token, "Scope": "page"}))
			if result := a.At("Data.Result"); result != (a.At("ErrorInfo") == nil) {
				t.Errorf("what is renewed has no ErrorInfo, and what is not has: %s", a.Raw)
			}
			return a.At("Data.Result") == true
		}
		const week = 7 * 24 * time.Hour
		for step := range int(week / (239 * time.Minute)) {
			w.Sleep(239 * time.Minute)
			if !renew() {
				t.Fatalf("renewal %d after %s is refused", step, w.Now().Sub(made))
			}
			end := min(w.Now().Add(240*time.Minute).Unix(), made.Add(week).Unix())
			if got := verify(t, w, s.Root, "token", token).Int("expiresAt"); got != end {
				t.Fatalf("renewed after %s it ends at %d, want %d", w.Now().Sub(made), got, end)
			}
		}
		w.Sleep(made.Add(week).Sub(w.Now()) - time.Millisecond)
		if !renew() || !s.active(t, token) {
			t.Error("it ended before its seven days")
		}
		w.Sleep(time.Millisecond)
		if renew() || s.active(t, token) {
			t.Error("it lives longer than seven days")
		}
	})
}

func TestWhatIsNotRenewed(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		s, other := newSite(t, w), newCorp(t, w)
		theirs, _ := other.project(t, other.Root, "theirs")
		second, _ := s.corp.project(t, s.Root, "second")
		token := s.embed(t, s.page(nil))[0]
		used := s.embed(t, s.page(P{"TicketNum": 1}))[0]
		s.active(t, used)
		panel := s.embed(t, P{"ProjectId": s.project, "Scope": "panel"})[0]
		own := s.embed(t, s.bound(nil))[0]
		s.setStatus(t, s.member, 0)
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			ok     bool
		}{
			{"a token that is good", s.Root, s.page(P{"BIToken": token}), true},
			{"the same with all that there is to say", s.Root, s.page(P{"BIToken": token, "Scope": "page", "Intention": "embed", "ExtraParam": "x"}), true},
			{"a panel's", s.Root, P{"ProjectId": s.project, "Scope": "panel", "BIToken": panel}, true},
			{"a panel's as a page's", s.Root, s.page(P{"BIToken": panel}), false},
			{"of another page", s.Root, s.page(P{"BIToken": token, "PageId": 8}), false},
			{"of another intention", s.Root, s.page(P{"BIToken": token, "Intention": "chatBIEmbed"}), false},
			{"of another project", s.Root, s.page(P{"BIToken": token, "ProjectId": second}), false},
			{"of a project that is not there", s.Root, s.page(P{"BIToken": token, "ProjectId": 5}), false},
			{"that is used up", s.Root, s.page(P{"BIToken": used}), false},
			{"of a disabled user", s.Root, s.page(P{"BIToken": own}), false},
			{"that is none", s.Root, s.page(P{"BIToken": "x"}), false},
			{"of another enterprise", other.Root, P{"BIToken": token, "ProjectId": theirs, "PageId": 7}, false},
		} {
			a := tc.caller.Must(t, "bi:ApplyEmbedInterval", tc.in)
			if got := a.At("Data.Result"); got != tc.ok || tc.ok != (a.At("ErrorInfo") == nil) || !tc.ok && (a.Str("ErrorInfo.ErrorLevel") != "WARN" || a.Str("ErrorInfo.ErrorTip") == "") {
				t.Errorf("%s: %s", tc.name, a.Raw)
			}
		}
		s.setStatus(t, s.member, 1)
		s.Root.Fails(t, "MissingParameter.MissingParam", "bi:ApplyEmbedInterval", s.page(nil))
		s.member.Fails(t, "UnauthorizedOperation.Authorize", "bi:ApplyEmbedInterval", s.page(P{"BIToken": token}))
	})
}

func TestClearingIsForAdministrators(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		s, other := newSite(t, w), newCorp(t, w)
		admin := s.corp.user(t, "keeper")
		s.enlist(t, admin, "sys_project_admin")
		token := s.embed(t, s.page(nil))[0]
		all := func(more P) P {
			in := P{"ProjectId": fmt.Sprint(s.project), "UserCorpId": s.id(), "Scope": "page"}
			maps.Copy(in, more)
			return in
		}
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"an administrator of the project alone", admin, all(nil), "UnauthorizedOperation.Authorize"},
			{"another enterprise", s.Root, all(P{"UserCorpId": other.id()}), "InvalidParameter.Embed"},
			{"another enterprise's administrator", other.Root, all(nil), "InvalidParameter.Embed"},
			{"a project that is no number", s.Root, all(P{"ProjectId": "x"}), "InvalidParameter.Embed"},
			{"a page that is no number", s.Root, all(P{"PageId": "x"}), "InvalidParameter.Embed"},
			{"a scope that is none", s.Root, all(P{"Scope": "book"}), "InvalidParameter.Embed"},
			{"no scope", s.Root, all(P{"Scope": nil}), "MissingParameter"},
			{"a page without tokens", s.Root, all(P{"PageId": "8"}), ""},
			{"another scope", s.Root, all(P{"Scope": "panel"}), ""},
			{"the enterprise's own project of that id, which another has", other.Root, all(P{"UserCorpId": other.id()}), ""},
		} {
			a := tc.caller.Fails(t, tc.code, "bi:ClearEmbedToken", tc.in)
			if tc.code == "" && a.At("Data") != true {
				t.Errorf("%s: %s", tc.name, a.Raw)
			}
			if !s.active(t, token) {
				t.Fatalf("%s: the token has ended", tc.name)
			}
		}
	})
}

func TestNoTicketIsTakenTwice(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		s := newSite(t, w)
		const tickets, callers = 7, 24
		token := s.embed(t, s.page(P{"TicketNum": tickets}))[0]
		var wait sync.WaitGroup
		var mu sync.Mutex
		var left []int64
		for range callers {
			wait.Go(func() {
				if v := verify(t, w, s.Root, "token", token); v.At("active") == true {
					mu.Lock()
					defer mu.Unlock()
					left = append(left, v.Int("remaining"))
				}
			})
		}
		wait.Wait()
		slices.Sort(left)
		if want := []int64{0, 1, 2, 3, 4, 5, 6}; !slices.Equal(left, want) {
			t.Errorf("%d callers were told that %v are left, want %v", callers, left, want)
		}
	})
}

func TestKeysAreVerified(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		s, other := newSite(t, w), newCorp(t, w)
		key := s.Root.Must(t, "bi:CreateAuthApiKey", P{"DefaultUser": fmt.Sprint(s.member.UIN)}).Str("Data.ApiKey")
		good := fmt.Sprintf(`{"active":true,"corpId":"%s","userId":"%d"}`, s.id(), s.member.UIN)
		const bad = `{"active":false}`
		check := func(what string, c *apitest.Client, key, want string) {
			t.Helper()
			if got := verify(t, w, c, "apiKey", key).Raw; got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		check("a key", s.Root, key, good)
		check("once more", s.Root, key, good)
		check("no key", s.Root, "x", bad)
		check("in other letters", s.Root, strings.ToUpper(key), bad)
		check("another enterprise's", other.Root, key, bad)
		s.setStatus(t, s.member, 0)
		check("while its user is disabled", s.Root, key, bad)
		s.setStatus(t, s.member, 1)
		check("and enabled again", s.Root, key, good)
		s.Root.Must(t, "bi:DeleteUserRole", P{"UserId": fmt.Sprint(s.member.UIN)})
		check("after its user has gone", s.Root, key, bad)
	})
}

func TestPurgeRemovesWhatEnded(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		s := newSite(t, w)
		short := s.embed(t, s.bound(P{"TokenType": 300, "TokenNum": 3, "ExpireTime": "10"}))
		long := s.embed(t, s.page(nil))[0]
		used := s.embed(t, s.page(P{"TicketNum": 1}))[0]
		s.active(t, used)
		replaced := s.embed(t, s.bound(P{"TokenType": 200}))[0]
		s.embed(t, s.bound(P{"TokenType": 200}))
		if got := rows(t, w.DB, `SELECT COUNT(*) FROM bi_embeds`)[0][0]; got != "4" || s.active(t, replaced) {
			t.Errorf("with a token that replaced another there are %s embeds, want 4", got)
		}
		for _, tc := range []struct {
			after          time.Duration
			embeds, tokens string
		}{{10*time.Minute - time.Millisecond, "4", "6"}, {time.Millisecond, "3", "3"}, {230 * time.Minute, "0", "0"}} {
			w.Sleep(tc.after)
			if err := bi.PurgeIn(t.Context(), w.DB, w.Now(), 2); err != nil {
				t.Fatal(err)
			}
			got := rows(t, w.DB, `SELECT (SELECT COUNT(*) FROM bi_embeds), (SELECT COUNT(*) FROM bi_embed_tokens)`)[0]
			if got[0] != tc.embeds || got[1] != tc.tokens {
				t.Errorf("%s later there are %v, want %s and %s", tc.after, got, tc.embeds, tc.tokens)
			}
			if alive := s.active(t, long); alive != (tc.tokens != "0") {
				t.Errorf("%s later the longer one is active: %v", tc.after, alive)
			}
		}
		if s.active(t, short[0]) {
			t.Error("a token that was purged is active")
		}
	})
}
