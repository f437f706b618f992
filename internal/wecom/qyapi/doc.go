// Package qyapi is a client of WeCom's server API (https://developer.work.weixin.qq.com/document/path/90664): the calls that
// read an enterprise's directory, and the one that turns the code of a sign-in into a userid.
//
// Every answer is HTTP 200 with an errcode, 0 for success. What becomes of the others is one table, see [HandlingOf]: busy is
// tried again, a token that ended is renewed once, a rate that was exceeded stops that call of the enterprise for its
// window, and the rest is the caller's to deal with. errmsg is never read: its text changes, and holds addresses.
//
// Secrets, tokens and codes travel in queries, because WeCom has them there. So no error of this package holds an address,
// and redirections are not followed.
package qyapi
