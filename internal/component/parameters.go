package component

import (
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/wire"
)

// parameter is one member of an interface's para.
type parameter struct {
	name     string
	to       string    // the parameter of the action that it is, "" where the interface does more than rename
	kind     wire.Kind // 0: may hold anything, and is ignored
	list     bool      // one element may stand without brackets
	required bool
	text     bool // an object or a list stands for its JSON text
}

// schema is how the parameters are checked.
func schema(parameters []parameter) *wire.Struct {
	s := &wire.Struct{}
	for _, p := range parameters {
		if p.kind != 0 {
			s.Members = append(s.Members, wire.Member{Name: p.name, Kind: p.kind, List: p.list, Required: p.required})
		}
	}
	return s
}

// renames calls the action's parameters in a message by the names that they have here.
func renames(parameters []parameter) *strings.Replacer {
	var pairs []string
	for _, p := range parameters {
		if p.to != "" {
			pairs = append(pairs, "`"+p.to+"`", "`"+p.name+"`")
		}
	}
	return strings.NewReplacer(pairs...)
}

// read reads a para: names with their first letter in lower case, since clients of all ages write both; single elements as
// lists; an empty text for a number as nothing. The error is a *wire.Error.
func (i *interfaceRow) read(para *wire.Value) (*wire.Value, error) {
	out := wire.NewObject()
	for n := range para.Len() {
		v := *para.At(n)
		name := lowerFirst(v.Name())
		at := slices.IndexFunc(i.parameters, func(p parameter) bool { return p.name == name })
		if at < 0 {
			return nil, &wire.Error{Code: "UnknownParameter", Path: name, Detail: "The parameter `" + clip(name) + "` is not known to this interface."}
		}
		p := &i.parameters[at]
		switch {
		case p.kind == 0, p.kind == wire.Int && v.Kind() == wire.StringValue && v.Str() == "":
			continue
		case out.Get(name) != nil:
			return nil, &wire.Error{Code: "InvalidParameter", Path: name, Detail: "The parameter `" + name + "` is given twice."}
		case p.text && (v.Kind() == wire.ObjectValue || v.Kind() == wire.ListValue):
			v = wire.NewString(string(v.AppendJSON(nil)))
		case p.list && v.Kind() != wire.ListValue:
			v = wire.NewList(v)
		}
		out.Set(name, v)
	}
	return out, wire.Check(i.schema, out)
}

// rename makes the action's parameters of those that are its own under another name.
func (i *interfaceRow) rename(para *wire.Value) *wire.Value {
	out := wire.NewObject()
	for _, p := range i.parameters {
		if v := para.Get(p.name); v != nil && p.to != "" {
			out.Set(p.to, *v)
		}
	}
	return out
}

func lowerFirst(name string) string {
	if name == "" || name[0] < 'A' || name[0] > 'Z' {
		return name
	}
	return string(name[0]+'a'-'A') + name[1:]
}

// clip bounds what a caller's own text can add to a message.
func clip(s string) string { return clipTo(s, 64) }

func clipTo(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// integer is a parameter's number, or what it is where there is none.
func integer(para *wire.Value, name string, absent int64) int64 {
	if v := para.Get(name); v != nil {
		return v.Int()
	}
	return absent
}

// str is a parameter's text, "" where there is none.
func str(para *wire.Value, name string) string {
	if v := para.Get(name); v != nil {
		return v.Str()
	}
	return ""
}
