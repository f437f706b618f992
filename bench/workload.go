package main

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
)

// A statement is one rule of a principal, in no engine's language. All that it says must hold.
type statement struct {
	deny     bool
	service  string
	action   string       // a name, or the beginning of names and *
	resource string       // type/id, or the beginning of paths and *
	network  netip.Prefix // the caller's address is in it; zero: any
	env      string       // the resource's tag "env" has this value; "": any
}

// A request is what the principal asks for.
type request struct {
	service, action, resource string
	address                   netip.Addr
	env                       string
}

type outcome int

const (
	miss outcome = iota // nothing says anything about it
	denied
	allowed
	outcomes
)

// A workload is one principal's statements and requests, with the answer that each request must get.
type workload struct {
	statements []statement
	requests   []request
	want       []outcome
}

// The actions are called as those of the object store, in every service: MinIO's package takes no other names. Of those,
// these are the ones whose statements it lets ask for a tag of the object.
var (
	actions = []string{"GetObject", "GetObjectAttributes", "GetObjectTagging", "GetObjectVersionTagging", "PutObjectTagging", "PutObjectVersionTagging",
		"DeleteObjectTagging", "DeleteObjectVersionTagging", "ReplicateObject", "ReplicateDelete", "ReplicateTags"}
	actionPrefixes = []string{"Get*", "GetObject*", "Put*", "PutObject*", "Delete*", "DeleteObject*", "Replicate*"}
	services       = []string{"cvm", "cbs", "vpc", "clb", "cos", "cdb", "redis", "mongodb", "ckafka", "cmq", "scf", "tke", "cdn", "dns", "monitor", "cls", "kms", "ssm", "tag", "live"}
	kinds          = []string{"instance", "image"}
	envs           = []string{"prod", "staging", "test", "demo"}
)

// requestsPerWorkload are asked round and round: 40 % allowed, 20 % denied, 40 % missed.
const requestsPerWorkload = 500

// newWorkload makes statements and their requests, the same on each run. One statement in ten denies, one in three has a
// condition, half of the actions and of the resources are patterns, and one in ten, but no more than one for each service,
// covers every object of a type.
func newWorkload(of shape) (workload, error) {
	n := of.statements
	g := generator{rand.New(rand.NewPCG(uint64(of.services), uint64(n))), n, services[:of.services]}
	var w workload
	for i := range n {
		w.statements = append(w.statements, g.statement(i))
	}
	g.Shuffle(n, func(i, j int) { w.statements[i], w.statements[j] = w.statements[j], w.statements[i] })
	room := [outcomes]int{allowed: requestsPerWorkload * 2 / 5, denied: requestsPerWorkload / 5, miss: requestsPerWorkload * 2 / 5}
	for tries := 0; len(w.requests) < requestsPerWorkload; tries++ {
		if tries > 1000*requestsPerWorkload {
			return w, fmt.Errorf("%s statements: no requests found for %v", of, room)
		}
		r := g.request(w.statements)
		if o := w.decide(r); room[o] > 0 {
			room[o]--
			w.requests, w.want = append(w.requests, r), append(w.want, o)
		}
	}
	// They were found in runs of one outcome.
	g.Shuffle(len(w.requests), func(i, j int) {
		w.requests[i], w.requests[j] = w.requests[j], w.requests[i]
		w.want[i], w.want[j] = w.want[j], w.want[i]
	})
	return w, nil
}

// decide is the obvious evaluation, that all engines are held against.
func (w workload) decide(r request) outcome {
	o := miss
	for _, s := range w.statements {
		switch {
		case s.service != r.service || !covers(s.action, r.action) || !covers(s.resource, r.resource):
		case s.network.IsValid() && !s.network.Contains(r.address) || s.env != "" && s.env != r.env:
		case s.deny:
			return denied
		default:
			o = allowed
		}
	}
	return o
}

// covers compares with a name or with the beginning of names.
func covers(pattern, name string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(name, prefix)
	}
	return pattern == name
}

type generator struct {
	*rand.Rand
	n        int // statements
	services []string
}

func pick[T any](g generator, from []T) T { return from[g.IntN(len(from))] }

// resource names one of as many objects as there are statements, so that few statements are about each. Half of the
// objects stand in folders.
func (g generator) resource() string {
	if g.IntN(2) == 0 {
		return fmt.Sprintf("%s/id-%d", pick(g, kinds), g.IntN(g.n))
	}
	return fmt.Sprintf("%s/team-%d/id-%d", pick(g, kinds), g.IntN(g.n/4+1), g.IntN(g.n))
}

func (g generator) address() netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(g.IntN(4)), byte(g.IntN(256)), byte(g.IntN(256))})
}

func (g generator) statement(i int) statement {
	s := statement{deny: i%10 == 9, service: pick(g, g.services), action: pick(g, actions), resource: g.resource()}
	if g.IntN(2) == 0 {
		s.action = pick(g, actionPrefixes)
	}
	if i%10 == 4 && i/10 < len(g.services) {
		s.service, s.resource = g.services[i/10], pick(g, kinds)+"/*"
	} else if at := strings.LastIndex(s.resource, "/id-"); strings.Contains(s.resource, "/team-") {
		s.resource = s.resource[:at] + "/*"
	}
	switch i % 6 {
	case 0:
		s.network = netip.PrefixFrom(g.address(), 16).Masked()
	case 3:
		s.env = pick(g, envs)
	}
	return s
}

// request asks for what a statement is about, and half of the time for something close by.
func (g generator) request(statements []statement) request {
	s := pick(g, statements)
	r := request{service: s.service, action: s.action, resource: s.resource, address: g.address(), env: pick(g, envs)}
	if prefix, ok := strings.CutSuffix(s.action, "*"); ok {
		r.action = pick(g, slices.DeleteFunc(slices.Clone(actions), func(a string) bool { return !strings.HasPrefix(a, prefix) }))
	}
	if prefix, ok := strings.CutSuffix(s.resource, "*"); ok {
		r.resource = fmt.Sprintf("%sid-%d", prefix, g.IntN(g.n))
	}
	if s.network.IsValid() {
		b := g.address().As4()
		b[1] = s.network.Addr().As4()[1]
		r.address = netip.AddrFrom4(b)
	}
	if s.env != "" {
		r.env = s.env
	}
	switch g.IntN(8) {
	case 0:
		r.action = pick(g, actions)
	case 1:
		r.resource = g.resource()
	case 2:
		r.service = pick(g, g.services)
	case 3:
		r.address, r.env = g.address(), pick(g, envs)
	}
	return r
}
