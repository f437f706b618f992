// Package component is the door of the component interface, the protocol that the message queue and other products of the
// old console speak: POST /component with an envelope that names an interface and its parameters, answered with HTTP 200 and
// a return code. docs/component-interface.md describes it for its users.
//
// Interfaces are rows of one table (interfaces.go). Most of them are an API 3.0 action under other names: the door renames
// the parameters, runs the action through the pipeline with its own permission, rate, rules and audit record, and renames
// the answer. checkResource and sigAndAuth, by which a product asks who signed a request and what he may, have no action
// and are tasks.
//
// A call is signed with TC3-HMAC-SHA256 like any other. Beyond that, the signature of a call that changes something is good
// for one request: it is written down in the call's own transaction, or by itself if the call failed, before the answer
// leaves, and answers 4500 from then on, on every node and after a restart.
//
// envelope.go reads and answers.go writes envelopes; codes.go turns error codes into return codes; signature.go reads what
// sigAndAuth is asked about.
package component
