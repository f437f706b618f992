package fault

// hufuMessages are the codes of hufu's own service.
var hufuMessages = map[string]text{
	"FailedOperation.CorpUnlinked":            {"The WeCom enterprise is not linked any more; link it again first.", "该企业微信已解除关联，请先重新关联。"},
	"FailedOperation.MfaDeviceBound":          {"A TOTP device is bound already; take it away first.", "已绑定虚拟 MFA 设备，请先解绑。"},
	"FailedOperation.WeComError":              {"WeCom refused the call with error code `%s`.", "企业微信拒绝了请求，错误码 `%s`。"},
	"FailedOperation.WeComUnreachable":        {"WeCom did not answer; try again later.", "企业微信未响应，请稍后重试。"},
	"InvalidParameter.AliasError":             {"An alias is 3 to 32 of a-z, 0-9 and -, and not digits alone.", "账号别名为 3 至 32 位小写字母、数字或 -，且不能全为数字。"},
	"InvalidParameter.AliasInUse":             {"The alias is in use.", "账号别名已被使用。"},
	"InvalidParameter.IdempotencyKeyConflict": {"The key was used for an import with other parameters.", "该幂等键已用于参数不同的导入。"},
	"InvalidParameterValue.WeComCredentials":  {"WeCom does not accept corp id, agent id and secret together.", "企业微信不接受该企业 ID、应用 ID 与密钥的组合。"},
	"LimitExceeded.WeComCorps":                {"The account has as many WeCom enterprises as it may have.", "账号关联的企业微信数量已达上限。"},
	"OperationDenied.LoginLocked":             {"Too many wrong attempts; try again later.", "错误次数过多，请稍后重试。"},
	"OperationDenied.WrongPassword":           {"The password is not right.", "密码不正确。"},
	"ResourceInUse.UserLinked":                {"The user is linked to another person, `%s`; unlink it from that one first.", "该用户已关联其他人员 `%s`，请先解除关联。"},
	"ResourceNotFound.CorpNotExist":           {"The account has no such WeCom enterprise.", "账号下不存在该企业微信。"},
	"ResourceNotFound.ImportNotExist":         {"The account has no such import.", "账号下不存在该导入任务。"},
	"ResourceNotFound.MfaDeviceNotExist":      {"No TOTP device is bound.", "未绑定虚拟 MFA 设备。"},
	"ResourceNotFound.PersonNotExist":         {"The account has no such person.", "账号下不存在该人员。"},
	"ResourceNotFound.PrincipalNotExist":      {"The account has no such principal, or the key is not in force.", "账号下不存在该主体，或该密钥已失效。"},
	"ResourceNotFound.ProductNotExist":        {"There is no such product.", "产品不存在。"},
	"ResourceNotFound.RequestNotExist":        {"The account has no such call on record, or not near that time.", "账号下没有该请求的记录，或不在该时间附近。"},
}
