package rest

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Codes of the door itself.
const (
	codeBusy        = "COM.0002"
	codeNoRoute     = "COM.0404"
	codeNoMethod    = "COM.0405"
	codeTooLarge    = "COM.0413"
	codeTooMany     = "COM.0429"
	codeNotBuilt    = "COM.0501"
	codeParameter   = "COM.0601"
	codeToken       = "invalid_token"
	codeClient      = "invalid_client"
	codeScope       = "insufficient_scope"
	codeDenied      = "access_denied"
	codeGrant       = "unsupported_grant_type"
	codeBadRequest  = "invalid_request"
	limitFamily     = "RequestLimitExceeded"
	contentTypeJSON = "application/json; charset=utf-8"
)

// statuses are those of errors that are not 400.
var statuses = map[string]int{
	codeBusy: http.StatusInternalServerError, codeNoRoute: http.StatusNotFound, codeNoMethod: http.StatusMethodNotAllowed,
	codeTooLarge: http.StatusRequestEntityTooLarge, codeTooMany: http.StatusTooManyRequests, codeNotBuilt: http.StatusNotImplemented,
	codeClient: http.StatusUnauthorized,
}

// oauth are the errors in OAuth's form.
var oauth = map[string]bool{codeToken: true, codeClient: true, codeScope: true, codeDenied: true, codeGrant: true, codeBadRequest: true}

// own puts a code of the pipeline in the terms of this door.
func own(f *fault.Error) *fault.Error {
	family, _, _ := strings.Cut(f.Code, ".")
	switch {
	case oauth[f.Code]:
		return f
	case family == limitFamily:
		return fault.New(codeTooMany)
	case f.Code == code.UnsupportedOperation:
		return fault.New(codeNotBuilt)
	case family == code.InternalError || family == code.ServiceUnavailable:
		return fault.New(codeBusy)
	}
	return f
}

// fail answers an error.
func fail(w http.ResponseWriter, f *fault.Error, l fault.Language) {
	f = own(f)
	status, ok := statuses[f.Code]
	if !ok {
		status = http.StatusBadRequest
	}
	name, text := "error_code", "error_msg"
	if oauth[f.Code] {
		name, text = "error", "error_description"
	}
	switch f.Code {
	case codeToken:
		w.Header()["Www-Authenticate"] = []string{"Bearer"}
	case codeClient:
		w.Header()["Www-Authenticate"] = []string{`Basic realm="token"`}
	}
	body := append(append([]byte(`{"`), name...), `":`...)
	body = wire.AppendString(body, f.Code)
	body = append(append(append(body, `,"`...), text...), `":`...)
	body = append(wire.AppendString(body, f.Message(l)), '}')
	reply(w, status, body)
}

// reply writes an answer; one without content has no body, whatever its handler said.
func reply(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Cache-Control"] = []string{"no-store"}
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	h["Content-Type"] = []string{contentTypeJSON}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller hung up: there is nobody left to tell
}
