package bi

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// Whatever flattened parameters say about users, they are read or refused with a code; there are as many users as
// elements, each with a place that the answer can name, and a profile that passed is within its bounds.
func FuzzFlattenedUserRole(f *testing.F) {
	for _, seed := range []string{
		"UserInfoList.0.UserId=100000000002&UserInfoList.0.UserName=zhangsan&UserInfoList.0.Email=z@example.com&UserInfoList.0.PhoneNumber=13800138000&UserInfoList.0.AreaCode=%2B86&RoleIdList.0=10000003",
		"UserInfoList.0.UserId=a&UserInfoList.999999999999.UserId=b&UserList.3.UserId=c&UserList.3.Status=1&UserList.3.InValidateAppRange=True&UserGroups.0=-1",
		"UserList.0.AppUserId=w&UserList.0.Id=18446744073709551615", "UserInfoList.0=x&UserInfoList.0.UserId=y", "UserInfoList.UserId=1", "UserInfoList.0.0=1",
		"UserInfoList.0.UserId=\x00", "UserInfoList.0.UserId=\xff", "UserInfoList.0.Email=@&UserInfoList.0.UserId= ", "RoleIdList.0=1e3&RoleIdList.1=", "RoleIdList=1",
		`UserInfoList!=[{"UserId":"1"}]`, "", ".", "UserInfoList..UserId=1",
	} {
		f.Add(seed)
	}
	i := slices.IndexFunc(bi20220105.Service.Actions, func(a *wire.Action) bool { return a.Name == "CreateUserRole" })
	action := bi20220105.Service.Actions[i]
	f.Fuzz(func(t *testing.T, text string) {
		var params []wire.Param
		for pair := range strings.SplitSeq(text, "&") {
			name, value, _ := strings.Cut(pair, "=")
			name, isJSON := strings.CutSuffix(name, "!")
			params = append(params, wire.Param{Name: name, Value: value, JSON: isJSON})
		}
		v, err := wire.ParseFlattened(params)
		if err != nil {
			return
		}
		if wire.Check(action.Input, v) != nil || wire.CheckValues(action.Input, v, func(string) bool { return true }) != nil {
			return
		}
		in := &bi20220105.CreateUserRoleRequest{}
		in.Decode(v)
		all, err := candidates(in.UserInfoList, in.UserList)
		if err != nil {
			if !fault.Is(err, "MissingParameter.MissingParam") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if len(all) != len(in.UserInfoList)+len(in.UserList) || len(all) > len(params) && !slices.ContainsFunc(params, func(p wire.Param) bool { return p.JSON }) {
			t.Fatalf("%q gives %d users", text, len(all))
		}
		for _, u := range all {
			if list(u.where) != "UserInfoList" && list(u.where) != "UserList" {
				t.Errorf("%q: a user at %q", text, u.where)
			}
			if err := u.profile.check(u.where + "."); err != nil {
				continue
			}
			for name, value := range map[string]string{"name": u.name, "e-mail address": u.email, "phone": u.phone, "area code": u.areaCode, "messenger id": u.appUserID} {
				if utf8.RuneCountInString(value) > 128 {
					t.Errorf("%q: the %s %q passes", text, name, value)
				}
			}
		}
	})
}
