package gateway

import (
	"net/http"
	"strconv"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// maxResponse is the largest answer. Our decision: the real limit is not published.
const maxResponse = 50 << 20

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
