package fault

// biMessages are the codes of business intelligence.
var biMessages = map[string]text{
	"InternalError.Internal":             {"An internal error occurred; quote the request id when you report it.", "内部错误，反馈时请提供 RequestId。"},
	"InvalidParameter.Embed":             {"`%s` is not acceptable for an embed token.", "嵌出参数 `%s` 不符合要求。"},
	"MissingParameter.MissingParam":      {"The parameter `%s` is missing.", "缺少参数 `%s`。"},
	"UnauthorizedOperation.Authorize":    {"The caller's BI roles do not allow this.", "BI 角色无权执行该操作。"},
	"UnauthorizedOperation.Inactive":     {"The caller is disabled in BI.", "当前用户在 BI 中已被停用。"},
	"UnauthorizedOperation.UserNotExist": {"The user `%s` does not exist.", "用户 `%s` 不存在。"},
	"UnsupportedOperation.BIError":       {"BI cannot do this: `%s`.", "BI 无法执行该操作：`%s`。"},
}
