package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	caller "github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/policy"
)

const (
	principalCount = 1_000_000
	policyCount    = 1_000
	memoryTarget   = 512 << 20
)

// company is a source of a million users of one account who share a thousand policies: each is in one of a thousand
// groups, which have a policy each, and every hundredth has a policy of its own besides.
type company struct{}

func (company) Effective(_ context.Context, _ store.Account, _ caller.PrincipalKind, id int64) (*access.Effective, error) {
	e := &access.Effective{Groups: []int64{1 + id%policyCount}}
	if id%100 == 0 {
		e.Policies = []int64{1 + (id/100)%policyCount}
	}
	return e, nil
}

func (company) Documents(_ context.Context, _ store.Account, policies, groups []int64) (all []access.Document, _ error) {
	ids := append(slices.Clone(policies), groups...) // a group's policy has the group's number
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		all = append(all, access.Document{ID: id, Version: 1, Name: fmt.Sprint("policy-", id), Text: fmt.Sprintf(
			`{"version":"2.0","statement":[{"effect":"allow","action":["cvm:Describe*","cvm:StopInstances"],"resource":"qcs::cvm:gz::instance/team-%d-*"},
			{"effect":"deny","action":"cvm:Terminate*","resource":"*","condition":{"ip_not_equal":{"qcs:ip":"10.0.0.0/8"}}}]}`, id)})
	}
	return all, nil
}

// measurePrincipals asks once for each principal, with the limits that the server has, and weighs what is kept.
func measurePrincipals(time.Duration) ([]claim, error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "hufu-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	engine := access.New(db, access.Config{Source: company{}, MaxPrincipals: principalCount + principalCount/8, MaxSize: 2_500_000})
	ask := func(id int64) error {
		_, err := engine.Decide(ctx, access.Question{Caller: &caller.Principal{Kind: caller.User, Account: 100000000001, UIN: id},
			Action: policy.Action{Service: "cvm", Name: "StopInstances"}})
		return err
	}
	start := time.Now()
	for id := range int64(principalCount) {
		if err := ask(id); err != nil {
			return nil, err
		}
	}
	first := time.Since(start) / principalCount
	runtime.GC()
	runtime.ReadMemStats(&after)
	start = time.Now()
	for id := range int64(principalCount) {
		if err := ask(id); err != nil {
			return nil, err
		}
	}
	again := time.Since(start) / principalCount
	principals, sets, _ := engine.Cached()
	held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	return []claim{
		{fmt.Sprintf("memory of %d principals that share %d policies (%d kept, %d combinations)", principalCount, policyCount, principals, sets),
			fmt.Sprintf("%d MiB", held>>20), fmt.Sprintf("%d MiB", memoryTarget>>20), held < memoryTarget && principals > principalCount*9/10},
		{"a question of a principal that was not asked about before, its rows at hand", short(first), "", true},
		{"a question of any of the million, gathered and decided", short(again), "", true},
	}, nil
}
