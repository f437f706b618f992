package qyapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// members are where an answer's members go: a pointer to decode into, or a func(*json.Decoder) error that takes the value
// off the decoder, which is how long lists are read without being held.
type members map[string]any

// read reads an answer: one JSON object, no member of it twice, nothing behind it. Members that nobody asked for are passed over,
// because WeCom adds some. An absent errcode is 0.
func read(r io.Reader, into members) (errcode int, err error) {
	d := json.NewDecoder(r)
	if err := expect(d, '{'); err != nil {
		return 0, err
	}
	seen := map[string]bool{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return 0, err
		}
		key, _ := name.(string) // of an object
		if seen[key] {
			return 0, fmt.Errorf("the answer has %q twice", key)
		}
		seen[key] = true
		switch to := into[key].(type) {
		case nil:
			if key == "errcode" {
				err = d.Decode(&errcode)
			} else {
				err = skip(d)
			}
		case func(*json.Decoder) error:
			err = to(d)
		default:
			err = d.Decode(to)
		}
		if err != nil {
			return 0, malformed(err)
		}
	}
	if err := expect(d, '}'); err != nil {
		return 0, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return 0, errors.New("the answer has something behind its object")
	}
	return errcode, nil
}

// malformed keeps what a value was out of errors: it may be a token.
func malformed(err error) error {
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("the answer has a %s where none can be", e.Type)
	}
	return err
}

func expect(d *json.Decoder, want json.Delim) error {
	t, err := d.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err == nil && t != want {
		err = fmt.Errorf("the answer has no %q where one must be", want)
	}
	return err
}

// skip passes over a value without holding more of it than a token.
func skip(d *json.Decoder) error {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// each reads a list, and hands its elements to take one by one.
func each[T any](take func(T) error) func(*json.Decoder) error {
	return func(d *json.Decoder) error {
		t, err := d.Token()
		if err != nil || t == nil { // null is an empty list
			return err
		}
		if t != json.Delim('[') {
			return errors.New("the answer has no list where one must be")
		}
		for d.More() {
			var v T
			if err := d.Decode(&v); err != nil {
				return err
			}
			if err := take(v); err != nil {
				return err
			}
		}
		return expect(d, ']')
	}
}

// clean is a text as it may be kept and shown: without control characters, cut to so many characters.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most])
	}
	return strings.TrimSpace(s)
}

// maxUserID is the length of the longest userid, in bytes.
const maxUserID = 64

// IsUserID reports whether a text can be a userid: 1 to 64 bytes without blanks and control characters.
func IsUserID(s string) bool {
	return s != "" && len(s) <= maxUserID && utf8.ValidString(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
}
