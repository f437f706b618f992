package apitest

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

// Public is where browsers and WeCom reach the world.
const Public = "https://hufu.test"

// members makes the room of members of WeCom, and the server that stands in for WeCom. Pauses are none.
func (w *World) members(t testing.TB, identity *cam.Product) {
	t.Helper()
	w.WeComServer = wecomtest.New(wecomtest.Config{Seed: 1, Now: w.Now})
	client, err := qyapi.New(qyapi.Config{Base: "http://127.0.0.1:1", Transport: Direct(w.WeComServer), Now: w.Now,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	if err != nil {
		t.Fatal(err)
	}
	w.WeCom = wecom.New(wecom.Config{DB: w.DB, Keys: w.Keys, Users: identity, Client: client, PublicURL: Public,
		LoginBase: wecom.DefaultLoginBase, AuthorizeBase: wecom.DefaultAuthorizeBase, Log: slog.New(slog.NewTextHandler(testWriter{t}, nil)), Now: w.Now})
}

// Direct hands requests to a handler, without a network between.
func Direct(to http.Handler) http.RoundTripper { return direct{to} }

type direct struct{ to http.Handler }

func (d direct) RoundTrip(r *http.Request) (_ *http.Response, err error) {
	out := httptest.NewRecorder()
	defer func() {
		if v := recover(); v == http.ErrAbortHandler {
			err = io.ErrUnexpectedEOF // the handler broke the connection off
		} else if v != nil {
			panic(v)
		}
	}()
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr = r.URL.RequestURI(), "127.0.0.1:40000"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	d.to.ServeHTTP(out, in)
	return out.Result(), nil
}
