package gateway

import (
	"net/netip"
	"strings"

	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/tc3"
)

// catalogue finds services and actions by name. It is made once, from the contract.
type catalogue struct {
	versions   map[string]map[string]*wire.Service // service, version
	owners     map[[2]string][]*wire.Service       // (version, action): who defines it
	registered func(service string) bool           // products that somebody else serves
}

func newCatalogue(services []*wire.Service, registered func(string) bool) *catalogue {
	c := &catalogue{versions: map[string]map[string]*wire.Service{}, owners: map[[2]string][]*wire.Service{}, registered: registered}
	if registered == nil {
		c.registered = func(string) bool { return false }
	}
	for _, s := range services {
		if s.Style == wire.REST {
			continue // it has a door of its own, with its own authentication
		}
		if c.versions[s.Name] == nil {
			c.versions[s.Name] = map[string]*wire.Service{}
		}
		c.versions[s.Name][s.Version] = s
		for _, a := range s.Actions {
			k := [2]string{s.Version, a.Name}
			c.owners[k] = append(c.owners[k], s)
		}
	}
	return c
}

func (c *catalogue) known(service string) bool { return c.versions[service] != nil }

// extensions is hufu's own service. An installation is easily named so too (hufu.example.com), and clients of any service
// take the first label of their endpoint for the one that they sign for.
const extensions = "hufu"

// names reports whether a host or a scope with this word means a service, for a call of this version.
func (c *catalogue) names(word, version string) bool {
	return c.known(word) && (word != extensions || c.versions[word][version] != nil)
}

// target says which service a request is for, and which scope service a signature may name for it.
type target struct {
	service    string
	hostLabel  string // first label of the host as SDKs derive it, with the port if the host has no dot
	byAction   bool   // nothing but (version, action) told the service
	registered func(service string) bool
}

// resolve names the service of a request: path prefix, then the host's first label, then the scope of the signature,
// then the one service that has this action in this version. An empty service is one that nothing names.
func (c *catalogue) resolve(host, path, scope, version, action string) target {
	label, _, _ := strings.Cut(host, ".")
	t := target{hostLabel: label, registered: c.registered}
	if s := strings.Trim(path, "/"); c.known(s) {
		t.service = s
		return t
	}
	if s := hostService(host); c.names(s, version) {
		t.service = s
		return t
	}
	if c.names(scope, version) {
		t.service = scope
		return t
	}
	if owners := c.owners[[2]string{version, action}]; len(owners) == 1 {
		t.service, t.byAction = owners[0].Name, true
	}
	return t
}

// hostService is the host's first label; addresses and hosts of one label name no service.
func hostService(host string) string {
	name := strings.ToLower(tc3.StripPort(host))
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return ""
	}
	label, _, dotted := strings.Cut(name, ".")
	if !dotted {
		return ""
	}
	return label
}

// accepts reports whether the scope of a signature may name scope for this target. SDKs that take the first label of
// their endpoint for the service sign with "127" or "hufu"; that is right as long as the action alone told the service. The
// host is the sender's word: were the name of a registered product accepted, whoever holds its signing keys could call
// in the name of everybody who ever called that product.
func (t target) accepts(scope string) bool {
	if scope == t.service {
		return true
	}
	return t.byAction && (scope == t.hostLabel || scope == tc3.StripPort(t.hostLabel)) && !t.registered(scope)
}

// endpoint reports whether a path is one that API 3.0 answers on.
func (c *catalogue) endpoint(path string) bool {
	return path == "/" || path == "" || c.known(strings.Trim(path, "/"))
}
