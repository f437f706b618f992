package bi_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
)

func TestAPIKeys(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		admin := x.user(t, "admin", "sys_corp_admin")
		x.person(t, "program")
		x.add(t, "program", nil)
		made := admin.Must(t, "bi:CreateAuthApiKey", P{"DefaultUser": "program"})
		key := made.Str("Data.ApiKey")
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(key) {
			t.Errorf("the key is %q", key)
		}
		if got := made.Str("Data.CorpId") + " " + made.Str("Data.DefaultUser") + " " + made.Str("Data.CreatedUser"); got != fmt.Sprintf("%d program %d", x.UIN, admin.UIN) {
			t.Errorf("made %s", got)
		}
		own := admin.Must(t, "bi:CreateAuthApiKey", P{})
		if got := own.Str("Data.DefaultUser"); got != fmt.Sprint(admin.UIN) {
			t.Errorf("a key without a user acts as %s, not as its maker", got)
		}
		if got := x.Root.Must(t, "bi:DescribeAuthApiKeyInfo", P{"ApiKey": key}).Str("Data.Id"); got != made.Str("Data.Id") {
			t.Errorf("the key is number %s, not %s", got, made.Str("Data.Id"))
		}
		stored := rows(t, w.DB, `SELECT lookup, sealed FROM bi_api_keys WHERE account = $1`, x.UIN)
		if strings.Contains(fmt.Sprint(stored), key) {
			t.Error("the key is kept as it is")
		}
		admin.Must(t, "bi:ModifyAuthApiKey", P{"ApiKey": key})
		if got := admin.Must(t, "bi:ModifyAuthApiKey", P{"ApiKey": key, "DefaultUser": x.id()}).Str("Data.DefaultUser"); got != x.id() {
			t.Errorf("after the change the key acts as %s", got)
		}

		for _, tc := range []struct {
			name          string
			p             P
			want          string
			total, number int64
		}{
			{"the newest is first", P{}, own.Str("Data.ApiKey") + " " + key, 2, 1},
			{"the first page is 0", P{"PageNo": 0, "PageSize": 1}, own.Str("Data.ApiKey"), 2, 2},
			{"the second page is 1", P{"PageNo": 1, "PageSize": 1}, key, 2, 2},
			{"a page past the end is empty and knows the total", P{"PageNo": 9, "PageSize": 1}, "", 2, 2},
			{"a part of the key finds it", P{"Keyword": strings.ToUpper(key[4:20])}, key, 1, 1},
			{"the user of a key finds it", P{"Keyword": fmt.Sprint(admin.UIN)}, own.Str("Data.ApiKey"), 1, 1},
			{"what is in no key finds nothing", P{"Keyword": "zz"}, "", 0, 0},
		} {
			a := admin.Must(t, "bi:DescribeAuthApiKeyList", tc.p)
			if got := pluck(a, "Data.List", "ApiKey"); got != tc.want || a.Int("Data.Total") != tc.total || a.Int("Data.TotalPages") != tc.number {
				t.Errorf("%s: %s, %d in %d pages", tc.name, got, a.Int("Data.Total"), a.Int("Data.TotalPages"))
			}
		}

		searched := admin.Must(t, "bi:DescribeAuthApiKeyList", P{"Keyword": key})
		if r := x.record(t, searched); strings.Contains(string(r.Parameters), key[6:]) {
			t.Errorf("the record of a search holds the key: %s", r.Parameters)
		}

		member := x.user(t, "member", "sys_corp_auth_admin")
		off := x.user(t, "off")
		execute(t, w, `UPDATE bi_users SET status = 0 WHERE account = $1 AND uin = $2`, x.UIN, off.UIN)
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			action string
			p      P
			code   string
		}{
			{"a permission administrator may not make keys", member, "CreateAuthApiKey", P{}, "UnauthorizedOperation.Authorize"},
			{"a permission administrator may not read keys", member, "DescribeAuthApiKeyList", P{}, "UnauthorizedOperation.Authorize"},
			{"a permission administrator learns nothing of a key", member, "DescribeAuthApiKeyInfo", P{"ApiKey": key}, "UnauthorizedOperation.Authorize"},
			{"a user that is not in BI", admin, "CreateAuthApiKey", P{"DefaultUser": "nobody"}, "UnauthorizedOperation.UserNotExist"},
			{"a disabled user gets no key", admin, "CreateAuthApiKey", P{"DefaultUser": "off"}, "UnauthorizedOperation.UserNotExist"},
			{"a key is not moved to a disabled user", admin, "ModifyAuthApiKey", P{"ApiKey": key, "DefaultUser": "off"}, "UnauthorizedOperation.UserNotExist"},
			{"a key that is not there", admin, "DescribeAuthApiKeyInfo", P{"ApiKey": "x"}, "UnsupportedOperation.BIError"},
			{"another enterprise's key cannot be read", other.Root, "DescribeAuthApiKeyInfo", P{"ApiKey": key}, "UnsupportedOperation.BIError"},
			{"another enterprise's key cannot be deleted", other.Root, "DeleteAuthApiKey", P{"ApiKey": key}, "UnsupportedOperation.BIError"},
			{"no key", admin, "DeleteAuthApiKey", P{}, "MissingParameter"},
			{"a negative page", admin, "DescribeAuthApiKeyList", P{"PageNo": -1}, "InvalidParameterValue"},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:"+tc.action, tc.p) })
		}

		if got := admin.Must(t, "bi:DeleteAuthApiKey", P{"ApiKey": key}).Str("Data"); got != "success" {
			t.Errorf("deleted: %s", got)
		}
		admin.Fails(t, "UnsupportedOperation.BIError", "bi:DeleteAuthApiKey", P{"ApiKey": key})
		for range 49 {
			admin.Must(t, "bi:CreateAuthApiKey", P{})
		}
		admin.Fails(t, "LimitExceeded", "bi:CreateAuthApiKey", P{})
		if n := len(rows(t, w.DB, `SELECT id FROM bi_api_keys WHERE account = $1`, x.UIN)); n != 50 {
			t.Errorf("%d keys are kept", n)
		}
	})
}
