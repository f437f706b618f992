package access

import (
	"context"
	"testing"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

func TestSight(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db, 1000)
		w.principals = map[holder]Effective{}
		for uin, text := range map[int64]string{
			41: `{"effect":"allow","action":"cam:GetPolicy","resource":"*"}`,
			42: `{"effect":"allow","action":"cam:GetPolicy","resource":"qcs::cam::uin/100000000001:policyid/7"}`,
			43: `{"effect":"allow","action":"cam:GetPolicy","resource":"qcs::cam::uin/100000000001:policy/7"}`,
			44: `[{"effect":"allow","action":"cam:GetPolicy","resource":"*"},{"effect":"deny","action":"cam:GetPolicy","resource":"qcs::cam::uin/100000000001:policyid/7"}]`,
			45: `{"effect":"allow","action":"cam:GetRole","resource":"*"}`,
			46: `{"effect":"allow","action":"cam:GetPolicy","resource":"qcs::cam::uin/100000000002:policyid/7"}`,
			47: `{"effect":"allow","action":"cam:GetPolicy","resource":"*","condition":{"for_any_value:string_equal":{"qcs:request_tag":["k&v"]}}}`,
		} {
			w.policies[policyKey{a, PolicyChange, uin}] = `{"version":"2.0","statement":` + text + `}`
			w.principals[holder{a, user(a, uin).Kind, uin}] = Effective{Policies: []int64{uin}}
		}
		own, far := []qcs.Resource{qcs.RoleByName(id(int64(a)), "r")}, []qcs.Resource{qcs.RoleByName(id(int64(b)), "r")}
		const nobody, everybody = "", "41 42 43 44 45 46 47 48 " // 48 has no policy
		for _, tc := range []struct {
			name  string
			layer policy.Layer
			id    int64
			role  []qcs.Resource
			given bool
			want  string
		}{
			{"a policy is told who may get it, by either name", policy.LayerIdentity, 7, nil, false, "41 42 43 "},
			{"so is a boundary", policy.LayerBoundary, 7, nil, false, "41 42 43 "},
			{"another policy", policy.LayerIdentity, 8, nil, false, "41 44 "},
			{"the policy of a session is told who may get any", policy.LayerSession, 0, nil, false, "41 44 "},
			{"that of a resource, which did not come with the question, too", policy.LayerResource, 0, nil, false, "41 44 "},
			{"that of a resource, which did, everybody", policy.LayerResource, 0, nil, true, everybody},
			{"a trust policy is told who may get the role", policy.LayerResource, 0, own, false, "45 "},
			{"that of another account's role nobody", policy.LayerResource, 0, far, false, nobody},
			{"the general rules are told everybody", policy.LayerGeneral, 0, nil, false, everybody},
			{"a control policy nobody", policy.LayerControl, 7, nil, true, nobody},
		} {
			got := ""
			for uin := int64(41); uin <= 48; uin++ {
				s := w.engine.Sight(user(a, uin), policy.Context{RequestTags: []policy.Tag{policy.NewTag("k", "v")}}) // of the call: opens nothing
				s.Role, s.Given = tc.role, tc.given
				for range 2 { // the second time from memory
					ok, err := s.Policy(context.Background(), tc.layer, tc.id)
					if err != nil {
						t.Fatal(err)
					}
					if ok {
						got += id(uin) + " "
					}
				}
			}
			want := ""
			for i := 0; i < len(tc.want); i += 3 {
				want += tc.want[i:i+3] + tc.want[i:i+3]
			}
			if got != want {
				t.Errorf("%s: told %s, want %s", tc.name, got, want)
			}
		}
	})
}
