package authzen_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/store"
)

const (
	whoMay   = "/access/v1/search/subject"
	whatMay  = "/access/v1/search/resource"
	mayWhat  = "/access/v1/search/action"
	anything = "*"
)

// found are the results of a search, each by the member that names it.
func (r *reply) found(t testing.TB) []string {
	t.Helper()
	if r.body.Len("results") < 0 || r.body.At("page.next_token") == nil || r.body.Int("page.count") != int64(r.body.Len("results")) {
		t.Fatalf("no results: %d %s", r.status, r.raw)
	}
	out := []string{}
	for i := range r.body.Len("results") {
		name := r.body.Str(fmt.Sprintf("results.%d.name", i))
		if name == "" {
			name = r.body.Str(fmt.Sprintf("results.%d.id", i))
		}
		if r.body.At(fmt.Sprintf("results.%d.properties.pattern", i)) == true {
			name += " (pattern)"
		}
		out = append(out, name)
	}
	return out
}

func TestSearches(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, b := newCast(t, w), newCast(t, w)
		root, alice, pep := fmt.Sprint(c.UIN), fmt.Sprint(c.alice.UIN), fmt.Sprint(c.pep.UIN)
		instance := func(id string) string { return fmt.Sprintf("qcs::cvm::uin/%d:instance/%s", c.UIN, id) }
		bob := c.Root.User(t, "bob", c.policy(t, "some",
			"allow cvm:StartInstances,cvm:StopInstances qcs::cvm:ap-guangzhou:uin/"+root+":instance/ins-1",
			"allow cvm:* qcs::cvm::uin/"+root+":instance/dev-*", "deny cvm:StopInstances *",
			`allow cvm:RebootInstances qcs::cvm:::instance/ins-2 {"ip_equal":{"qcs:ip":"10.0.0.0/8"}}`,
			"allow cam:GetUser,cam:List* *"))
		group := c.Root.Must(t, "cam:CreateGroup", apitest.P{"GroupName": "crew"}).Int("GroupId")
		c.Root.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": group, "PolicyId": c.policy(t, "crew", "allow cos:GetObject qcs::cos:::bucket/*")})
		c.Root.Must(t, "cam:AddUserToGroup", apitest.P{"Info": []apitest.P{{"Uid": c.Root.Must(t, "cam:GetUser", apitest.P{"Name": "bob"}).Int("Uid"), "GroupId": group}}})
		trust := fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["%s"]}}]}`, userName(c.UIN, bob.UIN))
		robot := c.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "robot", "PolicyDocument": trust}).Str("RoleId")
		c.Root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": robot, "PolicyId": c.policy(t, "robots", "allow cvm:StartInstances "+anything)})
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": bob.UIN, "PolicyId": c.policy(t, "assume", "allow sts:AssumeRole *")})
		session := c.Root.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow cvm:StopInstances " + instance("ins-7"))})
		bobs := fmt.Sprint(bob.UIN)
		role := fmt.Sprintf("qcs::cam::uin/%d:roleName/robot", c.UIN)

		ask := func(subject, action, resource, more string) string {
			var members []string
			for _, m := range []string{subject, action, resource, more} {
				if m != "" {
					members = append(members, m)
				}
			}
			return "{" + strings.Join(members, ",") + "}"
		}
		of := func(typ, id string) string {
			if id == "" {
				return `"subject":{"type":"` + typ + `"}`
			}
			return `"subject":{"type":"` + typ + `","id":"` + id + `"}`
		}
		to := func(name string) string { return `"action":{"name":"` + name + `"}` }
		on := func(id string) string { return `"resource":{"type":"qcs","id":"` + id + `"}` }
		const all = `"resource":{"type":"qcs"}`
		for _, tc := range []struct {
			name, path, body string
			want             []string
		}{
			{"users who may", whoMay, ask(of("user", ""), to("cvm:StartInstances"), on(instance("ins-9")), ""), []string{alice}},
			{"an id of the subject is ignored", whoMay, ask(of("user", pep), to("cvm:StartInstances"), on(instance("ins-9")), ""), []string{alice}},
			{"users who may, on another resource", whoMay, ask(of("user", ""), to("cvm:StartInstances"), on(instance("dev-9")), ""), []string{alice, bobs}},
			{"through a group", whoMay, ask(of("user", ""), to("cos:GetObject"), on("qcs::cos::uin/"+root+":bucket/x"), ""), []string{bobs}},
			{"under a condition that holds", whoMay, ask(of("user", ""), to("cvm:RebootInstances"), on(instance("ins-2")), `"context":{"ip":"10.0.0.1"}`), []string{bobs}},
			{"under one that does not", whoMay, ask(of("user", ""), to("cvm:RebootInstances"), on(instance("ins-2")), `"context":{"ip":"11.0.0.1"}`), []string{}},
			{"roles who may", whoMay, ask(of("role", ""), to("cvm:StartInstances"), on(instance("ins-9")), ""), []string{robot}},
			{"the root user", whoMay, ask(of("root", ""), to("cvm:StartInstances"), on(instance("ins-9")), ""), []string{root}},
			{"who may assume a role", whoMay, ask(of("user", ""), to("sts:AssumeRole"), on(role), ""), []string{bobs}},
			{"another account's resource", whoMay, ask(of("user", ""), to("cvm:StartInstances"), on(b.instance("x")), ""), []string{}},
			{"keys", whoMay, ask(of("key", ""), to("cvm:StartInstances"), on(instance("ins-9")), ""), []string{}},
			{"a type that nobody knows", whoMay, ask(of("spaceship", ""), to("cvm:StartInstances"), on(instance("ins-9")), ""), []string{}},
			{"a resource of a type that nobody knows", whoMay, ask(of("user", ""), to("cvm:StartInstances"), `"resource":{"type":"book","id":"1"}`, ""), []string{}},

			{"what a user may start", whatMay, ask(of("user", bobs), to("cvm:StartInstances"), all, ""), []string{
				instance("dev-*") + " (pattern)", "qcs::cvm:ap-guangzhou:uin/" + root + ":instance/ins-1"}},
			{"what a deny takes away", whatMay, ask(of("user", bobs), to("cvm:StopInstances"), all, ""), []string{}},
			{"what needs a condition", whatMay, ask(of("user", bobs), to("cvm:RebootInstances"), all, `"context":{"ip":"10.0.0.1"}`), []string{
				instance("dev-*") + " (pattern)", instance("ins-2")}},
			{"what a group gives", whatMay, ask(of("user", bobs), to("cos:GetObject"), all, ""), []string{"qcs::cos::uin/" + root + ":bucket/* (pattern)"}},
			{"everything", whatMay, ask(of("root", root), to("cvm:StartInstances"), all, ""), []string{"qcs::cvm::uin/" + root + ":* (pattern)"}},
			{"what a role may", whatMay, ask(of("role", robot), to("cvm:StartInstances"), all, ""), []string{"qcs::cvm::uin/" + root + ":* (pattern)"}},
			{"what a session may", whatMay, ask(of("key", session.Str("Credentials.TmpSecretId")), to("cvm:StopInstances"), all, ""), []string{instance("ins-7")}},
			{"an id of the resource is ignored", whatMay, ask(of("role", robot), to("cvm:StartInstances"), on("x"), ""), []string{"qcs::cvm::uin/" + root + ":* (pattern)"}},
			{"somebody who is not there", whatMay, ask(of("user", "999999999999"), to("cvm:StartInstances"), all, ""), []string{}},
			{"somebody of another account", whatMay, ask(of("user", fmt.Sprint(b.alice.UIN)), to("cvm:StartInstances"), all, ""), []string{}},
			{"another account", whatMay, ask(of("root", fmt.Sprint(b.UIN)), to("cvm:StartInstances"), all, ""), []string{}},
			{"unsigned", whatMay, ask(of("anonymous", "-"), to("cvm:StartInstances"), all, ""), []string{}},
			{"another type of resource", whatMay, ask(of("user", bobs), to("cvm:StartInstances"), `"resource":{"type":"book"}`, ""), []string{}},

			{"what may be done to a resource", mayWhat, ask(of("user", bobs), "", on("qcs::cvm:ap-guangzhou:uin/"+root+":instance/ins-1"), ""), []string{"cam:GetUser", "cvm:StartInstances"}},
			{"an action is ignored", mayWhat, ask(of("user", bobs), to("cvm:StopInstances"), on(instance("dev-1")), ""), []string{"cam:GetUser", "cvm:RebootInstances", "cvm:StartInstances"}},
			{"a role that may be assumed", mayWhat, ask(of("user", bobs), "", on(role), ""), nil}, // below
			{"of nobody", mayWhat, ask(of("user", "nonexistent-user"), "", on(instance("x")), ""), []string{}},
			{"of somebody elsewhere", mayWhat, ask(of("user", fmt.Sprint(b.alice.UIN)), "", on(instance("x")), ""), []string{}},
			{"of an unknown kind", mayWhat, ask(of("spaceship", "1"), "", on(instance("x")), ""), []string{}},
			{"to an unknown kind", mayWhat, ask(of("user", bobs), "", `"resource":{"type":"book","id":"1"}`, ""), []string{}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := c.ask(t, c.pep, tc.path, tc.body).wants(t, 200).found(t)
				if tc.want != nil && !slices.Equal(got, tc.want) {
					t.Errorf("got %q, want %q", got, tc.want)
				}
				var paged []string
				for page := ""; ; {
					body := tc.body[:len(tc.body)-1] + `,"page":{"limit":1` + page + `}}`
					r := c.ask(t, c.pep, tc.path, body).wants(t, 200)
					paged = append(paged, r.found(t)...)
					token := r.body.Str("page.next_token")
					if token == "" {
						break
					}
					page = `,"token":"` + token + `"`
				}
				if !slices.Equal(paged, got) && len(paged)+len(got) > 0 {
					t.Errorf("page by page %q, at once %q", paged, got)
				}
			})
		}
		actions := c.ask(t, c.pep, mayWhat, ask(of("user", bobs), "", on(role), "")).found(t)
		if !slices.Contains(actions, "sts:AssumeRole") || !slices.Contains(actions, "cam:GetUser") || !slices.Contains(actions, "cam:ListUsers") || slices.Contains(actions, "cam:AddUser") {
			t.Errorf("%q", actions)
		}
		for _, name := range actions { // what is found is allowed if it is asked about
			c.decides(t, true, about("user", bobs, name, role))
		}
		c.decides(t, false, about("user", alice, "sts:AssumeRole", role))
		c.decides(t, false, about("user", bobs, "sts:AssumeRole", "*"))
		c.decides(t, false, about("user", bobs, "sts:AssumeRole", fmt.Sprintf("qcs::cam::uin/%d:roleName/nobody", c.UIN)))
	})
}

func TestSearchesThatCannotBeRead(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		const subject, action, res = `"subject":{"type":"user","id":"1"}`, `"action":{"name":"cvm:Start"}`, `"resource":{"type":"qcs","id":"*"}`
		full := `{` + subject + `,` + action + `,` + res
		other := c.ask(t, c.pep, whoMay, full+`,"page":{"limit":1}}`) // nobody may: there is no token
		for _, tc := range []struct{ name, path, body, want string }{
			{"nothing", whoMay, ``, "The body is empty."},
			{"no type", whoMay, `{"subject":{},` + action + `,` + res + `}`, "`subject.type` is missing"},
			{"no action", whoMay, `{` + subject + `,` + res + `}`, "`action` is missing"},
			{"no resource", whoMay, `{` + subject + `,` + action + `}`, "`resource` is missing"},
			{"no id of the resource", whoMay, `{` + subject + `,` + action + `,"resource":{"type":"qcs"}}`, "`resource.id` is missing"},
			{"no subject", whatMay, `{` + action + `,` + res + `}`, "`subject` is missing"},
			{"no id of the subject", whatMay, `{"subject":{"type":"user"},` + action + `,` + res + `}`, "`subject.id` is missing"},
			{"no action for resources", whatMay, `{` + subject + `,` + res + `}`, "`action` is missing"},
			{"no type of resource", whatMay, `{` + subject + `,` + action + `,"resource":{}}`, "`resource.type` is missing"},
			{"no resource for actions", mayWhat, `{` + subject + `}`, "`resource` is missing"},
			{"a context that is none", mayWhat, full + `,"context":7}`, "context must be an object"},
			{"a page that is none", whoMay, full + `,"page":[]}`, "page must be an object"},
			{"a limit below 0", whoMay, full + `,"page":{"limit":-1}}`, "page.limit"},
			{"half a limit", whoMay, full + `,"page":{"limit":0.5}}`, "page.limit"},
			{"a limit as text", whoMay, full + `,"page":{"limit":"1"}}`, "page.limit"},
			{"a token that is none", whoMay, full + `,"page":{"token":"x"}}`, "page.token is not one of this search"},
			{"a token as a number", whoMay, full + `,"page":{"token":1}}`, "page.token must be a string"},
		} {
			t.Run(tc.name, func(t *testing.T) { c.ask(t, c.pep, tc.path, tc.body).wants(t, 400, tc.want) })
		}
		if other.body.Str("page.next_token") != "" {
			t.Error(other.raw)
		}
		c.ask(t, c.alice, whoMay, full+`}`).wants(t, 403, "hufu:Search")
		// A token is good for the search, and the account, that it comes from.
		page := func(action, token string) string {
			return fmt.Sprintf(`{"subject":{"type":"user"},"action":{"name":"%s"},"resource":{"type":"qcs","id":"%s"},"page":{"limit":1%s}}`, action, c.instance("x"), token)
		}
		c.Root.User(t, "second", c.policy(t, "all", "allow cvm:* *"))
		token := `,"token":"` + c.ask(t, c.pep, whoMay, page("cvm:StartInstances", "")).body.Str("page.next_token") + `"`
		c.ask(t, c.pep, whoMay, page("cvm:StartInstances", token)).wants(t, 200)
		c.ask(t, c.pep, whoMay, page("cvm:StopInstances", token)).wants(t, 400, "page.token")
		stranger := newCast(t, w)
		stranger.ask(t, stranger.pep, whoMay, page("cvm:StartInstances", token)).wants(t, 400, "page.token")

		all := records(t, w, c.UIN, "hufu:Search")
		last := all[len(all)-2] // before the one with a wrong token
		var recorded struct {
			Search            string
			Question          map[string]any
			Examined, Results int
		}
		if err := json.Unmarshal(last.Parameters, &recorded); err != nil || recorded.Search != "subject" || recorded.Results != 1 || recorded.Examined == 0 || recorded.Question["action"] == nil {
			t.Errorf("%v %s", err, last.Parameters)
		}
	})
}

// An account may have any number of users: a page looks at some of them and goes on where it stopped.
func TestAPageOfASearchHasBounds(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		err := w.DB.Write(context.Background(), func(tx *store.Tx) error {
			for i := range int64(1200) {
				_, err := tx.ExecContext(context.Background(), `INSERT INTO users (uin, account, uid, kind, name, name_key, remark, console_login, need_reset, password, phone, country_code, email, created_at)
					VALUES ($1, $2, $1, 2, $3, $3, '', 0, 0, '', '', '', '', 0)`, c.alice.UIN+1_000_000+i, c.UIN, fmt.Sprint("many", i))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		last := c.alice.UIN + 1_000_000 + 1199
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": last, "PolicyId": c.policy(t, "stops", "allow cvm:Stop* *")})
		body := `{"subject":{"type":"user"},"action":{"name":"cvm:StopInstances"},"resource":{"type":"qcs","id":"` + c.instance("x") + `"}`
		first := c.ask(t, c.pep, whoMay, body+`}`).wants(t, 200)
		if got := first.found(t); len(got) != 0 || first.body.Str("page.next_token") == "" {
			t.Fatal(first.raw)
		}
		second := c.ask(t, c.pep, whoMay, body+`,"page":{"token":"`+first.body.Str("page.next_token")+`"}}`).wants(t, 200)
		if got := second.found(t); !slices.Equal(got, []string{fmt.Sprint(last)}) || second.body.Str("page.next_token") != "" {
			t.Fatal(second.raw)
		}
	})
}

// A message receiver is a contact of an account. Whatever is attached to it, it can do nothing.
func TestAMessageReceiverIsNobody(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		contact := c.Root.User(t, "contact", c.policy(t, "all", "allow cvm:* *"))
		err := w.DB.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(t.Context(), `UPDATE users SET kind = $1 WHERE uin = $2`, int64(cam.Receiver), contact.UIN)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		c.decides(t, false, about("user", contact.UIN, "cvm:StartInstances", c.instance("ins-1"))).wants(t, 200, "The account has no such subject")
		found := c.ask(t, c.pep, whoMay, about("user", "-", "cvm:StartInstances", c.instance("ins-1"))).wants(t, 200, fmt.Sprint(c.alice.UIN))
		if strings.Contains(found.raw, fmt.Sprint(contact.UIN)) {
			t.Error(found.raw)
		}
	})
}
