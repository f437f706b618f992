package pep

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// Question is what a request wants to do to one resource.
type Question struct {
	// Action is service:Name, such as orders:Refund, or the name alone for an action of Config.Service.
	Action string

	// Resource is a six-segment name such as qcs::orders:ap-guangzhou::order/42; without an account it is one of the service's
	// own account. Empty or "*" is for an action that touches no particular object.
	Resource string
	// Tags are those of the resource, for conditions on qcs:resource_tag.
	Tags map[string]string
	// CreateUIN is the uin of who created it, for conditions on qcs:create_uin; empty where that is not known.
	CreateUIN string
	// Policy is the policy of the resource itself, as JSON, where the service keeps one.
	Policy string

	// Context has further condition keys under their full names, such as "orders:amount": {"12"}. The address of the caller
	// (qcs:ip) is there unless it is given here. The time is hufu's, since answers could not be kept under another one every
	// second.
	Context map[string][]string
}

// action is the full name of the action.
func (q *Question) action(service string) string {
	if strings.Contains(q.Action, ":") {
		return q.Action
	}
	return service + ":" + q.Action
}

func (q *Question) resource() string { return cmp.Or(q.Resource, "*") }

// appendJSON prints the question about a caller as /access/v1/evaluation takes it. Equal questions print equally.
func (q *Question) appendJSON(b []byte, service string, c *Caller) []byte {
	b = appendText(append(b, `{"subject":{"type":"key","id":`...), c.SecretID)
	b = append(b, `},"action":{"name":`...)
	b = appendText(b, q.action(service))
	b = append(b, `},"resource":{"type":"qcs","id":`...)
	b = appendText(b, q.resource())
	b = q.appendProperties(b)
	b = append(b, `},"context":{`...)
	first := true
	if _, given := q.Context["qcs:ip"]; c.IP.IsValid() && !given && q.Context["ip"] == nil {
		b = append(c.IP.AppendTo(append(b, `"qcs:ip":"`...)), '"')
		first = false
	}
	for _, key := range sorted(q.Context) {
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendText(b, key), ':', '[')
		for i, value := range q.Context[key] {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendText(b, value)
		}
		b = append(b, ']')
	}
	return append(b, `}}`...)
}

func (q *Question) appendProperties(b []byte) []byte {
	if len(q.Tags) == 0 && q.CreateUIN == "" && q.Policy == "" {
		return b
	}
	b = append(b, `,"properties":{"tags":{`...)
	for i, key := range sorted(q.Tags) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(appendText(b, key), ':'), q.Tags[key])
	}
	b = append(b, '}')
	if q.CreateUIN != "" {
		b = appendText(append(b, `,"create_uin":`...), q.CreateUIN)
	}
	if q.Policy != "" {
		b = appendText(append(b, `,"policy":`...), q.Policy)
	}
	return append(b, '}')
}

// sorted are the keys of a map in their order.
func sorted[V any](m map[string]V) []string {
	if len(m) == 0 {
		return nil
	}
	return slices.Sorted(maps.Keys(m))
}

// appendText prints a string as JSON. What is not UTF-8 becomes U+FFFD.
func appendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(text) // a string: cannot fail
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}
