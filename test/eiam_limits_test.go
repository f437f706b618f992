package test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// statusOf sends one request with a token and answers its status and the code of its error, of either form.
func (s *server) statusOf(t testing.TB, token string) (status int, code string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.api+"/api/v2/tenant/users/nobody", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	out, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	var body struct {
		Code  string `json:"error_code"`
		Error string `json:"error"`
	}
	if err == nil {
		err = json.Unmarshal(text, &body)
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out.StatusCode, body.Code + body.Error
}

func TestRatesOfApplications(t *testing.T) {
	onServer(t, nil, func(t *testing.T, s *server) {
		token := func(name string) string {
			t.Helper()
			var app struct {
				Client string `json:"client_id"`
				Secret string `json:"client_secret"`
			}
			made := s.run(t, "eiam", "app", "create", "--account", s.must(t, bootstrap, whoami, nil).str("AccountId"), "--name", name, "--permissions", "user_read")
			if err := json.Unmarshal([]byte(made), &app); err != nil {
				t.Fatal(err)
			}
			s.secret(app.Secret)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.api+"/api/v2/tenant/token", strings.NewReader("grant_type=client_credentials"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetBasicAuth(app.Client, app.Secret)
			out, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer out.Body.Close()
			var got struct {
				Token string `json:"access_token"`
			}
			if err := json.NewDecoder(out.Body).Decode(&got); err != nil || got.Token == "" {
				t.Fatalf("no token: %d, %v", out.StatusCode, err)
			}
			s.secret(got.Token)
			return got.Token
		}
		first, second := token("first"), token("second")
		t.Run("the 101st call of an application within a second is refused, and no other's", func(t *testing.T) {
			seen := map[string]int{}
			inOneSecond(t, func() {
				clear(seen)
				for range 105 {
					status, code := s.statusOf(t, first)
					if seen[code]++; (status == http.StatusTooManyRequests) != (code == "COM.0429") {
						t.Errorf("%d %s", status, code)
					}
				}
				_, code := s.statusOf(t, second)
				seen["second: "+code]++
			})
			if seen["USER.0001"] != 100 || seen["COM.0429"] != 5 || seen["second: USER.0001"] != 1 {
				t.Errorf("%v", seen)
			}
		})
		t.Run("who guesses tokens is slowed down, by address", func(t *testing.T) {
			seen := map[string]int{}
			inOneSecond(t, func() {
				clear(seen)
				for range 205 {
					_, code := s.statusOf(t, "6f1b0c6e-5a4b-4d53-9d3e-0f2f3c1b2a99")
					seen[code]++
				}
				_, code := s.statusOf(t, second)
				seen["good: "+code]++
			})
			if seen["invalid_token"] != 200 || seen["COM.0429"] != 5 || seen["good: COM.0429"] != 1 {
				t.Errorf("%v", seen)
			}
			inOneSecond(t, func() {
				if _, code := s.statusOf(t, second); code != "USER.0001" {
					t.Errorf("a second later: %s", code)
				}
			})
		})
	})
}
