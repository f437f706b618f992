package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
)

// Application calls the REST API of employee identity as an application does.
type Application struct {
	world            *World
	Account          store.Account
	ID               string // of the application
	ClientID, Secret string
	Host             string // that it sends requests to; the tenant of its account must have it
	Token            string
	Language         string // X-L
}

// EIAMHost is the host of an account's tenant in tests.
func (a *Account) EIAMHost() string { return "eiam-" + strconv.FormatInt(a.UIN, 10) + ".hufu.test" }

// Application makes an application of a tenant whose client has these permission codes, with a token, and gives the tenant
// the host of EIAMHost. It has the organization and the role model.
func (w *World) Application(t testing.TB, of *Account, name string, codes ...string) *Application {
	t.Helper()
	return w.ApplicationOf(t, of, eiam.Application{Name: name, OrgModel: true, RoleModel: true, API: true}, codes...)
}

// ApplicationOf is Application with settings of its own.
func (w *World) ApplicationOf(t testing.TB, of *Account, in eiam.Application, codes ...string) *Application {
	t.Helper()
	ctx, account := context.Background(), store.Account(of.UIN)
	a := &Application{world: w, Account: account, Host: of.EIAMHost(), Language: "en"}
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		app, err := eiam.CreateApplication(ctx, tx, account, in, w.Now())
		if err != nil {
			return err
		}
		client, secret, err := eiam.CreateClient(ctx, tx, account, app.ID, w.Now())
		if err != nil {
			return err
		}
		a.ID, a.ClientID, a.Secret = app.ID, client.ID, secret
		tenant, err := eiam.GetTenant(ctx, tx, account)
		if err != nil {
			return err
		}
		if err := eiam.SetTenant(ctx, tx, account, []string{a.Host}, tenant.Zone.String(), tenant.JobManagement); err != nil {
			return err
		}
		return eiam.SetCodes(ctx, tx, account, client, codes)
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Login(t)
	return a
}

// Login gets a new token.
func (a *Application) Login(t testing.TB) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://"+a.Host+"/api/v2/tenant/token", strings.NewReader("grant_type=client_credentials"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(a.ClientID, a.Secret)
	answer := a.Do(t, r)
	if answer.Status != http.StatusOK {
		t.Fatalf("no token: %d %s", answer.Status, answer.Raw)
	}
	a.Token = answer.Str("access_token")
}

// RESTAnswer is what the REST API answered. Code and Message are those of either form of errors.
type RESTAnswer struct {
	Answer
	Status int
	Header http.Header
}

// Request is a request for a path below /api/v2/tenant, with the token; a body that is not a string is sent as JSON, nil as
// none.
func (a *Application) Request(t testing.TB, method, path string, body any) *http.Request {
	t.Helper()
	var content []byte
	switch x := body.(type) {
	case nil:
	case string:
		content = []byte(x)
	default:
		var err error
		if content, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	r := httptest.NewRequest(method, "http://"+a.Host+"/api/v2/tenant"+path, bytes.NewReader(content))
	r.RemoteAddr = "127.0.0.1:40000"
	for k, v := range map[string]string{"Authorization": "Bearer " + a.Token, "Content-Type": "application/json; charset=utf-8", "X-L": a.Language} {
		r.Header.Set(k, v)
	}
	return r
}

// Call makes one call. A 500, and a body that is no JSON object, fail the test.
func (a *Application) Call(t testing.TB, method, path string, body any) *RESTAnswer {
	t.Helper()
	return a.Do(t, a.Request(t, method, path, body))
}

// Do sends a request as it is.
func (a *Application) Do(t testing.TB, r *http.Request) *RESTAnswer {
	t.Helper()
	out := httptest.NewRecorder()
	a.world.EIAM.ServeHTTP(out, r)
	answer := &RESTAnswer{Status: out.Code, Header: out.Header(), Answer: Answer{Raw: out.Body.String()}}
	if out.Code == http.StatusNoContent {
		if answer.Raw != "" {
			t.Errorf("%s %s: 204 with a body: %s", r.Method, r.URL, answer.Raw)
		}
		return answer
	}
	d := json.NewDecoder(strings.NewReader(answer.Raw))
	d.UseNumber()
	if err := d.Decode(&answer.Body); err != nil || out.Code == http.StatusInternalServerError {
		t.Fatalf("%s %s: status %d, body %s: %v", r.Method, r.URL, out.Code, answer.Raw, err)
	}
	if answer.Code, answer.Message = answer.Str("error_code"), answer.Str("error_msg"); answer.Code == "" {
		answer.Code, answer.Message = answer.Str("error"), answer.Str("error_description")
	}
	return answer
}

// Must makes a call that has to answer this status without an error.
func (a *Application) Must(t testing.TB, status int, method, path string, body any) *RESTAnswer {
	t.Helper()
	answer := a.Call(t, method, path, body)
	if answer.Status != status || answer.Code != "" {
		t.Fatalf("%s %s %v: %d %s, want %d", method, path, body, answer.Status, answer.Raw, status)
	}
	return answer
}

// Fails makes a call that has to answer this error code.
func (a *Application) Fails(t testing.TB, code, method, path string, body any) *RESTAnswer {
	t.Helper()
	answer := a.Call(t, method, path, body)
	if answer.Code != code {
		t.Errorf("%s %s %v: %d %s, want %s", method, path, body, answer.Status, answer.Raw, code)
	}
	return answer
}
