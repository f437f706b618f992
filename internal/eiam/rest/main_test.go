package rest_test

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/eiam/rest"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// request keeps the tree that it was made from.
type request struct{ tree *wire.Value }

func (r *request) Decode(v *wire.Value) { r.tree = v }

// text is a member, "-" where the request has none.
func (r *request) text(name string) string {
	if v := r.tree.Get(name); v != nil {
		return v.Str()
	}
	return "-"
}

// answer is a JSON object as it is.
type answer string

func (a answer) AppendJSON(dst []byte) []byte { return append(dst, a...) }

// small is a service that differs in its endpoints in what the door looks at; tokens are those of the real one.
func small() *wire.Service {
	in := func(name string, place wire.Place, kind wire.Kind, required bool, code string) wire.Member {
		return wire.Member{Name: name, Kind: kind, In: place, Required: required, Code: code}
	}
	app, item := in("app_id", wire.InPath, wire.String, false, "APP.0006"), in("id", wire.InPath, wire.String, false, "USER.0001")
	name := in("name", wire.InBody, wire.String, true, "")
	secret := wire.Member{Name: "password", Kind: wire.String, In: wire.InBody, Secret: true}
	s := &wire.Service{Name: "eiam", Version: "v2", Style: wire.REST, Base: "/api/v2/tenant", Common: eiamv2.Service.Common}
	for _, a := range []wire.Action{
		{Name: "Add", Method: http.MethodPost, Path: "/items", Status: 201, Family: "user", Write: true, Late: true},
		{Name: "Drop", Method: http.MethodDelete, Path: "/items/{id}", Status: 204, Family: "user", Write: true, Late: true},
		{Name: "Early", Method: http.MethodPost, Path: "/early", Status: 200, Family: "user", Write: true},
		{Name: "Find", Method: http.MethodGet, Path: "/items/{id}", Status: 200, Family: "user", Late: true},
		{Name: "Open", Method: http.MethodGet, Path: "/apps/{app_id}/items/{id}", Status: 200, Family: "user", Late: true},
		{Name: "Planned", Method: http.MethodGet, Path: "/planned", Status: 200, Family: "user", Late: true},
		{Name: "ResetPassword", Method: http.MethodPut, Path: "/users/{user_id}/rest-password", Status: 200, Family: "user", Write: true, Late: true},
		{Name: "Search", Method: http.MethodPost, Path: "/items/search", Status: 200, Family: "user", Late: true},
	} {
		a.Service, a.Version, a.Common, a.Rate = "eiam", "v2", s.Common, 100
		a.Errors = []string{"APP.0001", "APP.0006", "USER.0001"}
		a.New = func() wire.Request { return &request{} }
		var members []wire.Member
		switch a.Name {
		case "Add", "Early", "Search":
			members = []wire.Member{name, secret}
		case "Open":
			members = []wire.Member{app, item, in("filter", wire.InQuery, wire.String, false, "")}
		case "Drop", "Find":
			members = []wire.Member{item}
		case "ResetPassword":
			members = []wire.Member{in("user_id", wire.InPath, wire.String, false, "USER.0001")}
		}
		a.Input = &wire.Struct{Name: a.Name, Members: members}
		s.Actions = append(s.Actions, &a)
	}
	token := *eiamv2.Service.Action("CreateToken")
	s.Actions = append([]*wire.Action{s.Actions[0], &token}, s.Actions[1:]...)
	return s
}

// handler is what an endpoint of the small service does; the door is a new one for each test.
type handlers map[string]func(ctx context.Context, w *apitest.World, c *call.Call, in *request) (wire.Response, error)

// install puts the small service behind the world's door.
func install(t testing.TB, w *apitest.World, own handlers) {
	t.Helper()
	bound := eiamv2.Bind(w.People)
	s := small()
	for _, a := range s.Actions {
		switch h, ok := own[a.Name]; {
		case ok:
			bound[a.Name] = func(ctx context.Context, c *call.Call, in wire.Request) (wire.Response, error) {
				return h(ctx, w, c, in.(*request))
			}
		case a.Name != "CreateToken" && a.Name != "Planned":
			bound[a.Name] = func(_ context.Context, c *call.Call, in wire.Request) (wire.Response, error) {
				if err := c.Valid(); err != nil {
					return nil, err
				}
				return answer(in.(*request).tree.AppendJSON(nil)), nil
			}
		}
	}
	w.EIAM = rest.New(rest.Dependencies{Gateway: w.Gateway, Product: w.People, Service: s, Handlers: bound, Log: slog.New(slog.DiscardHandler), Now: w.Now})
}

// missing is the handler of an object that is never there: it says so before it looks at the parameters.
func missing(ctx context.Context, w *apitest.World, c *call.Call, in *request) (wire.Response, error) {
	if in.text("name") == "gone" || in.text("id") == "gone" {
		return nil, fault.New("USER.0001")
	}
	if err := c.Valid(); err != nil {
		return nil, err
	}
	return answer(`{}`), c.Write(ctx, func(*store.Tx) error { return nil })
}

// revoke takes every permission code from an application.
func revoke(t testing.TB, w *apitest.World, a *apitest.Application) {
	t.Helper()
	change(t, w, a, func(ctx context.Context, tx *store.Tx, _ *eiam.Application, c *eiam.Client) error {
		return eiam.SetCodes(ctx, tx, a.Account, c, nil)
	})
}

// noting is a write that says that it ran.
func noting(ran *bool) func(*store.Tx) error {
	return func(*store.Tx) error { *ran = true; return nil }
}
