package fault

// hufuMessages are the codes of hufu's own service.
var hufuMessages = map[string]text{
	"ResourceNotFound.PrincipalNotExist": {"The account has no such principal, or the key is not in force.", "账号下不存在该主体，或该密钥已失效。"},
}
