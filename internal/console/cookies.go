package console

import (
	"net/http"
	"time"
)

// The cookies of the door. Scripts see none of them, and other sites' requests bring none; but for the state of a login at
// WeCom, which has to come back from there.
const (
	sessionCookie = "hufu_session"
	ticketCookie  = "hufu_signin"
	deviceCookie  = "hufu_device" // of a browser from which somebody has signed in
	stateCookie   = "hufu_wecom"
)

const deviceLife = 180 * 24 * time.Hour

// cookie is the value of a cookie, "" where there is none. Where a name comes twice, somebody else may have put one of them
// there for a wider domain: then neither counts.
func (q *request) cookie(name string) string {
	all := q.http.CookiesNamed(name)
	if len(all) != 1 || len(all[0].Value) > 512 {
		return ""
	}
	return all[0].Value
}

// set sets a cookie; a life of 0 ends with the browser, a negative one takes the cookie away.
func (q *request) set(name, value string, life time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: q.secure(), SameSite: http.SameSiteStrictMode, MaxAge: int(life / time.Second)}
	if name == stateCookie {
		c.SameSite = http.SameSiteLaxMode
	}
	http.SetCookie(q.w, c)
}

func (q *request) unset(name string) {
	if len(q.http.CookiesNamed(name)) > 0 {
		q.set(name, "", -time.Second)
	}
}
