package fault

// stsMessages are the codes of temporary credentials.
var stsMessages = map[string]text{
	"AuthFailure.AccessKeyIllegal":            {"The key is not one that this action accepts.", "密钥不合法。"},
	"FailedOperation.CheckMFAError":           {"The MFA code is wrong, was used before, or the user has no such device.", "MFA 校验失败：验证码错误、已被使用，或用户未绑定该设备。"},
	"FailedOperation.MFATypeNotSupported":     {"`SerialNumber` names an MFA device of a type that is not supported.", "不支持 `SerialNumber` 指定的 MFA 设备类型。"},
	"FailedOperation.TempKeyNotAllowed":       {"This action needs a permanent key, not a temporary one.", "该接口不支持使用临时密钥调用。"},
	"InternalError.DbError":                   {"The database did not answer; quote the request id when you report it.", "数据库访问失败，反馈时请提供 RequestId。"},
	"InternalError.EncryptError":              {"The credential could not be sealed; quote the request id when you report it.", "凭证加密失败，反馈时请提供 RequestId。"},
	"InternalError.GetAppIdError":             {"The account's APPID could not be found.", "获取账号的 APPID 失败。"},
	"InternalError.GetRoleError":              {"The role or its identity provider could not be read.", "获取角色或身份提供商信息失败。"},
	"InternalError.GetSeedTokenError":         {"The token could not be read.", "获取 Token 信息失败。"},
	"InternalError.IllegalRole":               {"The trust policy of the role cannot be read; save it again.", "角色的信任策略无法读取，请重新保存。"},
	"InternalError.PbSerializeError":          {"The credential could not be written down.", "凭证序列化失败。"},
	"InvalidParameter.AccessKeyNotSupport":    {"The action does not support this kind of key.", "该接口不支持此类型的密钥。"},
	"InvalidParameter.AccountNotAvaliable":    {"The account in `RoleArn` does not exist or is suspended.", "`RoleArn` 中的账号不存在或不可用。"},
	"InvalidParameter.ExtendStrategyOverSize": {"`Policy` is longer than allowed once its variables are filled in.", "`Policy` 展开变量后超过长度限制。"},
	"InvalidParameter.GrantOtherResource":     {"`Policy` names resources of another account.", "`Policy` 中包含其他账号的资源。"},
	"InvalidParameter.OverLimit":              {"The caller asks for credentials too often.", "获取临时凭证的频率超过限制。"},
	"InvalidParameter.OverTimeError":          {"`DurationSeconds` is longer than the caller or the role allows.", "`DurationSeconds` 超过调用者或角色允许的最长时间。"},
	"InvalidParameter.PolicyTooLong":          {"`Policy` is longer than allowed.", "`Policy` 超过长度限制。"},
	"InvalidParameter.ResouceError":           {"A resource in `Policy` is not a name of six segments.", "`Policy` 中的资源六段式不正确。"},
	"InvalidParameter.StrategyFormatError":    {"`Policy` is not a policy in JSON.", "`Policy` 不是合法的 JSON 策略文档。"},
	"InvalidParameter.StrategyInvalid":        {"`Policy` holds something that a session policy cannot have, such as a principal.", "`Policy` 含有会话策略不支持的内容，例如 principal。"},
	"InvalidParameter.TempCodeNotAvaliable":   {"The temporary code is not valid.", "临时 Code 无效。"},
	"InvalidParameter.WebIdentityTokenError":  {"`WebIdentityToken` is malformed, expired, or not signed by the identity provider for this client.", "`WebIdentityToken` 格式错误、已过期，或不是由该身份提供商为此客户端签发的。"},
	"ResourceNotFound.RoleNotFound":           {"The role does not exist.", "角色不存在。"},
}
