// Package gateway is the API 3.0 door and the pipeline behind every door.
//
// Read a call in this order:
//
//	gateway.go       ServeHTTP: the door's steps, one after the other
//	request.go       bytes to parameters: method, size, content type, syntax (multipart.go for forms of parts)
//	resolve.go       which service, version and action
//	authenticate.go  who signed: TC3-HMAC-SHA256, signature V1, or nobody where that is allowed; authenticator.go and
//	                 peer.go are what every door over HTTP asks, refuse.go what a failed request leaves behind
//	pipeline.go      what every door shares: account state, rate (limit.go), region, schema
//	authorize.go     may the caller do this, on which resources; the denial text
//	pipeline.go      value rules, the product's handler, the transaction with its audit record
//	answer.go        the envelope
//
// Other doors use the Authenticator and the Pipeline of a Gateway; one whose calls are not of the contract hands over a Task.
//
// The first step that fails answers; the order is that of the table in docs/architecture.md and is part of what
// clients see. Steps before authentication use nothing secret, and no step before authorization tells whether an
// object exists.
package gateway
