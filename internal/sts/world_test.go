package sts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// denied is the gateway's refusal, untrusted that of a role's trust policy.
const (
	denied    = "AuthFailure.UnauthorizedOperation"
	untrusted = "UnauthorizedOperation"
	ended     = "AuthFailure.TokenFailure"
)

// document is a policy of statements such as "allow cam:List* *": effect, actions with commas between, resource.
func document(statements ...string) string {
	var all []string
	for _, s := range statements {
		f := strings.Fields(s)
		all = append(all, fmt.Sprintf(`{"effect":"%s","action":["%s"],"resource":"%s"}`, f[0], strings.ReplaceAll(f[1], ",", `","`), f[2]))
	}
	return `{"version":"2.0","statement":[` + strings.Join(all, ",") + `]}`
}

// newPolicy makes a policy and answers its id.
func newPolicy(t *testing.T, c *apitest.Client, name string, statements ...string) int64 {
	t.Helper()
	return c.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": name, "PolicyDocument": document(statements...)}).Int("PolicyId")
}

// trust is a trust policy for some principals, by their names, with what else its statement says.
func trust(condition string, principals ...string) string {
	if condition != "" {
		condition = `,"condition":` + condition
	}
	return `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["` + strings.Join(principals, `","`) + `"]}` + condition + `}]}`
}

func rootName(uin int64) string        { return fmt.Sprintf("qcs::cam::uin/%d:root", uin) }
func userName(owner, uin int64) string { return fmt.Sprintf("qcs::cam::uin/%d:uin/%d", owner, uin) }
func roleName(owner int64, n string) string {
	return fmt.Sprintf("qcs::cam::uin/%d:roleName/%s", owner, n)
}

// newRole makes a role with policies and answers its id.
func newRole(t *testing.T, c *apitest.Client, name, trust string, policies ...int64) string {
	t.Helper()
	id := c.Must(t, "cam:CreateRole", apitest.P{"RoleName": name, "PolicyDocument": trust}).Str("RoleId")
	for _, p := range policies {
		c.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": id, "PolicyId": p})
	}
	return id
}

// as are the parameters of AssumeRole, with pairs of further members.
func as(arn string, more ...any) apitest.P {
	p := apitest.P{"RoleArn": arn, "RoleSessionName": "session"}
	for i := 0; i < len(more); i += 2 {
		p[more[i].(string)] = more[i+1]
	}
	return p
}

// holding makes a client of the credential in an answer.
func holding(w *apitest.World, a *apitest.Answer) *apitest.Client {
	return w.Client(a.Str("Credentials.TmpSecretId"), a.Str("Credentials.TmpSecretKey"), a.Str("Credentials.Token"))
}

// assume makes a client of a new session of a role.
func assume(t *testing.T, w *apitest.World, c *apitest.Client, arn string, more ...any) *apitest.Client {
	t.Helper()
	return holding(w, c.Must(t, "sts:AssumeRole", as(arn, more...)))
}
