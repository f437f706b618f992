package questions_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	denied        = "AuthFailure.UnauthorizedOperation"
	badValue      = "InvalidParameterValue"
	noPrincipal   = "ResourceNotFound.PrincipalNotExist"
	administrator = 1
)

// document is a policy of statements such as "allow cvm:Describe*,cvm:Run* qcs::cvm:::* {"ip_equal":{...}}": effect, actions,
// resources, and the condition if there is one.
func document(statements ...string) string {
	var all []string
	for _, s := range statements {
		f := strings.SplitN(s, " ", 4)
		list := func(s string) string { return `["` + strings.ReplaceAll(s, ",", `","`) + `"]` }
		text := fmt.Sprintf(`{"effect":"%s","action":%s,"resource":%s`, f[0], list(f[1]), list(f[2]))
		if len(f) > 3 {
			text += `,"condition":` + f[3]
		}
		all = append(all, text+"}")
	}
	return `{"version":"2.0","statement":[` + strings.Join(all, ",") + `]}`
}

const (
	atHome  = `{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}`
	withMFA = `{"string_equal":{"qcs:mfa":"1"}}`
)

func tagged(tag string) string {
	return `{"for_any_value:string_equal":{"qcs:resource_tag":["` + tag + `"]}}`
}

// newPolicy makes a policy and answers its id.
func newPolicy(t testing.TB, c *apitest.Client, name string, statements ...string) int64 {
	t.Helper()
	return c.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": name, "PolicyDocument": document(statements...)}).Int("PolicyId")
}

// newGroup makes a group of users with policies and answers its id.
func newGroup(t testing.TB, c *apitest.Client, name string, policies []int64, uins ...int64) int64 {
	t.Helper()
	id := c.Must(t, "cam:CreateGroup", apitest.P{"GroupName": name}).Int("GroupId")
	for _, p := range policies {
		c.Must(t, "cam:AttachGroupPolicy", apitest.P{"AttachGroupId": id, "PolicyId": p})
	}
	for _, uin := range uins {
		c.Must(t, "cam:AddUserToGroup", apitest.P{"Info": []apitest.P{{"GroupId": id, "Uin": uin}}})
	}
	return id
}

// newRole makes a role that trusts its own account, with policies, and answers its id.
func newRole(t testing.TB, a *apitest.Account, name string, policies ...int64) string {
	t.Helper()
	id := a.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": name, "PolicyDocument": trust(root(a))}).Str("RoleId")
	for _, p := range policies {
		a.Root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": id, "PolicyId": p})
	}
	return id
}

// trust is a trust policy for one principal.
func trust(principal string) string {
	return `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["` + principal + `"]}}]}`
}

func root(a *apitest.Account) string { return fmt.Sprintf("qcs::cam::uin/%d:root", a.UIN) }

func roleName(a *apitest.Account, name string) string {
	return fmt.Sprintf("qcs::cam::uin/%d:roleName/%s", a.UIN, name)
}

// session makes a client of a new session of a role.
func session(t testing.TB, w *apitest.World, c *apitest.Client, arn, policy string) *apitest.Client {
	t.Helper()
	p := apitest.P{"RoleArn": arn, "RoleSessionName": "session"}
	if policy != "" {
		p["Policy"] = policy
	}
	a := c.Must(t, "sts:AssumeRole", p)
	return w.Client(a.Str("Credentials.TmpSecretId"), a.Str("Credentials.TmpSecretKey"), a.Str("Credentials.Token"))
}

// key is one condition key of a question.
func key(name string, values ...string) apitest.P { return apitest.P{"Key": name, "Values": values} }

// with is a copy of parameters and others laid over them.
func with(p apitest.P, more apitest.P) apitest.P {
	all := apitest.P{}
	for _, from := range []apitest.P{p, more} {
		for k, v := range from {
			all[k] = v
		}
	}
	return all
}

func digits(id int64) string { return strconv.FormatInt(id, 10) }

// plucked are the members of a list as texts.
func plucked(a *apitest.Answer, list, member string) []string {
	out := []string{}
	for _, v := range a.Pluck(list, member) {
		out = append(out, fmt.Sprint(v))
	}
	return out
}

// same fails the test unless the members of a list are these, in this order.
func same(t testing.TB, a *apitest.Answer, list, member string, want ...string) {
	t.Helper()
	if got := plucked(a, list, member); !slices.Equal(got, want) && len(got)+len(want) > 0 {
		t.Errorf("%s.%s is %v, want %v: %s", list, member, got, want, a.Raw)
	}
}

// hides fails the test if an answer has any of these texts.
func hides(t testing.TB, a *apitest.Answer, texts ...string) {
	t.Helper()
	for _, text := range texts {
		found := strings.Contains(a.Raw, text)
		if strings.Trim(text, "0123456789") == "" { // a number, not a part of one
			found = regexp.MustCompile(`\b` + text + `\b`).MatchString(a.Raw)
		}
		if found {
			t.Errorf("the answer tells %q: %s", text, a.Raw)
		}
	}
}
