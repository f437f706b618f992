package fault

// consoleMessages are what the door of the console answers beside the codes of actions.
var consoleMessages = map[string]text{
	"AuthFailure.CrossOrigin":   {"The request comes from another site.", "请求来自其他站点。"},
	"AuthFailure.LoginFailed":   {"Wrong user or password.", "用户名或密码错误。"},
	"AuthFailure.SessionEnded":  {"You are not signed in, or your session has ended.", "尚未登录，或登录会话已结束。"},
	"AuthFailure.TicketFailure": {"The sign-in took too long or is at another step; start again.", "登录已超时或步骤不符，请重新登录。"},
	"AuthFailure.WeComFailed":   {"WeCom did not confirm who you are; start again.", "企业微信未能确认您的身份，请重新登录。"},
	"AuthFailure.WeComNotUser":  {"You cannot sign in to this account by WeCom.", "您无法通过企业微信登录该账号。"},
}
