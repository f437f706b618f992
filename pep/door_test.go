package pep_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/authzen"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire/services"
	"github.com/hufu-iam/hufu/pep"
	"github.com/hufu-iam/hufu/tc3"
)

// TestMain makes the property tests longer than rapid's default: their time is not real.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "2000"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	storetest.Main(m)
}

// shop is an account of a real hufu with a service that is protected by it.
type shop struct {
	*apitest.World
	*apitest.Account
	own      *apitest.Client // the service's
	enforcer *pep.Enforcer
	calls    int // of the service to hufu
}

// onShop runs body on every engine.
func onShop(t *testing.T, body func(t *testing.T, s *shop)) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "orders.yaml")
	if err := os.WriteFile(file, []byte("service: orders\ntitle: {en: Orders}\nlevel: resource\nactions:\n  - {name: ListOrders, access: list, level: operation}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	products, err := catalogue.Load(services.Services, catalogue.Config{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		w.Granularity = products.Granularity
		s := &shop{World: w, Account: w.Account(t)}
		server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			s.calls++
			if authzen.Serves(r.URL.Path) {
				w.AuthZEN.ServeHTTP(out, r)
				return
			}
			w.Gateway.ServeHTTP(out, r)
		}))
		t.Cleanup(server.Close)
		s.own = s.Root.User(t, "orders-service", s.policy(t, "enforce",
			`{"effect":"allow","action":"hufu:Evaluate","resource":"*"},{"effect":"allow","action":"hufu:GetSigningKey","resource":"qcs::hufu:::service/orders"}`))
		s.enforcer, err = pep.New(pep.Config{Endpoint: server.URL, SecretID: s.own.ID, SecretKey: s.own.Key, Service: "orders", Now: w.Now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.enforcer.Close)
		body(t, s)
	}, products)
}

func (s *shop) policy(t testing.TB, name, statements string) int64 {
	t.Helper()
	return s.Root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": name, "PolicyDocument": `{"version":"2.0","statement":[` + statements + `]}`}).Int("PolicyId")
}

// send sends what a client signs for the service, and answers the status and the code.
func (s *shop) send(t testing.TB, c *apitest.Client, action, order string) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://orders.test/", strings.NewReader(order))
	r.RemoteAddr = "192.0.2.7:4000"
	at := s.Now().Unix()
	m := tc3.Message{Service: "orders", Timestamp: at, Method: http.MethodPost, PayloadHash: tc3.HashPayload([]byte(order)),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: "orders.test"}}}
	a, err := m.Sign(c.ID, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "X-TC-Action": action, "X-TC-Timestamp": strconv.FormatInt(at, 10), "X-TC-Token": c.Token, "Authorization": a.Header()} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	var failed *pep.Error
	protect := s.enforcer.Middleware(func(r *http.Request) ([]pep.Question, error) {
		order, err := io.ReadAll(r.Body)
		q := pep.Question{Action: r.Header.Get("X-TC-Action"), Resource: "qcs::orders:::order/" + string(order), Tags: map[string]string{"env": "prod"}}
		if len(order) == 0 {
			q.Resource = ""
		}
		return []pep.Question{q}, err
	})
	protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, _ := pep.CallerFrom(r.Context())
		fmt.Fprintf(w, "%s %s of %d", c.Type, c.ID, c.Account)
	})).ServeHTTP(w, r)
	if w.Code == http.StatusOK {
		return w.Body.String()
	}
	for _, code := range []string{"AuthFailure.SecretIdNotFound", "AuthFailure.TokenFailure", "AuthFailure.SignatureFailure", "AuthFailure.UnauthorizedOperation", "ServiceUnavailable", "InternalError"} {
		if strings.Contains(w.Body.String(), code) {
			return fmt.Sprint(w.Code, " ", code)
		}
	}
	t.Fatalf("%d %s %v", w.Code, w.Body, failed)
	return ""
}

func (s *shop) wants(t testing.TB, c *apitest.Client, action, order, want string) {
	t.Helper()
	if got := s.send(t, c, action, order); got != want {
		t.Errorf("%s %s: got %q, want %q", action, order, got, want)
	}
}

// stale lets so much time pass that nothing known is young enough.
func (s *shop) stale() { s.Sleep(time.Second + time.Millisecond) }

const (
	noKey   = "401 AuthFailure.SecretIdNotFound"
	noToken = "401 AuthFailure.TokenFailure"
	noRight = "403 AuthFailure.UnauthorizedOperation"
)

func TestARealHufuProtects(t *testing.T) {
	onShop(t, func(t *testing.T, s *shop) {
		if err := s.enforcer.Ping(t.Context()); err != nil {
			t.Fatalf("%v: %v", err, errors.Unwrap(err))
		}
		clerk := s.Root.User(t, "clerk", s.policy(t, "clerk", `{"effect":"allow","action":"orders:Refund","resource":"qcs::orders:::order/4*"},
			{"effect":"allow","action":"orders:ListOrders","resource":"*"},
			{"effect":"allow","action":"orders:Read","resource":"*","condition":{"ip_equal":{"qcs:ip":"192.0.2.0/24"}}},
			{"effect":"allow","action":"orders:Ship","resource":"*","condition":{"for_any_value:string_equal":{"qcs:resource_tag":["env&prod"]}}},
			{"effect":"allow","action":"orders:Pack","resource":"*","condition":{"for_any_value:string_equal":{"qcs:resource_tag":["env&dev"]}}}`))
		me := fmt.Sprintf("user %d of %d", clerk.UIN, s.UIN)
		s.stale()
		for range 2 {
			s.wants(t, s.Root, "Refund", "1", fmt.Sprintf("root %d of %d", s.UIN, s.UIN))
			s.wants(t, clerk, "Refund", "42", me)
			s.wants(t, clerk, "Refund", "52", noRight)
			s.wants(t, clerk, "Cancel", "42", noRight)
			s.wants(t, clerk, "ListOrders", "", me)
			s.wants(t, clerk, "Read", "1", me)
			s.wants(t, clerk, "Ship", "1", me)
			s.wants(t, clerk, "Pack", "1", noRight)
			s.wants(t, s.Client(clerk.ID, "another secret", ""), "Refund", "42", "401 AuthFailure.SignatureFailure")
			s.wants(t, s.Client("AKIDnobody", "x", ""), "Refund", "42", noKey)
			s.wants(t, s.World.Account(t).Root, "Refund", "42", noKey)
			s.wants(t, clerk, "Re*", "42", "500 InternalError")
		}
		before := s.calls
		for range 100 {
			s.wants(t, clerk, "Refund", "42", me)
			s.wants(t, clerk, "Refund", "52", noRight)
		}
		if s.calls != before {
			t.Errorf("%d calls of hufu for what is known", s.calls-before)
		}
	})
}

func TestASessionIsAnsweredFromMemoryToo(t *testing.T) {
	onShop(t, func(t *testing.T, s *shop) {
		a := s.Root.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": `{"version":"2.0","statement":[{"effect":"allow","action":"orders:Refund","resource":"*"}]}`})
		guest := s.Client(a.Str("Credentials.TmpSecretId"), a.Str("Credentials.TmpSecretKey"), a.Str("Credentials.Token"))
		s.stale()
		for range 10 {
			s.wants(t, guest, "Refund", "42", fmt.Sprintf("root %d of %d", s.UIN, s.UIN))
			s.wants(t, guest, "Cancel", "42", noRight)
			s.wants(t, s.Client(guest.ID, guest.Key, "another token"), "Refund", "42", noToken)
			s.wants(t, s.Client(guest.ID, guest.Key, ""), "Refund", "42", noKey)
		}
		if s.calls != 6 {
			t.Errorf("%d calls of hufu, want one for the revision, one each for three tokens and two questions", s.calls)
		}
	})
}

func TestARealRevocationIsSeen(t *testing.T) {
	onShop(t, func(t *testing.T, s *shop) {
		may := s.policy(t, "refund", `{"effect":"allow","action":["orders:Refund","sts:*"],"resource":"*"}`)
		role := s.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "clerk", "PolicyDocument": fmt.Sprintf(
			`{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, s.UIN)}).Str("RoleId")
		s.Root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": role, "PolicyId": may})
		n := 0
		user := func() *apitest.Client {
			n++
			return s.Root.User(t, "user-"+strconv.Itoa(n), may)
		}
		session := func(of *apitest.Client) *apitest.Client {
			a := of.Must(t, "sts:AssumeRole", apitest.P{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:role/%s", s.UIN, role), "RoleSessionName": "night"})
			return s.Client(a.Str("Credentials.TmpSecretId"), a.Str("Credentials.TmpSecretKey"), a.Str("Credentials.Token"))
		}
		federated := func(of *apitest.Client) *apitest.Client {
			a := of.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}`})
			return s.Client(a.Str("Credentials.TmpSecretId"), a.Str("Credentials.TmpSecretKey"), a.Str("Credentials.Token"))
		}
		disable := func(u *apitest.Client) {
			s.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": u.UIN, "AccessKeyId": u.ID, "Status": "Inactive"})
		}
		for _, tc := range []struct {
			name string
			of   func(*apitest.Client) *apitest.Client // who calls, of a user's
			do   func(*apitest.Client)
			want string
		}{
			{"a disabled key", nil, disable, noKey},
			{"a deleted key", nil, func(u *apitest.Client) {
				disable(u)
				s.Root.Must(t, "cam:DeleteAccessKey", apitest.P{"TargetUin": u.UIN, "AccessKeyId": u.ID})
			}, noKey},
			{"a deleted user", nil, func(*apitest.Client) {
				s.Root.Must(t, "cam:DeleteUser", apitest.P{"Name": "user-" + strconv.Itoa(n), "Force": 1})
			}, noKey},
			{"a detached policy", nil, func(u *apitest.Client) {
				s.Root.Must(t, "cam:DetachUserPolicy", apitest.P{"DetachUin": u.UIN, "PolicyId": may})
			}, noRight},
			{"a boundary", nil, func(u *apitest.Client) {
				s.Root.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": u.UIN, "PolicyId": s.policy(t, "nothing", `{"effect":"allow","action":"cos:*","resource":"*"}`)})
			}, noRight},
			{"the key of a role's session", session, disable, noToken},
			{"the key of a federated session", federated, disable, noToken},
			{"the end of a session", session, func(*apitest.Client) { s.Sleep(2 * time.Hour) }, noToken},
			{"the policy of a role", session, func(*apitest.Client) {
				s.Root.Must(t, "cam:DetachRolePolicy", apitest.P{"DetachRoleId": role, "PolicyId": may})
			}, noRight},
			{"a deleted role", func(u *apitest.Client) *apitest.Client {
				s.Root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": role, "PolicyId": may})
				return session(u)
			}, func(*apitest.Client) {
				s.Root.Must(t, "cam:DetachRolePolicy", apitest.P{"DetachRoleId": role, "PolicyId": may})
				s.Root.Must(t, "cam:DeleteRole", apitest.P{"RoleId": role})
			}, noToken},
		} {
			t.Run(tc.name, func(t *testing.T) {
				u := user()
				caller := u
				if tc.of != nil {
					caller = tc.of(u)
				}
				s.stale()
				for range 2 {
					if got := s.send(t, caller, "Refund", "42"); strings.HasPrefix(got, "4") || strings.HasPrefix(got, "5") {
						t.Errorf("refused before anything happened: %s", got)
					}
				}
				tc.do(u)
				s.stale()
				for range 2 {
					s.wants(t, caller, "Refund", "42", tc.want)
				}
			})
		}
	})
}

// Whoever assumed a role of the account from another one ends with his key there, of which this account's revision does not
// tell.
func TestASessionOfAnotherAccountEndsWithItsKey(t *testing.T) {
	onShop(t, func(t *testing.T, s *shop) {
		other := s.World.Account(t)
		everything := other.Root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "sts", "PolicyDocument": `{"version":"2.0","statement":[{"effect":"allow","action":"sts:*","resource":"*"}]}`}).Int("PolicyId")
		u := other.Root.User(t, "visitor", everything)
		role := s.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "visitor", "PolicyDocument": fmt.Sprintf(
			`{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/%d:root"]}}]}`, other.UIN)}).Str("RoleId")
		s.Root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleId": role, "PolicyId": s.policy(t, "refund", `{"effect":"allow","action":"orders:Refund","resource":"*"}`)})
		a := u.Must(t, "sts:AssumeRole", apitest.P{"RoleArn": fmt.Sprintf("qcs::cam::uin/%d:role/%s", s.UIN, role), "RoleSessionName": "visit"})
		visitor := s.Client(a.Str("Credentials.TmpSecretId"), a.Str("Credentials.TmpSecretKey"), a.Str("Credentials.Token"))
		for range 2 {
			s.wants(t, visitor, "Refund", "42", fmt.Sprintf("role %s of %d", role, s.UIN))
		}
		other.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": u.UIN, "AccessKeyId": u.ID, "Status": "Inactive"})
		s.wants(t, visitor, "Refund", "42", noToken)
	})
}

// must does something as the operator.
func (s *shop) must(t testing.TB, do func(*operator.Actions, context.Context, store.Account) error) {
	t.Helper()
	if err := do(&operator.Actions{DB: s.DB, Keys: s.Keys}, t.Context(), store.Account(s.UIN)); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutItsOwnRightsTheServiceLetsNobodyPass(t *testing.T) {
	onShop(t, func(t *testing.T, s *shop) {
		s.wants(t, s.Root, "Refund", "1", fmt.Sprintf("root %d of %d", s.UIN, s.UIN))
		for _, tc := range []struct {
			name     string
			do, undo func()
		}{
			{"its account is suspended", func() { s.must(t, (*operator.Actions).Suspend) }, func() { s.must(t, (*operator.Actions).Resume) }},
			{"its key is disabled", func() {
				s.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": s.own.UIN, "AccessKeyId": s.own.ID, "Status": "Inactive"})
			}, func() {
				s.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": s.own.UIN, "AccessKeyId": s.own.ID, "Status": "Active"})
			}},
			{"its policy is taken away", func() {
				s.Root.Must(t, "cam:DetachUserPolicy", apitest.P{"DetachUin": s.own.UIN, "PolicyId": s.Root.Must(t, "cam:ListPolicies", apitest.P{"Keyword": "enforce"}).Int("List.0.PolicyId")})
			}, nil},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tc.do()
				s.stale()
				s.wants(t, s.Root, "Refund", "1", "503 ServiceUnavailable")
				if err := s.enforcer.Ping(t.Context()); err == nil {
					t.Error("it takes itself for ready")
				}
				if tc.undo != nil {
					tc.undo()
					s.stale()
					s.wants(t, s.Root, "Refund", "1", fmt.Sprintf("root %d of %d", s.UIN, s.UIN))
				}
			})
		}
	})
}
