package wecom_test

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/callback"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

// employee is an imported member with a key and a console session.
type employee struct {
	*apitest.Client
	userID string
}

func (x *company) employ(t testing.TB, userID string) *employee {
	t.Helper()
	uin := x.imported(t, x.in(P{"Members": wants(userID), "PolicyIds": []int64{administratorAccess}})).Int("Results.0.Uin")
	made := x.Root.Must(t, "cam:CreateAccessKey", P{"TargetUin": uin})
	e := &employee{x.Client(made.Str("AccessKey.AccessKeyId"), made.Str("AccessKey.SecretAccessKey"), ""), userID}
	e.UIN = uin
	x.signIn(t, e)
	return e
}

// signIn opens a console session.
func (x *company) signIn(t testing.TB, e *employee) {
	t.Helper()
	x.must(t, x.DB.Write(t.Context(), func(tx *store.Tx) error {
		_, _, err := x.Keys.OpenConsole(t.Context(), tx, credential.ConsoleSession{Account: store.Account(x.UIN), UIN: e.UIN, Created: x.Now(), Expires: x.Now().Add(time.Hour)})
		return err
	}))
}

// standing is what an employee is and has: the state, whether the key works, the sessions.
func (x *company) standing(t testing.TB, e *employee) string {
	t.Helper()
	var state string
	x.must(t, x.DB.Read().QueryRowContext(t.Context(), `SELECT state FROM wecom_users WHERE account = $1 AND uin = $2`, x.UIN, e.UIN).Scan(&state))
	key := "key works"
	if a := e.Call(t, "cam:GetPolicy", P{"PolicyId": 1}); a.Code != "" {
		key = a.Code
	}
	return fmt.Sprintf("%s, %s, %d sessions", state, key, count(t, x.World, `SELECT COUNT(*) FROM console_sessions WHERE account = $1 AND uin = $2`, x.UIN, e.UIN))
}

func TestMembersAreKeptTrue(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		bob, dora := x.employ(t, "bob"), x.employ(t, "dora")
		sweep := func() { w.Sleep(31 * time.Minute); x.settle(t) }
		const gone = "AuthFailure.SecretIdNotFound"
		for _, tc := range []struct {
			name string
			do   func()
			who  *employee
			want string
		}{
			{"nothing happened", sweep, bob, "Active, key works, 1 sessions"},
			{"disabled in WeCom", func() { x.must(t, x.server.SetStatus(corpID, "bob", wecomtest.Disabled)); sweep() }, bob, "WeComDisabled, key works, 0 sessions"},
			{"enabled again", func() { x.must(t, x.server.SetStatus(corpID, "bob", wecomtest.Active)); sweep(); x.signIn(t, bob) }, bob, "Active, key works, 1 sessions"},
			{"moved out of the scope", func() { x.must(t, x.server.Move(corpID, "bob", 4)); sweep() }, bob, "Hidden, key works, 0 sessions"},
			{"moved back", func() { x.must(t, x.server.Move(corpID, "bob", 3)); sweep(); x.signIn(t, bob) }, bob, "Active, key works, 1 sessions"},
			{"WeCom does not answer: nothing is known to have changed", func() {
				x.must(t, x.server.Leave(corpID, "bob"))
				x.server.FailNext(wecomtest.Fault{Path: "/cgi-bin/user/get", After: 1, Times: 4, Status: 500})
				sweep()
			}, bob, "Active, key works, 1 sessions"},
			{"left", sweep, bob, "Departed, " + gone + ", 0 sessions"},
			{"the others are as they were", func() {}, dora, "Active, key works, 1 sessions"},
			{"came back: may sign in, the keys stay inactive", func() {
				x.must(t, x.server.Join(corpID, wecomtest.Member{UserID: "bob", Name: "Bob", Departments: []int{2}}))
				sweep()
			}, bob, "Active, " + gone + ", 0 sessions"},
			{"marked as gone", func() { x.must(t, x.server.SetStatus(corpID, "dora", wecomtest.Left)); sweep() }, dora, "Departed, " + gone + ", 0 sessions"},
			{"unlinked", func() { x.signIn(t, bob); x.Root.Must(t, "hufu:UnlinkWeComCorp", P{"CorpId": corpID}) }, bob, "Unlinked, " + gone + ", 0 sessions"},
			{"who has left stays so", func() {}, dora, "Departed, " + gone + ", 0 sessions"},
			{"linked again", func() { x.link(t) }, bob, "Active, " + gone + ", 0 sessions"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tc.do()
				if got := x.standing(t, tc.who); got != tc.want {
					t.Errorf("got %s, want %s", got, tc.want)
				}
			})
		}
		if n := count(t, w, `SELECT COUNT(*) FROM audit WHERE account = $1 AND action = 'hufu:WeComMemberChanged'`, x.UIN); n != 7 {
			t.Errorf("%d records of changes", n)
		}
		x.Root.Must(t, "cam:DeleteUser", P{"Name": "bob", "Force": 1})
		if n := count(t, w, `SELECT COUNT(*) FROM wecom_users WHERE account = $1`, x.UIN); n != 1 {
			t.Errorf("%d members after one was deleted", n)
		}
	})
}

// callbackOf is the path of the enterprise's callback.
func (x *company) callbackOf(t testing.TB) string {
	t.Helper()
	return strings.TrimPrefix(x.corp(t).Str("Corps.0.CallbackUrl"), apitest.Public)
}

// post sends a callback and answers the status.
func (x *company) post(t testing.TB, path string, q callback.Query, body []byte) int {
	t.Helper()
	out := httptest.NewRecorder()
	query := url.Values{"msg_signature": {q.Signature}, "timestamp": {q.Timestamp}, "nonce": {q.Nonce}}
	x.Callbacks.ServeHTTP(out, httptest.NewRequest("POST", path+"?"+query.Encode(), bytes.NewReader(body)))
	if out.Body.Len() > 0 {
		t.Errorf("the answer says %s", out.Body)
	}
	return out.Code
}

// event is a sealed event of a member at the world's time.
func (x *company) event(t testing.TB, kind, userID string, more ...callback.Member) (callback.Query, []byte) {
	t.Helper()
	s, err := callback.New(token, key, corpID)
	x.must(t, err)
	now := strconv.FormatInt(x.Now().Unix(), 10)
	return s.Seal([16]byte{1}, now, "nonce", strconv.Itoa(agentID), append(callback.Message{{Name: "ToUserName", Value: corpID}, {Name: "FromUserName", Value: "sys"}, {Name: "CreateTime", Value: now},
		{Name: "MsgType", Value: "event"}, {Name: "Event", Value: "change_contact"}, {Name: "ChangeType", Value: kind}, {Name: "UserID", Value: userID}}, more...))
}

func TestCallbacks(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		bob := x.employ(t, "bob")
		path := x.callbackOf(t)
		stored := func() int64 { return count(t, w, `SELECT COUNT(*) FROM wecom_events`) }
		q, body := x.event(t, "update_user", "bob")
		for _, tc := range []struct {
			name   string
			do     func() int
			status int
			stored int64
		}{
			{"an address that nobody has", func() int { return x.post(t, "/wecom/callback/nobody", q, body) }, 404, 0},
			{"none at all", func() int { return x.post(t, "/wecom/callback/", q, body) }, 404, 0},
			{"another signature", func() int {
				return x.post(t, path, callback.Query{Signature: strings.Repeat("0", 40), Timestamp: q.Timestamp, Nonce: q.Nonce}, body)
			}, 403, 0},
			{"an altered body", func() int { return x.post(t, path, q, bytes.Replace(body, []byte("A"), []byte("B"), 1)) }, 403, 0},
			{"an altered time", func() int {
				return x.post(t, path, callback.Query{Signature: q.Signature, Timestamp: q.Timestamp + "0", Nonce: q.Nonce}, body)
			}, 403, 0},
			{"garbage", func() int { return x.post(t, path, q, []byte("<xml")) }, 403, 0},
			{"too much", func() int { return x.post(t, path, q, bytes.Repeat([]byte("x"), callback.MaxSize+1)) }, 403, 0},
			{"an event", func() int { return x.post(t, path, q, body) }, 200, 1},
			{"the same once more", func() int { return x.post(t, path, q, body) }, 200, 1},
			{"the same after it was dealt with", func() int { x.settle(t); return x.post(t, path, q, body) }, 200, 1},
			{"a late one", func() int { w.Sleep(11 * time.Minute); return x.post(t, path, q, body) }, 403, 1},
			{"one from the future", func() int {
				w.Sleep(11 * time.Minute)
				q, body := x.event(t, "update_user", "bob")
				w.Sleep(-11 * time.Minute)
				return x.post(t, path, q, body)
			}, 403, 1},
		} {
			t.Run(tc.name, func(t *testing.T) {
				if got := tc.do(); got != tc.status || stored() != tc.stored {
					t.Errorf("status %d, want %d; %d stored, want %d", got, tc.status, stored(), tc.stored)
				}
			})
		}
		// What an event says is not believed: bob is where he was.
		q, body = x.event(t, "delete_user", "bob")
		x.post(t, path, q, body)
		x.settle(t)
		if got := x.standing(t, bob); got != "Active, key works, 1 sessions" {
			t.Errorf("after a callback that was wrong: %s", got)
		}
		x.must(t, x.server.Leave(corpID, "bob"))
		w.Sleep(time.Second)
		q, body = x.event(t, "delete_user", "bob")
		x.post(t, path, q, body)
		x.settle(t)
		if got := x.standing(t, bob); !strings.HasPrefix(got, "Departed") {
			t.Errorf("after one that was right: %s", got)
		}
		w.Sleep(2 * time.Hour)
		x.must(t, w.WeCom.Purge(t.Context()))
		if stored() != 0 {
			t.Error("old events are kept")
		}
		x.Root.Must(t, "hufu:UnlinkWeComCorp", P{"CorpId": corpID})
		q, body = x.event(t, "update_user", "bob")
		if got := x.post(t, path, q, body); got != 404 {
			t.Errorf("unlinked: %d", got)
		}
	})
}

// The stand-in checks the address and pushes by itself, as WeCom does.
func TestWeComSetsACallbackUp(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		bob := x.employ(t, "bob")
		server := httptest.NewServer(w.Callbacks)
		defer server.Close()
		x.must(t, x.server.SetCallback(t.Context(), corpID, agentID, wecomtest.Callback{URL: server.URL + x.callbackOf(t), Token: token, EncodingAESKey: key}))
		for _, tc := range []struct {
			name, want string
			do         func() error
		}{
			{"disabled", "WeComDisabled", func() error { return x.server.SetStatus(corpID, "bob", wecomtest.Disabled) }},
			{"enabled", "Active", func() error { return x.server.SetStatus(corpID, "bob", wecomtest.Active) }},
			{"another userid", "Active", func() error { return x.server.Rename(corpID, "bob", "robert") }},
			{"left", "Departed", func() error { return x.server.Leave(corpID, "robert") }},
		} {
			t.Run(tc.name, func(t *testing.T) {
				w.Sleep(time.Second)
				x.must(t, tc.do())
				x.server.Wait()
				x.settle(t)
				if got := x.standing(t, bob); !strings.HasPrefix(got, tc.want+",") {
					t.Errorf("got %s, want %s", got, tc.want)
				}
			})
		}
		list := x.Root.Must(t, "cam:ListWeChatWorkSubAccounts", P{"Offset": 0, "Limit": 20})
		if got := list.Str("Data.0.WeChatWorkUserId") + " " + list.Str("Data.0.Name") + " " + fmt.Sprint(list.Int("Data.0.Uin") == bob.UIN); got != "robert bob true" {
			t.Errorf("after the rename: %s", got)
		}
	})
}

// An event that says a member is another one is believed when WeCom knows the new userid and not the old one.
func TestARenameIsNotTakenOnTrust(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x := newCompany(t, w).link(t)
		x.employ(t, "bob")
		path := x.callbackOf(t)
		for _, to := range []string{"ann", "nobody"} {
			w.Sleep(time.Second)
			q, body := x.event(t, "update_user", "bob", callback.Member{Name: "NewUserID", Value: to})
			x.post(t, path, q, body)
			x.settle(t)
			if n := count(t, w, `SELECT COUNT(*) FROM wecom_users WHERE account = $1 AND userid_key = 'bob'`, x.UIN); n != 1 {
				t.Errorf("bob became %s", to)
			}
		}
	})
}
