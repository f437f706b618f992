package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/services"
)

type apiCommand struct {
	Coverage apiCoverage `cmd:"" help:"Print which actions of each service are built."`
}

type apiCoverage struct {
	JSON bool `help:"Print a JSON list." name:"json"`
}

// covered is one action of one service version.
type covered struct {
	Service string `json:"service"`
	Version string `json:"version"`
	Action  string `json:"action"`
	Status  string `json:"status"` // implemented, unsupported (documented as such) or missing

	Endpoint string `json:"endpoint,omitempty"` // method and path, where they address the action
}

// Run prints the table. It reads the contract; a test holds the contract to the handlers.
func (a *apiCoverage) Run() error {
	var all []covered
	declared := slices.Concat(services.Services, services.REST)
	counts := map[string][3]int{}
	for _, s := range declared {
		for _, action := range s.Actions {
			c := covered{Service: s.Name, Version: s.Version, Action: action.Name, Status: "implemented"}
			if s.Style == wire.REST {
				c.Endpoint = action.Method + " " + s.Base + action.Path
			}
			n := counts[s.Name+" "+s.Version]
			switch {
			case action.Planned:
				c.Status = "missing"
			case action.Unsupported != "":
				c.Status = "unsupported"
				n[1]++
			default:
				n[0]++
			}
			n[2]++
			counts[s.Name+" "+s.Version] = n
			all = append(all, c)
		}
	}
	if a.JSON {
		return printJSON(all)
	}
	return table(func(w io.Writer) {
		for _, c := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", c.Service, c.Version, c.Action, c.Status)
		}
		for _, s := range declared {
			n := counts[s.Name+" "+s.Version]
			fmt.Fprintf(w, "%s\t%s\t%d of %d\timplemented\n", s.Name, s.Version, n[0], n[2])
			if n[1] > 0 {
				fmt.Fprintf(w, "%s\t%s\t%d of %d\tunsupported, as documented\n", s.Name, s.Version, n[1], n[2])
			}
		}
	})
}
