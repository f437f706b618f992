// Package console is the door of the web console: its files, sign-in, and the API for browsers. A session cookie stands where
// a signature does at the other doors, and the call goes the same way from there, through gateway.Pipeline.
//
//	GET    /console/...                              the console's files; a path that names none is a page of the application
//	GET    /console/session                          who is signed in
//	POST   /console/session                          the first step of a sign-in
//	POST   /console/session/{totp,password,bind}     the further ones
//	GET    /console/session/bind                     the secret of the device to bind
//	DELETE /console/session                          sign-out
//	POST   /console/api/{service}/{version}/{Action} a call: JSON in, the envelope of API 3.0 out
//	GET    /login/subAccount/{owner}                 the sign-in page, filled in
//	GET    /login/wecom/{owner}, /login/wecom/callback
//
// What changes something is refused from other origins, by what the browser says of where a request comes from, and by the
// content type, which no form of another site can have.
package console
