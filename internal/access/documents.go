package access

import (
	"crypto/sha256"
	"runtime"
	"sync"
	"weak"

	"github.com/hufu-iam/hufu/policy"
)

// documents shares parsed policies between the sets that are built from them, across accounts too: most combinations are
// made of the same few. It holds on to none; the last set that goes takes its documents with it.
type documents struct {
	mu  sync.Mutex
	all map[[sha256.Size]byte]weak.Pointer[policy.Document]
}

// parse reads a text, nil if it is no policy any more.
func (d *documents) parse(text string) *policy.Document {
	k := sha256.Sum256([]byte(text))
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.all[k].Value(); known != nil {
		return known
	}
	parsed, err := policy.Parse(text)
	if err != nil {
		return nil
	}
	if d.all == nil {
		d.all = map[[sha256.Size]byte]weak.Pointer[policy.Document]{}
	}
	d.all[k] = weak.Make(parsed)
	runtime.AddCleanup(parsed, d.drop, k)
	return parsed
}

func (d *documents) drop(k [sha256.Size]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.all[k].Value() == nil { // another may have come in its place
		delete(d.all, k)
	}
}

// compile makes a set. A stored document that no longer parses goes in as broken: the engine knows what that means in
// each layer.
func (d *documents) compile(from []Document) *policy.Set {
	sources := make([]policy.Source, len(from))
	for i, x := range from {
		sources[i] = policy.Source{ID: x.ID, Name: x.Name, Version: x.Version, Document: d.parse(x.Text)}
	}
	return policy.Compile(sources, policy.Env{})
}
