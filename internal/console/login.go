package console

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/store"
)

// What is told of a login at WeCom that came to nothing.
var (
	errWeComFailed  = fault.New("AuthFailure.WeComFailed")
	errWeComNotUser = fault.New("AuthFailure.WeComNotUser")
)

// weComCallback is where WeCom sends browsers back to.
const weComCallback = "/login/wecom/callback"

// loginLife is how long a browser remembers that it went to WeCom; the login itself knows when it runs out.
const loginLife = 10 * time.Minute

func ownerText(a store.Account) string { return strconv.FormatInt(int64(a), 10) }

// login serves the addresses that people are given to sign in by.
func (q *request) login(path string) {
	if !q.allow(http.MethodGet, http.MethodHead) {
		return
	}
	kind, owner, _ := strings.Cut(path, "/")
	switch {
	case owner == "" || strings.Contains(owner, "/") || len(owner) > maxField:
		http.NotFound(q.w, q.http)
	case kind == "subAccount":
		page := url.Values{"type": {"user"}, "account": {owner}}
		if name := q.http.URL.Query().Get("username"); name != "" && len(name) <= maxField {
			page.Set("name", name)
		}
		q.toSignIn(page)
	case kind == "wecom" && q.wecom == nil:
		http.NotFound(q.w, q.http)
	case q.http.URL.Path == weComCallback:
		q.finishWeCom()
	case kind == "wecom":
		q.beginWeCom(owner)
	default:
		http.NotFound(q.w, q.http)
	}
}

// toSignIn sends the browser to the sign-in page of the console, with its fields filled in. The page takes them as text.
func (q *request) toSignIn(fields url.Values) {
	http.Redirect(q.w, q.http, "/console/sign-in?"+fields.Encode(), http.StatusSeeOther)
}

// sorry sends the browser to the sign-in page with the code of what went wrong.
func (q *request) sorry(owner string, err error) {
	failed := fault.From(err)
	if cause := failed.Unwrap(); cause != nil {
		q.log.Error("sign-in by WeCom failed", "request_id", q.facts.RequestID, "code", failed.Code, "error", cause)
	}
	fields := url.Values{"type": {"user"}, "error": {failed.Code}, "request": {q.facts.RequestID}}
	if owner != "" {
		fields.Set("account", owner)
	}
	q.toSignIn(fields)
}

// beginWeCom sends the browser to WeCom, or asks by which enterprise where the account has several.
func (q *request) beginWeCom(text string) {
	ctx := q.http.Context()
	owner, ok, err := signin.Owner(ctx, q.db.Read(), text)
	if err != nil {
		q.sorry(text, err)
		return
	}
	var corps []Corp
	if ok {
		if corps, err = q.wecom.Corps(ctx, owner); err != nil {
			q.sorry(text, err)
			return
		}
	}
	chosen := q.http.URL.Query().Get("corp")
	switch known := slices.ContainsFunc(corps, func(c Corp) bool { return c.ID == chosen }); {
	case len(corps) == 0:
		q.sorry(text, errWeComNotUser)
	case len(corps) == 1 && chosen == "":
		q.toWeCom(text, owner, corps[0].ID)
	case known:
		q.toWeCom(text, owner, chosen)
	default:
		q.choose(corps)
	}
}

func (q *request) toWeCom(text string, owner store.Account, corp string) {
	state, sealed := q.signin.BeginLogin(owner, corp, q.facts.At)
	address, err := q.wecom.Begin(q.http.Context(), WeComLogin{Owner: owner, Corp: corp, State: state, Callback: q.address() + weComCallback,
		UserAgent: q.http.UserAgent(), Language: q.facts.Language})
	if err != nil {
		q.sorry(text, err)
		return
	}
	q.set(stateCookie, sealed, loginLife)
	http.Redirect(q.w, q.http, address, http.StatusSeeOther)
}

// finishWeCom takes a browser that comes back from WeCom: the login must be one that this browser began, and WeCom must say
// of its code who it is. The session is opened as after a password.
func (q *request) finishWeCom() {
	ctx, given := q.http.Context(), q.http.URL.Query()
	sealed := q.cookie(stateCookie)
	q.unset(stateCookie) // whatever comes of it, it is over
	login, err := q.signin.ResumeLogin(sealed, given.Get("state"), q.facts.At)
	if err != nil {
		q.sorry("", errWeComFailed)
		return
	}
	owner := ownerText(login.Account)
	code := given.Get("code")
	if code == "" || len(code) > maxField { // he said no, or it is none of WeCom's
		q.sorry(owner, errWeComFailed)
		return
	}
	try, err := q.signin.TryLogin(ctx, q.origin())
	if err != nil {
		q.sorry(owner, err)
		return
	}
	uin, err := q.wecom.Finish(ctx, login.Account, login.Corp, code)
	if err != nil {
		q.sorry(owner, err)
		return
	}
	out, err := q.signin.OpenSession(ctx, signin.Opening{Account: login.Account, UIN: uin, Method: signin.ByWeCom, Login: login, Try: try}, q.origin())
	switch {
	case fault.Is(err, signin.ErrLogin.Code):
		q.sorry(owner, errWeComNotUser)
		return
	case fault.Is(err, signin.ErrTicket.Code):
		q.sorry(owner, errWeComFailed)
		return
	case err != nil:
		q.sorry(owner, err)
		return
	}
	q.keep(out)
	if out.Step == signin.StepDone {
		q.onward("/console/")
		return
	}
	q.onward("/console/sign-in?step=" + url.QueryEscape(string(out.Step)))
}

// onward sends the browser on by a page rather than a redirect. Cookies for this site alone do not go along while a browser
// follows redirects that began at another one, and what the console asks next would look as if it were not signed in.
func (q *request) onward(to string) {
	q.w.Header().Set("Refresh", "0; url="+to)
	q.page(onwardPage, to)
}

// choose asks by which enterprise.
func (q *request) choose(corps []Corp) {
	q.w.Header().Set("Content-Security-Policy", chooserPolicy)
	q.page(chooserPage, struct {
		English bool
		Path    string
		Corps   []Corp
	}{q.facts.Language == fault.English, q.http.URL.Path, corps})
}

func (q *request) page(t *template.Template, v any) {
	var body strings.Builder
	if err := t.Execute(&body, v); err != nil {
		q.fail(err)
		return
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = q.w.Write([]byte(body.String())) // the browser hung up: there is nobody left to tell
}

var onwardPage = template.Must(template.New("onward").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>hufu</title>
<p><a href="{{.}}">hufu</a></p>
`))

const chooserStyle = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif }
main { max-width: 24rem; margin: 15vh auto 0; padding: 0 1rem }
h1 { font-size: 1.25rem }
ul { list-style: none; padding: 0 }
a { display: block; padding: .75rem 1rem; margin: .5rem 0; border: 1px solid; border-radius: 6px; overflow-wrap: anywhere }
`

// chooserPolicy allows the one style that the page has in itself, by its hash.
var chooserPolicy = func() string {
	hash := sha256.Sum256([]byte(chooserStyle))
	return strings.Replace(contentPolicy, "style-src 'self'", "style-src 'sha256-"+base64.StdEncoding.EncodeToString(hash[:])+"'", 1)
}()

var chooserPage = template.Must(template.New("chooser").Parse(`<!doctype html>
<html lang="{{if .English}}en{{else}}zh-CN{{end}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{if .English}}Choose an enterprise{{else}}选择企业{{end}} - hufu</title>
<style>` + chooserStyle + `</style>
<main>
<h1>{{if .English}}By which enterprise do you sign in?{{else}}请选择用于登录的企业{{end}}</h1>
<ul>{{range .Corps}}
<li><a href="{{$.Path}}?corp={{.ID}}">{{.Name}}</a></li>{{end}}
</ul>
</main>
</html>
`))
