// Package callback is the cipher, the signature and the XML of WeCom's callbacks: what WeCom sends to the address that an
// application configured, and how that address proves to WeCom that it holds the same secrets.
//
// # A check of the address
//
//	GET URL?msg_signature=&timestamp=&nonce=&echostr=    answer: the decrypted echostr, nothing around it
//
// # An event
//
//	POST URL?msg_signature=&timestamp=&nonce=            <xml><ToUserName/><AgentID/><Encrypt/></xml>
//
// In both the signature is the lower-case hexadecimal SHA-1 of the sorted, joined {token, timestamp, nonce, cipher text}. The
// cipher is AES-256-CBC whose first block vector is the beginning of the key, padded to blocks of 32 bytes; the plain text is 16
// random bytes, the message's length in four bytes, the message, and the receiver's id. SHA-1 and a fixed vector are WeCom's choice,
// not ours: what a callback says is a hint to ask WeCom again, never taken as true by itself.
//
// The package is pure: it reads and writes nothing but its arguments. Failures are [Error]s with the numbers that WeCom's
// own library gives them, so that a log line can be looked up in WeCom's manual.
package callback
