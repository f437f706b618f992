package pep

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/hufu-iam/hufu/tc3"
)

// Error is why a request does not pass. Code and Message are for the client, the cause (Unwrap) is for the log.
type Error struct {
	Status  int    // 400, 401, 403, 413, 500 or 503
	Code    string // as hufu documents it
	Message string

	cause error
}

// The codes of errors.
const (
	codeInvalidAuthorization = "AuthFailure.InvalidAuthorization"
	codeMissingParameter     = "MissingParameter"
	codeInvalidValue         = "InvalidParameterValue"
	codeInvalidRequest       = "InvalidRequest"
	codeTooLarge             = "RequestSizeLimitExceeded"
	codeExpired              = "AuthFailure.SignatureExpire"
	codeNotFound             = "AuthFailure.SecretIdNotFound"
	codeSignature            = "AuthFailure.SignatureFailure"
	codeToken                = "AuthFailure.TokenFailure"
	codeDenied               = "AuthFailure.UnauthorizedOperation"
	codeUnavailable          = "ServiceUnavailable"
	codeInternal             = "InternalError"
)

// Error is what the client may see.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Unwrap is the cause, nil where the client's own words are the cause.
func (e *Error) Unwrap() error { return e.cause }

func unauthorized(code, format string, args ...any) *Error {
	return &Error{Status: http.StatusUnauthorized, Code: code, Message: fmt.Sprintf(format, args...)}
}

// unavailable is the failure of a question that could not be asked.
func unavailable(cause error) *Error {
	return &Error{Status: http.StatusServiceUnavailable, Code: codeUnavailable, Message: "The request cannot be authorized at the moment.", cause: cause}
}

// internal is the failure of a service that asks what is no question.
func internal(cause error) *Error {
	return &Error{Status: http.StatusInternalServerError, Code: codeInternal, Message: "The request cannot be authorized.", cause: cause}
}

// FailHTTP answers a refusal with its own status and the envelope of API 3.0, {"Response":{"Error":{"Code","Message"},
// "RequestId"}}: proxies, monitoring and plain clients go by the status. The request id is the X-TC-RequestId that the
// answer has already, or a new one.
func FailHTTP(w http.ResponseWriter, r *http.Request, e *Error) { fail(w, e.Status, e) }

// FailAPI answers a refusal as an API 3.0 service does, with status 200 and the envelope: the official SDKs read the error
// from the body and take any other status for a broken connection. Use it where they are the clients.
func FailAPI(w http.ResponseWriter, r *http.Request, e *Error) { fail(w, http.StatusOK, e) }

func fail(w http.ResponseWriter, status int, e *Error) {
	type text struct{ Code, Message string }
	var body struct {
		Response struct {
			Error     text
			RequestID string `json:"RequestId"`
		}
	}
	h := w.Header()
	if h.Get("X-TC-RequestId") == "" {
		h.Set("X-TC-RequestId", newRequestID())
	}
	body.Response.Error, body.Response.RequestID = text{e.Code, e.Message}, h.Get("X-TC-RequestId")
	b, err := json.Marshal(body)
	if err != nil {
		http.Error(w, codeInternal, http.StatusInternalServerError) // cannot be: all of it is text
		return
	}
	h.Set("Content-Type", "application/json") // without parameters: one SDK reads errors of exactly this type only
	h.Set("Cache-Control", "no-store")
	switch status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", tc3.Algorithm)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client hung up: there is nobody left to tell
}

// newRequestID is a random UUID, version 4.
func newRequestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, as documented
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
