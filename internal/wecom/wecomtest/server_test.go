package wecomtest_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

const corpID = "ww5f2c8d1e9a3b7406"

// world is an enterprise of a few people, two apps and the access of synchronization, on a clock that stands still.
type world struct {
	t    *testing.T
	s    *wecomtest.Server
	web  *httptest.Server
	now  time.Time
	apps map[string]wecomtest.App
}

func newWorld(t *testing.T, c wecomtest.Config) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC), apps: map[string]wecomtest.App{}}
	c.Now = func() time.Time { return w.now }
	w.s = wecomtest.New(c)
	w.web = httptest.NewServer(w.s)
	t.Cleanup(w.web.Close)
	t.Cleanup(w.s.Wait)
	w.s.AddCorp(wecomtest.Corp{ID: corpID, Name: "远山科技"})
	for _, d := range []wecomtest.Department{{ID: 2, ParentID: 1, Name: "研发", Order: 1}, {ID: 3, ParentID: 2, Name: "后端"}, {ID: 4, ParentID: 1, Name: "销售", Order: 9}} {
		w.must(w.s.SetDepartment(corpID, d))
	}
	w.must(w.s.Join(corpID,
		wecomtest.Member{UserID: "ZhangWei", Name: "张伟", Departments: []int{3, 4}, Mobile: "13800000001", Email: "z@example.com"},
		wecomtest.Member{UserID: "lina", Name: "李娜", Departments: []int{2}}, wecomtest.Member{UserID: "wangfang", Name: "王芳", Departments: []int{4}},
		wecomtest.Member{UserID: "zhaolei", Name: "赵磊", Departments: []int{4}}, wecomtest.Member{UserID: "off", Name: "停用", Departments: []int{2}, Status: wecomtest.Disabled}))
	w.must(w.s.SetTag(corpID, wecomtest.Tag{ID: 7, Name: "值班", Users: []string{"zhaolei"}}))
	recent := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, a := range map[string]wecomtest.App{
		"new":  {AgentID: 1000002, Name: "hufu", Secret: "secret-new", TrustedDomain: "hufu.example.com:9800", Created: recent, Scope: wecomtest.Scope{Departments: []int{2}, Tags: []int{7}}},
		"old":  {AgentID: 1000003, Name: "old", Secret: "secret-old", TrustedDomain: "hufu.example.com", Created: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Scope: wecomtest.Scope{Departments: []int{1}}},
		"sync": {AgentID: 1, Name: "sync", Secret: "secret-sync", Created: recent, ContactSync: true},
	} {
		w.must(w.s.SetApp(corpID, a))
		w.apps[name] = a
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// do calls an address; a body makes it a POST.
func (w *world) do(path, body string) map[string]any {
	w.t.Helper()
	var response *http.Response
	var err error
	if body == "" {
		response, err = http.Get(w.web.URL + path)
	} else {
		response, err = http.Post(w.web.URL+path, "application/json", strings.NewReader(body))
	}
	w.must(err)
	defer response.Body.Close()
	var answer map[string]any
	if response.StatusCode != http.StatusOK {
		w.t.Fatalf("%s answered %d", path, response.StatusCode)
	}
	w.must(json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

func (w *world) token(app string) string {
	w.t.Helper()
	answer := w.do("/cgi-bin/gettoken?corpid="+corpID+"&corpsecret="+w.apps[app].Secret, "")
	if answer["errcode"] != 0.0 {
		w.t.Fatalf("gettoken: %v", answer)
	}
	return answer["access_token"].(string)
}

// call calls with a token of the app. TOKEN in the path is replaced by it, or it is appended.
func (w *world) call(app, path, body string) map[string]any {
	w.t.Helper()
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	return w.do("/cgi-bin/"+path+join+"access_token="+w.token(app), body)
}

// asked is a call and what is answered.
type asked struct {
	app, path, body string
	errcode         int
	want            string // part of the answer
}

func (w *world) ask(cases map[string]asked) {
	w.t.Helper()
	for name, c := range cases {
		answer := w.call(c.app, c.path, c.body)
		text, err := json.Marshal(answer)
		w.must(err)
		if answer["errcode"] != float64(c.errcode) || !strings.Contains(string(text), c.want) {
			w.t.Errorf("%s: %s, want errcode %d and %s", name, text, c.errcode, c.want)
		}
	}
}

func TestCallsAnswerAsWeComDoes(t *testing.T) {
	w := newWorld(t, wecomtest.Config{})
	w.ask(map[string]asked{
		"the departments of a range, by order":           {"old", "department/list", "", 0, `"id":4`},
		"departments outside of the range are missing":   {"new", "department/simplelist", "", 0, `"department_id":[{"id":2,"order":1,"parentid":1},{"id":3,"order":0,"parentid":2}]`},
		"a department and all below it":                  {"new", "department/simplelist?id=3", "", 0, `[{"id":3,"order":0,"parentid":2}]`},
		"a department outside of the range":              {"new", "department/list?id=4", "", 60011, ""},
		"a department that is not there":                 {"new", "department/list?id=99", "", 60003, ""},
		"a department's details":                         {"new", "department/get?id=2", "", 0, `"name":"研发"`},
		"details of a department that is not there":      {"new", "department/get?id=99", "", 60123, ""},
		"details of a department outside of the range":   {"new", "department/get?id=4", "", 60011, ""},
		"an id that is no number":                        {"new", "department/list?id=two", "", 40058, ""},
		"a member, whatever the case of its userid":      {"new", "user/get?userid=zhangwei", "", 0, `"userid":"ZhangWei"`},
		"of its departments only those in range":         {"new", "user/get?userid=zhangwei", "", 0, `"department":[3]`},
		"a disabled member has its status":               {"new", "user/get?userid=off", "", 0, `"status":2`},
		"an older app sees private data":                 {"old", "user/get?userid=zhangwei", "", 0, `"mobile":"13800000001"`},
		"a member that a tag brings into the range":      {"new", "user/get?userid=zhaolei", "", 0, `"department":[]`},
		"a member outside of the range":                  {"new", "user/get?userid=wangfang", "", 60011, ""},
		"a member that is not there":                     {"new", "user/get?userid=nobody", "", 60111, ""},
		"a userid that cannot be":                        {"new", "user/get?userid=a%20b", "", 40003, ""},
		"no userid":                                      {"new", "user/get", "", 41009, ""},
		"a department's own members, not those below it": {"new", "user/simplelist?department_id=2", "", 0, `"userlist":[{"department":[2],"name":"李娜","userid":"lina"},{"department":[2],"name":"停用","userid":"off"}]`},
		"the long list":                                  {"new", "user/list?department_id=3", "", 0, `"userid":"ZhangWei"`},
		"no department":                                  {"new", "user/list", "", 40058, ""},
		"members of a department that is not there":      {"new", "user/list?department_id=99", "", 60003, ""},
		"members of a department outside of the range":   {"new", "user/list?department_id=4", "", 60011, ""},
	})
	if answer := w.call("new", "user/get?userid=zhangwei", ""); answer["mobile"] != nil || answer["email"] != nil {
		t.Errorf("a newer app sees private data: %v", answer)
	}
}

func TestSecretsOpenDifferentCalls(t *testing.T) {
	w := newWorld(t, wecomtest.Config{})
	w.ask(map[string]asked{
		"all ids need the access of synchronization":          {"new", "user/list_id", `{"cursor":"","limit":2}`, 48002, ""},
		"all ids by pages":                                    {"sync", "user/list_id", `{"limit":3}`, 0, `"next_cursor":"lina/2"`},
		"the page after":                                      {"sync", "user/list_id", `{"cursor":"lina/2","limit":3}`, 0, `"dept_user":[{"department":2,"userid":"off"},{"department":4,"userid":"wangfang"},{"department":4,"userid":"zhaolei"}]`},
		"the last page":                                       {"sync", "user/list_id", `{"cursor":"zhaolei/4"}`, 0, `"next_cursor":""`},
		"a page of nothing":                                   {"sync", "user/list_id", `{"limit":0}`, 40058, ""},
		"a body that is no JSON":                              {"sync", "user/list_id", `cursor=1`, 47001, ""},
		"a POST where a GET belongs":                          {"new", "user/get?userid=lina", `{}`, 43001, ""},
		"a GET where a POST belongs":                          {"sync", "user/list_id", "", 43002, ""},
		"synchronization may not list names":                  {"sync", "user/list?department_id=1", "", 48002, ""},
		"nor departments with names":                          {"sync", "department/list", "", 48002, ""},
		"but departments by id":                               {"sync", "department/simplelist?id=3", "", 0, `"id":3`},
		"nor an agent":                                        {"sync", "agent/get?agentid=1", "", 48002, ""},
		"an agent shows the range":                            {"new", "agent/get?agentid=1000002", "", 0, `"allow_partys":{"partyid":[2]},"allow_tags":{"tagid":[7]},"allow_userinfos":{"user":[]}`},
		"another app's agent":                                 {"new", "agent/get?agentid=1000003", "", 40056, ""},
		"no agent":                                            {"new", "agent/get", "", 41011, ""},
		"a tag in range":                                      {"new", "tag/get?tagid=7", "", 0, `"userlist":[{"name":"赵磊","userid":"zhaolei"}]`},
		"a tag outside of the range":                          {"old", "tag/get?tagid=7", "", 60011, ""},
		"a tag that is not there":                             {"old", "tag/get?tagid=8", "", 40068, ""},
		"a sign-in without code":                              {"new", "auth/getuserinfo", "", 41008, ""},
		"a sign-in with a code that was never given":          {"new", "auth/getuserinfo?code=x", "", 40029, ""},
		"details for a ticket that was never given":           {"new", "auth/getuserdetail", `{"user_ticket":"x"}`, 84014, ""},
		"a failure's text has the address and where to ask":   {"new", "user/get?userid=nobody", "", 60111, `from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=60111`},
		"a newer app sees names":                              {"new", "user/get?userid=lina", "", 0, `"name":"李娜"`},
		"the position in a department comes with its members": {"old", "user/get?userid=zhangwei", "", 0, `"is_leader_in_dept":[0,0]`},
	})
}

func TestTokensAreOfOneAppAndEnd(t *testing.T) {
	w := newWorld(t, wecomtest.Config{})
	get := func(query string) any { return w.do("/cgi-bin/gettoken?"+query, "")["errcode"] }
	for query, want := range map[string]float64{
		"": 41002, "corpid=" + corpID: 41004, "corpid=ww1&corpsecret=a": 40013, "corpid=" + corpID + "&corpsecret=a": 40001,
	} {
		if got := get(query); got != want {
			t.Errorf("gettoken?%s: %v, want %v", query, got, want)
		}
	}
	first := w.token("new")
	use := func(token string) any {
		return w.do("/cgi-bin/user/get?userid=lina&access_token="+token, "")["errcode"]
	}
	if w.token("old") == first || w.token("new") != first {
		t.Error("an app has a token of its own, and the same one for some time")
	}
	if got := []any{use(first), use(""), use("x")}; !reflect.DeepEqual(got, []any{0.0, 41001.0, 40014.0}) {
		t.Errorf("%v", got)
	}
	w.now = w.now.Add(2*time.Hour - 4*time.Minute)
	second := w.token("new")
	if second == first || use(first) != 0.0 {
		t.Error("a token with a few minutes left is replaced, and stays good")
	}
	w.now = w.now.Add(4 * time.Minute)
	if got := use(first); got != 42001.0 {
		t.Errorf("an expired token answers %v", got)
	}
	w.s.VoidTokens(corpID, w.apps["new"].AgentID)
	if got := use(second); got != 40014.0 {
		t.Errorf("a void token answers %v", got)
	}
	third := w.token("new")
	a := w.apps["new"]
	a.Closed = true
	w.must(w.s.SetApp(corpID, a))
	if got := []any{use(third), w.do("/cgi-bin/agent/get?agentid=1000002&access_token="+third, "")["close"]}; !reflect.DeepEqual(got, []any{50003.0, 1.0}) {
		t.Errorf("a closed app: %v", got)
	}
	a.Secret = "another"
	w.must(w.s.SetApp(corpID, a))
	if got := use(third); got != 40014.0 {
		t.Errorf("a token of a secret that was replaced answers %v", got)
	}
	a.Closed, a.IPs = false, []string{"192.0.2.1"}
	w.must(w.s.SetApp(corpID, a))
	if got := get("corpid=" + corpID + "&corpsecret=another"); got != 60020.0 {
		t.Errorf("an address that is not listed: %v", got)
	}
}

func TestRatesAreLimited(t *testing.T) {
	w := newWorld(t, wecomtest.Config{Limits: wecomtest.Limits{CorpMinute: 3, WrongSecrets: 2, Listed: 1}})
	token := w.token("new")
	list := func(department int) any {
		return w.do(fmt.Sprintf("/cgi-bin/user/list?department_id=%d&access_token=%s", department, token), "")["errcode"]
	}
	if got := []any{list(3), list(2), list(3), list(3)}; !reflect.DeepEqual(got, []any{0.0, 45029.0, 0.0, 45009.0}) {
		t.Errorf("%v", got)
	}
	w.now = w.now.Add(59 * time.Second)
	if got := list(3); got != 45009.0 {
		t.Errorf("before the block ended: %v", got)
	}
	w.now = w.now.Add(time.Second)
	if got := list(3); got != 0.0 {
		t.Errorf("after the block: %v", got)
	}
	for range 5 {
		code := w.s.Code(corpID, 1000002, "lina", false)
		if got := w.do("/cgi-bin/auth/getuserinfo?access_token="+token+"&code="+code, ""); got["userid"] != "lina" {
			t.Errorf("a good code is not counted: %v", got)
		}
	}
	wrong := "/cgi-bin/gettoken?corpid=" + corpID + "&corpsecret="
	if got := []any{w.do(wrong+"a", "")["errcode"], w.do(wrong+"b", "")["errcode"], w.do(wrong+"c", "")["errcode"], w.do(wrong+"secret-new", "")["errcode"]}; !reflect.DeepEqual(got, []any{40001.0, 40001.0, 40001.0, 45009.0}) {
		t.Errorf("%v", got)
	}
}

func TestFaultsComeWhenTheyWereAskedFor(t *testing.T) {
	w := newWorld(t, wecomtest.Config{})
	token := w.token("new")
	path := "/cgi-bin/user/get"
	raw := func() (int, string, error) {
		response, err := http.Get(w.web.URL + path + "?userid=lina&access_token=" + token)
		if err != nil {
			return 0, "", err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return response.StatusCode, string(body), err
	}
	w.s.FailNext(wecomtest.Fault{Path: path, After: 1, Times: 2, ErrCode: -1})
	w.s.FailNext(wecomtest.Fault{Path: path, Status: 502, Body: "bad gateway"})
	w.s.FailNext(wecomtest.Fault{Path: path, Body: "<html>"})
	w.s.FailNext(wecomtest.Fault{Path: path, Cut: true})
	w.s.FailNext(wecomtest.Fault{Path: path, Do: func() { w.must(w.s.Leave(corpID, "lina")) }})
	for _, want := range []string{`"errcode":0`, `"errcode":-1`, `"errcode":-1`, "bad gateway", "<html>"} {
		if status, body, err := raw(); err != nil || !strings.Contains(body, want) || (status == 502) != (want == "bad gateway") {
			t.Errorf("%d %s %v, want %s", status, body, err, want)
		}
	}
	// net/http asks again when a connection that was used before breaks off, so what it says is of the call after.
	if _, body, err := raw(); err == nil && !strings.Contains(body, "60111") {
		t.Errorf("a cut connection answered %s", body)
	}
	if _, body, err := raw(); err != nil || !strings.Contains(body, "60111") {
		t.Errorf("after she left: %s, %v", body, err)
	}
	if got := w.s.Calls(path); got < 7 {
		t.Errorf("%d calls", got)
	}
}

func TestSigningInPicksAMember(t *testing.T) {
	w := newWorld(t, wecomtest.Config{})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	back := url.QueryEscape("https://hufu.example.com:9800/login/wecom/callback")
	inside := "/connect/oauth2/authorize?appid=" + corpID + "&response_type=code&scope=snsapi_base&state=s&agentid=1000002&redirect_uri="
	browser := "/wwlogin/sso/login?login_type=CorpApp&appid=" + corpID + "&agentid=1000002&state=s&redirect_uri="
	for name, c := range map[string]struct{ path, want string }{
		"a page to pick from":                 {inside + back, "<a href=\"/connect/oauth2/authorize"},
		"who cannot sign in has no link":      {browser + back + "&q=off", "不能登录"},
		"a search":                            {browser + back + "&q=%E6%9D%8E", "李娜"},
		"a member":                            {inside + back + "&auto=lina", "https://hufu.example.com:9800/login/wecom/callback?code="},
		"a member in a browser":               {browser + back + "&auto=lina", "&state=s"},
		"declining":                           {browser + back + "&refuse=1", "https://hufu.example.com:9800/login/wecom/callback?state=s"},
		"a disabled member":                   {inside + back + "&auto=off", "60111"},
		"another port than the trusted one":   {inside + url.QueryEscape("https://hufu.example.com/login") + "&auto=lina", "50001"},
		"another host":                        {inside + url.QueryEscape("https://evil.example.com:9800/") + "&auto=lina", "50001"},
		"no http address":                     {inside + url.QueryEscape("javascript://hufu.example.com:9800/") + "&auto=lina", "50001"},
		"an unknown enterprise":               {strings.Replace(inside, corpID, "ww1", 1) + back, "40013"},
		"an unknown app":                      {strings.Replace(browser, "1000002", "1000009", 1) + back, "40056"},
		"another response type":               {strings.Replace(inside, "response_type=code", "response_type=token", 1) + back, "40058"},
		"the older form sends the appid back": {strings.Replace(browser, "/wwlogin/sso/login", "/wwopen/sso/qrConnect", 1) + back + "&auto=lina", "appid=" + corpID},
	} {
		response, err := client.Get(w.web.URL + c.path)
		w.must(err)
		body, err := io.ReadAll(response.Body)
		w.must(err)
		w.must(response.Body.Close())
		if got := response.Header.Get("Location") + string(body); !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestCodesAreOfOneAppAndGoodOnce(t *testing.T) {
	w := newWorld(t, wecomtest.Config{})
	code := w.s.Code(corpID, 1000002, "ZhangWei", true)
	if answer := w.call("old", "auth/getuserinfo?code="+code, ""); answer["errcode"] != 40029.0 {
		t.Errorf("another app's code: %v", answer)
	}
	answer := w.call("new", "auth/getuserinfo?code="+code, "")
	if answer["userid"] != "ZhangWei" || answer["user_ticket"] == nil {
		t.Errorf("%v", answer)
	}
	if again := w.call("new", "auth/getuserinfo?code="+code, ""); again["errcode"] != 42022.0 {
		t.Errorf("a code twice: %v", again)
	}
	if detail := w.call("new", "auth/getuserdetail", fmt.Sprintf(`{"user_ticket":%q}`, answer["user_ticket"])); detail["mobile"] != "13800000001" {
		t.Errorf("%v", detail)
	}
	late := w.s.Code(corpID, 1000002, "lina", false)
	w.now = w.now.Add(5 * time.Minute)
	if answer := w.call("new", "auth/getuserinfo?code="+late, ""); answer["errcode"] != 40029.0 {
		t.Errorf("a late code: %v", answer)
	}
	outside := w.s.Code(corpID, 1000002, "wangfang", false)
	if answer := w.call("new", "auth/getuserinfo?code="+outside, ""); answer["userid"] != "wangfang" {
		t.Errorf("a member outside of the range gets its userid: %v", answer)
	}
	stranger := w.s.Code(corpID, 1000002, "stranger:1", false)
	if answer := w.call("new", "auth/getuserinfo?code="+stranger, ""); answer["userid"] != nil || answer["openid"] == nil {
		t.Errorf("a stranger: %v", answer)
	}
	old := w.s.Code(corpID, 1000002, "lina", false)
	if answer := w.call("new", "user/getuserinfo?code="+old, ""); answer["UserId"] != "lina" {
		t.Errorf("the older spelling: %v", answer)
	}
}
