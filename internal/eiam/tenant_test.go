package eiam_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
)

var ctx = context.Background()

// tenant is a tenant with an application that may everything in it.
type tenant struct {
	*apitest.Application
	w *apitest.World
}

func newTenant(t testing.TB, w *apitest.World) *tenant {
	t.Helper()
	return &tenant{w.Application(t, w.Account(t), "console", "all"), w}
}

// each runs body for a new tenant on every engine.
func each(t *testing.T, body func(t *testing.T, e *tenant)) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) { body(t, newTenant(t, w)) })
}

// P is the body of a request.
type P = map[string]any

// with is p with further members.
func with(p P, more P) P {
	all := P{}
	for _, m := range []P{p, more} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

func (e *tenant) org(t testing.TB, code string, more P) string {
	t.Helper()
	return e.Must(t, http.StatusCreated, "POST", "/organizations", with(P{"code": code, "name": code}, more)).Str("org_id")
}

func (e *tenant) user(t testing.TB, name string, more P) string {
	t.Helper()
	return e.Must(t, http.StatusCreated, "POST", "/users", with(P{"user_name": name}, more)).Str("user_id")
}

// manageJobs sets the tenant's management of jobs.
func (e *tenant) manageJobs(t testing.TB, on bool) {
	t.Helper()
	e.write(t, func(tx *store.Tx) error {
		return eiam.SetTenant(ctx, tx, e.Account, []string{e.Host}, eiam.DefaultZone, on)
	})
}

func (e *tenant) write(t testing.TB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := e.w.DB.Write(ctx, fn); err != nil {
		t.Fatal(err)
	}
}

// define says something of an attribute of the tenant.
func (e *tenant) define(t testing.TB, a eiam.Attribute) {
	t.Helper()
	e.write(t, func(tx *store.Tx) error { return eiam.SetAttribute(ctx, tx, e.Account, a) })
}

// refusal is a call that must fail: "METHOD path", body, code. In path and body texts {x} is ids["x"].
type refusal struct {
	name, call string
	body       any
	code       string
}

// refuse makes the calls, and fails the test where one is not refused as it should be.
func (e *tenant) refuse(t *testing.T, ids map[string]string, all []refusal) {
	t.Helper()
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			method, path, _ := strings.Cut(fill(ids, r.call), " ")
			answer := e.Fails(t, r.code, method, path, fillBody(ids, r.body))
			if answer.Status != http.StatusBadRequest {
				t.Errorf("status %d", answer.Status)
			}
		})
	}
}

func fill(ids map[string]string, s string) string {
	for k, v := range ids {
		s = strings.ReplaceAll(s, "{"+k+"}", v)
	}
	return s
}

func fillBody(ids map[string]string, body any) any {
	switch b := body.(type) {
	case string:
		return fill(ids, b)
	case P:
		filled := P{}
		for k, v := range b {
			filled[k] = v
			if s, ok := v.(string); ok {
				filled[k] = fill(ids, s)
			}
		}
		return filled
	}
	return body
}

// missing is an id that nothing has.
const missing = "20200101000000000-0000-000000000"

// column is a member of each row of a list, joined.
func column(a *apitest.RESTAnswer, list, member string) string {
	var all []string
	for _, v := range a.Pluck(list, member) {
		s, _ := v.(string)
		all = append(all, s)
	}
	return strings.Join(all, " ")
}
