package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// Policies are what explanations are read off: the engine that decides, and what it decides by.
type Policies struct {
	Access    *access.Engine
	Directory Directory
	// Granularity is how finely an action can be granted.
	Granularity func(service, action string) policy.Granularity
}

// Directory finds principals and policies. The product that owns them implements it.
type Directory interface {
	UserName(ctx context.Context, q store.Queryer, a store.Account, uin int64) (name string, ok bool, err error)
	UserUIN(ctx context.Context, q store.Queryer, a store.Account, name string) (uin int64, ok bool, err error)
	// Role finds a role by its id, or by its name where the id is 0; nil if there is none.
	Role(ctx context.Context, q store.Queryer, owner store.Account, id int64, name string) (*access.Role, error)
	// Documents reads the default versions of these policies.
	Documents(ctx context.Context, a store.Account, policies, groups []int64) ([]access.Document, error)
}

// A Question is one that is put to the policies as they are.
type Question struct {
	Account  store.Account `json:"account"`
	User     string        `json:"user,omitempty"` // uin or name
	Role     string        `json:"role,omitempty"` // id or name
	Root     bool          `json:"root,omitempty"` // exactly one of the three
	Action   string        `json:"action"`
	Resource string        `json:"resource,omitempty"` // six segments; an empty account is that of the caller
	Facts    []Fact        `json:"facts,omitempty"`
}

// A Fact is a value of a condition key.
type Fact struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Explained is a question with its answer. Of a call that the trail has, Call is its record, and there is an explanation if
// it was denied.
type Explained struct {
	Caller      string              `json:"caller"` // its own six-segment name
	Action      string              `json:"action"`
	Resource    string              `json:"resource"`
	AssumeRole  bool                `json:"assumeRole,omitempty"`
	Decision    policy.Decision     `json:"decision"`
	Explanation *policy.Explanation `json:"explanation,omitempty"`
	// Documents are the texts of the policies that the explanation names, where they have not changed since.
	Documents []Document    `json:"documents,omitempty"`
	Call      *audit.Record `json:"call,omitempty"`
	// Failed is the error code of a question, among several, that got no answer.
	Failed string `json:"failed,omitempty"`
	// Questions are those that the call asked for others, where it is one that asks several.
	Questions []Explained `json:"questions,omitempty"`
}

// A Document is the text of a policy in a layer.
type Document struct {
	Layer   policy.Layer `json:"layer"`
	ID      int64        `json:"policyId"`
	Version int64        `json:"version"`
	Text    string       `json:"text"`
}

// errNoPolicies is a process that was put together without what explains.
var errNoPolicies = errors.New("policies cannot be explained here")

// Explain answers a question by the policies as they are.
func (a *Actions) Explain(ctx context.Context, in Question) (*Explained, error) {
	if a.Policies == nil {
		return nil, errNoPolicies
	}
	asked, trust, err := a.question(ctx, in)
	if err != nil {
		return nil, err
	}
	x, err := a.Policies.Access.Explain(ctx, asked)
	if err != nil {
		return nil, err
	}
	out := &Explained{Caller: asked.Caller.Resource(), Action: asked.Action.String(), Resource: "*", AssumeRole: asked.Trust != nil,
		Decision: x.Decision, Explanation: &x}
	if len(asked.Names) > 0 {
		out.Resource = asked.Names[0].String()
	}
	if out.Documents, err = a.documents(ctx, in.Account, &x); err != nil {
		return nil, err
	}
	if trust != nil {
		out.Documents = append(out.Documents, *trust)
	}
	return out, nil
}

// question reads a question, and finds who and what it is about.
func (a *Actions) question(ctx context.Context, in Question) (q access.Question, trust *Document, err error) {
	of, err := account.Get(ctx, a.DB.Read(), in.Account)
	if err != nil {
		return q, nil, fmt.Errorf("account %d: %w", in.Account, err)
	}
	if q.Caller, err = a.caller(ctx, of, in); err != nil {
		return q, nil, err
	}
	var ok bool
	if q.Action, ok = policy.ParseAction(in.Action); !ok {
		return q, nil, fmt.Errorf("%q is no action like cvm:StopInstances", in.Action)
	}
	q.Granularity = a.Policies.Granularity(q.Action.Service, q.Action.Name)
	for _, f := range in.Facts {
		if err := q.Context.Add(f.Key, f.Value); err != nil {
			return q, nil, err
		}
	}
	if in.Resource != "" && q.Granularity == policy.ResourceLevel {
		if err := a.object(ctx, of, in.Resource, &q); err != nil {
			return q, nil, err
		}
	}
	if q.Action == assumeRole {
		trust, err = a.trust(ctx, &q)
	}
	return q, trust, err
}

var assumeRole = policy.Action{Service: "sts", Name: "AssumeRole"}

// caller finds the principal, as it would call now without any session.
func (a *Actions) caller(ctx context.Context, of account.Account, in Question) (*call.Principal, error) {
	who := &call.Principal{Account: of.UIN, AppID: of.AppID}
	db := a.DB.Read()
	switch {
	case in.Root:
		who.Kind, who.UIN = call.Root, int64(of.UIN)
		return who, nil
	case in.Role != "":
		role, err := a.role(ctx, of.UIN, in.Role)
		if err != nil {
			return nil, err
		}
		who.Kind, who.RoleID = call.Role, role.ID
		return who, nil
	}
	who.Kind = call.User
	if uin, err := strconv.ParseInt(in.User, 10, 64); err == nil {
		_, ok, err := a.Policies.Directory.UserName(ctx, db, of.UIN, uin)
		if err != nil {
			return nil, err
		}
		if who.UIN = uin; ok {
			return who, nil
		}
	}
	uin, ok, err := a.Policies.Directory.UserUIN(ctx, db, of.UIN, in.User)
	if err == nil && !ok {
		err = fmt.Errorf("account %d has no user %q", of.UIN, in.User)
	}
	who.UIN = uin
	return who, err
}

// role finds a role of an account by id or name.
func (a *Actions) role(ctx context.Context, owner store.Account, text string) (*access.Role, error) {
	if id, err := strconv.ParseInt(text, 10, 64); err == nil && id > 0 {
		if role, err := a.Policies.Directory.Role(ctx, a.DB.Read(), owner, id, ""); err != nil || role != nil {
			return role, err
		}
	}
	role, err := a.Policies.Directory.Role(ctx, a.DB.Read(), owner, 0, text)
	if err == nil && role == nil {
		err = fmt.Errorf("account %d has no role %q", owner, text)
	}
	return role, err
}

// object reads the name of the resource, with its owner by both numbers where the owner is one of ours.
func (a *Actions) object(ctx context.Context, of account.Account, text string, q *access.Question) error {
	r, err := qcs.Parse(text)
	if err != nil {
		return err
	}
	if r.IsAny() {
		return nil
	}
	own := access.AccountOf(q.Caller)
	switch r.Account {
	case "", "uin/", "uid/", "uid/" + own.AppID:
		r.Account = "uin/" + own.UIN
	}
	q.Names = []qcs.Resource{r}
	q.Owner = qcs.Account{UIN: r.Owner()}
	uin, err := strconv.ParseInt(q.Owner.UIN, 10, 64)
	if err != nil {
		return nil // of nobody that could be here
	}
	owner, err := account.Get(ctx, a.DB.Read(), store.Account(uin))
	if errors.Is(err, account.ErrNotFound) {
		return nil
	}
	q.Owner.AppID = strconv.FormatInt(owner.AppID, 10)
	return err
}

// trust finds the role that is to be assumed: all of its names, and its trust policy.
func (a *Actions) trust(ctx context.Context, q *access.Question) (*Document, error) {
	if len(q.Names) == 0 {
		return nil, errors.New("sts:AssumeRole is about a role: name it as resource")
	}
	e, err := qcs.ParseEntity(q.Names[0].String())
	if err != nil || e.Kind != qcs.KindRole {
		return nil, fmt.Errorf("%s names no role", q.Names[0])
	}
	owner, _ := strconv.ParseInt(e.Account, 10, 64) // digits, as it was read
	name := e.Name
	if name == "" {
		name = e.ID
	}
	role, err := a.role(ctx, store.Account(owner), name)
	if err != nil {
		return nil, err
	}
	q.Names = append(q.Names, qcs.Role(e.Account, strconv.FormatInt(role.ID, 10), role.Name, role.ServiceLinked)...)
	q.Trust = access.Trust(role.Name, role.Document)
	return &Document{Layer: policy.LayerResource, Version: 1, Text: role.Document}, nil
}

// documents reads the policies that an explanation names, as far as they are still what they were.
func (a *Actions) documents(ctx context.Context, of store.Account, x *policy.Explanation) ([]Document, error) {
	var all []Document
	for _, l := range x.Layers {
		if l.Layer != policy.LayerIdentity && l.Layer != policy.LayerBoundary {
			continue
		}
		version := map[int64]int64{}
		var ids []int64
		for _, s := range l.Statements {
			if version[s.Ref.PolicyID] == 0 {
				ids = append(ids, s.Ref.PolicyID)
			}
			version[s.Ref.PolicyID] = s.Ref.Version
		}
		found, err := a.Policies.Directory.Documents(ctx, of, ids, nil)
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			if d.Version == version[d.ID] {
				all = append(all, Document{l.Layer, d.ID, d.Version, d.Text})
			}
		}
	}
	return all, nil
}

// Recorded explains a call that the trail has, by what the policies said then. Without an account every record is looked
// through. The id of a decision among several, "<request id>/<index>", picks that one.
func (a *Actions) Recorded(ctx context.Context, of store.Account, id string) (*Explained, error) {
	requestID, index, one := strings.Cut(id, "/")
	out, err := a.call(ctx, of, requestID)
	if err != nil || !one {
		return out, err
	}
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(out.Questions) {
		return nil, fmt.Errorf("the call %s asked no question %q", requestID, index)
	}
	picked := out.Questions[i]
	picked.Call = out.Call
	return &picked, nil
}

// call explains a call as a whole.
func (a *Actions) call(ctx context.Context, of store.Account, requestID string) (*Explained, error) {
	if a.Policies == nil {
		return nil, errNoPolicies
	}
	r, err := a.recorded(ctx, of, requestID)
	if err != nil {
		return nil, err
	}
	out := &Explained{Caller: r.Caller(), Action: r.Action, Resource: "*", AssumeRole: r.Action == assumeRole.String(), Call: r}
	if len(r.Resources) > 0 {
		out.Resource = r.Resources[0]
	}
	if r.Door == "authzen" { // the caller of that door asks for others
		if err := a.onBehalf(ctx, r, out); err != nil {
			return nil, err
		}
	}
	return out, a.recall(ctx, r.Account, r.Decision, r.Explanation, out)
}

// recall fills in what was decided.
func (a *Actions) recall(ctx context.Context, of store.Account, d audit.Decision, explanation json.RawMessage, out *Explained) (err error) {
	if len(explanation) == 0 {
		out.Decision = decisionOf(d)
		return nil
	}
	out.Explanation = &policy.Explanation{}
	if err := json.Unmarshal(explanation, out.Explanation); err != nil {
		return fmt.Errorf("explanation of the record: %w", err)
	}
	out.Decision = out.Explanation.Decision
	out.Documents, err = a.documents(ctx, of, out.Explanation)
	return err
}

// onBehalf reads what a call asked for others: one question, whose decision is the record's, or several.
func (a *Actions) onBehalf(ctx context.Context, r *audit.Record, out *Explained) error {
	var asked struct {
		Subject     json.RawMessage
		Action      json.RawMessage
		Evaluations json.RawMessage
	}
	if err := json.Unmarshal(r.Parameters, &asked); err != nil {
		return fmt.Errorf("parameters of the record: %w", err)
	}
	if asked.Evaluations == nil {
		return one(asked.Subject, asked.Action, out)
	}
	var batch audit.Batch
	if err := json.Unmarshal(r.Parameters, &batch); err != nil {
		return fmt.Errorf("parameters of the record: %w", err)
	}
	for _, e := range batch.Evaluations {
		q := Explained{Caller: e.Subject, Action: e.Action, Resource: e.Resource, AssumeRole: e.Action == assumeRole.String(), Failed: e.Outcome}
		if err := a.recall(ctx, r.Account, e.Decision, e.Explanation, &q); err != nil {
			return err
		}
		out.Questions = append(out.Questions, q)
	}
	return nil
}

// one names whom and what the one question of a call was about.
func one(subject, action json.RawMessage, out *Explained) error {
	if len(action) == 0 {
		return nil
	}
	var who struct{ Type, ID string }
	var what struct{ Name string }
	if err := errors.Join(json.Unmarshal(subject, &who), json.Unmarshal(action, &what)); err != nil {
		return fmt.Errorf("parameters of the record: %w", err)
	}
	out.Caller, out.Action = who.Type+"/"+who.ID, what.Name
	return nil
}

// mostScanned bounds how many records of an account are looked through for a call that was not denied.
const mostScanned = 1_000_000

func (a *Actions) recorded(ctx context.Context, of store.Account, requestID string) (r *audit.Record, err error) {
	if !isRequestID(requestID) {
		return nil, fmt.Errorf("%q is no request id", requestID)
	}
	if of != 0 {
		r, err = audit.ByRequest(ctx, a.DB.Read(), of, requestID, audit.Window{Most: mostScanned})
	} else {
		var found []audit.Record
		if found, err = audit.Query(ctx, a.DB.Read(), audit.Filter{RequestID: requestID, Limit: 1}); len(found) > 0 {
			r = &found[0]
		}
	}
	if err == nil && r == nil {
		err = fmt.Errorf("the audit trail has no call %s; records of reads appear within some milliseconds", requestID)
	}
	return r, err
}

// isRequestID keeps what is no UUID, such as a pattern, out of the search.
func isRequestID(text string) bool {
	if len(text) != 36 {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (c == '-') || !dash && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// decisionOf is the decision of a record without an explanation.
func decisionOf(d audit.Decision) policy.Decision {
	out := policy.Decision{}
	_ = out.Effect.UnmarshalText([]byte(d.Effect)) // "none" of a call that no policy was asked about stays a denial
	_ = out.Layer.UnmarshalText([]byte(d.Layer))
	out.Allowed = out.Effect == policy.Allow
	if d.Statement > 0 {
		out.Statement = &policy.Ref{PolicyID: d.PolicyID, PolicyName: d.Policy, Version: d.Version, Index: d.Statement - 1}
	}
	return out
}
