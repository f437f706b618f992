package test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

// Who guesses client secrets is slowed down by address, for the second.
func TestEIAMGuessedSecrets(t *testing.T) {
	onServer(t, nil, func(t *testing.T, s *server) {
		app := s.eiamApp(t, s.bootstrapUIN(t), "guessed", "all")
		c := s.eiam(t).as(t, app)
		var codes map[int]int
		inOneSecond(t, func() {
			codes = map[int]int{}
			var mu sync.Mutex
			var wait sync.WaitGroup
			for i := range 4 {
				wait.Go(func() {
					for j := range 60 {
						status := s.eiam(t).askToken(t, app.ClientID, fmt.Sprintf("%032d", 100*i+j)).status
						mu.Lock()
						codes[status]++
						mu.Unlock()
					}
				})
			}
			wait.Wait()
		})
		if codes[http.StatusUnauthorized]+codes[http.StatusTooManyRequests] != 240 || codes[http.StatusTooManyRequests] == 0 {
			t.Errorf("guesses are answered %v", codes)
		}
		inOneSecond(t, func() { c.do(t, "GET", "/users?offset=0&limit=10", "").wants(t, http.StatusOK, "") })
	})
}

// What was said to one node the others hold to as well.
func TestEIAMOnTwoNodes(t *testing.T) {
	p := newPlace(t, pgtest.URL(t))
	first, second := p.start(t, unlimited...), p.start(t, unlimited...)
	w := first.eiamWorld(t)
	there := second.eiam(t)
	there.token = w.token
	there.do(t, "POST", w.shared()+"/users/bind", `{"user_names":["alice","bob"]}`).wants(t, http.StatusOK, "")
	if got := w.usersOf(t, w.shared()); !sameTexts(got, []string{"alice", "bob"}) {
		t.Errorf("its users are %v", got)
	}
	t.Run("both bind the same at once", func(t *testing.T) {
		allGood(t, atOnce(callers, func(i int) *eiamAnswer {
			c := []eiamCaller{w.eiamCaller, there}[i%2]
			return c.do(t, "POST", w.in(w.plain)+"/accounts/public-account/"+w.plainPublic+"/users/bind", `{"user_names":["alice","bob"]}`)
		}))
	})
	t.Run("both create the same at once", func(t *testing.T) {
		onlyOne(t, atOnce(callers, func(i int) *eiamAnswer {
			c := []eiamCaller{w.eiamCaller, there}[i%2]
			return c.do(t, "POST", "/users", `{"user_name":"same"}`)
		}), "USER.0029")
	})
	t.Run("a disabled application is disabled everywhere", func(t *testing.T) {
		w.operate(t, "app disable", w.self.AppID)
		w.soonEiam(t, "GET", "/users/"+w.alice, "", http.StatusBadRequest, "invalid_token")
		there.soonEiam(t, "GET", "/users/"+w.alice, "", http.StatusBadRequest, "invalid_token")
	})
}

func TestEIAMOfASuspendedAccount(t *testing.T) {
	onEiam(t, func(t *testing.T, w *eiamWorld) {
		w.run(t, "account", "suspend", fmt.Sprint(w.uin))
		w.soonEiam(t, "GET", "/users/"+w.alice, "", http.StatusBadRequest, "access_denied")
		w.do(t, "POST", w.shared()+"/users/bind", `{"user_names":["bob"]}`).wants(t, http.StatusBadRequest, "access_denied")
		w.run(t, "account", "resume", fmt.Sprint(w.uin))
		w.soonEiam(t, "GET", "/users/"+w.alice, "", http.StatusOK, "")
		if got := w.usersOf(t, w.shared()); len(got) != 0 {
			t.Errorf("its users are %v", got)
		}
	})
}
