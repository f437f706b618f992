package catalogue

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/policy"
)

// own is the source of what is built in.
const own = "hufu"

// build makes the products of the contract, the built-in manifests and the operator's files.
func build(services []*wire.Service, ours []*manifest, files []string) (map[string]*Product, error) {
	contract := readContract(services)
	manifests := map[string]*manifest{}
	for _, m := range ours {
		manifests[m.Service] = m
	}
	faults := register(manifests, contract, files)
	products := map[string]*Product{}
	for service, m := range manifests {
		products[service] = merge(m, contract[service])
	}
	for service, s := range contract {
		if products[service] == nil && s.hosted() {
			products[service] = s.alone(service)
		}
	}
	return products, errors.Join(faults...)
}

// register adds the operator's manifests. One may take the place of a built-in one, but not of a product that hufu
// serves or knows completely: what exists there is no matter of opinion.
func register(manifests map[string]*manifest, contract map[string]*served, files []string) (faults []error) {
	for _, file := range files {
		m, err := readFile(file)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		switch other := manifests[m.Service]; {
		case contract[m.Service].hosted() || other != nil && other.builtIn && other.Complete:
			faults = append(faults, m.errorAt(m.line, "%s is one of hufu's own products, which cannot be registered again", m.Service))
		case other != nil && !other.builtIn:
			faults = append(faults, m.errorAt(m.line, "%s is registered by %s already", m.Service, other.file))
		default:
			manifests[m.Service] = m
		}
	}
	return faults
}

// served is what the contract says about one product.
type served struct {
	title    string
	versions []string
	actions  map[string]*Action
	types    []*ResourceType
}

// hosted tells a product that has an API from one that is only named in a permission, or not at all.
func (s *served) hosted() bool { return s != nil && s.versions != nil }

// readContract gathers actions, and the permissions that they need, by product. What several versions have, or several
// actions need, is as fine and does as much as the one of them that goes furthest.
func readContract(services []*wire.Service) map[string]*served {
	all := map[string]*served{}
	product := func(service string) *served {
		if all[service] == nil {
			all[service] = &served{actions: map[string]*Action{}}
		}
		return all[service]
	}
	for _, version := range services {
		s := product(version.Name)
		s.title, s.versions = version.Title, append(s.versions, version.Version)
		for _, a := range version.Actions {
			s.add(version.Name, a.Name, a, false)
			if needed, ok := policy.ParseAction(a.Permission); ok && needed != (policy.Action{Service: version.Name, Name: a.Name}) {
				product(needed.Service).add(needed.Service, needed.Name, a, true)
			}
		}
	}
	return all
}

// add notes that a call needs, or is, the action of this name.
func (s *served) add(service, name string, of *wire.Action, permission bool) {
	a := s.actions[name]
	if a == nil {
		a = &Action{Name: name, Level: Operation, Access: Read, Permission: true, IP: true}
		s.actions[name] = a
	}
	a.Permission = a.Permission && permission
	if of.Write {
		a.Access = Write
	}
	if of.Resource != "*" {
		a.Level = Resource
		s.about(service, a, of.Resource)
	}
}

var templateWord = regexp.MustCompile(`\{([^{}|]+)[^{}]*\}`)

// about notes the type of resource that a template of the contract names. What an action is about whose handler
// resolves it is known to the manifest alone.
func (s *served) about(service string, a *Action, template string) {
	segments := strings.SplitN(template, ":", 6)
	if len(segments) < 6 {
		return
	}
	prefix, _, _ := strings.Cut(segments[5], "/")
	typ := prefix
	if segments[2] != service {
		typ = segments[2] + ":" + prefix
	} else if typeIn(s.types, prefix) == nil {
		s.types = append(s.types, &ResourceType{Prefix: prefix, Template: templateWord.ReplaceAllString(template, "$${$1}")})
	}
	if !slices.Contains(a.ResourceTypes, typ) {
		a.ResourceTypes = append(a.ResourceTypes, typ)
	}
}

func typeIn(types []*ResourceType, prefix string) *ResourceType {
	if i := slices.IndexFunc(types, func(t *ResourceType) bool { return t.Prefix == prefix }); i >= 0 {
		return types[i]
	}
	return nil
}

// alone is a product that no manifest tells more of. Its types of resources are not known.
func (s *served) alone(service string) *Product {
	p := &Product{Service: service, Title: Title{English: s.title}, Level: Operation, Source: own, actions: map[string]*Action{}}
	p.lay(s)
	p.types = nil
	p.index()
	return p
}

// merge makes a product. What the contract says about an action stands; the manifest adds what it cannot know.
func merge(m *manifest, s *served) *Product {
	p := m.Product
	p.actions, p.types = map[string]*Action{}, map[string]bool{}
	p.ResourceTypes = slices.Clone(m.ResourceTypes)
	for _, a := range m.actions {
		p.actions[a.Name] = a
	}
	if s != nil {
		p.lay(s)
	}
	for _, t := range p.ResourceTypes {
		p.types[t.Prefix] = true
	}
	p.index()
	return &p
}

// lay puts the contract over what the product has so far. What is served is all that there is.
func (p *Product) lay(s *served) {
	p.Versions = s.versions
	p.Complete = p.Complete || s.hosted()
	for _, t := range s.types {
		if typeIn(p.ResourceTypes, t.Prefix) == nil {
			p.ResourceTypes = append(p.ResourceTypes, t)
		}
	}
	for name, of := range s.actions {
		a := *of
		if said := p.actions[name]; said != nil {
			a.Title, a.IP, a.Tags = said.Title, said.IP, said.Tags
			if a.ResourceTypes == nil {
				a.ResourceTypes = said.ResourceTypes
			}
		}
		if a.Level == Resource {
			p.Level = Resource
		}
		p.actions[name] = &a
	}
}

// index finishes a product.
func (p *Product) index() {
	p.Actions, p.names = []*Action{}, map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(p.actions)) {
		p.Actions = append(p.Actions, p.actions[name])
		p.names[name] = true
	}
	if p.ResourceTypes == nil {
		p.ResourceTypes = []*ResourceType{}
	}
	if p.ConditionKeys == nil {
		p.ConditionKeys = []*ConditionKey{}
	}
}
