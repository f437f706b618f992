package test

import (
	"net/http"
	"testing"
)

// A user of employee identity is a person of the account, and one with the sub-users that are linked to it: whichever door
// disables the person, all of it is disabled, and each door takes back its own alone.
func TestEIAMUsersArePersons(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		uin, key := w.user(t, bootstrap, "alice")
		person := params{"PersonId": w.alice}
		disabled := func(t *testing.T, want bool, by ...string) {
			t.Helper()
			if a := w.must(t, "GET", "/users/"+w.alice, ""); a.body["disabled"] != want {
				t.Errorf("the user is %s", a.text)
			}
			shown, _ := w.server.must(t, bootstrap, "hufu:DescribePerson", person).body["Person"].(map[string]any)
			list, _ := shown["DisabledBy"].([]any)
			var got []string
			for _, each := range list {
				text, _ := each.(string)
				got = append(got, text)
			}
			if !sameTexts(got, by) || shown["UserName"] != "alice" || shown["Mobile"] != "+86-15204130001" {
				t.Errorf("the person is %v, want disabled by %v", shown, by)
			}
		}
		keyWorks := func(t *testing.T, want bool) {
			t.Helper()
			if a := w.call(t, key, whoami, nil); (a.code == "") != want {
				t.Errorf("the key of the sub-user: %q %s", a.code, a.message)
			}
		}
		status := func(t *testing.T, s string) {
			t.Helper()
			w.server.must(t, bootstrap, "hufu:SetPersonStatus", params{"PersonId": w.alice, "Status": s})
		}
		t.Run("equal names are no link", func(t *testing.T) {
			w.must(t, "PUT", "/users/"+w.alice+"/disable", "")
			disabled(t, true, "EIAM")
			keyWorks(t, true)
			w.must(t, "PUT", "/users/"+w.alice+"/enable", "")
		})
		w.server.must(t, bootstrap, "hufu:LinkIdentity", params{"PersonId": w.alice, "Uin": uin})
		t.Run("disabling the user refuses the key, enabling restores it", func(t *testing.T) {
			w.must(t, "PUT", "/users/"+w.alice+"/disable", "")
			disabled(t, true, "EIAM")
			keyWorks(t, false)
			w.must(t, "PUT", "/users/"+w.alice+"/enable", "")
			disabled(t, false)
			keyWorks(t, true)
		})
		t.Run("an administrator's disabling shows, and enabling the user does not take it back", func(t *testing.T) {
			status(t, "Disabled")
			disabled(t, true, "Administrator")
			keyWorks(t, false)
			w.do(t, "PUT", "/users/"+w.alice+"/enable", "").wants(t, http.StatusOK, "")
			disabled(t, true, "Administrator")
			w.must(t, "PUT", "/users/"+w.alice+"/disable", "")
			disabled(t, true, "Administrator", "EIAM")
			status(t, "Enabled")
			disabled(t, true, "EIAM")
			keyWorks(t, false)
			w.must(t, "PUT", "/users/"+w.alice+"/enable", "")
			disabled(t, false)
			keyWorks(t, true)
		})
		t.Run("a disabled person leads nothing new", func(t *testing.T) {
			status(t, "Disabled")
			w.do(t, "PUT", "/organizations/"+w.hq+"/org-leader?leader_id="+w.alice, "").wants(t, http.StatusBadRequest, "USER.0004")
			status(t, "Enabled")
		})
		t.Run("deleting the user leaves the sub-user", func(t *testing.T) {
			w.must(t, "DELETE", "/users/"+w.alice, "")
			keyWorks(t, true)
		})
		t.Run("the root of another account can do nothing to it", func(t *testing.T) {
			bank := w.createAccount(t, "bank")
			w.call(t, bank.credential(), "hufu:LinkIdentity", params{"PersonId": w.bob, "Uin": bank.UIN}).fails(t)
			w.call(t, bank.credential(), "hufu:SetPersonStatus", params{"PersonId": w.bob, "Status": "Disabled"}).fails(t)
			if a := w.must(t, "GET", "/users/"+w.bob, ""); a.body["disabled"] != false {
				t.Errorf("bob is %s", a.text)
			}
		})
	})
}

// fails holds an answer to any error.
func (a *answer) fails(t testing.TB) {
	t.Helper()
	if a.code == "" {
		t.Errorf("it succeeds: %v", a.body)
	}
}
