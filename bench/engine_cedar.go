package main

import (
	"fmt"
	"strings"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

// cedarEngine says patterns as groups: an action is in the groups that its name begins with, a resource in its folders. The
// tag is an attribute of the resource, the address is in the context.
var cedarEngine = engine{name: "cedar-go", module: "github.com/cedar-policy/cedar-go", write: writeCedar, build: buildCedar}

func writeCedar(statements []statement) ([]string, error) {
	var b strings.Builder
	for _, s := range statements {
		effect, in := "permit", map[bool]string{false: "==", true: "in"}
		if s.deny {
			effect = "forbid"
		}
		fmt.Fprintf(&b, "%s (principal, action %s %s, resource %s %s)", effect, in[strings.HasSuffix(s.action, "*")], cedarAction(s.service, s.action),
			in[strings.HasSuffix(s.resource, "*")], cedarResource(s.service, s.resource))
		switch {
		case s.network.IsValid():
			fmt.Fprintf(&b, "\nwhen { context.ip.isInRange(ip(%q)) }", s.network)
		case s.env != "":
			fmt.Fprintf(&b, "\nwhen { resource.env == %q }", s.env)
		}
		b.WriteString(";\n")
	}
	return []string{b.String()}, nil
}

func cedarAction(service, name string) cedar.EntityUID {
	return cedar.NewEntityUID("Action", cedar.String(service+":"+name))
}

func cedarResource(service, path string) cedar.EntityUID {
	kind := cedar.EntityType("Resource")
	if strings.HasSuffix(path, "*") {
		kind = "Folder"
	}
	return cedar.NewEntityUID(kind, cedar.String(service+":"+path))
}

type cedarDecider struct{ policies *cedar.PolicySet }

func buildCedar(texts []string) (decider, error) {
	p, err := cedar.NewPolicySetFromBytes("bench.cedar", []byte(texts[0]))
	return cedarDecider{p}, err
}

func (d cedarDecider) ask(r request) (func() (bool, error), error) {
	address, err := types.ParseIPAddr(r.address.String())
	if err != nil {
		return nil, err
	}
	request := cedar.Request{Principal: cedar.NewEntityUID("User", user), Action: cedarAction(r.service, r.action), Resource: cedarResource(r.service, r.resource),
		Context: cedar.NewRecord(cedar.RecordMap{"ip": address})}
	var groups, folders []cedar.EntityUID
	for _, p := range actionPrefixes {
		if covers(p, r.action) {
			groups = append(groups, cedarAction(r.service, p))
		}
	}
	for at, c := range r.resource {
		if c == '/' {
			folders = append(folders, cedarResource(r.service, r.resource[:at]+"/*"))
		}
	}
	entities := cedar.EntityMap{
		request.Action: {UID: request.Action, Parents: cedar.NewEntityUIDSet(groups...)},
		request.Resource: {UID: request.Resource, Parents: cedar.NewEntityUIDSet(folders...),
			Attributes: cedar.NewRecord(cedar.RecordMap{"env": cedar.String(r.env)})},
	}
	return func() (bool, error) {
		decision, diagnostic := cedar.Authorize(d.policies, entities, request)
		if len(diagnostic.Errors) > 0 {
			return false, fmt.Errorf("cedar: %s", diagnostic.Errors[0].Message)
		}
		return decision == cedar.Allow, nil
	}, nil
}
