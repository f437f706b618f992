package scenario

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// readCase reads one case. Its policies come after the rest: "assume" says
// what the resource's policy is.
func (r *reader) readCase(n *yaml.Node) (Case, error) {
	opened, err := r.follow(n)
	if err != nil {
		return Case{}, err
	}
	c := Case{Line: opened.Line, Owner: r.owner, Refused: -1, Layers: Layers{General: true, Identity: []policy.Source{}}}
	c.Context.MFA = true
	var want string
	var who, tags, objects *yaml.Node
	layers := map[string]*yaml.Node{}
	keep := func(to **yaml.Node) func(*yaml.Node) error {
		return func(n *yaml.Node) error { *to = n; return nil }
	}
	layer := func(name string) func(*yaml.Node) error {
		return func(n *yaml.Node) error { layers[name] = n; return nil }
	}
	object := func(read func(*yaml.Node, *Case) error) func(*yaml.Node) error {
		return func(n *yaml.Node) error {
			if objects != nil {
				return r.fail(n, "only one of resource, names and resources can be given")
			}
			objects = n
			return read(n, &c)
		}
	}
	err = r.fields(n, "a case", map[string]func(*yaml.Node) error{
		"n": r.number(&c.Number), "name": r.string(&c.Name), "who": keep(&who), "tags": keep(&tags),
		"action":   func(n *yaml.Node) (err error) { c.Action, err = r.action(n); return err },
		"level":    func(n *yaml.Node) (err error) { c.Granularity, err = r.level(n); return err },
		"resource": object(r.resource), "names": object(r.names), "resources": object(r.resources),
		"owner":  func(n *yaml.Node) (err error) { c.Owner, err = r.ownerOf(n); return err },
		"assume": r.bool(&c.AssumeRole), "general": r.bool(&c.Layers.General),
		"exempt": r.bool(&c.Layers.ControlExempt), "limit_root": r.bool(&c.Layers.LimitMemberRoot),
		"identity": layer("identity"), "groups": layer("groups"), "boundary": layer("boundary"), "session": layer("session"),
		"policy": layer("policy"), "control": layer("control"),
		"context": func(n *yaml.Node) error { return r.context(n, &c.Context) },
		"want":    func(n *yaml.Node) (err error) { want, err = r.text(n); return err },
		"refused": r.number(&c.Refused),
	})
	if err != nil {
		return c, err
	}
	switch {
	case c.Name == "" || who == nil || c.Action.Name == "" || want == "":
		return c, r.fail(opened, "a case needs name, who, action and want")
	case objects == nil:
		c.Objects = [][]qcs.Resource{{qcs.Any}}
	}
	if c.Want, err = ParseWant(want); err != nil {
		return c, r.fail(opened, "%s", err)
	}
	if err := r.who(who, tags, &c); err != nil {
		return c, err
	}
	return c, r.layers(layers, &c)
}

// who reads the principal of a case, by name or in full.
func (r *reader) who(n, tags *yaml.Node, c *Case) error {
	opened, err := r.follow(n)
	if err != nil {
		return err
	}
	if opened.Kind == yaml.MappingNode {
		c.Principal, err = r.principal(opened)
	} else if c.Who, err = r.text(opened); err == nil {
		var ok bool
		if c.Principal, ok = r.file.Principals[c.Who]; !ok {
			err = r.fail(n, "there is no principal %q", c.Who)
		}
	}
	if err == nil && tags != nil {
		err = r.tags(&c.Principal.Tags)(tags)
	}
	return err
}

func (r *reader) action(n *yaml.Node) (policy.Action, error) {
	s, err := r.text(n)
	if err != nil {
		return policy.Action{}, err
	}
	a, ok := policy.ParseAction(s)
	if !ok {
		return a, r.fail(n, "%q is no action like cvm:StopInstances", s)
	}
	return a, nil
}

// Levels are the words for how finely an action can be granted.
var Levels = map[string]policy.Granularity{
	"resource": policy.ResourceLevel, "operation": policy.OperationLevel, "service": policy.ServiceLevel,
}

func (r *reader) level(n *yaml.Node) (policy.Granularity, error) {
	s, err := r.text(n)
	if err != nil {
		return 0, err
	}
	g, ok := Levels[s]
	if !ok {
		return 0, r.fail(n, "%q is none of resource, operation and service", s)
	}
	return g, nil
}

func (r *reader) resourceName(n *yaml.Node) (qcs.Resource, error) {
	s, err := r.text(n)
	if err != nil {
		return qcs.Resource{}, err
	}
	name, err := qcs.Parse(s)
	if err != nil {
		return name, r.fail(n, "%s", err)
	}
	return name, nil
}

func (r *reader) resource(n *yaml.Node, c *Case) error {
	name, err := r.resourceName(n)
	c.Objects = [][]qcs.Resource{{name}}
	return err
}

// names reads the names of one object. The list may be empty: it is a mistake
// that a caller can make, and must be denied.
func (r *reader) names(n *yaml.Node, c *Case) error {
	c.Objects = [][]qcs.Resource{nil}
	return r.items(n, func(_ int, item *yaml.Node) error {
		name, err := r.resourceName(item)
		c.Objects[0] = append(c.Objects[0], name)
		return err
	})
}

func (r *reader) resources(n *yaml.Node, c *Case) error {
	err := r.items(n, func(_ int, item *yaml.Node) error {
		name, err := r.resourceName(item)
		c.Objects = append(c.Objects, []qcs.Resource{name})
		return err
	})
	if err == nil && c.Objects == nil {
		err = r.fail(n, "the list is empty")
	}
	return err
}

func (r *reader) context(n *yaml.Node, to *policy.Context) error {
	add := func(key string) func(*yaml.Node) error {
		return func(n *yaml.Node) error {
			values, err := r.texts(n)
			for _, v := range values {
				if err == nil {
					err = r.value(n, to, key, v)
				}
			}
			return err
		}
	}
	return r.fields(n, "a context", map[string]func(*yaml.Node) error{
		"ip": add("qcs:ip"), "time": add("qcs:current_time"), "mfa": r.bool(&to.MFA), "bind_token": r.bool(&to.BindToken),
		"create_uin": add("qcs:create_uin"), "resource_tags": add("qcs:resource_tag"), "request_tags": add("qcs:request_tag"),
		"values": func(n *yaml.Node) error {
			return r.members(n, "values", func(key string, _, value *yaml.Node) error { return add(key)(value) })
		},
	})
}

func (r *reader) value(n *yaml.Node, to *policy.Context, key, value string) error {
	if key == "qcs:uin" || key == "qcs:owner_uin" {
		// A caller may try: the engine must not look here.
		if to.Values == nil {
			to.Values = map[string][]string{}
		}
		to.Values[key] = append(to.Values[key], value)
		return nil
	}
	if err := to.Add(key, value); err != nil {
		return r.fail(n, "%s", err)
	}
	return nil
}

// named keeps the policies that have names. They are read where they are used,
// since that says what they are for.
func (r *reader) named(n *yaml.Node) error {
	r.policies = map[string]*yaml.Node{}
	return r.members(n, "policies", func(name string, _, value *yaml.Node) error {
		r.policies[name] = value
		return nil
	})
}

// layers reads the policies of a case.
func (r *reader) layers(nodes map[string]*yaml.Node, c *Case) error {
	own := policy.ResourcePolicy
	if c.AssumeRole {
		own = policy.TrustPolicy
	}
	for _, one := range []struct {
		name string
		kind policy.DocumentKind
		to   *[]policy.Source
	}{
		{"boundary", policy.BoundaryPolicy, &c.Layers.Boundary}, {"session", policy.SessionPolicy, &c.Layers.Session},
		{"policy", own, &c.Layers.Resource},
	} {
		if n := nodes[one.name]; n != nil {
			source, err := r.source(n, one.kind, one.name, 1)
			if err != nil {
				return err
			}
			*one.to = source
		}
	}
	if n := nodes["identity"]; n != nil {
		list, err := r.sources(n, policy.IdentityPolicy, "identity")
		if err != nil {
			return err
		}
		c.Layers.Identity = list
	}
	if n := nodes["groups"]; n != nil {
		if err := r.groups(n, c); err != nil {
			return err
		}
	}
	if n := nodes["control"]; n != nil {
		return r.items(n, func(i int, level *yaml.Node) error {
			list, err := r.controlLevel(level, fmt.Sprintf("control[%d]", i))
			c.Layers.Control = append(c.Layers.Control, list)
			return err
		})
	}
	return nil
}

// groups reads the policies that the caller has by his groups.
func (r *reader) groups(n *yaml.Node, c *Case) error {
	return r.members(n, "groups", func(id string, key, value *yaml.Node) error {
		if !slices.Contains(c.Principal.Groups, id) {
			return r.fail(key, "the caller is in no group %q", id)
		}
		list, err := r.sources(value, policy.IdentityPolicy, "groups."+id)
		if err != nil {
			return err
		}
		all := &c.Layers.Identity
		for _, source := range list {
			if c.Layers.Group == nil {
				c.Layers.Group = map[int]string{}
			}
			c.Layers.Group[len(*all)] = id
			source.ID = int64(len(*all) + 1)
			*all = append(*all, source)
		}
		return nil
	})
}

// controlLevel reads one policy, or a list that has not statements but
// policies in it.
func (r *reader) controlLevel(n *yaml.Node, what string) ([]policy.Source, error) {
	opened, err := r.follow(n)
	if err != nil {
		return nil, err
	}
	if opened.Kind == yaml.SequenceNode && len(opened.Content) > 0 {
		first, err := r.follow(opened.Content[0])
		if err != nil {
			return nil, err
		}
		if first.Kind != yaml.MappingNode || member(first, "file") || member(first, "version") {
			return r.sources(opened, policy.ControlPolicy, what)
		}
	}
	return r.source(opened, policy.ControlPolicy, what, 1)
}

// member reports whether an object has a member, in any letter case.
func member(n *yaml.Node, name string) bool {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if strings.EqualFold(n.Content[i].Value, name) {
			return true
		}
	}
	return false
}

func (r *reader) sources(n *yaml.Node, kind policy.DocumentKind, what string) ([]policy.Source, error) {
	list := []policy.Source{}
	err := r.items(n, func(i int, item *yaml.Node) error {
		source, err := r.source(item, kind, fmt.Sprintf("%s[%d]", what, i), int64(i+1))
		list = append(list, source...)
		return err
	})
	return list, err
}

// parsedKey is a policy that was read for a purpose: cases share policies.
type parsedKey struct {
	node *yaml.Node
	kind policy.DocumentKind
}

// source reads one policy. A policy without statements is none: an empty list
// says that there is a layer, and that nothing is in it.
func (r *reader) source(n *yaml.Node, kind policy.DocumentKind, what string, id int64) ([]policy.Source, error) {
	n, err := r.follow(n)
	if err != nil {
		return nil, err
	}
	source := policy.Source{ID: id, Name: what, Version: 1}
	if n.Kind == yaml.ScalarNode {
		name, err := r.text(n)
		if err != nil {
			return nil, err
		}
		named, ok := r.policies[name]
		if !ok {
			return nil, r.fail(n, "there is no policy %q", name)
		}
		if n, err = r.follow(named); err != nil {
			return nil, err
		}
		if n.Kind == yaml.ScalarNode {
			return nil, r.fail(n, "a policy cannot be another one's name")
		}
		source.Name = name
	} else if n.Kind == yaml.MappingNode && member(n, "file") {
		source.Name = n.Content[1].Value
	}
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		return []policy.Source{}, nil
	}
	key := parsedKey{n, kind}
	if source.Document = r.parsed[key]; source.Document == nil {
		text, err := r.policyText(n)
		if err != nil {
			return nil, err
		}
		if source.Document, err = policy.Check(text, policy.Rules{Kind: kind}); err != nil {
			return nil, r.fail(n, "%s: %s", what, err)
		}
		r.parsed[key] = source.Document
	}
	return []policy.Source{source}, nil
}

// policyText is the JSON text of a policy.
func (r *reader) policyText(n *yaml.Node) (string, error) {
	if n.Kind == yaml.MappingNode && !member(n, "file") {
		var b strings.Builder
		err := r.json(&b, n, 0)
		return b.String(), err
	}
	if n.Kind == yaml.MappingNode {
		var name string
		if err := r.fields(n, "a policy in a file", map[string]func(*yaml.Node) error{"file": r.string(&name)}); err != nil {
			return "", err
		}
		if r.open == nil {
			return "", r.fail(n, "policies in files cannot be read here")
		}
		text, err := r.open(name)
		if err != nil {
			return "", r.fail(n, "%s", err)
		}
		return string(text), nil
	}
	list := []string{}
	err := r.items(n, func(_ int, item *yaml.Node) error {
		s, err := r.statement(item)
		list = append(list, s)
		return err
	})
	return `{"version":"2.0","statement":[` + strings.Join(list, ",") + `]}`, err
}

// statement turns a statement in short into JSON.
func (r *reader) statement(n *yaml.Node) (string, error) {
	var b strings.Builder
	effect, resource := "", `"*"`
	part := func(name string) func(*yaml.Node) error {
		return func(n *yaml.Node) error { b.WriteString("," + quote(name) + ":"); return r.json(&b, n, 0) }
	}
	says := func(word string) func(*yaml.Node) error {
		return func(n *yaml.Node) error {
			if effect != "" {
				return r.fail(n, "a statement either allows or denies")
			}
			effect = word
			return part("action")(n)
		}
	}
	err := r.fields(n, "a statement", map[string]func(*yaml.Node) error{
		"allow": says("allow"), "deny": says("deny"), "if": part("condition"), "for": part("principal"),
		"on": func(n *yaml.Node) error {
			var on strings.Builder
			err := r.json(&on, n, 0)
			resource = on.String()
			return err
		},
	})
	if err == nil && effect == "" {
		err = r.fail(n, "a statement needs allow or deny")
	}
	text := `{"effect":"` + effect + `"` + b.String()
	if resource != "null" {
		text += `,"resource":` + resource
	}
	return text + "}", err
}
