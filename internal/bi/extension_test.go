package bi_test

import (
	"fmt"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestSetBiUserStatus(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		admin, ann, bob := x.user(t, "admin", "sys_corp_admin"), x.user(t, "ann", "sys_corp_auth_admin"), x.user(t, "bob")
		stranger := other.user(t, "stranger")
		x.person(t, "nobody")
		status := func() string {
			return pluck(x.Root.Must(t, "bi:DescribeUserProjectList", P{"IsFilterPerAuthUser": true}), "Data.List", "Status") // bob, ann
		}
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
			want   string
		}{
			{"one is disabled", x.Root, P{"UserIdList": []string{"bob"}, "Status": 0}, "", "0 1"},
			{"once more changes nothing", x.Root, P{"UserIdList": []string{fmt.Sprint(bob.UIN)}, "Status": 0}, "", "0 1"},
			{"a disabled user may not enable himself", bob, P{"UserIdList": []string{"bob"}, "Status": 1}, "UnauthorizedOperation.Inactive", "0 1"},
			{"who administers permissions may not", ann, P{"UserIdList": []string{"bob"}, "Status": 1}, "UnauthorizedOperation.Authorize", "0 1"},
			{"several at once", admin, P{"UserIdList": []string{"ann", "bob"}, "Status": 0}, "", "0 0"},
			{"all or none", admin, P{"UserIdList": []string{"ann", "zz"}, "Status": 1}, "UnauthorizedOperation.UserNotExist", "0 0"},
			{"nobody of another account", admin, P{"UserIdList": []string{fmt.Sprint(stranger.UIN)}, "Status": 0}, "UnauthorizedOperation.UserNotExist", "0 0"},
			{"nobody who is no BI user", admin, P{"UserIdList": []string{"nobody"}, "Status": 0}, "UnauthorizedOperation.UserNotExist", "0 0"},
			{"not the root", admin, P{"UserIdList": []string{"ann", x.id()}, "Status": 1}, "UnauthorizedOperation.Authorize", "0 0"},
			{"both again", admin, P{"UserIdList": []string{"ann", "bob"}, "Status": 1}, "", "1 1"},
			{"no other state", admin, P{"UserIdList": []string{"ann"}, "Status": 2}, "InvalidParameterValue", "1 1"},
			{"no state", admin, P{"UserIdList": []string{"ann"}}, "MissingParameter", "1 1"},
			{"nobody", admin, P{"UserIdList": []string{}, "Status": 1}, "InvalidParameterValue", "1 1"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tc.caller.Fails(t, tc.code, "hufu:SetBiUserStatus", tc.in)
				if got := status(); got != tc.want {
					t.Errorf("the states are %s, want %s", got, tc.want)
				}
			})
		}
	})
}
