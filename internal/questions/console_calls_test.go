package questions_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

// Calls of the console count among the recorded ones, also when their session has ended: then the user stands for it.
func TestPreviewPolicyOfCallsFromTheConsole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		ours := newPolicy(t, a.Root, "ours", "allow cam:ListUsers,cam:ListPolicies *")
		uin := a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "ann", "ConsoleLogin": 1, "Password": "Correct-horse-1"}).Int("Uin")
		a.Root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": uin, "PolicyId": ours})
		ended, running := w.Browser(), w.Browser()
		for _, b := range []*apitest.Browser{ended, running} {
			if got := b.SignIn(t, "user", strconv.FormatInt(a.UIN, 10), "ann", "Correct-horse-1"); got != "done" {
				t.Fatal(got)
			}
			b.Must(t, "cam:ListUsers", nil)
			b.Must(t, "cam:ListPolicies", nil)
		}
		ended.Send(t, http.MethodDelete, "/console/session", nil)
		x := recordedCalls(t, a.Root, apitest.P{"PolicyId": ours, "PolicyDocument": document("allow cam:ListUsers *")}, 4)
		if x.Int("Replayed") != 4 || x.Int("NewlyDenied") != 2 || x.Int("Outdated") != 0 {
			t.Error(x.Raw)
		}
	})
}
