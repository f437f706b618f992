package main

import (
	"encoding/json"
	"fmt"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// perPolicy statements stand in one document, which has a largest length.
const perPolicy = 20

const (
	owner = "100000000001"
	user  = "100000000011"
)

var hufuEngine = engine{name: "hufu", write: writeHufu, build: buildHufu}

func writeHufu(statements []statement) ([]string, error) {
	type document struct {
		Version   string           `json:"version"`
		Statement []map[string]any `json:"statement"`
	}
	var texts []string
	for len(statements) > 0 {
		d := document{Version: "2.0"}
		for _, s := range statements[:min(perPolicy, len(statements))] {
			m := map[string]any{"effect": "allow", "action": s.service + ":" + s.action, "resource": hufuResource(s.service, s.resource)}
			if s.deny {
				m["effect"] = "deny"
			}
			switch {
			case s.network.IsValid():
				m["condition"] = map[string]any{"ip_equal": map[string]any{"qcs:ip": s.network.String()}}
			case s.env != "":
				m["condition"] = map[string]any{"string_equal": map[string]any{"qcs:resource_tag/env": s.env}}
			}
			d.Statement = append(d.Statement, m)
		}
		text, err := json.Marshal(d)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
		statements = statements[len(d.Statement):]
	}
	return texts, nil
}

func hufuResource(service, path string) string {
	return "qcs::" + service + ":ap-guangzhou:uin/" + owner + ":" + path
}

func parseHufu(texts []string) ([]policy.Source, error) {
	sources := make([]policy.Source, len(texts))
	for i, text := range texts {
		d, err := policy.Parse(text)
		if err != nil {
			return nil, err
		}
		sources[i] = policy.Source{ID: int64(i), Name: fmt.Sprintf("policy-%d", i), Version: 1, Document: d}
	}
	return sources, nil
}

type hufuDecider struct{ set *policy.Set }

func buildHufu(texts []string) (decider, error) {
	sources, err := parseHufu(texts)
	if err != nil {
		return nil, err
	}
	return hufuDecider{policy.Compile(sources, policy.Env{})}, nil
}

// ask asks as for any sub-user: the rules that bind all of them are read too.
func (d hufuDecider) ask(r request) (func() (bool, error), error) {
	name, err := qcs.Parse(hufuResource(r.service, r.resource))
	if err != nil {
		return nil, err
	}
	q := &policy.Question{
		Principal: policy.Principal{Kind: policy.User, Account: qcs.Account{UIN: owner}, UIN: user},
		Action:    policy.Action{Service: r.service, Name: r.action},
		Resource:  []qcs.Resource{name},
		Context:   policy.Context{IP: r.address, ResourceTags: []policy.Tag{policy.NewTag("env", r.env)}},
		Layers:    policy.Layers{General: policy.General(), Identity: d.set},
	}
	return func() (bool, error) { return policy.Decide(q).Allowed, nil }, nil
}
