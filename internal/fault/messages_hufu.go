package fault

// hufuMessages are the codes of hufu's own service.
var hufuMessages = map[string]text{
	"ResourceNotFound.RequestNotExist":   {"The account has no such call on record, or not near that time.", "账号下没有该请求的记录，或不在该时间附近。"},
	"ResourceNotFound.PrincipalNotExist": {"The account has no such principal, or the key is not in force.", "账号下不存在该主体，或该密钥已失效。"},
}
