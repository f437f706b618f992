package pep

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

// byBody asks about the order that the body names.
func byBody(r *http.Request) ([]Question, error) {
	var in struct{ Order int }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return nil, err
	}
	if c, ok := CallerFrom(r.Context()); !ok || c.Account != 1 {
		return nil, errors.New("no caller")
	}
	return []Question{refund(in.Order)}, nil
}

func TestMiddleware(t *testing.T) {
	teapot := &Error{Status: 404, Code: "ResourceNotFound", Message: "There is no such order."}
	several := func(*http.Request) ([]Question, error) {
		all := []Question{{Action: "Read"}}
		for i := range 12 {
			all = append(all, refund(i))
		}
		return append(all, Question{Action: "Read"}), nil
	}
	for _, tc := range []struct {
		name    string
		change  func(*signed)
		resolve func(*http.Request) ([]Question, error)
		denied  string
		status  int
		pieces  []string
	}{
		{"who may", nil, byBody, "", 200, []string{`7 asks for {"Order":42}`}},
		{"several things that he may", nil, several, "", 200, []string{"7 asks"}},
		{"who may not", nil, byBody, "Refund", 403, []string{codeDenied, `you are not authorized to perform operation (orders:Refund)\nresource (qcs::orders:::order/42) has no permission\n`}},
		{"several things of which he may not do some", nil, several, "Refund", 403, []string{"order/0)", "order/9)", "2 further resources have no permission"}},
		{"one thing of several", nil, several, "Read", 403, []string{`operation (orders:Read)\nresource (*) has no permission\nresource (*) has no permission\n"`}},
		{"who did not sign well", func(s *signed) { s.key = "x" }, byBody, "", 401, []string{codeSignature}},
		{"a request that the service cannot read", func(s *signed) { s.body = "{" }, byBody, "", 500, []string{codeInternal}},
		{"a request that the service refuses", nil, func(*http.Request) ([]Question, error) { return nil, teapot }, "", 404, []string{"There is no such order."}},
		{"a refusal with more around it", nil, func(*http.Request) ([]Question, error) { return nil, fmt.Errorf("find: %w", teapot) }, "", 404, []string{"There is no such order."}},
		{"a request about nothing", nil, func(*http.Request) ([]Question, error) { return nil, nil }, "", 500, []string{codeInternal}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHufu(t)
			h.denied["orders:"+tc.denied] = true
			var failed *Error
			e := h.enforcer(func(c *Config) {
				c.Fail = func(w http.ResponseWriter, r *http.Request, e *Error) { failed = e; FailHTTP(w, r, e) }
			})
			passed := false
			handler := e.Middleware(tc.resolve)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				passed = true
				c, _ := CallerFrom(r.Context())
				body, err := io.ReadAll(r.Body)
				fmt.Fprint(w, c.ID, " asks for ", string(body), err)
			}))
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, h.request(func(s *signed) {
				if tc.change != nil {
					tc.change(s)
				}
			}))
			if w.Code != tc.status || passed != (tc.status == 200) || passed != (failed == nil) {
				t.Errorf("status %d, passed: %t, failure %v: %s", w.Code, passed, failed, w.Body)
			}
			for _, p := range tc.pieces {
				if !strings.Contains(w.Body.String(), p) {
					t.Errorf("no %q in %s", p, w.Body)
				}
			}
			if tc.status == 403 && !strings.Contains(failed.Unwrap().Error(), "decision id-0: policy 5") {
				t.Errorf("the log gets %v", failed.Unwrap())
			}
			if strings.Contains(w.Body.String(), "policy 5") || strings.Contains(w.Body.String(), "order/11)") {
				t.Errorf("the client is told too much: %s", w.Body)
			}
		})
	}
	if c, ok := CallerFrom(t.Context()); ok {
		t.Errorf("%+v calls where nobody does", c)
	}
}

func TestTheAnswersOfFailures(t *testing.T) {
	for _, tc := range []struct {
		name   string
		fail   func(http.ResponseWriter, *http.Request, *Error)
		e      *Error
		status int
		header map[string]string
	}{
		{"by status", FailHTTP, unauthorized(codeSignature, "No."), 401, map[string]string{"WWW-Authenticate": "TC3-HMAC-SHA256"}},
		{"by status, for now", FailHTTP, unavailable(errors.New("a secret of the log")), 503, map[string]string{"Retry-After": "1"}},
		{"as SDKs read it", FailAPI, unauthorized(codeSignature, "No."), 200, nil},
		{"as SDKs read it, for now", FailAPI, unavailable(errors.New("a secret of the log")), 200, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			tc.fail(w, nil, tc.e)
			var body struct {
				Response struct {
					Error     struct{ Code, Message string }
					RequestId string
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
				t.Fatal(err)
			}
			id := body.Response.RequestId
			if w.Code != tc.status || body.Response.Error.Code != tc.e.Code || body.Response.Error.Message != tc.e.Message ||
				!regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			for name, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "X-TC-RequestId": id} {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			for _, name := range []string{"WWW-Authenticate", "Retry-After"} {
				if got := w.Header().Get(name); got != tc.header[name] {
					t.Errorf("%s is %q, want %q", name, got, tc.header[name])
				}
			}
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("the client is told the cause: %s", w.Body)
			}
		})
	}
	w := httptest.NewRecorder()
	w.Header().Set("X-TC-RequestId", "own")
	FailHTTP(w, nil, internal(nil))
	if !strings.Contains(w.Body.String(), `"RequestId":"own"`) || w.Header().Get("X-TC-RequestId") != "own" {
		t.Errorf("the service's own id is lost: %s", w.Body)
	}
}
