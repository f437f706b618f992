package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/tc3"
)

// caller signs calls with one credential.
type caller struct {
	name           string
	uin            int64
	id, key, token string
}

// params are the parameters of a call, or the members of its answer.
type params map[string]any

// text and number are members of an answer; numbers are json.Numbers.
func (p params) text(name string) string { s, _ := p[name].(string); return s }

func (p params) number(name string) int64 {
	n, _ := p[name].(json.Number)
	i, _ := n.Int64()
	return i
}

func (p params) object(name string) params { m, _ := p[name].(map[string]any); return m }

var versions = map[string]string{"bi": "2022-01-05", "cam": "2019-01-16", "sts": "2018-08-13", "hufu": "2026-12-01"}

// do makes a signed call from an address: "cam:AddUser" by API 3.0. The error is the answer's code and sentence.
func (s *story) do(c *caller, ip, action string, in params) (params, error) {
	service, name, _ := strings.Cut(action, ":")
	out, err := s.send(c, ip, service, "/", in, http.Header{"X-Tc-Action": {name}, "X-Tc-Version": {versions[service]}})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	answer := out.object("Response")
	if failed := answer.object("Error"); failed != nil {
		return nil, fmt.Errorf("%s: %s: %s", action, failed.text("Code"), failed.text("Message"))
	}
	return answer, nil
}

// ask puts a question to the door for decisions.
func (s *story) ask(c *caller, ip string, question params) error {
	_, err := s.send(c, ip, "hufu", "/access/v1/evaluation", question, nil)
	return err
}

// send signs a JSON body and hands it to the server's own handler.
func (s *story) send(c *caller, ip, service, path string, in params, header http.Header) (params, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now().Unix()
	r := s.request(http.MethodPost, path, ip, body)
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("X-TC-Timestamp", strconv.FormatInt(now, 10))
	if c.token != "" {
		r.Header.Set("X-TC-Token", c.token)
	}
	m := tc3.Message{Service: service, Timestamp: now, Method: http.MethodPost, PayloadHash: tc3.HashPayload(body),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: s.host}}}
	signed, err := m.Sign(c.id, c.key)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", signed.Header())
	out, _, err := s.serve(r)
	return out, err
}

// request is a request with a JSON body that comes from an address.
func (s *story) request(method, path, ip string, body []byte) *http.Request {
	r := httptest.NewRequest(method, "http://"+s.host+path, bytes.NewReader(body))
	r.RemoteAddr = ip + ":40000"
	r.Header.Set("Content-Type", "application/json")
	return r
}

// serve has a request answered, and what it leaves to be written later written now.
func (s *story) serve(r *http.Request) (params, *http.Response, error) {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	s.flush()
	if w.Code != http.StatusOK {
		return nil, w.Result(), fmt.Errorf("status %d: %s", w.Code, w.Body)
	}
	d := json.NewDecoder(w.Body)
	d.UseNumber()
	out := params{}
	return out, w.Result(), d.Decode(&out)
}
