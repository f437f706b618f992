package rest_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
)

// tokenRequest asks for a token.
func tokenRequest(a *apitest.Application, path, contentType, body, basic string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://"+a.Host+path, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if basic != "" {
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(basic)))
	}
	return r
}

func TestTokensAreGivenInEveryDocumentedWay(t *testing.T) {
	const form, object = "application/x-www-form-urlencoded", "application/json"
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Application(t, w.Account(t), "crm", "account_all")
		pair, both := a.ClientID+":"+a.Secret, "client_id="+a.ClientID+"&client_secret="+a.Secret
		text, _ := json.Marshal(map[string]string{"grant_type": "client_credentials", "client_id": a.ClientID, "client_secret": a.Secret})
		for _, tc := range []struct {
			name, path, contentType, body, basic string
			status                               int
			code                                 string
		}{
			{"a header and a form", "/api/v2/tenant/token", form, "grant_type=client_credentials", pair, 200, ""},
			{"a form with all members", "/api/v2/tenant/token", form, "grant_type=client_credentials&" + both, "", 200, ""},
			{"a query with all members", "/api/v2/tenant/token?grant_type=client_credentials&" + both, "", "", "", 200, ""},
			{"a header and a query", "/api/v2/tenant/token?grant_type=client_credentials", form, "", pair, 200, ""},
			{"JSON at the alias", "/api/oap/oauth/token", object, string(text), "", 200, ""},
			{"the header and parameters that agree", "/api/v2/tenant/token", form, "grant_type=client_credentials&" + both, pair, 200, ""},
			{"the same member twice with one value", "/api/v2/tenant/token?grant_type=client_credentials", form, "grant_type=client_credentials&" + both, "", 200, ""},
			{"a member twice with two values", "/api/v2/tenant/token?grant_type=password", form, "grant_type=client_credentials&" + both, "", 400, "invalid_request"},
			{"a header and parameters of another client", "/api/v2/tenant/token", form, "grant_type=client_credentials&client_id=other", pair, 401, "invalid_client"},
			{"a wrong secret", "/api/v2/tenant/token", form, "grant_type=client_credentials", a.ClientID + ":wrong", 401, "invalid_client"},
			{"an empty secret", "/api/v2/tenant/token", form, "grant_type=client_credentials", a.ClientID + ":", 401, "invalid_client"},
			{"an unknown client", "/api/v2/tenant/token", form, "grant_type=client_credentials", "nobody:" + a.Secret, 401, "invalid_client"},
			{"no client", "/api/v2/tenant/token", form, "grant_type=client_credentials", "", 401, "invalid_client"},
			{"another scheme", "/api/v2/tenant/token", form, "grant_type=client_credentials", ":", 401, "invalid_client"},
			{"another grant", "/api/v2/tenant/token", form, "grant_type=password", pair, 400, "unsupported_grant_type"},
			{"no grant", "/api/v2/tenant/token", form, "", pair, 400, "unsupported_grant_type"},
			{"JSON that is none", "/api/oap/oauth/token", object, "{", "", 400, "invalid_request"},
			{"JSON with a number", "/api/oap/oauth/token", object, `{"client_id":1}`, "", 400, "invalid_request"},
			{"a client that is no text", "/api/v2/tenant/token", form, "grant_type=client_credentials", "\xff\x00:secret", 401, "invalid_client"},
			{"a parameter that is no text", "/api/v2/tenant/token?client_id=%ff%00&client_secret=x&grant_type=client_credentials", "", "", "", 400, "invalid_request"},
			{"a body of another type", "/api/v2/tenant/token", "text/plain", "grant_type=client_credentials", pair, 400, "invalid_request"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := a.Do(t, tokenRequest(a, tc.path, tc.contentType, tc.body, tc.basic))
				if got.Status != tc.status || got.Code != tc.code {
					t.Fatalf("%d %s", got.Status, got.Raw)
				}
				if strings.Contains(got.Raw, a.Secret) {
					t.Error("the answer has the secret")
				}
				if tc.status != http.StatusOK {
					if want := `{"error":"` + tc.code + `","error_description":"`; !strings.HasPrefix(got.Raw, want) {
						t.Errorf("%s does not begin with %s", got.Raw, want)
					}
					return
				}
				if got.Str("token_type") != "bearer" || got.Int("expires_in") != 1799 || got.Str("scope") != "all" || len(got.Str("access_token")) != 36 {
					t.Errorf("%s", got.Raw)
				}
			})
		}
	})
}

func TestTheStatementSaysWhatTheApplicationMay(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Application(t, w.Account(t), "crm", "account_all", "user_read")
		got := a.Do(t, tokenRequest(a, "/api/v2/tenant/token?grant_type=client_credentials", "", "", a.ClientID+":"+a.Secret))
		parts := strings.Split(got.Str("id_token"), ".")
		if len(parts) != 3 {
			t.Fatalf("%s", got.Raw)
		}
		text, err := base64.RawURLEncoding.DecodeString(parts[1])
		var claims map[string]any
		if err == nil {
			err = json.Unmarshal(text, &claims)
		}
		if err != nil {
			t.Fatal(err)
		}
		now := float64(w.Now().Unix())
		for name, want := range map[string]any{"iss": "https://" + a.Host + "/api/v1/oauth2", "aud": a.ClientID, "sub": a.ID, "iat": now, "nbf": now - 120,
			"exp": now + 1800, "api": `{"perms":["account_all","user_read"]}`} {
			if claims[name] != want {
				t.Errorf("%s is %v, want %v", name, claims[name], want)
			}
		}
	})
}

// change runs fn on the application's client in a write of its own.
func change(t testing.TB, w *apitest.World, a *apitest.Application, fn func(ctx context.Context, tx *store.Tx, app *eiam.Application, c *eiam.Client) error) {
	t.Helper()
	ctx := context.Background()
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		app, err := eiam.GetApplication(ctx, tx, a.Account, a.ID)
		if err != nil {
			return err
		}
		client, err := eiam.GetClient(ctx, tx, a.Account, a.ID)
		if err != nil {
			return err
		}
		return fn(ctx, tx, app, client)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTokensEndWithWhatTheyStandFor(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, nil)
		for _, tc := range []struct {
			name   string
			end    func(t *testing.T, a *apitest.Application)
			code   string // of a call with the token from before
			client string // of a request for a new one
		}{
			{"time", func(*testing.T, *apitest.Application) { w.Sleep(1800 * time.Second) }, "invalid_token", ""},
			{"not a moment before", func(*testing.T, *apitest.Application) { w.Sleep(1799 * time.Second) }, "", ""},
			{"another secret", func(t *testing.T, a *apitest.Application) {
				change(t, w, a, func(ctx context.Context, tx *store.Tx, _ *eiam.Application, c *eiam.Client) error {
					_, err := eiam.RotateSecret(ctx, tx, a.Account, c, tx.Now())
					return err
				})
			}, "invalid_token", "invalid_client"},
			{"a disabled application", func(t *testing.T, a *apitest.Application) {
				change(t, w, a, func(ctx context.Context, tx *store.Tx, app *eiam.Application, _ *eiam.Client) error {
					app.Disabled = true
					return eiam.UpdateApplication(ctx, tx, a.Account, app, tx.Now())
				})
			}, "invalid_token", "invalid_client"},
			{"a deleted application", func(t *testing.T, a *apitest.Application) {
				change(t, w, a, func(ctx context.Context, tx *store.Tx, _ *eiam.Application, _ *eiam.Client) error {
					return eiam.DeleteApplication(ctx, tx, a.Account, a.ID)
				})
			}, "invalid_token", "invalid_client"},
			{"a code that was taken away", func(t *testing.T, a *apitest.Application) {
				change(t, w, a, func(ctx context.Context, tx *store.Tx, _ *eiam.Application, c *eiam.Client) error {
					return eiam.SetCodes(ctx, tx, a.Account, c, []string{"org_all"})
				})
			}, "insufficient_scope", ""},
			{"a suspended root account", func(t *testing.T, a *apitest.Application) {
				if err := w.Operator.Suspend(context.Background(), a.Account); err != nil {
					t.Fatal(err)
				}
			}, "access_denied", "access_denied"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				a := w.Application(t, w.Account(t), "crm", "user_read")
				a.Must(t, 200, http.MethodGet, "/items/1", nil)
				tc.end(t, a)
				if got := a.Call(t, http.MethodGet, "/items/1", nil); got.Code != tc.code || tc.code != "" && got.Status != 400 {
					t.Errorf("a call: %d %s", got.Status, got.Raw)
				}
				got := a.Do(t, tokenRequest(a, "/api/v2/tenant/token?grant_type=client_credentials", "", "", a.ClientID+":"+a.Secret))
				if got.Code != tc.client {
					t.Errorf("a request for a token: %d %s", got.Status, got.Raw)
				}
			})
		}
	})
}

func TestAnApplicationWithoutTheAPIIsTold(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, nil)
		a := w.ApplicationOf(t, w.Account(t), eiam.Application{Name: "crm"}, "all")
		got := a.Fails(t, "access_denied", http.MethodGet, "/items/1", nil)
		if want := `{"error":"access_denied","error_description":"Service not enabled within tenant"}`; got.Raw != want || got.Status != 400 {
			t.Errorf("%d %s", got.Status, got.Raw)
		}
	})
}

func TestWhatIsNoTokenIsRefused(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, nil)
		a, other := w.Application(t, w.Account(t), "crm", "all"), w.Application(t, w.Account(t), "crm", "all")
		for _, tc := range []struct{ name, header string }{
			{"nothing", ""},
			{"a scheme alone", "Bearer"},
			{"a scheme and blanks", "Bearer   "},
			{"another scheme", "Basic " + a.Token},
			{"a token without scheme", a.Token},
			{"a token that was never given", "Bearer 6f1b0c6e-5a4b-4d53-9d3e-0f2f3c1b2a99"},
			{"a token and more", "Bearer " + a.Token + " x"},
			{"a long one", "Bearer " + strings.Repeat("x", 5000)},
			{"one of another tenant", "Bearer " + other.Token},
		} {
			t.Run(tc.name, func(t *testing.T) {
				r := a.Request(t, http.MethodGet, "/items/1", nil)
				r.Header.Set("Authorization", tc.header)
				got := a.Do(t, r)
				if want := `{"error":"invalid_token","error_description":"Invalid access"}`; got.Raw != want || got.Status != 400 || got.Header.Get("WWW-Authenticate") != "Bearer" {
					t.Errorf("%d %s", got.Status, got.Raw)
				}
			})
		}
		r := a.Request(t, http.MethodGet, "/items/1", nil)
		r.Header.Set("Authorization", "bearer  "+a.Token)
		if got := a.Do(t, r); got.Status != 200 {
			t.Errorf("a scheme in lower case: %d %s", got.Status, got.Raw)
		}
	})
}

func TestRecordsNameTheApplication(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		install(t, w, handlers{"Add": missing})
		a := w.Application(t, w.Account(t), "crm", "user_all")
		a.Must(t, 201, http.MethodPost, "/items", map[string]any{"name": "n", "password": "hunter2", "unknown": 1})
		change(t, w, a, func(ctx context.Context, tx *store.Tx, _ *eiam.Application, c *eiam.Client) error {
			return eiam.SetCodes(ctx, tx, a.Account, c, nil)
		})
		a.Fails(t, "insufficient_scope", http.MethodPost, "/items", map[string]any{"name": "n"})
		a.Do(t, tokenRequest(a, "/api/v2/tenant/token", "", "grant_type=client_credentials", a.ClientID+":wrong"))
		w.Trail.Close()
		all, err := audit.Query(context.Background(), w.DB.Read(), audit.Filter{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		find := func(outcome, action string) audit.Record {
			for _, r := range all {
				if r.Door == "eiam" && r.Outcome == outcome && r.Action == action {
					return r
				}
			}
			t.Fatalf("no record of %s with %s", action, outcome)
			return audit.Record{}
		}
		added := find("ok", "eiam:Add")
		if added.CallerKind != "application" || added.CallerName != a.ID || added.KeyID != a.ClientID || added.Account != a.Account ||
			added.Decision != (audit.Decision{Effect: "allow", Layer: "application", Policy: "user_all"}) {
			t.Errorf("%+v", added)
		}
		if want := `{"name":"n","password":"***"}`; string(added.Parameters) != want {
			t.Errorf("parameters %s, want %s", added.Parameters, want)
		}
		if r := find("insufficient_scope", "eiam:Add"); r.Decision.Effect != "implicit_deny" || r.CallerName != a.ID {
			t.Errorf("%+v", r)
		}
		if r := find("ok", "eiam:CreateToken"); r.CallerName != a.ID || strings.Contains(string(r.Parameters), a.Secret) {
			t.Errorf("%+v", r)
		}
		if r := find("invalid_client", "eiam:CreateToken"); r.CallerKind != "anonymous" || r.KeyID != a.ClientID || r.Account != 0 {
			t.Errorf("%+v", r)
		}
	})
}

func TestSecretsAndTokensAreNotInTheDatabase(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Application(t, w.Account(t), "crm", "all")
		for _, query := range []string{`SELECT secret FROM eiam_clients`, `SELECT hash FROM eiam_tokens`} {
			var kept []byte
			if err := w.DB.Read().QueryRowContext(context.Background(), query).Scan(&kept); err != nil || len(kept) != 32 {
				t.Errorf("%s: %d bytes, %v", query, len(kept), err)
			}
			if strings.Contains(string(kept), a.Secret) || strings.Contains(string(kept), a.Token) {
				t.Errorf("%s has what it should not", query)
			}
		}
		w.Sleep(time.Hour + 1801*time.Second)
		if err := w.People.Purge(context.Background(), w.Now()); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := w.DB.Read().QueryRowContext(context.Background(), `SELECT COUNT(*) FROM eiam_tokens`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d tokens are left after the purge, %v", n, err)
		}
	})
}
