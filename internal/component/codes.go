package component

import (
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
)

// The return codes, as API 2.0 has them.
const (
	badParameters  = 4000
	badSignature   = 4100
	noRight        = 4101 // to the operation
	noResource     = 4102 // to the resource
	unknownKey     = 4104
	otherRefusal   = 4110
	expired        = 4200
	blocked        = 4300
	tooMuch        = 4400
	replayed       = 4500
	wrongProtocol  = 4600
	internalFailed = 5100
)

// families are the return codes of error codes by what these begin with; the first that fits counts.
var families = []struct {
	prefix     string
	returnCode int
}{
	{"AuthFailure.SecretIdNotFound", unknownKey},
	{"AuthFailure.InvalidSecretId", unknownKey},
	{"AuthFailure.SignatureExpire", expired},
	{"AuthFailure.UnauthorizedOperation", noRight},
	{"AuthFailure.MFAFailure", otherRefusal},
	{"AuthFailure", badSignature},
	{"IpInBlacklist", otherRefusal},
	{"IpNotInWhitelist", otherRefusal},
	{"UnauthorizedOperation", noRight},
	{"RequestSizeLimitExceeded", badParameters},
	{"RequestLimitExceeded", tooMuch},
	{"LimitExceeded", tooMuch},
	{"UnsupportedProtocol", wrongProtocol},
	{"InvalidParameter", badParameters},
	{"MissingParameter", badParameters},
	{"UnknownParameter", badParameters},
	{"InvalidAction", badParameters},
	{"ResourceNotFound", badParameters},
	{"ResourceInUse", badParameters},
}

// modules are the codes that this interface has for those of API 3.0: what is wrong with which part of a policy.
var modules = map[string]string{
	"FailedOperation.PolicyFull":                     "InvalidParameter.policyFull",
	"FailedOperation.PolicyNameInUse":                "InvalidParameter.policyName.InUse",
	"InvalidParameter.ActionError":                   "InvalidParameter.action.Error",
	"InvalidParameter.ActionMiss":                    "MissingParameter.action",
	"InvalidParameter.ActionNotExist":                "InvalidParameter.action.Error",
	"InvalidParameter.ActionServiceNotExist":         "InvalidParameter.action.Error",
	"InvalidParameter.AttachmentFull":                "InvalidParameter.AttachmentFull",
	"InvalidParameter.ConditionContentError":         "InvalidParameter.condition.Error",
	"InvalidParameter.ConditionError":                "InvalidParameter.condition.Error",
	"InvalidParameter.ConditionTypeError":            "InvalidParameter.condition.Error",
	"InvalidParameter.DescriptionLengthOverlimit":    "InvalidParameter.description.LengthOverlimit",
	"InvalidParameter.EffectError":                   "InvalidParameter.effect.Error",
	"InvalidParameter.ParamError":                    "InvalidParameter",
	"InvalidParameter.PolicyDocumentError":           "InvalidParameter.policyDocument.TypeError",
	"InvalidParameter.PolicyDocumentLengthOverLimit": "InvalidParameter.policyDocument.LengthOverlimit",
	"InvalidParameter.PolicyIdError":                 "InvalidParameter.policyId.TypeError",
	"InvalidParameter.PolicyIdNotExist":              "InvalidParameter.policyId.NotExist",
	"InvalidParameter.PolicyNameError":               "InvalidParameter.policyName.Error",
	"InvalidParameter.PrincipalError":                "InvalidParameter.principal.Error",
	"InvalidParameter.PrincipalQcsError":             "InvalidParameter.principal.Error",
	"InvalidParameter.PrincipalQcsNotExist":          "InvalidParameter.principal.Error",
	"InvalidParameter.PrincipalServiceNotExist":      "InvalidParameter.principal.Error",
	"InvalidParameter.ResourceContentError":          "InvalidParameter.resource.Error",
	"InvalidParameter.ResourceError":                 "InvalidParameter.resource.Error",
	"InvalidParameter.ResourceProjectError":          "InvalidParameter.resource.Error",
	"InvalidParameter.ResourceQcsError":              "InvalidParameter.resource.Error",
	"InvalidParameter.ResourceRegionError":           "InvalidParameter.resource.Error",
	"InvalidParameter.ResourceServiceNotExist":       "InvalidParameter.resource.Error",
	"InvalidParameter.ResourceUinError":              "InvalidParameter.resource.user.Error",
	"InvalidParameter.StatementError":                "InvalidParameter.statement.Error",
	"InvalidParameter.UserNotExist":                  "InvalidParameter.user.NotExist",
	"InvalidParameter.VersionError":                  "InvalidParameter.version.Error",
	"ResourceNotFound.GroupNotExist":                 "InvalidParameter.group.NotExist",
	"ResourceNotFound.PolicyIdNotFound":              "InvalidParameter.policyId.NotExist",
	"ResourceNotFound.UserNotExist":                  "InvalidParameter.user.NotExist",
}

// moduleParameters are the names that codes have for parameters.
var moduleParameters = map[string]string{
	"strategyName": "policyName", "strategyInfo": "policyDocument", "strategyId": "policyId", "remark": "description",
	"action": "action", "resource": "resource",
}

// returnCodeOf is the number of an error code. Whatever has none is a failure of ours.
func returnCodeOf(code string) int {
	for _, f := range families {
		if code == f.prefix || strings.HasPrefix(code, f.prefix+".") {
			return f.returnCode
		}
	}
	return internalFailed
}

// describe is the return code and the codeDesc of an error code.
func describe(code string) (returnCode int, desc string) {
	if module, ok := modules[code]; ok {
		return badParameters, module
	}
	return returnCodeOf(code), code
}

// parameterFault is what is wrong with a parameter, and the codeDesc that says with which.
func parameterFault(e *wire.Error) (failed *fault.Error, desc string) {
	name, _, _ := strings.Cut(e.Path, ".")
	failed = fault.New(e.Code, e.Path, e.Value).WithDetail(e.Detail)
	switch module := moduleParameters[name]; {
	case module == "":
		return failed, e.Code
	case e.Code == "InvalidParameter":
		return failed, "InvalidParameter." + module + ".TypeError"
	default:
		return failed, e.Code + "." + module
	}
}

// parts are the codes of what is wrong with a part of a document that may also be missing.
var parts = map[string]string{
	"InvalidParameter.version.Error": "version", "InvalidParameter.statement.Error": "statement", "InvalidParameter.resource.Error": "resource",
}

// missing makes of the codeDesc of a document's fault the one for a part that is not there at all, where that is what is
// wrong.
func missing(desc, document string) string {
	part, ok := parts[desc]
	if !ok || len(document) > maxSplit {
		return desc
	}
	root, err := wire.ParseJSON([]byte(document))
	if err != nil {
		return desc
	}
	lacks := lacksMember(root, part)
	if part == "resource" {
		lacks = slices.ContainsFunc(statements(root), func(s *wire.Value) bool { return lacksMember(s, part) })
	}
	if !lacks {
		return desc
	}
	return "MissingParameter." + part
}

func lacksMember(v *wire.Value, name string) bool {
	for i := range v.Len() {
		if strings.EqualFold(v.At(i).Name(), name) {
			return false
		}
	}
	return true
}

// statements are those of a document that are objects.
func statements(root *wire.Value) (all []*wire.Value) {
	for i := range root.Len() {
		v := root.At(i)
		if !strings.EqualFold(v.Name(), "statement") {
			continue
		}
		if v.Kind() == wire.ObjectValue {
			all = append(all, v)
		}
		for n := 0; v.Kind() == wire.ListValue && n < v.Len(); n++ {
			if e := v.At(n); e.Kind() == wire.ObjectValue {
				all = append(all, e)
			}
		}
	}
	return all
}
