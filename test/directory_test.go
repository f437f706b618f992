package test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

// directoryClient is an application that may manage the users of employee identity.
type directoryClient struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

// directoryClient makes one in the first root account.
func (s *server) directoryClient(t testing.TB) (c directoryClient) {
	t.Helper()
	uin := s.must(t, bootstrap, whoami, nil).str("AccountId")
	out := s.run(t, "eiam", "app", "create", "--account", uin, "--name", "directory", "--permissions", "user_all")
	if err := json.Unmarshal([]byte(out), &c); err != nil || c.ID == "" || c.Secret == "" {
		t.Fatalf("eiam app create prints %q: %v", out, err)
	}
	s.secret(c.Secret)
	return c
}

// people makes one request below /api/v2/tenant, with a token of its own.
func (s *server) people(t testing.TB, c directoryClient, method, path, body string) (status int, answer map[string]any) {
	t.Helper()
	send := func(r *http.Request, err error) (int, map[string]any) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		all := map[string]any{}
		if err := json.NewDecoder(a.Body).Decode(&all); err != nil && a.StatusCode != http.StatusNoContent {
			t.Fatalf("status %d: %v", a.StatusCode, err)
		}
		return a.StatusCode, all
	}
	base := "http://" + s.api + "/api/v2/tenant"
	r, err := http.NewRequest(http.MethodPost, base+"/token?grant_type=client_credentials", nil)
	if err == nil {
		r.SetBasicAuth(c.ID, c.Secret)
	}
	_, token := send(r, err)
	s.secret(fmt.Sprint(token["access_token"]))
	if r, err = http.NewRequest(method, base+path, strings.NewReader(body)); err == nil {
		r.Header.Set("Authorization", "Bearer "+fmt.Sprint(token["access_token"]))
		r.Header.Set("Content-Type", "application/json")
	}
	return send(r, err)
}

// human is a person of employee identity, who is a sub-user with two keys, one of them inactive, and through it a user of
// BI.
type human struct {
	*server
	app      directoryClient
	id       string // of the person, which is the user_id
	uin      int64
	key, off credential
}

const personDisabled = "The person to whom this user belongs is disabled."

func newHuman(t testing.TB, s *server) *human {
	t.Helper()
	h := &human{server: s, app: s.directoryClient(t)}
	_, made := s.people(t, h.app, http.MethodPost, "/users", `{"user_name":"zhangsan","name":"张三","mobile":"15204130007","email":"zhangsan@example.com"}`)
	h.id = fmt.Sprint(made["user_id"])
	h.uin, h.key = s.user(t, bootstrap, "zhang")
	h.grants(t, bootstrap, h.uin, "lists", "cam:ListUsers", "*", "")
	second := s.must(t, bootstrap, "cam:CreateAccessKey", params{"TargetUin": h.uin})
	key, _ := second.body["AccessKey"].(map[string]any)
	h.off = credential{id: fmt.Sprint(key["AccessKeyId"]), key: fmt.Sprint(key["SecretAccessKey"])}
	s.must(t, bootstrap, "cam:UpdateAccessKey", params{"TargetUin": h.uin, "AccessKeyId": h.off.id, "Status": "Inactive"})
	s.must(t, bootstrap, "bi:CreateUserRole", params{"UserInfoList": []params{{"UserId": "zhang", "UserName": "Zhang San"}}})
	return h
}

// link links the sub-user and the person.
func (h *human) link(t testing.TB) {
	t.Helper()
	h.must(t, bootstrap, "hufu:LinkIdentity", params{"PersonId": h.id, "Uin": h.uin})
}

// set sets the administrator's switch, eiam that of employee identity.
func (h *human) set(t testing.TB, status string) {
	t.Helper()
	h.must(t, bootstrap, "hufu:SetPersonStatus", params{"PersonId": h.id, "Status": status})
}

func (h *human) switchEIAM(t testing.TB, to string) {
	t.Helper()
	if status, body := h.people(t, h.app, http.MethodPut, "/users/"+h.id+"/"+to, ""); status != http.StatusOK {
		t.Errorf("%s: %d %v", to, status, body)
	}
}

// doors are what each says of whether the human is disabled, on any node. The text is what it says else.
func (h *human) doors() map[string]func(t testing.TB, s *server) (disabled bool, text string) {
	return map[string]func(t testing.TB, s *server) (bool, string){
		"employee identity": func(t testing.TB, s *server) (bool, string) {
			_, user := s.people(t, h.app, http.MethodGet, "/users/"+h.id, "")
			return user["disabled"] == true, fmt.Sprint(user)
		},
		"a signed call": func(t testing.TB, s *server) (bool, string) {
			a := s.call(t, h.key, "cam:ListUsers", nil)
			return a.code == denied && a.message == personDisabled, a.code + a.message
		},
		"the component interface": func(t testing.TB, s *server) (bool, string) {
			a := s.tells(t, s.component("checkResource", params{"uin": h.uin, "action": "cam:ListUsers", "resource": []string{"*"}}).as(h.key))
			return a.code == 4300 && strings.Contains(a.message, personDisabled), a.raw
		},
		"BI": func(t testing.TB, s *server) (bool, string) {
			data, _ := s.must(t, bootstrap, "bi:DescribeUserRoleList", params{"PageNo": 1, "PageSize": 20, "AllPage": true}).body["Data"].(map[string]any)
			list, _ := data["List"].([]any)
			for _, each := range list {
				if u, _ := each.(map[string]any); u["UserId"] == "zhang" {
					return u["Status"] == json.Number("0"), fmt.Sprint(u)
				}
			}
			return false, fmt.Sprint("no such user in ", list)
		},
		"the whole person": func(t testing.TB, s *server) (bool, string) {
			x := s.must(t, bootstrap, "hufu:DescribePerson", params{"PersonId": h.id}).body
			off := true
			for _, facet := range []any{x["Person"], x["EiamUser"], first(x["Users"]), first(x["BiUsers"])} {
				of, _ := facet.(map[string]any)
				off = off && of["Status"] == "Disabled"
			}
			return off, fmt.Sprint(x)
		},
	}
}

// first is the first element of a list.
func first(list any) any {
	if all, _ := list.([]any); len(all) > 0 {
		return all[0]
	}
	return nil
}

// check holds every door of a node to a state.
func (h *human) check(t testing.TB, s *server, disabled bool) {
	t.Helper()
	for door, ask := range h.doors() {
		if got, text := ask(t, s); got != disabled {
			t.Errorf("%s says disabled is %t: %s", door, got, text)
		}
	}
	if !disabled {
		s.must(t, h.key, "cam:ListUsers", nil)
	}
	s.call(t, h.off, "cam:ListUsers", nil).wants(t, "AuthFailure.SecretIdNotFound") // before, meanwhile and after
}

// A person is made in one door and is the same one in the others; disabled by either switch, and enabled by both, it is
// again exactly what it was.
func TestOnePersonInEveryDoor(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		h := newHuman(t, s)
		t.Run("nothing is linked by itself", func(t *testing.T) {
			h.set(t, "Disabled")
			s.must(t, h.key, "cam:ListUsers", nil)
			h.set(t, "Enabled")
		})
		h.link(t)
		t.Run("all of it is shown together", func(t *testing.T) {
			x := s.must(t, bootstrap, "hufu:DescribePerson", params{"PersonId": h.id}).body
			person, _ := x["Person"].(map[string]any)
			eiam, _ := x["EiamUser"].(map[string]any)
			user, _ := first(x["Users"]).(map[string]any)
			bi, _ := first(x["BiUsers"]).(map[string]any)
			got := []any{person["UserName"], person["Name"], person["Mobile"], person["Email"], eiam["UserId"], eiam["UserName"],
				user["Uin"], user["Name"], bi["UserId"], bi["UserName"], bi["Uin"]}
			uin := json.Number(number(h.uin))
			want := []any{"zhangsan", "张三", "+86-15204130007", "zhangsan@example.com", h.id, "zhangsan", uin, "zhang", "zhang", "Zhang San", uin}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("got %v, want %v: %v", got, want, x)
			}
		})
		for _, step := range []struct {
			name     string
			do       func()
			disabled bool
		}{
			{"linked", func() {}, false},
			{"an administrator disables", func() { h.set(t, "Disabled") }, true},
			{"employee identity enables, which had not disabled", func() { h.switchEIAM(t, "enable") }, true},
			{"the administrator enables", func() { h.set(t, "Enabled") }, false},
			{"employee identity disables", func() { h.switchEIAM(t, "disable") }, true},
			{"both", func() { h.set(t, "Disabled") }, true},
			{"the administrator enables", func() { h.set(t, "Enabled") }, true},
			{"employee identity enables", func() { h.switchEIAM(t, "enable") }, false},
		} {
			t.Run(step.name, func(t *testing.T) {
				step.do()
				h.check(t, s, step.disabled)
			})
		}
		t.Run("who deletes a disabled person brings no key back", func(t *testing.T) {
			h.set(t, "Disabled")
			if status, body := s.people(t, h.app, http.MethodDelete, "/users/"+h.id, ""); status != http.StatusNoContent {
				t.Errorf("%d %v", status, body)
			}
			s.call(t, h.key, "cam:ListUsers", nil).wants(t, denied, personDisabled)
			s.must(t, bootstrap, "hufu:UnlinkIdentity", params{"PersonId": h.id, "Uin": h.uin})
			s.must(t, h.key, "cam:ListUsers", nil)
		})
	})
}

func TestAPersonIsDisabledOnTheOtherNodeWithinASecond(t *testing.T) {
	p := newPlace(t, pgtest.URL(t))
	one, two := p.start(t, unlimited...), p.start(t, unlimited...)
	h := newHuman(t, one)
	h.link(t)
	h.check(t, two, false)
	for _, step := range []struct {
		name     string
		do       func()
		disabled bool
	}{
		{"an administrator disables", func() { h.set(t, "Disabled") }, true},
		{"the administrator enables", func() { h.set(t, "Enabled") }, false},
		{"employee identity disables", func() { h.switchEIAM(t, "disable") }, true},
		{"employee identity enables", func() { h.switchEIAM(t, "enable") }, false},
	} {
		t.Run(step.name, func(t *testing.T) {
			h.check(t, two, !step.disabled) // which the other node remembers
			step.do()
			told := time.Now()
			h.check(t, one, step.disabled)
			for door, ask := range h.doors() {
				for {
					disabled, text := ask(t, two)
					if disabled == step.disabled {
						break
					}
					if time.Since(told) > time.Second {
						t.Errorf("%s of the other node, a second later: %s", door, text)
						break
					}
					pause()
				}
			}
		})
	}
}

// A service that verifies signatures by itself and keeps answers hears of it like of any key's end, of sessions too.
func TestAServiceHearsThatAPersonIsDisabled(t *testing.T) {
	flags := []string{"--product", manifest(t, ordersManifest), "--rate-limit", "off"}
	onServer(t, flags, func(t *testing.T, s *server) {
		h := newHuman(t, s)
		h.link(t)
		uin, own := s.user(t, bootstrap, "orders-service")
		s.must(t, bootstrap, "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": administrator})
		h.grants(t, bootstrap, h.uin, "orders", "orders:*", "*", "")
		h.grants(t, bootstrap, h.uin, "sessions", "sts:*", "*", "")
		k, _ := s.must(t, h.key, "sts:GetFederationToken", params{"Name": "night",
			"Policy": `{"version":"2.0","statement":[{"effect":"allow","action":"orders:*","resource":"*"}]}`}).body["Credentials"].(map[string]any)
		session := credential{id: fmt.Sprint(k["TmpSecretId"]), key: fmt.Sprint(k["TmpSecretKey"]), token: fmt.Sprint(k["Token"])}
		service := orders(t, s, own)
		who := fmt.Sprint("user ", h.uin)
		for _, step := range []struct {
			do           func()
			key, session string
		}{
			{func() {}, who, who},
			{func() { h.set(t, "Disabled") }, "AuthFailure.SecretIdNotFound", "AuthFailure.TokenFailure"},
			{func() { h.set(t, "Enabled") }, who, who},
			{func() { h.switchEIAM(t, "disable") }, "AuthFailure.SecretIdNotFound", "AuthFailure.TokenFailure"},
			{func() { h.switchEIAM(t, "enable") }, who, who},
		} {
			step.do()
			refused(t, service, h.key, step.key)
			refused(t, service, session, step.session)
		}
	})
}
