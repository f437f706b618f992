package fault

// hufuMessages are the codes of hufu's own service.
var hufuMessages = map[string]text{
	"ResourceInUse.UserLinked":           {"The user is linked to another person, `%s`; unlink it from that one first.", "该用户已关联其他人员 `%s`，请先解除关联。"},
	"ResourceNotFound.PersonNotExist":    {"The account has no such person.", "账号下不存在该人员。"},
	"ResourceNotFound.RequestNotExist":   {"The account has no such call on record, or not near that time.", "账号下没有该请求的记录，或不在该时间附近。"},
	"ResourceNotFound.PrincipalNotExist": {"The account has no such principal, or the key is not in force.", "账号下不存在该主体，或该密钥已失效。"},
}
