package questions_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/services"
	"github.com/hufu-iam/hufu/tc3"
)

const (
	signingKey = "hufu:GetSigningKey"
	noKey      = "ResourceNotFound.SecretNotExist"
)

// withProducts is a catalogue with products that the operator registered.
func withProducts(t testing.TB, names ...string) *catalogue.Catalogue {
	t.Helper()
	var files []string
	for _, name := range names {
		file := filepath.Join(t.TempDir(), name+".yaml")
		if err := os.WriteFile(file, []byte("service: "+name+"\ntitle: {en: A product}\nlevel: resource\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	c, err := catalogue.Load(services.Services, catalogue.Config{Files: files})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wanted are the parameters for the key of a client, today.
func wanted(w *apitest.World, c *apitest.Client, service string) apitest.P {
	p := apitest.P{"AccessKeyId": c.ID, "Service": service, "Date": tc3.Date(w.Now().Unix())}
	if c.Token != "" {
		p["SessionToken"] = c.Token
	}
	return p
}

// keyOf reads the key of an answer.
func keyOf(t testing.TB, a *apitest.Answer) (key [sha256.Size]byte) {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(a.Str("SigningKey"))
	if err != nil || len(b) != len(key) {
		t.Fatalf("no key in %s", a.Raw)
	}
	copy(key[:], b)
	return key
}

func TestASigningKeyVerifiesWhatItsOwnerSigns(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		u := a.Root.User(t, "user", newPolicy(t, a.Root, "assume", "allow sts:* *"))
		role := newRole(t, a, "ops")
		ops := session(t, w, u, roleName(a, "ops"), "")
		fed := u.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": document("allow orders:* *"), "DurationSeconds": 7200})
		guest := w.Client(fed.Str("Credentials.TmpSecretId"), fed.Str("Credentials.TmpSecretKey"), fed.Str("Credentials.Token"))
		day := w.Now().UTC().Truncate(24 * time.Hour).Add(24*time.Hour + 300*time.Second).Unix()
		for _, tc := range []struct {
			name          string
			of            *apitest.Client
			kind, id, ses string
			expires       int64
		}{
			{"the root user", a.Root, "root", digits(a.UIN), "", day},
			{"a user", u, "user", digits(u.UIN), "", day},
			{"a role", ops, "role", role, "session", min(day, w.Now().Unix()+7200)},
			{"a federated user", guest, "user", digits(u.UIN), "guest", min(day, w.Now().Unix()+7200)},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := a.Root.Must(t, signingKey, wanted(w, tc.of, "orders"))
				m := tc3.Message{Service: "orders", Timestamp: w.Now().Unix(), Method: http.MethodPost, PayloadHash: tc3.HashPayload([]byte("{}")),
					Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: "orders.test"}}}
				signed, err := m.Sign(tc.of.ID, tc.of.Key)
				if err != nil {
					t.Fatal(err)
				}
				r := &tc3.Request{Method: http.MethodPost, Timestamp: m.Timestamp, Host: []string{"orders.test"},
					Header: map[string][]string{"Content-Type": {"application/json"}}, PayloadHash: [][sha256.Size]byte{m.PayloadHash}}
				if !tc3.VerifyWithKey(signed, r, keyOf(t, got)) {
					t.Error("the key does not verify")
				}
				if got.Str("PrincipalType") != tc.kind || got.Str("PrincipalId") != tc.id || got.Str("SessionName") != tc.ses || got.Int("AccountUin") != a.UIN {
					t.Errorf("whose it is: %s", got.Raw)
				}
				if got.Int("ExpiredTime") != tc.expires || got.Str("Revision") == "" || got.At("Cacheable") != true {
					t.Errorf("how long it holds, want %d: %s", tc.expires, got.Raw)
				}
				hides(t, got, tc.of.Key)
			})
		}
	}, withProducts(t, "orders"))
}

func TestKeysOfNoUseHaveOneAnswer(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		user := func(name string) *apitest.Client {
			return a.Root.User(t, name, newPolicy(t, a.Root, name, "allow sts:* *"))
		}
		u, off, gone, left := user("user"), user("off"), user("gone"), user("left")
		newRole(t, a, "ops")
		ops, second, ended := session(t, w, u, roleName(a, "ops"), ""), session(t, w, u, roleName(a, "ops"), ""), session(t, w, off, roleName(a, "ops"), "")
		a.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": off.UIN, "AccessKeyId": off.ID, "Status": "Inactive"})
		a.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": gone.UIN, "AccessKeyId": gone.ID, "Status": "Inactive"})
		a.Root.Must(t, "cam:DeleteAccessKey", apitest.P{"TargetUin": gone.UIN, "AccessKeyId": gone.ID})
		a.Root.Must(t, "cam:DeleteUser", apitest.P{"Name": "left", "Force": 1})
		as := func(id, token string) *apitest.Client { return w.Client(id, "", token) }
		var first string
		for _, tc := range []struct {
			name string
			of   *apitest.Client
		}{
			{"one that does not exist", as("AKIDnobody", "")},
			{"that of another account", other.Root},
			{"a disabled one", off},
			{"a deleted one", gone},
			{"that of a user who was deleted", left},
			{"a session without its token", as(ops.ID, "")},
			{"a session with the token of another", as(ops.ID, second.Token)},
			{"a session with a made-up token", as(ops.ID, "x")},
			{"a permanent one with a token", as(u.ID, ops.Token)},
			{"a session whose key was disabled", ended},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := a.Root.Fails(t, noKey, signingKey, wanted(w, tc.of, "orders"))
				said := strings.Replace(got.Raw, got.Str("RequestId"), "", 1)
				if first == "" {
					first = said
				}
				if said != first {
					t.Errorf("answers differ:\n%s\n%s", said, first)
				}
			})
		}
		a.Root.Must(t, signingKey, wanted(w, ops, "orders"))
		w.Sleep(7200 * time.Second)
		a.Root.Fails(t, noKey, signingKey, wanted(w, ops, "orders"))
	}, withProducts(t, "orders"))
}

func TestSigningKeysAreForRegisteredProductsAndForNow(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		for _, service := range []string{"cam", "sts", "hufu", "organization", "cmqtopic", "cvm", "Orders", "tc3_request", "orders/x"} {
			a.Root.Fails(t, badValue, signingKey, wanted(w, a.Root, service))
		}
		midnight := w.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		date := func(days int) string { return midnight.AddDate(0, 0, days).Format(time.DateOnly) }
		for _, tc := range []struct {
			at   time.Duration // from midnight
			date string
			want string
		}{
			{-301 * time.Second, date(-1), ""},
			{-301 * time.Second, date(0), badValue},
			{-301 * time.Second, date(-2), badValue},
			{-300 * time.Second, date(0), ""},
			{0, date(-1), ""},
			{0, date(0), ""},
			{0, date(1), badValue},
			{300*time.Second - 1, date(-1), ""},
			{300 * time.Second, date(-1), badValue},
			{300 * time.Second, date(0), ""},
			{301 * time.Second, "2026-13-01", badValue},
			{301 * time.Second, "today", badValue},
		} {
			w.Sleep(midnight.Add(tc.at).Sub(w.Now()))
			p := with(wanted(w, a.Root, "orders"), apitest.P{"Date": tc.date})
			if got := a.Root.Call(t, signingKey, p); got.Code != tc.want {
				t.Errorf("%s from midnight, %s: %q, want %q", tc.at, tc.date, got.Code, tc.want)
			}
		}
	}, withProducts(t, "orders"))
}

func TestWhoMayHaveSigningKeysForWhichService(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		orders := a.Root.User(t, "orders", newPolicy(t, a.Root, "verify-orders", "allow hufu:GetSigningKey qcs::hufu:::service/orders"))
		all := a.Root.User(t, "all", newPolicy(t, a.Root, "verify-all", "allow hufu:GetSigningKey qcs::hufu:::service/*"))
		nobody := a.Root.User(t, "nobody")
		for _, tc := range []struct {
			as      *apitest.Client
			service string
			want    string
		}{
			{orders, "orders", ""}, {orders, "bills", denied}, {orders, "cam", denied},
			{all, "orders", ""}, {all, "bills", ""}, {all, "cam", badValue},
			{nobody, "orders", denied}, {nobody, "cam", denied},
		} {
			got := tc.as.Fails(t, tc.want, signingKey, wanted(w, a.Root, tc.service))
			if resource := fmt.Sprintf("qcs::hufu::uin/%d:service/%s", a.UIN, tc.service); tc.want == denied && !strings.Contains(got.Message, resource) {
				t.Errorf("the denial does not name %s: %s", resource, got.Message)
			}
		}
		// Without the permission nobody learns what there is.
		nobody.Fails(t, denied, signingKey, apitest.P{"AccessKeyId": "AKIDnobody", "Service": "orders", "Date": "x"})
	}, withProducts(t, "orders", "bills"))
}

// The session of a role ends with the key that assumed it, which may be of an account that the caller does not watch.
func TestTheAnswerOfAForeignSessionIsNotForKeeping(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		u := other.Root.User(t, "user", newPolicy(t, other.Root, "assume", "allow sts:* *"))
		a.Root.Must(t, "cam:CreateRole", apitest.P{"RoleName": "visitor", "PolicyDocument": trust(root(other))})
		visitor := session(t, w, u, roleName(a, "visitor"), "")
		got := a.Root.Must(t, signingKey, wanted(w, visitor, "orders"))
		if got.At("Cacheable") != false {
			t.Errorf("it may be kept: %s", got.Raw)
		}
		other.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": u.UIN, "AccessKeyId": u.ID, "Status": "Inactive"})
		a.Root.Fails(t, noKey, signingKey, wanted(w, visitor, "orders"))
	}, withProducts(t, "orders"))
}

func TestEveryEndOfAKeyIsANewRevision(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		u := a.Root.User(t, "user", newPolicy(t, a.Root, "assume", "allow sts:* *"))
		role := newRole(t, a, "ops")
		ops := session(t, w, u, roleName(a, "ops"), "")
		for _, tc := range []struct {
			name string
			of   *apitest.Client
			do   func()
		}{
			{"the session of a role that revokes its sessions", ops, func() {
				a.Root.Must(t, "cam:DeleteRole", apitest.P{"RoleId": role})
			}},
			{"a key that is disabled", u, func() {
				a.Root.Must(t, "cam:UpdateAccessKey", apitest.P{"TargetUin": u.UIN, "AccessKeyId": u.ID, "Status": "Inactive"})
			}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				before := a.Root.Must(t, signingKey, wanted(w, tc.of, "orders")).Str("Revision")
				if again := a.Root.Must(t, signingKey, wanted(w, tc.of, "orders")).Str("Revision"); again != before {
					t.Errorf("nothing happened, and the revision is %s after %s", again, before)
				}
				tc.do()
				a.Root.Fails(t, noKey, signingKey, wanted(w, tc.of, "orders"))
				if after := a.Root.Must(t, signingKey, wanted(w, a.Root, "orders")).Str("Revision"); after == before {
					t.Error("the revision is the old one")
				}
			})
		}
	}, withProducts(t, "orders"))
}

func TestTheRecordOfASigningKeyHasNoSecret(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		newRole(t, a, "ops")
		ops := session(t, w, a.Root, roleName(a, "ops"), "")
		got := a.Root.Must(t, signingKey, wanted(w, ops, "orders"))
		w.Trail.Close()
		found, err := audit.Query(context.Background(), w.DB.Read(), audit.Filter{Account: store.Account(a.UIN), Action: signingKey, Limit: 10})
		if err != nil || len(found) != 1 {
			t.Fatalf("%d records, %v", len(found), err)
		}
		r := fmt.Sprintf("%s %+v", found[0].Parameters, found[0])
		if !strings.Contains(r, ops.ID) || !strings.Contains(r, `"SessionToken":"***"`) || !strings.Contains(r, "service/orders") {
			t.Errorf("the record does not tell what was asked: %s", r)
		}
		for _, secret := range []string{ops.Token, ops.Key, got.Str("SigningKey")} {
			if strings.Contains(r, secret) {
				t.Errorf("the record has a secret: %s", r)
			}
		}
	}, withProducts(t, "orders"))
}

// A service with the key of a caller sends all that it can think of to hufu.
func TestASigningKeyOpensNothingHere(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		key := keyOf(t, a.Root.Must(t, signingKey, wanted(w, a.Root, "orders")))
		for _, host := range []string{"orders.hufu.test", "orders", "orders:9800", "hufu.test", "cam.hufu.test", "127.0.0.1:9800"} {
			for _, path := range []string{"/", "/cam", "/orders"} {
				for _, scope := range []string{"orders", "cam", "Orders", "orders:9800"} {
					r := httptest.NewRequest(http.MethodPost, "http://"+host+path, strings.NewReader("{}"))
					m := tc3.Message{Service: scope, Timestamp: w.Now().Unix(), Method: http.MethodPost, PayloadHash: tc3.HashPayload([]byte("{}")),
						Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: host}}}
					h := hmac.New(sha256.New, key[:])
					h.Write([]byte(m.StringToSign()))
					for name, value := range map[string]string{"Content-Type": "application/json", "X-TC-Action": "ListUsers", "X-TC-Version": "2019-01-16",
						"X-TC-Timestamp": strconv.FormatInt(m.Timestamp, 10), "Authorization": fmt.Sprintf("%s Credential=%s/%s/%s/tc3_request, SignedHeaders=content-type;host, Signature=%s",
							tc3.Algorithm, a.Root.ID, tc3.Date(m.Timestamp), scope, hex.EncodeToString(h.Sum(nil)))} {
						r.Header.Set(name, value)
					}
					if path == "/orders" {
						out := httptest.NewRecorder()
						if w.Gateway.ServeHTTP(out, r); out.Code != http.StatusNotFound {
							t.Errorf("%s%s %s: %d", host, path, scope, out.Code)
						}
					} else if got := w.Do(t, r); !strings.HasPrefix(got.Code, "AuthFailure.") {
						t.Errorf("%s%s %s: %s", host, path, scope, got.Raw)
					}
				}
			}
		}
	}, withProducts(t, "orders"))
}
