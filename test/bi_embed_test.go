package test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// embed makes an embed token.
func (c *corp) embed(t testing.TB, key credential, in params) row {
	t.Helper()
	return c.must(t, key, "bi:CreateEmbedToken", in).data()
}

// verification asks whether a token or key is good, and answers the status and the text.
func (c *corp) verification(t testing.TB, key credential, path string, in params) (status int, body string) {
	t.Helper()
	m := &message{method: http.MethodPost, path: path, host: c.api, contentType: "application/json", body: text(t, in), service: "bi",
		at: time.Now().Unix(), header: map[string]string{}}
	answer, err := c.client.Do(m.as(key).request(t))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(all)
}

func (c *corp) verified(t testing.TB, key credential, path string, in params) row {
	t.Helper()
	var r row
	status, body := c.verification(t, key, path, in)
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&r); err != nil || status != http.StatusOK {
		t.Fatalf("%s: %d %s", path, status, body)
	}
	return r
}

// verifies is what an engine learns of a token; it uses up a ticket.
func (c *corp) verifies(t testing.TB, key credential, token string) row {
	t.Helper()
	return c.verified(t, key, "/bi/v1/embed/verify", params{"token": token})
}

// verifiesKey is what an engine learns of an ApiKey.
func (c *corp) verifiesKey(t testing.TB, key credential, apiKey string) row {
	t.Helper()
	return c.verified(t, key, "/bi/v1/apikey/verify", params{"apiKey": apiKey})
}

const filter = `[{"ParamKey":"region","JoinType":"AND","WhereList":[{"Operator":"-eq","Value":["south","west"]}]}]`

func TestBIEmbedTokens(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project, foreign := c.project(t, "sales"), c.project(t, "stock")
		uin, stranger, resting := c.person(t, "zhangsan"), c.person(t, "lisi"), c.person(t, "resting")
		c.join(t, nil, stranger)
		c.enlist(t, project, nil, uin, resting)
		c.setStatus(t, 0, resting)
		bound := func(more params) params {
			in := params{"ProjectId": project, "PageId": 7, "TokenType": 200, "UserCorpId": c.id, "UserId": uin}
			maps.Copy(in, more)
			return in
		}
		t.Run("with no more than project and page", func(t *testing.T) {
			r := c.embed(t, c.root, params{"ProjectId": project, "PageId": 7})
			for name, want := range map[string]any{"ProjectId": number(project), "PageId": "7", "Scope": "page", "Intention": "embed", "ExpireTime": 240, "TicketNum": 0,
				"TokenType": 100, "CreatedUser": c.id, "UpdatedUser": c.id} {
				equal(t, name, r[name], want)
			}
			if !requestIDSyntax.MatchString(r.str("BIToken")) || r.number("Id") < 10_000_001 || r.str("CreatedAt") == "" {
				t.Errorf("Data is %v", r)
			}
		})
		t.Run("with all that can be said", func(t *testing.T) {
			in := bound(params{"ExpireTime": "30", "TicketNum": 5, "ExtraParam": "extra", "GlobalParam": filter, "ConfigParam": "config", "Intention": "embed", "Scope": "page"})
			r := c.embed(t, c.root, in)
			for name, want := range map[string]any{"ExpireTime": 30, "TicketNum": 5, "ExtraParam": "extra", "GlobalParam": filter, "ConfigParam": "config",
				"UserCorpId": c.id, "UserId": uin, "TokenType": 200} {
				equal(t, name, r[name], want)
			}
			v := c.verifies(t, c.root, r.str("BIToken"))
			equal(t, "verified", []any{v["active"], v["corpId"], v["scope"], v["userId"], v["globalParam"], v["remaining"]}, []any{true, c.id, "page", uin, filter, 4})
		})
		t.Run("for a panel there is no page", func(t *testing.T) {
			for _, in := range []params{{"ProjectId": project, "Scope": "panel"}, {"ProjectId": project, "Scope": "panel", "PageId": 0}} {
				equal(t, "PageId", c.embed(t, c.root, in)["PageId"], nil)
			}
		})
		t.Run("for a conversation about a project", func(t *testing.T) {
			r := c.embed(t, c.root, bound(params{"Intention": "chatBIEmbed", "Scope": "project", "PageId": nil}))
			equal(t, "scope", []any{r["Intention"], r["Scope"]}, []any{"chatBIEmbed", "project"})
		})
		t.Run("the second single token of a user replaces the first, on this page", func(t *testing.T) {
			elsewhere := c.embed(t, c.root, bound(params{"PageId": 8})).str("BIToken")
			first := c.embed(t, c.root, bound(nil)).str("BIToken")
			second := c.embed(t, c.root, bound(nil)).str("BIToken")
			for token, want := range map[string]bool{elsewhere: true, first: false, second: true} {
				equal(t, "active", c.verifies(t, c.root, token)["active"], want)
			}
		})
		t.Run("several tokens of a user live beside each other", func(t *testing.T) {
			tokens := strings.Split(c.embed(t, c.root, bound(params{"TokenType": 300, "TokenNum": 3})).str("BIToken"), ",")
			equal(t, "tokens", len(tokens), 3)
			for _, token := range tokens {
				equal(t, "active", c.verifies(t, c.root, token)["active"], true)
			}
		})
		t.Run("an unbound token says nothing of a user", func(t *testing.T) {
			r := c.embed(t, c.root, bound(params{"TokenType": 100, "UserId": "unknown", "UserCorpId": "unknown"}))
			equal(t, "active", c.verifies(t, c.root, r.str("BIToken"))["active"], true)
		})
		t.Run("a disabled user's tokens rest", func(t *testing.T) {
			token := c.embed(t, c.root, bound(params{"PageId": 9})).str("BIToken")
			c.setStatus(t, 0, uin)
			equal(t, "active", c.verifies(t, c.root, token)["active"], false)
			c.setStatus(t, 1, uin)
		})
		embed := func(name string, in params, code string) wrong { return wrong{name, "CreateEmbedToken", in, code, nil} }
		page := func(name string, value any) params { return params{"ProjectId": project, "PageId": 7, name: value} }
		c.refuses(t, c.root, []wrong{
			{"no project", "CreateEmbedToken", params{"PageId": 7}, missingParam, []string{"ProjectId"}},
			embed("an unknown project", params{"ProjectId": noID, "PageId": 7}, badEmbed),
			embed("an unknown intention", page("Intention", "print"), badEmbed),
			embed("an unknown scope", page("Scope", "book"), badEmbed),
			embed("no page", params{"ProjectId": project}, badEmbed),
			embed("page 0", params{"ProjectId": project, "PageId": 0, "Scope": "page"}, badEmbed),
			embed("a page for a panel", page("Scope", "panel"), badEmbed),
			embed("a project scope for a page", page("Scope", "project"), badEmbed),
			embed("a page for a conversation", bound(params{"Intention": "chatBIEmbed", "Scope": "project"}), badEmbed),
			embed("another scope for a conversation", bound(params{"Intention": "chatBIEmbed", "Scope": "panel", "PageId": nil}), badEmbed),
			embed("a conversation without a user", params{"ProjectId": project, "Intention": "chatBIEmbed", "Scope": "project", "TokenType": 100}, badEmbed),
			embed("no minute", page("ExpireTime", "0"), badEmbed),
			embed("241 minutes", page("ExpireTime", "241"), badEmbed),
			embed("a word for minutes", page("ExpireTime", "long"), badEmbed),
			embed("a part of a minute", page("ExpireTime", "1.5"), badEmbed),
			embed("no ticket", page("TicketNum", 0), badEmbed),
			embed("100000 tickets", page("TicketNum", 100000), badEmbed),
			embed("another type", page("TokenType", 150), badEmbed),
			embed("no token of several", bound(params{"TokenType": 300, "TokenNum": 0}), badEmbed),
			embed("101 tokens", bound(params{"TokenType": 300, "TokenNum": 101}), badEmbed),
			embed("another account's user", bound(params{"UserCorpId": "100000000099"}), noUser),
			embed("an unknown user", bound(params{"UserId": "unknown"}), noUser),
			embed("one who is not in the project", bound(params{"UserId": stranger}), noUser),
			embed("one who is in another project alone", bound(params{"ProjectId": foreign}), noUser),
			embed("one who is disabled", bound(params{"UserId": resting}), noUser),
			embed("parameters that are no JSON", page("GlobalParam", "["), badEmbed),
			embed("parameters that are no list", page("GlobalParam", `{"ParamKey":"x"}`), badEmbed),
			embed("parameters that join otherwise", page("GlobalParam", strings.Replace(filter, "AND", "OR", 1)), badEmbed),
			embed("parameters of an unknown operator", page("GlobalParam", strings.Replace(filter, "-eq", "-like", 1)), badEmbed),
			embed("parameters that are too large", page("GlobalParam", strings.Replace(filter, "south", strings.Repeat("s", 16<<10), 1)), badEmbed),
			embed("extra text that is too large", page("ExtraParam", strings.Repeat("s", 16<<10+1)), badEmbed),
			embed("configuration that is too large", page("ConfigParam", strings.Repeat("s", 16<<10+1)), badEmbed),
		})
	})
}

func TestBIEmbedInterval(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project := c.project(t, "sales")
		token := c.embed(t, c.root, params{"ProjectId": project, "PageId": 7, "ExpireTime": "10"}).str("BIToken")
		panel := c.embed(t, c.root, params{"ProjectId": project, "Scope": "panel"}).str("BIToken")
		until := func() int64 { return c.verifies(t, c.root, token).number("expiresAt") }
		t.Run("a live token gets its time anew", func(t *testing.T) {
			before := until()
			nextSecond()
			nextSecond()
			a := c.must(t, c.root, "bi:ApplyEmbedInterval", params{"ProjectId": project, "PageId": 7, "BIToken": token, "Scope": "page"})
			equal(t, "Data", shape(t, a), params{"Result": true})
			if after := until(); after <= before {
				t.Errorf("it ends at %d, and ended at %d before", after, before)
			}
			equal(t, "Data of a panel", shape(t, c.must(t, c.root, "bi:ApplyEmbedInterval", params{"ProjectId": project, "BIToken": panel, "Scope": "panel"})), params{"Result": true})
		})
		used := c.embed(t, c.root, params{"ProjectId": project, "PageId": 7, "TicketNum": 1}).str("BIToken")
		equal(t, "the one ticket", c.verifies(t, c.root, used)["active"], true)
		cleared := c.embed(t, c.root, params{"ProjectId": project, "Scope": "panel"}).str("BIToken")
		c.must(t, c.root, "bi:ClearEmbedToken", params{"ProjectId": number(project), "UserCorpId": c.id, "Scope": "panel"})
		for _, tt := range []struct {
			name string
			in   params
		}{
			{"an unknown token", params{"ProjectId": project, "PageId": 7, "BIToken": "30672eed-81e6-4d8f-a630-3d472531490b", "Scope": "page"}},
			{"what is no token", params{"ProjectId": project, "PageId": 7, "BIToken": "x", "Scope": "page"}},
			{"another page", params{"ProjectId": project, "PageId": 8, "BIToken": token, "Scope": "page"}},
			{"another project", params{"ProjectId": c.project(t, "stock"), "PageId": 7, "BIToken": token, "Scope": "page"}},
			{"another scope", params{"ProjectId": project, "BIToken": token, "Scope": "panel"}},
			{"a token that is used up", params{"ProjectId": project, "PageId": 7, "BIToken": used, "Scope": "page"}},
			{"a revoked token", params{"ProjectId": project, "BIToken": cleared, "Scope": "panel"}},
		} {
			t.Run("no success for "+tt.name, func(t *testing.T) {
				a := c.must(t, c.root, "bi:ApplyEmbedInterval", tt.in)
				equal(t, "Data", a.body["Data"], params{"Result": false})
				info, _ := a.body["ErrorInfo"].(map[string]any)
				if info["ErrorLevel"] != "WARN" || row(info).str("ErrorTip") == "" {
					t.Errorf("ErrorInfo is %v", a.body["ErrorInfo"])
				}
			})
		}
		t.Run("no token is an error", func(t *testing.T) {
			c.call(t, c.root, "bi:ApplyEmbedInterval", params{"ProjectId": project, "PageId": 7, "Scope": "page"}).wants(t, missingParam, "BIToken")
		})
	})
}

func TestBIClearEmbedToken(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project, other := c.project(t, "sales"), c.project(t, "stock")
		tokens := map[string]string{}
		for name, in := range map[string]params{"page 7": {"ProjectId": project, "PageId": 7}, "page 8": {"ProjectId": project, "PageId": 8},
			"panel": {"ProjectId": project, "Scope": "panel"}, "elsewhere": {"ProjectId": other, "PageId": 7}} {
			tokens[name] = c.embed(t, c.root, in).str("BIToken")
		}
		in := func(more params) params {
			all := params{"ProjectId": number(project), "UserCorpId": c.id, "Scope": "page"}
			maps.Copy(all, more)
			return all
		}
		for _, tt := range []struct {
			name  string
			in    params
			alive []string
		}{
			{"a page that has none", in(params{"PageId": "99"}), []string{"page 7", "page 8", "panel", "elsewhere"}},
			{"one page", in(params{"PageId": "7"}), []string{"page 8", "panel", "elsewhere"}},
			{"all pages", in(nil), []string{"panel", "elsewhere"}},
			{"all pages again", in(nil), []string{"panel", "elsewhere"}},
			{"the panel", in(params{"Scope": "panel"}), []string{"elsewhere"}},
		} {
			t.Run(tt.name, func(t *testing.T) {
				equal(t, "Data", shape(t, c.must(t, c.root, "bi:ClearEmbedToken", tt.in)), true)
				for _, name := range tt.alive {
					equal(t, name, c.verifies(t, c.root, tokens[name])["active"], true)
				}
				alive := 0
				for _, token := range tokens {
					if c.verifies(t, c.root, token).is("active") {
						alive++
					}
				}
				equal(t, "alive", alive, len(tt.alive))
			})
		}
		c.refuses(t, c.root, []wrong{
			{"no project", "ClearEmbedToken", params{"UserCorpId": c.id, "Scope": "page"}, "MissingParameter", []string{"ProjectId"}},
			{"no corp", "ClearEmbedToken", params{"ProjectId": number(project), "Scope": "page"}, "MissingParameter", []string{"UserCorpId"}},
			{"no scope", "ClearEmbedToken", params{"ProjectId": number(project), "UserCorpId": c.id}, "MissingParameter", []string{"Scope"}},
			{"another account's corp", "ClearEmbedToken", in(params{"UserCorpId": "100000000099"}), badEmbed, nil},
		})
	})
}

func TestBIVerification(t *testing.T) {
	onCorp(t, func(t *testing.T, c *corp) {
		project := c.project(t, "sales")
		limited := c.embed(t, c.root, params{"ProjectId": project, "PageId": 7, "TicketNum": 5}).str("BIToken")
		t.Run("tickets are used up one by one, however many ask", func(t *testing.T) {
			var wait sync.WaitGroup
			var mu sync.Mutex
			good := 0
			for range 12 {
				wait.Go(func() {
					if c.verifies(t, c.root, limited).is("active") {
						mu.Lock()
						good++
						mu.Unlock()
					}
				})
			}
			wait.Wait()
			equal(t, "tickets", good, 5)
		})
		t.Run("who fails learns no reason", func(t *testing.T) {
			for _, token := range []string{limited, "x", "30672eed-81e6-4d8f-a630-3d472531490b"} {
				equal(t, token, c.verifies(t, c.root, token), params{"active": false})
			}
		})
		t.Run("the permission is one of its own", func(t *testing.T) {
			uin, key := c.user(t, c.root, "engine")
			token := c.embed(t, c.root, params{"ProjectId": project, "PageId": 7}).str("BIToken")
			if status, body := c.verification(t, key, "/bi/v1/embed/verify", params{"token": token}); status == http.StatusOK && strings.Contains(body, "true") {
				t.Errorf("without permission: %d %s", status, body)
			}
			c.grants(t, c.root, uin, "verify", "bi:VerifyToken", "*", "")
			equal(t, "active", c.verifies(t, key, token)["active"], true)
			c.call(t, key, "bi:CreateEmbedToken", params{"ProjectId": project, "PageId": 7}).wants(t, denied)
		})
		t.Run("without a signature there is no answer", func(t *testing.T) {
			for _, path := range []string{"/bi/v1/embed/verify", "/bi/v1/apikey/verify"} {
				status, body := c.verification(t, credential{id: c.root.id, key: "wrong"}, path, params{"token": limited})
				if status == http.StatusOK && strings.Contains(body, "active") {
					t.Errorf("%s: %d %s", path, status, body)
				}
			}
		})
		t.Run("another account's token is unknown", func(t *testing.T) {
			token := c.embed(t, c.root, params{"ProjectId": project, "PageId": 7}).str("BIToken")
			stranger := c.createAccount(t, "stranger").credential()
			equal(t, "the stranger learns", c.verifies(t, stranger, token), params{"active": false})
			equal(t, "active", c.verifies(t, c.root, token)["active"], true)
		})
	})
}
