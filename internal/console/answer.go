package console

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// errCrossOrigin refuses what another site sends.
var errCrossOrigin = fault.New("AuthFailure.CrossOrigin")

// errSessionEnded is a call without a session that runs.
var errSessionEnded = fault.New("AuthFailure.SessionEnded")

// statuses are those of the errors that sign-in tells; everything else the caller got wrong is 400.
var statuses = map[string]int{
	"AuthFailure.CrossOrigin":                http.StatusForbidden,
	"AuthFailure.LoginFailed":                http.StatusUnauthorized,
	"AuthFailure.SessionEnded":               http.StatusUnauthorized,
	"AuthFailure.TicketFailure":              http.StatusUnauthorized,
	code.InvalidParameterMFATokenError:       http.StatusUnauthorized,
	code.OperationDeniedLoginLocked:          http.StatusTooManyRequests,
	code.RequestLimitExceededIPLimitExceeded: http.StatusTooManyRequests,
	code.RequestSizeLimitExceeded:            http.StatusRequestEntityTooLarge,
	code.UnsupportedProtocol:                 http.StatusUnsupportedMediaType,
	code.InternalError:                       http.StatusInternalServerError,
}

// fail answers an error with the status that says the same.
func (q *request) fail(err error) {
	failed := fault.From(err)
	if cause := failed.Unwrap(); cause != nil {
		q.log.Error("sign-in failed", "request_id", q.facts.RequestID, "code", failed.Code, "error", cause)
	}
	status, ok := statuses[failed.Code]
	if !ok {
		status = http.StatusBadRequest
	}
	q.reply(status, wire.AppendError(nil, failed.Code, failed.Message(q.facts.Language), q.facts.RequestID))
}

// reply answers with JSON.
func (q *request) reply(status int, body []byte) {
	q.w.Header().Set("Content-Type", "application/json")
	q.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	q.w.WriteHeader(status)
	_, _ = q.w.Write(body) // the browser hung up: there is nobody left to tell
}

// allow refuses other methods than these.
func (q *request) allow(methods ...string) bool {
	for _, m := range methods {
		if q.http.Method == m {
			return true
		}
	}
	q.w.Header().Set("Allow", strings.Join(methods, ", "))
	q.reply(http.StatusMethodNotAllowed, wire.AppendError(nil, code.UnsupportedProtocol, fault.New(code.UnsupportedProtocol).Message(q.facts.Language), q.facts.RequestID))
	return false
}

// sameOrigin reports whether a request comes from the console itself, as far as the browser says where it is from.
func (q *request) sameOrigin() bool { return q.origins.Check(q.http) == nil }

// read reads a JSON body.
func (q *request) read(limit int64) ([]byte, error) {
	media, attributes, err := mime.ParseMediaType(q.http.Header.Get("Content-Type"))
	charset := attributes["charset"]
	if err != nil || media != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, fault.New(code.UnsupportedProtocol)
	}
	if q.http.ContentLength > limit {
		q.w.Header().Set("Connection", "close") // the rest stays unread
		return nil, fault.New(code.RequestSizeLimitExceeded)
	}
	body, err := io.ReadAll(http.MaxBytesReader(q.w, q.http.Body, limit))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.New(code.RequestSizeLimitExceeded)
	}
	if err != nil {
		return nil, fault.New(code.InvalidParameter, "body").WithCause(nil)
	}
	return body, nil
}
