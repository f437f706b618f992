package rest

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
)

// grantType is the one grant: applications have no users to speak for.
const grantType = "client_credentials"

// credentials are what a request for a token carries.
type credentials struct {
	grant, client, secret string
	values                url.Values // as sent, but for the header
}

// serveToken gives a token to the application whose client id and secret the request carries: in a Basic header, in the
// query, or in a body that is a form or JSON.
func (e *exchange) serveToken(ctx context.Context, tenant store.Account, body []byte) (wire.Response, *fault.Error) {
	c, err := readCredentials(e.r, body)
	if err != nil {
		if fault.From(err).Unauthenticated() {
			return nil, e.Refuse(&e.facts, c.client, err)
		}
		return nil, e.Reject(&e.facts, err)
	}
	caller, err := e.product.Authenticate(ctx, tenant, e.token, c.client, c.secret)
	if err != nil {
		return nil, e.Refuse(&e.facts, c.client, err)
	}
	if c.grant != grantType {
		return nil, e.Reject(&e.facts, fault.New(codeGrant))
	}
	params := e.token.Gather(nil, nil, c.values, nil)
	return e.run(ctx, caller, params, &gateway.Checked{Request: e.token.Decode(params)})
}

// readCredentials reads the header and the parameters. A header wins, but must not contradict them.
func readCredentials(r *http.Request, body []byte) (c credentials, err error) {
	if c.values, err = tokenParameters(r, body); err != nil {
		return c, fault.New(codeBadRequest, "grant_type").WithCause(err)
	}
	for _, values := range c.values {
		for _, v := range values {
			if v != values[0] || !utf8.ValidString(v) || strings.Contains(v, "\x00") {
				return c, fault.New(codeBadRequest, "grant_type")
			}
		}
	}
	c.grant, c.client, c.secret = c.values.Get("grant_type"), c.values.Get("client_id"), c.values.Get("client_secret")
	if r.Header.Get("Authorization") == "" {
		if c.client == "" {
			return c, fault.New(codeClient)
		}
		return c, nil
	}
	client, secret, ok := r.BasicAuth()
	if !utf8.ValidString(client) || strings.Contains(client, "\x00") {
		return c, fault.New(codeClient)
	}
	if !ok || c.client != "" && c.client != client {
		return c, fault.New(codeClient)
	}
	c.client, c.secret = client, secret
	return c, nil
}

// tokenParameters are those of the query and the body together.
func tokenParameters(r *http.Request, body []byte) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	switch typ := media(r.Header); {
	case typ == "application/x-www-form-urlencoded" || typ == "":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, err
		}
		for name, more := range form {
			values[name] = append(values[name], more...)
		}
	case isJSON(typ):
		tree, err := wire.ParseJSON(body)
		if err != nil {
			return nil, err
		}
		for i := range tree.Len() {
			if tree.At(i).Kind() != wire.StringValue {
				return nil, errors.New("a parameter is no text")
			}
			values.Add(tree.At(i).Name(), tree.At(i).Str())
		}
	case len(body) > 0:
		return nil, errMedia
	}
	return values, nil
}
