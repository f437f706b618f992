package bi_test

import (
	"fmt"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestPageAllowed(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newBuilding(t, w), newBuilding(t, w)
		for name, role := range map[string]string{"own": "sys_project_viewer", "member": "sys_project_viewer", "below": "sys_project_member", "without": "sys_project_editor",
			"off": "sys_project_viewer", "manager": "sys_project_admin"} {
			x.enlist(t, name, role)
		}
		x.named(t, "outside") // in a group that may, and not in the project
		boss := x.user(t, "boss", "sys_corp_admin")
		auth := x.user(t, "auth", "sys_corp_auth_admin")
		other.enlist(t, "own", "sys_project_viewer")
		for group, name := range map[int64]string{x.a: "member", x.a1: "below", x.side: "without"} {
			x.Root.Must(t, "bi:CreateUserGroupMember", P{"GroupId": group, "UserIdList": []string{name}})
		}
		x.Root.Must(t, "bi:CreateUserGroupMember", P{"GroupId": x.a, "UserIdList": []string{"outside", "off"}})
		x.Root.Must(t, "bi:ModifyResourceUser", P{"ProjectId": x.project, "UserId": "own", "EntityIds": []int64{7}, "Resource": P{"ResourceList": rights("+PageShareAndIframe")}})
		x.Root.Must(t, "bi:ModifyResourceUserGroup", P{"ProjectId": x.project, "UserGroupIds": []int64{x.a}, "QueryChildren": true, "Resource": P{"EntityId": 7, "ResourceList": rights("+PageView")}})
		x.Root.Must(t, "bi:ModifyResourceUserGroup", P{"ProjectId": x.project, "UserGroupIds": []int64{x.a}, "Resource": P{"EntityId": 7, "ResourceList": rights("+PageEdit")}})
		execute(t, w, `UPDATE bi_users SET status = 0 WHERE account = $1 AND user_id = 'off'`, x.UIN)
		for _, tc := range []struct {
			name    string
			of      *building
			user    string
			project int64
			page    int64
			right   string
			want    bool
		}{
			{"a right of one's own", x, "own", x.project, 7, "PageShareAndIframe", true},
			{"and the right to view that came with it", x, "own", x.project, 7, "PageView", true},
			{"a right that was not given", x, "own", x.project, 7, "PageEdit", false},
			{"a right on another page", x, "own", x.project, 8, "PageView", false},
			{"a right of a group", x, "member", x.project, 7, "PageView", true},
			{"a right that the group keeps for itself", x, "member", x.project, 7, "PageEdit", true},
			{"a right from a group above", x, "below", x.project, 7, "PageView", true},
			{"what the group above keeps for itself", x, "below", x.project, 7, "PageEdit", false},
			{"a group without rights, whatever the role", x, "without", x.project, 7, "PageView", false},
			{"a group's right without a role in the project", x, "outside", x.project, 7, "PageView", false},
			{"a user who is disabled", x, "off", x.project, 7, "PageView", false},
			{"the administrator of the project", x, "manager", x.project, 9, "PageEdit", true},
			{"an administrator of the enterprise", x, fmt.Sprint(boss.UIN), x.project, 9, "PageEdit", true},
			{"the root", x, x.id(), x.project, 9, "PageEdit", true},
			{"a permission administrator is no user of the project", x, fmt.Sprint(auth.UIN), x.project, 7, "PageView", false},
			{"nobody", x, "zz", x.project, 7, "PageView", false},
			{"a project that is not there", x, x.id(), 5, 7, "PageView", false},
			{"another account's user of that name", other, "own", other.project, 7, "PageView", false},
			{"another account's project", other, other.id(), x.project, 7, "PageView", false},
		} {
			t.Run(tc.name, func(t *testing.T) {
				got := tc.of.engine(t, "/bi/v1/page/allowed", P{"userId": tc.user, "projectId": fmt.Sprint(tc.project), "pageId": tc.page, "right": tc.right})
				if want := fmt.Sprintf(`200 {"allowed":%t}`, tc.want); got != want {
					t.Errorf("%s; want %s", got, want)
				}
			})
		}
	})
}
