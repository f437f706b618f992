package tc3

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// hmacBlock is the block size of SHA-1 and SHA-256.
const hmacBlock = 64

// Sign returns the authorization of the message; its Header goes into the request, next to X-TC-Timestamp. The error,
// an *Error, names the part of the message that no server could verify.
func (m *Message) Sign(secretID, secretKey string) (Authorization, error) {
	switch {
	case !isMethod(m.Method):
		return Authorization{}, &Error{"Method", "is neither GET nor POST"}
	case hasBreak(m.URI):
		return Authorization{}, &Error{"URI", "has a line break"}
	case hasBreak(m.RawQuery):
		return Authorization{}, &Error{"RawQuery", "has a line break"}
	case secretKey == "":
		return Authorization{}, &Error{"SecretKey", "is empty"}
	}
	names := make([]string, len(m.Headers))
	for i, h := range m.Headers {
		if hasBreak(h.Value) {
			return Authorization{}, &Error{"Headers", "has a line break in a value"}
		}
		names[i] = strings.ToLower(h.Name)
	}
	a := Authorization{SecretID: secretID, Date: Date(m.Timestamp), Service: m.Service, SignedHeaders: names}

	key := SigningKey(secretKey, a.Date, a.Service)
	var scratch [384]byte
	sum := hmacSHA256(key[:], append(scratch[:hmacBlock], m.StringToSign()...))
	a.Signature = hex.EncodeToString(sum[:])
	if err := a.check(); err != nil {
		return Authorization{}, err
	}
	return a, nil
}

// SigningKey derives the key of one day and one service. A server may keep it instead of deriving it for every
// request; it must be kept as carefully as the SecretKey.
func SigningKey(secretKey, date, service string) [sha256.Size]byte {
	var secret, text [192]byte
	key := hmacSHA256(append(append(secret[:0], "TC3"...), secretKey...), append(text[:hmacBlock], date...))
	key = hmacSHA256(key[:], append(text[:hmacBlock], service...))
	return hmacSHA256(key[:], append(text[:hmacBlock], terminator...))
}

// hmacSHA256 returns HMAC-SHA256 of text[hmacBlock:]; the first hmacBlock bytes of text are overwritten.
//
// It is here, instead of crypto/hmac, because a verification needs up to five of them and each crypto/hmac value costs
// several allocations. The room for the padded key in front of the text lets a one-shot hash do all the work on the stack.
func hmacSHA256(key, text []byte) [sha256.Size]byte {
	var short [sha256.Size]byte
	if len(key) > hmacBlock {
		short = sha256.Sum256(key)
		key = short[:]
	}
	pad(text[:hmacBlock], key, 0x36)
	inner := sha256.Sum256(text)
	var outer [hmacBlock + sha256.Size]byte
	pad(outer[:hmacBlock], key, 0x5c)
	copy(outer[hmacBlock:], inner[:])
	return sha256.Sum256(outer[:])
}

func pad(block, key []byte, with byte) {
	for i := range block {
		block[i] = with
	}
	for i, k := range key {
		block[i] ^= k
	}
}
