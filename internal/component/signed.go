package component

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
)

// sigAndAuth is the permission, the rate and the codes of asking who signed a request; each resource counts.
var sigAndAuth = &wire.Action{Service: "cam", Name: "SigAndAuth", Permission: "cam:SigAndAuth", Resource: "*", Rate: 10_000,
	Errors: []string{code.ResourceNotFoundUserNotExist}}

// The modes of sigAndAuth.
const (
	signatureAndPermission = 0
	signatureOnly          = 1
	permissionOnly         = 2
)

// examining is a call of sigAndAuth.
type examining struct {
	*exchange
	question
	mode          int64
	uin, owner    int64 // as the product says, 0: it does not
	method, url   string
	header, token string
	block         *block
	holder        *credential.Holder // who signed
}

var _ gateway.Task = (*examining)(nil)

func (x *exchange) prepareSigned(para *wire.Value) error {
	e := &examining{exchange: x, mode: integer(para, "mode", integer(para, "mod", signatureAndPermission)), uin: integer(para, "uin", 0),
		owner: integer(para, "ownerUin", 0), method: str(para, "method"), url: str(para, "url"), header: str(para, "header"), token: str(para, "q-token")}
	switch {
	case e.mode < signatureAndPermission || e.mode > permissionOnly:
		return wrongValue("mode", "The parameter `mode` must be 0, 1 or 2.")
	case para.Get("mode") != nil && para.Get("mod") != nil:
		return wrongValue("mod", "The parameters `mode` and `mod` are the same.")
	case !isEmpty(str(para, "sub_condition")):
		return wrongValue("sub_condition", "The parameter `sub_condition` must be empty.")
	case e.mode != permissionOnly && e.header == "":
		x.desc = code.MissingParameter
		return fault.New(code.MissingParameter, "header")
	case e.mode == permissionOnly && e.uin == 0:
		return fault.New(code.MissingParameter, "uin")
	case e.mode != signatureOnly && para.Get("action") == nil:
		x.desc = "MissingParameter.action"
		return fault.New(code.MissingParameter, "action")
	}
	if para.Get("action") != nil {
		if err := e.readQuestion(para); err != nil {
			return err
		}
	}
	if err := e.readFacts(para); err != nil {
		return err
	}
	x.ask.Task, x.ask.Weight, x.success = e, len(e.resources), "permission verify"
	return nil
}

// isEmpty reports whether JSON holds nothing.
func isEmpty(text string) bool { return text == "" || text == "{}" || text == "[]" }

// maxKeyValues bounds the values of each condition key.
const maxKeyValues = 100

// readFacts reads what conditions are compared with: condition has condition keys under their full names, each with a value
// or a list of them; camContext.clientIP is the client's address.
func (e *examining) readFacts(para *wire.Value) error {
	e.question.facts.Time = e.exchange.facts.At
	if text := str(para, "condition"); !isEmpty(text) {
		condition, err := wire.ParseJSON([]byte(text))
		if err != nil {
			return wrongValue("condition", "The parameter `condition` must be an object of condition keys.")
		}
		for i := range condition.Len() {
			if err := addFact(&e.question.facts, condition.At(i)); err != nil {
				return err
			}
		}
	}
	text := str(para, "camContext")
	if isEmpty(text) {
		return nil
	}
	given, err := wire.ParseJSON([]byte(text))
	if err != nil {
		return wrongValue("camContext", "The parameter `camContext` must be an object.")
	}
	ip := given.Get("clientIP")
	if ip == nil || ip.Str() == "" {
		return nil
	}
	if e.question.facts.IP, err = netip.ParseAddr(ip.Str()); err != nil {
		return wrongValue("camContext.clientIP", "The member `clientIP` of `camContext` must be an address.")
	}
	e.question.facts.IP = e.question.facts.IP.Unmap()
	return nil
}

func addFact(facts *policy.Context, v *wire.Value) error {
	values := []wire.Value{*v}
	if v.Kind() == wire.ListValue {
		values = nil
		for i := range v.Len() {
			values = append(values, *v.At(i))
		}
	}
	refused := wrongValue("condition", "The condition key `"+clip(v.Name())+"` must have a string, number or truth value, or a list of at most 100.")
	if len(values) > maxKeyValues {
		return refused
	}
	for i := range values {
		switch values[i].Kind() {
		case wire.StringValue, wire.NumberValue, wire.BoolValue:
		default:
			return refused
		}
		if err := facts.Add(v.Name(), values[i].Str()); err != nil {
			return wrongValue("condition", "The condition key `"+clip(v.Name())+"` cannot be read.")
		}
	}
	return nil
}

// Run finds who signed, and decides.
func (e *examining) Run(ctx context.Context, c *call.Call) (wire.Response, error) {
	if err := e.identify(ctx, c); err != nil {
		return nil, err
	}
	permissions := []wire.Value{}
	if e.mode != signatureOnly {
		e.question.facts.MFA = e.subject.MFA()
		if err := e.decide(ctx, &e.question); err != nil {
			return nil, err
		}
		if denied := e.refuse(c.RequestID, c.Language); denied != nil {
			e.code = noResource
			return nil, denied
		}
		for _, r := range e.resources {
			permissions = append(permissions, *object(member{"resource", wire.NewString(r)}, member{"result", wire.NewString("allow")}))
		}
	}
	e.who = e.subject
	temporary := int64(0)
	if e.holder != nil && e.holder.Temporary() {
		temporary = 1
	}
	// The texts that were signed stay here: with them, whoever asks could learn parts of requests that it never saw.
	return object(member{"keyType", wire.NewInt(temporary)}, member{"keySource", wire.NewInt(0)},
		member{"formatString", wire.NewString("")}, member{"stringToSign", wire.NewString("")},
		member{"permissionDetail", wire.NewList(permissions...)}, member{"transferDetail", wire.NewList()}, member{"debugInfo", wire.NewList()},
		member{"accountArea", wire.NewInt(0)}), nil
}

// identify finds whom the call is about.
func (e *examining) identify(ctx context.Context, c *call.Call) (err error) {
	if e.mode == permissionOnly {
		owner := e.owner
		if owner == 0 {
			owner = int64(c.Account())
		}
		var standing call.Standing
		if e.subject, standing, err = e.findSubject(ctx, c.Account(), e.uin, owner); err != nil {
			return err
		}
		return barred(standing)
	}
	if e.block, err = readBlock(e.header); err != nil {
		return err
	}
	if e.holder, err = e.examine(ctx, c); err != nil {
		return err
	}
	who := &e.holder.Principal
	if e.uin != 0 && e.uin != who.ID() || e.owner != 0 && e.owner != int64(who.Account) {
		return wrongValue("uin", "The signature is not that of the parameters `uin` and `ownerUin`.")
	}
	e.subject = who
	return nil
}

// examine finds who made the signature. A key of another account is one that does not exist: who its holder is, and whether
// there is one, is for a product of his own account to know. Our decision.
func (e *examining) examine(ctx context.Context, c *call.Call) (*credential.Holder, error) {
	if err := e.block.checkPeriods(c.At.Unix()); err != nil {
		return nil, err
	}
	h, err := e.finder.Find(ctx, e.block.keyID)
	if err != nil && !errors.Is(err, credential.ErrNotFound) {
		return nil, err
	}
	if err != nil || h.Principal.Account != c.Account() || !h.Temporary() && !h.Active {
		return nil, fault.New(code.AuthFailureSecretIdNotFound)
	}
	switch e.block.algorithm {
	case algorithmTC3:
		h, err = e.examineTC3(ctx, c)
	case algorithmSHA1, algorithmSHA256:
		err = e.examineV1(h, c.At)
	default:
		err = malformedSignature("its q-sign-algorithm is not known")
	}
	if err == nil {
		err = e.standing(h, c)
	}
	return h, err
}

// standing refuses a signer who may not act at all. That the person is disabled behind the session of a role that another
// account's key assumed is that account's business: here the session has ended.
func (e *examining) standing(h *credential.Holder, c *call.Call) error {
	switch {
	case h.InForce(c.At):
		return nil
	case h.OnlyDisabled(c.At) && h.ToldBy(c.Account()):
		return gateway.ErrPersonDisabled
	case h.Suspended:
		return gateway.ErrSuspended
	}
	return fault.New(code.AuthFailureTokenFailure)
}

func (e *examining) examineTC3(ctx context.Context, c *call.Call) (*credential.Holder, error) {
	a, timestamp, r, err := e.block.tc3(e.method, e.url, e.action.Service)
	if err != nil {
		return nil, err
	}
	h, err := e.authenticator.TC3(ctx, &gateway.Signed{Authorization: a, Timestamp: timestamp, Token: e.token, Request: r,
		// A request to hufu itself is nobody else's to take for one to him.
		Accepts: func(scope string) bool { return !e.own(scope) }}, c.At)
	if failed := fault.From(err); err != nil && returnCodeOf(failed.Code) == badParameters {
		return nil, malformedSignature("q-sign-time-api-v4 is not timestamp;date")
	}
	return h, err
}

func (e *examining) examineV1(h *credential.Holder, at time.Time) error {
	s, err := e.block.v1()
	if err != nil {
		return err
	}
	if e.own(s.service()) { // as with TC3
		return fault.New(code.AuthFailureInvalidAuthorization, "Service")
	}
	timestamp, err := strconv.ParseInt(s.timestamp, 10, 64)
	if err != nil {
		return malformedSignature("the Timestamp of what was signed is not in seconds")
	}
	if d := at.Unix() - timestamp; d > maxSkew || d < -maxSkew {
		return fault.New(code.AuthFailureSignatureExpire, strconv.FormatInt(at.Unix(), 10))
	}
	switch {
	case !s.verifies(h.Secret):
		return fault.New(code.AuthFailureSignatureFailure)
	case !h.TokenFits(e.token, at):
		return fault.New(code.AuthFailureTokenFailure)
	}
	return nil
}

// Describe tells whose request was examined, and what was asked. The signature and the token are not kept.
func (e *examining) Describe(r *audit.Record) {
	more := []member{{"mode", wire.NewInt(e.mode)}}
	if e.block != nil {
		more = append(more, member{"algorithm", wire.NewString(cut(e.block.algorithm))}, member{"keyId", wire.NewString(cut(e.block.keyID))})
	}
	if e.uin != 0 {
		more = append(more, member{"asked", wire.NewInt(e.uin)})
	}
	e.describe(r, more...)
}
