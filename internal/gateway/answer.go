package gateway

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// maxResponse is the largest answer. Our decision: the real limit is not published.
const maxResponse = 50 << 20

// NewRequestID draws a lower-case UUIDv4.
func NewRequestID() string {
	var raw [16]byte
	rand.Read(raw[:])
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[:8], raw[:4])
	hex.Encode(text[9:13], raw[4:6])
	hex.Encode(text[14:18], raw[6:8])
	hex.Encode(text[19:23], raw[8:10])
	hex.Encode(text[24:], raw[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// answer writes the envelope. Every answer of the API is HTTP 200, errors too: SDKs turn any other status into an
// error without code. The content type has no parameters, because the Python SDK compares it whole.
func answer(w http.ResponseWriter, requestID string, response wire.Response, failed *fault.Error, language fault.Language) {
	body := make([]byte, 0, 1024)
	if failed == nil {
		body = wire.AppendResponse(body, response, requestID)
		if len(body) > maxResponse {
			failed = fault.New(code.ResponseSizeLimitExceeded)
			body = body[:0]
		}
	}
	if failed != nil {
		body = wire.AppendError(body, failed.Code, failed.Message(language), requestID)
	}
	h := w.Header()
	h["Content-Type"] = []string{"application/json"}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	h["X-Tc-Requestid"] = []string{requestID}
	_, _ = w.Write(body) // the caller hung up: there is nobody left to tell
}
