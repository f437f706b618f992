// Package demo is what `hufu demo` serves: a server on a data directory of its own, an account with the life of a company in it,
// and a stand-in for WeCom's server beside it, on the same machine and for it only.
//
// Everything in the account came about through the API: the first start lives the last two hundred days in some seconds, by signed
// calls to the server's own handler under a clock that runs ahead, so that rules, audit trail and times are those of a real
// account. The next start on the same directory goes on with what is there.
//
//	demo.go      Run: the directory, the two servers, what is printed
//	clock.go     the clock that runs ahead
//	caller.go    signed calls into the handler
//	company.go   who and what is in the account
//	story.go     how it came about, day by day
//	traffic.go   what people and programs do each day
//	browser.go   people at the console
//	wecom.go     the enterprise in WeCom
//	link.go      the link to it, and the import
//
// Its passwords and keys are public, and the stand-in lets anybody in, so it listens on loopback addresses alone.
package demo
