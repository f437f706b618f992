package demo

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Browsers that people have.
const (
	chrome  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
	edge    = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"
	safari  = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15"
)

// visit is somebody signing in to the console and looking at something.
type visit struct {
	who, ip, browser, password string
	looks                      []string // calls without parameters
}

// browser is a browser with its cookies.
type browser struct {
	ip, name string
	cookies  map[string]*http.Cookie
}

// drop is a visit; what is refused in it is part of the story.
func (s *story) drop(v visit) {
	if s.callers[v.who] == nil || s.err != nil {
		return
	}
	b := &browser{ip: v.ip, name: v.browser, cookies: map[string]*http.Cookie{}}
	if err := s.signIn(b, v.who, v.password); err != nil {
		return
	}
	for _, action := range v.looks {
		s.clock.tick(time.Duration(4+s.random.IntN(20)) * time.Second)
		_, _ = s.look(b, action, params{})
	}
}

// signIn signs a sub-user in, with a code if there is a device.
func (s *story) signIn(b *browser, user, password string) error {
	s.clock.tick(time.Duration(5+s.random.IntN(20)) * time.Second)
	out, err := s.browse(b, "/console/session", params{"Type": "user", "Account": fmt.Sprint(s.owner.UIN), "Name": user, "Password": password})
	if err == nil && out.text("Step") == "totp" {
		s.clock.tick(time.Minute) // a code is good once
		_, err = s.browse(b, "/console/session/totp", params{"Code": code(s.devices[user], s.clock.Now())})
	}
	return err
}

// look is a call of a page of the console.
func (s *story) look(b *browser, action string, in params) (params, error) {
	service, name, _ := strings.Cut(action, ":")
	out, err := s.browse(b, "/console/api/"+service+"/"+versions[service]+"/"+name, in)
	answer := out.object("Response")
	if failed := answer.object("Error"); err == nil && failed != nil {
		err = fmt.Errorf("%s: %s: %s", action, failed.text("Code"), failed.text("Message"))
	}
	return answer, err
}

// browse sends a JSON body with the browser's cookies, and keeps those that come.
func (s *story) browse(b *browser, path string, in params) (params, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	r := s.request(http.MethodPost, path, b.ip, body)
	r.Header.Set("User-Agent", b.name)
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	out, response, err := s.serve(r)
	for _, c := range response.Cookies() {
		b.cookies[c.Name] = c
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return out, err
}

// bindDevice gives a user a second factor.
func (s *story) bindDevice(user string) {
	if s.err != nil {
		return
	}
	b := &browser{ip: office, name: safari, cookies: map[string]*http.Cookie{}}
	if s.err = s.signIn(b, user, UserPassword); s.err != nil {
		return
	}
	made, err := s.look(b, "hufu:CreateTotpDevice", params{"Password": UserPassword})
	if err == nil {
		s.devices[user] = made.text("Secret")
		_, err = s.look(b, "hufu:EnableTotpDevice", params{"Code": code(made.text("Secret"), s.clock.Now())})
	}
	s.err = err
}

// code is what a device shows: RFC 6238 with SHA-1, six digits, thirty seconds.
func code(secret string, at time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		return ""
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(at.Unix()/30)))
	sum := mac.Sum(nil)
	n := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&0x0f:]) & 0x7fffffff
	return fmt.Sprintf("%06d", n%1_000_000)
}
