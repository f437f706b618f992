package questions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

const records = "hufu:ListAuditRecords"

// recorded are the records that fit, once there are so many. Records of calls that changed nothing come a moment after their
// answers.
func recorded(t testing.TB, c *apitest.Client, n int, ask apitest.P) *apitest.Answer {
	t.Helper()
	var a *apitest.Answer
	for range 500 {
		if a = c.Must(t, records, ask); a.Len("Records") >= n {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if a.Len("Records") != n {
		t.Fatalf("%v: %d records, want %d: %s", ask, a.Len("Records"), n, a.Raw)
	}
	return a
}

func TestListAuditRecords(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		c := a.Root
		u := c.User(t, "reader", newPolicy(t, c, "secret-words", "allow cam:GetUser *", "deny cam:ListUsers * "+atHome, "allow sts:AssumeRole *"))
		u.RemoteAddr = "192.0.2.7:4000"
		began := w.Now().Unix()
		w.Sleep(2 * time.Second)
		u.Must(t, "cam:GetUser", apitest.P{"Name": "reader"})
		u.Fails(t, denied, "cam:ListUsers", nil)
		u.Fails(t, "ResourceNotFound.UserNotExist", "cam:GetUser", apitest.P{"Name": "nobody"})
		by := apitest.P{"CallerId": digits(u.UIN)}
		recorded(t, c, 3, by)
		newRole(t, a, "worker", administrator)
		s := session(t, w, u, roleName(a, "worker"), "")
		s.Must(t, "cam:CreateGroup", apitest.P{"GroupName": "made"})
		other.Root.Must(t, "cam:CreateGroup", apitest.P{"GroupName": "theirs"})

		t.Run("what a user called", func(t *testing.T) {
			x := recorded(t, c, 4, by)
			same(t, x, "Records", "Action", "sts:AssumeRole", "cam:GetUser", "cam:ListUsers", "cam:GetUser")
			same(t, x, "Records", "Outcome", "ok", "ResourceNotFound.UserNotExist", denied, "ok")
			same(t, x, "Records", "Effect", "allow", "allow", "implicit_deny", "allow")
			same(t, x, "Records", "CallerName", "reader", "reader", "reader", "reader")
			if x.Str("Records.3.Ip") != "192.0.2.7" || x.Str("Records.3.SecretId") != u.ID || x.Str("Records.3.Door") != "api3" || x.Str("Records.3.CallerType") != "user" ||
				x.Str("Records.3.Resources.0") == "" || x.Int("Records.3.Time") != (began+2)*1000 || x.Str("Marker") != "" || x.At("SearchedTo") != nil || x.Str("Top") == "" {
				t.Error(x.Raw)
			}
			hides(t, x, "secret-words", "theirs")
		})
		t.Run("what a session of a role called", func(t *testing.T) {
			x := recorded(t, c, 1, apitest.P{"CallerType": "role"})
			if x.Str("Records.0.CallerName") != "worker/session" || x.Str("Records.0.Action") != "cam:CreateGroup" {
				t.Error(x.Raw)
			}
		})
		for _, tc := range []struct {
			name string
			ask  apitest.P
			n    int
		}{
			{"denied calls", apitest.P{"Outcome": "denied"}, 1},
			{"failed calls of the user", with(by, apitest.P{"Outcome": "failed"}), 2},
			{"calls of the user that went well", with(by, apitest.P{"Outcome": "ok"}), 2},
			{"an address, in another spelling", apitest.P{"Ip": "::ffff:192.0.2.7"}, 4},
			{"a key", apitest.P{"SecretId": u.ID}, 4},
			{"actions", with(by, apitest.P{"Action": "CAM:get*"}), 2},
			{"a resource", apitest.P{"Resource": "roleName/worker", "CallerId": digits(u.UIN)}, 1},
			{"before", with(by, apitest.P{"EndTime": began}), 0},
			{"up to the second", with(by, apitest.P{"EndTime": began + 2}), 4},
			{"since", with(by, apitest.P{"StartTime": began + 2}), 4},
			{"later", with(by, apitest.P{"StartTime": began + 3}), 0},
		} {
			t.Run(tc.name, func(t *testing.T) { recorded(t, c, tc.n, tc.ask) })
		}
		t.Run("page by page every call once", func(t *testing.T) {
			seen := ""
			ask := with(by, apitest.P{"Limit": 1})
			for range 4 {
				x := recorded(t, c, 1, ask)
				seen += " " + x.Str("Records.0.Action") + " " + x.Str("Records.0.Outcome")
				ask["Marker"] = x.Str("Marker")
			}
			if strings.Count(seen, "cam:GetUser") != 2 || strings.Count(seen, "AssumeRole") != 1 || strings.Count(seen, denied) != 1 {
				t.Error(seen)
			}
		})
		t.Run("only what came after the newest", func(t *testing.T) {
			ask := with(by, apitest.P{"Newer": c.Must(t, records, nil).Str("Top")})
			recorded(t, c, 0, ask)
			u.Must(t, "cam:GetUser", apitest.P{"Name": "reader"})
			x := recorded(t, c, 1, ask)
			ask["Newer"] = x.Str("Top")
			recorded(t, c, 0, ask)
		})
		const invalid = "InvalidParameter.PaginationTokenInvalid"
		c.Fails(t, invalid, records, apitest.P{"Marker": other.Root.Must(t, records, nil).Str("Top")})
		c.Fails(t, invalid, records, apitest.P{"Newer": "x"})
		u.Fails(t, denied, records, nil)
		hides(t, other.Root.Must(t, records, nil), digits(u.UIN), "reader", u.ID)
	})
}

func TestARoleAssumedFromAnotherAccountTellsNothingOfEithersPolicies(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		owner, guest := w.Account(t), w.Account(t)
		owner.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "far", "PolicyDocument": trust(root(guest))})
		u := guest.Root.User(t, "visitor", newPolicy(t, guest.Root, "guest-policy", "allow sts:AssumeRole *"))
		ok := u.Must(t, "sts:AssumeRole", apitest.P{"RoleArn": roleName(owner, "far"), "RoleSessionName": "session"})
		x := recorded(t, owner.Root, 1, apitest.P{"Action": "sts:AssumeRole"})
		if x.Str("Records.0.CallerId") != digits(u.UIN) || x.Str("Records.0.CallerName") != "" {
			t.Error(x.Raw) // whose name that is, only the other account knows
		}
		for _, c := range []*apitest.Client{owner.Root, guest.Root} {
			hides(t, described(t, c, ok, nil), "guest-policy", "external_id")
			hides(t, c.Must(t, records, nil), "guest-policy")
		}
		if x := described(t, guest.Root, ok, nil); x.At("Statement") != nil {
			t.Errorf("a trust policy of another account: %s", x.Raw)
		}
	})
}
