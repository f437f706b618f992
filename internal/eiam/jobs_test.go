package eiam_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// staff is a tenant with organizations, positions and titles by their codes.
type staff struct {
	*tenant
	ids   map[string]string // by code
	codes map[string]string // by id
}

func newStaff(t testing.TB, e *tenant) *staff {
	t.Helper()
	s := &staff{e, map[string]string{"missing": missing}, map[string]string{}}
	for _, code := range []string{"HQ", "RD", "LAB"} {
		s.keep(code, e.org(t, code, nil))
	}
	for code, org := range map[string]string{"DEV": "RD", "QA": "LAB"} {
		s.keep(code, e.Must(t, http.StatusCreated, "POST", "/job-positions", P{"org_code": org, "name": code, "code": code}).Str("position_id"))
	}
	for _, code := range []string{"SR", "JR"} {
		s.keep(code, e.Must(t, http.StatusCreated, "POST", "/job-titles", P{"name": code, "code": code}).Str("title_id"))
	}
	return s
}

func (s *staff) keep(code, id string) { s.ids[code], s.codes[id] = id, code }

// jobs prints the jobs of a user: "1 RD/DEV/SR, 0 LAB/-/-".
func (s *staff) jobs(t testing.TB, user, query string) string {
	t.Helper()
	a := s.Must(t, 200, "GET", "/users/"+user+"/jobs"+query, nil)
	all := []string{}
	for i := range a.Len("jobs") {
		at := fmt.Sprintf("jobs.%d.", i)
		code := func(member string) string {
			if id := a.Str(at + member); id != "" {
				return s.codes[id]
			}
			return "-"
		}
		all = append(all, fmt.Sprintf("%d %s/%s/%s", a.Int(at+"relation_type"), code("org_id"), code("position_id"), code("title_id")))
	}
	if a.Int("total") != int64(len(all)) {
		t.Errorf("total %d of %d jobs", a.Int("total"), len(all))
	}
	return strings.Join(all, ", ")
}

// places prints the organizations of a user, the primary one first.
func (s *staff) places(t testing.TB, user string) string {
	t.Helper()
	var all []string
	for _, id := range strings.Fields(column(s.Must(t, 200, "GET", "/users/"+user, nil), "user_org_relation_list", "org_id")) {
		all = append(all, s.codes[id])
	}
	return strings.Join(all, " ")
}

func TestJobsAndOrganizationsMoveTogether(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		s := newStaff(t, e)
		id := e.user(t, "alice", nil)
		var part string
		for _, step := range []struct {
			name         string
			method, path string
			body         P
			jobs, places string
		}{
			{"transferred without a job before", "PUT", "jobs/transfer", P{"org_code": "RD", "position_code": "DEV", "title_code": "SR"}, "1 RD/DEV/SR", "RD"},
			{"what is not given is cleared", "PUT", "jobs/transfer", P{"org_code": "RD", "title_code": "JR"}, "1 RD/-/JR", "RD"},
			{"given a part-time job", "POST", "part-time-job", P{"org_code": "LAB", "position_code": "QA", "title_code": "SR"}, "1 RD/-/JR, 0 LAB/QA/SR", "RD LAB"},
			{"the part-time job changed: what is not given is cleared", "PUT", "part-time-job/{part}", P{"org_code": "LAB", "position_code": "", "title_code": "JR"}, "1 RD/-/JR, 0 LAB/-/JR", "RD LAB"},
			{"with a position of another organization", "PUT", "part-time-job/{part}", P{"org_code": "LAB", "position_code": "DEV"}, "1 RD/-/JR, 0 LAB/DEV/-", "RD LAB"},
			{"the part-time job moved", "PUT", "part-time-job/{part}", P{"org_code": "HQ"}, "1 RD/-/JR, 0 HQ/-/-", "RD HQ"},
			{"the part-time job moved to the primary organization", "PUT", "part-time-job/{part}", P{"org_code": "RD"}, "1 RD/-/JR, 0 RD/-/-", "RD"},
			{"transferred away from a part-time job", "PUT", "jobs/transfer", P{"org_code": "LAB", "position_code": "QA"}, "1 LAB/QA/-, 0 RD/-/-", "LAB RD"},
			{"moved by a change of the user, which the main job follows", "PUT", "", P{"org_code": "HQ"}, "1 HQ/-/-, 0 RD/-/-", "HQ RD"},
			{"the part-time job moved there", "PUT", "part-time-job/{part}", P{"org_code": "HQ", "title_code": "SR"}, "1 HQ/-/-, 0 HQ/-/SR", "HQ"},
			{"moved by a change of the user away from a part-time job", "PUT", "", P{"org_code": "RD"}, "1 RD/-/-, 0 HQ/-/SR", "RD HQ"},
			{"transferred back", "PUT", "jobs/transfer", P{"org_code": "HQ"}, "1 HQ/-/-, 0 HQ/-/SR", "HQ"},
			{"the part-time job moved away again", "PUT", "part-time-job/{part}", P{"org_code": "RD"}, "1 HQ/-/-, 0 RD/-/-", "HQ RD"},
			{"taken out of an organization, with the part-time job there", "PUT", "", P{"user_org_relation_list": []P{{"org_code": "HQ", "relation_type": 1}}}, "1 HQ/-/-", "HQ"},
		} {
			t.Run(step.name, func(t *testing.T) {
				e.w.Sleep(time.Second)
				path := strings.TrimSuffix("/users/"+id+"/"+strings.ReplaceAll(step.path, "{part}", part), "/")
				status := map[string]int{"POST": http.StatusCreated, "PUT": http.StatusOK}[step.method]
				answer := e.Must(t, status, step.method, path, step.body)
				switch job := answer.Str("job_id"); {
				case step.method == "POST":
					part = job
				case strings.HasPrefix(step.path, "part"):
					if job != part {
						t.Errorf("answered %s", answer.Raw)
					}
				case answer.Str("user_id") != id:
					t.Errorf("answered %s", answer.Raw)
				}
				if jobs, places := s.jobs(t, id, ""), s.places(t, id); jobs != step.jobs || places != step.places {
					t.Errorf("jobs %s, in %s", jobs, places)
				}
				if got := e.Must(t, 200, "GET", "/users/"+id, nil).Str("updated_at"); got != e.now() {
					t.Errorf("the user changed at %s", got)
				}
			})
		}
		part = e.Must(t, http.StatusCreated, "POST", "/users/"+id+"/part-time-job", P{"org_code": "LAB"}).Str("job_id")
		for query, want := range map[string]string{"?relation_type=1": "1 HQ/-/-", "?relation_type=0": "0 LAB/-/-", "?relation_type=": "1 HQ/-/-, 0 LAB/-/-"} {
			if got := s.jobs(t, id, query); got != want {
				t.Errorf("%s: %s", query, got)
			}
		}
		e.Must(t, http.StatusNoContent, "DELETE", "/users/"+id+"/part-time-job/"+part, nil)
		e.Fails(t, "USER.0093", "DELETE", "/users/"+id+"/part-time-job/"+part, nil)
		if places := s.places(t, id); places != "HQ" {
			t.Errorf("in %s", places)
		}
	})
}

func TestJobRefusals(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		s := newStaff(t, e)
		s.ids["alice"] = e.user(t, "alice", P{"jobs": []P{{"org_code": "HQ", "relation_type": 1}, {"org_code": "RD", "relation_type": 0, "position_code": "DEV"}}})
		s.ids["bob"] = e.user(t, "bob", nil)
		jobs := e.Must(t, 200, "GET", "/users/"+s.ids["alice"]+"/jobs", nil)
		s.ids["main"], s.ids["part"] = jobs.Str("jobs.0.job_id"), jobs.Str("jobs.1.job_id")
		before := s.jobs(t, s.ids["alice"], "")
		var all []refusal
		for _, call := range []string{"PUT /users/{alice}/jobs/transfer", "POST /users/{alice}/part-time-job", "PUT /users/{alice}/part-time-job/{part}"} {
			nobody := strings.Replace(call, "{alice}", "{missing}", 1)
			all = append(all,
				refusal{call + " without an organization", call, P{}, "COM.0601"},
				refusal{call + " to a number", call, P{"org_code": 7}, "COM.0601"},
				refusal{call + " to an unknown organization", call, P{"org_code": "NO"}, "ORG.0001"},
				refusal{call + " to an unknown position", call, P{"org_code": "HQ", "position_code": "NO"}, "JOB.POSITION.0001"},
				refusal{call + " to an unknown title", call, P{"org_code": "HQ", "title_code": "NO"}, "JOB.TITLE.0001"},
				refusal{nobody + " for one who is not there", nobody, P{"org_code": "HQ"}, "USER.0001"},
				refusal{nobody + " tells what is unknown before who", nobody, P{"org_code": "HQ", "title_code": "NO"}, "JOB.TITLE.0001"})
		}
		e.refuse(t, s.ids, append(all, []refusal{
			{"an unknown job changed", "PUT /users/{alice}/part-time-job/{missing}", P{"org_code": "HQ"}, "USER.0093"},
			{"the main job changed as a part-time job", "PUT /users/{alice}/part-time-job/{main}", P{"org_code": "HQ"}, "USER.0093"},
			{"another's job changed", "PUT /users/{bob}/part-time-job/{part}", P{"org_code": "HQ"}, "USER.0093"},
			{"an unknown job deleted", "DELETE /users/{alice}/part-time-job/{missing}", nil, "USER.0093"},
			{"the main job deleted", "DELETE /users/{alice}/part-time-job/{main}", nil, "USER.0093"},
			{"another's job deleted", "DELETE /users/{bob}/part-time-job/{part}", nil, "USER.0093"},
			{"a job of one who is not there deleted", "DELETE /users/{missing}/part-time-job/{part}", nil, "USER.0001"},
			{"the jobs of one who is not there", "GET /users/{missing}/jobs", nil, "USER.0001"},
			{"jobs of another relation", "GET /users/{alice}/jobs?relation_type=2", nil, "COM.0601"},
			{"a position that somebody fills moved", "PUT /job-positions/{DEV}", P{"org_code": "HQ"}, "JOB.POSITION.0018"},
			{"a position that somebody fills deleted", "DELETE /job-positions/{DEV}", nil, "JOB.POSITION.0017"},
		}...))
		if got := s.jobs(t, s.ids["alice"], ""); got != before {
			t.Errorf("refused calls changed the jobs to %s", got)
		}
		for i := range 7 {
			e.org(t, fmt.Sprintf("O%d", i), nil)
			e.Must(t, http.StatusCreated, "POST", "/users/"+s.ids["alice"]+"/part-time-job", P{"org_code": fmt.Sprintf("O%d", i)})
		}
		e.Fails(t, "COM.0601", "POST", "/users/"+s.ids["alice"]+"/part-time-job", P{"org_code": "LAB"}) // the tenth organization
		e.Must(t, http.StatusCreated, "POST", "/users/"+s.ids["alice"]+"/part-time-job", P{"org_code": "HQ"})
	})
}

func TestWithoutJobManagementNothingIsSaidAboutJobs(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		e.manageJobs(t, false)
		for _, call := range []string{
			"GET /users/x/jobs", "PUT /users/x/jobs/transfer", "POST /users/x/part-time-job", "PUT /users/x/part-time-job/y", "DELETE /users/x/part-time-job/y",
			"POST /job-positions", "GET /job-positions", "GET /job-positions/x", "PUT /job-positions/x", "DELETE /job-positions/x",
			"POST /job-titles", "GET /job-titles", "GET /job-titles/x", "PUT /job-titles/x", "DELETE /job-titles/x",
		} {
			method, path, _ := strings.Cut(call, " ")
			e.Fails(t, "ENT.CONFIG.0031", method, path, nil)
		}
		e.manageJobs(t, true)
		e.Must(t, 200, "GET", "/job-titles?offset=0&limit=10", nil)
	})
}

func TestPositions(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		s := newStaff(t, e)
		dev := s.ids["DEV"]
		e.w.Sleep(10 * time.Second)
		at := e.now()
		id := e.Must(t, http.StatusCreated, "POST", "/job-positions", P{"org_code": "HQ", "name": "架构师", "code": "ARCH", "title_code": "SR"}).Str("position_id")
		want := `{"position_id":"` + id + `","org_id":"` + s.ids["HQ"] + `","name":"架构师","code":"ARCH","title_id":"` + s.ids["SR"] + `","created_at":"` + at + `","updated_at":"` + at + `"}`
		if got := e.Must(t, 200, "GET", "/job-positions/"+id, nil).Raw; got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		for _, tc := range []struct {
			name   string
			body   P
			member string
			want   any
		}{
			{"nothing", P{}, "code", "ARCH"},
			{"empty texts keep what is there", P{"code": "", "name": "", "org_code": ""}, "org_id", s.ids["HQ"]},
			{"the name", P{"name": "Architect"}, "name", "Architect"},
			{"the code", P{"code": "A2"}, "code", "A2"},
			{"the organization", P{"org_code": "RD"}, "org_id", s.ids["RD"]},
			{"the title", P{"title_code": "JR"}, "title_id", s.ids["JR"]},
			{"an empty title takes it away", P{"title_code": ""}, "title_id", nil},
		} {
			t.Run(tc.name, func(t *testing.T) {
				e.w.Sleep(time.Second)
				if got := e.Must(t, 200, "PUT", "/job-positions/"+id, tc.body).Str("position_id"); got != id {
					t.Errorf("answered %s", got)
				}
				p := e.Must(t, 200, "GET", "/job-positions/"+id, nil)
				if p.At(tc.member) != tc.want || p.Str("updated_at") != e.now() || p.Str("created_at") != at {
					t.Errorf("%s", p.Raw)
				}
			})
		}
		since := strings.ReplaceAll(at[:19], " ", "%20")
		for _, tc := range []struct{ name, query, want string }{
			{"all", "", "DEV QA A2"},
			{"of one organization", "org_id=" + s.ids["RD"], "DEV A2"},
			{"since then", "updated_at_greater=" + since, "A2"},
			{"of one organization since then", "org_id=" + s.ids["LAB"] + "&updated_at_greater=" + since, ""},
		} {
			got := e.Must(t, 200, "GET", "/job-positions?offset=0&limit=10&"+tc.query, nil)
			if !sameWords(column(got, "job_positions", "code"), tc.want) || got.Int("total") != int64(len(strings.Fields(tc.want))) {
				t.Errorf("%s: %s", tc.name, got.Raw)
			}
		}
		e.refuse(t, s.ids, []refusal{
			{"made without an organization", "POST /job-positions", P{"name": "x", "code": "X"}, "COM.0601"},
			{"made without a name", "POST /job-positions", P{"org_code": "HQ", "code": "X"}, "COM.0601"},
			{"made without a code", "POST /job-positions", P{"org_code": "HQ", "name": "x"}, "COM.0601"},
			{"made in an unknown organization", "POST /job-positions", P{"org_code": "NO", "name": "x", "code": "X"}, "ORG.0001"},
			{"made with an unknown title", "POST /job-positions", P{"org_code": "HQ", "name": "x", "code": "X", "title_code": "NO"}, "JOB.TITLE.0001"},
			{"made with a code that there is", "POST /job-positions", P{"org_code": "HQ", "name": "x", "code": "DEV"}, "JOB.POSITION.0009"},
			{"changed to a code that there is", "PUT /job-positions/{QA}", P{"code": "DEV"}, "JOB.POSITION.0009"},
			{"changed to an unknown title", "PUT /job-positions/{QA}", P{"title_code": "NO"}, "JOB.TITLE.0001"},
			{"moved to an unknown organization", "PUT /job-positions/{QA}", P{"org_code": "NO"}, "ORG.0001"},
			{"changed where there is none", "PUT /job-positions/{missing}", P{"name": 7}, "JOB.POSITION.0001"},
			{"shown where there is none", "GET /job-positions/{missing}", nil, "JOB.POSITION.0001"},
			{"deleted where there is none", "DELETE /job-positions/{missing}", nil, "JOB.POSITION.0001"},
			{"listed of an unknown organization", "GET /job-positions?org_id={missing}&offset=0&limit=10", nil, "ORG.0001"},
			{"listed since no time", "GET /job-positions?updated_at_greater=x&offset=0&limit=10", nil, "COM.0601"},
			{"listed without a page", "GET /job-positions", nil, "OAP.PAGE.0001"},
			{"listed in pages that are too short", "GET /job-positions?offset=0&limit=1", nil, "OAP.PAGE.0002"},
		})
		e.Must(t, http.StatusNoContent, "DELETE", "/job-positions/"+dev, nil)
		e.Fails(t, "JOB.POSITION.0001", "DELETE", "/job-positions/"+dev, nil)
		other := newTenant(t, e.w)
		other.Fails(t, "JOB.POSITION.0001", "GET", "/job-positions/"+id, nil)
		other.Fails(t, "JOB.TITLE.0001", "GET", "/job-titles/"+s.ids["SR"], nil)
		other.Fails(t, "JOB.TITLE.0001", "DELETE", "/job-titles/"+s.ids["SR"], nil)
	})
}

func sameWords(a, b string) bool {
	words := map[string]int{}
	for _, w := range strings.Fields(a) {
		words[w]++
	}
	for _, w := range strings.Fields(b) {
		words[w]--
	}
	for _, n := range words {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestTitles(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		s := newStaff(t, e)
		at := e.now()
		want := `{"title_id":"` + s.ids["SR"] + `","name":"SR","code":"SR","created_at":"` + at + `","updated_at":"` + at + `"}`
		if got := e.Must(t, 200, "GET", "/job-titles/"+s.ids["SR"], nil).Raw; got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
		e.w.Sleep(time.Second)
		if got := e.Must(t, 200, "PUT", "/job-titles/"+s.ids["JR"], P{"name": "Junior", "code": ""}).Raw; got != `{"title_id":"`+s.ids["JR"]+`"}` {
			t.Errorf("answered %s", got)
		}
		all := e.Must(t, 200, "GET", "/job-titles?offset=0&limit=10", nil)
		if column(all, "job_titles", "code") != "SR JR" || column(all, "job_titles", "name") != "SR Junior" || all.Int("total") != 2 || all.Str("job_titles.1.updated_at") != e.now() {
			t.Errorf("%s", all.Raw)
		}
		e.Must(t, 200, "PUT", "/job-positions/"+s.ids["DEV"], P{"title_code": "SR"})
		e.user(t, "alice", P{"jobs": []P{{"org_code": "HQ", "relation_type": 1, "title_code": "JR"}}})
		e.refuse(t, s.ids, []refusal{
			{"made without a name", "POST /job-titles", P{"code": "X"}, "COM.0601"},
			{"made without a code", "POST /job-titles", P{"name": "x"}, "COM.0601"},
			{"made with a code that there is", "POST /job-titles", P{"name": "x", "code": "SR"}, "JOB.TITLE.0009"},
			{"changed to a code that there is", "PUT /job-titles/{JR}", P{"code": "SR"}, "JOB.TITLE.0009"},
			{"changed where there is none", "PUT /job-titles/{missing}", P{"name": 7}, "JOB.TITLE.0001"},
			{"changed to a number", "PUT /job-titles/{JR}", P{"name": 7}, "COM.0601"},
			{"shown where there is none", "GET /job-titles/{missing}", nil, "JOB.TITLE.0001"},
			{"deleted where there is none", "DELETE /job-titles/{missing}", nil, "JOB.TITLE.0001"},
			{"deleted while a position has it", "DELETE /job-titles/{SR}", nil, "JOB.TITLE.0015"},
			{"deleted while a job has it", "DELETE /job-titles/{JR}", nil, "JOB.TITLE.0015"},
			{"listed without a page", "GET /job-titles", nil, "OAP.PAGE.0001"},
			{"listed in pages that are too long", "GET /job-titles?offset=0&limit=101", nil, "OAP.PAGE.0002"},
			{"listed before the first page", "GET /job-titles?offset=-1&limit=10", nil, "OAP.PAGE.0003"},
		})
		e.Must(t, 200, "PUT", "/job-positions/"+s.ids["DEV"], P{"title_code": ""})
		e.Must(t, http.StatusNoContent, "DELETE", "/job-titles/"+s.ids["SR"], nil)
		e.Fails(t, "JOB.TITLE.0001", "DELETE", "/job-titles/"+s.ids["SR"], nil)
	})
}

func TestTransfersAtOnceLeaveOneMainJob(t *testing.T) {
	each(t, func(t *testing.T, e *tenant) {
		s := newStaff(t, e)
		id := e.user(t, "alice", nil)
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				e.Must(t, 200, "PUT", "/users/"+id+"/jobs/transfer", P{"org_code": []string{"HQ", "RD", "LAB"}[i%3]})
			})
		}
		all.Wait()
		job, place := s.jobs(t, id, ""), s.places(t, id)
		if job != "1 "+place+"/-/-" {
			t.Errorf("jobs %s, in %s", job, place)
		}
	})
}
