package test

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"
)

// inOneSecond waits for the beginning of a second, and repeats do until it came to its end within that one: rates count
// by the second of the server's clock, which is ours.
func inOneSecond(t testing.TB, do func()) {
	t.Helper()
	for range 30 {
		begin := time.Now().Truncate(time.Second).Add(time.Second)
		time.Sleep(time.Until(begin))
		do()
		if time.Now().Before(begin.Add(time.Second)) {
			return
		}
	}
	t.Fatal("the machine is too slow to make the calls within a second")
}

var counts = regexp.MustCompile("`([0-9]+)`[^`]*`([0-9]+)`")

// limited holds an answer to the rate limit and returns the two numbers in its message.
func limited(t testing.TB, a *answer, code string) (count, limit int) {
	t.Helper()
	a.wants(t, code)
	m := counts.FindStringSubmatch(a.message)
	if m == nil {
		t.Fatalf("%q does not name count and limit", a.message)
	}
	count, _ = strconv.Atoi(m[1])
	limit, _ = strconv.Atoi(m[2])
	return count, limit
}

func TestRates(t *testing.T) {
	onServer(t, nil, func(t *testing.T, s *server) {
		_, key := s.user(t, bootstrap, "alice")
		t.Run("the 21st call within a second is refused", func(t *testing.T) {
			var all []*answer
			inOneSecond(t, func() {
				all = nil
				for range 22 {
					all = append(all, s.call(t, bootstrap, "cam:GetUser", params{"Name": "alice"}))
				}
			})
			for i, a := range all[:20] {
				if a.code != "" {
					t.Errorf("call %d: %s", i+1, a.code)
				}
			}
			for i, a := range all[20:] {
				if count, limit := limited(t, a, "RequestLimitExceeded"); count != 21+i || limit != 20 {
					t.Errorf("call %d: count %d, limit %d", 21+i, count, limit)
				}
			}
		})
		t.Run("the next second is a new one", func(t *testing.T) {
			inOneSecond(t, func() { s.must(t, bootstrap, "cam:GetUser", params{"Name": "alice"}) })
		})
		t.Run("each action and each caller is counted alone", func(t *testing.T) {
			var other, user *answer
			inOneSecond(t, func() {
				for range 21 {
					s.call(t, bootstrap, "cam:GetUser", params{"Name": "alice"})
				}
				other = s.call(t, bootstrap, "cam:ListUsers", nil)
				user = s.call(t, key, "cam:GetUser", params{"Name": "alice"})
			})
			other.wants(t, "")
			user.wants(t, denied)
		})
		t.Run("refused and malformed calls count", func(t *testing.T) {
			var last *answer
			inOneSecond(t, func() {
				for range 21 {
					last = s.call(t, key, "cam:GetUser", nil)
				}
			})
			limited(t, last, "RequestLimitExceeded")
		})
		t.Run("an action has its own rate", func(t *testing.T) {
			var last *answer
			inOneSecond(t, func() {
				for range 6 {
					last = s.call(t, bootstrap, "cam:UpdateAccessKey", params{"AccessKeyId": "AKIDnobody", "Status": "Active"})
				}
			})
			if count, limit := limited(t, last, "RequestLimitExceeded"); count != 6 || limit != 5 {
				t.Errorf("count %d, limit %d", count, limit)
			}
		})
		t.Run("all callers of an account together may call ten times as often", func(t *testing.T) {
			var users []credential
			for i := range 11 {
				_, key := s.user(t, bootstrap, fmt.Sprint("user", i))
				users = append(users, key)
			}
			var mu sync.Mutex
			var over []*answer
			inOneSecond(t, func() {
				over = nil
				var wait sync.WaitGroup
				for _, key := range users {
					wait.Go(func() {
						for range 20 {
							if a := s.call(t, key, "cam:GetUser", params{"Name": "alice"}); a.code != denied {
								mu.Lock()
								over = append(over, a)
								mu.Unlock()
							}
						}
					})
				}
				wait.Wait()
			})
			if len(over) != 20 {
				t.Errorf("%d of 220 calls were refused, want 20", len(over))
			}
			for _, a := range over {
				if count, limit := limited(t, a, "RequestLimitExceeded.UinLimitExceeded"); count <= 200 || count > 220 || limit != 200 {
					t.Errorf("count %d, limit %d", count, limit)
				}
			}
		})
		t.Run("guessing is slowed, honest calls are not", func(t *testing.T) {
			wrong := s.ask(whoami, "{}").as(credential{id: "AKIDnobody", key: "hufuTESTanotherSecretKey00000000"})
			refused := 0
			inOneSecond(t, func() {
				refused = 0
				var mu sync.Mutex
				var wait sync.WaitGroup
				for range 4 {
					wait.Go(func() {
						for range 55 {
							a := s.send(t, wrong)
							mu.Lock()
							if a.code == "RequestLimitExceeded.IPLimitExceeded" {
								refused++
							} else {
								a.wants(t, "AuthFailure.SecretIdNotFound")
							}
							mu.Unlock()
						}
					})
				}
				wait.Wait()
			})
			if refused < 17 || refused > 20 { // up to three calls are under way when the limit is reached
				t.Errorf("%d of 220 guesses were refused, want 20", refused)
			}
			inOneSecond(t, func() {
				for range 250 {
					s.send(t, s.ask(whoami, "{}")).wants(t, "")
				}
			})
		})
	})
}

func TestRatesCanBeSwitchedOff(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		s.user(t, bootstrap, "alice")
		inOneSecond(t, func() {
			for range 50 {
				s.must(t, bootstrap, "cam:GetUser", params{"Name": "alice"})
			}
		})
		f := s.askV1("cam:GetUser", "HmacSHA1").set("Name", "alice").sign(s, http.MethodGet, bootstrap.key)
		for range 30 {
			s.send(t, f).wants(t, "")
		}
	})
}
