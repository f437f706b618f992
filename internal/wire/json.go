package wire

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// Bounds of a JSON body. No action comes near them; they keep a small body from becoming a large tree.
const (
	maxJSONDepth = 32
	maxValues    = 20_000
)

// ParseJSON reads one JSON object, strictly: a duplicate name, a byte order mark, bytes that are not UTF-8, NUL
// characters, half of a surrogate pair and anything after the object are refused. A member that is null is absent.
// No text is an empty object. The tree refers to no memory of body.
func ParseJSON(body []byte) (*Value, error) { return ParseJSONUpTo(body, maxValues) }

// ParseJSONUpTo is ParseJSON with another bound on the number of values.
func ParseJSONUpTo(body []byte, values int) (*Value, error) {
	p := parserPool.Get().(*jsonParser)
	defer p.release()
	p.text, p.most = string(body), values
	p.space()
	if p.pos == len(p.text) {
		return NewObject(), nil
	}
	if p.text[p.pos] != '{' {
		return nil, syntax("the body must be one JSON object")
	}
	root, err := p.document()
	if err != nil {
		return nil, err
	}
	return &root, nil
}

// parseJSONPart reads any JSON value: a multipart part may hold one, at a name of depth segments.
func parseJSONPart(text string, depth int) (Value, error) {
	p := parserPool.Get().(*jsonParser)
	defer p.release()
	p.text, p.depth, p.most = text, depth, maxValues
	p.space()
	return p.document()
}

func syntax(what string) error {
	return &Error{Code: codeInvalid, Detail: "The parameters cannot be read: " + what + "."}
}

// jsonParser keeps the unfinished containers on one stack and moves each to the slab when it is complete.
type jsonParser struct {
	text  string
	pos   int
	depth int
	count int
	most  int // values
	stack []Value
	slab  slab
	names map[string]struct{} // of a large object
}

var parserPool = sync.Pool{New: func() any { return new(jsonParser) }}

// release drops everything that a request brought: secrets must not linger in the pool.
func (p *jsonParser) release() {
	stack := p.stack[:cap(p.stack)]
	if len(stack) > 1024 {
		stack = nil
	}
	clear(stack)
	*p = jsonParser{stack: stack[:0]}
	parserPool.Put(p)
}

func (p *jsonParser) space() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// document reads one value and the end of the text.
func (p *jsonParser) document() (Value, error) {
	if !utf8.ValidString(p.text) {
		return Value{}, syntax("the text is not UTF-8")
	}
	v, err := p.value()
	if err != nil {
		return Value{}, err
	}
	p.space()
	if p.pos < len(p.text) {
		return Value{}, syntax("there is text after the end")
	}
	return v, nil
}

// peek is the next byte, or 0 at the end.
func (p *jsonParser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

var literals = [...]struct {
	text string
	kind ValueKind
}{{"true", BoolValue}, {"false", BoolValue}, {"null", Null}}

func (p *jsonParser) value() (Value, error) {
	if p.count++; p.count > p.most {
		return Value{}, syntax("there are too many values")
	}
	switch b := p.peek(); {
	case b == '{':
		return p.container(ObjectValue, '}')
	case b == '[':
		return p.container(ListValue, ']')
	case b == '"':
		s, err := p.str()
		return Value{kind: StringValue, text: s}, err
	case b == '-' || b >= '0' && b <= '9':
		return p.number()
	}
	for i := range literals {
		l := &literals[i]
		if strings.HasPrefix(p.text[p.pos:], l.text) {
			p.pos += len(l.text)
			return Value{kind: l.kind, text: l.text}, nil
		}
	}
	return Value{}, syntax("a JSON value was expected")
}

func (p *jsonParser) container(kind ValueKind, end byte) (Value, error) {
	if p.depth++; p.depth > maxJSONDepth {
		return Value{}, syntax("it is nested too deeply")
	}
	mark := len(p.stack)
	p.pos++
	p.space()
	for first := true; p.peek() != end; first = false {
		if !first {
			if p.peek() != ',' {
				return Value{}, syntax("a comma was expected")
			}
			p.pos++
			p.space()
		}
		name := ""
		if kind == ObjectValue {
			var err error
			if name, err = p.name(); err != nil {
				return Value{}, err
			}
		}
		kid, err := p.value()
		if err != nil {
			return Value{}, err
		}
		kid.name = name
		p.stack = append(p.stack, kid)
		p.space()
	}
	p.pos++
	p.depth--
	kids := p.stack[mark:]
	if kind == ObjectValue {
		if name, twice := p.duplicate(kids); twice {
			return Value{}, badName(name, "is given twice")
		}
		kids = dropNulls(kids)
	}
	v := Value{kind: kind, kids: p.slab.keep(kids)}
	p.stack = p.stack[:mark]
	return v, nil
}

func (p *jsonParser) name() (string, error) {
	if p.peek() != '"' {
		return "", syntax("a member name was expected")
	}
	name, err := p.str()
	if err != nil {
		return "", err
	}
	p.space()
	if p.peek() != ':' {
		return "", syntax("a colon was expected")
	}
	p.pos++
	p.space()
	return name, nil
}

// duplicate finds a name that occurs twice. Readers disagree about which one counts, so neither does.
func (p *jsonParser) duplicate(kids []Value) (string, bool) {
	if len(kids) <= 16 {
		for i := range kids {
			for j := range i {
				if kids[i].name == kids[j].name {
					return kids[i].name, true
				}
			}
		}
		return "", false
	}
	if p.names == nil {
		p.names = make(map[string]struct{}, len(kids))
	}
	clear(p.names)
	for i := range kids {
		if _, ok := p.names[kids[i].name]; ok {
			return kids[i].name, true
		}
		p.names[kids[i].name] = struct{}{}
	}
	return "", false
}

func dropNulls(kids []Value) []Value {
	n := 0
	for i := range kids {
		if kids[i].kind != Null {
			if n != i {
				kids[n] = kids[i]
			}
			n++
		}
	}
	return kids[:n]
}

// digits skips digits and tells whether there were any.
func (p *jsonParser) digits() bool {
	start := p.pos
	for b := p.peek(); b >= '0' && b <= '9'; b = p.peek() {
		p.pos++
	}
	return p.pos > start
}

func (p *jsonParser) number() (Value, error) {
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	zero := p.peek() == '0'
	lead := p.pos
	ok := p.digits() && (!zero || p.pos == lead+1)
	if ok && p.peek() == '.' {
		p.pos++
		ok = p.digits()
	}
	if b := p.peek(); ok && (b == 'e' || b == 'E') {
		p.pos++
		if b := p.peek(); b == '+' || b == '-' {
			p.pos++
		}
		ok = p.digits()
	}
	if !ok {
		return Value{}, syntax("a number is malformed")
	}
	return Value{kind: NumberValue, text: p.text[start:p.pos]}, nil
}

// str reads a string. One without escapes is a piece of the body and costs nothing.
func (p *jsonParser) str() (string, error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.text) {
		switch b := p.text[p.pos]; {
		case b == '"':
			s := p.text[start:p.pos]
			p.pos++
			return s, nil
		case b == '\\':
			return p.escaped(start)
		case b < 0x20:
			return "", syntax("a string holds a control character")
		}
		p.pos++
	}
	return "", syntax("a string does not end")
}

func (p *jsonParser) escaped(start int) (string, error) {
	out := append(make([]byte, 0, 2*(p.pos-start)+64), p.text[start:p.pos]...)
	for p.pos < len(p.text) {
		b := p.text[p.pos]
		p.pos++
		switch {
		case b == '"':
			return string(out), nil
		case b < 0x20:
			return "", syntax("a string holds a control character")
		case b != '\\':
			out = append(out, b)
			continue
		}
		b = p.peek()
		p.pos++
		switch b {
		case '"', '\\', '/':
			out = append(out, b)
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'u':
			r, ok := p.unicode()
			if !ok {
				return "", syntax("a \\u escape is malformed")
			}
			if r == 0 {
				return "", syntax("a string holds a NUL character")
			}
			out = utf8.AppendRune(out, r)
		default:
			return "", syntax("a string holds an unknown escape")
		}
	}
	return "", syntax("a string does not end")
}

// unicode reads what follows \u, both halves of a surrogate pair.
func (p *jsonParser) unicode() (rune, bool) {
	r, ok := p.hex4()
	switch {
	case !ok || r >= 0xDC00 && r < 0xE000:
		return 0, false
	case r < 0xD800 || r >= 0xE000:
		return r, true
	}
	if p.pos+2 > len(p.text) || p.text[p.pos:p.pos+2] != `\u` {
		return 0, false
	}
	p.pos += 2
	low, ok := p.hex4()
	if !ok || low < 0xDC00 || low >= 0xE000 {
		return 0, false
	}
	return 0x10000 + (r-0xD800)<<10 + (low - 0xDC00), true
}

func (p *jsonParser) hex4() (rune, bool) {
	if p.pos+4 > len(p.text) {
		return 0, false
	}
	var r rune
	for _, b := range []byte(p.text[p.pos : p.pos+4]) {
		switch {
		case b >= '0' && b <= '9':
			b -= '0'
		case b >= 'a' && b <= 'f':
			b -= 'a' - 10
		case b >= 'A' && b <= 'F':
			b -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(b)
	}
	p.pos += 4
	return r, true
}
