// Package wecomtest stands in for WeCom's server: for tests, and for a demonstration on a machine without network. It answers
// as the real one does where clients can tell, also where the real one is inconvenient: every answer is HTTP 200 with an
// errcode, tokens end early, secrets open different calls, lists are cut by the app's range, and rates are limited.
//
// One handler takes the place of all of WeCom's hosts, because their paths differ:
//
//	/cgi-bin/...                qyapi.weixin.qq.com: gettoken, department/{list,simplelist,get}, user/{list,simplelist,get,list_id},
//	                            agent/get, tag/get, auth/{getuserinfo,getuserdetail}, user/getuserinfo
//	/connect/oauth2/authorize   open.weixin.qq.com: signing in inside WeCom
//	/wwlogin/sso/login          login.work.weixin.qq.com: signing in with a browser
//	/wwopen/sso/qrConnect       open.work.weixin.qq.com: its older form
//	/admin/...                  nobody's: what an administrator does in WeCom, as a page and as JSON, from this machine only
//
// On the pages of signing in one picks a member; auto=<userid> in their address picks without a click, refuse=1 declines,
// stranger=1 is somebody who is no member.
//
// The enterprise is changed by methods of [Server], or under /admin/. Each change is pushed to the apps that see it, signed
// and encrypted, and tried three times. [Server.FailNext] makes calls fail, wait, break off, or change something first.
//
// Everything that is drawn comes from the seed, and times from the given clock, so that a test sees the same each time.
// Nothing here is safe to show to a network, and nothing but tests and the demonstration may import it.
package wecomtest
