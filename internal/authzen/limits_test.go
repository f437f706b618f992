package authzen_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/policy"
)

// texts are n JSON strings of a format with a number each, commas between.
func texts(n int, format string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(all, ",")
}

func TestHowMuchAQuestionMaySay(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		properties := func(text string) string {
			return strings.TrimSuffix(about("user", c.alice.UIN, "cvm:StartInstances", c.instance("ins-1")), "}}") + `,"properties":` + text + `}}`
		}
		context := func(text string) string {
			return about("user", c.alice.UIN, "cvm:StartInstances", c.instance("ins-1"), `,"context":`+text)
		}
		for _, tc := range []struct {
			name, question string
			status         int
			want           string
		}{
			{"a hundred values of a key", context(`{"cvm:a":[` + texts(100, `"%d"`) + `],"cvm:b":[` + texts(100, `"%d"`) + `]}`), 200, ""},
			{"more", context(`{"cvm:a":[` + texts(101, `"%d"`) + `]}`), 400, "at most 100 values"},
			{"fifty tags of a resource", properties(`{"tags":{` + texts(50, `"t%d":"x"`) + `}}`), 200, ""},
			{"more", properties(`{"tags":{` + texts(51, `"t%d":"x"`) + `}}`), 400, "at most 50 tags"},
			{"fifty tags of a request", context(`{"qcs:request_tag":[` + texts(50, `"t%d&x"`) + `]}`), 200, ""},
			{"more", context(`{"qcs:request_tag":[` + texts(51, `"t%d&x"`) + `]}`), 400, "at most 50 tags"},
			{"more, one by one", context(`{` + texts(51, `"qcs:request_tag/t%d":"x"`) + `}`), 400, "at most 50 tags"},
			{"more tags of a resource by the context", context(`{` + texts(51, `"qcs:resource_tag/t%d":"x"`) + `}`), 400, "at most 50 tags"},
			{"more in both", strings.TrimSuffix(properties(`{"tags":{`+texts(30, `"t%d":"x"`)+`}}`), "}") + `,"context":{"qcs:resource_tag":[` + texts(30, `"t%d&x"`) + `]}}`, 400, "at most 50 tags"},
		} {
			t.Run(tc.name, func(t *testing.T) { c.ask(t, c.pep, single, tc.question).wants(t, tc.status, tc.want) })
		}
		question := fmt.Sprintf(`{"resource":{"properties":{"policy":%s}}}`, grant("deny", "cvm:A%d*", userName(c.UIN, c.alice.UIN)))
		several := func(n int) string {
			return strings.TrimSuffix(about("user", c.alice.UIN, "cvm:StartInstances", c.instance("ins-1")), "}") + `,"evaluations":[` + texts(n, question) + `,` + texts(1, question) + `]}`
		}
		if got := c.ask(t, c.pep, many, several(100)).wants(t, 200).decisions(); got != strings.Repeat("1", 101) {
			t.Errorf("a hundred policies, one of them twice: %s", got)
		}
		if got := c.ask(t, c.pep, many, several(101)).wants(t, 200, "at most 100 different policies").decisions(); got != strings.Repeat("1", 100)+"01" {
			t.Errorf("a hundred and one: %s", got)
		}
	})
}

func TestWhatQuestionsShareIsReadOnce(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		c.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": c.alice.UIN, "PolicyId": c.policy(t, "tagged",
			`allow cos:Get* * {"for_any_value:string_equal":{"qcs:resource_tag":["a&1"]}}`, `allow cos:Put* * {"string_equal":{"cos:k0":["7"]}}`)})
		head := strings.TrimSuffix(about("user", c.alice.UIN, "cos:GetObject", "qcs::cos:::x"), "}}") + `,"properties":{"tags":{"b":"1"}}}`
		get, put := `{"resource":{"id":"qcs::cos:::y","properties":{"tags":{"a":"1"}}}}`, `{"action":{"name":"cos:PutObject"}}`
		mixed := head + `,"context":{"cos:k0":"7"},"evaluations":[{},` + get + `,{},` + put + `,{"context":{"qcs:resource_tag":"a&1"}},{},` + put + `]}`
		if got := c.ask(t, c.pep, many, mixed).wants(t, 200).decisions(); got != "0101101" {
			t.Errorf("what one question says counts for another: %s", got)
		}
		values := texts(900, `"cos:k%d":[`+strings.ReplaceAll(texts(100, `"%d"`), "%", "%%")+`]`)
		began := time.Now()
		got := c.ask(t, c.pep, many, head+`,"context":{`+values+`},"evaluations":[`+strings.Repeat(put+",", 999)+put+`]}`).wants(t, 200).decisions()
		if took := time.Since(began); strings.Trim(got, "1") != "" || took > 3*time.Second {
			t.Errorf("a thousand questions that share 90,000 values took %s: %s", took, got)
		}
		unread := c.ask(t, c.pep, many, head+`,"context":{`+values+`,"qcs:ip":"x"},"evaluations":[{},{}]}`).wants(t, 200, "cannot be read")
		if got := unread.decisions(); got != "00" || unread.body.Int("evaluations.1.context.error.status") != 400 {
			t.Error(unread.raw)
		}
	})
}

func TestACallEndsAfterFiveSeconds(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		w.Granularity = func(string, string) policy.Granularity { // is asked for once a question
			w.Sleep(2 * time.Second)
			return policy.ResourceLevel
		}
		body := strings.TrimSuffix(about("user", c.alice.UIN, "cvm:StartInstances", c.instance("ins-1")), "}") + `,"evaluations":[{},{},{},{},{}]}`
		r := c.ask(t, c.pep, many, body).wants(t, 200)
		if r.decisions() != "11100" || r.body.Int("evaluations.4.context.error.status") != 429 || r.body.Str("evaluations.4.context.error.code") != "RequestLimitExceeded" {
			t.Error(r.raw)
		}
	})
}
