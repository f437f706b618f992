package console

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// files are the built console. They are few and small, and compressed once.
type files struct {
	byPath map[string]*file // none: the console was not built
}

// file is one of them.
type file struct {
	mediaType string
	hashed    bool // its name changes with its content
	plain     []byte
	gzipped   func() []byte // nil where it does not get smaller
}

// index is the page of the application, whichever of its pages is asked for.
const index = "index.html"

func newFiles(assets fs.FS) *files {
	f := &files{byPath: map[string]*file{}}
	if assets == nil {
		return f
	}
	_ = fs.WalkDir(assets, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".gz") {
			return err
		}
		content, err := fs.ReadFile(assets, name)
		if err != nil {
			return err
		}
		f.byPath[name] = newFile(assets, name, content)
		return nil
	})
	return f
}

func newFile(assets fs.FS, name string, content []byte) *file {
	made := &file{mediaType: mediaType(name), hashed: strings.HasPrefix(name, "assets/"), plain: content}
	ready, err := fs.ReadFile(assets, name+".gz")
	made.gzipped = func() []byte { return ready }
	if err != nil {
		made.gzipped = sync.OnceValue(func() []byte { return compress(content) })
	}
	return made
}

// mediaType does not ask the machine, whose tables differ.
func mediaType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
		return "application/octet-stream"
	}
}

// minCompressed is the least size at which compressing pays.
const minCompressed = 1 << 10

func compress(content []byte) []byte {
	if len(content) < minCompressed {
		return nil
	}
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level exists
	_, _ = z.Write(content)                                 // a buffer takes everything
	_ = z.Close()
	if out.Len() >= len(content) {
		return nil
	}
	return out.Bytes()
}

// file serves one of the files, or the application for a path that names none.
func (q *request) file(name string) {
	if !q.allow(http.MethodGet, http.MethodHead) {
		return
	}
	if len(q.files.byPath) == 0 {
		q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
		q.w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(q.w, notBuilt)
		return
	}
	f, ok := q.files.byPath[name]
	if !ok {
		if strings.HasPrefix(name, "assets/") {
			http.NotFound(q.w, q.http) // of another version: the page has to be loaded anew
			return
		}
		f = q.files.byPath[index]
	}
	q.send(f)
}

func (q *request) send(f *file) {
	h := q.w.Header()
	h.Set("Content-Type", f.mediaType)
	h.Set("Vary", "Accept-Encoding")
	if f.hashed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := f.plain
	if acceptsGzip(q.http) {
		if z := f.gzipped(); z != nil {
			h.Set("Content-Encoding", "gzip")
			body = z
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if q.http.Method == http.MethodGet {
		_, _ = q.w.Write(body) // the browser hung up: there is nobody left to tell
	}
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(coding, "gzip") {
			return strings.ReplaceAll(weight, " ", "") != "q=0"
		}
	}
	return false
}

// notBuilt stands where the console would.
const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>hufu</title>
<h1>This build has no console</h1>
<p>The program was built without the files of the console. Build it with <code>make build</code>, which needs Node.js,
or use the API and the commands of the hufu binary.</p>
`
