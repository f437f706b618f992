package policy_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hufu-iam/hufu/policy"
)

func TestValuesOfAContext(t *testing.T) {
	address := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
	tag := cmp.Comparer(func(a, b policy.Tag) bool { return a == b })
	for _, c := range []struct {
		name       string
		keys       []string // key, value, key, value ...
		want       policy.Context
		wantFailed string
	}{
		{"an address", []string{"qcs:ip", "10.0.0.1"}, policy.Context{IP: netip.MustParseAddr("10.0.0.1")}, ""},
		{"of one value the last counts", []string{"qcs:ip", "10.0.0.1", "qcs:ip", "::1"}, policy.Context{IP: netip.MustParseAddr("::1")}, ""},
		{"an address has no zone", []string{"qcs:ip", "fe80::1%eth0"}, policy.Context{}, `qcs:ip: "fe80::1%eth0" is no IP address`},
		{"a name is no address", []string{"qcs:ip", "home"}, policy.Context{}, `qcs:ip: "home" is no IP address`},
		{"a time keeps its fraction", []string{"qcs:current_time", "2022-05-31T00:00:00.5Z"},
			policy.Context{Time: time.Date(2022, 5, 31, 0, 0, 0, 5e8, time.UTC)}, ""},
		{"a date is its first second", []string{"qcs:current_time", "2022-05-31"}, policy.Context{Time: time.Date(2022, 5, 31, 0, 0, 0, 0, time.UTC)}, ""},
		{"soon is no time", []string{"qcs:current_time", "soon"}, policy.Context{}, `qcs:current_time: "soon" is no time like 2006-01-02T15:04:05Z`},
		{"the second factor has two names", []string{"qcs:mfa", "0", "mfa", "1"}, policy.Context{MFA: true}, ""},
		{"a device", []string{"qcs:BindToken", "True"}, policy.Context{BindToken: true}, ""},
		{"a flag is yes or no", []string{"mfa", "2"}, policy.Context{}, `mfa: "2" is neither true nor false`},
		{"the creator", []string{"qcs:create_uin", "12"}, policy.Context{CreateUIN: "12"}, ""},
		{"tags of the resource", []string{"qcs:resource_tag", "a&1", "qcs:tag", "b&2", "qcs:resource_tag/c&d", "3"},
			policy.Context{ResourceTags: []policy.Tag{policy.NewTag("a", "1"), policy.NewTag("b", "2"), policy.NewTag("c&d", "3")}}, ""},
		{"tags of the request", []string{"qcs:request_tag", "a&1", "qcs:request_tag/b", "2"},
			policy.Context{RequestTags: []policy.Tag{policy.NewTag("a", "1"), policy.NewTag("b", "2")}}, ""},
		{"other keys may have several values", []string{"oidc:aud", "a", "oidc:aud", "b", "x:y", ""},
			policy.Context{Values: map[string][]string{"oidc:aud": {"a", "b"}, "x:y": {""}}}, ""},
		{"who asks is no fact of the request", []string{"qcs:uin", "1"}, policy.Context{}, "qcs:uin is read from the caller"},
		{"nor is the account", []string{"qcs:owner_uin", "1"}, policy.Context{}, "qcs:owner_uin is read from the caller"},
		{"a key has no blanks around it", []string{"x:y ", "1"}, policy.Context{}, `"x:y " is no condition key`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got policy.Context
			var err error
			for i := 0; i < len(c.keys) && err == nil; i += 2 {
				err = got.Add(c.keys[i], c.keys[i+1])
			}
			if err != nil || c.wantFailed != "" {
				if err == nil || err.Error() != c.wantFailed {
					t.Errorf("got error %v, want %q", err, c.wantFailed)
				}
				return
			}
			if diff := cmp.Diff(c.want, got, address, tag); diff != "" {
				t.Error(diff)
			}
		})
	}
}
