package console

import (
	"errors"
	"net/http"
	"strings"

	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// maxBody bounds the parameters of a call: a policy document and two hundred members are far below.
const maxBody = 2 << 20

// api makes one call of a session: "cam/2019-01-16/ListUsers". Errors of the call are HTTP 200 as at the other doors; 401 is
// that there is no session, or no longer.
func (q *request) api(path string) {
	if !q.allow(http.MethodPost) {
		return
	}
	holder, body, err := q.admit()
	if err != nil {
		q.fail(q.gateway.Reject(&q.facts, err))
		return
	}
	response, err := q.run(path, holder, body)
	switch {
	case err == nil:
		q.reply(http.StatusOK, wire.AppendResponse(make([]byte, 0, 1024), response, q.facts.RequestID))
	case fault.Is(err, code.AuthFailureTokenFailure): // the session ended while the call was under way
		q.fail(errSessionEnded)
	default:
		failed := fault.From(err)
		q.reply(http.StatusOK, wire.AppendError(nil, failed.Code, failed.Message(q.facts.Language), q.facts.RequestID))
	}
}

// admit reads a request as far as its body, and finds whose session it comes from.
func (q *request) admit() (*credential.Holder, []byte, error) {
	if failed := q.gateway.Blocked(&q.facts); failed != nil {
		return nil, nil, failed
	}
	if !q.sameOrigin() {
		return nil, nil, errCrossOrigin
	}
	holder, err := q.holder()
	if err != nil {
		return nil, nil, err
	}
	body, err := q.read(maxBody)
	q.facts.At = q.now() // a body may be long on its way
	return holder, body, err
}

// run takes a call to its end; the error is what the caller may see.
func (q *request) run(path string, holder *credential.Holder, body []byte) (wire.Response, error) {
	service, rest, _ := strings.Cut(path, "/")
	version, name, _ := strings.Cut(rest, "/")
	action, err := q.gateway.Lookup(service, version, name)
	if err != nil {
		return nil, q.gateway.Reject(&q.facts, err)
	}
	params, err := gateway.ParseParameters(body)
	if err != nil {
		return nil, q.gateway.Reject(&q.facts, err)
	}
	q.facts.Service, q.facts.Version, q.facts.Action, q.facts.Caller = service, version, name, &holder.Principal
	q.facts.Origin = q.address()
	response, failed := q.gateway.Run(q.http.Context(), gateway.Ask{Facts: q.facts, Holder: holder, Action: action, Params: params, Unattended: q.http.Header.Get(unattendedHeader) != ""})
	if failed != nil {
		return nil, failed
	}
	return response, nil
}

// holder finds whose session the browser has.
func (q *request) holder() (*credential.Holder, error) {
	h, err := q.finder.FindConsole(q.http.Context(), q.cookie(sessionCookie), q.facts.At)
	if errors.Is(err, credential.ErrNotFound) {
		return nil, errSessionEnded
	}
	return h, err
}
