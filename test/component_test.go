package test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
	"github.com/hufu-iam/hufu/tc3"
)

// checkComponent is what every answer of the component interface has in common.
func (o *observer) checkComponent(answer *http.Response, body []byte) {
	id := answer.Header.Get("X-TC-RequestId")
	var all map[string]any
	if err := json.Unmarshal(body, &all); err != nil || len(all) != 7 || answer.StatusCode != http.StatusOK ||
		answer.Header.Get("Content-Type") != "application/json" || !requestIDSyntax.MatchString(id) || all["returnCode"] != all["returnValue"] {
		o.t.Errorf("status %d, request %s: not an answer of the component interface: %s", answer.StatusCode, id, body)
		return
	}
	data, _ := all["data"].(map[string]any)
	if _, named := data["ownerUinStr"]; named != (all["returnCode"] == 0.0) {
		o.t.Errorf("success has the caller's identity, a failure nothing: %s", body)
	}
	if code, message := all["returnCode"], fmt.Sprint(all["returnMessage"]); code == 4101.0 || code == 4102.0 {
		o.server.refused(refusal{request: id, question: -1, code: denied, message: message})
	}
}

// told is the answer of a component call.
type told struct {
	code    int64
	message string
	data    *answer
	raw     string
}

var lastEvent atomic.Int64

// component is a correct component call of the first root account.
func (s *server) component(name string, para any) *message {
	body, err := json.Marshal(map[string]any{"version": 1, "componentName": "MC", "eventId": lastEvent.Add(1), "interface": map[string]any{"interfaceName": name, "para": para}})
	if err != nil {
		panic(err) // maps of this package
	}
	return &message{method: http.MethodPost, path: "/component", host: s.api, contentType: "application/json", body: string(body), key: bootstrap, service: "cam",
		at: time.Now().Unix(), header: map[string]string{"X-TC-Language": "en-US"}}
}

// tells sends a component call.
func (s *server) tells(t testing.TB, m *message) *told {
	t.Helper()
	a := answered(t, s.client, m.request(t))
	var envelope struct {
		ReturnCode    int64
		ReturnMessage string
		Data          map[string]any
	}
	d := json.NewDecoder(strings.NewReader(a.text))
	d.UseNumber()
	if err := d.Decode(&envelope); err != nil {
		t.Fatal(err)
	}
	return &told{envelope.ReturnCode, envelope.ReturnMessage, &answer{body: envelope.Data}, a.text}
}

func (a *told) wants(t testing.TB, code int64, pieces ...string) *told {
	t.Helper()
	if a.code != code {
		t.Errorf("got %s, want %d", a.raw, code)
	}
	for _, p := range pieces {
		if !strings.Contains(a.message, p) {
			t.Errorf("%q does not contain %q", a.message, p)
		}
	}
	return a
}

// examined is what sigAndAuth is asked about: a POST that a credential signed with TC3 for the queue service.
func examined(c credential, at int64, body string) params {
	sum := tc3.HashPayload([]byte(body))
	m := tc3.Message{Service: "cmq", Timestamp: at, Method: http.MethodPost, PayloadHash: sum,
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: "cmq.example.com"}}}
	a, err := m.Sign(c.id, c.key)
	if err != nil {
		panic(err) // a correct message
	}
	return params{"version": "2.0", "method": "POST", "url": "cmq.example.com/?", "q-token": c.token,
		"header": fmt.Sprintf("content-type:application/json\nhost:cmq.example.com\nauthorization:q-sign-algorithm=api_sha256_v4&q-ak=%s&q-sign-time=%d;%d&q-key-time=%[2]d;%[3]d"+
			"&q-header-list=content-type;host&q-url-param-list=&q-signature=%s&q-sign-time-api-v4=%d;%s\nq-payload:%s\nq-credential-scope:%[6]s/cmq/tc3_request",
			c.id, at-300, at+300, a.Signature, at, tc3.Date(at), hex.EncodeToString(sum[:]))}
}

// examinedV1 is the same with signature V1.
func examinedV1(c credential, at int64, algorithm string) params {
	source := fmt.Sprintf("GETcmq.example.com/v2/index.php?Action=ListQueue&Nonce=7&SecretId=%s&Timestamp=%d", c.id, at)
	method := map[string]string{"cdp_sha1": "HmacSHA1", "cdp_sha256": "HmacSHA256"}[algorithm]
	return params{"version": "2.0", "url": "/", "q-token": c.token, "header": fmt.Sprintf("authorization:q-sign-algorithm=%s&q-plaintext=%s&q-ak=%s&q-sign-time=%d;%d&q-signature=%s",
		algorithm, base64.StdEncoding.EncodeToString([]byte(source)), c.id, at-10, at+10, tc3.SignSourceV1(c.key, source, method))}
}

func (p params) with(name string, value any) params {
	all := params{name: value}
	for k, v := range p {
		if k != name {
			all[k] = v
		}
	}
	return all
}

// A sub-user is granted the listing of all queues and two operations on one of them; then the queue service asks about
// him, by his number and by his signature.
func TestTheStoryOfTheQueue(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		const root = 100000000001
		uin, user := s.user(t, bootstrap, "3232")
		service, cmq := s.user(t, bootstrap, "cmq")
		s.grants(t, bootstrap, service, "check", "cam:CheckResource", "*", "")
		s.grants(t, bootstrap, service, "examine", "cam:SigAndAuth", "*", "")
		queue := func(region string, account int64, name string) string {
			return fmt.Sprintf("qcs::cmqqueue:%s:uin/%d:queueName/uin/%d/%s", region, account, uin, name)
		}
		info := params{"version": "2.0", "principal": params{"qcs": []string{fmt.Sprintf("qcs::cam::uin/%d:uin/%d/myqueue", root, uin)}},
			"statement": []params{
				{"effect": "allow", "action": "cmqqueue:ListQueue", "resource": "*"},
				{"effect": "allow", "action": []string{"cmqqueue:ReceiveMessage", "cmqqueue:BatchDeleteMessage"}, "resource": queue("bj", root, "horacetest1")},
			}}
		made := s.tells(t, s.component("CreateCamStrategy", params{"strategyName": "strategy1", "strategyInfo": info, "remark": "horace test"})).wants(t, 0, "OK")
		id := made.data.number("strategyId")
		if kept := s.must(t, bootstrap, "cam:GetPolicy", params{"PolicyId": id}); strings.Contains(kept.str("PolicyDocument"), "principal") || kept.str("Description") != "horace test" {
			t.Errorf("kept is %v", kept.body)
		}
		questions := []struct {
			action, resource string
			allow            bool
		}{
			{"cmqqueue:ListQueue", "*", true},
			{"cmqqueue:ReceiveMessage", queue("bj", root, "horacetest1"), true},
			{"cmqqueue:BatchDeleteMessage", queue("bj", root, "horacetest1"), true},
			{"cmqqueue:SendMessage", queue("bj", root, "horacetest1"), false},
			{"cmqqueue:ReceiveMessage", queue("bj", root, "horacetest2"), false},
			{"cmqqueue:ReceiveMessage", queue("gz", root, "horacetest1"), false},
			{"cmqqueue:ReceiveMessage", queue("bj", root+5, "horacetest1"), false},
		}
		ask := func(granted bool) {
			for _, q := range questions {
				allow := q.allow && granted
				who := params{"uin": uin, "ownerUin": root, "action": q.action, "resource": q.resource}
				got := s.tells(t, s.component("checkResource", who).as(cmq)).wants(t, 0)
				if !strings.Contains(got.raw, fmt.Sprintf(`"list":[{"resource":"%s","allow":%t}]`, q.resource, allow)) || got.data.number("uin") != uin {
					t.Errorf("%v: %s", q, got.raw)
				}
				want := int64(4102)
				if allow {
					want = 0
				}
				now := time.Now().Unix()
				s.tells(t, s.component("logic.cam.sigAndAuth", who.with("mode", 2)).as(cmq)).wants(t, want)
				for _, signed := range []params{examined(user, now, `{"x":1}`), examinedV1(user, now, "cdp_sha1"), examinedV1(user, now, "cdp_sha256")} {
					got := s.tells(t, s.component("logic.cam.sigAndAuth", signed.with("mode", 0).with("action", q.action).with("resource", []string{q.resource})).as(cmq)).wants(t, want)
					if allow && (got.message != "permission verify" || got.data.number("uin") != uin || got.data.number("ownerUin") != root) {
						t.Error(got.raw)
					}
				}
			}
		}
		ask(true)
		s.tells(t, s.component("OperateCamStrategy", params{"groupId": -1, "relateUin": uin, "strategyId": id, "actionType": 2})).wants(t, 0)
		ask(false)
		s.tells(t, s.component("OperateCamStrategy", params{"groupId": -1, "relateUin": uin, "strategyId": id, "actionType": 1})).wants(t, 0)
		ask(true)

		// Another account's service learns nothing about the user, not even that he is there.
		other := s.createAccount(t, "other").credential()
		now := time.Now().Unix()
		s.tells(t, s.component("checkResource", params{"uin": uin, "ownerUin": root, "action": "a:b", "resource": "*"}).as(other)).wants(t, 4000, "InvalidParameter.user.NotExist")
		s.tells(t, s.component("checkResource", params{"uin": uin, "action": "a:b", "resource": "*"}).as(other)).wants(t, 4000, "InvalidParameter.user.NotExist")
		for _, signed := range []params{examined(user, now, ""), examinedV1(user, now, "cdp_sha1")} {
			s.tells(t, s.component("sigAndAuth", signed.with("mode", 1)).as(other)).wants(t, 4104, "AuthFailure.SecretIdNotFound")
			s.tells(t, s.component("sigAndAuth", signed.with("mode", 1)).as(user)).wants(t, 4101, "cam:SigAndAuth")
			s.tells(t, s.component("sigAndAuth", signed.with("mode", 1).with("header", strings.Replace(signed["header"].(string), "q-signature=", "q-signature=0", 1))).as(cmq)).wants(t, 4100)
		}
		s.tells(t, s.component("sigAndAuth", examined(user, now-400, "").with("mode", 1)).as(cmq)).wants(t, 4200)
		s.must(t, bootstrap, "cam:UpdateAccessKey", params{"AccessKeyId": user.id, "Status": "Inactive", "TargetUin": uin})
		s.tells(t, s.component("sigAndAuth", examined(user, now, "").with("mode", 1)).as(cmq)).wants(t, 4104)
	})
}

func TestComponentCallsThatProveNothing(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		shop := s.createAccount(t, "shop")
		create := func() *message {
			return s.component("CreateCamStrategy", params{"strategyName": "thief", "strategyInfo": allow("cvm:*")})
		}
		for _, c := range []struct {
			name  string
			m     *message
			code  int64
			piece string
		}{
			{"an altered signature", create().authorization(spoilSignature), 4100, "AuthFailure.SignatureFailure: "},
			{"a wrong key", create().as(credential{id: bootstrap.id, key: "wrong-wrong-wrong-wrong"}), 4100, "AuthFailure.SignatureFailure: "},
			{"no signature", create().as(credential{}), 4100, "AuthFailure.InvalidAuthorization: "},
			{"a body that is not signed", create().set("X-TC-Content-SHA256", tc3.UnsignedPayload), 4100, "AuthFailure.InvalidAuthorization: "},
			{"another service", create().scope("sts"), 4100, "AuthFailure.InvalidAuthorization: "},
			{"a token that is not wanted", create().set("X-TC-Token", "x"), 4100, "AuthFailure.TokenFailure: "},
			{"an expired time", create().time(time.Now().Unix() - 310), 4200, "AuthFailure.SignatureExpire: "},
			{"a time that is to come", create().time(time.Now().Unix() + 310), 4200, "AuthFailure.SignatureExpire: "},
			{"an unknown key", create().as(credential{id: "AKIDnobody", key: "x"}), 4104, "AuthFailure.SecretIdNotFound: "},
			{"a GET", create().by(http.MethodGet), 4600, "UnsupportedProtocol: "},
			{"a form", create().form("application/x-www-form-urlencoded", "a=b"), 4600, "UnsupportedProtocol: "},
			{"another interface in the header", create().set("X-TC-Action", "ListCamStrategy"), 4000, "InvalidParameter: "},
			{"an unknown interface", s.component("DropTables", nil), 4000, "InvalidAction: "},
			{"too large a body", create().form("application/json", padded(1<<20+1)), 4000, "RequestSizeLimitExceeded: "},
			{"no JSON", create().form("application/json", "{"), 4000, "InvalidParameter: "},
			{"a member twice", create().form("application/json", `{"eventId":1,"eventId":1}`), 4000, "InvalidParameter: "},
		} {
			t.Run(c.name, func(t *testing.T) { s.tells(t, c.m).wants(t, c.code, c.piece) })
		}
		t.Run("an altered body", func(t *testing.T) {
			m := create()
			r := m.request(t)
			m.body = strings.Replace(m.body, "cvm", "cam", 1)
			altered := m.as(credential{}).request(t)
			altered.Header = r.Header
			if got := answered(t, s.client, altered); !strings.Contains(got.text, `"returnCode":4100`) {
				t.Error(got.text)
			}
		})
		s.tells(t, create().as(shop.credential())).wants(t, 0)
		s.run(t, "account", "suspend", strconv.FormatInt(shop.UIN, 10))
		s.soon(t, shop.credential(), whoami, nil, denied)
		s.tells(t, create().as(shop.credential())).wants(t, 4300, denied)
		s.tells(t, s.component("ListCamStrategy", params{}).as(shop.credential())).wants(t, 4300, denied)
		if n := s.tells(t, s.component("ListCamStrategy", params{"type": 1})).data.number("totalNum"); n != 0 {
			t.Errorf("%d policies were made", n)
		}
	})
}

// What was used is used on every server of the database, and after a restart.
func TestAComponentSignatureIsGoodOnce(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		s := p.start(t, unlimited...)
		create := s.component("CreateCamStrategy", params{"strategyName": "one", "strategyInfo": allow("cvm:*")})
		id := s.tells(t, create).wants(t, 0).data.number("strategyId")
		failed := s.component("OperateCamStrategy", params{"relateUin": 1, "strategyId": id, "actionType": 1})
		s.tells(t, failed).wants(t, 4000, "InvalidParameter.user.NotExist")
		s.tells(t, s.component("DelCamStrategy", params{"strategyId": id})).wants(t, 0)
		replays := func(s *server) {
			t.Helper()
			for _, m := range []*message{create, failed} {
				s.tells(t, m).wants(t, 4500, "SignatureReplayed: ")
			}
			if n := s.tells(t, s.component("ListCamStrategy", params{"type": 1})).data.number("totalNum"); n != 0 {
				t.Errorf("%d policies were made", n)
			}
		}
		replays(s)
		if p.database != "" {
			replays(p.start(t, unlimited...))
		}
		s.stop(t)
		replays(p.start(t, unlimited...))
	})
}

func TestComponentCallsAtOnce(t *testing.T) {
	p := newPlace(t, pgtest.URL(t))
	nodes := []*server{p.start(t, unlimited...), p.start(t, unlimited...)}
	uin, _ := nodes[0].user(t, bootstrap, "alice")
	atOnce := func(n int, call func(s *server, i int) *message) map[int64]int {
		var mu sync.Mutex
		var wg sync.WaitGroup
		codes := map[int64]int{}
		for i := range n {
			wg.Go(func() {
				s := nodes[i%2]
				got := s.tells(t, call(s, i))
				mu.Lock()
				defer mu.Unlock()
				codes[got.code]++
			})
		}
		wg.Wait()
		return codes
	}
	one := nodes[0].component("CreateCamStrategy", params{"strategyName": "one", "strategyInfo": allow("cvm:*")})
	if got := atOnce(10, func(*server, int) *message { m := *one; return &m }); got[0] != 1 || got[4500] != 9 {
		t.Errorf("one request ten times on two servers: %v", got)
	}
	if got := atOnce(10, func(s *server, _ int) *message {
		return s.component("CreateCamStrategy", params{"strategyName": "same", "strategyInfo": allow("cvm:*")})
	}); got[0] != 1 || got[4000] != 9 {
		t.Errorf("one name ten times: %v", got)
	}
	list := nodes[0].must(t, bootstrap, "cam:ListPolicies", params{"Scope": "Local", "Keyword": "same"})
	first, _ := list.body["List"].([]any)[0].(map[string]any)["PolicyId"].(json.Number).Int64()
	got := atOnce(30, func(s *server, i int) *message {
		switch {
		case i%3 < 2:
			return s.component("OperateCamStrategy", params{"relateUin": uin, "strategyId": first, "actionType": i%3 + 1})
		case i > 20:
			return s.component("DelCamStrategy", params{"strategyId": first})
		}
		return s.component("BatchOperateCamStrategy", params{"strategyId": first, "relateUin": []int64{uin}, "actionType": 1})
	})
	if got[0]+got[4000] != 30 || got[0] == 0 {
		t.Errorf("attached, removed and deleted at once: %v", got)
	}
	if n := nodes[0].tells(t, nodes[0].component("DescribeCamRelatedStrategyList", params{"relateUin": uin})).data.number("totalNum"); n != 0 {
		t.Errorf("%d policies are attached that are not there", n)
	}
}

func TestComponentCallsAreLimited(t *testing.T) {
	s := newPlace(t, "").start(t)
	over := false
	for range 3 {
		var wg sync.WaitGroup
		var limited atomic.Int64
		for range 60 {
			wg.Go(func() {
				if got := s.tells(t, s.component("ListCamStrategy", params{})); got.code == 4400 && strings.HasPrefix(got.message, "RequestLimitExceeded: ") {
					limited.Add(1)
				}
			})
		}
		wg.Wait()
		if over = limited.Load() > 0; over {
			break
		}
	}
	if !over {
		t.Error("sixty calls at once are not over their rate")
	}
}

func TestTheComponentInterfaceCanBeSwitchedOff(t *testing.T) {
	s := newPlace(t, "").start(t, "--no-component-interface")
	if got := answered(t, plain, s.component("ListCamStrategy", params{}).request(t)); got.status != http.StatusNotFound {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// Samples of all ages are understood.
func TestOldComponentSamples(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		uin, _ := s.user(t, bootstrap, "3232")
		group := s.must(t, bootstrap, "cam:CreateGroup", params{"GroupName": "g"}).number("GroupId")
		bare := `{"version":"2.0","principal":{"qcs":"qcs::cam::uin/100000000001:uin/` + number(uin) + `"},"statement":{"effect":"allow","action":"cmqqueue:ListQueue","resource":"*"}}`
		ids := map[string]int64{}
		for name, para := range map[string]string{
			"text":    `{"strategyName":"text","strategyInfo":` + strconv.Quote(bare) + `,"remark":"horace test"}`,
			"object":  `{"strategyName":"object","strategyInfo":` + bare + `}`,
			"stray":   `{"strategyName":"stray","strategyInfo":` + strings.Replace(bare, number(uin)+`"`, number(uin)+`/myqueue"`, 1) + `}`,
			"capital": `{"StrategyName":"capital","StrategyInfo":` + bare + `,"Resource":"qcs::cmqqueue:bj:uin/1:queueName/uin/2/x"}`,
		} {
			body := `{"version":"0","eventId":"53cded2a-184c-437e-8d47-f4fb7515abe9` + name + `","timestamp":"` + number(time.Now().Unix()) + `","interface":{"interfaceName":"CreateCamStrategy","para":` + para + `}}`
			got := s.tells(t, s.component("", nil).form("application/json", body)).wants(t, 0)
			if !strings.HasPrefix(got.raw, `{"version":"0","eventId":"53cded2a-184c-437e-8d47-f4fb7515abe9`+name+`",`) {
				t.Error(got.raw)
			}
			ids[name] = got.data.number("strategyId")
		}
		if n := s.tells(t, s.component("DescribeCamRelatedStrategyList", params{"relateUin": number(uin)})).data.number("totalNum"); n != 4 {
			t.Errorf("%d policies are attached", n)
		}
		// Pages are walked to the end without repeats.
		seen := map[string]bool{}
		for page := 1; ; page++ {
			got := s.tells(t, s.component("DescribeStrategyList", params{"page": page, "rp": 3, "type": 0, "keyword": ""})).wants(t, 0)
			list, _ := got.data.body["list"].([]any)
			for _, row := range list {
				id := fmt.Sprint(row.(map[string]any)["strategyId"])
				if seen[id] {
					t.Errorf("policy %s is on two pages", id)
				}
				seen[id] = true
			}
			if len(list) < 3 {
				if int64(len(seen)) != got.data.number("totalNum") {
					t.Errorf("%d of %d policies are seen", len(seen), got.data.number("totalNum"))
				}
				break
			}
		}
		for _, sample := range []params{
			{"groupId": -1, "relateUin": uin, "strategyId": ids["text"], "actionType": 2},
			{"groupId": "-1", "relateUin": number(uin), "strategyId": number(ids["object"]), "actionType": "2"},
			{"groupId": group, "relateUin": -1, "strategyId": ids["text"], "actionType": 1},
		} {
			s.tells(t, s.component("OperateCamStrategy", sample)).wants(t, 0)
		}
		got := s.tells(t, s.component("DescribeCamRelatedStrategyList", params{"groupId": group})).wants(t, 0)
		if got.data.number("totalNum") != 1 || !strings.Contains(got.raw, `"remark":"horace test"`) {
			t.Error(got.raw)
		}
	})
}

var event = regexp.MustCompile(`"eventId":[0-9]+`)

// The examples of docs/component-interface.md are sent as they stand, and answered as it says.
func TestThePageOnTheComponentInterfaceIsTrue(t *testing.T) {
	s := newPlace(t, "").start(t)
	dir := t.TempDir()
	examples := blocks(t, "component-interface.md")
	for name, text := range map[string]string{"component.sh": examples[0][1], "call.sh": blocks(t, "sign-a-request.md")[0][1]} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil || !strings.Contains(text, "# "+name) {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
	}
	compared := 0
	for i, example := range examples[1:] {
		if example[0] != "bash" {
			continue
		}
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", example[1])
		cmd.Dir = dir
		cmd.Env = environment("HUFU_ENDPOINT=http://"+s.api, "HUFU_SECRET_ID="+bootstrap.id, "HUFU_SECRET_KEY="+bootstrap.key)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s\n%v: %s", example[1], err, out)
		}
		compared++
		got, want := strings.TrimSpace(string(out)), strings.TrimSpace(examples[i+2][1])
		if got, want = event.ReplaceAllString(got, "…"), event.ReplaceAllString(want, "…"); got != want {
			t.Errorf("%s\nis answered\n%s\nnot\n%s", example[1], got, want)
		}
	}
	if compared != 4 {
		t.Errorf("%d answers were compared", compared)
	}
}
