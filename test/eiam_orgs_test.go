package test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestEIAMOrganizations(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		show := func(t *testing.T, id string) *eiamAnswer { return w.must(t, "GET", "/organizations/"+id, "") }
		create := func(name, body, code string) eiamCase { return eiamCase{name, "POST", "/organizations", body, code} }
		modify := func(name, body, code string) eiamCase {
			return eiamCase{name, "PUT", "/organizations/" + w.dev, body, code}
		}
		cases := []eiamCase{
			create("no code", `{"name":"x"}`, "COM.0601"),
			create("no name", `{"code":"x"}`, "COM.0601"),
			create("a code of 65 characters", `{"name":"x","code":"`+strings.Repeat("c", 65)+`"}`, "COM.0601"),
			create("a code with a blank", `{"name":"x","code":"a b"}`, "COM.0601"),
			create("a name of 101 characters", `{"code":"x","name":"`+strings.Repeat("n", 101)+`"}`, "COM.0601"),
			create("a name with a slash", `{"code":"x","name":"a/b"}`, "COM.0601"),
			create("an unknown parent", `{"code":"x","name":"x","parent_id":"`+nowhere+`"}`, "ORG.0008"),
			create("a code as parent", `{"code":"x","name":"x","parent_id":"HQ"}`, "ORG.0008"),
			create("a code that is taken", `{"code":"DEV","name":"x"}`, "ORG.0009"),
			create("a name that a sibling has", `{"code":"x","name":"Development","parent_id":"`+w.hq+`"}`, "ORG.0010"),
			create("a name that another root has", `{"code":"x","name":"Headquarters"}`, "ORG.0010"),
			create("a blank category", `{"code":"x","name":"x","category":" "}`, "ORG.0011"),
			create("an empty category", `{"code":"x","name":"x","category":""}`, "ORG.0011"),
			create("a sequence that is text", `{"code":"x","name":"x","sequence":"first"}`, "COM.0601"),
			create("an attribute that is not defined", `{"code":"x","name":"x","extension":{"colour":"red"}}`, "COM.0601"),
			create("no JSON", `[]`, "COM.0601"),
			{"modifying none", "PUT", "/organizations/" + nowhere, `{"name":"x"}`, "ORG.0001"},
			{"modifying a blank one", "PUT", "/organizations/%20", `{"name":"x"}`, "ORG.0001"},
			modify("moving below an unknown one", `{"parent_id":"`+nowhere+`"}`, "ORG.0008"),
			modify("moving below itself", `{"parent_id":"`+w.dev+`"}`, "ORG.0008"),
			{"moving below a child", "PUT", "/organizations/" + w.hq, `{"parent_id":"` + w.dev + `"}`, "ORG.0008"},
			modify("the code of another", `{"code":"OPS"}`, "ORG.0009"),
			modify("the name of a sibling", `{"name":"Operations"}`, "ORG.0010"),
			{"deleting one with children", "DELETE", "/organizations/" + w.hq, "", "ORG.0020"},
			{"deleting one with users", "DELETE", "/organizations/" + w.dev, "", "ORG.0022"},
			{"disabling one with enabled children", "PUT", "/organizations/" + w.hq + "/disable", "", "ORG.0024"},
			{"disabling one with enabled users", "PUT", "/organizations/" + w.dev + "/disable", "", "ORG.0026"},
			{"those below an unknown one", "GET", "/organizations?offset=0&limit=10&org_id=" + nowhere, "", "ORG.0001"},
			{"those since no time", "GET", "/organizations?offset=0&limit=10&updated_at_greater=yesterday", "", "COM.0601"},
			{"neither all children nor not", "GET", "/organizations?offset=0&limit=10&all_child=perhaps", "", "COM.0601"},
			{"nobody as leader", "PUT", "/organizations/" + w.dev + "/org-leader?leader_id=" + nowhere, "", "USER.0001"},
			{"no leader", "PUT", "/organizations/" + w.dev + "/org-leader", "", "USER.0001"},
			{"a disabled leader", "PUT", "/organizations/" + w.dev + "/org-leader?leader_id=" + w.carol, "", "USER.0004"},
			{"a leader of none", "PUT", "/organizations/" + nowhere + "/org-leader?leader_id=" + w.alice, "", "ORG.0001"},
			{"nobody as leader of none", "PUT", "/organizations/" + nowhere + "/org-leader?leader_id=" + nowhere, "", "USER.0001"},
		}
		for _, verb := range [][2]string{{"GET", ""}, {"DELETE", ""}, {"PUT", "/enable"}, {"PUT", "/disable"}, {"GET", "/org-leader"}} {
			cases = append(cases, eiamCase{verb[0] + verb[1] + " of none", verb[0], "/organizations/" + nowhere + verb[1], "", "ORG.0001"})
		}
		w.refuses(t, cases)

		t.Run("a root is shown with all members", func(t *testing.T) {
			a := show(t, w.hq)
			for name, want := range map[string]any{"org_id": w.hq, "parent_id": nil, "name": "Headquarters", "category": "department", "org_code": "HQ", "disabled": false} {
				if got, ok := a.body[name]; !ok || got != want {
					t.Errorf("%s is %v, want %v", name, got, want)
				}
			}
			if _, ok := a.body["sequence"]; !ok || len(a.body) != 10 || !eiamTime.MatchString(a.str("created_at")) || !eiamTime.MatchString(a.str("updated_at")) || jsonOf(t, a.body["extension"]) != "{}" {
				t.Errorf("it is %s", a.text)
			}
		})
		t.Run("names in Chinese, and one that a cousin has", func(t *testing.T) {
			id := w.createOrg(t, `{"code":"研发_1","name":"研发 A&B-1","parent_id":"`+w.dev+`","category":"team","sequence":7}`)
			if a := show(t, id); a.str("org_code") != "研发_1" || a.str("category") != "team" || a.number("sequence") != 7 || a.str("parent_id") != w.dev {
				t.Errorf("it is %s", a.text)
			}
			other := w.createOrg(t, `{"code":"cousin","name":"Development","parent_id":"`+id+`"}`)
			below := func(q string) []string {
				t.Helper()
				a := w.must(t, "GET", "/organizations?offset=0&limit=10&updated_at_greater=&"+q, "")
				ids := eiamColumn(a.rows("organizations"), "org_id")
				if a.number("total") != len(ids) {
					t.Errorf("%s: %s", q, a.text)
				}
				return ids
			}
			for q, want := range map[string][]string{"org_id=": {w.hq}, "all_child=false": {w.hq}, "all_child=true": {w.dev, w.ops, id, other}, "org_id=" + w.hq: {w.dev, w.ops},
				"org_id=" + w.hq + "&all_child=true": {w.dev, w.ops, id, other}, "org_id=" + w.dev + "&all_child=false": {id}, "org_id=" + other + "&all_child=true": {}} {
				if got := below(q); !slices.Equal(got, want) {
					t.Errorf("%s: %v, want %v", q, got, want)
				}
			}
			w.do(t, "PUT", "/organizations/"+w.dev, `{"parent_id":"`+other+`"}`).wants(t, http.StatusBadRequest, "ORG.0008")
			t.Run("an empty parent makes a root", func(t *testing.T) {
				w.do(t, "PUT", "/organizations/"+other, `{"parent_id":"","code":"","name":""}`).wants(t, http.StatusOK, "")
				if a := show(t, other); a.body["parent_id"] != nil || a.str("org_code") != "cousin" || a.str("name") != "Development" {
					t.Errorf("it is %s", a.text)
				}
			})
			for _, gone := range []string{other, id} {
				w.do(t, "DELETE", "/organizations/"+gone, "").wants(t, http.StatusNoContent, "")
				w.do(t, "DELETE", "/organizations/"+gone, "").wants(t, http.StatusBadRequest, "ORG.0001")
			}
		})
		t.Run("what is absent stays", func(t *testing.T) {
			if a := w.do(t, "PUT", "/organizations/"+w.dev, `{"sequence":3}`).wants(t, http.StatusOK, ""); a.str("org_id") != w.dev || len(a.body) != 1 {
				t.Errorf("it answers %s", a.text)
			}
			if a := show(t, w.dev); a.number("sequence") != 3 || a.str("parent_id") != w.hq || a.str("name") != "Development" || a.str("org_code") != "DEV" {
				t.Errorf("it is %s", a.text)
			}
		})
		t.Run("a leader need not be of it, and the next replaces", func(t *testing.T) {
			path := "/organizations/" + w.hq + "/org-leader"
			if got := jsonOf(t, w.must(t, "GET", path, "").body); got != `{"leader_id":null,"leader_name":null,"leader_status":null,"leader_user_name":null}` {
				t.Errorf("without one it is %s", got)
			}
			for _, id := range []string{w.bob, w.alice, w.alice} {
				if got := jsonOf(t, w.do(t, "PUT", path+"?leader_id="+id, "").wants(t, http.StatusOK, "").body); got != `{"result":true}` {
					t.Errorf("it answers %s", got)
				}
			}
			if got := jsonOf(t, w.must(t, "GET", path, "").body); got != `{"leader_id":"`+w.alice+`","leader_name":"Alice","leader_status":false,"leader_user_name":"alice"}` {
				t.Errorf("it is %s", got)
			}
			w.must(t, "PUT", "/users/"+w.alice+"/disable", "")
			if a := w.must(t, "GET", path, ""); a.body["leader_status"] != true {
				t.Errorf("disabled it is %s", a.text)
			}
		})
		t.Run("where nothing is enabled it can be disabled, and enabled in any order", func(t *testing.T) {
			w.must(t, "PUT", "/users/"+w.bob+"/disable", "")
			for _, step := range []struct{ id, verb string }{{w.dev, "disable"}, {w.dev, "disable"}, {w.ops, "disable"}, {w.hq, "disable"}, {w.dev, "enable"}, {w.dev, "enable"}} {
				if a := w.do(t, "PUT", "/organizations/"+step.id+"/"+step.verb, "").wants(t, http.StatusOK, ""); a.str("org_id") != step.id {
					t.Errorf("it answers %s", a.text)
				}
				if a := show(t, step.id); a.body["disabled"] != (step.verb == "disable") {
					t.Errorf("after %s: %s", step.verb, a.text)
				}
			}
			w.do(t, "DELETE", "/organizations/"+w.ops, "").wants(t, http.StatusBadRequest, "ORG.0022")
		})
	})
}

func TestEIAMPositionsAndTitles(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		position, title := "/job-positions/"+w.position, "/job-titles/"+w.title
		cases := []eiamCase{
			{"a position without organization", "POST", "/job-positions", `{"name":"x","code":"x"}`, "COM.0601"},
			{"a position without name", "POST", "/job-positions", `{"org_code":"DEV","code":"x"}`, "COM.0601"},
			{"a position without code", "POST", "/job-positions", `{"org_code":"DEV","name":"x"}`, "COM.0601"},
			{"a position in an unknown organization", "POST", "/job-positions", `{"org_code":"NONE","name":"x","code":"x"}`, "ORG.0001"},
			{"a position of an unknown title", "POST", "/job-positions", `{"org_code":"DEV","name":"x","code":"x","title_code":"NONE"}`, "JOB.TITLE.0001"},
			{"the code of another position", "POST", "/job-positions", `{"org_code":"OPS","name":"x","code":"GO"}`, "JOB.POSITION.0009"},
			{"moving a position to an unknown organization", "PUT", position, `{"org_code":"NONE","name":"x","code":"GO"}`, "ORG.0001"},
			{"an unknown title for a position", "PUT", position, `{"org_code":"DEV","name":"x","code":"GO","title_code":"NONE"}`, "JOB.TITLE.0001"},
			{"positions of an unknown organization", "GET", "/job-positions?offset=0&limit=10&org_id=" + nowhere, "", "ORG.0001"},
			{"positions since no time", "GET", "/job-positions?offset=0&limit=10&updated_at_greater=1", "", "COM.0601"},
			{"a title without name", "POST", "/job-titles", `{"code":"x"}`, "COM.0601"},
			{"a title without code", "POST", "/job-titles", `{"name":"x"}`, "COM.0601"},
			{"the code of another title", "POST", "/job-titles", `{"name":"x","code":"ENG"}`, "JOB.TITLE.0009"},
			{"deleting a title that a position has", "DELETE", title, "", "JOB.TITLE.0015"},
		}
		for _, kind := range [][3]string{{"/job-positions/", "JOB.POSITION.0001", `{"name":"x"}`}, {"/job-titles/", "JOB.TITLE.0001", `{"name":"x"}`}} {
			for _, method := range []string{"GET", "PUT", "DELETE"} {
				for what, id := range map[string]string{"unknown": nowhere, "blank": "%20"} {
					body := ""
					if method == "PUT" {
						body = kind[2]
					}
					cases = append(cases, eiamCase{method + " " + kind[0] + " " + what, method, kind[0] + id, body, kind[1]})
				}
			}
		}
		w.refuses(t, cases)

		t.Run("they are shown", func(t *testing.T) {
			a := w.must(t, "GET", position, "")
			if a.str("position_id") != w.position || a.str("org_id") != w.dev || a.str("name") != "Go developer" || a.str("code") != "GO" || a.str("title_id") != w.title || !eiamTime.MatchString(a.str("created_at")) || len(a.body) != 7 {
				t.Errorf("the position is %s", a.text)
			}
			a = w.must(t, "GET", title, "")
			if a.str("title_id") != w.title || a.str("name") != "Engineer" || a.str("code") != "ENG" || !eiamTime.MatchString(a.str("updated_at")) || len(a.body) != 5 {
				t.Errorf("the title is %s", a.text)
			}
			for org, total := range map[string]int{"": 1, w.dev: 1, w.hq: 0} {
				if a := w.must(t, "GET", "/job-positions?offset=0&limit=10&org_id="+org, ""); a.number("total") != total || len(a.rows("job_positions")) != total {
					t.Errorf("in %q: %s", org, a.text)
				}
			}
		})
		t.Run("they are changed", func(t *testing.T) {
			if a := w.do(t, "PUT", title, `{"name":"Senior","code":"SEN"}`).wants(t, http.StatusOK, ""); a.str("title_id") != w.title {
				t.Errorf("it answers %s", a.text)
			}
			if a := w.do(t, "PUT", position, `{"org_code":"OPS","name":"Operator","code":"OP","title_code":"SEN"}`).wants(t, http.StatusOK, ""); a.str("position_id") != w.position {
				t.Errorf("it answers %s", a.text)
			}
			if a := w.must(t, "GET", position, ""); a.str("org_id") != w.ops || a.str("code") != "OP" {
				t.Errorf("the position is %s", a.text)
			}
		})
		t.Run("a position that a user has stays where it is", func(t *testing.T) {
			w.must(t, "PUT", "/users/"+w.bob+"/jobs/transfer", `{"org_code":"OPS","position_code":"OP"}`)
			w.do(t, "PUT", position, `{"org_code":"DEV","name":"Operator","code":"OP"}`).wants(t, http.StatusBadRequest, "JOB.POSITION.0018")
			w.do(t, "DELETE", position, "").wants(t, http.StatusBadRequest, "JOB.POSITION.0017")
			w.must(t, "PUT", "/users/"+w.bob+"/jobs/transfer", `{"org_code":"OPS"}`)
		})
		t.Run("what is free goes, once", func(t *testing.T) {
			for _, path := range []string{position, title} {
				code := map[bool]string{true: "JOB.POSITION.0001", false: "JOB.TITLE.0001"}[path == position]
				w.do(t, "DELETE", path, "").wants(t, http.StatusNoContent, "")
				w.do(t, "DELETE", path, "").wants(t, http.StatusBadRequest, code)
			}
		})
	})
}

func TestEIAMJobs(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		user := "/users/" + w.alice
		operator := w.create(t, "/job-positions", `{"org_code":"OPS","name":"Operator","code":"OP"}`, "position_id")
		job := w.create(t, user+"/part-time-job", `{"org_code":"OPS","position_code":"OP","title_code":"ENG"}`, "job_id")
		foreign := w.create(t, "/users/"+w.bob+"/part-time-job", `{"org_code":"DEV"}`, "job_id")
		var cases []eiamCase
		for _, verb := range [][2]string{{"PUT", "/jobs/transfer"}, {"POST", "/part-time-job"}, {"PUT", "/part-time-job/" + job}} {
			add := func(name, id, body, code string) {
				cases = append(cases, eiamCase{verb[0] + strings.TrimSuffix(verb[1], "/"+job) + ": " + name, verb[0], "/users/" + id + verb[1], body, code})
			}
			add("no organization", w.alice, `{"title_code":"ENG"}`, "COM.0601")
			add("an unknown organization", w.alice, `{"org_code":"NONE"}`, "ORG.0001")
			add("an unknown position", w.alice, `{"org_code":"HQ","position_code":"NONE"}`, "JOB.POSITION.0001")
			add("an unknown title", w.alice, `{"org_code":"HQ","title_code":"NONE"}`, "JOB.TITLE.0001")
			add("nobody", nowhere, `{"org_code":"HQ"}`, "USER.0001")
			add("an unknown organization of nobody", nowhere, `{"org_code":"NONE"}`, "ORG.0001")
			add("an unknown title of nobody", nowhere, `{"org_code":"HQ","title_code":"NONE"}`, "JOB.TITLE.0001")
		}
		main := w.must(t, "GET", user+"/jobs?relation_type=1", "").rows("jobs")
		for name, id := range map[string]string{"an unknown job": nowhere, "the job of another": foreign, "a blank job": "%20"} {
			cases = append(cases,
				eiamCase{"changing " + name, "PUT", user + "/part-time-job/" + id, `{"org_code":"HQ"}`, "USER.0093"},
				eiamCase{"deleting " + name, "DELETE", user + "/part-time-job/" + id, "", "USER.0093"})
		}
		if len(main) == 1 {
			id, _ := main[0]["job_id"].(string)
			cases = append(cases, eiamCase{"deleting the main job as a part-time one", "DELETE", user + "/part-time-job/" + id, "", "USER.0093"})
		}
		cases = append(cases,
			eiamCase{"deleting a job of nobody", "DELETE", "/users/" + nowhere + "/part-time-job/" + job, "", "USER.0001"},
			eiamCase{"the jobs of nobody", "GET", "/users/" + nowhere + "/jobs?relation_type=", "", "USER.0001"},
			eiamCase{"jobs of another kind", "GET", user + "/jobs?relation_type=2", "", "COM.0601"})
		w.refuses(t, cases)

		row := func(id, org, position, title string, relation string) string {
			text := func(s string) string {
				if s == "" {
					return "null"
				}
				return `"` + s + `"`
			}
			return `{"job_id":"` + id + `","org_id":"` + org + `","position_id":` + text(position) + `,"relation_type":` + relation + `,"title_id":` + text(title) + `}`
		}
		partTime := func(t *testing.T, want ...string) {
			t.Helper()
			a := w.must(t, "GET", user+"/jobs?relation_type=0", "")
			var got []string
			for _, r := range a.rows("jobs") {
				got = append(got, jsonOf(t, r))
			}
			if !slices.Equal(got, want) || a.number("total") != len(want) {
				t.Errorf("part time: %s, want %v", a.text, want)
			}
		}
		partTime(t, row(job, w.ops, operator, w.title, "0"))
		t.Run("a position may be that of another organization", func(t *testing.T) {
			w.do(t, "PUT", user+"/part-time-job/"+job, `{"org_code":"HQ","position_code":"GO"}`).wants(t, http.StatusOK, "")
			partTime(t, row(job, w.hq, w.position, "", "0"))
		})
		t.Run("what is omitted is cleared", func(t *testing.T) {
			if a := w.do(t, "PUT", user+"/part-time-job/"+job, `{"org_code":"HQ","title_code":"ENG"}`).wants(t, http.StatusOK, ""); a.str("job_id") != job {
				t.Errorf("it answers %s", a.text)
			}
			partTime(t, row(job, w.hq, "", w.title, "0"))
		})
		t.Run("a transfer moves the primary organization and the main job", func(t *testing.T) {
			for _, body := range []string{`{"org_code":"OPS","position_code":"OP","title_code":"ENG"}`, `{"org_code":"OPS"}`} {
				if a := w.do(t, "PUT", user+"/jobs/transfer", body).wants(t, http.StatusOK, ""); a.str("user_id") != w.alice {
					t.Errorf("it answers %s", a.text)
				}
				a := w.must(t, "GET", user+"/jobs?relation_type=1", "")
				rows := a.rows("jobs")
				if a.number("total") != 1 || len(rows) != 1 || rows[0]["org_id"] != w.ops || (rows[0]["position_id"] != nil) != strings.Contains(body, "position_code") || (rows[0]["title_id"] != nil) != strings.Contains(body, "title_code") {
					t.Errorf("after %s: %s", body, a.text)
				}
			}
			if a := w.must(t, "GET", user, ""); a.str("org_id") != w.ops {
				t.Errorf("the user is %s", a.text)
			}
		})
		t.Run("all jobs together", func(t *testing.T) {
			for _, q := range []string{"?relation_type=", ""} {
				if a := w.must(t, "GET", user+"/jobs"+q, ""); a.number("total") != 2 || len(a.rows("jobs")) != 2 {
					t.Errorf("they are %s", a.text)
				}
			}
		})
		t.Run("a job goes, once", func(t *testing.T) {
			w.do(t, "DELETE", user+"/part-time-job/"+job, "").wants(t, http.StatusNoContent, "")
			w.do(t, "DELETE", user+"/part-time-job/"+job, "").wants(t, http.StatusBadRequest, "USER.0093")
			partTime(t)
		})
		t.Run("a user is made with jobs", func(t *testing.T) {
			id := w.createUser(t, `{"user_name":"jobs","jobs":[{"org_code":"DEV","position_code":"GO","title_code":"ENG","relation_type":1},{"org_code":"OPS","relation_type":0}]}`)
			if a := w.must(t, "GET", "/users/"+id, ""); a.str("org_id") != w.dev {
				t.Errorf("the user is %s", a.text)
			}
			a := w.must(t, "GET", "/users/"+id+"/jobs?relation_type=", "")
			if a.number("total") != 2 || !sameTexts(eiamColumn(a.rows("jobs"), "org_id"), []string{w.dev, w.ops}) {
				t.Errorf("the jobs are %s", a.text)
			}
		})
	})
}
