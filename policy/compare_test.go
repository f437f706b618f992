package policy_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/policy"
)

// The comparison of engine and oracle on random policies and questions.
//
//	HUFU_DECISIONS=100000000 go test -timeout 0 -run Oracle ./policy
//	HUFU_SEED=7 go test -run OnBigSets ./policy
//
// compares more than the usual million, and repeats what failed; small worlds
// are repeated with the flag that rapid prints. A run with -v logs what the
// decisions came to.

// compare asks engine and oracle the same question and counts the answer. It
// returns what they disagree about, or "".
func (q *question) compare(n *tally, explain bool) string {
	want := q.oracle.decide()
	n.add(want)
	got := policy.Decide(&q.Question)
	if got.Effect != want.effect || got.Layer != want.layer || got.Allowed != (want.effect == policy.Allow) {
		return fmt.Sprintf("the engine says %s, the oracle %s (%s)\n%s", describe(got), want.effect, want.layer, q)
	}
	if why := q.checkStatement(got); why != "" {
		return fmt.Sprintf("%s: %s\n%s", describe(got), why, q)
	}
	if explain {
		if why := q.checkExplanation(got); why != "" {
			return fmt.Sprintf("%s: %s\n%s", describe(got), why, q)
		}
	}
	return ""
}

func describe(d policy.Decision) string {
	by := "no statement"
	if d.Statement != nil {
		by = fmt.Sprintf("%+v", *d.Statement)
	}
	return fmt.Sprintf("%s (%s) by %s", d.Effect, d.Layer, by)
}

// checkStatement says what is wrong about the statement that a decision names:
// it must be one that does what was decided, and there must be one if such a
// statement made the decision.
func (q *question) checkStatement(d policy.Decision) string {
	set := q.sets[d.Layer]
	if d.Layer == policy.LayerControl {
		set = q.refusingLevel()
	}
	if set == nil {
		if d.Statement != nil {
			return "a statement is named where there is none"
		}
		return ""
	}
	broken, possible := len(set.engine.Broken()) > 0, false
	if broken && d.Effect == policy.ExplicitDeny && (d.Statement == nil || slices.Contains(set.engine.Broken(), *d.Statement)) {
		return ""
	}
	for _, m := range q.oracle.matches(d.Layer, set.oracle) {
		grants := m.allows && (m.named || !q.AssumeRole || d.Layer != policy.LayerResource)
		if grants && d.Effect == policy.Allow || m.denies && d.Effect == policy.ExplicitDeny {
			possible = true
			if d.Statement != nil && m.ref == *d.Statement {
				return ""
			}
		}
	}
	needsNone := d.Layer == policy.LayerIdentity && q.Principal.Kind == policy.Root
	switch {
	case d.Statement != nil:
		return "the statement named did not decide this"
	case possible && !needsNone:
		return "a statement decided this, and is not named"
	}
	return ""
}

// refusingLevel returns the first level of the organization that refuses.
func (q *question) refusingLevel() *worldSet {
	for i, level := range q.oracle.layers.control {
		if q.oracle.denied(policy.LayerControl, level) || !q.oracle.allowed(policy.LayerControl, level) {
			return q.control[i]
		}
	}
	return nil
}

// checkExplanation compares an explanation with what the oracle knows: the
// decision, and in every layer the statements that are about the question.
func (q *question) checkExplanation(d policy.Decision) string {
	x := policy.Explain(&q.Question)
	if describe(x.Decision) != describe(d) {
		return "explained as " + describe(x.Decision)
	}
	for _, l := range x.Layers {
		s := q.sets[l.Layer]
		if l.Layer == policy.LayerControl {
			s = q.control[l.Level]
		}
		var want []match
		if s != nil {
			want = q.oracle.matches(l.Layer, s.oracle)
		}
		if len(want) != len(l.Statements) {
			return fmt.Sprintf("layer %s explained by %d statements, %d match", l.Layer, len(l.Statements), len(want))
		}
		known := map[policy.Ref]match{}
		for _, m := range want {
			known[m.ref] = m
		}
		for _, t := range l.Statements {
			if m, ok := known[t.Ref]; !ok || m.effect != t.Effect || m.applies != t.Applies {
				return fmt.Sprintf("layer %s: statement %+v explained as %s applies %v, it %+v", l.Layer, t.Ref, t.Effect, t.Applies, m)
			}
		}
	}
	return ""
}

// tally counts decisions by what they came to: a comparison that only meets
// denials proves little.
type tally struct {
	sync.Mutex
	total int
	by    map[verdict]int
}

func (n *tally) add(v verdict) {
	n.Lock()
	defer n.Unlock()
	n.total++
	if n.by == nil {
		n.by = map[verdict]int{}
	}
	n.by[v]++
}

func (n *tally) String() string {
	var parts []string
	for _, effect := range []policy.Effect{policy.Allow, policy.ExplicitDeny, policy.ImplicitDeny} {
		for layer := policy.LayerNone; layer <= policy.LayerResource; layer++ {
			if k := n.by[verdict{effect, layer}]; k > 0 {
				parts = append(parts, fmt.Sprintf("%s(%s) %.1f%%", effect, layer, 100*float64(k)/float64(n.total)))
			}
		}
	}
	return fmt.Sprintf("%d decisions compared: %s", n.total, strings.Join(parts, ", "))
}

// drawn takes choices from rapid, all numbers being equally likely; rapid's
// own ranges prefer small ones.
type drawn struct{ t *rapid.T }

var bit = rapid.Bool()

func (d drawn) IntN(n int) int {
	for {
		v := 0
		for k := n - 1; k > 0; k >>= 1 {
			v <<= 1
			if bit.Draw(d.t, "") {
				v |= 1
			}
		}
		if v < n {
			return v
		}
	}
}

// byteChoices takes choices from the bytes of a fuzzer; where they end, the
// first of everything is chosen.
type byteChoices struct{ rest []byte }

func (b *byteChoices) IntN(n int) int {
	v := 0
	for k := n - 1; k > 0 && len(b.rest) > 0; k >>= 8 {
		v = v<<8 | int(b.rest[0])
		b.rest = b.rest[1:]
	}
	return v % n
}

// setting reads a number from the environment.
func setting(t testing.TB, name string, usual uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// decisions is how many decisions a run compares: HUFU_DECISIONS, or as many
// as take some seconds.
func decisions(t testing.TB) int {
	usual := uint64(1_000_000)
	if raceDetector {
		usual = 60_000
	}
	return int(setting(t, "HUFU_DECISIONS", usual))
}

// Engine and oracle agree on everything that small worlds have room for. The
// questions of a world are many, so that one which finds nothing in a smaller
// world is followed by one that does.
func TestEngineAgreesWithTheOracle(t *testing.T) {
	const perWorld, worldsPerCheck = 300, 100 // the latter is rapid's
	n := &tally{}
	t.Cleanup(func() { t.Log(n) })
	worlds := rapid.Custom(func(t *rapid.T) *world { return newWorld(drawn{t}, 2) })
	check := rapid.MakeCheck(func(t *rapid.T) {
		w := worlds.Draw(t, "world")
		c := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for i := range perWorld {
			if why := w.drawQuestion(c).compare(n, i%10 == 0); why != "" {
				t.Fatal(why)
			}
		}
	})
	for i := range (decisions(t) + perWorld*worldsPerCheck - 1) / (perWorld * worldsPerCheck) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel() // measured: twice as fast on two processors
			check(t)
		})
	}
}

// Engine and oracle agree on sets of thousands of statements, and on those
// between few and many.
func TestEngineAgreesWithTheOracleOnBigSets(t *testing.T) {
	n := &tally{}
	t.Cleanup(func() { t.Log(n) })
	seed := setting(t, "HUFU_SEED", rand.Uint64())
	questions := max(decisions(t)/2000, 20)
	for statements, worlds := range map[int]int{20: 20, 60: 20, 200: 20, 1000: 12, 3000: 4, 10_000: 2} {
		for i := range worlds {
			t.Run(fmt.Sprintf("%d statements/%d", statements, i), func(t *testing.T) {
				t.Parallel()
				c := rand.New(rand.NewPCG(seed, uint64(statements+i)))
				w := newBigWorld(c, statements)
				for i := range questions {
					explain := i%10 == 0
					q := w.drawQuestion(c)
					if why := q.compare(n, explain); why != "" {
						w.reduce(q, func(q *question) bool { return q.compare(&tally{}, explain) != "" })
						t.Fatalf("HUFU_SEED=%d: %s\nof all policies these are enough:\n%s", seed, why[:strings.Index(why, "\n")], q.compare(&tally{}, explain))
					}
				}
			})
		}
	}
}

// FuzzDecide makes valid documents and questions from bytes.
func FuzzDecide(f *testing.F) {
	for seed := range uint64(20) {
		c := rand.New(rand.NewPCG(seed, 0))
		data := make([]byte, 100<<(seed%5))
		for i := range data {
			data[i] = byte(c.IntN(256))
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &byteChoices{data}
		w := newWorld(c, 1)
		for range 4 {
			if why := w.drawQuestion(c).compare(&tally{}, true); why != "" {
				t.Fatal(why)
			}
		}
	})
}
