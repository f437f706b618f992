package console_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// FuzzSignIn sends whatever to the steps of a sign-in: nobody gets in, nothing breaks.
func FuzzSignIn(f *testing.F) {
	w := apitest.New(f, storetest.Open(f, storetest.SQLite(f)))
	w.NoPasswords = true
	for _, body := range []string{`{"Type":"root","Account":"1","Password":"Wrong-x"}`, `{"Type":"user","Account":"acme","Name":"ann","Password":"Wrong-x"}`,
		`{"Code":"123456"}`, `{"RecoveryCode":"aaaa-bbbb"}`, `{}`, `[]`, `{"Type":"\ud800"}`, ``} {
		for _, step := range []string{"", "/password", "/totp", "/bind"} {
			f.Add(step, body, "CSID"+strings.Repeat("a", 32)+"."+strings.Repeat("b", 43), strings.Repeat("c", 43))
		}
	}
	var address atomic.Uint32 // a new one each time: else nothing but the limit of one would be seen
	f.Fuzz(func(t *testing.T, step, body, session, ticket string) {
		if step != "" && step != "/password" && step != "/totp" {
			step = "/bind"
		}
		r := httptest.NewRequest(http.MethodPost, "/console/session"+step, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Cookie", "hufu_session="+session+"; hufu_signin="+ticket+"; hufu_device="+ticket)
		n := address.Add(1)
		r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1", n>>16&255, n>>8&255, n&255)
		out := httptest.NewRecorder()
		w.Console.ServeHTTP(out, r)
		if out.Code < 400 || out.Code >= 500 {
			t.Errorf("status %d: %s", out.Code, out.Body)
		}
	})
}
