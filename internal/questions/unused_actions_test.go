package questions_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

const whatIdle = "hufu:ListUnusedActions"

// used makes the trail know of a use by a user, as a call or an evaluation leaves it.
func used(t testing.TB, w *apitest.World, a *apitest.Account, uin int64, action string, policyID int64) {
	t.Helper()
	parsed, _ := policy.ParseAction(action)
	err := w.DB.Write(context.Background(), func(tx *store.Tx) error {
		return w.Trail.Insert(context.Background(), tx, &audit.Record{Account: store.Account(a.UIN), At: w.Now(), Action: action,
			Uses: []audit.Use{{Account: store.Account(a.UIN), Kind: "user", ID: uin, Action: parsed, PolicyID: policyID}}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// idleRows are the entries of an answer as texts: whose, service, actions; those that were used once have a time.
func idleRows(a *apitest.Answer) []string {
	out := []string{}
	for i := range a.Len("List") {
		at := fmt.Sprintf("List.%d.", i)
		row := a.Str(at+"Name") + " " + a.Str(at+"Service") + ":"
		for j := range a.Len(at + "Actions") {
			if j == 3 {
				row += fmt.Sprintf(" (%d of %d)", a.Len(at+"Actions"), a.Int(at+"Granted"))
				break
			}
			row += " " + a.Str(fmt.Sprintf("%sActions.%d.Name", at, j))
			if a.At(fmt.Sprintf("%sActions.%d.LastUsed", at, j)) != nil {
				row += "!"
			}
		}
		out = append(out, strings.TrimSpace(row))
	}
	return out
}

func TestListUnusedActions(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		c := a.Root
		start := w.Now()
		lists := newPolicy(t, c, "lists", "allow cam:ListUsers,cam:ListPolicies,cam:GetUser,cvm:Describe*,cvm:Stop* *", "deny cam:GetUser *")
		rest := newPolicy(t, c, "rest", "allow vpc:* * "+atHome)
		u := c.User(t, "user", lists)
		newGroup(t, c, "g", []int64{rest}, u.UIN)
		idle := newRole(t, a, "idle", lists)
		c.Must(t, "cam:PutRolePermissionsBoundary", apitest.P{"RoleId": idle, "PolicyId": newPolicy(t, c, "boundary", "allow cvm:* *")})
		ask := func(t *testing.T, more apitest.P) *apitest.Answer {
			t.Helper()
			return c.Must(t, whatIdle, with(apitest.P{"PrincipalType": "user", "PrincipalId": digits(u.UIN)}, more))
		}
		expect := func(t *testing.T, a *apitest.Answer, want ...string) {
			t.Helper()
			if got := idleRows(a); !slices.Equal(got, want) && len(got)+len(want) > 0 {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}

		t.Run("what is granted and was never used", func(t *testing.T) {
			x := ask(t, nil)
			expect(t, x, "user cam: ListPolicies ListUsers", "user cvm: Describe* Stop*", "user vpc: *")
			same(t, x, "UnusedPolicies", "PolicyName", "lists", "rest")
			same(t, x, "UnusedPolicies", "Direct", "true", "false")
			same(t, x, "UnusedPolicies", "Denies", "true", "false")
			same(t, x, "UnusedPolicies.1.Groups", "GroupName", "g")
			if x.Int("Since") != start.AddDate(0, 0, -90).Unix() || x.Int("TrackedSince") != start.Unix() || x.At("IsPartial") != false || x.At("IsTruncated") != false {
				t.Error(x.Raw)
			}
		})
		w.Sleep(time.Minute)
		for range 3 {
			u.Must(t, "cam:ListUsers", nil)
		}
		u.Fails(t, denied, "cam:GetUser", apitest.P{"Name": "user"})
		used(t, w, a, u.UIN, "cvm:DescribeInstances", lists)
		used(t, w, other, u.UIN, "vpc:Do", rest) // the same number in another account
		t.Run("what was used", func(t *testing.T) {
			for i := range 500 { // records of reads come a moment later
				if x := ask(t, nil); slices.Equal(idleRows(x), []string{"user cam: ListPolicies", "user cvm: Stop*", "user vpc: *"}) {
					same(t, x, "UnusedPolicies", "PolicyName", "rest")
					break
				} else if i == 499 {
					t.Errorf("got %v", idleRows(x))
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
		t.Run("a boundary takes away", func(t *testing.T) {
			expect(t, c.Must(t, whatIdle, apitest.P{"PrincipalType": "role", "PrincipalId": "idle"}), "idle cvm: Describe* Stop*")
		})
		w.Sleep(40 * 24 * time.Hour)
		used(t, w, a, u.UIN, "vpc:Do", rest)
		t.Run("what was used long ago", func(t *testing.T) {
			x := ask(t, apitest.P{"Days": 30})
			expect(t, x, "user cam: ListPolicies ListUsers!", "user cvm: Describe*! Stop*")
			same(t, x, "UnusedPolicies", "PolicyName", "lists")
			if got := x.Int("List.0.Actions.1.LastUsed"); got != start.Add(time.Minute).Unix() || x.Int("UnusedPolicies.0.LastUsed") != got {
				t.Error(x.Raw)
			}
			expect(t, ask(t, apitest.P{"Days": 50}), "user cam: ListPolicies", "user cvm: Stop*")
			if x.Int("TrackedSince") != start.Unix() && x.Int("TrackedSince") != start.Add(time.Minute).Unix() {
				t.Error(x.Raw)
			}
		})
		t.Run("of a policy", func(t *testing.T) {
			x := c.Must(t, whatIdle, apitest.P{"PolicyId": lists})
			expect(t, x, "cam: GetUser ListPolicies", "cvm: Stop*")
			expect(t, c.Must(t, whatIdle, apitest.P{"PolicyId": rest}))
			x = c.Must(t, whatIdle, apitest.P{"PolicyId": administrator})
			if got := plucked(x, "List", "Service"); got[0] != "*" || !slices.Contains(got, "cam") || !slices.Contains(got, "sts") || x.Str("List.0.Actions.0.Name") != "*" {
				t.Error(got)
			}
		})
		t.Run("of everybody, page by page", func(t *testing.T) {
			all := c.Must(t, whatIdle, nil)
			expect(t, all, "user cam: ListPolicies", "user cvm: Stop*", "idle cvm: Describe* Stop*")
			var paged []string
			more := apitest.P{"MaxItems": 1}
			for range 10 {
				page := c.Must(t, whatIdle, more)
				paged = append(paged, idleRows(page)...)
				if page.At("IsTruncated") == false {
					break
				}
				more["Marker"] = page.Str("Marker")
			}
			if !slices.Equal(paged, idleRows(all)) {
				t.Errorf("page by page %v", paged)
			}
			expect(t, other.Root.Must(t, whatIdle, nil))
		})
		t.Run("what the caller may not read is not told", func(t *testing.T) {
			blind := c.User(t, "blind", newPolicy(t, c, "asks", "allow hufu:ListUnusedActions *"))
			x := blind.Must(t, whatIdle, apitest.P{"PrincipalType": "user", "PrincipalId": digits(u.UIN), "Days": 30})
			expect(t, x, "user cam: ListPolicies ListUsers!", "user cvm: Describe*! Stop*")
			if x.Len("UnusedPolicies") != 0 || x.At("Redacted") != true {
				t.Error(x.Raw)
			}
			blind.Fails(t, denied, whatIdle, apitest.P{"PolicyId": lists})
			blind.Fails(t, denied, whatIdle, apitest.P{"PolicyId": 4711}) // before existence
		})
		for _, tc := range []struct {
			name, code string
			caller     *apitest.Client
			ask        apitest.P
		}{
			{"without the permission", denied, u, apitest.P{}},
			{"a user of another account", noPrincipal, other.Root, apitest.P{"PrincipalType": "user", "PrincipalId": digits(u.UIN)}},
			{"a policy of another account", "ResourceNotFound.PolicyIdNotFound", other.Root, apitest.P{"PolicyId": lists}},
			{"a principal and a policy", badValue, c, apitest.P{"PrincipalType": "user", "PrincipalId": digits(u.UIN), "PolicyId": lists}},
			{"a principal without its type", "MissingParameter", c, apitest.P{"PrincipalId": digits(u.UIN)}},
			{"a type without principal", "MissingParameter", c, apitest.P{"PrincipalType": "user"}},
			{"no day", badValue, c, apitest.P{"Days": 0}},
			{"too many days", badValue, c, apitest.P{"Days": 401}},
			{"a marker that is none", "InvalidParameter.PaginationTokenInvalid", c, apitest.P{"Marker": "abc"}},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, whatIdle, tc.ask) })
		}
	})
}

// A permission that is asked for besides another, the policy behind a role's trust, and a policy that denied are used too.
func TestPermissionsAreUsed(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		c := a.Root
		assume := newPolicy(t, c, "assume", "allow sts:AssumeRole *")
		attach := newPolicy(t, c, "attach", "allow cam:CreatePolicy,cam:AttachUserPolicy *")
		u := c.User(t, "user", assume, attach)
		newRole(t, a, "ops", administrator)
		session(t, w, u, roleName(a, "ops"), "")
		u.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": fmt.Sprintf(
			`{"version":"2.0","principal":{"qcs":["qcs::cam::uin/%d:uin/%d"]},"statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}`, a.UIN, u.UIN)})
		x := c.Must(t, whatIdle, apitest.P{"PrincipalType": "user", "PrincipalId": digits(u.UIN)})
		if got := idleRows(x); !slices.Equal(got, []string{"user cam: GetUser"}) {
			t.Error(got)
		}
		same(t, x, "UnusedPolicies", "PolicyName", "p")

		bar := newPolicy(t, c, "bar", "deny cam:ListUsers *")
		c.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": u.UIN, "PolicyId": bar})
		ask := apitest.P{"PrincipalType": "user", "PrincipalId": digits(u.UIN)}
		same(t, c.Must(t, whatIdle, ask), "UnusedPolicies", "PolicyName", "p", "bar")
		u.Fails(t, denied, "cam:ListUsers", nil)
		for i := range 500 { // the record of what changed nothing comes a moment later
			x := c.Must(t, whatIdle, ask)
			if x.Len("UnusedPolicies") == 1 {
				break
			}
			if i == 499 {
				t.Errorf("a policy that denied is said to be unused: %s", x.Raw)
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}
