package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// policyReport is the page about deciding.
type policyReport struct {
	rows        []row
	alone       []claim
	evaluations []evaluated
}

// The targets.
const (
	decisionTarget   = 300 * time.Nanosecond
	evaluationTarget = 3.0
)

var ratioTargets = map[int]float64{10: 4, 1000: 100}

// markdown prints the parts of the page that were measured.
func (r policyReport) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmarks of decisions\n\nWritten by `make bench` on %s: %s, %d cores, %s. All in one run on one machine, so the ratios count, not the\nabsolute numbers.\n",
		time.Now().UTC().Format(time.DateOnly), cpu(), runtime.NumCPU(), runtime.Version())
	if len(r.rows) > 0 {
		b.WriteString(engineMethod)
		r.engines(&b)
	}
	if len(r.evaluations) > 0 {
		fmt.Fprintf(&b, evaluationMethod, thousands(worldUsers), worldGroups, thousands(worldInstances), evaluationClients, openFGA, opa)
		r.servers(&b)
	}
	b.WriteString("\n## Targets\n\n| what | measured | target | met |\n|---|---|---|---|\n")
	for _, c := range r.claims() {
		met := map[bool]string{true: "yes", false: "**no**"}[c.met]
		if c.target == "" {
			c.target, met = "none", ""
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.what, c.measured, c.target, met)
	}
	b.WriteString(differences)
	return b.String()
}

const engineMethod = `
## Method

A workload is one principal's statements, made at random from a fixed seed: 10 to 10,000 statements over 20 services, each about
one action or the beginning of action names, and one object or a folder of them. One in ten denies. One in six asks for the
caller's network and one in six for a tag of the object. One in ten, but no more than one for each service, covers every object
of a type. 500 requests are asked round and round, mixed: 40 % are allowed, 20 % denied by a statement, 40 % met by none, most
of these for one property that differs. "Of one service" is the same with all statements about one service.

Each engine gets the statements in its own language, as someone who knows it would write them, and nothing that it does not do
by itself: an application may sort statements by service before it asks any of them, and none does here. Before anything is
timed, every engine's answer to every request is compared with a plain loop over the statements; one wrong answer ends the run.
Requests are in the engine's own form beforehand, so that the time is the decision's. While an engine is measured no other is in
memory, whose heap its garbage collector would walk. A measurement asks whole rounds of the requests; of up to six, in two
passes over all engines, the best counts, since whatever else runs on the machine only ever adds.

- **hufu**: documents of 20 statements, the layers of a sub-user.
- **cedar-go**: a policy for each statement, its scope comparing entities; beginnings of names and folders are groups, and the
  entities of a request are at hand in a map.
- **OPA**: a rule for each statement made of comparisons with constants, which OPA's compiler puts into an index; one prepared
  query. Partial evaluation, tried too, took seconds to prepare 1,000 statements and decided no faster.
- **casbin**: a rule for each statement, allow-and-deny effect, a matcher of equality, ` + "`keyMatch` and `ipMatch`" + ` whose most telling part
  comes first. The caching enforcer is left out: it remembers answers, which any engine's caller can.
- **MinIO policy**: one document in the IAM language; the service is the bucket. Its package knows no other actions than those of
  an object store, so every service has those here.

`

// engines prints the tables of the engines.
func (r policyReport) engines(b *strings.Builder) {
	table := func(title, note string, value func(c cell) string, last string, lastOf func(r row) string) {
		fmt.Fprintf(b, "## %s\n\n%s| statements |", title, note)
		for _, e := range engines {
			fmt.Fprintf(b, " %s |", e.label())
		}
		fmt.Fprintf(b, "%s\n|---%s|%s\n", last, strings.Repeat("|---", len(engines)), map[bool]string{true: "---|"}[last != ""])
		for _, row := range r.rows {
			fmt.Fprintf(b, "| %s |", row.shape)
			for _, c := range row.cells {
				fmt.Fprintf(b, " %s |", value(c))
			}
			fmt.Fprintf(b, "%s\n", lastOf(row))
		}
		b.WriteString("\n")
	}
	nothing := func(row) string { return "" }
	table("A decision, one core", "", func(c cell) string { return short(c.one) }, " fastest peer / hufu |", func(r row) string {
		return fmt.Sprintf(" **%.1f** (%s) |", r.ratio(), engines[r.fastestPeer()].name)
	})
	table("Decisions per second, two cores side by side", "In brackets: times those of one core.\n\n", func(c cell) string {
		return fmt.Sprintf("%s (%.1f)", thousands(int(time.Second/c.two)), float64(c.one)/float64(c.two))
	}, "", nothing)
	table("Cold: from text to the first decision", "", func(c cell) string { return short(c.cold) }, "", nothing)
	table("Allocations of a decision", "In brackets: bytes.\n\n", func(c cell) string {
		return fmt.Sprintf("%s (%s)", thousands(int(c.allocations)), thousands(int(c.bytes)))
	}, "", nothing)
	b.WriteString(engineLimits)
}

const engineLimits = `What limits each: hufu and OPA read an index, so their time is that of a lookup and of the few statements it finds; OPA's
is spent on its general evaluator, and on the garbage of it. The others look at every statement, cedar-go on purpose, since it
reports every policy that took part; casbin interprets the matcher for each rule and makes garbage in proportion. MinIO's build
compares each statement with each other to drop repeated ones. With two cores side by side the engines that allocate share one
collector. Requests wait in a list of 500, so a few hundred kilobytes of them pass through the cache, for every engine alike.
`

const evaluationMethod = `
## Over HTTP

%s users, each in one of %d groups, and %s instances, each of which one group may stop: may this user stop this
instance is one hop away. Of 1,000 questions three in five are allowed, and every answer is checked. %d connections,
server and load generator on the same cores, the better of two loads. hufu is asked at the AuthZEN door by a root key:
once with a signature on every call, once with the token of a temporary credential; either way it checks the caller's permission
to ask and writes an audit record. OpenFGA (%s, store in memory, logs and metrics
off) and OPA (%s, data in memory) are asked without authentication and keep no records. The
floor is a net/http server that verifies the signature of the same questions and decides nothing.

`

// servers prints the table of the servers.
func (r policyReport) servers(b *strings.Builder) {
	b.WriteString("| server | evaluations/s | of OpenFGA's | p50 | p99 | processor time a call: server | client |\n|---|---|---|---|---|---|---|\n")
	base := r.evaluationsOf("OpenFGA")
	busiest := 0.0
	for _, e := range r.evaluations {
		each := func(d time.Duration) string { return short(d / time.Duration(e.calls)) }
		fmt.Fprintf(b, "| %s | %s | **%.2f** | %s | %s | %s | %s |\n", e.name, thousands(int(e.rate())), e.rate()/base.rate(), short(e.p50), short(e.p99), each(e.server), each(e.cpu))
		busiest = max(busiest, float64(e.cpu)/float64(e.cpu+e.server))
	}
	fmt.Fprintf(b, `
What limits it: the processor. The client is Go's net/http, which costs about as much a call as a fast server does: of the time
that was spent it took up to %.0f %%, so the ratios of the fast servers are smaller than those of their own work.
`, 100*busiest)
}

func (r policyReport) evaluationsOf(name string) evaluated {
	for _, e := range r.evaluations {
		if e.name == name {
			return e
		}
	}
	return evaluated{}
}

// claims compares with the targets.
func (r policyReport) claims() []claim {
	var all []claim
	for _, row := range r.rows {
		if target, ok := ratioTargets[row.shape.statements]; ok && row.shape.services > 1 {
			all = append(all, claim{fmt.Sprintf("statements: %s, times the fastest peer (%s)", row.shape, engines[row.fastestPeer()].name),
				fmt.Sprintf("%.1f", row.ratio()), fmt.Sprintf("%.0f", target), row.ratio() >= target})
		}
	}
	for _, row := range r.rows {
		c := row.cells[0]
		all = append(all, claim{fmt.Sprintf("statements: %s, a decision", row.shape), fmt.Sprintf("%s, %d allocations", short(c.one), c.allocations),
			short(decisionTarget) + ", 0", c.one <= decisionTarget && c.allocations == 0})
	}
	all = append(all, r.alone...)
	base := r.evaluationsOf("OpenFGA")
	for _, e := range r.evaluations {
		if strings.HasPrefix(e.name, "hufu") {
			ratio := e.rate() / base.rate()
			all = append(all, claim{"evaluations over HTTP, times OpenFGA's: " + e.name, fmt.Sprintf("%.2f", ratio), fmt.Sprintf("%.0f", evaluationTarget), ratio >= evaluationTarget})
		}
	}
	return all
}

const differences = `
## What each can do that the others cannot

Speed is one reason to choose an engine, and seldom the first.

- **hufu** answers in layers (organization, boundary, session, identity, resource) and tells which statement of which policy
  decided and what would have allowed. Its language is a cloud's: fixed operators over a request's facts, no functions, no joins.
- **cedar** has types: a schema finds mistakes in policies before they run, and the language is small enough for solvers to prove
  what a set of policies can never allow (with the tools of its Rust implementation; in cedar-go the validator is experimental).
  Hierarchies and attributes of entities are part of the language.
- **OPA** is a general language: decisions over any JSON, joins, aggregates, functions, answers that are documents rather than
  yes or no, partial evaluation into another system's queries, bundles and decision logs around it.
- **casbin** lets the application choose the model: lists, roles with domains, attributes, relationships or any mix of
  them is a few lines of configuration, and there are adapters for most databases and ports to most languages.
- **MinIO's package** reads documents of S3 and IAM as they are, with their condition keys, wildcards and variables.
- **OpenFGA** follows relationships across many hops and computed relations over a stored graph that need not fit into memory,
  and lists the objects that a user can reach. One hop shows little of that.
`

// label is the name with the version that was built in.
func (e engine) label() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || e.module == "" {
		return e.name
	}
	for _, m := range info.Deps {
		if m.Path == e.module {
			return e.name + " " + m.Version
		}
	}
	return e.name
}

// short writes a time with three digits.
func short(d time.Duration) string {
	unit, name := time.Nanosecond, "ns"
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d >= time.Second:
		unit, name = time.Second, "s"
	case d >= time.Millisecond:
		unit, name = time.Millisecond, "ms"
	case d >= time.Microsecond:
		unit, name = time.Microsecond, "µs"
	}
	f := float64(d) / float64(unit)
	switch {
	case unit == time.Nanosecond || f >= 100:
		return fmt.Sprintf("%.0f %s", f, name)
	case f >= 10:
		return fmt.Sprintf("%.1f %s", f, name)
	}
	return fmt.Sprintf("%.2f %s", f, name)
}
