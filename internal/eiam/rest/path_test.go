package rest

import (
	"net/url"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// matches is a path held against a template in the plainest way.
func matches(template string, path []string) bool {
	want := strings.Split(strings.TrimPrefix(template, "/"), "/")
	if len(want) != len(path) {
		return false
	}
	for i := range want {
		if !strings.HasPrefix(want[i], "{") && want[i] != path[i] {
			return false
		}
	}
	return true
}

// rank orders templates that match one path: the one whose first word stands where the other has an id goes first.
func rank(template string) string {
	var out strings.Builder
	for segment := range strings.SplitSeq(strings.TrimPrefix(template, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			out.WriteByte('1')
		} else {
			out.WriteByte('0')
		}
	}
	return out.String()
}

// The tree of routes finds what a walk over every template finds.
func FuzzPath(f *testing.F) {
	tree := newRoutes(eiamv2.Service)
	templates := map[string][]*wire.Action{}
	for _, a := range eiamv2.Service.Actions {
		templates[a.Path] = append(templates[a.Path], a)
		if alias, ok := aliases[a.Name]; ok {
			templates[alias] = append(templates[alias], a)
		}
		f.Add(strings.NewReplacer("{", "", "}", "").Replace(a.Path))
	}
	for _, seed := range []string{"/users//accounts", "/applications/%20/accounts/public-account//users/bind", "/users/user-by-mobile/accounts", "/users/", "//", "/users/%2F", "/%75sers", "/users/a%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, path string) {
		u, err := url.ParseRequestURI(prefix + path)
		if err != nil || u.Host != "" {
			return
		}
		escaped := u.EscapedPath()
		all, ok := segments(escaped, prefix)
		if !ok {
			if strings.HasPrefix(escaped, prefix+"/") && strings.Count(escaped[len(prefix):], "/") <= maxSegments {
				t.Errorf("%q has no segments", escaped)
			}
			return
		}
		if strings.Join(all, "/") != strings.TrimPrefix(u.Path, prefix+"/") {
			t.Errorf("%q has the segments %q", escaped, all)
		}
		best := ""
		for template := range templates {
			if matches(template, all) && (best == "" || rank(template) < rank(best)) {
				best = template
			}
		}
		end := tree.find(all)
		switch {
		case best == "" && end != nil:
			t.Errorf("%q leads to %s", all, end.allowed())
		case best != "" && end == nil:
			t.Errorf("%q leads nowhere, want %s", all, best)
		case best != "":
			for _, a := range templates[best] {
				if e := end.methods[a.Method]; e == nil || e.action != a {
					t.Errorf("%q does not lead to %s", all, a.Name)
				}
			}
		}
	})
}
