package main

import (
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// An engine decides the requests of a workload. Texts and requests are brought into its own form before anything is timed.
type engine struct {
	name   string
	module string // that its version is looked up by; hufu's is the tree that is measured
	// write says the statements in the engine's language, as they would be stored.
	write func(statements []statement) ([]string, error)
	// build makes of that text whatever the engine decides with.
	build func(texts []string) (decider, error)
}

// A decider holds an engine's compiled statements.
type decider interface {
	// ask returns a function that decides the request. It may be called from several goroutines.
	ask(r request) (func() (bool, error), error)
}

// The first is held against the others.
var engines = []engine{hufuEngine, cedarEngine, opaEngine, casbinEngine, minioEngine}

// A shape is how many statements a workload has, over how many services.
type shape struct{ statements, services int }

func (s shape) String() string {
	n := thousands(s.statements)
	if s.services == 1 {
		n += " of one service"
	}
	return n
}

// The sizes, and one more: an engine that sorts statements by service gets nothing from it when there is but one.
var shapes = []shape{{10, len(services)}, {100, len(services)}, {1000, len(services)}, {10000, len(services)}, {1000, 1}}

// engineBudget is about how long a cell may take, so that all of them take less than three minutes.
const engineBudget = time.Second

// passes over all engines are made, so that a slow minute of the machine is not one engine's.
const passes = 2

// A cell is one engine at one workload.
type cell struct {
	cold        time.Duration // from text to the first decision
	one         time.Duration // a decision, one core
	two         time.Duration // the time between two decisions, two cores side by side
	allocations uint64        // a decision
	bytes       uint64
}

// A row is one workload, its cells in the order of engines.
type row struct {
	shape shape
	cells []cell
}

// measureEngines holds every engine's answers against the obvious evaluation and takes its times. A cell takes about a
// budget of time, more where one build or one round of the requests does.
func measureEngines(budget time.Duration) ([]row, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	rows := make([]row, len(shapes))
	loads := make([]workload, len(shapes))
	for i, s := range shapes {
		var err error
		if loads[i], err = newWorkload(s); err != nil {
			return nil, err
		}
		rows[i] = row{s, make([]cell, len(engines))}
	}
	for range passes {
		for i, w := range loads {
			for j, e := range engines {
				c, err := e.measure(w, budget/passes)
				if err != nil {
					return nil, fmt.Errorf("%s, %s statements: %w", e.name, shapes[i], err)
				}
				rows[i].cells[j].keep(c)
			}
		}
	}
	return rows, nil
}

// keep keeps the best times: what else runs on the machine only ever adds.
func (c *cell) keep(other cell) {
	if c.one == 0 {
		*c = other
		return
	}
	c.cold, c.one, c.two = min(c.cold, other.cold), min(c.one, other.one), min(c.two, other.two)
	c.allocations, c.bytes = min(c.allocations, other.allocations), min(c.bytes, other.bytes)
}

// measure builds the engine alone, so that the collector walks no other engine's heap on its time, checks it and times it.
func (e engine) measure(w workload, budget time.Duration) (c cell, err error) {
	texts, err := e.write(w.statements)
	if err != nil {
		return c, err
	}
	var d decider
	runtime.GOMAXPROCS(2)
	for began := time.Now(); c.cold == 0 || time.Since(began) < budget/4; {
		runtime.GC()
		start := time.Now()
		if d, err = e.build(texts); err != nil {
			return c, err
		}
		took := time.Since(start)
		first, err := d.ask(w.requests[0])
		if err != nil {
			return c, err
		}
		start = time.Now()
		if _, err := first(); err != nil {
			return c, err
		}
		if took += time.Since(start); c.cold == 0 || took < c.cold {
			c.cold = took
		}
	}
	ask, err := check(d, w)
	if err != nil {
		return c, err
	}
	const times = 3
	for n, began := 0, time.Now(); n == 0 || n < times && time.Since(began) < budget; n++ {
		c.time(ask, budget/(2*times))
	}
	return c, nil
}

// check asks every request once and returns the functions that ask.
func check(d decider, w workload) (ask []func() (bool, error), err error) {
	for i, r := range w.requests {
		decide, err := d.ask(r)
		if err != nil {
			return nil, err
		}
		got, err := decide()
		if err != nil {
			return nil, err
		}
		if got != (w.want[i] == allowed) {
			return nil, fmt.Errorf("the answer to %+v is %t", r, got)
		}
		ask = append(ask, decide)
	}
	return ask, nil
}

// time takes the times of decisions, one goroutine on one core and two on two.
func (c *cell) time(ask []func() (bool, error), budget time.Duration) {
	runtime.GOMAXPROCS(1)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	calls, took := spin(ask, 0, budget)
	runtime.ReadMemStats(&after)
	t := cell{cold: c.cold, one: took / time.Duration(calls),
		allocations: (after.Mallocs - before.Mallocs) / uint64(calls), bytes: (after.TotalAlloc - before.TotalAlloc) / uint64(calls)}

	runtime.GOMAXPROCS(2)
	var wg sync.WaitGroup
	var each [2]int
	start := time.Now()
	for p := range each {
		wg.Go(func() { each[p], _ = spin(ask, p*len(ask)/2, budget) })
	}
	wg.Wait()
	t.two = time.Since(start) / time.Duration(each[0]+each[1])
	c.keep(t)
}

// spin asks all requests round and round, from the given one on. Rounds are whole, and one is made in any case: the answers
// do not take equally long, and part of them would tell of that part.
func spin(ask []func() (bool, error), from int, budget time.Duration) (calls int, took time.Duration) {
	for start := time.Now(); took < budget; took = time.Since(start) {
		for i := range ask {
			_, _ = ask[(from+i)%len(ask)]() // the answers were checked
		}
		calls += len(ask)
	}
	return calls, took
}

// fastestPeer returns the index of the fastest engine that is not hufu.
func (r row) fastestPeer() int {
	at := 1
	for i := range r.cells {
		if i > 0 && r.cells[i].one < r.cells[at].one {
			at = i
		}
	}
	return at
}

// ratio is how many times longer than hufu the fastest peer takes.
func (r row) ratio() float64 { return float64(r.cells[r.fastestPeer()].one) / float64(r.cells[0].one) }

// thousands writes a number with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}
