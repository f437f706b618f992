package cam_test

import (
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/wire/services"
	"github.com/hufu-iam/hufu/policy"
)

// statement is a policy of one statement with these members.
func statement(members string) string { return `{"version":"2.0","statement":[{` + members + `}]}` }

// refusedDocuments has a document for every code that one can earn.
var refusedDocuments = map[string][]string{
	"PolicyDocumentError": {"", " ", "{", "[]", "null", `"x"`, "%7", "%zz", `{"version":"2.0","statement":[],"id":"x"}`, `{"strategyInfo":{},"x":1}`,
		`{"version":"2.0","Version":"2.0","statement":[]}`},
	"PolicyDocumentLengthOverLimit": {statement(`"effect":"allow","action":"a:b","resource":"qcs::a:::` + strings.Repeat("x", 6144) + `"`)},
	"VersionError":                  {strings.Replace(allowText("a:b"), `"2.0"`, `"1.0"`, 1), strings.Replace(allowText("a:b"), `"2.0"`, `2.0`, 1), `{"statement":[]}`},
	"PrincipalError":                {statement(`"effect":"allow","action":"a:b","resource":"*","principal":{"x":"y"}`)},
	"StatementError":                {`{"version":"2.0"}`, `{"version":"2.0","statement":[]}`, statement(`"effect":"allow","notAction":"a:b","resource":"*"`), statement(`"effect":"allow","action":"a:b","Action":"a:c","resource":"*"`)},
	"EffectError":                   {statement(`"effect":"permit","action":"a:b","resource":"*"`), statement(`"action":"a:b","resource":"*"`)},
	"ActionMiss":                    {statement(`"effect":"allow","resource":"*"`), statement(`"effect":"allow","action":[],"resource":"*"`)},
	"ActionError":                   {allowText("DescribeInstances"), allowText("cos: GetObject")},
	"ActionNotExist":                {allowText("cam:GetUsr"), allowText("name/sts:assumeRole")},
	"ResourceError":                 {statement(`"effect":"allow","action":"a:b"`), statement(`"effect":"allow","action":"a:b","resource":1`)},
	"ResourceQcsError":              {statement(`"effect":"allow","action":"a:b","resource":"qcs::cvm:gz:instance/*"`)},
	"ResourceProjectError":          {statement(`"effect":"allow","action":"a:b","resource":"qcs:p1:cvm:::*"`)},
	"ResourceServiceNotExist":       {statement(`"effect":"allow","action":"a:b","resource":"qcs::c/m:::*"`)},
	"ResourceRegionError":           {statement(`"effect":"allow","action":"a:b","resource":"qcs::cvm:a_b::*"`)},
	"ResourceUinError":              {statement(`"effect":"allow","action":"a:b","resource":"qcs::cvm::100:*"`)},
	"ResourceContentError":          {statement(`"effect":"allow","action":"a:b","resource":"qcs::cvm:::x/${user}"`)},
	"NotSupportProduct":             {statement(`"effect":"allow","action":"a:b","resource":"qcs::cam:::banana/1"`)},
	"ConditionError":                {statement(`"effect":"allow","action":"a:b","resource":"*","condition":{"string_equal":"x"}`)},
	"ConditionTypeError":            {statement(`"effect":"allow","action":"a:b","resource":"*","condition":{"string_equals":{"k":"v"}}`)},
	"ConditionContentError":         {statement(`"effect":"allow","action":"a:b","resource":"*","condition":{"ip_equal":{"qcs:ip":"10.0.0.300"}}`)},
}

func TestDocumentsAreRefusedByTheActionsThatTakeThem(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		id := newPolicy(t, root, "mine", allowText("cam:GetUser"))
		for code, documents := range refusedDocuments {
			for _, text := range documents {
				root.Fails(t, "InvalidParameter."+code, "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": text})
				root.Fails(t, "InvalidParameter."+code, "cam:UpdatePolicy", apitest.P{"PolicyId": id, "PolicyDocument": text})
				root.Fails(t, "InvalidParameter."+code, "cam:CreatePolicyVersion", apitest.P{"PolicyId": id, "PolicyDocument": text, "SetAsDefault": true})
			}
		}
		if got := root.Must(t, "cam:GetPolicy", apitest.P{"PolicyId": id}).Str("PolicyDocument"); got != allowText("cam:GetUser") {
			t.Errorf("a refused document was written: %s", got)
		}
		if a := root.Call(t, "cam:UpdatePolicy", apitest.P{"PolicyId": id, "PolicyDocument": allowText("cam:GetUser", "x")}); !strings.Contains(a.Message, "statement[0].action") {
			t.Errorf("the message does not say where the fault is: %s", a.Message)
		}
	})
}

func TestLengthOfADocumentCountsItsVisibleCharacters(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		text := func(characters int) string {
			frame := statement(`"effect":"allow","action":"a:b","resource":"qcs::a:::/"`)
			return strings.Replace(frame, "/", strings.Repeat("虎", characters-policy.Length(frame)+1), 1)
		}
		newPolicy(t, root, "full", text(6144))
		newPolicy(t, root, "blanks", strings.Repeat(" \t\r\n", 1000)+text(6144))
		newPolicy(t, root, "wrapped", `{"strategyInfo":`+text(6144)+`}`)
		root.Fails(t, "InvalidParameter.PolicyDocumentLengthOverLimit", "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": text(6145)})
		w.Quotas[account.PolicyCharacters] = 0
		newPolicy(t, root, "unlimited", text(7000))
	})
}

func TestPresetsAreValidAndNumberedBelowTheOwnPolicies(t *testing.T) {
	catalogue := catalogue.New(services.Services)
	for id, name := range map[int64]string{
		1: "AdministratorAccess", 2: "QCloudResourceFullAccess", 3: "QCloudFinanceFullAccess", 400411: "ReadOnlyAccess",
		596169: "QcloudCamFullAccess", 596170: "QcloudCamReadOnlyAccess", 1592575: "QcloudTAGFullAccess", 244869: "QcloudCOSReadOnlyAccess",
		243334: "QcloudCVMReadOnlyAccess", 186457: "QcloudVPCReadOnlyAccess", 219850: "QcloudCLBFullAccess", 219851: "QcloudCLBReadOnlyAccess",
		450021: "QcloudCLBFinanceAccess", 12031968: "QcloudASReadOnlyAccess", 1242979: "QcloudCDBInnerReadOnlyAccess", 219064: "QcloudSMSFullAccess",
		219186: "QcloudCASFullAccess", 244866: "QcloudCASReadOnlyAccess", 16313162: "QcloudAccessForCDNRole", 18150187: "QcloudAccessForCARole",
	} {
		p := cam.PresetByID(id)
		if p == nil || p.Name != name || cam.PresetByName(name) != p {
			t.Errorf("preset %d is %+v, want %s", id, p, name)
			continue
		}
		if _, err := policy.Check(p.Document, policy.Rules{Catalogue: catalogue, MaxLength: -1}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if cam.PresetByName("administratoraccess") != nil || cam.PresetByID(100_000_000) != nil {
		t.Error("presets are found by their exact names and ids alone")
	}
}

func TestWidePresetsStopAtUsersAndPayment(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		root := w.Account(t).Root
		resources, reader := root.User(t, "resources", 2), root.User(t, "reader", 400411)
		for _, u := range []*apitest.Client{resources, reader} {
			u.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:CreateGroup", apitest.P{"GroupName": "g"})
			u.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:CreatePolicy", apitest.P{"PolicyName": "p", "PolicyDocument": allowText("*")})
		}
		resources.Fails(t, "AuthFailure.UnauthorizedOperation", "cam:ListUsers", nil)
		reader.Must(t, "cam:ListUsers", nil)
		root.User(t, "reader2", 596170).Must(t, "cam:ListPolicies", nil)
		root.User(t, "admin", 596169).Must(t, "cam:CreateGroup", apitest.P{"GroupName": "g"})
	})
}
