package sts_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

// The numbers are those of the worked decisions in policy/testdata.
func TestWhoMayAssumeARole(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		arn := func(name string) string { return roleName(a.UIN, name) }
		mayAssume := newPolicy(t, b.Root, "assume", "allow sts:AssumeRole "+arn("ops"))
		b1, b2 := b.Root.User(t, "b1", mayAssume), b.Root.User(t, "b2")
		a1, admin := a.Root.User(t, "a1", 1), a.Root.User(t, "admin", 1)
		id := newRole(t, a.Root, "ops", trust("", rootName(b.UIN)))
		newRole(t, a.Root, "personal", trust("", userName(a.UIN, a1.UIN)))
		newRole(t, a.Root, "agreed", trust(`{"string_equal":{"sts:external_id":"E-17"}}`, rootName(a.UIN)))
		newRole(t, a.Root, "near", trust(`{"ip_equal":{"qcs:ip":"10.0.0.0/8"}}`, rootName(a.UIN)))
		newRole(t, a.Root, "tagged", trust(`{"for_any_value:string_equal":{"qcs:request_tag":["team&sea"]}}`, rootName(a.UIN)))
		newRole(t, a.Root, "factor", trust(`{"bool_equal":{"qcs:mfa":"true"}}`, rootName(a.UIN)))
		newRole(t, a.Root, "barred", strings.Replace(trust("", rootName(a.UIN)), `"statement":[`, fmt.Sprintf(
			`"statement":[{"effect":"deny","action":"sts:AssumeRole","principal":{"qcs":"%s"}},`, userName(a.UIN, a1.UIN)), 1))

		cases := []struct {
			name   string
			caller *apitest.Client
			params apitest.P
			code   string
		}{
			{"81: both halves", b1, as(arn("ops")), ""},
			{"82: the caller's own half is missing", b2, as(arn("ops")), denied},
			{"83: the root of the trusted account needs only trust", b.Root, as(arn("ops")), ""},
			{"84: an administrator whom the role does not trust", admin, as(arn("personal")), untrusted},
			{"84: the one it trusts", a1, as(arn("personal")), ""},
			{"84: nor is the root of the role's own account trusted", a.Root, as(arn("personal")), untrusted},
			{"85: no external id", a1, as(arn("agreed")), untrusted},
			{"85: another external id", a1, as(arn("agreed"), "ExternalId", "E-18"), untrusted},
			{"85: the right external id", a1, as(arn("agreed"), "ExternalId", "E-17"), ""},
			{"an address that the trust policy does not name", a1, as(arn("near")), untrusted},
			{"without the tag that is asked for", a1, as(arn("tagged")), untrusted},
			{"with the tag that is asked for", a1, as(arn("tagged"), "Tags", []apitest.P{{"Key": "team", "Value": "sea"}}), ""},
			{"without the second factor that is asked for", a1, as(arn("factor")), untrusted},
			{"a deny of the trust policy wins", a1, as(arn("barred")), untrusted},
			{"a deny for one is none for others", admin, as(arn("barred")), ""},
			{"by the id of the role", b.Root, as(fmt.Sprintf("qcs::cam::uin/%d:role/%s", a.UIN, id)), ""},
			{"a policy on the name holds for the id", b1, as(fmt.Sprintf("qcs::cam::uin/%d:role/%s", a.UIN, id)), ""},
			{"a role that no product owns by the name of one that does", a.Root, as(fmt.Sprintf("qcs::cam::uin/%d:role/tencentcloudServiceRole/%s", a.UIN, id)), "ResourceNotFound.RoleNotFound"},
			{"in another account, a role that no product owns by the name of one that does", b.Root, as(fmt.Sprintf("qcs::cam::uin/%d:role/tencentcloudServiceRole/%s", a.UIN, id)), untrusted},
			{"a role that is not there", a.Root, as(arn("none")), "ResourceNotFound.RoleNotFound"},
			{"in another account, a role that is not there", b.Root, as(arn("none")), untrusted},
			{"a role whose name differs in case", a.Root, as(arn("OPS")), "ResourceNotFound.RoleNotFound"},
			{"in another account, a role whose name differs in case", b.Root, as(arn("OPS")), untrusted},
			{"an id that is not there", a.Root, as(fmt.Sprintf("qcs::cam::uin/%d:role/12", a.UIN)), "ResourceNotFound.RoleNotFound"},
			{"in another account, an id that is not there", b.Root, as(fmt.Sprintf("qcs::cam::uin/%d:role/12", a.UIN)), untrusted},
			{"an id beyond all numbers", a.Root, as(fmt.Sprintf("qcs::cam::uin/%d:role/99999999999999999999", a.UIN)), "ResourceNotFound.RoleNotFound"},
			{"in another account, an id beyond all numbers", b.Root, as(fmt.Sprintf("qcs::cam::uin/%d:role/99999999999999999999", a.UIN)), untrusted},
			{"an account that is not there", b.Root, as(roleName(999, "ops")), "InvalidParameter.AccountNotAvaliable"},
			{"an account beyond all numbers", b.Root, as("qcs::cam::uin/99999999999999999999:roleName/ops"), "InvalidParameter.AccountNotAvaliable"},
			{"a missing role, to a caller who may not assume it", b2, as(arn("none")), denied},
			{"a missing account, to a caller who may not assume its roles", b2, as(roleName(999, "ops")), denied},
		}
		for _, tt := range cases {
			t.Run(tt.name, func(t *testing.T) { tt.caller.Fails(t, tt.code, "sts:AssumeRole", tt.params) })
		}

		t.Run("a role that a product owns has two names more", func(t *testing.T) {
			id := newRole(t, a.Root, "linked", trust("", rootName(b.UIN)))
			execute(t, w, `UPDATE roles SET kind = 'service_linked' WHERE name = 'linked'`)
			for _, name := range []string{"role/tencentcloudServiceRole/" + id, "role/tencentcloudServiceRoleName/linked", "role/" + id, "roleName/linked"} {
				b.Root.Must(t, "sts:AssumeRole", as(fmt.Sprintf("qcs::cam::uin/%d:%s", a.UIN, name)))
				b2.Fails(t, denied, "sts:AssumeRole", as(fmt.Sprintf("qcs::cam::uin/%d:%s", a.UIN, name)))
			}
		})
		t.Run("a denial for want of permission is the same whether the role is there or not", func(t *testing.T) {
			requestID := regexp.MustCompile(`[0-9a-f-]{36}`)
			message := func(name string) string {
				text := b2.Fails(t, denied, "sts:AssumeRole", as(arn(name))).Message
				return strings.ReplaceAll(requestID.ReplaceAllString(text, "id"), name, "role")
			}
			if there, missing := message("agreed"), message("nobody"); there != missing {
				t.Errorf("there:   %s\nmissing: %s", there, missing)
			}
		})
		t.Run("no denial tells the external id that a role wants", func(t *testing.T) {
			for _, c := range []*apitest.Client{a1, a.Root.User(t, "a9")} {
				if answer := c.Call(t, "sts:AssumeRole", as(arn("agreed"))); answer.Code == "" || strings.Contains(answer.Raw, "E-17") {
					t.Error(answer.Raw)
				}
			}
		})
		t.Run("the trust policy is read at every call", func(t *testing.T) {
			a.Root.Must(t, "cam:UpdateAssumeRolePolicy", apitest.P{"RoleName": "ops", "PolicyDocument": trust("", rootName(a.UIN))})
			b1.Fails(t, untrusted, "sts:AssumeRole", as(arn("ops")))
			a1.Must(t, "sts:AssumeRole", as(arn("ops")))
		})
		t.Run("so are the caller's own policies", func(t *testing.T) {
			a.Root.Must(t, "cam:DetachUserPolicy", apitest.P{"DetachUin": a1.UIN, "PolicyId": 1})
			a1.Fails(t, denied, "sts:AssumeRole", as(arn("ops")))
		})
		t.Run("a stored trust policy that cannot be read trusts nobody", func(t *testing.T) {
			execute(t, w, `UPDATE roles SET document = '{' WHERE name = 'agreed'`)
			admin.Fails(t, "InternalError.IllegalRole", "sts:AssumeRole", as(arn("agreed")))
			b2.Fails(t, denied, "sts:AssumeRole", as(arn("agreed")))
		})
		t.Run("roles of a suspended account are not to be had", func(t *testing.T) {
			suspend(t, w, a.UIN)
			b.Root.Fails(t, "InvalidParameter.AccountNotAvaliable", "sts:AssumeRole", as(arn("ops")))
		})
	})
}

// execute changes the database where no action can.
func execute(t *testing.T, w *apitest.World, statement string, args ...any) {
	t.Helper()
	err := w.DB.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// suspend suspends a root account.
func suspend(t *testing.T, w *apitest.World, uin int64) {
	t.Helper()
	err := w.DB.Write(context.Background(), func(tx *store.Tx) error {
		return account.Suspend(context.Background(), tx, w.Keys, store.Account(uin), w.Now())
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAssumeRoleParameters(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		root := a.Root
		arn := roleName(a.UIN, "ops")
		newRole(t, root, "ops", trust("", rootName(a.UIN)))
		tags := func(pairs ...string) []apitest.P {
			var all []apitest.P
			for i := 0; i < len(pairs); i += 2 {
				all = append(all, apitest.P{"Key": pairs[i], "Value": pairs[i+1]})
			}
			return all
		}
		var many []string
		for i := range 51 {
			many = append(many, fmt.Sprint("k", i), "v")
		}
		device := fmt.Sprintf("qcs::cam:uin/%d::mfa/softToken", a.UIN)
		const param = "InvalidParameter.ParamError"
		cases := []struct {
			name, code string
			params     apitest.P
		}{
			{"a role name alone", param, as("ops")},
			{"the name of a user", param, as(rootName(a.UIN))},
			{"a pattern", param, as(roleName(a.UIN, "*"))},
			{"an account by nothing", param, as("qcs::cam:::roleName/ops")},
			{"a session name of one character", param, as(arn, "RoleSessionName", "x")},
			{"a session name of two", "", as(arn, "RoleSessionName", "x1")},
			{"a session name of 128", "", as(arn, "RoleSessionName", strings.Repeat("s", 128))},
			{"a session name of 129", param, as(arn, "RoleSessionName", strings.Repeat("s", 129))},
			{"a session name with all that is allowed", "", as(arn, "RoleSessionName", "aZ0_+=,.@-")},
			{"a session name with a blank", param, as(arn, "RoleSessionName", "a b")},
			{"an external id of one character", param, as(arn, "ExternalId", "x")},
			{"an external id with all that is allowed", "", as(arn, "ExternalId", "aZ0_+=,.@:/-")},
			{"an external id with a quote", param, as(arn, "ExternalId", `a"b`)},
			{"a second", "", as(arn, "DurationSeconds", 1)},
			{"a duration as text", "", as(arn, "DurationSeconds", "1800")},
			{"more than twelve hours", "InvalidParameter.OverTimeError", as(arn, "DurationSeconds", 43201)},
			{"one tag key twice", param, as(arn, "Tags", tags("a", "1", "a", "2"))},
			{"two tag keys that differ in case", "", as(arn, "Tags", tags("a", "1", "A", "2"))},
			{"50 tags", "", as(arn, "Tags", tags(many[:100]...))},
			{"51 tags", param, as(arn, "Tags", tags(many...))},
			{"a tag key of 129 characters", param, as(arn, "Tags", tags(strings.Repeat("k", 129), ""))},
			{"a tag value of 257 characters", param, as(arn, "Tags", tags("k", strings.Repeat("v", 257)))},
			{"a device without its code", "FailedOperation.CheckMFAError", as(arn, "SerialNumber", device)},
			{"a code without its device", "FailedOperation.CheckMFAError", as(arn, "TokenCode", "123456")},
			{"a code of a device that is not bound", "FailedOperation.CheckMFAError", as(arn, "SerialNumber", device, "TokenCode", "123456")},
			{"a device of another type", "FailedOperation.MFATypeNotSupported", as(arn, "SerialNumber", strings.Replace(device, "softToken", "u2f", 1), "TokenCode", "123456")},
			{"no role", "MissingParameter", apitest.P{"RoleSessionName": "session"}},
			{"no session name", "MissingParameter", apitest.P{"RoleArn": arn}},
		}
		for _, tt := range cases {
			t.Run(tt.name, func(t *testing.T) { root.Fails(t, tt.code, "sts:AssumeRole", tt.params) })
		}
		for name, tt := range sessionPolicies(a, other) {
			t.Run("with a policy of "+name, func(t *testing.T) {
				root.Fails(t, tt.code, "sts:AssumeRole", as(arn, "Policy", tt.text))
				root.Fails(t, tt.code, "sts:GetFederationToken", apitest.P{"Name": "f", "Policy": tt.text})
			})
		}
	})
}

// sessionPolicies are texts of the Policy parameter with the code that they earn.
func sessionPolicies(own, other *apitest.Account) map[string]struct{ text, code string } {
	allow := func(action, resource string) string { return document("allow " + action + " " + resource) }
	encoded := strings.NewReplacer("{", "%7B", "}", "%7D", `"`, "%22").Replace(allow("cam:ListUsers", "*"))
	return map[string]struct{ text, code string }{
		"everything":                     {allow("*", "*"), ""},
		"percent-encoded text":           {encoded, ""},
		"the own account's resources":    {allow("cos:*", fmt.Sprintf("qcs::cos::uin/%d:bucket/*", own.UIN)), ""},
		"the own account by its AppId":   {allow("cos:*", fmt.Sprintf("qcs::cos::uid/%d:bucket/*", own.AppID)), ""},
		"no text":                        {"", "InvalidParameter.StrategyFormatError"},
		"no JSON":                        {"allow", "InvalidParameter.StrategyFormatError"},
		"no version":                     {`{"statement":[]}`, "InvalidParameter.StrategyFormatError"},
		"no statement":                   {`{"version":"2.0","statement":[]}`, "InvalidParameter.StrategyFormatError"},
		"an effect that is none":         {strings.Replace(allow("*", "*"), "allow", "maybe", 1), "InvalidParameter.StrategyFormatError"},
		"a principal":                    {trust("", rootName(own.UIN)), "InvalidParameter.StrategyInvalid"},
		"an action that is none":         {allow("list", "*"), "InvalidParameter.StrategyInvalid"},
		"an unknown operator":            {strings.Replace(allow("*", "*"), `"resource"`, `"condition":{"equal":{"a":"b"}},"resource"`, 1), "InvalidParameter.StrategyInvalid"},
		"a resource that is none":        {allow("cos:*", "bucket"), "InvalidParameter.ResouceError"},
		"another account's resources":    {allow("cos:*", fmt.Sprintf("qcs::cos::uin/%d:bucket/*", other.UIN)), "InvalidParameter.GrantOtherResource"},
		"more than 6144 characters":      {allow("*", "qcs::cos:::"+strings.Repeat("x", 6144)), "InvalidParameter.PolicyTooLong"},
		"6144 characters with variables": {allow("*", "qcs::cos:::"+strings.Repeat("${uin}", 1000)), "InvalidParameter.ExtendStrategyOverSize"},
	}
}

func TestHowLongARoleSessionRuns(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		arn := roleName(a.UIN, "ops")
		newRole(t, a.Root, "ops", trust("", rootName(a.UIN)))
		limit := func(seconds int) {
			t.Helper()
			a.Root.Must(t, "cam:UpdateRoleSessionDuration", apitest.P{"RoleName": "ops", "SessionDuration": seconds})
		}
		runs := func(want int64, more ...any) {
			t.Helper()
			got := a.Root.Must(t, "sts:AssumeRole", as(arn, more...))
			end := w.Now().Add(time.Duration(want) * time.Second)
			if got.Int("ExpiredTime") != end.Unix() || got.Str("Expiration") != end.UTC().Format("2006-01-02T15:04:05Z") {
				t.Errorf("with %v the session runs %d s, want %d: %s", more, got.Int("ExpiredTime")-w.Now().Unix(), want, got.Str("Expiration"))
			}
		}
		runs(7200)
		runs(7200, "DurationSeconds", 0)
		runs(43200, "DurationSeconds", 43200)
		limit(3600)
		runs(3600)
		runs(3600, "DurationSeconds", 3600)
		a.Root.Fails(t, "InvalidParameter.OverTimeError", "sts:AssumeRole", as(arn, "DurationSeconds", 3601))
		limit(10000)
		runs(7200)
		runs(10000, "DurationSeconds", 10000)

		t.Run("a session ends when it says, and not before", func(t *testing.T) {
			session := assume(t, w, a.Root, arn, "DurationSeconds", 60)
			w.Sleep(59 * time.Second)
			limit(1) // for new sessions only
			session.Must(t, "sts:GetCallerIdentity", nil)
			w.Sleep(time.Second)
			session.Fails(t, ended, "sts:GetCallerIdentity", nil)
		})
		t.Run("a chained session does not end with the one that it came from", func(t *testing.T) {
			limit(100)
			a.Root.Must(t, "cam:AttachRolePolicy", apitest.P{"AttachRoleName": "ops", "PolicyId": 1})
			first := assume(t, w, a.Root, arn, "DurationSeconds", 10)
			second := assume(t, w, first, arn, "DurationSeconds", 20)
			w.Sleep(15 * time.Second)
			first.Fails(t, ended, "sts:GetCallerIdentity", nil)
			second.Must(t, "sts:GetCallerIdentity", nil)
		})
	})
}

// Whoever reads the audit trail finds the reason, and no more than the caller could learn.
func TestARoleThatIsNotThereIsRecordedAsOneThatTrustsNobody(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		newRole(t, a.Root, "ops", trust("", rootName(a.UIN)))
		b.Root.Fails(t, untrusted, "sts:AssumeRole", as(roleName(a.UIN, "ops")))
		b.Root.Fails(t, untrusted, "sts:AssumeRole", as(roleName(a.UIN, "none")))
		w.Trail.Close()
		records, err := audit.Query(t.Context(), w.DB.Read(), audit.Filter{Account: store.Account(b.UIN), Action: "sts:AssumeRole", Limit: 10})
		if err != nil || len(records) != 2 {
			t.Fatalf("%d records, %v", len(records), err)
		}
		for _, r := range records {
			if r.Decision != (audit.Decision{Effect: "implicit_deny", Layer: "resource"}) || len(r.Explanation) == 0 {
				t.Errorf("%v: %+v %s", r.Resources, r.Decision, r.Explanation)
			}
		}
	})
}

func TestARoleAssumedFromAnotherAccountLeavesItsRecordInBoth(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, b := w.Account(t), w.Account(t)
		newRole(t, a.Root, "ops", trust("", rootName(b.UIN)))
		b.Root.Must(t, "sts:AssumeRole", as(roleName(a.UIN, "ops")))
		for _, account := range []int64{a.UIN, b.UIN} {
			records, err := audit.Query(t.Context(), w.DB.Read(), audit.Filter{Account: store.Account(account), Action: "sts:AssumeRole", Limit: 10})
			if err != nil || len(records) != 1 || records[0].CallerID != b.UIN || records[0].Outcome != "ok" {
				t.Errorf("account %d has %+v, %v", account, records, err)
			}
		}
	})
}
