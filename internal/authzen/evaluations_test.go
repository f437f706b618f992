package authzen_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
)

func TestSeveralQuestions(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		subject := fmt.Sprintf(`"subject":{"type":"user","id":"%d"}`, c.alice.UIN)
		start, stop := `"action":{"name":"cvm:StartInstances"}`, `"action":{"name":"cvm:StopInstances"}`
		res := fmt.Sprintf(`"resource":{"type":"qcs","id":"%s"}`, c.instance("1"))
		far := `"resource":{"type":"qcs","id":"qcs::cvm::uin/999:instance/1"}`
		for _, tc := range []struct{ name, body, want string }{
			{"each complete", `{"evaluations":[{` + subject + `,` + start + `,` + res + `},{` + subject + `,` + stop + `,` + res + `}]}`, "10"},
			{"one subject and resource", `{` + subject + `,` + res + `,"evaluations":[{` + start + `},{` + stop + `},{` + start + `}]}`, "101"},
			{"a default that one replaces", `{` + subject + `,` + start + `,` + res + `,"evaluations":[{},{` + stop + `},{}]}`, "101"},
			{"type and id from the default, where its own has none", `{` + subject + `,` + start + `,"resource":{"type":"qcs","id":"` + c.instance("1") + `"},"evaluations":[{"resource":{"id":"` + c.instance("2") + `"}},{"resource":{"properties":{}}}]}`, "11"},
			{"in any order", `{"evaluations":[{` + start + `},{` + stop + `}],` + res + `,` + subject + `}`, "10"},
			{"execute_all", `{` + subject + `,` + res + `,"options":{"evaluations_semantic":"execute_all","more":1},"evaluations":[{` + stop + `},{` + start + `}]}`, "01"},
			{"deny_on_first_deny", `{` + subject + `,` + res + `,"options":{"evaluations_semantic":"deny_on_first_deny"},"evaluations":[{` + start + `},{` + stop + `},{` + start + `}]}`, "10"},
			{"deny_on_first_deny, without one", `{` + subject + `,` + res + `,"options":{"evaluations_semantic":"deny_on_first_deny"},"evaluations":[{` + start + `},{` + start + `}]}`, "11"},
			{"a question that cannot be read is a deny", `{` + subject + `,` + res + `,"options":{"evaluations_semantic":"deny_on_first_deny"},"evaluations":[{` + start + `},{},{` + start + `}]}`, "10"},
			{"permit_on_first_permit", `{` + subject + `,` + res + `,"options":{"evaluations_semantic":"permit_on_first_permit"},"evaluations":[{` + stop + `},{` + start + `},{` + stop + `}]}`, "01"},
			{"permit_on_first_permit, without one", `{` + subject + `,` + res + `,"options":{"evaluations_semantic":"permit_on_first_permit"},"evaluations":[{` + stop + `},{` + stop + `}]}`, "00"},
			{"some that cannot be read", `{` + subject + `,` + start + `,"evaluations":[{` + res + `},{},7,{"resource":{"type":"qcs","id":"x:y"}},{` + res + `,"subject":"me"}]}`, "10000"},
			{"some that may not be asked", `{` + start + `,"evaluations":[{"subject":{"type":"root","id":"999"},` + far + `},{` + subject + `,` + res + `}]}`, "01"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				r := c.ask(t, c.pep, many, tc.body).wants(t, 200)
				if got := r.decisions(); got != tc.want {
					t.Errorf("got %s, want %s: %s", got, tc.want, r.raw)
				}
				if r.body.At("decision") != nil {
					t.Errorf("a decision for all: %s", r.raw)
				}
				for i := range r.body.Len("evaluations") {
					if got, want := r.body.Str(fmt.Sprintf("evaluations.%d.context.id", i)), fmt.Sprintf("%s/%d", r.header.Get("X-TC-RequestId"), i); got != want {
						t.Errorf("id %s, want %s", got, want)
					}
				}
			})
		}
		for _, body := range []string{`{` + subject + `,` + start + `,` + res + `}`, `{` + subject + `,` + start + `,` + res + `,"evaluations":[]}`, `{` + subject + `,` + start + `,` + res + `,"evaluations":null}`} {
			if r := c.ask(t, c.pep, many, body); r.body.At("decision") != true || r.body.At("evaluations") != nil {
				t.Errorf("without questions it is one: %s", r.raw)
			}
		}
		r := c.ask(t, c.pep, many, `{`+subject+`,`+start+`,"evaluations":[{},{`+far+`,"subject":{"type":"root","id":"999"}}]}`)
		if r.body.Int("evaluations.0.context.error.status") != 400 || r.body.Str("evaluations.0.context.error.code") != "MissingParameter" ||
			r.body.Str("evaluations.0.context.error.message") != "The required parameter `resource` is missing." || r.body.Int("evaluations.1.context.error.status") != 403 {
			t.Error(r.raw)
		}
		for name, tc := range map[string]struct{ body, want string }{
			"questions that are no list":  {`{"evaluations":{}}`, "evaluations must be a list"},
			"options that are none":       {`{"evaluations":[{}],"options":[]}`, "options must be an object"},
			"an unknown semantic":         {`{"evaluations":[{}],"options":{"evaluations_semantic":"maybe"}}`, "must be execute_all"},
			"a semantic that is no text":  {`{"evaluations":[{}],"options":{"evaluations_semantic":true}}`, "must be execute_all"},
			"no question, and no default": {`{"evaluations":[]}`, "`subject` is missing"},
		} {
			t.Run(name, func(t *testing.T) { c.ask(t, c.pep, many, tc.body).wants(t, 400, tc.want) })
		}
	})
}

func TestAThousandQuestions(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		body := func(n int) string {
			var all []string
			for i := range n {
				action := "cvm:StartInstances"
				if i%3 == 0 {
					action = "cvm:StopInstances"
				}
				all = append(all, fmt.Sprintf(`{"action":{"name":"%s"},"resource":{"type":"qcs","id":"%s","properties":{"tags":{"a":"1","b":"2","c":"3"}}},"context":{"ip":"10.0.0.1","a:b":["c","d"]}}`,
					action, c.instance(fmt.Sprint(i))))
			}
			return fmt.Sprintf(`{"subject":{"type":"user","id":"%d"},"evaluations":[%s]}`, c.alice.UIN, strings.Join(all, ","))
		}
		r := c.ask(t, c.pep, many, body(1000)).wants(t, 200)
		if got := r.decisions(); got != strings.Repeat("011", 333)+"0" {
			t.Error(got)
		}
		c.ask(t, c.pep, many, body(1001)).wants(t, 400, "at most 1000 questions")
	})
}

func TestTheRecordOfManyQuestionsHasABound(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		const n = 1000
		long := strings.Repeat("n", 2000)
		shared := fmt.Sprintf(`"subject":{"type":"user","id":"%d"},"action":{"name":"cvm:Stop%s"},"resource":{"type":"qcs","id":"%s"}`, c.alice.UIN, long, c.instance(long[:1900]))
		bodies := []struct {
			name, body string
			named      bool // all questions
		}{
			{"names that all share", `{` + shared + `,"evaluations":[{}` + strings.Repeat(`,{}`, n-1) + `]}`, true},
			{"names of their own", `{"evaluations":[{` + shared + `}` + strings.Repeat(`,{`+shared+`}`, n-1) + `]}`, false},
			{"names that must be escaped", `{` + strings.ReplaceAll(shared, long, strings.Repeat(`\u0001`, 2000)) + `,"evaluations":[{}` + strings.Repeat(`,{}`, n-1) + `]}`, true},
		}
		for _, tc := range bodies {
			r := c.ask(t, c.pep, many, tc.body).wants(t, 200)
			if got := r.body.Len("evaluations"); got != n {
				t.Errorf("%s: %d answers", tc.name, got)
			}
		}
		for i, r := range records(t, w, c.UIN, "hufu:Evaluate") {
			tc := bodies[i]
			var b audit.Batch
			if err := json.Unmarshal(r.Parameters, &b); err != nil || len(r.Parameters) > 256<<10 || len(b.Evaluations) != n {
				t.Fatalf("%s: %d bytes, %d questions, %v", tc.name, len(r.Parameters), len(b.Evaluations), err)
			}
			cut, explained := 0, 0
			for _, e := range b.Evaluations {
				if e.Effect == "" && e.Outcome == "" || e.Cut != (e.Action == "") {
					t.Fatalf("%s: %+v", tc.name, e)
				}
				if e.Cut {
					cut++
				}
				if e.Explanation != nil {
					explained++
				}
			}
			if (cut == 0) != tc.named || cut == n || explained == n {
				t.Errorf("%s: %d are cut, %d explained", tc.name, cut, explained)
			}
		}
	})
}
