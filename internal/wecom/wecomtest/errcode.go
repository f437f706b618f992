package wecomtest

import (
	"fmt"
)

// errcode is an answer that is no success.
type errcode int

const (
	errBusy          errcode = -1
	errSecret        errcode = 40001
	errUserID        errcode = 40003
	errCorpID        errcode = 40013
	errToken         errcode = 40014
	errCode          errcode = 40029
	errAgentID       errcode = 40056
	errParameter     errcode = 40058
	errTagID         errcode = 40068
	errNoToken       errcode = 41001
	errNoCorpID      errcode = 41002
	errNoSecret      errcode = 41004
	errNoCode        errcode = 41008
	errNoUserID      errcode = 41009
	errNoAgentID     errcode = 41011
	errTokenExpired  errcode = 42001
	errCodeUsed      errcode = 42022
	errNeedGet       errcode = 43001
	errNeedPost      errcode = 43002
	errRate          errcode = 45009
	errTooLarge      errcode = 45029
	errConcurrent    errcode = 45033
	errBody          errcode = 47001
	errForbidden     errcode = 48002
	errRedirect      errcode = 50001
	errAppClosed     errcode = 50003
	errNoDepartment  errcode = 60003
	errOutside       errcode = 60011
	errIP            errcode = 60020
	errNoUser        errcode = 60111
	errNoDepartment2 errcode = 60123
	errTicket        errcode = 84014
	errTicketExpired errcode = 84015
)

var messages = map[errcode]string{
	errBusy:          "system busy",
	errSecret:        "invalid credential",
	errUserID:        "invalid userid",
	errCorpID:        "invalid corpid",
	errToken:         "invalid access_token",
	errCode:          "invalid code",
	errAgentID:       "invalid agentid",
	errParameter:     "invalid Request Parameter",
	errTagID:         "invalid tagid",
	errNoToken:       "access_token missing",
	errNoCorpID:      "corpid missing",
	errNoSecret:      "corpsecret missing",
	errNoCode:        "missing code",
	errNoUserID:      "missing userid",
	errNoAgentID:     "missing agentid",
	errTokenExpired:  "access_token expired",
	errCodeUsed:      "code has been used",
	errNeedGet:       "require GET method",
	errNeedPost:      "require POST method",
	errRate:          "api freq out of limit",
	errTooLarge:      "too many results",
	errConcurrent:    "api concurrent out of limit",
	errBody:          "data format error",
	errForbidden:     "API forbidden",
	errRedirect:      "redirect_url not trusted",
	errAppClosed:     "application disabled",
	errNoDepartment:  "department not found",
	errOutside:       "no privilege to access/modify contact/party/agent",
	errIP:            "not allow to access from your ip",
	errNoUser:        "userid not found",
	errNoDepartment2: "invalid party id",
	errTicket:        "invalid user_ticket",
	errTicketExpired: "user_ticket expired",
}

func (e errcode) Error() string {
	if message := messages[e]; message != "" {
		return message
	}
	return "failed"
}

// failure words an errcode as WeCom does: the text goes on after the phrase, so that clients which compare it fail here first.
func (s *Server) failure(err error, ip string) answer {
	code, ok := err.(errcode)
	if !ok {
		code = errBusy
	}
	return answer{"errcode": int(code), "errmsg": fmt.Sprintf("%s, hint: [%d%09d], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d",
		code.Error(), s.config.Now().UnixMilli(), s.random.IntN(1e9), ip, int(code))}
}
