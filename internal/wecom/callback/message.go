package callback

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"
)

// Member is an element directly below <xml>, with its text. An element with elements below it, such as ExtAttr, has the value "".
type Member struct{ Name, Value string }

// Message is the members of a callback's XML in their order, at most 64, no two of one name.
type Message []Member

const (
	maxMembers = 64
	maxDepth   = 8
)

// Get is the text of the member of that name, "" when there is none.
func (m Message) Get(name string) string {
	for _, member := range m {
		if member.Name == name {
			return member.Value
		}
	}
	return ""
}

// Read reads a message strictly: one <xml> element without attributes, namespaces, document type, comments or processing
// instructions, and of at most [MaxSize] bytes. Entities are the five of XML itself. It fails with ErrXML.
func Read(body []byte) (Message, error) {
	if len(body) > MaxSize {
		return nil, ErrXML
	}
	r := reader{d: xml.NewDecoder(bytes.NewReader(body))}
	for {
		token, err := r.d.Token()
		if errors.Is(err, io.EOF) && r.done {
			return r.members, nil
		}
		if err != nil || !r.take(token) {
			return nil, ErrXML
		}
	}
}

// reader is the state of Read: how deep it is, and the member that it is in.
type reader struct {
	d       *xml.Decoder
	depth   int
	done    bool
	nested  bool // the member has elements below it
	text    strings.Builder
	members Message
}

// take takes the next token and reports whether a callback may have it there.
func (r *reader) take(token xml.Token) bool {
	switch token := token.(type) {
	case xml.StartElement:
		return r.start(token)
	case xml.EndElement:
		if r.depth == 2 && !r.nested {
			r.members[len(r.members)-1].Value = r.text.String()
		}
		r.depth--
		r.done = r.depth == 0
		return true
	case xml.CharData:
		if r.depth == 2 {
			r.text.Write(token)
			return true
		}
		return r.depth > 2 || len(bytes.TrimSpace(token)) == 0
	}
	return false
}

func (r *reader) start(e xml.StartElement) bool {
	if len(e.Attr) > 0 || e.Name.Space != "" || r.done || r.depth == maxDepth {
		return false
	}
	r.depth++
	switch r.depth {
	case 1:
		return e.Name.Local == "xml"
	case 2:
		for _, m := range r.members {
			if m.Name == e.Name.Local {
				return false
			}
		}
		r.members, r.nested = append(r.members, Member{Name: e.Name.Local}), false
		r.text.Reset()
		return len(r.members) <= maxMembers
	}
	r.nested = true
	return true
}

// Write writes a message as WeCom does, each text as character data.
func Write(m Message) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	for _, member := range m {
		b.WriteString("<" + member.Name + "><![CDATA[")
		b.WriteString(strings.ReplaceAll(member.Value, "]]>", "]]]]><![CDATA[>"))
		b.WriteString("]]></" + member.Name + ">")
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

// Query is the part of a callback that stands in its address.
type Query struct{ Signature, Timestamp, Nonce string }

// Echo answers a check of the address: the plain text of echostr, to be sent as it is. It fails as Verify and Decrypt do.
func (s *Secret) Echo(q Query, echostr string, now time.Time) ([]byte, error) {
	if err := s.Verify(q.Signature, q.Timestamp, q.Nonce, echostr, now); err != nil {
		return nil, err
	}
	return s.Decrypt(echostr)
}

// Open reads an event: the envelope, its signature and time, the cipher text, and the message inside. It fails as Read,
// Verify and Decrypt do, and with ErrReceiver for an envelope to somebody else.
func (s *Secret) Open(q Query, body []byte, now time.Time) (Message, error) {
	envelope, err := Read(body)
	if err != nil {
		return nil, err
	}
	text := envelope.Get("Encrypt")
	if err := s.Verify(q.Signature, q.Timestamp, q.Nonce, text, now); err != nil {
		return nil, err
	}
	if envelope.Get("ToUserName") != s.receiver {
		return nil, ErrReceiver
	}
	plain, err := s.Decrypt(text)
	if err != nil {
		return nil, err
	}
	return Read(plain)
}

// Seal writes an event and the query that goes with it: the other side of Open. agent is the application's id, "" for a suite.
func (s *Secret) Seal(random [randomLength]byte, timestamp, nonce, agent string, m Message) (Query, []byte) {
	text := s.Encrypt(random, Write(m))
	envelope := Message{{"ToUserName", s.receiver}, {"AgentID", agent}, {"Encrypt", text}}
	return Query{s.Signature(timestamp, nonce, text), timestamp, nonce}, Write(envelope)
}
