package gateway

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// readMultipart reads a form of parts. A part named like a parameter holds its text; one that says it is JSON holds a
// JSON value, which is how the Python SDK sends lists and structures.
func (q *request) readMultipart(boundary string) error {
	// The reader takes a body that ends before the first or the last delimiter for one without parts.
	if boundary == "" || !bytes.Contains(q.body, []byte("--"+boundary+"--")) {
		return fault.New(code.InvalidRequest)
	}
	reader := multipart.NewReader(bytes.NewReader(q.body), boundary)
	var parts []wire.Param
	for n := 0; ; n++ {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || n == maxParts {
			return fault.New(code.InvalidRequest).WithCause(err)
		}
		text, err := io.ReadAll(part)
		if err != nil || part.FormName() == "" {
			return fault.New(code.InvalidRequest).WithCause(err)
		}
		if !utf8.Valid(text) {
			return fault.New(code.InvalidParameter, part.FormName())
		}
		media, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		parts = append(parts, wire.Param{Name: part.FormName(), Value: string(text), JSON: media == "application/json"})
	}
	v, err := wire.ParseFlattened(parts)
	q.params = v
	return parameterFault(err)
}
