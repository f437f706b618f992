package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

type report struct {
	sync        time.Duration
	reads       []signedRead
	writes      []durableWrite
	allocations []allocated
	large       large
}

// markdown prints the page. What limits each number is said beside it.
func (r report) markdown() string {
	var b strings.Builder
	f := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	f("# Benchmarks\n\nWritten by `make bench` on %s: %s, %d cores, %s. Client and server share the machine over loopback, so the\n", time.Now().UTC().Format(time.DateOnly), cpu(), runtime.NumCPU(), runtime.Version())
	f("ratios count, not the absolute numbers. One durable append of 4 KiB takes %s on this disk.\nDecisions have a [page of their own](benchmarks-policy.md).\n\n", r.sync.Round(time.Microsecond))

	f("## A signed read, end to end\n\nGetUser as the root user: signature, policy, row, audit record. The floor is a net/http server that verifies the same\n")
	f("signature and echoes JSON. Target: at least 0.5 of the floor.\n\n| clients | floor, calls/s | hufu, calls/s | ratio | hufu p50 | hufu p99 |\n|---|---|---|---|---|---|\n")
	for _, s := range r.reads {
		f("| %d | %.0f | %.0f | **%.2f** | %s | %s |\n", s.clients, s.floor.rate(), s.hufu.rate(), s.ratio(), s.hufu.p50.Round(time.Microsecond), s.hufu.p99.Round(time.Microsecond))
	}
	f("\nWhat limits it: the processor, which the client uses too. Of hufu's own work the row lookup in the embedded database and the\naudit record, which is written for every read, cost the most.\n\n")

	f("## Durable writes\n\nAddUser: the row and its audit record are on the disk before the answer. \"Alone\" is the same server with one commit per\n")
	f("call. Target at 64 clients: 5 times.\n\n| clients | alone, calls/s | grouped, calls/s | ratio | grouped p50 | grouped p99 |\n|---|---|---|---|---|---|\n")
	for _, w := range r.writes {
		f("| %d | %.0f | %.0f | **%.2f** | %s | %s |\n", w.clients, w.alone.rate(), w.grouped.rate(), w.ratio(), w.grouped.p50.Round(time.Microsecond), w.grouped.p99.Round(time.Microsecond))
	}
	f("\nWhat limits it: with grouping the processor, without it the disk. A sync of %s leaves little to share: even a read, which\nsyncs nothing, does not get far beyond %.0f calls/s on this machine, client included, so the target is out of reach here. The\nratio grows with the time of a sync.\n\n", r.sync.Round(time.Microsecond), r.reads[len(r.reads)-1].hufu.rate())

	f("## Inside the process\n\n| call | time | allocations | bytes |\n|---|---|---|---|\n")
	for _, a := range r.allocations {
		f("| %s | %s | %d | %d |\n", a.action, a.time.Round(100*time.Nanosecond), a.allocations, a.bytes)
	}
	f("\nThe request and the recorder of the measurement are included.\n\n")

	l := r.large
	f("## 1,000,000 sub-users, 100,000 policies\n\n| what | measured | target |\n|---|---|---|\n")
	f("| start, until it takes connections | %s | 5 s |\n| resident after the start | %.0f MiB | 1 GiB |\n| resident after 2,000 reads | %.0f MiB | 1 GiB |\n", l.start.Round(time.Millisecond), l.idle, l.after)
	f("| first page of the list of sub-users (ListAccounts, 100) | %s | 20 ms |\n| a cold GetUser | %s | 20 ms |\n| a cold ListAttachedUserAllPolicies | %s | 20 ms |\n",
		l.firstPage.Round(10*time.Microsecond), l.coldGet.Round(10*time.Microsecond), l.coldDecision.Round(10*time.Microsecond))
	f("\nWhat limits it: page faults of the database file. ListUsers has no pages in the API: it answers everything or, beyond the\nlargest answer, ResponseSizeLimitExceeded.\n")
	return b.String()
}

func cpu() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // elsewhere the name is simply missing
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	return runtime.GOARCH
}
