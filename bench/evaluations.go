package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"time"
)

// The world of the comparison over HTTP, the same for every server: each user is in one group, and each group may stop
// some instances. A question is one hop away from its answer.
const (
	worldUsers     = 1000
	worldGroups    = 100
	worldInstances = 1000
)

func groupOf(user int) int { return user % worldGroups }
func granted(group int) []int {
	var instances []int
	for i := group; i < worldInstances; i += worldGroups {
		instances = append(instances, i)
	}
	return instances
}

// A question is whether a user may stop an instance.
type question struct {
	user, instance int
	allowed        bool
}

// newQuestions makes the questions, three of five to be allowed, the same on each run.
func newQuestions() []question {
	r := rand.New(rand.NewPCG(1, 2))
	questions := make([]question, 1000)
	for i := range questions {
		q := &questions[i]
		q.user = r.IntN(worldUsers)
		q.instance = r.IntN(worldInstances/worldGroups)*worldGroups + groupOf(q.user)
		if q.allowed = i%5 < 3; !q.allowed {
			q.instance = (q.instance + 1 + r.IntN(worldGroups-1)) % worldInstances
		}
	}
	r.Shuffle(len(questions), func(i, j int) { questions[i], questions[j] = questions[j], questions[i] })
	return questions
}

// A contender answers the questions over HTTP.
type contender struct {
	name string
	// start serves the world.
	start func(ctx context.Context, dir string) (*serving, error)
}

// A serving is a server that runs.
type serving struct {
	*process
	ask     func(q question) func() *http.Request
	yes, no string // what its answers contain
}

// An evaluated is what a server did.
type evaluated struct {
	name string
	measured
	server time.Duration // processor time of the server during the load
}

const evaluationClients = 32

// measure keeps the better of two loads and checks every answer: a fast wrong one is worth nothing.
func (c contender) measure(ctx context.Context, dir string, d time.Duration) (evaluated, error) {
	e, questions := evaluated{name: c.name}, newQuestions()
	p, err := c.start(ctx, dir)
	if err != nil {
		return e, err
	}
	defer func() { _ = p.stop() }() // the floor knows no signals: ended is ended
	requests := make([]func() *http.Request, len(questions))
	for i, q := range questions {
		requests[i] = p.ask(q)
	}
	// Each client asks all questions, beginning at another one.
	at := func(client, n int) int { return (client*len(questions)/evaluationClients + n) % len(questions) }
	good := func(client, n int, body []byte) bool {
		if questions[at(client, n)].allowed {
			return bytes.Contains(body, []byte(p.yes))
		}
		return bytes.Contains(body, []byte(p.no))
	}
	for _, length := range []time.Duration{d / 5, d, d} { // the first warms up
		before, err := p.cpuTime()
		if err != nil {
			return e, err
		}
		m, err := drive(evaluationClients, length, func(client, n int) *http.Request { return requests[at(client, n)]() }, good)
		if err != nil {
			return e, err
		}
		after, err := p.cpuTime()
		if err != nil {
			return e, err
		}
		if length == d && (e.calls == 0 || m.rate() > e.rate()) {
			e.measured, e.server = m, after-before
		}
	}
	return e, nil
}
