package apitest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/wire"
)

// structure draws the members of a request.
func (x *tenants) structure(n *tenant, a *wire.Action, s *wire.Struct) apitest.P {
	params := apitest.P{}
	for i := range s.Members {
		m := &s.Members[i]
		if !m.Required && (mfa[m.Name] || x.number(0, 2, "leave out "+m.Name) == 0) {
			continue
		}
		one := func() any {
			if m.Kind == wire.Object && m.Name != "Context" {
				return x.structure(n, a, m.Struct)
			}
			return x.value(n, a, m)
		}
		if !m.List || m.Name == "Context" {
			params[m.Name] = one()
			continue
		}
		list := []any{}
		for range x.number(1, 2, "length of "+m.Name) {
			list = append(list, one())
		}
		params[m.Name] = list
	}
	for _, name := range slices.Sorted(maps.Keys(params)) { // many actions take the one or the other
		if stem, ok := strings.CutSuffix(name, "Name"); ok && params[stem+"Id"] != nil && x.flip("name or id") {
			delete(params, stem+"Id")
		}
	}
	if a.Service == "hufu" && s == a.Input {
		x.settle(params)
	}
	return params
}

// settle makes it likely that what was drawn for a question fits together.
func (x *tenants) settle(params apitest.P) {
	drop := func(names ...string) {
		for _, name := range names {
			delete(params, name)
		}
	}
	if params["Action"] != "sts:AssumeRole" {
		drop("ResourcePolicy") // what is drawn is a trust policy
	}
	if x.flip("from the start") {
		drop("Marker", "Newer")
	}
	if params["PolicyId"] != nil && x.flip("of a policy") {
		drop("PrincipalType", "PrincipalId")
	} else if params["PrincipalId"] != nil {
		drop("PolicyId")
	}
}

// mfa are members that fail every call as long as nobody has a second factor, or the one token that fits.
var mfa = map[string]bool{"SerialNumber": true, "TokenCode": true, "SessionToken": true}

// kinds says what a member names, by the end of its name.
var kinds = []struct{ suffix, kind string }{
	{"PersonId", "person"}, {"GroupId", "group"}, {"RoleId", "role"}, {"PolicyId", "policy"}, {"Uid", "uid"}, {"Uin", "uin"}, {"AccessKeyId", "key"}, {"SecretIdList", "key"},
	{"GroupName", "group name"}, {"RoleName", "role name"}, {"PolicyName", "policy name"}, {"Marker", "marker"}, {"Newer", "marker"},
}

// value draws one member.
func (x *tenants) value(n *tenant, a *wire.Action, m *wire.Member) any {
	other := n // half of the time, so that calls succeed too
	if x.flip("foreign " + m.Name) {
		other = x.all[x.number(0, len(x.all)-1, "owner of "+m.Name)]
	}
	if a.Service == "bi" || strings.Contains(a.Name, "BiUser") {
		if v, ok := x.business(n, other, a, m); ok {
			return v
		}
	}
	switch m.Name {
	case "Name":
		if a.Service == "cam" && !strings.HasPrefix(a.Name, "Add") {
			return x.draw(other, "user name")
		}
		return x.name(n)
	case "Remark", "Description", "Alias", "RoleSessionName", "Keyword", "Value":
		if a.Service == "hufu" && m.Name == "Keyword" {
			return x.draw(other, rapid.SampledFrom([]string{"user name", "uin", "key"}).Draw(x.r, "keyword"))
		}
		return x.name(n)
	case "StartTime", "EndTime":
		if a.Service == "hufu" {
			return x.w.Now().Unix() + int64(x.number(-60, 60, m.Name))
		}
	case "CallerId":
		return x.draw(other, "uin")
	case "SecretId":
		return x.draw(other, "key")
	case "Key", "TagKeys":
		return "team"
	case "Context":
		return []apitest.P{{"Key": "qcs:ip", "Values": []string{"10.0.0.1"}}}
	case "RoleArn":
		if x.flip("trusting") {
			i := slices.Index(x.all, n)
			other = x.all[(i+len(x.all)-1)%len(x.all)]
		}
		id, name := x.draw(other, "role"), x.draw(other, "role name")
		return rapid.SampledFrom([]string{
			fmt.Sprintf("qcs::cam::uin/%d:role/%s", other.uin, id), fmt.Sprintf("qcs::cam::uin/%d:roleName/%s", other.uin, name),
			fmt.Sprintf("qcs::cam::uin/%d:roleName/%s", n.uin, name), fmt.Sprintf("qcs::cam::uin/%d:role/%s", n.uin, id),
		}).Draw(x.r, "arn")
	case "PolicyDocument", "Policy":
		return x.document(n, a, other)
	case "ConsoleLogin": // hashing is slow: seldom
		if a.Name == "AddUser" || a.Name == "UpdateUser" {
			return 0
		}
	case "Password":
		return "Tiger-Tally-7"
	case "Email":
		return x.name(n) + "@example.com"
	case "PhoneNum":
		return "13800138000"
	case "CountryCode":
		return "86"
	case "ServiceType":
		return "cam"
	case "Service":
		return "orders"
	case "Date":
		return x.w.Now().UTC().Format(time.DateOnly)
	case "DurationSeconds":
		return 1800
	case "SourceIdentity":
		return fmt.Sprint(n.uin)
	case "ExternalId":
		return "someone"
	case "RequestId":
		return x.draw(other, "request")
	case "PrincipalType": // comes before PrincipalId
		x.principal = rapid.SampledFrom([]string{"user", "root", "role", "key"}).Draw(x.r, "principal")
		return x.principal
	case "PrincipalId":
		return x.draw(other, map[string]string{"user": "uin", "root": "uin", "role": "role name", "key": "key"}[x.principal])
	case "Action":
		return rapid.SampledFrom([]string{"cam:GetUser", "cam:ListUsers", "sts:AssumeRole", "cvm:Do"}).Draw(x.r, "asked")
	case "Resource":
		return rapid.SampledFrom([]string{"*", fmt.Sprintf("qcs::cam::uin/%d:roleName/%s", other.uin, x.draw(other, "role name")), fmt.Sprintf("qcs::cam::uin/%d:uin/%s", other.uin, x.draw(other, "uin"))}).Draw(x.r, "resource")
	case "ResourcePolicy":
		return trustDocument(fmt.Sprintf("qcs::cam::uin/%d:root", other.uin))
	case "VersionId":
		return x.number(1, 3, m.Name)
	}
	for _, k := range kinds {
		if !strings.HasSuffix(m.Name, k.suffix) {
			continue
		}
		if strings.HasPrefix(a.Name, "Create") && strings.HasSuffix(k.kind, " name") {
			return x.name(n)
		}
		text := x.draw(other, k.kind)
		if m.Kind == wire.String {
			return text
		}
		return json.Number(text)
	}
	switch m.Kind {
	case wire.String:
		if len(m.Enum) > 0 {
			return rapid.SampledFrom(m.Enum).Draw(x.r, m.Name)
		}
		return "All"
	case wire.Bool:
		return x.flip(m.Name)
	default:
		if len(m.EnumInt) > 0 {
			return rapid.SampledFrom(m.EnumInt).Draw(x.r, m.Name)
		}
		if m.HasMin && m.Min > 1 {
			return m.Min
		}
		if m.Name == "Rp" || m.Name == "Limit" || m.Name == "MaxItems" {
			return 100 // all there is on one page
		}
		return 1
	}
}

// draw picks a thing of an account; "1" if it has none.
func (x *tenants) draw(n *tenant, kind string) string {
	list := n.things[kind]
	if kind == "policy" && x.number(0, 3, "preset") == 0 {
		return strconv.Itoa(administrator)
	}
	if len(list) == 0 {
		return "1"
	}
	return list[x.number(0, len(list)-1, kind)]
}

// document draws a policy, which may name another account's objects.
func (x *tenants) document(n *tenant, a *wire.Action, other *tenant) string {
	user := fmt.Sprintf("qcs::cam::uin/%d:uin/%s", other.uin, x.draw(other, "uin"))
	root := fmt.Sprintf("qcs::cam::uin/%d:root", other.uin)
	if strings.Contains(a.Name, "Role") && a.Service == "cam" {
		return trustDocument(rapid.SampledFrom([]string{user, root}).Draw(x.r, "trustee"))
	}
	if a.Name == "CreatePolicy" && x.number(0, 3, "principal") == 0 {
		return fmt.Sprintf(`{"version":"2.0","principal":{"qcs":[%q]},"statement":[{"effect":"allow","action":"cam:GetUser","resource":"*"}]}`, user)
	}
	return rapid.SampledFrom([]string{
		`{"version":"2.0","statement":[{"effect":"allow","action":["cam:*","sts:*"],"resource":"*"}]}`,
		fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":"cam:*","resource":[%q]}]}`, user),
		`{"version":"2.0","statement":[{"effect":"deny","action":"cam:ListUsers","resource":"*"}]}`,
	}).Draw(x.r, "document")
}
