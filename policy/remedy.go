package policy

import (
	"bytes"
	"encoding/json"

	"github.com/hufu-iam/hufu/qcs"
)

// A Remedy is the least that would turn a denial into an allow.
type Remedy struct {
	// Denies are the statements that deny, in every layer. While there are
	// any, no addition helps: they must be changed, or their conditions be
	// met.
	Denies []Denial `json:"denies,omitempty"`
	// More counts the Denies that [Explanation.Cut] left out.
	More int `json:"more,omitempty"`
	// Additions are the statements that lack, one for each layer that must
	// allow and does not. All of them are needed. Where a statement fails by
	// its conditions only, meeting those would do as well.
	Additions []Addition `json:"additions,omitempty"`
}

// A Denial is a statement that denies, or a policy that cannot be read where
// that denies everything.
type Denial struct {
	Layer Layer `json:"layer"`
	Level int   `json:"level,omitempty"` // of the organization
	Ref   Ref   `json:"ref"`
}

// An Addition is a statement to add to the policies of a layer.
type Addition struct {
	Layer Layer `json:"layer"`
	Level int   `json:"level,omitempty"` // of the organization
	// Statement is its JSON text. It names this action on this resource, and
	// nothing beyond what the action's granularity makes necessary.
	Statement json.RawMessage `json:"statement"`
}

// remedy reads off what every layer said whether it denies, and whether an
// allow that must be there is not.
func (e *evaluation) remedy(layers []LayerTrace) *Remedy {
	r := &Remedy{}
	identity, res := false, granted{}
	for _, t := range layers {
		if t.Skipped != "" {
			continue
		}
		allows := r.denies(t)
		switch t.Layer {
		case LayerIdentity:
			identity = allows.named
		case LayerResource:
			res = allows
		case LayerControl, LayerBoundary, LayerSession:
			if !allows.named {
				r.Additions = append(r.Additions, Addition{t.Layer, t.Level, e.addition(t.Layer)})
			}
		}
	}
	own, given := e.lacking(identity, res)
	if own {
		r.Additions = append(r.Additions, Addition{LayerIdentity, 0, e.addition(LayerIdentity)})
	}
	if given {
		r.Additions = append(r.Additions, Addition{LayerResource, 0, e.addition(LayerResource)})
	}
	return r
}

// granted says for whom a layer has an allow that applies. Layers without
// principals have them for the caller.
type granted struct{ named, anyone bool }

// denies notes what denies in a layer, and returns what allows.
func (r *Remedy) denies(t LayerTrace) (allows granted) {
	if t.Layer != LayerIdentity {
		for _, ref := range t.Broken {
			r.Denies = append(r.Denies, Denial{t.Layer, t.Level, ref})
		}
	}
	for _, s := range t.Statements {
		switch {
		case !s.Applies:
		case s.Effect == ExplicitDeny:
			r.Denies = append(r.Denies, Denial{t.Layer, t.Level, s.Ref})
		default:
			allows.named = allows.named || s.Named
			allows.anyone = allows.anyone || s.Anyone
		}
	}
	return allows
}

// lacking says which of the two halves that grant together are missing: what
// the caller was given, and what the owner of the resource gave away. It is
// the other side of conclude. Where one of two would do it asks for the
// narrower: never for a grant to everyone, and inside an account for one to
// the caller rather than on the resource.
func (e *evaluation) lacking(identity bool, res granted) (own, given bool) {
	kind := e.q.Principal.Kind
	identity = identity || kind == Root
	switch {
	case e.q.AssumeRole && kind == Anonymous:
		return false, false // nobody can trust the unsigned
	case e.q.AssumeRole:
		return !identity && kind != Service && kind != Federated, !res.named
	case res.anyone:
		return false, false
	case kind == Anonymous:
		return false, true
	case e.own():
		return !identity && !res.named, false
	}
	return !identity, !res.named
}

// addition is the statement that allows the question in a layer.
func (e *evaluation) addition(l Layer) json.RawMessage {
	s := struct {
		Effect    string `json:"effect"`
		Principal any    `json:"principal,omitempty"`
		Action    string `json:"action"`
		Resource  string `json:"resource,omitempty"`
	}{Effect: "allow", Action: e.service + ":" + e.q.Action.Name, Resource: "*"}
	switch {
	case e.q.Granularity == ServiceLevel:
		s.Action = e.service + ":*"
	case l == LayerResource && e.q.AssumeRole:
		s.Resource = "" // the role itself
	case !e.any:
		s.Resource = qcs.PatternOf(e.q.Resource[0])
	}
	if l == LayerResource {
		s.Principal = e.q.Principal.entry()
	}
	return compactJSON(s)
}

// compactJSON leaves <, > and & as they are: what it prints is for people to
// copy.
func compactJSON(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // texts alone: cannot fail
	return bytes.TrimSpace(b.Bytes())
}

// entry is the principal as a resource policy names it.
func (p *Principal) entry() any {
	qcsEntry := func(r qcs.Resource) any { return map[string]any{"qcs": []string{r.String()}} }
	switch p.Kind {
	case Root:
		return qcsEntry(qcs.Root(p.Account.UIN))
	case User:
		return qcsEntry(qcs.User(p.Account.UIN, p.UIN))
	case Role:
		return qcsEntry(qcs.RoleByID(p.Account.UIN, p.RoleID))
	case Service:
		return map[string]any{"service": []string{p.ServiceName}}
	case Federated:
		return map[string]any{"federated": []string{p.Provider.Resource().String()}}
	}
	return "*"
}
