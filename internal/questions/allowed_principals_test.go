package questions_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store"
)

const whoMay = "hufu:ListAllowedPrincipals"

// listed are the names of the principals in an answer, with a ? behind those that may under conditions only; the root user
// has no name.
func listed(a *apitest.Answer) []string {
	out := []string{}
	for i := range a.Len("Principals") {
		at := fmt.Sprintf("Principals.%d.", i)
		name := a.Str(at + "Name")
		if a.Str(at+"PrincipalType") == "root" {
			name = "root"
		}
		if a.At(at+"Conditional") == true {
			name += "?"
		}
		out = append(out, name)
	}
	return out
}

// city is an account whose principals come by their rights in every way there is.
type city struct {
	*apitest.Account
	reads, home, dev, everything, boundary int64
	users                                  map[string]*apitest.Client
	ops, deploy                            string
	readers                                int64
}

func newCity(t *testing.T, w *apitest.World) *city {
	c := &city{Account: w.Account(t)}
	r := c.Root
	c.reads = newPolicy(t, r, "reads", "allow cvm:Describe* *")
	c.home = newPolicy(t, r, "home", "allow cvm:* qcs::cvm:::instance/* "+atHome)
	c.dev = newPolicy(t, r, "dev", "allow cvm:* qcs::cvm:::instance/* "+tagged("env&dev"))
	c.everything = newPolicy(t, r, "everything", "allow *:* *")
	c.boundary = newPolicy(t, r, "boundary", "allow cvm:Describe* *", "deny cvm:* * "+withMFA)
	own := newPolicy(t, r, "own", "allow cvm:* qcs::cvm:::instance/${uin}")
	barred := newPolicy(t, r, "barred", "deny cvm:Stop* *")
	c.users = map[string]*apitest.Client{
		"nobody": r.User(t, "nobody"), "reader": r.User(t, "reader", c.reads), "homely": r.User(t, "homely", c.home, c.dev),
		"member": r.User(t, "member"), "both": r.User(t, "both", c.reads, c.everything), "bound": r.User(t, "bound", c.everything),
		"barred": r.User(t, "barred", c.everything, barred), "owner": r.User(t, "owner", own),
	}
	c.readers = newGroup(t, r, "readers", []int64{c.reads}, c.users["member"].UIN, c.users["both"].UIN)
	r.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": c.users["bound"].UIN, "PolicyId": c.boundary})
	c.ops, c.deploy = newRole(t, c.Account, "ops", c.everything), newRole(t, c.Account, "deploy", c.home)
	return c
}

func (c *city) instance(path string) string {
	return fmt.Sprintf("qcs::cvm:ap-guangzhou:uin/%d:instance/%s", c.UIN, path)
}

// questions are some that have different answers, with who may.
func (c *city) questions() []struct {
	name string
	ask  apitest.P
	want []string
} {
	instance := c.instance("ins-1")
	p := func(action string, more ...any) apitest.P {
		p := apitest.P{"Action": action}
		for i := 0; i < len(more); i += 2 {
			p[more[i].(string)] = more[i+1]
		}
		return p
	}
	noMFA := key("qcs:mfa", "0")
	ip := func(ip string) apitest.P { return key("qcs:ip", ip) }
	tags := func(v string) []apitest.P { return []apitest.P{{"Key": "env", "Value": v}} }
	shared := `{"version":"2.0","statement":[{"effect":"allow","action":"cvm:StopInstances","resource":"*","principal":{"qcs":["` +
		fmt.Sprintf("qcs::cam::uin/%d:uin/%d", c.UIN, c.users["nobody"].UIN) + `"]}}]}`
	return []struct {
		name string
		ask  apitest.P
		want []string
	}{
		{"an action without object", p("cvm:DescribeZones"), []string{"root", "reader", "member", "both", "bound?", "barred", "ops"}},
		{"with everything said", p("cvm:DescribeZones", "Context", []apitest.P{noMFA, ip("10.0.0.1")}), []string{"root", "reader", "member", "both", "bound", "barred", "ops"}},
		{"a deny whose condition holds", p("cvm:DescribeZones", "Context", []apitest.P{key("mfa", "1")}), []string{"root", "reader", "member", "both", "barred", "ops"}},
		{"a resource", p("cvm:StopInstances", "Resource", instance), []string{"root", "homely?", "both", "ops", "deploy?"}},
		{"a resource from an address", p("cvm:StopInstances", "Resource", instance, "Context", []apitest.P{ip("10.0.0.1")}), []string{"root", "homely", "both", "ops", "deploy"}},
		{"a resource from another address", p("cvm:StopInstances", "Resource", instance, "Context", []apitest.P{ip("11.0.0.1")}), []string{"root", "homely?", "both", "ops"}},
		{"a resource with tags from another address", p("cvm:StopInstances", "Resource", instance, "ResourceTags", tags("dev"), "Context", []apitest.P{ip("11.0.0.1")}), []string{"root", "homely", "both", "ops"}},
		{"a resource with other tags", p("cvm:StopInstances", "Resource", instance, "ResourceTags", tags("prod"), "Context", []apitest.P{ip("11.0.0.1")}), []string{"root", "both", "ops"}},
		{"a variable", p("cvm:StopInstances", "Resource", c.instance(digits(c.users["owner"].UIN)), "ResourceTags", tags("x"), "Context", []apitest.P{ip("11.0.0.1")}), []string{"root", "both", "owner", "ops"}},
		{"the policy of the resource", p("cvm:StopInstances", "Resource", instance, "ResourceTags", tags("x"), "ResourcePolicy", shared, "Context", []apitest.P{ip("11.0.0.1")}), []string{"root", "nobody", "both", "ops"}},
		{"a role", p("sts:AssumeRole", "Resource", roleName(c.Account, "deploy")), []string{"root", "both", "barred", "ops"}},
		{"users only", p("cvm:DescribeZones", "PrincipalTypes", []string{"user"}), []string{"reader", "member", "both", "bound?", "barred"}},
		{"roles and the root user only", p("cvm:DescribeZones", "PrincipalTypes", []string{"role", "root"}), []string{"root", "ops"}},
		{"another account's resource", p("cvm:StopInstances", "Resource", "qcs::cvm::uin/1:instance/x"), nil},
	}
}

func TestListAllowedPrincipals(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCity(t, w)
		newCity(t, w) // of no concern
		for _, tc := range c.questions() {
			t.Run(tc.name, func(t *testing.T) {
				all := c.Root.Must(t, whoMay, tc.ask)
				if got := listed(all); !slices.Equal(got, tc.want) && len(got)+len(tc.want) > 0 {
					t.Errorf("got %v, want %v", got, tc.want)
				}
				if all.At("IsTruncated") != false || all.Str("Marker") != "" {
					t.Error(all.Raw)
				}
				var paged []string
				more := apitest.P{"MaxItems": 1}
				for {
					page := c.Root.Must(t, whoMay, with(tc.ask, more))
					paged = append(paged, listed(page)...)
					if page.At("IsTruncated") == false {
						break
					}
					more["Marker"] = page.Str("Marker")
				}
				if !slices.Equal(paged, listed(all)) && len(paged)+all.Len("Principals") > 0 {
					t.Errorf("page by page %v, at once %v", paged, listed(all))
				}
			})
		}
	})
}

// Every principal is asked about alone, and listed if and only if it may.
func TestListsAgreeWithExplanations(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCity(t, w)
		subjects := map[string]apitest.P{"root": about("root", c.UIN, ""), "ops": about("role", c.ops, ""), "deploy": about("role", c.deploy, "")}
		for name, u := range c.users {
			subjects[name] = about("user", u.UIN, "")
		}
		for _, tc := range c.questions() {
			if tc.ask["PrincipalTypes"] != nil {
				continue
			}
			names := listed(c.Root.Must(t, whoMay, tc.ask))
			for name, subject := range subjects {
				x := c.Root.Must(t, explain, with(subject, tc.ask))
				if open := slices.Contains(names, name+"?"); !open && slices.Contains(names, name) != x.At("Allowed") {
					t.Errorf("%s: %s is allowed: %v, but listed are %v", tc.name, name, x.At("Allowed"), names)
				}
			}
		}
	})
}

func TestListAllowedPrincipalsTellsThroughWhat(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCity(t, w)
		grants := func(t *testing.T, ask apitest.P, name string) (*apitest.Answer, string) {
			t.Helper()
			a := c.Root.Must(t, whoMay, ask)
			i := slices.IndexFunc(listed(a), func(n string) bool { return n == name })
			if i < 0 {
				t.Fatalf("%s is not among %v", name, listed(a))
			}
			return a, "Principals." + strconv.Itoa(i) + "."
		}
		t.Run("directly and by a group", func(t *testing.T) {
			a, at := grants(t, apitest.P{"Action": "cvm:DescribeZones"}, "both")
			same(t, a, at+"Grants", "PolicyName", "reads", "everything")
			same(t, a, at+"Grants", "Direct", "true", "true")
			same(t, a, at+"Grants.0.Groups", "GroupName", "readers")
			same(t, a, at+"Grants.0.Groups", "GroupId", digits(c.readers))
			same(t, a, at+"Grants.1.Groups", "GroupName")
			same(t, a, at+"Grants", "Statement", "1", "1")
		})
		t.Run("by a group alone", func(t *testing.T) {
			a, at := grants(t, apitest.P{"Action": "cvm:DescribeZones"}, "member")
			same(t, a, at+"Grants", "Direct", "false")
			same(t, a, at+"Grants", "PolicyId", digits(c.reads))
		})
		t.Run("under which conditions", func(t *testing.T) {
			a, at := grants(t, apitest.P{"Action": "cvm:StopInstances", "Resource": c.instance("x")}, "homely?")
			same(t, a, at+"Conditions", "Key", "qcs:ip", "qcs:resource_tag")
			same(t, a, at+"Conditions", "Effect", "allow", "allow")
			same(t, a, at+"Grants", "Conditional", "true", "true")
			a, at = grants(t, apitest.P{"Action": "cvm:DescribeZones"}, "bound?")
			same(t, a, at+"Conditions", "Key", "qcs:mfa")
			same(t, a, at+"Conditions", "Effect", "deny")
			same(t, a, at+"Conditions", "Values", "[1]")
			same(t, a, at+"Grants", "Conditional", "false")
		})
		t.Run("the root user needs none", func(t *testing.T) {
			a, at := grants(t, apitest.P{"Action": "cvm:DescribeZones"}, "root")
			if a.Len(at+"Grants") != 0 || a.Str(at+"PrincipalId") != digits(c.UIN) || a.Int("Examined") != 8 { // the owner of instances too: what a variable stands for is known then
				t.Error(a.Raw)
			}
		})
	})
}

func TestListAllowedPrincipalsHidesWhatTheCallerMayNotRead(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c, other := newCity(t, w), newCity(t, w)
		blind := c.Root.User(t, "blind", newPolicy(t, c.Root, "asks", "allow hufu:ListAllowedPrincipals *"))
		ask := apitest.P{"Action": "cvm:StopInstances", "Resource": c.instance("x")}
		a := blind.Must(t, whoMay, ask)
		if got, want := listed(a), listed(c.Root.Must(t, whoMay, ask)); !slices.Equal(got, want) {
			t.Errorf("without the policies %v are listed, with them %v", got, want)
		}
		hides(t, a, `"everything"`, `"home"`, `"dev"`, "10.0.0.0", "qcs:ip", "readers", digits(c.everything))
		same(t, a, "Principals", "Redacted", "false", "true", "true", "true", "true")

		c.users["nobody"].Fails(t, denied, whoMay, apitest.P{"Action": "cvm:Do", "Marker": "x"})
		for _, tc := range []struct {
			name, code string
			ask        apitest.P
		}{
			{"an action that is none", badValue, apitest.P{"Action": "Do"}},
			{"a type that is none", badValue, apitest.P{"Action": "cvm:Do", "PrincipalTypes": []string{"key"}}},
			{"no page at all", badValue, apitest.P{"Action": "cvm:Do", "MaxItems": 0}},
			{"a marker that is none", "InvalidParameter.PaginationTokenInvalid", apitest.P{"Action": "cvm:Do", "Marker": "eyJh"}},
			{"a marker of another account", "InvalidParameter.PaginationTokenInvalid", apitest.P{"Action": "cvm:Do",
				"Marker": other.Root.Must(t, whoMay, apitest.P{"Action": "cvm:DescribeZones", "MaxItems": 1}).Str("Marker")}},
			{"a role that is not there", "ResourceNotFound.RoleNotFound", apitest.P{"Action": "sts:AssumeRole", "Resource": roleName(c.Account, "none")}},
		} {
			t.Run(tc.name, func(t *testing.T) { c.Root.Fails(t, tc.code, whoMay, tc.ask) })
		}
	})
}

// An account may have a million users: those whose policies cannot allow the question are never looked at, and of the others
// a bounded number in each call.
func TestWhoIsLookedAt(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		first, stops := c.User(t, "first"), newPolicy(t, c, "stops", "allow cvm:Stop* *")
		err := w.DB.Write(context.Background(), func(tx *store.Tx) error {
			for i := range int64(1200) {
				_, err := tx.ExecContext(context.Background(), `INSERT INTO users (uin, account, uid, kind, name, name_key, remark, console_login, need_reset, password, phone, country_code, email, created_at)
					VALUES ($1, $2, $1, 2, $3, $3, '', 0, 0, '', '', '', '', 0)`, first.UIN+1_000_000+i, a.UIN, fmt.Sprint("many", i))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		last := first.UIN + 1_000_000 + 1199
		c.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": last, "PolicyId": stops})
		newGroup(t, c, "many", []int64{newPolicy(t, c, "reads", "allow cvm:Describe* *")}, last-1, first.UIN)
		if x := c.Must(t, whoMay, apitest.P{"Action": "cvm:StopInstances"}); !slices.Equal(listed(x), []string{"root", "many1199"}) || x.Int("Examined") != 2 {
			t.Error(x.Raw)
		}
		if x := c.Must(t, whoMay, apitest.P{"Action": "cvm:DescribeInstances"}); !slices.Equal(listed(x), []string{"root", "first", "many1198"}) || x.Int("Examined") != 3 {
			t.Error(x.Raw)
		}
		shared := apitest.P{"Action": "cvm:Do", "Resource": "qcs::cvm:::x/1", "MaxItems": 200,
			"ResourcePolicy": `{"version":"2.0","statement":[{"effect":"allow","action":"cvm:Do","resource":"*","principal":{"qcs":["` + fmt.Sprintf("qcs::cam::uin/%d:uin/%d", a.UIN, last) + `"]}}]}`}
		var found []string
		examined, pages := int64(0), 0
		for {
			x := c.Must(t, whoMay, shared)
			if found, examined, pages = append(found, listed(x)...), examined+x.Int("Examined"), pages+1; x.Int("Examined") > 1000 {
				t.Errorf("%d principals were looked at for one page", x.Int("Examined"))
			}
			if x.At("IsTruncated") == false {
				break
			}
			shared["Marker"] = x.Str("Marker")
		}
		if examined != 1202 || pages < 2 || !slices.Equal(found, []string{"root", "many1199"}) {
			t.Errorf("on %d pages %d were looked at, and %v found", pages, examined, found)
		}
	})
}
