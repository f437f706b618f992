package directory_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/services"
	"github.com/hufu-iam/hufu/tc3"
)

const (
	denied        = "AuthFailure.UnauthorizedOperation"
	noPerson      = "ResourceNotFound.PersonNotExist"
	noUser        = "ResourceNotFound.UserNotExist"
	taken         = "ResourceInUse.UserLinked"
	badValue      = "InvalidParameterValue"
	administrator = 1 // the preset that allows everything

	english = "The person to whom this user belongs is disabled."
	chinese = "该用户所属的人员已被停用，请联系管理员。"
)

// person makes a person of an account.
func person(t testing.TB, w *apitest.World, a *apitest.Account, login string) string {
	t.Helper()
	return createIn(t, w.DB, store.Account(a.UIN), directory.Profile{Login: login, Name: strings.ToUpper(login)}).ID
}

// eiam sets or clears the flag of the EIAM door.
func eiam(t testing.TB, w *apitest.World, a *apitest.Account, id string, disabled bool) {
	t.Helper()
	write(t, w.DB, func(tx *store.Tx) error {
		return directory.SetEIAMDisabled(ctx, tx, store.Account(a.UIN), id, disabled, w.Now())
	})
}

func link(t testing.TB, by *apitest.Client, id string, uin int64) {
	t.Helper()
	by.Must(t, "hufu:LinkIdentity", apitest.P{"PersonId": id, "Uin": uin})
}

func setStatus(t testing.TB, by *apitest.Client, id, status string) *apitest.Answer {
	t.Helper()
	return by.Must(t, "hufu:SetPersonStatus", apitest.P{"PersonId": id, "Status": status})
}

// withProduct is a catalogue with a product that the operator registered.
func withProduct(t *testing.T, name string) *catalogue.Catalogue {
	t.Helper()
	file := filepath.Join(t.TempDir(), name+".yaml")
	if err := os.WriteFile(file, []byte("service: "+name+"\ntitle: {en: A product}\nlevel: resource\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := catalogue.Load(services.Services, catalogue.Config{Files: []string{file}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// reply is what a door beside API 3.0 answered.
type reply struct {
	status int
	text   string
}

func send(w *apitest.World, r *http.Request) reply {
	out := httptest.NewRecorder()
	w.AuthZEN.ServeHTTP(out, r)
	return reply{out.Code, out.Body.String()}
}

// sign signs a request without body parameters of its own headers, as the SDKs do.
func sign(t testing.TB, w *apitest.World, h http.Header, c *apitest.Client, method, host, service, path, body string) {
	t.Helper()
	h.Set("X-TC-Timestamp", strconv.FormatInt(w.Now().Unix(), 10))
	h.Set("Content-Type", "application/json")
	if c.Token != "" {
		h.Set("X-TC-Token", c.Token)
	}
	m := tc3.Message{Service: service, Timestamp: w.Now().Unix(), Method: method, URI: path, PayloadHash: tc3.HashPayload([]byte(body)),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: host}}}
	a, err := m.Sign(c.ID, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	h.Set("Authorization", a.Header())
}

// ask puts a body to a path of the door for questions.
func ask(t testing.TB, w *apitest.World, by *apitest.Client, path, body string) reply {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://hufu.test"+path, strings.NewReader(body))
	sign(t, w, r.Header, by, http.MethodPost, "hufu.test", "hufu", "/", body)
	return send(w, r)
}

// component calls an interface of the component door, and answers its return code and the whole answer.
func component(t testing.TB, w *apitest.World, by *apitest.Client, name, para string) (int64, string) {
	t.Helper()
	body := fmt.Sprintf(`{"version":1,"componentName":"MC","eventId":1,"interface":{"interfaceName":%q,"para":%s}}`, name, para)
	r := httptest.NewRequest(http.MethodPost, "http://hufu.test/component", strings.NewReader(body))
	r.Header.Set("X-TC-Language", "en-US")
	sign(t, w, r.Header, by, http.MethodPost, "hufu.test", "cam", "/component", body)
	out := httptest.NewRecorder()
	w.Component.ServeHTTP(out, r)
	var answer struct{ ReturnCode int64 }
	if err := json.Unmarshal(out.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s: %v", out.Body, err)
	}
	return answer.ReturnCode, out.Body.String()
}

// question asks about a subject, with an explanation.
func question(typ string, id any, action string) string {
	return fmt.Sprintf(`{"subject":{"type":%q,"id":"%v"},"action":{"name":%q},"resource":{"type":"qcs","id":"*"},"context":{"explain":true}}`, typ, id, action)
}

// forward is what a proxy in front of the product orders asks about a request that a client has signed.
func forward(t testing.TB, w *apitest.World, by *apitest.Client) reply {
	t.Helper()
	q := url.Values{"action": {"orders:List"}, "resource": {"qcs::orders:::order/1"}}.Encode()
	r := httptest.NewRequest(http.MethodGet, "http://hufu:9800/access/v1/forward?"+q, nil)
	r.RemoteAddr = apitest.Proxy + ":40000"
	sign(t, w, r.Header, by, http.MethodGet, "orders.test", "orders", "/", "")
	for k, v := range map[string]string{"X-Original-Method": "GET", "X-Original-URI": "/", "X-Forwarded-Host": "orders.test", "X-Forwarded-For": "203.0.113.9"} {
		r.Header.Set(k, v)
	}
	return send(w, r)
}
