package eiam_test

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/eiam/rest"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// empty answers nothing.
type empty struct{}

func (empty) AppendJSON(dst []byte) []byte { return append(dst, "{}"...) }

// stubs puts handlers that only say that they were reached behind the world's door, for every endpoint of the contract.
func stubs(w *apitest.World) {
	bound := eiamv2.Bind(w.People)
	for _, a := range eiamv2.Service.Actions {
		if a.Name != "CreateToken" {
			bound[a.Name] = func(_ context.Context, c *call.Call, _ wire.Request) (wire.Response, error) {
				return empty{}, c.Valid()
			}
		}
	}
	w.EIAM = rest.New(rest.Dependencies{Gateway: w.Gateway, Product: w.People, Service: eiamv2.Service, Handlers: bound, Log: slog.New(slog.DiscardHandler), Now: w.Now})
}

// sample is a path of an action with something in the place of each id.
func sample(a *wire.Action) string {
	var out []string
	for segment := range strings.SplitSeq(a.Path, "/") {
		if strings.HasPrefix(segment, "{") {
			segment = "x"
		}
		out = append(out, segment)
	}
	return strings.Join(out, "/")
}

func TestEachPermissionCodeOpensItsFamilyAlone(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		stubs(w)
		of := w.Account(t)
		for _, code := range append(eiam.Codes(), "") {
			t.Run(code, func(t *testing.T) {
				var codes []string
				if code != "" {
					codes = []string{code}
				}
				app := w.Application(t, of, "app "+code, codes...)
				for _, a := range eiamv2.Service.Actions {
					if a.Family == "" {
						continue
					}
					family, kind := strings.CutSuffix(code, "_all")
					reads := code == "all" || code == "read" || kind && family == a.Family || code == a.Family+"_read"
					writes := code == "all" || kind && family == a.Family
					want := writes
					if !a.Write {
						want = reads
					}
					got := app.Call(t, a.Method, sample(a), nil)
					if opened := got.Code != "insufficient_scope"; opened != want {
						t.Errorf("%s: %d %s", a.Name, got.Status, got.Raw)
					}
					if !want && (got.Status != 400 || !strings.Contains(got.Message, "all")) {
						t.Errorf("%s does not say what is missing: %s", a.Name, got.Raw)
					}
				}
			})
		}
	})
}

// What the families of the contract are worth is in the documentation of single endpoints; these were read off it by hand.
func TestPermissionsOfEndpointsWhoseMethodOrPathMisleads(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		stubs(w)
		of := w.Account(t)
		apps := map[string]*apitest.Application{}
		for _, tc := range []struct {
			name, code, method, path string
			want                     bool
		}{
			{"a look-up by POST only reads", "user_read", "POST", "/users/user-by-username", true},
			{"granting an account is about users", "user_all", "POST", "/users/x/applications/x/accounts", true},
			{"and not about accounts", "account_all", "POST", "/users/x/applications/x/accounts", false},
			{"so is listing a user's accounts", "user_read", "GET", "/users/x/accounts", true},
			{"roles of an account are about accounts", "account_all", "POST", "/applications/x/accounts/x/member-role", true},
			{"members of a role are about roles", "app_role_all", "POST", "/applications/x/role-member", true},
			{"reading them is not writing them", "app_role_read", "POST", "/applications/x/role-member", false},
			{"organizations of an application are not of the tenant", "org_all", "GET", "/applications/x/organizations", false},
			{"leaders are about organizations", "org_read", "GET", "/organizations/x/org-leader", true},
			{"binding users is about accounts", "account_all", "POST", "/applications/x/accounts/public-account/x/users/bind", true},
			{"and cannot be done by who only reads", "read", "POST", "/applications/x/accounts/public-account/x/users/bind", false},
			{"the log has one code", "operation_log_read", "GET", "/logs/users-log", true},
			{"which no code about users has", "user_all", "GET", "/logs/users-log", false},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if apps[tc.code] == nil {
					apps[tc.code] = w.Application(t, of, tc.code, tc.code)
				}
				got := apps[tc.code].Call(t, tc.method, tc.path, nil)
				if opened := got.Code != "insufficient_scope"; opened != tc.want || got.Status == http.StatusNotFound {
					t.Errorf("%d %s", got.Status, got.Raw)
				}
			})
		}
	})
}

func TestCodesAreThoseOfTheContract(t *testing.T) {
	for _, a := range eiamv2.Service.Actions {
		if a.Family == "" {
			continue
		}
		for _, code := range eiam.Accepted(a.Family, a.Write) {
			if !slices.Contains(eiam.Codes(), code) {
				t.Errorf("%s is opened by %q, which is no code", a.Name, code)
			}
		}
	}
	if n := len(eiam.Codes()); n != 21 {
		t.Errorf("%d codes", n)
	}
}
