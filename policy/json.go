package policy

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The standard decoder accepts documents that two readers can understand
// differently: it takes the last of two equal members, folds the case of
// names and replaces broken text. Policy text is read by this reader instead,
// which keeps every member with its position and refuses what is not JSON.

// maxDepth bounds the nesting. A policy needs seven levels; the bound keeps
// hostile text from growing the stack.
const maxDepth = 32

type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
)

func (k kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// A node is one JSON value with its place in the text.
type node struct {
	kind     kind
	off, end int
	text     string // content of a string; literal of a number or boolean
	items    []node
	members  []member
}

type member struct {
	name  string
	off   int
	value node
}

// A syntaxError becomes an Error once it is known what the text was for.
type syntaxError struct {
	off int
	msg string
}

type reader struct {
	src   string
	pos   int
	depth int
}

// readJSON reads exactly one value.
func readJSON(src string) (node, *syntaxError) {
	r := reader{src: src}
	n, err := r.value()
	if err != nil {
		return node{}, err
	}
	r.blanks()
	if r.pos < len(src) {
		return node{}, r.fail("unexpected text after the value")
	}
	return n, nil
}

func (r *reader) fail(format string, args ...any) *syntaxError {
	return &syntaxError{r.pos, fmt.Sprintf(format, args...)}
}

func (r *reader) blanks() {
	for r.pos < len(r.src) && strings.IndexByte(" \t\r\n", r.src[r.pos]) >= 0 {
		r.pos++
	}
}

// peek returns the next byte, 0 at the end. A NUL in the text is no token, so
// the two need not be told apart.
func (r *reader) peek() byte {
	if r.pos < len(r.src) {
		return r.src[r.pos]
	}
	return 0
}

func (r *reader) value() (node, *syntaxError) {
	r.blanks()
	n := node{off: r.pos}
	var err *syntaxError
	switch c := r.peek(); {
	case c == '{' || c == '[':
		if r.depth++; r.depth > maxDepth {
			return node{}, r.fail("nested deeper than %d levels", maxDepth)
		}
		if c == '{' {
			err = r.object(&n)
		} else {
			err = r.array(&n)
		}
		r.depth--
	case c == '"':
		n.kind = kindString
		n.text, err = r.str()
	case c == '-' || '0' <= c && c <= '9':
		n.kind = kindNumber
		n.text, err = r.number()
	default:
		err = r.literal(&n)
	}
	n.end = r.pos
	return n, err
}

func (r *reader) literal(n *node) *syntaxError {
	for _, lit := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(r.src[r.pos:], lit) {
			r.pos += len(lit)
			n.kind, n.text = kindBool, lit
			if lit == "null" {
				n.kind = kindNull
			}
			return nil
		}
	}
	if r.pos == len(r.src) {
		return r.fail("unexpected end of text")
	}
	return r.fail("no JSON value starts here")
}

func (r *reader) array(n *node) *syntaxError {
	n.kind = kindArray
	r.pos++
	r.blanks()
	if r.peek() == ']' {
		r.pos++
		return nil
	}
	for {
		item, err := r.value()
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
		if done, err := r.separator(']'); done || err != nil {
			return err
		}
	}
}

func (r *reader) object(n *node) *syntaxError {
	n.kind = kindObject
	r.pos++
	r.blanks()
	if r.peek() == '}' {
		r.pos++
		return nil
	}
	for {
		r.blanks()
		m := member{off: r.pos}
		if r.peek() != '"' {
			return r.fail("expected a member name")
		}
		var err *syntaxError
		if m.name, err = r.str(); err != nil {
			return err
		}
		r.blanks()
		if r.peek() != ':' {
			return r.fail("expected a colon after the member name")
		}
		r.pos++
		if m.value, err = r.value(); err != nil {
			return err
		}
		n.members = append(n.members, m)
		if done, err := r.separator('}'); done || err != nil {
			return err
		}
	}
}

// separator reads a comma, or the closing bracket and reports that it did.
func (r *reader) separator(closing byte) (done bool, err *syntaxError) {
	r.blanks()
	switch r.peek() {
	case ',':
		r.pos++
		return false, nil
	case closing:
		r.pos++
		return true, nil
	}
	return false, r.fail("expected a comma or %q", closing)
}

func (r *reader) number() (string, *syntaxError) {
	start := r.pos
	if r.peek() == '-' {
		r.pos++
	}
	if r.peek() == '0' {
		r.pos++ // nothing may follow a leading zero
	} else if !r.digits() {
		return "", r.fail("expected a digit")
	}
	if r.peek() == '.' {
		r.pos++
		if !r.digits() {
			return "", r.fail("expected a digit after the point")
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.pos++
		if c := r.peek(); c == '+' || c == '-' {
			r.pos++
		}
		if !r.digits() {
			return "", r.fail("expected a digit in the exponent")
		}
	}
	return r.src[start:r.pos], nil
}

func (r *reader) digits() bool {
	start := r.pos
	for c := r.peek(); '0' <= c && c <= '9'; c = r.peek() {
		r.pos++
	}
	return r.pos > start
}

// str reads a string. The text is known to be valid UTF-8 before reading.
func (r *reader) str() (string, *syntaxError) {
	r.pos++
	start := r.pos
	for r.pos < len(r.src) {
		switch c := r.src[r.pos]; {
		case c == '"':
			s := r.src[start:r.pos]
			r.pos++
			return s, nil
		case c == '\\':
			return r.escaped(start)
		case c < 0x20:
			return "", r.fail("control character in a string")
		}
		r.pos++
	}
	return "", r.fail("unterminated string")
}

// escaped goes on with a string whose first escape is at r.pos.
func (r *reader) escaped(start int) (string, *syntaxError) {
	b := []byte(r.src[start:r.pos])
	for r.pos < len(r.src) {
		c := r.src[r.pos]
		r.pos++
		switch {
		case c == '"':
			return string(b), nil
		case c < 0x20:
			r.pos--
			return "", r.fail("control character in a string")
		case c != '\\':
			b = append(b, c)
			continue
		}
		esc := r.peek()
		if esc == 'u' {
			c, err := r.unicode()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, c)
			continue
		}
		i := strings.IndexByte(`"\/bfnrt`, esc)
		if i < 0 {
			return "", r.fail("unknown escape")
		}
		b = append(b, "\"\\/\b\f\n\r\t"[i])
		r.pos++
	}
	return "", r.fail("unterminated string")
}

// unicode reads the u of a \u escape and what follows. Half a surrogate pair
// is refused: it stands for no character, and every replacement for it would
// make two different texts equal.
func (r *reader) unicode() (rune, *syntaxError) {
	c, ok := r.hex4()
	if !ok {
		return 0, r.fail(`expected four hexadecimal digits after \u`)
	}
	if !utf16.IsSurrogate(c) {
		return c, nil
	}
	if r.peek() == '\\' {
		r.pos++
		if low, ok := r.hex4(); ok {
			if pair := utf16.DecodeRune(c, low); pair != utf8.RuneError {
				return pair, nil
			}
		}
	}
	return 0, r.fail("half a surrogate pair")
}

func (r *reader) hex4() (rune, bool) {
	if r.peek() != 'u' || len(r.src)-r.pos < 5 {
		return 0, false
	}
	n, err := strconv.ParseUint(r.src[r.pos+1:r.pos+5], 16, 32)
	if err != nil {
		return 0, false
	}
	r.pos += 5
	return rune(n), true
}
