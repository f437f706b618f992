package cam_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

// allowText is a policy that allows these actions on everything.
func allowText(actions ...string) string {
	list, _ := json.Marshal(actions)
	return fmt.Sprintf(`{"version":"2.0","statement":[{"effect":"allow","action":%s,"resource":"*"}]}`, list)
}

// newPolicy creates a policy and answers its id.
func newPolicy(t *testing.T, c *apitest.Client, name, text string) int64 {
	t.Helper()
	return c.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": name, "PolicyDocument": text}).Int("PolicyId")
}

func TestCreatedPolicyIsShownAsItWasWritten(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		owner := w.Account(t)
		root := owner.Root
		created := w.Now()
		made := root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "All=+,.@_-9", "PolicyDocument": allowText("cos:*"), "Description": "what",
			"Tags": []apitest.P{{"Key": "b", "Value": "2"}, {"Key": "a", "Value": ""}}})
		id := made.Int("PolicyId")
		if id < 100_000_000 {
			t.Errorf("id %d is among those of the presets", id)
		}
		named := fmt.Sprintf("qcs::cam::uin/%d:policyid/%d", owner.UIN, id)
		records, err := audit.Query(t.Context(), w.DB.Read(), audit.Filter{Account: store.Account(owner.UIN), Action: "cam:CreatePolicy", Limit: 1})
		if err != nil || len(records) != 1 || !slices.Contains(records[0].Resources, named) {
			t.Errorf("no audit record names the new policy %s: %+v %v", named, records, err)
		}
		got := root.Must(t, "cam:GetPolicy", apitest.P{"PolicyId": id})
		at := created.UTC().Add(8 * 3600e9).Format("2006-01-02 15:04:05")
		for member, want := range map[string]any{"PolicyName": "All=+,.@_-9", "Description": "what", "PolicyDocument": allowText("cos:*"),
			"AddTime": at, "UpdateTime": at, "PresetAlias": nil, "Type": json.Number("1"), "IsServiceLinkedRolePolicy": json.Number("0"),
			"Tags.0.Key": "a", "Tags.0.Value": "", "Tags.1.Key": "b", "Tags.1.Value": "2"} {
			if got.At(member) != want {
				t.Errorf("%s: %v, want %v", member, got.At(member), want)
			}
		}
		for sent, kept := range map[string]string{
			" {\n\t\"version\" : \"2.0\",\"statement\":{\"effect\":\"allow\",\"action\":\"a:b\",\"resource\":\"*\"}}":                                 "",
			`{"Version":"2.0","Statement":[{"Effect":"Allow","Action":"name\/cos:*","Resource":["*"]}]}`:                                              "",
			`{"strategyInfo":` + allowText("cvm:*") + `}`:                                                                                             "",
			`%7B%22version%22:%222.0%22,%22statement%22:[%7B%22effect%22:%22allow%22,%22action%22:%22a:b%22,%22resource%22:%22qcs::a:::x+y%22%7D]%7D`: `{"version":"2.0","statement":[{"effect":"allow","action":"a:b","resource":"qcs::a:::x+y"}]}`,
		} {
			if kept == "" {
				kept = sent
			}
			id++
			if next := newPolicy(t, root, fmt.Sprint("p", id), sent); next != id {
				t.Errorf("id %d follows %d", next, id-1)
			}
			if got := root.Must(t, "cam:GetPolicy", apitest.P{"PolicyId": id}); got.Str("PolicyDocument") != kept || got.At("Description") != "" || got.Len("Tags") != 0 {
				t.Errorf("%s\n is kept as %s", sent, got.Raw)
			}
		}
		root.Fails(t, "ResourceNotFound.PolicyIdNotFound", "cam:GetPolicy", apitest.P{"PolicyId": id + 1})
		root.Fails(t, "InvalidParameter.PolicyIdError", "cam:GetPolicy", apitest.P{"PolicyId": 0})
		other := w.Account(t).Root
		other.Fails(t, "ResourceNotFound.PolicyIdNotFound", "cam:GetPolicy", apitest.P{"PolicyId": id})
		newPolicy(t, other, "All=+,.@_-9", allowText("cos:*")) // names are each account's own
	})
}

func TestCreatePolicyRefusesInTheDocumentedOrder(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		w.Quotas[account.TagsPerObject] = 2
		tags := func(keys ...string) (list []apitest.P) {
			for _, k := range keys {
				list = append(list, apitest.P{"Key": k, "Value": "v"})
			}
			return list
		}
		good := allowText("cvm:*")
		for name, c := range map[string]struct {
			code   string
			params apitest.P
		}{
			"without a name":                       {"MissingParameter", apitest.P{"PolicyDocument": good}},
			"without a document":                   {"MissingParameter", apitest.P{"PolicyName": "p"}},
			"an empty name":                        {"InvalidParameter.PolicyNameError", apitest.P{"PolicyName": "", "PolicyDocument": good}},
			"a name of 129 characters":             {"InvalidParameter.PolicyNameError", apitest.P{"PolicyName": strings.Repeat("n", 129), "PolicyDocument": good}},
			"a name with a space":                  {"InvalidParameter.PolicyNameError", apitest.P{"PolicyName": "a b", "PolicyDocument": good}},
			"a name in Chinese":                    {"InvalidParameter.PolicyNameError", apitest.P{"PolicyName": "虎符", "PolicyDocument": good}},
			"a bad name before a bad text":         {"InvalidParameter.PolicyNameError", apitest.P{"PolicyName": "a/b", "PolicyDocument": "", "Description": strings.Repeat("d", 301)}},
			"a description of 301 bytes":           {"InvalidParameter.DescriptionLengthOverlimit", apitest.P{"PolicyName": "p", "PolicyDocument": "{", "Description": strings.Repeat("虎", 100) + "x"}},
			"more tags than the quota":             {"InvalidParameter.ParamError", apitest.P{"PolicyName": "p", "PolicyDocument": "{", "Tags": tags("a", "b", "c")}},
			"a tag key twice":                      {"InvalidParameter.ParamError", apitest.P{"PolicyName": "p", "PolicyDocument": good, "Tags": tags("a", "a")}},
			"a tag without a key":                  {"InvalidParameter.ParamError", apitest.P{"PolicyName": "p", "PolicyDocument": good, "Tags": tags("")}},
			"the name of a preset, in any case":    {"FailedOperation.PolicyNameInUse", apitest.P{"PolicyName": "administratoraccess", "PolicyDocument": good}},
			"a bad text before a name in use":      {"InvalidParameter.EffectError", apitest.P{"PolicyName": "ReadOnlyAccess", "PolicyDocument": strings.Replace(good, "allow", "permit", 1)}},
			"a name and a description that fit":    {"", apitest.P{"PolicyName": strings.Repeat("n", 128), "PolicyDocument": good, "Description": strings.Repeat("虎", 100), "Tags": tags("a", "b")}},
			"a name that differs from none at all": {"", apitest.P{"PolicyName": "taken", "PolicyDocument": good}},
		} {
			t.Run(name, func(t *testing.T) { root.Fails(t, c.code, "cam:CreatePolicy", c.params) })
		}
		root.Fails(t, "FailedOperation.PolicyNameInUse", "cam:CreatePolicy", apitest.P{"PolicyName": "TAKEN", "PolicyDocument": good})
		w.Quotas[account.Policies] = 2
		root.Fails(t, "FailedOperation.PolicyFull", "cam:CreatePolicy", apitest.P{"PolicyName": "taken", "PolicyDocument": good})
		root.Fails(t, "InvalidParameter.ActionMiss", "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": allowText()})
	})
}

func TestPrincipalOfANewPolicyAttachesIt(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		owner := w.Account(t)
		root := owner.Root
		ann, ben := root.User(t, "ann"), root.User(t, "ben")
		group := root.Must(t, "cam:CreateGroup", apitest.P{"GroupName": "team"}).Int("GroupId")
		root.Must(t, "cam:AddUserToGroup", apitest.P{"Info": []apitest.P{{"Uid": root.Must(t, "cam:GetUser", apitest.P{"Name": "ben"}).Int("Uid"), "GroupId": group}}})
		stranger := w.Account(t).Root.User(t, "stranger")
		forWhom := func(action string, names ...string) string {
			list, _ := json.Marshal(names)
			return fmt.Sprintf(`{"version":"2.0","principal":{"qcs":%s},"statement":[{"effect":"allow","action":%q,"resource":"*"}]}`, list, action)
		}
		user := func(uin int64) string { return fmt.Sprintf("qcs::cam::uin/%d:uin/%d", owner.UIN, uin) }
		team := fmt.Sprintf("qcs::cam::uin/%d:groupid/%d", owner.UIN, group)

		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListGroups", nil)
		ben.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListGroups", nil)
		root.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "lists", "PolicyDocument": forWhom("cam:ListGroups", user(ann.UIN), team)})
		ann.Must(t, "cam:ListGroups", nil)
		ben.Must(t, "cam:ListGroups", nil)

		for name, c := range map[string]struct{ code, text string }{
			"a user that is not there":       {"InvalidParameter.PrincipalQcsNotExist", forWhom("cam:GetUser", user(ann.UIN), user(99))},
			"a user of another account":      {"InvalidParameter.PrincipalQcsNotExist", forWhom("cam:GetUser", user(stranger.UIN))},
			"a name in another account":      {"InvalidParameter.PrincipalQcsNotExist", forWhom("cam:GetUser", fmt.Sprintf("qcs::cam::uin/99:uin/%d", ann.UIN))},
			"a group that is not there":      {"InvalidParameter.PrincipalQcsNotExist", forWhom("cam:GetUser", fmt.Sprintf("qcs::cam::uin/%d:groupid/1", owner.UIN))},
			"a number beyond every uin":      {"InvalidParameter.PrincipalQcsNotExist", forWhom("cam:GetUser", fmt.Sprintf("qcs::cam::uin/%d:groupid/99999999999999999999", owner.UIN))},
			"a principal before a statement": {"InvalidParameter.PrincipalQcsNotExist", strings.Replace(forWhom("cam:GetUser", user(99)), "allow", "permit", 1)},
			"the root":                       {"InvalidParameter.PrincipalError", forWhom("cam:GetUser", fmt.Sprintf("qcs::cam::uin/%d:root", owner.UIN))},
			"a role":                         {"InvalidParameter.PrincipalError", forWhom("cam:GetUser", fmt.Sprintf("qcs::cam::uin/%d:roleName/r", owner.UIN))},
			"a malformed name":               {"InvalidParameter.PrincipalQcsError", forWhom("cam:GetUser", "ann")},
			"everyone":                       {"InvalidParameter.PrincipalError", strings.Replace(allowText("cam:GetUser"), `"statement"`, `"principal":"*","statement"`, 1)},
			"a service":                      {"InvalidParameter.PrincipalError", strings.Replace(allowText("cam:GetUser"), `"statement"`, `"principal":{"service":"cvm.qcloud.com"},"statement"`, 1)},
		} {
			t.Run(name, func(t *testing.T) {
				root.Fails(t, c.code, "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": c.text})
			})
		}

		maker := root.User(t, "maker", newPolicy(t, root, "make", allowText("cam:CreatePolicy")))
		maker.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": forWhom("cam:GetUser", user(ann.UIN))})
		maker.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": forWhom("cam:GetUser", user(99))}) // does not learn who exists
		root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": maker.UIN, "PolicyId": newPolicy(t, root, "attach", allowText("cam:AttachUserPolicy"))})
		maker.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": forWhom("cam:GetUser", user(ann.UIN), team)})
		maker.Must(t, "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": forWhom("cam:GetUser", user(ann.UIN), user(ann.UIN))})
		ann.Must(t, "cam:GetUser", apitest.P{"Name": "ann"})
		ben.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "ann"})

		w.Quotas[account.AttachmentsPerPrincipal] = 2
		w.Quotas[account.Policies] = 1
		root.Fails(t, "InvalidParameter.AttachmentFull", "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": forWhom("cam:ListUsers", user(ann.UIN))})
		if n := root.Must(t, "cam:ListPolicies", apitest.P{"Scope": "Local"}).Int("TotalNum"); n != 4 {
			t.Errorf("%d policies: a refused one was created", n)
		}
	})
}

func TestUpdatePolicyChangesWhatIsGiven(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		first := newPolicy(t, root, "first", allowText("cam:GetUser"))
		ann := root.User(t, "ann", first)
		ann.Must(t, "cam:GetUser", apitest.P{"Name": "ann"})

		w.Sleep(60e9)
		update := func(params apitest.P) {
			t.Helper()
			if got := root.Must(t, "cam:UpdatePolicy", params).Int("PolicyId"); got != first {
				t.Errorf("%v: answers the id %d", params, got)
			}
		}
		expect := func(members apitest.P) {
			t.Helper()
			got := root.Must(t, "cam:GetPolicy", apitest.P{"PolicyId": first})
			for member, want := range members {
				if got.At(member) != want {
					t.Errorf("%s: %v, want %v", member, got.At(member), want)
				}
			}
		}
		update(apitest.P{"PolicyId": first, "PolicyDocument": "%7B" + allowText("cam:ListUsers")[1:]})
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "ann"})
		ann.Must(t, "cam:ListUsers", nil)
		expect(apitest.P{"PolicyName": "first", "PolicyDocument": allowText("cam:ListUsers"), "UpdateTime": w.Now().UTC().Add(8 * 3600e9).Format("2006-01-02 15:04:05")})
		if n := root.Must(t, "cam:ListPolicyVersions", apitest.P{"PolicyId": first}).Len("Versions"); n != 1 {
			t.Errorf("%d versions: the one in force is rewritten in place", n)
		}
		update(apitest.P{"PolicyName": "first", "Description": "by name"})
		expect(apitest.P{"Description": "by name", "PolicyDocument": allowText("cam:ListUsers")})
		update(apitest.P{"PolicyId": first, "PolicyName": "FIRST", "Description": ""})
		expect(apitest.P{"PolicyName": "FIRST", "Description": ""})
		update(apitest.P{"PolicyId": first, "PolicyName": "FIRST", "Alias": ""})
		expect(apitest.P{"PolicyName": "FIRST", "Description": "", "PolicyDocument": allowText("cam:ListUsers")})
	})
}

func TestUpdatePolicyRefuses(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		first := newPolicy(t, root, "FIRST", allowText("cam:GetUser"))
		second := newPolicy(t, root, "second", allowText("cam:GetUser"))
		for name, c := range map[string]struct {
			code   string
			params apitest.P
		}{
			"neither id nor name":             {"InvalidParameter.ParamError", apitest.P{"Description": "d"}},
			"id 0":                            {"InvalidParameter.PolicyIdError", apitest.P{"PolicyId": 0}},
			"an unknown id":                   {"InvalidParameter.PolicyIdNotExist", apitest.P{"PolicyId": second + 1, "Description": "d"}},
			"an unknown name":                 {"InvalidParameter.PolicyIdNotExist", apitest.P{"PolicyName": "third"}},
			"a name in another case":          {"InvalidParameter.PolicyIdNotExist", apitest.P{"PolicyName": "first"}},
			"the name of another policy":      {"FailedOperation.PolicyNameInUse", apitest.P{"PolicyId": first, "PolicyName": "Second"}},
			"the name of a preset":            {"FailedOperation.PolicyNameInUse", apitest.P{"PolicyId": first, "PolicyName": "ReadOnlyAccess"}},
			"a malformed name":                {"InvalidParameter.PolicyNameError", apitest.P{"PolicyId": first, "PolicyName": ""}},
			"a long description":              {"InvalidParameter.DescriptionLengthOverlimit", apitest.P{"PolicyId": first, "Description": strings.Repeat("d", 301)}},
			"an empty document":               {"InvalidParameter.PolicyDocumentError", apitest.P{"PolicyId": first, "PolicyDocument": ""}},
			"a document with a principal":     {"InvalidParameter.PrincipalError", apitest.P{"PolicyId": first, "PolicyDocument": strings.Replace(allowText("a:b"), `"statement"`, `"principal":{"qcs":"qcs::cam::uin/1:uin/2"},"statement"`, 1)}},
			"a note on one's own policy":      {"InvalidParameter.ParamError", apitest.P{"PolicyId": first, "Alias": "mine"}},
			"the document of a preset":        {"InvalidParameter.ParamError", apitest.P{"PolicyId": administrator, "PolicyDocument": allowText("a:b")}},
			"the description of a preset":     {"InvalidParameter.ParamError", apitest.P{"PolicyName": "AdministratorAccess", "Description": "d"}},
			"the name of a preset, given two": {"InvalidParameter.ParamError", apitest.P{"PolicyId": administrator, "PolicyName": "mine"}},
		} {
			t.Run(name, func(t *testing.T) { root.Fails(t, c.code, "cam:UpdatePolicy", c.params) })
		}
		if got := root.Must(t, "cam:GetPolicy", apitest.P{"PolicyId": first}); got.Str("PolicyName") != "FIRST" || got.Str("Description") != "" ||
			got.Str("PolicyDocument") != allowText("cam:GetUser") {
			t.Errorf("a refused change was made: %s", got.Raw)
		}
		w.Account(t).Root.Fails(t, "InvalidParameter.PolicyIdNotExist", "cam:UpdatePolicy", apitest.P{"PolicyId": first, "Description": "theirs"})
	})
}

func TestPresetsHaveAnAliasInEachAccount(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root, other := w.Account(t).Root, w.Account(t).Root
		alias := func(c *apitest.Client) any {
			return c.Must(t, "cam:GetPolicy", apitest.P{"PolicyId": administrator}).At("PresetAlias")
		}
		root.Must(t, "cam:UpdatePolicy", apitest.P{"PolicyId": administrator, "Alias": "everything"})
		if mine, theirs := alias(root), alias(other); mine != "everything" || theirs != nil {
			t.Errorf("aliases are %v and %v", mine, theirs)
		}
		if id := root.Must(t, "cam:UpdatePolicy", apitest.P{"PolicyName": "AdministratorAccess", "Alias": "all"}).Int("PolicyId"); id != administrator || alias(root) != "all" {
			t.Errorf("selected by name: id %d, alias %v", id, alias(root))
		}
		root.Must(t, "cam:UpdatePolicy", apitest.P{"PolicyId": administrator})
		root.Must(t, "cam:UpdatePolicy", apitest.P{"PolicyId": administrator, "Alias": ""})
		if got := alias(root); got != nil {
			t.Errorf("an empty alias removes it, got %v", got)
		}
	})
}

func TestDeletePolicyTakesItFromEverybody(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		first := newPolicy(t, root, "first", allowText("cam:GetUser"))
		second := newPolicy(t, root, "second", allowText("cam:ListUsers"))
		bound := newPolicy(t, root, "bound", allowText("*"))
		ann := root.User(t, "ann", first, second)
		root.Must(t, "cam:PutUserPermissionsBoundary", apitest.P{"TargetUin": ann.UIN, "PolicyId": bound})
		many := make([]int64, 101)
		for i := range many {
			many[i] = first
		}
		for name, c := range map[string]struct {
			code string
			ids  []int64
		}{
			"none":                     {"InvalidParameter.ParamError", []int64{}},
			"more than a hundred":      {"InvalidParameter.OperatePoliciesOverLimit", many},
			"the id 0":                 {"InvalidParameter.PolicyIdError", []int64{first, 0}},
			"one that is not there":    {"InvalidParameter.PolicyIdNotExist", []int64{first, bound + 1}},
			"a preset":                 {"InvalidParameter.ParamError", []int64{first, administrator}},
			"one that bounds somebody": {"InvalidParameter.ParamError", []int64{first, bound}},
		} {
			t.Run(name, func(t *testing.T) { root.Fails(t, c.code, "cam:DeletePolicy", apitest.P{"PolicyId": c.ids}) })
		}
		w.Account(t).Root.Fails(t, "InvalidParameter.PolicyIdNotExist", "cam:DeletePolicy", apitest.P{"PolicyId": []int64{first}})
		ann.Must(t, "cam:GetUser", apitest.P{"Name": "ann"}) // of what was refused nothing happened

		root.Must(t, "cam:DeletePolicy", apitest.P{"PolicyId": many[:100]})
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "ann"})
		ann.Must(t, "cam:ListUsers", nil)
		root.Fails(t, "ResourceNotFound.PolicyIdNotFound", "cam:GetPolicy", apitest.P{"PolicyId": first})
		root.Fails(t, "ResourceNotFound.PolicyIdNotFound", "cam:GetPolicyVersion", apitest.P{"PolicyId": first, "VersionId": 1})
		root.Fails(t, "InvalidParameter.PolicyIdNotExist", "cam:DeletePolicy", apitest.P{"PolicyId": []int64{first}})
		root.Must(t, "cam:DeleteUserPermissionsBoundary", apitest.P{"TargetUin": ann.UIN})
		root.Must(t, "cam:DeletePolicy", apitest.P{"PolicyId": []int64{bound, second}})
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListUsers", nil)
		if again := newPolicy(t, root, "first", allowText("cam:GetUser")); again <= bound {
			t.Errorf("the id %d is given out again", again)
		}
		ann.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:GetUser", apitest.P{"Name": "ann"})
	})
}
