package test

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
)

// auditPage is an answer of ListAuditRecords.
type auditPage struct {
	Records []struct {
		RequestId, Door, Action, CallerType, CallerId, CallerName, SecretId, Ip, Effect, Outcome string

		Time       int64
		DurationMs float64
	}
	Marker, Top string
	SearchedTo  *int64
}

// overviewer asks as an administrator does who looks before he changes anything.
type overviewer struct {
	t      testing.TB
	client *common.Client
}

func (o overviewer) ask(action string, in params, out any) {
	o.t.Helper()
	if err := inquire(o.client, action, in, out); err != nil {
		o.t.Fatalf("%s %v: %v", action, in, err)
	}
}

func (o overviewer) refused(action string, in params, code string) {
	o.t.Helper()
	err := inquire(o.client, action, in, &struct{}{})
	if e, ok := errors.AsType[*tcerr.TencentCloudSDKError](err); !ok || e.Code != code {
		o.t.Errorf("%s %v: %v, want %s", action, in, err, code)
	}
}

// records asks until there are so many: that of a read comes a moment later.
func (o overviewer) records(in params, n int) (page auditPage) {
	o.t.Helper()
	for range 100 {
		page = auditPage{}
		if o.ask("ListAuditRecords", in, &page); len(page.Records) >= n {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if len(page.Records) != n {
		o.t.Fatalf("%v: %d records, want %d: %+v", in, len(page.Records), n, page.Records)
	}
	return page
}

// TestOverview walks through what the lists and advice for administrators show, with the SDK's common client.
func TestOverview(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		root, other := s.createAccount(t, "overview"), s.createAccount(t, "neighbour")
		uin, alice := s.user(t, root.credential(), "Alice")
		s.user(t, root.credential(), "bob")
		s.user(t, other.credential(), "alice-next-door")
		o := overviewer{t, s.extensions(t, sdkForms[0], root.credential())}
		next := overviewer{t, s.extensions(t, sdkForms[0], other.credential())}
		o.searchesUsers(uin, alice.id)
		next.listsKeys(1, "neighbour")
		o.reads(s, uin, alice)
		o.editors()
		o.sessions(s, root, other)
		var advice struct {
			Advice []struct {
				Code, Severity string
				Count          int64
				Subjects       []struct{ Name, AccessKeyId string }
			}
		}
		o.ask("DescribeSecurityAdvice", params{}, &advice)
		if len(advice.Advice) != 10 || advice.Advice[0].Severity != "high" || advice.Advice[9].Severity != "ok" || advice.Advice[0].Subjects[0].AccessKeyId != root.credential().id {
			t.Errorf("advised %+v", advice)
		}
		nobody := overviewer{t, s.extensions(t, sdkForms[0], alice)}
		for _, action := range []string{"SearchUsers", "ListAccountAccessKeys", "ListAuditRecords", "DescribeSecurityAdvice"} {
			nobody.refused(action, params{}, denied)
		}
	})
}

func (o overviewer) searchesUsers(uin int64, key string) {
	o.t.Helper()
	var found struct {
		TotalCount int64
		Users      []struct {
			Name, State, UserType string
			Uin, ActiveKeys       int64
			LastLoginTime         *int64
			Mfa                   bool
		}
	}
	o.ask("SearchUsers", params{"Keyword": "LIC", "State": "Active"}, &found)
	if found.TotalCount != 1 || found.Users[0].Name != "Alice" || found.Users[0].Uin != uin || found.Users[0].ActiveKeys != 1 || found.Users[0].UserType != "SubUser" || found.Users[0].LastLoginTime != nil {
		o.t.Errorf("found %+v", found)
	}
	o.ask("SearchUsers", params{"Sort": "Name", "Limit": 1, "Offset": 1}, &found)
	if found.TotalCount != 2 || len(found.Users) != 1 || found.Users[0].Name != "bob" {
		o.t.Errorf("the second page: %+v", found)
	}
	o.refused("SearchUsers", params{"Limit": 201}, "InvalidParameterValue")
	if names := o.listsKeys(3, ""); !slices.Contains(names, "Alice "+key) {
		o.t.Errorf("keys of %v", names)
	}
}

func (o overviewer) listsKeys(n int, keyword string) (names []string) {
	o.t.Helper()
	var keys struct {
		TotalCount int64
		Keys       []struct{ UserName, AccessKeyId, Status string }
	}
	o.ask("ListAccountAccessKeys", params{"Keyword": keyword, "Status": "Active"}, &keys)
	if keys.TotalCount != int64(n) {
		o.t.Errorf("%d keys, want %d: %+v", keys.TotalCount, n, keys)
	}
	for _, k := range keys.Keys {
		names = append(names, k.UserName+" "+k.AccessKeyId)
	}
	return names
}

// reads follows a call that was refused from the list to its explanation.
func (o overviewer) reads(s *server, uin int64, alice credential) {
	o.t.Helper()
	top := o.records(params{"Limit": 1}, 1).Top
	refused := s.call(o.t, alice, "cam:ListPolicies", params{"Keyword": "secret"}).wants(o.t, denied)
	by := params{"CallerId": strconv.FormatInt(uin, 10), "Newer": top}
	page := o.records(merged(by, params{"Outcome": "denied"}), 1)
	r := page.Records[0]
	if r.RequestId != refused.str("RequestId") || r.CallerName != "Alice" || r.SecretId != alice.id || r.Effect != "implicit_deny" || r.Outcome != denied || r.Door != "api3" || r.Ip != "127.0.0.1" ||
		r.DurationMs <= 0 || page.Marker != "" || page.SearchedTo != nil {
		o.t.Errorf("listed %+v", page)
	}
	o.records(merged(by, params{"Newer": page.Top}), 0)
	var x struct {
		Parameters, Client string
		DurationMs         float64
	}
	o.ask("DescribeDecision", params{"RequestId": r.RequestId, "Time": r.Time / 1000}, &x)
	var sent struct{ Keyword string }
	if err := json.Unmarshal([]byte(x.Parameters), &sent); err != nil || sent.Keyword != "secret" || x.DurationMs != r.DurationMs {
		o.t.Errorf("described %+v", x)
	}
	seen := map[string]bool{} // every call once, page by page
	for marker, pages := "", 0; pages == 0 || marker != ""; pages++ {
		var page auditPage
		o.ask("ListAuditRecords", params{"Marker": marker, "Limit": 2, "EndTime": r.Time / 1000}, &page)
		for _, r := range page.Records {
			if seen[r.RequestId] || strings.Contains(r.CallerName, "next-door") {
				o.t.Errorf("%+v", r)
			}
			seen[r.RequestId] = true
		}
		marker = page.Marker
	}
	if !seen[r.RequestId] {
		o.t.Errorf("not among %d calls", len(seen))
	}
	o.refused("ListAuditRecords", params{"Marker": top + "x"}, "InvalidParameter.PaginationTokenInvalid")
}

// editors asks what editors of policies do.
func (o overviewer) editors() {
	o.t.Helper()
	var products struct {
		Products []struct {
			Service     string
			ActionCount int64
		}
	}
	o.ask("ListProducts", params{}, &products)
	var one struct {
		Product       struct{ ActionCount int64 }
		Actions       []struct{ Name, Level, Access string }
		ResourceTypes []struct{ Prefix, Template string }
		ConditionKeys []struct{ Key, Type string }
	}
	o.ask("DescribeProduct", params{"Service": "cam"}, &one)
	if len(products.Products) < 5 || one.Product.ActionCount != int64(len(one.Actions)) || len(one.Actions) < 80 || len(one.ResourceTypes) < 5 || one.ConditionKeys[0].Key != "qcs:ip" {
		o.t.Errorf("products %+v, cam %+v", products, one.Product)
	}
	o.refused("DescribeProduct", params{"Service": "nothing"}, "ResourceNotFound.ProductNotExist")
	var lint struct {
		Findings []struct {
			Severity, Code, Message, Path string
			From, To                      int
		}
	}
	const text = `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}`
	o.ask("LintPolicy", params{"PolicyDocument": text}, &lint)
	if len(lint.Findings) == 0 || lint.Findings[0].Code != "W201" || lint.Findings[0].Severity != "warning" || text[lint.Findings[0].From:lint.Findings[0].To] != `"*"` {
		o.t.Errorf("found %+v", lint)
	}
}

// sessions ends what another account has begun.
func (o overviewer) sessions(s *server, owner, guest account) {
	o.t.Helper()
	trust := `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole","principal":{"qcs":["qcs::cam::uin/` + strconv.FormatInt(guest.UIN, 10) + `:root"]}}]}`
	id := s.must(o.t, owner.credential(), "cam:CreateRole", params{"RoleName": "shared", "PolicyDocument": trust}).str("RoleId")
	_, visitor := s.user(o.t, guest.credential(), "visitor")
	s.must(o.t, guest.credential(), "cam:AttachUserPolicy", params{"AttachUin": s.must(o.t, guest.credential(), "cam:GetUser", params{"Name": "visitor"}).number("Uin"), "PolicyId": 1})
	made, _ := s.must(o.t, visitor, "sts:AssumeRole", params{"RoleArn": "qcs::cam::uin/" + strconv.FormatInt(owner.UIN, 10) + ":roleName/shared", "RoleSessionName": "visit"}).body["Credentials"].(map[string]any)
	text := func(name string) string { v, _ := made[name].(string); return v }
	session := credential{id: text("TmpSecretId"), key: text("TmpSecretKey"), token: text("Token")}
	s.must(o.t, session, whoami, nil)
	var list struct {
		TotalCount int64
		Sessions   []struct {
			SessionName, AccessKeyId string
			AssumedByAccount         int64
			IsRevoked                bool
		}
	}
	o.ask("ListRoleSessions", params{"RoleId": id}, &list)
	if list.TotalCount != 1 || list.Sessions[0].SessionName != "visit" || list.Sessions[0].AccessKeyId != session.id || list.Sessions[0].AssumedByAccount != guest.UIN || list.Sessions[0].IsRevoked {
		o.t.Errorf("sessions %+v", list)
	}
	o.ask("RevokeRoleSessions", params{"RoleId": id}, &struct{}{})
	s.call(o.t, session, whoami, nil).wants(o.t, "AuthFailure.TokenFailure")
	o.ask("ListRoleSessions", params{"RoleId": id}, &list)
	if list.TotalCount != 1 || !list.Sessions[0].IsRevoked {
		o.t.Errorf("sessions %+v", list)
	}
}
