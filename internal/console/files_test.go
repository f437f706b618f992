package console_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/console"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func get(d *console.Door, path string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header = header
	out := httptest.NewRecorder()
	d.ServeHTTP(out, r)
	return out
}

func TestFilesOfTheConsole(t *testing.T) {
	script := strings.Repeat("console.log('hufu');\n", 200)
	ready := &bytes.Buffer{}
	z := gzip.NewWriter(ready)
	_, _ = io.WriteString(z, "body{}")
	_ = z.Close()
	files := fstest.MapFS{
		"index.html":             {Data: []byte("<!doctype html><title>app</title>")},
		"assets/app-1a2b.js":     {Data: []byte(script)},
		"assets/app-3c4d.css":    {Data: []byte("body{}")},
		"assets/app-3c4d.css.gz": {Data: ready.Bytes()},
		"favicon.svg":            {Data: []byte("<svg/>")},
	}
	w := apitest.New(t, storetest.Open(t, storetest.SQLite(t)))
	d := console.New(console.Dependencies{Gateway: w.Gateway, Assets: files, Now: time.Now})
	for _, tt := range []struct {
		name, path     string
		status         int
		media, caching string
		body           string
	}{
		{"the application", "/console/", 200, "text/html; charset=utf-8", "no-store", "<title>app"},
		{"one of its pages", "/console/users/100000000002", 200, "text/html; charset=utf-8", "no-store", "<title>app"},
		{"one that ends like a file", "/console/policies/a.js", 200, "text/html; charset=utf-8", "no-store", "<title>app"},
		{"a script", "/console/assets/app-1a2b.js", 200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "console.log"},
		{"a picture", "/console/favicon.svg", 200, "image/svg+xml", "no-store", "<svg"},
		{"a script of another version", "/console/assets/app-0000.js", 404, "text/plain; charset=utf-8", "no-store", "not found"},
		{"a path that climbs", "/console/../../etc/passwd", 200, "text/html; charset=utf-8", "no-store", "<title>app"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := get(d, tt.path, http.Header{})
			if h := out.Header(); out.Code != tt.status || h.Get("Content-Type") != tt.media || h.Get("Cache-Control") != tt.caching || !strings.Contains(out.Body.String(), tt.body) {
				t.Errorf("%d %v %q", out.Code, h, out.Body)
			}
		})
	}
	for path, want := range map[string]string{"/console/assets/app-1a2b.js": script, "/console/assets/app-3c4d.css": "body{}"} {
		out := get(d, path, http.Header{"Accept-Encoding": {"br, gzip;q=0.9"}})
		r, err := gzip.NewReader(out.Body)
		if err != nil {
			t.Fatalf("%s: %v, %v", path, out.Header(), err)
		}
		if plain, err := io.ReadAll(r); err != nil || string(plain) != want || out.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s compressed: %q, %v", path, plain, err)
		}
		if out := get(d, path, http.Header{"Accept-Encoding": {"gzip;q=0"}}); out.Body.String() != want {
			t.Errorf("%s for who takes no gzip: %v", path, out.Header())
		}
	}
	if out := get(d, "/console", nil); out.Code != http.StatusSeeOther || out.Header().Get("Location") != "/console/" {
		t.Errorf("without a slash: %d", out.Code)
	}
	if out := get(w.Console, "/console/", http.Header{}); out.Code != http.StatusNotFound || !strings.Contains(out.Body.String(), "make build") {
		t.Errorf("without a built console: %d %s", out.Code, out.Body)
	}
	for path, want := range map[string]bool{"/console": true, "/console/x": true, "/login/x": true, "/consoles": false, "/": false, "/login": false} {
		if console.Serves(path) != want {
			t.Errorf("Serves(%q)", path)
		}
	}
}
