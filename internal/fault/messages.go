package fault

// text is one sentence in both languages; the verbs stand in the same order in each.
type text struct{ en, zh string }

// messages holds the sentence of every code. Names stand in backticks because people and tools grep for them.
var messages = merge(common, camMessages, stsMessages, hufuMessages, biMessages, eiamMessages, oauthMessages, consoleMessages)

// personDisabled is why no sub-user of a person may do anything.
var personDisabled = text{"The person to whom this user belongs is disabled.", "该用户所属的人员已被停用，请联系管理员。"}

func merge(tables ...map[string]text) map[string]text {
	all := map[string]text{}
	for _, t := range tables {
		for code, m := range t {
			all[code] = m
		}
	}
	return all
}

// common are the codes that any action of any service may answer, and those that several services list.
var common = map[string]text{
	"ActionOffline":                                     {"The action `%s` is no longer offered.", "接口 `%s` 已下线。"},
	"AuthFailure.InvalidAuthorization":                  {"The Authorization header is not acceptable: check `%s`.", "请求头 Authorization 不符合要求，请检查 `%s`。"},
	"AuthFailure.InvalidSecretId":                       {"The SecretId is not an API key.", "SecretId 不是云 API 密钥。"},
	"AuthFailure.MFAFailure":                            {"This operation demands multi-factor verification.", "该操作需要通过 MFA 验证。"},
	"AuthFailure.SecretIdNotFound":                      {"The SecretId does not exist or is not active.", "SecretId 不存在或已被禁用，请检查后重试。"},
	"AuthFailure.SignatureExpire":                       {"The request's timestamp is too far from the server's time, `%s`.", "请求时间戳与服务器时间 `%s` 相差过大，签名已过期。"},
	"AuthFailure.SignatureFailure":                      {"The signature does not match the request.", "签名与请求内容不符，请检查密钥与签名方法。"},
	"AuthFailure.TokenFailure":                          {"The token is missing, wrong or no longer valid.", "Token 缺失、错误或已失效，请检查后重试。"},
	"AuthFailure.UnauthorizedOperation":                 {"The request is not authorized.", "请求未授权，请联系主账号或管理员授权。"},
	"FailedOperation":                                   {"The operation failed.", "操作失败。"},
	"InternalError":                                     {"An internal error occurred; quote the request id when you report it.", "内部错误，反馈时请提供 RequestId。"},
	"InternalError.SystemError":                         {"An internal error occurred; quote the request id when you report it.", "系统内部错误，反馈时请提供 RequestId。"},
	"InternalError.UnknownError":                        {"An unknown error occurred; quote the request id when you report it.", "未知错误，反馈时请提供 RequestId。"},
	"InvalidAction":                                     {"The action `%s` does not exist in service `%s`, version `%s`.", "服务 `%[2]s` 的版本 `%[3]s` 中不存在接口 `%[1]s`。"},
	"InvalidParameter":                                  {"The parameter `%s` is not valid.", "参数 `%s` 不合法。"},
	"InvalidParameter.ParamError":                       {"`%s` is not acceptable here.", "`%s` 不符合要求。"},
	"InvalidParameterValue":                             {"The value of parameter `%s` is not allowed: `%s`.", "参数 `%s` 的取值不允许：`%s`。"},
	"InvalidRequest":                                    {"The multipart body is malformed.", "multipart 请求体格式错误。"},
	"IpInBlacklist":                                     {"The caller's address is on this key's deny list.", "来源 IP 在该密钥的黑名单中。"},
	"IpNotInWhitelist":                                  {"The caller's address is not on this key's allow list.", "来源 IP 不在该密钥的白名单中。"},
	"LimitExceeded":                                     {"A quota is exhausted.", "超过配额限制。"},
	"MissingParameter":                                  {"The required parameter `%s` is missing.", "缺少必填参数 `%s`。"},
	"NoSuchProduct":                                     {"The service `%s` does not exist.", "产品 `%s` 不存在。"},
	"NoSuchVersion":                                     {"The version `%s` of service `%s` does not exist.", "服务 `%[2]s` 不存在版本 `%[1]s`。"},
	"OperationDenied":                                   {"The operation is refused.", "操作被拒绝。"},
	"RequestLimitExceeded":                              {"The call rate `%s` is over the limit of `%s` per second.", "当前每秒请求数 `%s` 超过频率限制 `%s`。"},
	"RequestLimitExceeded.IPLimitExceeded":              {"Too many failed requests from this address.", "该 IP 的失败请求过多，请稍后重试。"},
	"RequestLimitExceeded.UinLimitExceeded":             {"The account's call rate `%s` is over the limit of `%s` per second.", "主账号当前每秒请求数 `%s` 超过频率限制 `%s`。"},
	"RequestLimitExceeded.GlobalRegionUinLimitExceeded": {"The account's call rate is over its limit.", "主账号请求超过频率限制。"},
	"RequestSizeLimitExceeded":                          {"The request is larger than allowed.", "请求包超过限制大小。"},
	"ResourceInUse":                                     {"The resource is in use.", "资源被占用。"},
	"ResourceInsufficient":                              {"There are not enough resources.", "资源不足。"},
	"ResourceNotFound":                                  {"The resource does not exist.", "资源不存在。"},
	"ResourceUnavailable":                               {"The resource is not available.", "资源不可用。"},
	"ResponseSizeLimitExceeded":                         {"The answer is larger than allowed.", "返回包超过限制大小。"},
	"ServiceUnavailable":                                {"The service is not ready; try again later.", "当前服务暂时不可用，请稍后重试。"},
	"UnauthorizedOperation":                             {"The operation is not authorized.", "未授权操作。"},
	"UnknownParameter":                                  {"The parameter `%s` is unknown.", "未知参数 `%s`。"},
	"UnsupportedOperation":                              {"The action `%s` is not supported.", "不支持的操作 `%s`。"},
	"UnsupportedProtocol":                               {"The method or content type is not supported.", "不支持的请求方法或 Content-Type。"},
	"UnsupportedRegion":                                 {"The region `%s` is not supported.", "不支持的地域 `%s`。"},
}
