package bi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
)

// tag makes a user tag.
func (x *corp) tag(t *testing.T, name string) int64 {
	t.Helper()
	return x.Root.Must(t, "bi:CreateCorpTag", P{"Name": name}).Int("Data.Id")
}

func TestCreateCorpTag(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann, auth := x.user(t, "ann"), x.user(t, "auth", "sys_corp_auth_admin")
		x.tag(t, "taken")
		other.tag(t, "elsewhere")
		if a := auth.Must(t, "bi:CreateCorpTag", P{"Name": " 岗位 "}); !strings.Contains(a.Raw, fmt.Sprintf(`"Msg":"success","Data":{"Id":%d}`, a.Int("Data.Id"))) {
			t.Error(a.Raw)
		}
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
		}{
			{"no name", ann, P{}, "MissingParameter.MissingParam"},
			{"a caller who administers nothing", ann, P{"Name": "x"}, refused},
			{"a name of spaces", x.Root, P{"Name": " "}, "InvalidParameterValue"},
			{"a name of 65 characters", x.Root, P{"Name": strings.Repeat("标", 65)}, "InvalidParameterValue"},
			{"a name of 64 characters", x.Root, P{"Name": strings.Repeat("标", 64)}, ""},
			{"a name that is taken", x.Root, P{"Name": "taken "}, "UnsupportedOperation.BIError"},
			{"the name that was made with spaces around", x.Root, P{"Name": "岗位"}, "UnsupportedOperation.BIError"},
			{"a name that another account has", x.Root, P{"Name": "elsewhere"}, ""},
		} {
			t.Run(tc.name, func(t *testing.T) { tc.caller.Fails(t, tc.code, "bi:CreateCorpTag", tc.in) })
		}
		w.Quotas[account.BITags] = 4
		x.Root.Fails(t, "LimitExceeded", "bi:CreateCorpTag", P{"Name": "more"})
		w.Quotas[account.BITags] = 5
		x.Root.Must(t, "bi:CreateCorpTag", P{"Name": "more"})
	})
}

func TestEditCorpTag(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann := x.user(t, "ann")
		id, external, foreign := x.tag(t, "region"), x.tag(t, "theirs"), other.tag(t, "foreign")
		execute(t, w, `UPDATE bi_tags SET external_manage = 1 WHERE id = $1`, external)
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			in     P
			code   string
			is     string
		}{
			{"no tag", ann, P{"Name": "x"}, "MissingParameter.MissingParam", "region"},
			{"a caller who administers nothing", ann, P{"Id": 5}, refused, "region"},
			{"an unknown tag", x.Root, P{"Id": 5, "Name": "x"}, "InvalidParameterValue", "region"},
			{"tag 0", x.Root, P{"Id": 0, "Name": "region"}, "InvalidParameterValue", "region"},
			{"a tag of another account", x.Root, P{"Id": foreign, "Name": "x"}, "InvalidParameterValue", "region"},
			{"an import from a table", x.Root, P{"Id": id, "Name": "x", "ImportType": "auto", "AutoImportTagTableId": 1, "AutoImportField": "f"}, "UnsupportedOperation", "region"},
			{"an import in capitals", x.Root, P{"Id": id, "Name": "x", "ImportType": "AUTO"}, "UnsupportedOperation", "region"},
			{"another way of import", x.Root, P{"Id": id, "Name": "x", "ImportType": "abc"}, "InvalidParameterValue", "region"},
			{"a name of 65 characters", x.Root, P{"Id": id, "Name": strings.Repeat("x", 65)}, "InvalidParameterValue", "region"},
			{"a name that is taken", x.Root, P{"Id": id, "Name": "theirs"}, "UnsupportedOperation.BIError", "region"},
			{"a tag that another system manages", x.Root, P{"Id": external, "Name": "x"}, "UnsupportedOperation.BIError", "region"},
			{"a name", x.Root, P{"Id": id, "Name": " area "}, "", "area"},
			{"its own name, by hand", x.Root, P{"Id": id, "Name": "area", "ImportType": "manual"}, "", "area"},
			{"an empty name changes nothing", x.Root, P{"Id": id, "Name": ""}, "", "area"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				tc.caller.Fails(t, tc.code, "bi:EditCorpTag", tc.in)
				if got := rows(t, w.DB, `SELECT name FROM bi_tags WHERE id = $1`, id)[0][0]; got != tc.is {
					t.Errorf("the tag is called %s, want %s", got, tc.is)
				}
			})
		}
		a := x.Root.Must(t, "bi:EditCorpTag", P{"Id": id, "AsyncRequest": true, "TranId": "t-1"})
		if want := fmt.Sprintf(`"Data":{"TranId":"t-1","TranStatus":2,"Id":%d}`, id); !strings.Contains(a.Raw, want) {
			t.Errorf("%s has no %s", a.Raw, want)
		}
	})
}

func TestModifyUserTag(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		x, other := newCorp(t, w), newCorp(t, w)
		ann, auth := x.user(t, "ann"), x.user(t, "auth", "sys_corp_auth_admin")
		x.person(t, "nobody")
		stranger := other.user(t, "stranger")
		region, external, foreign := x.tag(t, "region"), x.tag(t, "theirs"), other.tag(t, "foreign")
		x.tag(t, "level")
		execute(t, w, `UPDATE bi_tags SET external_manage = 1 WHERE id = $1`, external)
		var many []P
		for range 201 {
			many = append(many, P{"Id": region, "Value": "x"})
		}
		for _, tc := range []struct {
			name   string
			caller *apitest.Client
			user   string
			in     []P
			code   string
			tags   string
		}{
			{"no user", ann, "", []P{{"Id": region, "Value": "x"}}, "MissingParameter.MissingParam", ""},
			{"no tags", ann, "ann", nil, "MissingParameter.MissingParam", ""},
			{"an element that names no tag", ann, "ann", []P{{"Id": 0, "Name": "", "Value": "x"}}, "MissingParameter.MissingParam", ""},
			{"an element without a value", ann, "ann", []P{{"Name": "region"}}, "MissingParameter.MissingParam", ""},
			{"a caller who administers nothing", ann, "zz", []P{{"Id": 5, "Value": "x"}}, refused, ""},
			{"201 tags", x.Root, "ann", many, "LimitExceeded", ""},
			{"an unknown tag goes before an unknown user", x.Root, "zz", []P{{"Id": 5, "Value": "x"}}, "InvalidParameterValue", ""},
			{"an unknown name, and nothing is set", x.Root, "ann", []P{{"Name": "region", "Value": "x"}, {"Name": "zz", "Value": "x"}}, "InvalidParameterValue", ""},
			{"a tag of another account", x.Root, "ann", []P{{"Id": foreign, "Value": "x"}}, "InvalidParameterValue", ""},
			{"the name of another account's tag", x.Root, "ann", []P{{"Name": "foreign", "Value": "x"}}, "InvalidParameterValue", ""},
			{"an unknown user goes before a long value", x.Root, "zz", []P{{"Id": region, "Value": strings.Repeat("x", 256)}}, "UnauthorizedOperation.UserNotExist", ""},
			{"a sub-account that is not in BI", x.Root, "nobody", []P{{"Id": region, "Value": "x"}}, "UnauthorizedOperation.UserNotExist", ""},
			{"a user of another account", x.Root, fmt.Sprint(stranger.UIN), []P{{"Id": region, "Value": "x"}}, "UnauthorizedOperation.UserNotExist", ""},
			{"a value of 256 characters", x.Root, "ann", []P{{"Id": region, "Value": strings.Repeat("x", 256)}}, "InvalidParameterValue", ""},
			{"a tag that another system manages, and nothing is set", x.Root, "ann", []P{{"Id": region, "Value": "x"}, {"Id": external, "Value": "x"}}, "UnsupportedOperation.BIError", ""},
			{"by id and by name, by a permission administrator", auth, "ann", []P{{"Id": region, "Value": "south"}, {"Name": "level", "Value": "1"}}, "", "region=south level=1"},
			{"one of them, the other stays", x.Root, "ann", []P{{"Id": 0, "Name": "region", "Value": "north"}}, "", "region=north level=1"},
			{"the id counts where both are given", x.Root, "ann", []P{{"Id": region, "Name": "level", "Value": "east"}}, "", "region=east level=1"},
			{"the same again", x.Root, "ann", []P{{"Id": region, "Value": "east"}}, "", "region=east level=1"},
			{"the last of two values", x.Root, "ann", []P{{"Id": region, "Value": "a"}, {"Name": "region", "Value": "b"}}, "", "region=b level=1"},
			{"an empty value takes it away", x.Root, "ann", []P{{"Id": region, "Value": ""}}, "", "level=1"},
			{"and away it stays", x.Root, "ann", []P{{"Id": region, "Value": ""}}, "", "level=1"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				p := P{"UserId": tc.user, "TagList": tc.in}
				if tc.user == "" {
					delete(p, "UserId")
				}
				a := tc.caller.Fails(t, tc.code, "bi:ModifyUserTag", p)
				if tc.code == "" && !strings.Contains(a.Raw, `"Data":null`) {
					t.Error(a.Raw)
				}
				var all []string
				for _, r := range rows(t, w.DB, `SELECT g.name, v.value FROM bi_tag_values v JOIN bi_tags g ON g.id = v.tag JOIN bi_users u ON u.id = v.bi_user
					WHERE v.account = $1 AND u.uin = $2 ORDER BY g.id`, x.UIN, ann.UIN) {
					all = append(all, r[0]+"="+r[1])
				}
				if got := strings.Join(all, " "); got != tc.tags {
					t.Errorf("the user has %q, want %q", got, tc.tags)
				}
			})
		}
		x.Root.Must(t, "bi:DeleteUserRole", P{"UserId": "ann"})
		if n := len(rows(t, w.DB, `SELECT tag FROM bi_tag_values WHERE account = $1`, x.UIN)); n != 0 {
			t.Errorf("%d values stay of a user who left", n)
		}
	})
}
