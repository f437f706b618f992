// Package tc3 signs and verifies requests the way Tencent Cloud's APIs do: TC3-HMAC-SHA256, carried in the
// Authorization header, and the older Signature V1 (HmacSHA1, HmacSHA256), carried in the request's parameters.
//
// It is pure: no I/O, no clock, no state. Every function may be called from any number of goroutines.
//
// # TC3-HMAC-SHA256
//
//	CanonicalRequest = METHOD \n URI \n query \n (name ":" value \n)... \n names joined by ";" \n hex(SHA256(body))
//	StringToSign     = "TC3-HMAC-SHA256" \n timestamp \n date/service/tc3_request \n hex(SHA256(CanonicalRequest))
//	signing key      = HMAC(HMAC(HMAC("TC3" + SecretKey, date), service), "tc3_request")
//	signature        = hex(HMAC(signing key, StringToSign))
//
// A client fills a [Message] and calls [Message.Sign]. A server calls [ParseAuthorization], fills a [Request] with
// what arrived, calls [Check] for the faults that it can name to the caller, and then [Verify], or [VerifyWithKey]
// with a [SigningKey] that it kept: the key is the same for a whole day of one service.
// The scheme is described at https://www.tencentcloud.com/document/product/267/37447.
//
// # Signature V1
//
//	source    = METHOD host path "?" name=value&name=value...    sorted by name, values not encoded, no Signature
//	signature = base64(HMAC(SecretKey, source))                  HMAC-SHA256 if SignatureMethod says so, else HMAC-SHA1
//
// See [SignV1], [CheckV1] and [VerifyV1]. V1 is ambiguous: a value may hold "&name=value", so whoever relays a signed
// request can split one parameter into two. Offer it only to clients that know nothing better.
//
// # Candidates
//
// The official SDKs disagree on details: some sign the host with its port and some without, most do not lower-case
// header values although the description says so. A server therefore gives candidates, and verification tries each of
// them with a complete HMAC. That accepts several spellings of one request; it never accepts an unsigned one.
//
// # What is guaranteed
//
// A verified TC3 request has the method, the host, the listed headers, the payload hash and, for GET, the query that
// the holder of the key signed, up to letter case and outer blanks of header values. Signatures are compared in
// constant time. No input makes the package panic.
//
// # What is not checked
//
// How old the timestamp is, whether the request was seen before, whether the payload hash is that of the body, the
// query of a POST, and every header that SignedHeaders does not list: the SDKs sign Content-Type and Host only, so
// X-TC-Action, X-TC-Version, X-TC-Region and X-TC-Token rest on TLS.
package tc3
