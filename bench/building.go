package main

import (
	"runtime"
	"time"

	"github.com/hufu-iam/hufu/policy"
)

// A claim is one number of hufu beside its target.
type claim struct {
	what, measured, target string
	met                    bool
}

// alone are the measurements of hufu's decisions that no peer takes part in.
var alone = []func(budget time.Duration) ([]claim, error){measureBuilding, measurePrincipals}

const buildTarget = 50 * time.Millisecond

// measureBuilding is what a change of a principal with 10,000 statements costs: reading the documents and compiling them,
// and compiling alone where the documents are at hand.
func measureBuilding(budget time.Duration) ([]claim, error) {
	w, err := newWorkload(shape{10000, len(services)})
	if err != nil {
		return nil, err
	}
	texts, err := writeHufu(w.statements)
	if err != nil {
		return nil, err
	}
	var both, compile time.Duration
	for began := time.Now(); both == 0 || time.Since(began) < budget; {
		runtime.GC()
		start := time.Now()
		sources, err := parseHufu(texts)
		if err != nil {
			return nil, err
		}
		parsed := time.Now()
		set := policy.Compile(sources, policy.Env{})
		end := time.Now()
		runtime.KeepAlive(set)
		if both == 0 || end.Sub(start) < both {
			both = end.Sub(start)
		}
		if compile == 0 || end.Sub(parsed) < compile {
			compile = end.Sub(parsed)
		}
	}
	return []claim{
		{"parsing and compiling 10,000 statements", short(both), short(buildTarget), both < buildTarget},
		{"compiling 10,000 parsed statements", short(compile), short(buildTarget), compile < buildTarget},
	}, nil
}
