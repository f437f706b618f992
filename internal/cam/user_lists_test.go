package cam_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestEachKindOfUserHasItsOwnList(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		w.Account(t).Root.Must(t, "cam:AddUser", apitest.P{"Name": "foreign"})
		for _, list := range []string{"ListUsers", "ListCollaborators", "ListWeChatWorkSubAccounts"} {
			if got := a.Root.Must(t, "cam:"+list, pageOf(list, 0, 20)); got.Len("Data") != 0 {
				t.Errorf("%s of nothing: %s", list, got.Raw)
			}
		}
		made := a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "u1", "Remark": "r", "PhoneNum": "139", "Email": "e@example.com"})
		a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "u2"})
		for i := range 5 {
			importUser(t, w, a, cam.WeComUser, fmt.Sprintf("w%d", i))
			importUser(t, w, a, cam.Collaborator, fmt.Sprintf("c%d", i))
		}
		importUser(t, w, a, cam.Receiver, "contact")

		users := a.Root.Must(t, "cam:ListUsers", nil)
		wantNames(t, users, "Data", "u2", "u1")
		if first := users.At("Data.1").(map[string]any); users.Int("Data.1.Uin") != made.Int("Uin") || users.Int("Data.1.Uid") != made.Int("Uid") || first["Remark"] != "r" ||
			first["PhoneNum"] != "139" || first["CountryCode"] != "86" || first["Email"] != "e@example.com" || first["NickName"] != "u1" || first["CreateTime"] == "" {
			t.Errorf("a row: %v", first)
		}
		for list, prefix := range map[string]string{"ListCollaborators": "c", "ListWeChatWorkSubAccounts": "w"} {
			total := map[string]string{"ListCollaborators": "TotalNum", "ListWeChatWorkSubAccounts": "TotalCount"}[list]
			var names []string
			for offset := 0; offset < 8; offset += 2 {
				got := a.Root.Must(t, "cam:"+list, pageOf(list, offset, 2))
				for _, name := range got.Pluck("Data", "Name") {
					names = append(names, name.(string))
				}
				if got.Int(total) != 5 {
					t.Errorf("%s at %d: %s", list, offset, got.Raw)
				}
			}
			if want := []string{prefix + "4", prefix + "3", prefix + "2", prefix + "1", prefix + "0"}; !slices.Equal(names, want) {
				t.Errorf("%s in pages of two: %v, want %v", list, names, want)
			}
			a.Root.Must(t, "cam:"+list, pageOf(list, 0, 200))
			a.Root.Fails(t, "FailedOperation", "cam:"+list, pageOf(list, 0, 201))
			a.Root.Fails(t, "FailedOperation", "cam:"+list, pageOf(list, 0, 0))
		}
		wecom := a.Root.Must(t, "cam:ListWeChatWorkSubAccounts", pageOf("", 0, 1))
		if wecom.Str("Data.0.WeChatWorkUserId") != "wecom-w4" || wecom.Int("Data.0.ConsoleLogin") != 1 {
			t.Errorf("a WeCom user: %s", wecom.Raw)
		}
		if got := a.Root.Must(t, "cam:ListCollaborators", nil); got.Len("Data") != 5 {
			t.Errorf("ListCollaborators by default: %s", got.Raw)
		}
		a.Root.Fails(t, "MissingParameter", "cam:ListWeChatWorkSubAccounts", apitest.P{"Limit": 1})
	})
}

// pageOf are the parameters of one page; ListUsers has none.
func pageOf(list string, offset, limit int) apitest.P {
	if list == "ListUsers" {
		return apitest.P{}
	}
	return apitest.P{"Offset": offset, "Limit": limit}
}

func wantNames(t *testing.T, got *apitest.Answer, list string, want ...string) {
	t.Helper()
	var names []string
	for _, name := range got.Pluck(list, "Name") {
		names = append(names, name.(string))
	}
	if !slices.Equal(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
}

func TestListAccountsWalksOverAllKinds(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		w.Account(t).Root.Must(t, "cam:AddUser", apitest.P{"Name": "foreign"})
		a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "s1"})
		importUser(t, w, a, cam.WeComUser, "w1")
		importUser(t, w, a, cam.Collaborator, "c1")
		importUser(t, w, a, cam.Receiver, "r1")
		a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "s2"})

		all := a.Root.Must(t, "cam:ListAccounts", nil)
		wantNames(t, all, "Users", "root", "s2", "r1", "c1", "w1", "s1")
		if got := fmt.Sprint(all.Pluck("Users", "UserType")); got != "[Owner SubUser MessageReceiver Collaborator WechatCorpUser SubUser]" {
			t.Errorf("types %s", got)
		}
		if all.Int("Users.0.Uin") != a.UIN || all.Int("Users.2.Uin") != 0 || all.Int("Users.2.Uid") == 0 || all.At("Marker") != "" || all.At("IsTruncated") != false {
			t.Errorf("all at once: %s", all.Raw)
		}
		for userType, want := range map[string][]string{"Owner": {"root"}, "SubUser": {"s2", "s1"}, "WechatCorpUser": {"w1"}, "Collaborator": {"c1"},
			"MessageReceiver": {"r1"}, "CICUser": nil, "AgentIdentity": nil, "Unknown": nil, "": {"root", "s2", "r1", "c1", "w1", "s1"}} {
			t.Run("walk over "+userType, func(t *testing.T) {
				params := apitest.P{"MaxItems": 1}
				if userType != "" {
					params["UserType"] = userType
				}
				var names []string
				for range 10 {
					got := a.Root.Must(t, "cam:ListAccounts", params)
					for _, name := range got.Pluck("Users", "Name") {
						names = append(names, name.(string))
					}
					if got.At("IsTruncated") != (got.Str("Marker") != "") || got.Len("Users") < 0 {
						t.Fatalf("marker and IsTruncated disagree: %s", got.Raw)
					}
					params["Marker"] = got.Str("Marker")
					if got.Str("Marker") == "" {
						break
					}
				}
				if !slices.Equal(names, want) {
					t.Errorf("names %v, want %v", names, want)
				}
			})
		}
	})
}

func TestListAccountsGoesOnFromItsOwnMarkersOnly(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		for _, name := range []string{"s1", "s2", "s3"} {
			a.Root.Must(t, "cam:AddUser", apitest.P{"Name": name})
		}
		first := a.Root.Must(t, "cam:ListAccounts", apitest.P{"MaxItems": 2})
		a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "new"})
		a.Root.Must(t, "cam:DeleteUser", apitest.P{"Name": "s3"}) // the row that the marker stands on
		wantNames(t, a.Root.Must(t, "cam:ListAccounts", apitest.P{"Marker": first.Str("Marker")}), "Users", "s2", "s1")

		marker := first.Str("Marker")
		for _, tt := range []struct {
			name   string
			caller *apitest.Client
			code   string
			params apitest.P
		}{
			{"a marker of nobody", a.Root, "InvalidParameter.PaginationTokenInvalid", apitest.P{"Marker": "bm90IGEgbWFya2Vy"}},
			{"a marker that is no base64", a.Root, "InvalidParameter.PaginationTokenInvalid", apitest.P{"Marker": "?!"}},
			{"a marker that was changed", a.Root, "InvalidParameter.PaginationTokenInvalid", apitest.P{"Marker": marker[:len(marker)-4] + strings.Repeat("A", 4)}},
			{"a marker of another account", other.Root, "InvalidParameter.PaginationTokenInvalid", apitest.P{"Marker": marker}},
			{"a marker of another list", a.Root, "InvalidParameter.PaginationTokenInvalid", apitest.P{"Marker": marker, "UserType": "SubUser"}},
			{"no rows", a.Root, "InvalidParameter", apitest.P{"MaxItems": 0}},
			{"too many rows", a.Root, "InvalidParameter", apitest.P{"MaxItems": 101}},
			{"an unknown type", a.Root, "InvalidParameter", apitest.P{"UserType": "Robot"}},
		} {
			t.Run(tt.name, func(t *testing.T) { tt.caller.Fails(t, tt.code, "cam:ListAccounts", tt.params) })
		}
	})
}

func TestDescribeSubAccountsLeavesStrangersOut(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		u1 := a.Root.Must(t, "cam:AddUser", apitest.P{"Name": "u1", "Remark": "r"}).Int("Uin")
		u2 := importUser(t, w, a, cam.WeComUser, "u2")
		contact := importUser(t, w, a, cam.Receiver, "contact")
		foreign := other.Root.Must(t, "cam:AddUser", apitest.P{"Name": "foreign"}).Int("Uin")
		got := a.Root.Must(t, "cam:DescribeSubAccounts", apitest.P{"FilterSubAccountUin": []int64{u2, foreign, a.UIN, 5, contact, u1, other.UIN}})
		wantNames(t, got, "SubAccounts", "u2", "u1")
		if got.Int("SubAccounts.0.UserType") != 3 || got.Int("SubAccounts.1.UserType") != 2 || got.Str("SubAccounts.1.Remark") != "r" || got.Str("SubAccounts.1.CreateTime") == "" ||
			got.At("SubAccounts.1.LastLoginIp") != "" || got.At("SubAccounts.1.LastLoginTime") != nil {
			t.Errorf("before the first login: %s", got.Raw)
		}
		execute(t, w, `UPDATE users SET last_login_ip = '203.0.113.9', last_login_at = 0 WHERE uin = $1`, u1)
		got = a.Root.Must(t, "cam:DescribeSubAccounts", apitest.P{"FilterSubAccountUin": []int64{u1}})
		if got.Str("SubAccounts.0.LastLoginIp") != "203.0.113.9" || got.Str("SubAccounts.0.LastLoginTime") != "1970-01-01 08:00:00" {
			t.Errorf("after a login: %s", got.Raw)
		}
		shown := a.Root.Must(t, "cam:GetUser", apitest.P{"Name": "u1"})
		if shown.Str("RecentlyLoginIP") != "203.0.113.9" || shown.Str("RecentlyLoginTime") != "1970-01-01 08:00:00" {
			t.Errorf("GetUser after a login: %s", shown.Raw)
		}
		if got := a.Root.Must(t, "cam:DescribeSubAccounts", apitest.P{"FilterSubAccountUin": []int64{a.UIN}}); got.Len("SubAccounts") != 0 {
			t.Errorf("the root is no sub-account: %s", got.Raw)
		}
		self := a.Root.User(t, "self", camReadOnly)
		wantNames(t, self.Must(t, "cam:DescribeSubAccounts", apitest.P{"FilterSubAccountUin": []int64{self.UIN}}), "SubAccounts", "self")
		a.Root.Fails(t, "InvalidParameter", "cam:DescribeSubAccounts", apitest.P{"FilterSubAccountUin": []int64{}})
		a.Root.Fails(t, "InvalidParameter", "cam:DescribeSubAccounts", apitest.P{"FilterSubAccountUin": make([]int64, 51)})
		a.Root.Must(t, "cam:DescribeSubAccounts", apitest.P{"FilterSubAccountUin": make([]int64, 50)})
	})
}

func TestAnyIdentityLearnsItsAppID(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		user := a.Root.User(t, "ann") // without any policy
		role := credential.Issue{Account: store.Account(a.UIN), RoleID: adminRole(t, w, a), Session: call.Session{Kind: call.AssumedRole, Name: "s"}}
		federated := issueSession(t, w, a.Root, role)
		role.UIN = other.UIN
		for name, tt := range map[string]struct {
			caller *apitest.Client
			uin    int64
		}{
			"root":                          {a.Root, a.UIN},
			"sub-user":                      {user, user.UIN},
			"role, assumed from elsewhere":  {issueSession(t, w, other.Root, role), other.UIN},
			"role of a login without a uin": {federated, a.UIN},
		} {
			t.Run(name, func(t *testing.T) {
				got := tt.caller.Must(t, "cam:GetUserAppId", nil)
				if got.Str("Uin") != strconv.FormatInt(tt.uin, 10) || got.Str("OwnerUin") != strconv.FormatInt(a.UIN, 10) || got.Int("AppId") != a.AppID {
					t.Errorf("got %s", got.Raw)
				}
			})
		}
	})
}

func TestGetAccountSummaryCountsWhatTheAccountHolds(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a, other := w.Account(t), w.Account(t)
		want := func(counts string) {
			t.Helper()
			got := a.Root.Must(t, "cam:GetAccountSummary", nil)
			delete(got.Body, "RequestId")
			text, err := json.Marshal(got.Body) // members in order of their names
			if err != nil || string(text) != counts {
				t.Errorf("got  %s\nwant %s", text, counts)
			}
		}
		want(`{"Group":0,"IdentityProviders":0,"Idps":0,"Member":0,"Policies":0,"Roles":0,"User":0}`)
		for _, c := range []*apitest.Client{a.Root, other.Root} {
			uin := c.Must(t, "cam:AddUser", apitest.P{"Name": "ann"}).Int("Uin")
			for _, name := range []string{"g1", "g2"} {
				group := c.Must(t, "cam:CreateGroup", apitest.P{"GroupName": name}).Int("GroupId")
				c.Must(t, "cam:AddUserToGroup", apitest.P{"Info": []apitest.P{{"GroupId": group, "Uin": uin}}})
			}
		}
		adminRole(t, w, a)
		importUser(t, w, a, cam.Receiver, "contact")
		execute(t, w, `INSERT INTO policies (id, account, name, name_key, description, create_mode, default_version, last_version, created_at, updated_at)
			VALUES (100000001, $1, 'p', 'p', '', 2, 1, 1, 0, 0)`, a.UIN)
		want(`{"Group":2,"IdentityProviders":0,"Idps":0,"Member":2,"Policies":1,"Roles":1,"User":2}`)
	})
}
