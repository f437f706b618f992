// Package pep protects a service with hufu: it verifies who signed a request, asks whether he may do what it says, and
// keeps the answers for as long as they are true. PEP is the policy enforcement point of the standards; hufu is the
// decision point.
//
//	e, err := pep.New(pep.Config{Endpoint: "https://hufu.example.com", SecretID: id, SecretKey: key, Service: "orders"})
//	...
//	http.Handle("/", e.Middleware(question)(service))
//
// The service is a product that the operator registered (hufu serve --product), and clients sign for its name with
// TC3-HMAC-SHA256 as they do for any other: see package tc3. The service never sees their secrets. It gets the key that
// is derived from one of them for one day and this one service, which verifies, and could forge, nothing beyond that.
//
// # What the service's own key needs
//
//	hufu:GetSigningKey  on qcs::hufu:::service/<service>
//	hufu:Evaluate       on *
//
// # Who answers what
//
//   - Verify: who signed; by TC3 alone, with GetSigningKey of hufu where the key is not known yet.
//   - Allow, AllowAll: may he do that; with /access/v1/evaluation and /access/v1/evaluations.
//   - Middleware: both, around a handler. CallerFrom tells the handler who calls.
//
// # How long an answer is used
//
// Each answer of hufu has the revision of the state that it rests on, and is used only while that is known to be the
// current one. Enforcers ask for the current revision while they are used: at most twice in every MaxStale, together for
// all requests, in the background as long as the last answer is young. So nothing is used that a change more than MaxStale
// ago has made wrong (and the quarter of a second that a change needs between the nodes of hufu); with a warm cache no
// request waits for the network. A new revision empties the cache. What hufu marks as not cacheable, since time or another
// account may change it, is asked every time. That a SecretId is of no use is remembered for MaxStale.
//
// # It fails closed
//
// Where hufu cannot be asked, or its answer cannot be understood, every request whose answer would need it is refused with
// 503: never is it let through. Every failure is an *Error with a status, a documented code, a sentence for the client, and a cause
// that is for the service's log alone.
//
// # What it does not do
//
//   - Replays. A signature is good for 300 seconds before and after its timestamp, and TC3 has no nonce: SDKs send the same
//     bytes again when they retry. A service for which that matters makes its calls idempotent.
//   - Headers that are not signed. The SDKs sign content type, host, body, and the query of a GET; not the path, the query
//     of a POST, or X-TC-Action. Use TLS, or Config.Strict with clients that sign all of it.
//   - Methods other than GET and POST, unsigned payloads, and the older Signature V1, which has no derived key.
//
// Everything may be used from any number of goroutines.
package pep
