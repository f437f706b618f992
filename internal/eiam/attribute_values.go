package eiam

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
)

// profileMembers are the predefined attributes that a person has as members.
var profileMembers = []string{"user_name", "name", "mobile", "email", "employee_id", "external_id", "first_name", "middle_name", "last_name"}

const maxExtensionValueLength = 255 // characters

// managerAttribute is the one attribute that is no text but another user.
const managerAttribute = "attr_manager_id"

// dateAttributes are the attributes that are days, kept as 2006-01-02.
var dateAttributes = []string{"attr_birthday", "attr_hire_date"}

// textAttributes are the predefined attributes that the directory keeps as texts, as their names are in the protocol.
var textAttributes = []string{"attr_city", "attr_nick_name", "attr_area", "attr_gender", "attr_work_place", "attr_identity_type",
	"attr_identity_number", "attr_birthday", "attr_user_type", "attr_hire_date"}

// definitions are what a tenant has said of the attributes of one scope.
type definitions []Attribute

func definitionsOf(ctx context.Context, q store.Queryer, a store.Account, scope string) (definitions, error) {
	all, err := Attributes(ctx, q, a, scope)
	return definitions(all), err
}

// mandatory are the predefined attributes that must have a value.
func (d definitions) mandatory() []string {
	names := []string{}
	for i := range d {
		if d[i].Required && !d[i].Custom {
			names = append(names, d[i].Name)
		}
	}
	return names
}

// extension reads the values of the attributes that the tenant has defined: each must be defined and of its type. A text
// may be empty, which takes a value away; null says nothing. complete asks for every mandatory one, else only those that
// are given are judged. The error is COM.0601.
func (d definitions) extension(raw json.RawMessage, complete bool) (map[string]string, error) {
	values := map[string]string{}
	var in map[string]json.RawMessage
	if len(raw) > 0 && !bytes.Equal(raw, []byte("null")) {
		if err := json.Unmarshal(raw, &in); err != nil {
			return nil, fault.New(codeParameter).WithCause(err)
		}
	}
	for name, value := range in {
		i := slices.IndexFunc(d, func(x Attribute) bool { return x.Custom && x.Name == name })
		if i < 0 {
			return nil, fault.New(codeParameter)
		}
		text, said, ok := extensionValue(value, d[i].Type)
		if !ok || said && text == "" && d[i].Required {
			return nil, fault.New(codeParameter)
		}
		if said {
			values[name] = text
		}
	}
	for i := range d {
		if complete && d[i].Custom && d[i].Required && values[d[i].Name] == "" {
			return nil, fault.New(codeParameter)
		}
	}
	return values, nil
}

// extensionValue is the text of a value: clients send texts, or what the type is in JSON. Not said: null. Not ok: it does
// not have the type.
func extensionValue(raw json.RawMessage, kind string) (text string, said, ok bool) {
	switch {
	case string(raw) == "null":
		return "", false, true
	case raw[0] == '"':
		ok = json.Unmarshal(raw, &text) == nil
	case raw[0] == '[':
		var list []string
		ok = kind == multiType && json.Unmarshal(raw, &list) == nil
		text = string(raw)
	default:
		ok = raw[0] != '{'
		text = string(raw)
	}
	return text, true, ok && isPlain(text, maxExtensionValueLength) && (text == "" || isOfType(text, kind))
}

func isOfType(text, kind string) bool {
	switch kind {
	case numberType:
		_, err := strconv.ParseFloat(text, 64)
		return err == nil && strings.Trim(text, "0123456789+-.eE") == ""
	case switchType:
		return text == "true" || text == "false"
	}
	return true
}

// isPlain accepts texts of so many characters, none of which is a control character.
func isPlain(s string, most int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, unicode.IsControl)
}

// encodeTexts is an object of texts as the database has it.
func encodeTexts(m map[string]string) (string, error) {
	if m == nil {
		return "{}", nil
	}
	text, err := json.Marshal(m)
	return string(text), err
}

// overlaid is base with the given texts laid over it; an empty one takes a text away.
func overlaid(base, over map[string]string) map[string]string {
	all := map[string]string{}
	for _, m := range []map[string]string{base, over} {
		for name, text := range m {
			if text == "" {
				delete(all, name)
				continue
			}
			all[name] = text
		}
	}
	return all
}
