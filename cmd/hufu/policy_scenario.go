package main

import (
	"fmt"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/policy/scenario"
)

// caseResult is what became of a case, for machines.
type caseResult struct {
	File        string              `json:"file"`
	Line        int                 `json:"line"`
	Number      int                 `json:"n,omitempty"`
	Name        string              `json:"name"`
	OK          bool                `json:"ok"`
	Want        string              `json:"want"`
	Decision    policy.Decision     `json:"decision"`
	Refused     *int                `json:"refused,omitempty"` // index of the object
	Failure     string              `json:"failure,omitempty"`
	Explanation *policy.Explanation `json:"explanation,omitempty"` // of a failure, or of every case with --explain
}

// caseSummary is the result of a run, for machines.
type caseSummary struct {
	Cases   int          `json:"cases"`
	Failed  int          `json:"failed"`
	Results []caseResult `json:"results"`
}

// runFiles reads all files before it runs any: a run is of everything that was asked for, or of nothing.
func (s *policySimulate) runFiles(names []string) error {
	if s.Principal != "" || len(s.Action) > 0 {
		return troublef("a file of cases says who asks and for what: --scenario goes without --principal and --action")
	}
	var files []*scenario.File
	for _, name := range names {
		f, err := scenario.ReadFile(name)
		if err != nil {
			return trouble{err}
		}
		files = append(files, f)
	}
	sum := caseSummary{Results: []caseResult{}}
	for _, f := range files {
		for i := range f.Cases {
			r := f.Cases[i].Run()
			one := s.result(f, &r)
			if !s.JSON {
				printCase(one, &r)
			}
			sum.Cases++
			if !one.OK {
				sum.Failed++
			}
			sum.Results = append(sum.Results, one)
		}
	}
	if s.JSON {
		if err := printJSON(sum); err != nil {
			return err
		}
	} else {
		fmt.Printf("%d cases, %d failed\n", sum.Cases, sum.Failed)
	}
	if sum.Failed > 0 {
		return exitStatus(statusNo)
	}
	return nil
}

func (s *policySimulate) result(f *scenario.File, r *scenario.Result) caseResult {
	c := r.Case
	one := caseResult{File: f.Name, Line: c.Line, Number: c.Number, Name: c.Name, OK: r.Failure == "",
		Want: c.Want.String(), Decision: r.Decision, Failure: r.Failure}
	if r.Refused >= 0 && len(c.Objects) > 1 {
		one.Refused = &r.Refused
	}
	if q := r.Question(); q != nil && (s.Explain || !one.OK) {
		x := policy.Explain(q)
		one.Explanation = &x
	}
	return one
}

func printCase(one caseResult, r *scenario.Result) {
	word := "ok  "
	if !one.OK {
		word = "FAIL"
	}
	fmt.Printf("%s  %s:%d  %s\n", word, one.File, one.Line, r.Case.Title())
	if one.Failure != "" {
		fmt.Println("  " + one.Failure)
	}
	if one.Explanation == nil {
		return
	}
	object := "nothing"
	if names := r.Question().Resource; len(names) > 0 {
		object = names[0].String()
	}
	fmt.Printf("  %s on %s\n", r.Case.Action, object)
	t := newTexts(&r.Case.Layers)
	t.trust = r.Case.AssumeRole
	fmt.Print(t.explanation(one.Explanation))
}
