package gateway

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/tc3"
)

// Sizes of API 3.0 requests, in raw bytes before anything is decoded.
const (
	maxQuery = 32 << 10
	maxForm  = 1 << 20
	maxBody  = 10 << 20

	// maxParts bounds how many parameters a form has, whatever its size; no action has nearly as many.
	maxParts = 2000
)

// signing says how a request proves who sent it.
type signing uint8

const (
	signedTC3 signing = iota
	signedV1
	signedSkip
	signedNot   // neither a header nor a signature among the parameters
	signedWrong // an Authorization of another scheme
)

// request is an API 3.0 request after its bytes were read: what it names, and what proves it.
type request struct {
	http    *http.Request
	signing signing
	body    []byte
	flat    []tc3.Param // parameters that came flattened
	params  *wire.Value

	action, version, region, timestamp, token, language, client string

	authorization    tc3.Authorization
	authorizationErr error // of the header's shape; told only after the action is known
}

// read takes the request apart: method, size, content type, syntax, in this order.
func read(w http.ResponseWriter, r *http.Request) (*request, error) {
	q := &request{http: r}
	var err error
	switch r.Method {
	case http.MethodGet:
		err = q.readQuery()
	case http.MethodPost:
		err = q.readBody(w)
	default:
		err = fault.New(code.UnsupportedProtocol)
	}
	q.readCommon()
	return q, err
}

func (q *request) readQuery() error {
	if len(q.http.URL.RawQuery) > maxQuery {
		return fault.New(code.RequestSizeLimitExceeded)
	}
	return q.readForm(q.http.URL.RawQuery)
}

func (q *request) readBody(w http.ResponseWriter) error {
	media, attributes, err := mime.ParseMediaType(q.http.Header.Get("Content-Type"))
	limit := int64(maxBody)
	if media == "application/x-www-form-urlencoded" {
		limit = maxForm
	}
	if q.http.ContentLength > limit {
		// The rest stays unread; the server closes the connection rather than draining it.
		w.Header().Set("Connection", "close")
		return fault.New(code.RequestSizeLimitExceeded)
	}
	body, readErr := io.ReadAll(http.MaxBytesReader(w, q.http.Body, limit))
	if readErr != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](readErr); tooLarge {
			return fault.New(code.RequestSizeLimitExceeded)
		}
		return fault.New(code.InvalidRequest).WithCause(readErr)
	}
	q.body = body
	if charset := attributes["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return fault.New(code.InvalidParameter, "charset")
	}
	switch {
	case err != nil:
		return fault.New(code.UnsupportedProtocol)
	case media == "application/json":
		return q.readJSON()
	case media == "multipart/form-data":
		return q.readMultipart(attributes["boundary"])
	case media == "application/x-www-form-urlencoded":
		return q.readForm(string(body))
	}
	return fault.New(code.UnsupportedProtocol)
}

func (q *request) readJSON() (err error) {
	if len(q.body) == 0 {
		q.params = wire.NewObject()
		return nil
	}
	q.params, err = wire.ParseJSON(q.body)
	return parameterFault(err)
}

// readForm splits "a=1&b.0=2". A pair without "=" is an error, as on the real gateway.
func (q *request) readForm(text string) (err error) {
	q.flat, err = splitForm(text)
	if err != nil {
		return err
	}
	q.params, err = parseFlat(q.flat)
	return err
}

func splitForm(text string) ([]tc3.Param, error) {
	if text == "" {
		return nil, nil
	}
	pairs := strings.Count(text, "&") + 1
	if pairs > maxParts {
		return nil, fault.New(code.InvalidParameter).WithDetail("There are too many parameters.")
	}
	params := make([]tc3.Param, 0, pairs)
	for pair := range strings.SplitSeq(text, "&") {
		rawName, rawValue, ok := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(rawName)
		value, err2 := url.QueryUnescape(rawValue)
		if !ok || err1 != nil || err2 != nil || !utf8.ValidString(name) || !utf8.ValidString(value) {
			return nil, fault.New(code.InvalidParameter, rawName)
		}
		params = append(params, tc3.Param{Name: name, Value: value})
	}
	return params, nil
}

func parseFlat(flat []tc3.Param) (*wire.Value, error) {
	params := make([]wire.Param, len(flat))
	for i, p := range flat {
		params[i] = wire.Param{Name: p.Name, Value: p.Value}
	}
	v, err := wire.ParseFlattened(params)
	return v, parameterFault(err)
}

// without parses the parameters again but for those that the signature did not cover.
func (q *request) without(names []string) error {
	if len(names) == 0 {
		return nil
	}
	drop := make(map[string]bool, len(names))
	for _, name := range names {
		drop[name] = true
	}
	kept := slices.DeleteFunc(slices.Clone(q.flat), func(p tc3.Param) bool { return drop[p.Name] })
	v, err := parseFlat(kept)
	q.params = v
	return err
}

// readCommon finds the common parameters: in X-TC headers, or for signature V1 among the parameters.
func (q *request) readCommon() {
	header := q.http.Header.Get
	authorization := header("Authorization")
	switch {
	case authorization == "SKIP":
		q.signing = signedSkip
	case strings.HasPrefix(authorization, tc3.Algorithm):
		q.authorization, q.authorizationErr = tc3.ParseAuthorization(authorization)
	case authorization != "":
		q.signing = signedWrong
	case q.param("Signature") != "" || q.param("SecretId") != "":
		q.signing = signedV1
	default:
		q.signing = signedNot
	}
	q.action, q.version, q.region = header("X-TC-Action"), header("X-TC-Version"), header("X-TC-Region")
	q.timestamp, q.token = header("X-TC-Timestamp"), header("X-TC-Token")
	q.language = header("X-TC-Language")
	q.client = strings.Join(q.http.Header.Values("X-TC-RequestClient"), "; ") // a program that uses an SDK adds its name to the SDK's
	if q.signing == signedV1 || q.signing == signedNot && q.action == "" {
		q.action, q.version, q.region = q.param("Action"), q.param("Version"), q.param("Region")
		q.timestamp, q.token = q.param("Timestamp"), q.param("Token")
		q.language, q.client = q.param("Language"), q.param("RequestClient")
	}
	if len(q.client) > 256 {
		q.client = q.client[:256]
	}
}

// param is a flattened parameter, "" if it is not there.
func (q *request) param(name string) string {
	for _, p := range q.flat {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// parameterFault turns what the parameter tree complains about into the answer.
func parameterFault(err error) error {
	e, ok := errors.AsType[*wire.Error](err)
	if !ok {
		return err
	}
	return fault.New(e.Code, e.Path, e.Value).WithDetail(e.Detail)
}
