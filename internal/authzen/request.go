package authzen

import (
	"strings"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

const (
	maxBody = 4 << 20
	// maxValues bounds the members and elements of a body: 1,000 questions of 100 each.
	maxValues = 100_000
	// maxQuestions are put in one call.
	maxQuestions = 1000
	// maxText bounds a type, an id and a name, in bytes.
	maxText = 2048
	// maxKeyValues and maxTags bound what conditions compare with each of their own values.
	maxKeyValues = 100
	maxTags      = 50 // of the resource, and of the request
	// maxPolicies of resources may be different in one call.
	maxPolicies = 100
)

// parse reads a body. Members that nobody knows are ignored, as the specification asks; a member that is given twice is
// refused, since readers disagree about which one counts.
func parse(contentType string, body []byte) (*wire.Value, error) {
	if !isJSON(contentType) {
		return nil, fault.New(code.UnsupportedProtocol).WithDetail("The content type must be application/json.")
	}
	if len(body) == 0 {
		return nil, malformed("", "The body is empty.")
	}
	root, err := wire.ParseJSONUpTo(body, maxValues)
	if err != nil {
		return nil, malformed("", err.Error())
	}
	return root, nil
}

// isJSON reports whether a content type is JSON in UTF-8.
func isJSON(contentType string) bool {
	media, parameters, _ := strings.Cut(contentType, ";")
	if !strings.EqualFold(strings.TrimSpace(media), "application/json") {
		return false
	}
	name, value, _ := strings.Cut(strings.TrimSpace(parameters), "=")
	return name == "" || strings.EqualFold(name, "charset") && strings.EqualFold(strings.Trim(value, `"`), "utf-8")
}

func malformed(path, detail string) *fault.Error {
	return fault.New(code.InvalidParameter, path).WithDetail(detail)
}

func missing(path string) *fault.Error { return fault.New(code.MissingParameter, path) }

// entity is the subject, action or resource of a question. A question of several has its own, which then counts whole,
// or the one that all share; only what names an entity is looked for in both.
type entity struct {
	name        string // "subject"
	own, shared *wire.Value
	common      bool // own is what all share
}

// entityOf finds an entity in a question and in what it shares with others, nil where it is alone.
func entityOf(name string, question, shared *wire.Value) (e entity, err error) {
	e = entity{name: name, own: question.Get(name)}
	if shared != nil {
		e.shared = shared.Get(name)
	}
	if e.own == nil {
		e.own, e.shared, e.common = e.shared, nil, true
	}
	switch {
	case e.own == nil:
		return e, missing(name)
	case e.own.Kind() != wire.ObjectValue:
		return e, malformed(name, "The "+name+" must be an object.")
	}
	return e, nil
}

// text is a member that every such entity must have.
func (e *entity) text(member string) (string, error) {
	v := e.own.Get(member)
	if v == nil && e.shared != nil && e.shared.Kind() == wire.ObjectValue {
		v = e.shared.Get(member)
	}
	switch {
	case v == nil:
		return "", missing(e.name + "." + member)
	case v.Kind() != wire.StringValue:
		return "", malformed(e.name+"."+member, "The member "+e.name+"."+member+" must be a string.")
	case v.Str() == "":
		return "", malformed(e.name+"."+member, "The member "+e.name+"."+member+" is empty.")
	case len(v.Str()) > maxText:
		return "", malformed(e.name+"."+member, "The member "+e.name+"."+member+" is longer than 2048 bytes.")
	}
	return v.Str(), nil
}

// property is a member of the entity's properties, nil where there is none.
func (e *entity) property(name string) (*wire.Value, error) {
	p, err := object(e.own, "properties", e.name+".properties")
	if p == nil || err != nil {
		return nil, err
	}
	return p.Get(name), nil
}

// object is a member that must be an object where it is there.
func object(of *wire.Value, member, path string) (*wire.Value, error) {
	v := of.Get(member)
	if v != nil && v.Kind() != wire.ObjectValue {
		return nil, malformed(path, "The member "+path+" must be an object.")
	}
	return v, nil
}
