// Package door is where WeCom's callbacks come in, and where the calls of imports enter the pipeline.
//
//	GET  /wecom/callback/{id}?msg_signature=&timestamp=&nonce=&echostr=   WeCom checks the address
//	POST /wecom/callback/{id}?msg_signature=&timestamp=&nonce=            an event
//
// The id is drawn for an enterprise and unguessable, but it is no secret: the signature is what proves a callback to be WeCom's.
// Whatever is wrong with one, the answer says nothing about it; the log has the number that WeCom's library would give.
package door
