// Command bench measures hufu against its peers on the same work in one run and writes docs/benchmarks.md,
// docs/benchmarks-policy.md and docs/benchmarks-doors.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	// The roles that this program takes when it starts itself as a peer.
	if len(os.Args) > 1 && (os.Args[1] == "floor" || os.Args[1] == "serve") {
		flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
		listen, data, group := flags.String("listen", "", ""), flags.String("data", "", ""), flags.Int("group", 0, "")
		_ = flags.Parse(os.Args[2:]) // exits on an error
		if os.Args[1] == "floor" {
			return floor(*listen)
		}
		return grouped(*listen, *data, *group)
	}
	docs := flag.String("docs", "../docs", "folder of the pages")
	seconds := flag.Int("seconds", 5, "seconds per measurement over HTTP")
	only := flag.String("only", strings.Join(parts, ","), "parts to measure; a page is written when all of its parts are, else printed")
	flag.Parse()
	for p := range strings.SplitSeq(*only, ",") {
		if !slices.Contains(parts, p) {
			return fmt.Errorf("no part %q; there are %s", p, strings.Join(parts, ", "))
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.MkdirTemp("", "hufu-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	m := measurement{ctx: ctx, binary: filepath.Join(dir, "hufu"), dir: dir, d: time.Duration(*seconds) * time.Second}
	if out, err := exec.CommandContext(ctx, "go", "-C", "..", "build", "-o", m.binary, "./cmd/hufu").CombinedOutput(); err != nil {
		return fmt.Errorf("build hufu: %w\n%s", err, out)
	}
	if m.self, err = os.Executable(); err != nil {
		return err
	}
	var policies policyReport
	measured := func(part string) bool { return slices.Contains(strings.Split(*only, ","), part) }
	if measured("engines") {
		policies.rows, policies.alone = m.engines()
	}
	if measured("http") {
		policies.evaluations = m.evaluations()
	}
	if measured("engines") || measured("http") {
		m.page(filepath.Join(*docs, "benchmarks-policy.md"), policies.markdown, measured("engines") && measured("http"))
	}
	if measured("server") {
		r := m.server()
		m.page(filepath.Join(*docs, "benchmarks.md"), r.markdown, true)
	}
	if measured("doors") {
		var r doorsReport
		m.step("doors", func() (err error) {
			r.calls, err = measureDoors(m.ctx, m.binary, filepath.Join(m.dir, "doors"), m.d)
			return
		})
		m.page(filepath.Join(*docs, "benchmarks-doors.md"), r.markdown, true)
	}
	return m.err
}

// parts are what can be measured by itself: the engines in this process, the servers that decide, hufu as a server, and its
// doors beside each other.
var parts = []string{"engines", "http", "server", "doors"}

// A measurement goes on until its first error.
type measurement struct {
	ctx               context.Context
	self, binary, dir string
	d                 time.Duration
	err               error
}

func (m *measurement) step(what string, do func() error) {
	if m.err == nil {
		fmt.Fprintln(os.Stderr, what, "...")
		m.err = do()
	}
}

// page prints a page, and writes it when it is whole.
func (m *measurement) page(path string, markdown func() string, whole bool) {
	if m.err != nil {
		return
	}
	text := markdown()
	fmt.Print(text)
	if whole {
		m.err = os.WriteFile(path, []byte(text), 0o644)
	}
}

func (m *measurement) engines() (rows []row, claims []claim) {
	m.step("policy engines", func() (err error) { rows, err = measureEngines(engineBudget); return })
	for _, measure := range alone {
		m.step("hufu alone", func() error {
			more, err := measure(engineBudget)
			claims = append(claims, more...)
			return err
		})
	}
	return rows, claims
}

func (m *measurement) evaluations() (all []evaluated) {
	for _, c := range []contender{floorServer(m.self), openFGAServer(false), openFGAServer(true), opaServer(), hufuServer(m.binary, true), hufuServer(m.binary, false)} {
		m.step("evaluations: "+c.name, func() error {
			e, err := c.measure(m.ctx, filepath.Join(m.dir, fmt.Sprintf("evaluations-%d", len(all))), m.d)
			all = append(all, e)
			return err
		})
	}
	return all
}

func (m *measurement) server() (r report) {
	m.step("fsync", func() (err error) { r.sync, err = syncTime(m.dir); return })
	m.step("signed reads", func() (err error) {
		r.reads, err = measureSignedRead(m.ctx, m.self, m.binary, filepath.Join(m.dir, "reads"), m.d)
		return
	})
	m.step("durable writes", func() (err error) { r.writes, err = measureWrites(m.ctx, m.self, m.dir, m.d); return })
	m.step("allocations", func() (err error) { r.allocations, err = measureAllocations(m.ctx, m.dir); return })
	m.step("a million sub-users", func() (err error) { r.large, err = measureLarge(m.ctx, m.binary, m.dir); return })
	return r
}
