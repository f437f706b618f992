package policy

import (
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/qcs"
)

// An action pattern of a statement, compiled.
type action struct {
	service, name qcs.Glob
	feature       string // a product-defined list of actions, expanded by Compile
}

// parseAction reads *, service:api, name/service:api and the feature sets
// permid/<n>, permit... and actionName/...
func parseAction(s string) (action, bool) {
	s = strings.TrimPrefix(s, "name/")
	if s == "*" {
		return action{service: qcs.NewGlob("*"), name: qcs.NewGlob("*")}, true
	}
	service, name, colon := strings.Cut(s, ":")
	if !colon {
		feature := strings.HasPrefix(s, "permid/") || strings.HasPrefix(s, "permit") || strings.HasPrefix(s, "actionName/")
		_, id, _ := strings.Cut(s, "/")
		if !feature || id == "" || !every(s, nameChar) {
			return action{}, false
		}
		return action{feature: s}, true
	}
	if service == "" || name == "" || !every(service, serviceChar) || !every(name, nameChar) {
		return action{}, false
	}
	return action{service: qcs.NewGlob(lower(service)), name: qcs.NewGlob(name)}, true
}

func every(s string, ok func(rune) bool) bool {
	return !strings.ContainsFunc(s, func(c rune) bool { return !ok(c) })
}

func serviceChar(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-_.*", c)
}

func nameChar(c rune) bool { return serviceChar(c) || c == '/' || c == ':' }

// match compares with an action whose service is in lower case. API names are
// compared as they are.
func (a *action) match(service, name string) bool {
	return a.name.Match(name) && a.service.Match(service)
}

// whole reports whether the pattern grants a service as a whole. For products
// that cannot be granted finer, nothing else counts.
func (a *action) whole(service string) bool {
	return a.name.All() && (a.service.All() || a.service.Literal() && a.service.Match(service))
}

// Features maps feature sets, such as "permid/280655", to the actions they
// stand for. Which ids exist is a matter of the products.
type Features map[string][]string

// DefaultFeatures returns the one set whose meaning is public: all read APIs
// of the object store. Its contents are our decision.
func DefaultFeatures() Features {
	return Features{"permid/280655": {"cos:Get*", "cos:Head*", "cos:List*", "cos:OptionsObject"}}
}

// expand replaces feature sets by their actions. A set that is not known
// stands for nothing.
func (f Features) expand(in []action) []action {
	if !slices.ContainsFunc(in, func(a action) bool { return a.feature != "" }) {
		return in
	}
	var out []action
	for _, a := range in {
		if a.feature == "" {
			out = append(out, a)
			continue
		}
		for _, s := range f[a.feature] {
			if b, ok := parseAction(s); ok && b.feature == "" {
				out = append(out, b)
			}
		}
	}
	return out
}
