// Package catalogue knows what the services that hufu hosts have: their actions, from the contract, and the types of
// their resources. Policy documents are checked against it; of any other service everything is accepted.
package catalogue

import (
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/policy"
)

var _ policy.Catalogue = (*Catalogue)(nil)

// Catalogue is made once and never changes.
type Catalogue struct {
	actions   map[string]map[string]bool // service, action
	resources map[string]map[string]bool // service, type
	titles    map[string]string          // service, its title
}

// permissions that are no action of the API but that actions and the console ask for.
var permissions = map[string][]string{
	"cam": {"DeleteApiKey", "AddQywxSubAccount", "CheckResource", "SigAndAuth"},
}

// resourceTypes are how the sixth segment of a hosted service's resources starts.
var resourceTypes = map[string][]string{
	"cam": {"*", "root", "uin", "groupid", "policyid", "policy", "role", "roleName", "saml-provider", "oidc-provider", "mfa"},
	"sts": {"*", "assumed-role", "federated-user"},
}

// New makes the catalogue of these services.
func New(services []*wire.Service) *Catalogue {
	c := &Catalogue{actions: map[string]map[string]bool{}, resources: map[string]map[string]bool{}, titles: map[string]string{}}
	for _, s := range services {
		c.titles[s.Name] = s.Title
		for _, a := range s.Actions {
			add(c.actions, s.Name, a.Name)
			if permission, ok := policy.ParseAction(a.Permission); ok {
				add(c.actions, permission.Service, permission.Name)
			}
		}
	}
	for service, names := range permissions {
		for _, name := range names {
			add(c.actions, service, name)
		}
	}
	for service, types := range resourceTypes {
		for _, t := range types {
			add(c.resources, service, t)
		}
	}
	return c
}

func add(to map[string]map[string]bool, service, name string) {
	if to[service] == nil {
		to[service] = map[string]bool{}
	}
	to[service][name] = true
}

// Service reports whether hufu hosts the service.
func (c *Catalogue) Service(name string) bool { return c.actions[name] != nil }

// HasAction reports whether a hosted service has the action, or a permission of that name.
func (c *Catalogue) HasAction(service, action string) bool { return c.actions[service][action] }

// HasResourceType reports whether a hosted service has resources of the type. A service without an entry takes any.
func (c *Catalogue) HasResourceType(service, typ string) bool {
	return c.resources[service] == nil || c.resources[service][typ]
}

// Actions are the names of a hosted service's actions and permissions, in no order.
func (c *Catalogue) Actions(service string) map[string]bool { return c.actions[service] }

// Titles are the names of the hosted services with their titles. The map is the catalogue's own: it is not changed.
func (c *Catalogue) Titles() map[string]string { return c.titles }
