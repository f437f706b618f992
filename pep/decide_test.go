package pep

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

var alice = &Caller{SecretID: aliceID}

func refund(order int) Question {
	return Question{Action: "Refund", Resource: fmt.Sprintf("qcs::orders:::order/%d", order)}
}

func TestWhatIsAsked(t *testing.T) {
	for _, tc := range []struct {
		name   string
		caller Caller
		q      Question
		want   string
	}{
		{"an action of the service", *alice, Question{Action: "Refund"},
			`{"subject":{"type":"key","id":"AKIDaliceTEST"},"action":{"name":"orders:Refund"},"resource":{"type":"qcs","id":"*"},"context":{}}`},
		{"an action of another", *alice, Question{Action: "bills:Refund", Resource: "*"},
			`{"subject":{"type":"key","id":"AKIDaliceTEST"},"action":{"name":"bills:Refund"},"resource":{"type":"qcs","id":"*"},"context":{}}`},
		{"all there is to say", Caller{SecretID: "x\"y", IP: netip.MustParseAddr("2001:db8::1")}, Question{Action: "Refund", Resource: "qcs::orders:::order/1",
			Tags: map[string]string{"env": "dev", "a": "中\n"}, CreateUIN: "7", Policy: `{"version":"2.0"}`,
			Context: map[string][]string{"orders:amount": {"12"}, "orders:flags": {"a", "b"}}},
			`{"subject":{"type":"key","id":"x\"y"},"action":{"name":"orders:Refund"},"resource":{"type":"qcs","id":"qcs::orders:::order/1",` +
				`"properties":{"tags":{"a":"中\n","env":"dev"},"create_uin":"7","policy":"{\"version\":\"2.0\"}"}},` +
				`"context":{"qcs:ip":"2001:db8::1","orders:amount":["12"],"orders:flags":["a","b"]}}`},
		{"another address", Caller{SecretID: "x", IP: netip.MustParseAddr("192.0.2.1")}, Question{Action: "Refund", Context: map[string][]string{"qcs:ip": {"10.0.0.1"}}},
			`{"subject":{"type":"key","id":"x"},"action":{"name":"orders:Refund"},"resource":{"type":"qcs","id":"*"},"context":{"qcs:ip":["10.0.0.1"]}}`},
		{"another address, in short", Caller{SecretID: "x", IP: netip.MustParseAddr("192.0.2.1")}, Question{Action: "Refund", Context: map[string][]string{"ip": {"10.0.0.1"}}},
			`{"subject":{"type":"key","id":"x"},"action":{"name":"orders:Refund"},"resource":{"type":"qcs","id":"*"},"context":{"ip":["10.0.0.1"]}}`},
	} {
		h := newHufu(t)
		if _, err := h.enforcer().Allow(t.Context(), &tc.caller, tc.q); err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		if len(h.asked) != 1 || h.asked[0] != tc.want {
			t.Errorf("%s: asked\n%s\nwant\n%s", tc.name, h.asked, tc.want)
		}
	}
}

func TestADenialIsNoError(t *testing.T) {
	h := newHufu(t)
	h.denied["orders:Refund"] = true
	e := h.enforcer()
	for range 2 {
		if d, err := e.Allow(t.Context(), alice, refund(1)); err != nil || d != (Decision{false, "id-0", "no policy", "policy 5"}) {
			t.Errorf("%+v, %v", d, err)
		}
		if d, err := e.Allow(t.Context(), alice, Question{Action: "Cancel"}); err != nil || d != (Decision{Allowed: true, ID: "id-0"}) {
			t.Errorf("%+v, %v", d, err)
		}
	}
	if n := h.count(); n != 3 {
		t.Errorf("%d calls, want one for the revision and one for each question", n)
	}
}

func TestAllowAll(t *testing.T) {
	h := newHufu(t)
	h.denied["orders:Cancel"] = true
	e := h.enforcer()
	if all, err := e.AllowAll(t.Context(), alice); err != nil || len(all) != 0 {
		t.Errorf("no question: %v, %v", all, err)
	}
	for range 2 {
		all, err := e.AllowAll(t.Context(), alice, refund(1), Question{Action: "Cancel"}, refund(2))
		if got := allowed(all); err != nil || got != "101" {
			t.Errorf("got %s, %v", got, err)
		}
	}
	if n := h.count(); n != 2 {
		t.Errorf("%d calls, want one for the revision and one for the questions", n)
	}
	all, err := e.AllowAll(t.Context(), alice, refund(3), refund(1), Question{Action: "Cancel"}, refund(4))
	if got := allowed(all); err != nil || got != "1101" {
		t.Errorf("got %s, %v", got, err)
	}
	if got := len(h.asked); got != 5 {
		t.Errorf("%d questions were put, want those that were not known", got)
	}
	if all, err := e.AllowAll(t.Context(), alice, refund(1)); err != nil || allowed(all) != "1" {
		t.Errorf("one question: %v, %v", all, err)
	}
	h.count()
	many := make([]Question, 2500)
	for i := range many {
		many[i] = refund(100 + i)
		if i%2 == 0 {
			many[i].Action = "Cancel"
		}
	}
	all, err = e.AllowAll(t.Context(), alice, many...)
	if got := allowed(all); err != nil || got != strings.Repeat("01", 1250) {
		t.Errorf("got %s, %v", got, err)
	}
	if n := h.count(); n != 3 {
		t.Errorf("%d calls for 2,500 questions", n)
	}
	long := make([]Question, 4)
	for i := range long {
		long[i] = Question{Action: "Refund", Policy: strings.Repeat("x", 1<<20) + fmt.Sprint(i)}
	}
	if all, err = e.AllowAll(t.Context(), alice, long...); err != nil || allowed(all) != "1111" || h.count() != 2 {
		t.Errorf("long questions: %v, %v", all, err)
	}
}

func allowed(all []Decision) string {
	var b strings.Builder
	for _, d := range all {
		b.WriteByte("01"[map[bool]int{true: 1}[d.Allowed]])
	}
	return b.String()
}

func TestNobodyMayNothing(t *testing.T) {
	e := newHufu(t).enforcer()
	_, err := e.Allow(t.Context(), nil, refund(1))
	fails(t, err, 500, codeInternal)
	_, err = e.AllowAll(t.Context(), nil, refund(1), refund(2))
	fails(t, err, 500, codeInternal)
}

// Whatever hufu answers that is not an answer, nobody passes.
func TestEveryFailureIsClosed(t *testing.T) {
	const (
		revisions, keys, one, many = "/access/v1/revision", "/hufu", "/access/v1/evaluation", "/access/v1/evaluations"
		good                       = `{"decision":true,"context":{"id":"x","revision":"node-0","cacheable":true}}`
		key                        = `{"Response":{"SigningKey":"%s","ExpiredTime":9999999999,"PrincipalType":"user","PrincipalId":"7","AccountUin":1,"Revision":"node-0","Cacheable":true}}`
		zeros                      = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
		ones                       = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
	)
	all := []string{revisions, keys, one, many}
	type failure struct {
		name   string
		paths  []string
		status int
		text   string
		want   int // status of the error
	}
	cases := []failure{
		{"an error of the server", all, 500, "InternalError: x", 503},
		{"no permission", all, 403, "AuthFailure.UnauthorizedOperation: x", 503},
		{"a key of the service that is disabled", all, 401, "AuthFailure.SecretIdNotFound: x", 503},
		{"too many calls", all, 429, "RequestLimitExceeded: x", 503},
		{"a page of some proxy", all, 200, "<html>", 503},
		{"nothing", all, 200, "", 503},
		{"no content", all, 204, "", 503},
		{"half an answer", all, 200, `{"decision":true,"context":{"id":"x","rev`, 503},
		{"null", all, 200, "null", 503},
		{"an empty object", all, 200, "{}", 503},
		{"another object", all, 200, `{"allowed":true}`, 503},
		{"a list", all, 200, "[]", 503},
		{"an answer that does not end", all, 200, `{"revision":"` + strings.Repeat("x", 5<<20), 503},
		{"two answers", all, 200, `{"revision":"x"}{"revision":"y"}`, 503},
		{"an empty revision", []string{revisions}, 200, `{"revision":""}`, 503},
		{"a revision that is too long", []string{revisions}, 200, `{"revision":"` + strings.Repeat("x", 257) + `"}`, 503},
		{"a revision that is no text", []string{revisions}, 200, `{"revision":7}`, 503},
		{"a question that cannot be read", []string{one}, 400, "InvalidParameter: x", 500},
		{"a decision that is none", []string{one}, 200, strings.Replace(good, "true", "null", 1), 503},
		{"a decision that is a text", []string{one}, 200, strings.Replace(good, "true", `"true"`, 1), 503},
		{"a decision that is a number", []string{one}, 200, strings.Replace(good, "true", `1`, 1), 503},
		{"a decision without revision", []string{one}, 200, `{"decision":true,"context":{"cacheable":true}}`, 503},
		{"a decision without context", []string{one}, 200, `{"decision":true}`, 503},
		{"a decision with an error", []string{one}, 200, `{"decision":true,"context":{"revision":"x","error":{"status":403,"code":"x","message":"y"}}}`, 503},
		{"too few decisions", []string{many}, 200, `{"evaluations":[` + good + `]}`, 503},
		{"too many decisions", []string{many}, 200, `{"evaluations":[` + good + `,` + good + `,` + good + `]}`, 503},
		{"one decision that is none", []string{many}, 200, `{"evaluations":[` + good + `,{}]}`, 503},
		{"one decision that is null", []string{many}, 200, `{"evaluations":[` + good + `,null]}`, 503},
		{"one question that cannot be read", []string{many}, 200, `{"evaluations":[` + good + `,{"decision":false,"context":{"id":"x","error":{"status":400,"code":"MissingParameter","message":"x"}}}]}`, 500},
		{"one question that may not be put", []string{many}, 200, `{"evaluations":[` + good + `,{"decision":false,"context":{"id":"x","error":{"status":403,"code":"x","message":"x"}}}]}`, 503},
		{"one decision for all", []string{many}, 200, good, 503},
		{"another error of the action", []string{keys}, 200, `{"Response":{"Error":{"Code":"InvalidParameterValue","Message":"no such product"},"RequestId":"x"}}`, 503},
		{"a denial of the key", []string{keys}, 200, `{"Response":{"Error":{"Code":"AuthFailure.UnauthorizedOperation","Message":"x"},"RequestId":"x"}}`, 503},
		{"an answer without key", []string{keys}, 200, `{"Response":{"RequestId":"x"}}`, 503},
		{"a key of zeros", []string{keys}, 200, fmt.Sprintf(key, zeros), 503},
		{"a short key", []string{keys}, 200, fmt.Sprintf(key, "AQEB"), 503},
		{"a long key", []string{keys}, 200, fmt.Sprintf(key, ones[:43]+"A"+ones), 503},
		{"a key that is not base64", []string{keys}, 200, fmt.Sprintf(key, "!"+ones[1:]), 503},
		{"a key of an unknown type of principal", []string{keys}, 200, strings.Replace(fmt.Sprintf(key, ones), `"user"`, `"anonymous"`, 1), 503},
		{"a key of nobody", []string{keys}, 200, strings.Replace(fmt.Sprintf(key, ones), `"7"`, `""`, 1), 503},
		{"a key of no account", []string{keys}, 200, strings.Replace(fmt.Sprintf(key, ones), `"AccountUin":1`, `"AccountUin":0`, 1), 503},
		{"a key without end", []string{keys}, 200, strings.Replace(fmt.Sprintf(key, ones), "9999999999", "0", 1), 503},
		{"a key without revision", []string{keys}, 200, strings.Replace(fmt.Sprintf(key, ones), "node-0", "", 1), 503},
		{"the key of another", []string{keys}, 200, fmt.Sprintf(key, ones), 401},
		{"a key that has ended", []string{keys}, 200, strings.Replace(fmt.Sprintf(key, ones), "9999999999", "1", 1), 401},
		{"no connection", all, 0, "", 503},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			for _, path := range tc.paths {
				h := newHufu(t)
				h.broken = func(p string) (*http.Response, error) {
					switch {
					case p != path:
						return nil, nil
					case tc.status == 0:
						return nil, errors.New("connection refused")
					}
					return answer(tc.status, tc.text), nil
				}
				e := h.enforcer()
				closed := func(what string, concerned bool, passed bool, err error) {
					t.Helper()
					e, _ := errors.AsType[*Error](err)
					switch {
					case concerned && (passed || e == nil || e.Status != tc.want):
						t.Errorf("%s: %s passes: %t, %v; want %d", path, what, passed, err, tc.want)
					case concerned && e.Status >= 500 && e.Unwrap() == nil:
						t.Errorf("%s: %s: the error has no cause for the log", path, what)
					case !concerned && (!passed || err != nil):
						t.Errorf("%s: %s does not need it, and fails: %v", path, what, err)
					}
				}
				for range 2 {
					caller, err := e.Verify(h.request())
					closed("Verify", slices.Contains([]string{revisions, keys}, path), caller != nil, err)
					d, err := e.Allow(t.Context(), alice, refund(1))
					closed("Allow", slices.Contains([]string{revisions, one}, path), d.Allowed, err)
					all, err := e.AllowAll(t.Context(), alice, refund(2), refund(3))
					closed("AllowAll", slices.Contains([]string{revisions, many}, path), strings.Contains(allowed(all), "1"), err)
				}
			}
		})
	}
}
