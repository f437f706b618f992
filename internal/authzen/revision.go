package authzen

import (
	"context"
	"net/http"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
)

// revisionPath tells a service that keeps answers whether they are still those that it would get: it answers the revision
// of the asker's account, {"revision":"..."}, which is that of the answers given since. The answers of other nodes have
// others.
const revisionPath = "/access/v1/revision"

// poll is for whoever may ask the questions. It has a rate of its own, so that nobody's polls use up his questions, and
// leaves no audit record where it is allowed: each process of each service polls every second.
var poll = endpoint{
	action: &wire.Action{Service: "hufu", Name: "GetRevision", Permission: evaluate.Permission, Resource: "*", Rate: 1000},
	read:   func(d *Door, _ string, _ []byte) task { return &polling{Door: d} },
}

func (d *Door) tellRevision(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "Use GET.", http.StatusMethodNotAllowed)
		return
	}
	d.serve(w, r, &poll)
}

var _ gateway.Task = (*polling)(nil)

type polling struct {
	*Door
	revision string
}

// Run reads the revision.
func (p *polling) Run(_ context.Context, c *call.Call) (wire.Response, error) {
	p.revision = p.engine.Revision(c.Account())
	return p, nil
}

// Describe has nothing to add: a poll is about nothing but its account.
func (p *polling) Describe(*audit.Record) {}

func (p *polling) cost() int { return 1 }

// AppendJSON prints the answer.
func (p *polling) AppendJSON(b []byte) []byte {
	return append(wire.AppendString(append(b, `{"revision":`...), p.revision), '}')
}
