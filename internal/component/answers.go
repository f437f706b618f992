package component

import (
	"net/http"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
)

// serverName is the componentName of answers.
const serverName = "CONSOLE_LOGICAL_SERVER"

// member is one member of an object in an answer.
type member struct {
	name  string
	value wire.Value
}

func object(members ...member) *wire.Value {
	v := wire.NewObject()
	for _, m := range members {
		v.Set(m.name, m.value)
	}
	return v
}

// identity is whom an answer is about: the caller, or the signer that was examined.
func identity(p *call.Principal) []member {
	numbers := []struct {
		name string
		n    int64
	}{{"ownerUin", int64(p.Account)}, {"uin", p.ID()}, {"ownerAppid", p.AppID}}
	var all []member
	for _, n := range numbers {
		all = append(all, member{n.name, wire.NewInt(n.n)})
	}
	for _, n := range numbers {
		all = append(all, member{n.name + "Str", wire.NewString(strconv.FormatInt(n.n, 10))})
	}
	return all
}

// reply is a whole answer.
type reply struct {
	returnCode int
	message    string
	who        *call.Principal // nil in errors
	data       []byte          // of the interface: an object, as JSON
}

// appendJSON prints the envelope of an answer.
func (r *reply) appendJSON(b []byte, e *envelope) []byte {
	b = append(append(b, `{"version":`...), e.version...)
	b = append(append(b, `,"eventId":`...), e.eventID...)
	b = append(b, `,"componentName":"`+serverName+`","returnValue":`...)
	b = strconv.AppendInt(b, int64(r.returnCode), 10)
	b = append(b, `,"returnCode":`...)
	b = strconv.AppendInt(b, int64(r.returnCode), 10)
	b = wire.AppendString(append(b, `,"returnMessage":`...), r.message)
	b = append(b, `,"data":`...)
	if r.who == nil {
		return append(b, `{}}`...)
	}
	b = object(identity(r.who)...).AppendJSON(b)
	if len(r.data) > len(`{}`) {
		b[len(b)-1] = ','
		b = append(b, r.data[1:]...)
	}
	return append(b, '}')
}

var jsonType, noStore = []string{"application/json"}, []string{"no-store"}

// write sends an answer. The status is always 200, as everywhere in this protocol.
func (r *reply) write(w http.ResponseWriter, x *exchange) {
	body := r.appendJSON(make([]byte, 0, 512+len(r.data)), &x.envelope)
	h := w.Header()
	h["Content-Type"], h["Cache-Control"] = jsonType, noStore
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	h["X-Tc-Requestid"] = []string{x.facts.RequestID}
	_, _ = w.Write(body) // the caller hung up: there is nobody left to tell
}

func created(_ wire.Request, out wire.Response) *wire.Value {
	return object(member{"strategyId", wire.NewInt(out.(*cam20190116.CreatePolicyResponse).PolicyId)})
}

// The types of policies, in answers and as what lists are asked for.
const (
	custom = 1
	preset = 2
)

func list(total int64, rows []wire.Value) *wire.Value {
	return object(member{"totalNum", wire.NewInt(total)}, member{"list", wire.NewList(rows...)})
}

func listed(_ wire.Request, out wire.Response) *wire.Value {
	from := out.(*cam20190116.ListPoliciesResponse)
	rows := make([]wire.Value, len(from.List))
	for i := range from.List {
		p := &from.List[i]
		rows[i] = *object(member{"strategyId", wire.NewInt(p.PolicyId)}, member{"strategyName", wire.NewString(p.PolicyName)},
			member{"remark", wire.NewString(deref(p.Description))}, member{"type", wire.NewInt(p.Type)}, member{"createMode", wire.NewInt(p.CreateMode)},
			member{"attachments", wire.NewInt(p.Attachments)}, member{"addTime", wire.NewString(p.AddTime)}, member{"updateTime", wire.NewString(deref(p.UpdateTime))})
	}
	return list(from.TotalNum, rows)
}

// related renames the policies of a user or of a group, whose addTime is when they were attached.
func related(_ wire.Request, out wire.Response) *wire.Value {
	var total int64
	var attached []cam20190116.AttachPolicyInfo
	switch o := out.(type) {
	case *cam20190116.ListAttachedUserPoliciesResponse:
		total, attached = o.TotalNum, o.List
	case *cam20190116.ListAttachedGroupPoliciesResponse:
		total, attached = o.TotalNum, o.List
	}
	rows := make([]wire.Value, len(attached))
	for i := range attached {
		p := &attached[i]
		kind := int64(custom)
		if p.PolicyType == "QCS" {
			kind = preset
		}
		rows[i] = *object(member{"strategyId", wire.NewInt(p.PolicyId)}, member{"strategyName", wire.NewString(p.PolicyName)},
			member{"remark", wire.NewString(p.Remark)}, member{"type", wire.NewInt(kind)}, member{"createMode", wire.NewInt(p.CreateMode)},
			member{"addTime", wire.NewString(p.AddTime)})
	}
	return list(total, rows)
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
