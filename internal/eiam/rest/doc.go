// Package rest is the door of employee identity: a REST API under /api/v2/tenant, whose callers are applications with
// bearer tokens.
//
// The host says which tenant a request is for, the path and the method which endpoint, the token which application asks.
// Paths are matched segment by segment as they were sent, before anything cleans them: an id that is blank, as in
// /applications//accounts, has an answer of its own. A word of a path goes before an id. Behind the door calls go the way
// of every other call; no policy is asked, though, but the permission codes of the application.
//
// An answer is a bare JSON object; an error is {"error_code", "error_msg"}, or, about tokens, OAuth's {"error",
// "error_description"}. The id of the request is in the header X-Request-Id.
//
//	door.go     one request from its bytes to its answer
//	routes.go   from a path to an endpoint
//	request.go  body, query and headers
//	token.go    the token endpoint
//	answer.go   statuses and both shapes of errors
package rest
