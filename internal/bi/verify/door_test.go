package verify_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/bi/verify"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/tc3"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	embedPath = "/bi/v1/embed/verify"
	keyPath   = "/bi/v1/apikey/verify"
	pagePath  = "/bi/v1/page/allowed"
)

// signed is a request of a client, whose scope names a service.
func signed(t testing.TB, w *apitest.World, c *apitest.Client, service, path, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "http://bi.hufu.test"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-TC-Language", "en-US")
	r.RemoteAddr = "127.0.0.1:40000"
	at := w.Now().Unix()
	r.Header.Set("X-TC-Timestamp", strconv.FormatInt(at, 10))
	m := tc3.Message{Service: service, Timestamp: at, Method: http.MethodPost, URI: path, PayloadHash: tc3.HashPayload([]byte(body)),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: "bi.hufu.test"}}}
	a, err := m.Sign(c.ID, c.Key)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", a.Header())
	return r
}

func ask(w *apitest.World, r *http.Request) *httptest.ResponseRecorder {
	out := httptest.NewRecorder()
	w.Engines.ServeHTTP(out, r)
	return out
}

func TestWhatIsWrongWithARequest(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		stranger := root.User(t, "stranger")
		project := root.Must(t, "bi:CreateProject", apitest.P{"Name": "sales", "ColorCode": "#fff"}).Int("Data.Id")
		token := root.Must(t, "bi:CreateEmbedToken", apitest.P{"ProjectId": project, "PageId": 7, "TicketNum": 1}).Str("Data.BIToken")
		body := `{"token":"` + token + `"}`
		wrongKey := w.Client(root.ID, "wrong", "")
		change := func(r *http.Request, f func(r *http.Request)) *http.Request { f(r); return r }
		good := func() *http.Request { return signed(t, w, root, "bi", embedPath, body) }
		for _, tc := range []struct {
			name   string
			r      *http.Request
			status int
			code   string
		}{
			{"another path below", signed(t, w, root, "bi", "/bi/v1/embed", body), http.StatusNotFound, ""},
			{"another method", change(good(), func(r *http.Request) { r.Method = http.MethodGet }), http.StatusMethodNotAllowed, ""},
			{"no signature", change(good(), func(r *http.Request) { r.Header.Del("Authorization") }), http.StatusBadRequest, "MissingParameter"},
			{"another kind of signature", change(good(), func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }), http.StatusUnauthorized, "AuthFailure.InvalidAuthorization"},
			{"no timestamp", change(good(), func(r *http.Request) { r.Header.Del("X-TC-Timestamp") }), http.StatusBadRequest, "MissingParameter"},
			{"a wrong key", signed(t, w, wrongKey, "bi", embedPath, body), http.StatusUnauthorized, "AuthFailure.SignatureFailure"},
			{"an unknown SecretId", signed(t, w, w.Client("AKIDnobody", "x", ""), "bi", embedPath, body), http.StatusUnauthorized, "AuthFailure.SecretIdNotFound"},
			{"the scope of another service", signed(t, w, root, "cam", embedPath, body), http.StatusUnauthorized, "AuthFailure.InvalidAuthorization"},
			{"no permission", signed(t, w, stranger, "bi", embedPath, body), http.StatusForbidden, "AuthFailure.UnauthorizedOperation"},
			{"no permission for keys", signed(t, w, stranger, "bi", keyPath, `{"apiKey":"x"}`), http.StatusForbidden, "AuthFailure.UnauthorizedOperation"},
			{"no permission for pages", signed(t, w, stranger, "bi", pagePath, `{"userId":"1","projectId":"1","pageId":"1","right":"PageView"}`), http.StatusForbidden, "AuthFailure.UnauthorizedOperation"},
			{"no right to ask for", signed(t, w, root, "bi", pagePath, `{"userId":"1","projectId":"1","pageId":"1"}`), http.StatusBadRequest, "MissingParameter"},
			{"a body of more than 4 KiB", signed(t, w, root, "bi", embedPath, `{"token":"`+strings.Repeat("x", 4<<10)+`"}`), http.StatusRequestEntityTooLarge, "RequestSizeLimitExceeded"},
			{"no body", signed(t, w, root, "bi", embedPath, ""), http.StatusBadRequest, ""},
			{"no JSON", signed(t, w, root, "bi", embedPath, "{"), http.StatusBadRequest, "InvalidParameter"},
			{"no object", signed(t, w, root, "bi", embedPath, `["token"]`), http.StatusBadRequest, "InvalidParameter"},
			{"no token", signed(t, w, root, "bi", embedPath, `{}`), http.StatusBadRequest, "MissingParameter"},
			{"an empty token", signed(t, w, root, "bi", embedPath, `{"token":""}`), http.StatusBadRequest, "MissingParameter"},
			{"a token that is no text", signed(t, w, root, "bi", embedPath, `{"token":{"token":"x"}}`), http.StatusBadRequest, "MissingParameter"},
			{"a key where a token should be", signed(t, w, root, "bi", embedPath, `{"apiKey":"x"}`), http.StatusBadRequest, "MissingParameter"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				out := ask(w, tc.r)
				var answer struct{ Code, Message, RequestID string }
				_ = json.Unmarshal(out.Body.Bytes(), &answer)
				if out.Code != tc.status || tc.code != "" && (answer.Code != tc.code || answer.Message == "" || answer.RequestID != out.Header().Get("X-Request-Id")) {
					t.Errorf("answered %d %s", out.Code, out.Body)
				}
				if strings.Contains(out.Body.String(), token) || strings.Contains(out.Body.String(), `"active"`) {
					t.Errorf("answered %s", out.Body)
				}
			})
		}
		// None of these took the one ticket.
		for _, want := range []string{`{"active":true,`, `{"active":false}`} {
			out := ask(w, good())
			if out.Code != http.StatusOK || !strings.HasPrefix(out.Body.String(), want) || out.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("answered %d %s, want %s", out.Code, out.Body, want)
			}
		}
	})
}

func TestRecordsHoldNoSecrets(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		project := root.Must(t, "bi:CreateProject", apitest.P{"Name": "sales", "ColorCode": "#fff"}).Int("Data.Id")
		token := root.Must(t, "bi:CreateEmbedToken", apitest.P{"ProjectId": project, "PageId": 7}).Str("Data.BIToken")
		key := root.Must(t, "bi:CreateAuthApiKey", apitest.P{}).Str("Data.ApiKey")
		ask(w, signed(t, w, root, "bi", embedPath, `{"token":"`+token+`"}`))
		ask(w, signed(t, w, root, "bi", keyPath, `{"apiKey":"`+key+`"}`))
		ask(w, signed(t, w, w.Client(key, key, ""), "bi", keyPath, `{"apiKey":"`+key+`"}`)) // a secret in the wrong place
		w.Client(key, key, "").Fails(t, "AuthFailure.SecretIdNotFound", "bi:DescribeAuthApiKeyList", apitest.P{})
		root.Must(t, "bi:DescribeAuthApiKeyList", apitest.P{"Keyword": key})
		w.Trail.Close()
		rows, err := w.DB.Read().QueryContext(t.Context(), `SELECT action, record FROM audit`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		seen := map[string]bool{}
		for rows.Next() {
			var action, record string
			if err := rows.Scan(&action, &record); err != nil {
				t.Fatal(err)
			}
			seen[action] = true
			if strings.Contains(record, token) || strings.Contains(record, key) {
				t.Errorf("the record of %s holds a secret: %s", action, record)
			}
		}
		if err := rows.Err(); err != nil || !seen["bi:VerifyToken"] || !seen["bi:VerifyApiKey"] {
			t.Errorf("there are records of %v, %v", seen, err)
		}
	})
}

func TestServes(t *testing.T) {
	for path, want := range map[string]bool{embedPath: true, keyPath: true, pagePath: true, "/bi/v1/": true, "/bi/v2/embed/verify": false, "/": false, "/bi": false} {
		if got := verify.Serves(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}

// Whatever a body holds, a caller whose signature is good learns that it is no token, that nobody may do that, or
// what is wrong with it.
func FuzzBody(f *testing.F) {
	w := apitest.New(f, storetest.Open(f, storetest.SQLite(f)))
	root := w.Account(f).Root
	for _, seed := range []string{`{"token":"30672eed-81e6-4d8f-a630-3d472531490b"}`, `{"apiKey":"00000000000000000000000000000000"}`, `{"token":null}`, `{"token":1}`, `{"token":"a","token":"b"}`,
		`{"token":["x"],"apiKey":{}}`, `{"userId":"1","projectId":"10000001","pageId":"99999999999999999999","right":"PageView"}`, `{"userId":" ","projectId":"-1","pageId":"0x1","right":"\u0000"}`, `[]`, ``, "\x00", `{"token":"\ud800"}`, `{"token":"` + strings.Repeat("x", 5000) + `"}`, "\xff", strings.Repeat("[", 4000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{embedPath, keyPath, pagePath} {
			out := ask(w, signed(t, w, root, "bi", path, body))
			text := out.Body.String()
			switch out.Code {
			case http.StatusOK:
				if text != `{"active":false}` && !(path == pagePath && strings.HasPrefix(text, `{"allowed":false`)) {
					t.Errorf("%s %q is answered %s", path, body, text)
				}
			case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
				if !json.Valid([]byte(text)) || !strings.HasPrefix(text, `{"code":"`) {
					t.Errorf("%s %q is answered %s", path, body, text)
				}
			default:
				t.Errorf("%s %q is answered %d %s", path, body, out.Code, text)
			}
		}
	})
}
