// Package catalogue knows products: their actions, the types of their resources, and how finely they can be granted.
// What hufu serves is known from its contract, anything else from manifests: those in this package, and those that
// the operator registers. Policy documents are checked against it, and whoever writes one can be shown what there is.
//
// A product that nobody registered works all the same: every document may name it.
package catalogue

import (
	"maps"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/policy"
)

var _ policy.Catalogue = (*Catalogue)(nil)

// Catalogue is made once and never changes.
type Catalogue struct {
	products map[string]*Product
	titles   map[string]string // service, its English title
	strict   bool
}

// Config says what a catalogue knows besides what is built in.
type Config struct {
	Files  []string // the operator's manifests
	Strict bool     // documents may name the products of the catalogue only
}

// New makes the catalogue of these services and of the built-in manifests.
func New(services []*wire.Service) *Catalogue {
	c, err := Load(services, Config{})
	if err != nil {
		panic(err) // a built-in manifest is broken
	}
	return c
}

// Load makes a catalogue that has the operator's products too. The error names each fault with its file and line.
func Load(services []*wire.Service, config Config) (*Catalogue, error) {
	products, err := build(services, ours(), config.Files)
	if err != nil {
		return nil, err
	}
	c := &Catalogue{products: products, titles: map[string]string{}, strict: config.Strict}
	for service, p := range products {
		c.titles[service] = p.Title.English
	}
	return c, nil
}

// Product finds a registered product by its service name in lower case.
func (c *Catalogue) Product(service string) (*Product, bool) {
	p, ok := c.products[service]
	return p, ok
}

// Products are all registered products by service name.
func (c *Catalogue) Products() []*Product {
	all := make([]*Product, 0, len(c.products))
	for _, service := range slices.Sorted(maps.Keys(c.products)) {
		all = append(all, c.products[service])
	}
	return all
}

// Service reports whether the product is registered.
func (c *Catalogue) Service(name string) bool { return c.products[name] != nil }

// Registered reports whether the operator registered the product, and hufu does not serve it: its requests go to a service
// of somebody else's, which may hold the keys that verify signatures for it.
func (c *Catalogue) Registered(service string) bool {
	p := c.products[service]
	return p != nil && p.Source != own && !p.Hosted()
}

// Complete reports whether all actions of the product are known.
func (c *Catalogue) Complete(service string) bool {
	p := c.products[service]
	return p != nil && p.Complete
}

// Strict reports whether documents may name registered products only.
func (c *Catalogue) Strict() bool { return c.strict }

// HasAction reports whether a registered product has the action, or a permission of that name. One whose manifest is
// not complete may have any.
func (c *Catalogue) HasAction(service, action string) bool {
	p := c.products[service]
	return p != nil && (!p.Complete || p.names[action])
}

// HasResourceType reports whether a product has resources of the type. One that is not registered or whose types are
// not all known may have any.
func (c *Catalogue) HasResourceType(service, typ string) bool {
	p := c.products[service]
	return p == nil || !p.Complete || p.types == nil || typ == "*" || p.types["*"] || p.types[typ]
}

// Actions are the names of the known actions and permissions of a product, in no order. The map is the catalogue's
// own: it is not changed.
func (c *Catalogue) Actions(service string) map[string]bool {
	if p := c.products[service]; p != nil {
		return p.names
	}
	return nil
}

// Titles are the names of the registered products with their titles. The map is the catalogue's own: it is not
// changed.
func (c *Catalogue) Titles() map[string]string { return c.titles }

// Granularity is how finely an action can be granted. What is not known is decided resource by resource, as it is
// asked; an action that a manifest does not list has the level of its product.
func (c *Catalogue) Granularity(service, action string) policy.Granularity {
	p := c.products[service]
	if p == nil {
		return policy.ResourceLevel
	}
	if a := p.actions[action]; a != nil {
		return a.Level.Granularity()
	}
	return p.Level.Granularity()
}

// Access is what an action does, "" if it is not known.
func (c *Catalogue) Access(service, action string) Access {
	if p := c.products[service]; p != nil && p.actions[action] != nil {
		return p.actions[action].Access
	}
	return ""
}

// ResourceServices are the services of the resources that an action touches, as far as they are known.
func (c *Catalogue) ResourceServices(service, action string) []string {
	p := c.products[service]
	if p == nil || p.actions[action] == nil {
		return nil
	}
	var services []string
	for _, t := range p.actions[action].ResourceTypes {
		of, _, other := strings.Cut(t, ":")
		if !other {
			of = service
		}
		if !slices.Contains(services, of) {
			services = append(services, of)
		}
	}
	return services
}
