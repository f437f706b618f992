package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// doorCall is one kind of call at one of hufu's doors, measured beside the same kind of work through the API.
type doorCall struct {
	name  string
	write bool
	next  func(p *process, client, n int) *http.Request
	good  func(body []byte) bool
}

// throughDoor is what a load of calls told.
type throughDoor struct {
	call    *doorCall
	clients int
	measured
}

// doorClients is how many clients call side by side; each has a policy of its own to attach and remove.
const doorClients = 64

// serial makes every write another one.
var serial atomic.Int64

// doorWorld is what the calls are about.
type doorWorld struct {
	root, user uint64
	policies   []uint64 // one a client
	eiam       eiamWorld
}

func fillDoors(p *process) (w doorWorld, err error) {
	var answer struct {
		Response struct {
			AccountId string
			Uin       uint64
			PolicyId  uint64
		}
	}
	invoke := func(service, version, action string, in object) error {
		if err := exchange(signed(p.base, service, version, action, text(in)), &answer); err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
		return nil
	}
	if err := invoke("sts", "2018-08-13", "GetCallerIdentity", object{}); err != nil {
		return w, err
	}
	if _, err := fmt.Sscan(answer.Response.AccountId, &w.root); err != nil {
		return w, err
	}
	if err := invoke("cam", "2019-01-16", "AddUser", object{"Name": "bench"}); err != nil {
		return w, err
	}
	w.user = answer.Response.Uin
	for i := range doorClients {
		document := text(object{"version": "2.0", "statement": object{"effect": "allow", "action": "cmqqueue:ReceiveMessage", "resource": fmt.Sprintf("qcs::cmqqueue:bj::queueName/uin/1/q-%d", i)}})
		if err := invoke("cam", "2019-01-16", "CreatePolicy", object{"PolicyName": fmt.Sprintf("queue-%d", i), "PolicyDocument": document}); err != nil {
			return w, err
		}
		w.policies = append(w.policies, answer.Response.PolicyId)
	}
	return w, invoke("cam", "2019-01-16", "AttachUserPolicy", object{"AttachUin": w.user, "PolicyId": w.policies[0]})
}

// component makes a call of the component interface.
func component(p *process, event int, name string, para object) func() *http.Request {
	return signedTo(p.base, "/component", "cam", "", "", text(object{"version": 1, "componentName": "bench", "eventId": event,
		"interface": object{"interfaceName": name, "para": para}}))
}

// repeated makes the same signed request again and again, as the measurements of reads do.
func repeated(make func(p *process) func() *http.Request) func(p *process, client, n int) *http.Request {
	var kept func() *http.Request
	var of *process
	return func(p *process, client, n int) *http.Request {
		if of != p {
			kept, of = make(p), p
		}
		return kept()
	}
}

func hasNoError(body []byte) bool { return !bytes.Contains(body, []byte(`"Error"`)) }

func returnsZero(body []byte) bool { return bytes.Contains(body, []byte(`"returnCode":0,`)) }

// doorCalls are the calls that are compared: the API's first, of each kind.
func doorCalls(w *doorWorld) []doorCall {
	return []doorCall{
		{name: "API: GetUser", good: hasNoError, next: repeated(func(p *process) func() *http.Request {
			return signed(p.base, "cam", "2019-01-16", "GetUser", `{"Name":"bench"}`)
		})},
		{name: "API: GetPolicy", good: hasNoError, next: repeated(func(p *process) func() *http.Request {
			return signed(p.base, "cam", "2019-01-16", "GetPolicy", text(object{"PolicyId": w.policies[0]}))
		})},
		{name: "component: GetCamStrategy", good: returnsZero, next: repeated(func(p *process) func() *http.Request {
			return component(p, 1, "GetCamStrategy", object{"strategyId": w.policies[0]})
		})},
		{name: "component: checkResource", good: returnsZero, next: repeated(func(p *process) func() *http.Request {
			return component(p, 1, "checkResource", object{"uin": w.user, "action": "cmqqueue:ReceiveMessage", "resource": "qcs::cmqqueue:bj::queueName/uin/1/q-0"})
		})},
		{name: "EIAM: GetUser", good: hasMember("user_id"), next: repeated(func(p *process) func() *http.Request { return w.eiam.getUser() })},
		{name: "API: AddUser", write: true, good: hasNoError, next: func(p *process, client, n int) *http.Request {
			return signed(p.base, "cam", "2019-01-16", "AddUser", fmt.Sprintf(`{"Name":"u-%d"}`, serial.Add(1)))()
		}},
		{name: "API: AttachUserPolicy, DetachUserPolicy", write: true, good: hasNoError, next: func(p *process, client, n int) *http.Request {
			action := [...]string{"Attach", "Detach"}[n%2]
			return signed(p.base, "cam", "2019-01-16", action+"UserPolicy", text(object{action + "Uin": w.user, "PolicyId": w.policies[client]}))()
		}},
		{name: "component: OperateCamStrategy", write: true, good: returnsZero, next: func(p *process, client, n int) *http.Request {
			return component(p, int(serial.Add(1)), "OperateCamStrategy", object{"groupId": -1, "relateUin": w.user, "strategyId": w.policies[client], "actionType": 1 + n%2})()
		}},
		{name: "EIAM: bind two users, unbind them", write: true, good: hasMember("account_id"), next: func(_ *process, client, n int) *http.Request {
			return w.eiam.bind(client, n)
		}},
	}
}

// measureDoors loads one server with each kind of call in turn.
func measureDoors(ctx context.Context, binary, dir string, d time.Duration) (all []throughDoor, err error) {
	p, err := serve(ctx, binary, "serve", "--data", dir, "--rate-limit", "off", "--quota", "sub-accounts=0")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	w, err := fillDoors(p)
	if err != nil {
		return nil, err
	}
	if w.eiam, err = fillEIAM(ctx, p, binary, dir, w.root); err != nil {
		return nil, err
	}
	calls := doorCalls(&w)
	for _, clients := range []int{1, doorClients} {
		for i := range calls {
			c := &calls[i]
			if !c.write {
				c.next(p, 0, 0) // signed once, before the clients share it
			}
			m, err := drive(clients, d, func(client, n int) *http.Request { return c.next(p, client, n) },
				func(_, _ int, body []byte) bool { return c.good(body) })
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			all = append(all, throughDoor{c, clients, m})
		}
	}
	return all, nil
}

// doorsReport is the page about the doors.
type doorsReport struct{ calls []throughDoor }

func (r doorsReport) markdown() string {
	var b strings.Builder
	f := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	f("# Benchmarks of the doors\n\nWritten by `make bench` on %s: %s. Client and server share the machine, the database is the embedded one, and each kind of call\n", time.Now().UTC().Format(time.DateOnly), cpu())
	f("loads the same server in turn. The ratio is to the first call of its kind, GetUser for reads and AddUser for writes.\n")
	for _, write := range []bool{false, true} {
		f("\n## %s\n\n| call | clients | calls/s | ratio | p50 | p99 |\n|---|---|---|---|---|---|\n", map[bool]string{false: "Reads", true: "Durable writes"}[write])
		first := map[int]float64{}
		for _, c := range r.calls {
			if c.call.write != write {
				continue
			}
			if first[c.clients] == 0 {
				first[c.clients] = c.rate()
			}
			f("| %s | %d | %.0f | **%.2f** | %s | %s |\n", c.call.name, c.clients, c.rate(), c.rate()/first[c.clients], c.p50.Round(time.Microsecond), c.p99.Round(time.Microsecond))
		}
	}
	f("\nA component call costs what its action does, and besides the envelope, which is read and written. One that changes something looks\n")
	f("its signature up before it does anything and writes it down with its changes: one query and one row more than the API's call.\n")
	f("\nA call of EIAM verifies no signature: its token is looked up by its hash, with the permission codes, in one query. Binding looks for the\n")
	f("application, the account and the users, and writes a row a user beside its audit record.\n")
	return b.String()
}
