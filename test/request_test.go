package test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/tc3"
)

// padded is a JSON body of exactly n bytes.
func padded(n int) string { return "{" + strings.Repeat(" ", n-2) + "}" }

func TestRequestsThatCannotBeRead(t *testing.T) {
	const (
		form    = "application/x-www-form-urlencoded"
		parts   = "multipart/form-data; boundary=XX"
		tooBig  = "RequestSizeLimitExceeded"
		invalid = "InvalidParameter"
	)
	onServer(t, unlimited, func(t *testing.T, s *server) {
		post := func(contentType, body string) *message { return s.ask(whoami, "").form(contentType, body) }
		json := func(body string) *message { return post("application/json", body) }
		add := func(body string) *message { return s.ask("cam:AddUser", body) }
		for _, tt := range []struct {
			name    string
			message *message
			code    string
			pieces  []string
		}{
			{"no body means no parameters", json(""), "", nil},
			{"an empty object", json("{}"), "", nil},
			{"blanks around the object", json(" \r\n\t{} "), "", nil},
			{"a content type in capitals", post("Application/JSON", "{}"), "", nil},
			{"the charset in capitals", post("application/json; charset=UTF-8", "{}"), "", nil},
			{"a form by POST", post(form, ""), "", nil},
			{"a body of 10 MiB", json(padded(10 << 20)), "", nil},
			{"a query of 32 KiB", s.ask(whoami, "").get("Region=" + strings.Repeat("x", 32<<10-7)), "", nil},
			{"common parameters in a body are ignored", json(`{"Action":"x","Version":1,"Timestamp":null,"Nonce":[]}`), "", nil},
			{"no object can be empty text in parts", post(parts, "--XX--\r\n"), "", nil},

			{"a body of 10 MiB and a byte", json(padded(10<<20 + 1)), tooBig, nil},
			{"a form of 1 MiB and a byte", post(form, "Region="+strings.Repeat("x", 1<<20-6)), tooBig, nil},
			{"a query of 32 KiB and a byte", s.ask(whoami, "").get("Region=" + strings.Repeat("x", 32<<10-6)), tooBig, nil},
			{"parts of 10 MiB and a byte", post(parts, strings.Repeat("x", 10<<20+1)), tooBig, nil},

			{"text that is no JSON", json("Name=alice"), invalid, nil},
			{"an object that does not end", json(`{"Name":"alice"`), invalid, nil},
			{"a comma too many", json(`{"Name":"alice",}`), invalid, nil},
			{"single quotes", json(`{'Name':'alice'}`), invalid, nil},
			{"a comment", json(`{/*x*/}`), invalid, nil},
			{"text after the object", json(`{} {}`), invalid, nil},
			{"a list", json(`[]`), invalid, nil},
			{"a string", json(`"x"`), invalid, nil},
			{"null", json(`null`), invalid, nil},
			{"a number with a leading zero", json(`{"Name":01}`), invalid, nil},
			{"a byte order mark", json("\ufeff{}"), invalid, nil},
			{"bytes that are not UTF-8", json("{\"Name\":\"\xff\"}"), invalid, nil},
			{"half of a surrogate pair", json(`{"Name":"\ud800"}`), invalid, nil},
			{"a control character in a string", json("{\"Name\":\"\x01\"}"), invalid, nil},
			{"very deep nesting", json(strings.Repeat(`{"a":`, 10000) + "1" + strings.Repeat("}", 10000)), invalid, nil},
			{"a name twice", add(`{"Name":"alice","Name":"mallory"}`), invalid, []string{"`Name`"}},
			{"a name twice, once escaped", add(`{"Name":"alice","\u004eame":"mallory"}`), invalid, []string{"`Name`"}},
			{"another charset", post("application/json; charset=gbk", "{}"), invalid, []string{"`charset`"}},

			{"a content type of no service", post("text/plain", "{}"), "UnsupportedProtocol", nil},
			{"XML", post("application/xml", "<a/>"), "UnsupportedProtocol", nil},
			{"a stream of bytes", post("application/octet-stream", "{}"), "UnsupportedProtocol", nil},
			{"a content type that is none", post("/;", "{}"), "UnsupportedProtocol", nil},
			{"PUT", s.ask(whoami, "{}").by("PUT"), "UnsupportedProtocol", nil},
			{"DELETE", s.ask(whoami, "{}").by("DELETE"), "UnsupportedProtocol", nil},
			{"PATCH", s.ask(whoami, "{}").by("PATCH"), "UnsupportedProtocol", nil},

			{"a pair without equal sign", post(form, "Name"), invalid, []string{"`Name`"}},
			{"a pair without equal sign in a query", s.ask(whoami, "").get("Name=a&Remark"), invalid, []string{"`Remark`"}},
			{"a broken percent sign", s.ask(whoami, "").get("Name=%zz"), invalid, []string{"`Name`"}},
			{"percent signs that are not UTF-8", s.ask(whoami, "").get("Name=%ff"), invalid, []string{"`Name`"}},
			{"a name twice in a query", s.ask("cam:GetUser", "").get("Name=a&Name=b"), invalid, []string{"`Name`"}},
			{"a name as value and as prefix", s.ask("cam:GetUser", "").get("Name=a&Name.0=b"), invalid, []string{"`Name`"}},
			{"a list of more than 1000 elements", s.ask("cam:DescribeSubAccounts", "").get(numbered("FilterSubAccountUin", 1001)), invalid, []string{"`FilterSubAccountUin."}},
			{"a name of many parts", s.ask("cam:GetUser", "").get("A" + strings.Repeat(".a", 17) + "=1"), invalid, nil},

			{"parts without boundary", post("multipart/form-data", "--XX--\r\n"), "InvalidRequest", nil},
			{"parts that are none", post(parts, "Name=alice"), "InvalidRequest", nil},
			{"parts without an end", post(parts, "--XX\r\nContent-Disposition: form-data; name=\"Name\"\r\n\r\nalice"), "InvalidRequest", nil},
			{"a part without a name", post(parts, "--XX\r\n\r\nalice\r\n--XX--\r\n"), "InvalidRequest", nil},
			{"a part of broken JSON", s.ask("cam:GetUser", "").form(parts, multipart("Name", "application/json", "{")), invalid, []string{"`Name`"}},
			{"a part twice", s.ask("cam:GetUser", "").form(parts, multipart("Name", "", "a", "Name", "", "b")), invalid, []string{"`Name`"}},
		} {
			t.Run(tt.name, func(t *testing.T) { s.send(t, tt.message).wants(t, tt.code, tt.pieces...) })
		}
		t.Run("a form of 1 MiB is not too large", func(t *testing.T) {
			s.send(t, post(form, "Region="+strings.Repeat("x", 1<<20-7))).wants(t, "")
		})
		t.Run("a body without declared length is bounded too", func(t *testing.T) {
			m := json(padded(10<<20 + 1))
			r := m.request(t)
			r.Body, r.ContentLength = io.NopCloser(io.MultiReader(bytes.NewReader([]byte(m.body)))), -1
			answer, err := s.client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if text, _ := io.ReadAll(answer.Body); !strings.Contains(string(text), tooBig) {
				t.Errorf("%s", text)
			}
		})
	})
}

// by changes the method.
func (m *message) by(method string) *message {
	m.method = method
	return m
}

// numbered are n elements of a flattened list.
func numbered(name string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(name + "." + strconv.Itoa(i) + "=" + strconv.Itoa(i+1) + "&")
	}
	return strings.TrimSuffix(b.String(), "&")
}

// multipart writes parts of name, content type and text, with the boundary XX.
func multipart(parts ...string) string {
	var b strings.Builder
	for ; len(parts) > 0; parts = parts[3:] {
		b.WriteString("--XX\r\nContent-Disposition: form-data; name=\"" + parts[0] + "\"\r\n")
		if parts[1] != "" {
			b.WriteString("Content-Type: " + parts[1] + "\r\n")
		}
		b.WriteString("\r\n" + parts[2] + "\r\n")
	}
	return b.String() + "--XX--\r\n"
}

func TestRequestsThatNameNothing(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		ask := func() *message { return s.ask(whoami, "{}") }
		for _, tt := range []struct {
			name    string
			message *message
			code    string
			pieces  []string
		}{
			{"no action", ask().set("X-TC-Action", ""), "MissingParameter", []string{"`Action`"}},
			{"no version", ask().set("X-TC-Version", ""), "MissingParameter", []string{"`Version`"}},
			{"neither", ask().set("X-TC-Action", "").set("X-TC-Version", ""), "MissingParameter", []string{"`Action`"}},
			{"an unknown action", ask().set("X-TC-Action", "GetNobody"), "InvalidAction", []string{"`GetNobody`", "`sts`", "`2018-08-13`"}},
			{"an action of another case", ask().set("X-TC-Action", "getCallerIdentity"), "InvalidAction", []string{"`getCallerIdentity`"}},
			{"an action of another service", ask().set("X-TC-Action", "AddUser"), "InvalidAction", []string{"`AddUser`", "`sts`"}},
			{"an unknown version", ask().set("X-TC-Version", "2000-01-01"), "NoSuchVersion", []string{"`2000-01-01`", "`sts`"}},
			{"the version of another service", ask().set("X-TC-Version", "2019-01-16"), "NoSuchVersion", []string{"`2019-01-16`", "`sts`"}},
			{"a version of another form", ask().set("X-TC-Version", "v1"), "NoSuchVersion", []string{"`v1`"}},
			{"an unknown service", s.ask("cvm:DescribeInstances", "{}").set("X-TC-Version", "2017-03-12"), "NoSuchProduct", []string{"`cvm`"}},
			{"a service that the host does not name", ask().toHost("cam.hufu.localhost").set("X-TC-Version", "2019-01-16").set("X-TC-Action", "GetUser"), "AuthFailure.InvalidAuthorization", []string{"`Service`"}},

			{"the host names the service", ask().toHost("sts.hufu.localhost"), "", nil},
			{"the host names the service in capitals", ask().toHost("STS.Hufu.localhost"), "", nil},
			{"the host names service and region", ask().toHost("sts.ap-guangzhou.hufu.localhost"), "", nil},
			{"the path names the service", ask().atPath("/sts"), "", nil},
			{"the path names the service with a slash", ask().atPath("/sts/"), "", nil},
			{"the path is stronger than the host", ask().atPath("/sts").toHost("cam.hufu.localhost"), "", nil},
			{"the first label of an unknown host stands for the service", ask().scope("hufu").toHost("hufu.example.com"), "", nil},
			{"the first label of an address stands for the service", ask().scope("127"), "", nil},
		} {
			t.Run(tt.name, func(t *testing.T) { s.send(t, tt.message).wants(t, tt.code, tt.pieces...) })
		}
		for _, path := range []string{"/nothing", "/v1/users", "/sts/more", "/index.html", "//"} {
			t.Run("a path that is no endpoint: "+path, func(t *testing.T) {
				if status, _, _ := s.plain(t, http.MethodPost, path); status != http.StatusNotFound {
					t.Errorf("status %d, want 404", status)
				}
			})
		}
		t.Run("OPTIONS", func(t *testing.T) {
			status, header, body := s.plain(t, http.MethodOptions, "/")
			if status != http.StatusNoContent || body != "" || !strings.Contains(header.Get("Allow"), http.MethodPost) {
				t.Errorf("status %d, Allow %q, body %q", status, header.Get("Allow"), body)
			}
		})
	})
}

// atPath sends to another path; SDKs sign "/" whatever it is.
func (m *message) atPath(path string) *message {
	m.path = path
	return m
}

// scope signs for another service.
func (m *message) scope(service string) *message {
	m.service = service
	return m
}

// plain asks the API listener for something that is no call.
func (s *server) plain(t testing.TB, method, path string) (status int, header http.Header, body string) {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+s.api, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL = &url.URL{Scheme: "http", Host: s.api, Opaque: "//" + s.api + path}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

func TestParameters(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		uin, key := s.user(t, bootstrap, "alice")
		other, _ := s.user(t, bootstrap, "bob")
		add := func(body string) *message { return s.ask("cam:AddUser", body) }
		const parts = "multipart/form-data; boundary=XX"
		for _, tt := range []struct {
			name    string
			message *message
			code    string
			pieces  []string
		}{
			{"a required parameter is missing", add(`{}`), "MissingParameter", []string{"`Name`"}},
			{"a required parameter is null", add(`{"Name":null}`), "MissingParameter", []string{"`Name`"}},
			{"a required parameter is empty: it is there, but no name", add(`{"Name":""}`), "InvalidParameter.UserNameIllegal", nil},
			{"an unknown parameter", add(`{"Name":"x","Nickname":"y"}`), "UnknownParameter", []string{"`Nickname`"}},
			{"a parameter of another case", add(`{"name":"x"}`), "UnknownParameter", []string{"`name`"}},
			{"an unknown parameter deep down", s.ask("cam:AddUserToGroup", `{"Info":[{"GroupId":1,"Uin":1,"Name":"x"}]}`), "UnknownParameter", []string{"`Info.0.Name`"}},
			{"no idempotency tokens", add(`{"Name":"x","ClientToken":"1"}`), "UnknownParameter", []string{"`ClientToken`"}},
			{"no dry runs", add(`{"Name":"x","DryRun":true}`), "UnknownParameter", []string{"`DryRun`"}},
			{"a number for a string", add(`{"Name":1}`), "InvalidParameter", []string{"`Name`"}},
			{"a list for a string", add(`{"Name":["x"]}`), "InvalidParameter", []string{"`Name`"}},
			{"an object for a string", add(`{"Name":{}}`), "InvalidParameter", []string{"`Name`"}},
			{"words for a number", add(`{"Name":"x","UseApi":"yes"}`), "InvalidParameter", []string{"`UseApi`"}},
			{"a truth value for a number", add(`{"Name":"x","UseApi":true}`), "InvalidParameter", []string{"`UseApi`"}},
			{"a fraction for a number", add(`{"Name":"x","UseApi":1.5}`), "InvalidParameter", []string{"`UseApi`"}},
			{"a scalar for a list", s.ask("cam:DescribeSubAccounts", `{"FilterSubAccountUin":1}`), "InvalidParameter", []string{"`FilterSubAccountUin`"}},
			{"words in a list of numbers", s.ask("cam:DescribeSubAccounts", `{"FilterSubAccountUin":[1,"x"]}`), "InvalidParameter", []string{"`FilterSubAccountUin.1`"}},
			{"a value outside of its rule", add(`{"Name":"x","UseApi":2}`), "InvalidParameter.ParamError", []string{"`UseApi`", "`2`"}},
			{"a negative number", s.ask("cam:DescribeSubAccounts", `{"FilterSubAccountUin":[-1]}`), "InvalidParameterValue", []string{"`FilterSubAccountUin.0`", "`-1`"}},
			{"a number beyond 2^63", s.ask("cam:DescribeSubAccounts", `{"FilterSubAccountUin":[9223372036854775808]}`), "InvalidParameterValue", []string{"`FilterSubAccountUin.0`"}},
			{"a region of another form", s.ask(whoami, "{}").set("X-TC-Region", "Guangzhou!"), "InvalidParameterValue", []string{"`Region`", "`Guangzhou!`"}},
			{"any region of the right form", s.ask(whoami, "{}").set("X-TC-Region", "eu-nowhere-9"), "", nil},

			{"a number in a string", add(`{"Name":"string-number","UseApi":"1"}`), "", nil},
			{"a flattened number", s.ask("cam:AddUser", "").get("Name=flat-number&UseApi=1"), "", nil},
			{"a blank as plus sign", s.ask("cam:GetUser", "").get("Name=al+ice"), "ResourceNotFound.UserNotExist", nil},
			{"Chinese in a query", s.ask("cam:AddUser", "").get("Name=" + url.QueryEscape("张三")), "", nil},
			{"a form in TC3", s.ask("cam:GetUser", "").form("application/x-www-form-urlencoded", "Name=alice"), "", nil},
			{"a part as text", s.ask("cam:GetUser", "").form(parts, multipart("Name", "", "alice")), "", nil},
			{"a part as JSON", s.ask("cam:GetUser", "").form(parts, multipart("Name", "application/json", `"alice"`)), "", nil},
			{"an unknown part", s.ask("cam:GetUser", "").form(parts, multipart("Name", "", "alice", "More", "", "x")), "UnknownParameter", []string{"`More`"}},
		} {
			t.Run(tt.name, func(t *testing.T) { s.send(t, tt.message).wants(t, tt.code, tt.pieces...) })
		}

		t.Run("lists in every form", func(t *testing.T) {
			const action = "cam:DescribeSubAccounts"
			a, b := strconv.FormatInt(uin, 10), strconv.FormatInt(other, 10)
			flat := "FilterSubAccountUin.0=" + a + "&FilterSubAccountUin.1=" + b
			f := s.askV1(action, "HmacSHA256", tc3.Param{Name: "FilterSubAccountUin.1", Value: b}, tc3.Param{Name: "FilterSubAccountUin.0", Value: a})
			for name, m := range map[string]*message{
				"JSON":            s.ask(action, `{"FilterSubAccountUin":[`+a+`,`+b+`]}`),
				"JSON of strings": s.ask(action, `{"FilterSubAccountUin":["`+a+`","`+b+`"]}`),
				"GET":             s.ask(action, "").get(flat),
				"counted from 1":  s.ask(action, "").get("FilterSubAccountUin.1=" + a + "&FilterSubAccountUin.2=" + b),
				"out of order":    s.ask(action, "").get("FilterSubAccountUin.10=" + b + "&FilterSubAccountUin.9=" + a),
				"a form":          s.ask(action, "").form("application/x-www-form-urlencoded", flat),
				"parts":           s.ask(action, "").form(parts, multipart("FilterSubAccountUin.0", "", a, "FilterSubAccountUin.1", "", b)),
				"a part of JSON":  s.ask(action, "").form(parts, multipart("FilterSubAccountUin", "application/json", "["+a+", "+b+"]")),
				"signature V1":    f.sign(s, http.MethodGet, bootstrap.key),
				"signature V1 form": s.askV1(action, "HmacSHA1", tc3.Param{Name: "FilterSubAccountUin.0", Value: a}, tc3.Param{Name: "FilterSubAccountUin.1", Value: b}).
					sign(s, http.MethodPost, bootstrap.key),
			} {
				t.Run(name, func(t *testing.T) {
					got := s.send(t, m).wants(t, "")
					list, _ := got.body["SubAccounts"].([]any)
					var names []string
					for _, x := range list {
						user, _ := x.(map[string]any)
						text, _ := user["Name"].(string)
						names = append(names, text)
					}
					if strings.Join(names, " ") != "alice bob" {
						t.Errorf("got %v", got.body)
					}
				})
			}
		})
		t.Run("languages", func(t *testing.T) {
			for _, tt := range []struct {
				language string
				chinese  bool
			}{{"en-US", false}, {"zh-CN", true}, {"", true}, {"fr-FR", true}} {
				ask := func(m *message) *message { return m.set("X-TC-Language", tt.language) }
				for _, a := range []*answer{
					s.send(t, ask(s.ask("cam:GetUser", `{"Name":"nobody"}`))).wants(t, "ResourceNotFound.UserNotExist"),
					s.send(t, ask(s.ask("cam:GetUser", `{}`))).wants(t, "MissingParameter", "`Name`"),
					s.send(t, ask(s.ask("cam:GetUser", `{"Name":"alice"}`).as(key))).wants(t, denied, "(cam:GetUser)"),
				} {
					if got := strings.ContainsFunc(a.message, func(r rune) bool { return r >= 0x4e00 && r < 0xa000 }); got != tt.chinese {
						t.Errorf("language %q: %s", tt.language, a.message)
					}
				}
			}
			f := s.askV1("cam:GetUser", "HmacSHA1").set("Name", "nobody").set("Language", "zh-CN")
			if a := s.send(t, f.sign(s, http.MethodGet, bootstrap.key)); !strings.ContainsFunc(a.message, func(r rune) bool { return r >= 0x4e00 && r < 0xa000 }) {
				t.Errorf("signature V1: %s", a.message)
			}
		})
		t.Run("the trace id comes back", func(t *testing.T) {
			const id = "7d9a3c1e-0b5f-4e0e-8a43-5a7c9f6f2b10"
			for _, m := range []*message{s.ask(whoami, "{}"), s.ask(whoami, "["), s.ask(whoami, "{}").replace("Signature=", "Signature=0")} {
				if got := s.send(t, m.set("X-TC-TraceId", id)).header.Get("X-TC-TraceId"); got != id {
					t.Errorf("got %q", got)
				}
			}
			if got := s.send(t, s.ask(whoami, "{}")).header.Get("X-TC-TraceId"); got != "" {
				t.Errorf("got %q without sending one", got)
			}
		})
		t.Run("a denial has its fixed form", func(t *testing.T) {
			a := s.call(t, key, "cam:GetUser", params{"Name": "alice"}).wants(t, denied)
			want := " [[request id:" + a.str("RequestId") + "]you are not authorized to perform operation (cam:GetUser)\nresource (*) has no permission\nstrategy:{\"result\":\"implicit_deny\"}\n]"
			if !strings.HasSuffix(a.message, want) {
				t.Errorf("got  %q\nwant %q at its end", a.message, want)
			}
		})
	})
}
