package rest

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
)

const (
	// maxBody and maxQuery bound what a request carries. The longest list of the API takes a tenth of it.
	maxBody  = 1 << 20
	maxQuery = 32 << 10
	// maxToken bounds a bearer token; ours have 36 characters.
	maxToken = 256
)

// readBody reads a body to its end. The error is what the caller may see.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > maxBody {
		w.Header().Set("Connection", "close") // the rest stays unread
		return nil, fault.New(codeTooLarge)
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.New(codeTooLarge)
	}
	if err != nil {
		return nil, fault.New(codeParameter).WithCause(err)
	}
	return body, nil
}

// media is the content type without its parameters.
func media(h http.Header) string {
	typ, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil && h.Get("Content-Type") != "" {
		return "unreadable"
	}
	return typ
}

// isJSON accepts a missing content type too: clients forget it.
func isJSON(media string) bool {
	return media == "" || media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json")
}

// takesBody reports whether an action has members in the body.
func takesBody(a *wire.Action) bool {
	for i := range a.Input.Members {
		if a.Input.Members[i].In == wire.InBody {
			return true
		}
	}
	return false
}

// parameters makes the parameters of a call. What is wrong with them is told when their action says.
func parameters(e *endpoint, segments []string, h http.Header, rawQuery string, body []byte) (*wire.Value, *gateway.Checked) {
	query, wrong := url.ParseQuery(rawQuery)
	var tree *wire.Value
	if takesBody(e.action) {
		err := error(errMedia)
		if isJSON(media(h)) {
			tree, err = wire.ParseJSON(body)
		}
		if err != nil {
			tree, wrong = nil, err
		}
	}
	params := e.action.Gather(e.ids(segments), query, nil, tree)
	in := &gateway.Checked{Request: e.action.Decode(params), Refusal: parameterFault(e.action.CheckPath(params))}
	if in.Refusal == nil {
		if wrong != nil {
			in.Invalid = fault.New(codeParameter)
		} else {
			in.Invalid = parameterFault(e.action.CheckParameters(params))
		}
	}
	if !e.action.Late && in.Refusal == nil {
		in.Refusal = in.Invalid
	}
	return params, in
}

var errMedia = errors.New("the body is not JSON")

// parameterFault is what the caller may see of an error in the parameters.
func parameterFault(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*wire.Error](err); ok {
		return fault.New(e.Code)
	}
	return fault.New(codeParameter)
}

// bearer is the token of a request.
func bearer(h http.Header) (token string, ok bool) {
	scheme, token, _ := strings.Cut(h.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, strings.EqualFold(scheme, "Bearer") && token != "" && len(token) <= maxToken
}

// language is that of the header X-L, else the first of Accept-Language, else Chinese.
func language(h http.Header) fault.Language {
	switch strings.ToLower(h.Get("X-L")) {
	case "en":
		return fault.English
	case "zh":
		return fault.Chinese
	}
	if first := strings.ToLower(h.Get("Accept-Language")); strings.HasPrefix(first, "en") {
		return fault.English
	}
	return fault.Chinese
}
