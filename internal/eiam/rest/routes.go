package rest

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/internal/wire"
)

// endpoint is an action with the names of the ids in its path, by segment; "" for a word.
type endpoint struct {
	action *wire.Action
	names  []string
}

// routes is a tree of path segments.
type routes struct {
	words   map[string]*routes
	any     *routes              // an id, or nothing where one should be
	methods map[string]*endpoint // of the path that ends here
}

// aliases are further paths of actions. The documented path of the one that resets passwords has lost a letter.
var aliases = map[string]string{"ResetPassword": "/users/{user_id}/reset-password"}

func newRoutes(s *wire.Service) *routes {
	root := &routes{}
	for _, a := range s.Actions {
		root.add(a, a.Path)
		if path, ok := aliases[a.Name]; ok {
			root.add(a, path)
		}
	}
	return root
}

func (t *routes) add(a *wire.Action, path string) {
	e := &endpoint{action: a}
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		name := ""
		if strings.HasPrefix(segment, "{") {
			name = strings.Trim(segment, "{}")
		}
		e.names = append(e.names, name)
		t = t.child(segment, name != "")
	}
	if t.methods == nil {
		t.methods = map[string]*endpoint{}
	}
	t.methods[a.Method] = e
}

func (t *routes) child(word string, isID bool) *routes {
	if isID {
		if t.any == nil {
			t.any = &routes{}
		}
		return t.any
	}
	if t.words == nil {
		t.words = map[string]*routes{}
	}
	if t.words[word] == nil {
		t.words[word] = &routes{}
	}
	return t.words[word]
}

// find is where a path ends, nil if nothing has it. Words go before ids; where a word leads nowhere it may be an id yet.
func (t *routes) find(segments []string) *routes {
	if len(segments) == 0 {
		if t.methods == nil {
			return nil
		}
		return t
	}
	if next := t.words[segments[0]]; next != nil {
		if end := next.find(segments[1:]); end != nil {
			return end
		}
	}
	if t.any == nil {
		return nil
	}
	return t.any.find(segments[1:])
}

// allowed is the Allow header of a path.
func (t *routes) allowed() string { return strings.Join(slices.Sorted(maps.Keys(t.methods)), ", ") }

// segments splits a path as it was sent below the prefix. A slash that is escaped is part of its segment.
func segments(escaped, prefix string) ([]string, bool) {
	rest, ok := strings.CutPrefix(escaped, prefix+"/")
	if !ok {
		return nil, false
	}
	all := strings.Split(rest, "/")
	if len(all) > maxSegments {
		return nil, false
	}
	for i, s := range all {
		plain, err := url.PathUnescape(s)
		if err != nil {
			return nil, false
		}
		all[i] = plain
	}
	return all, true
}

// maxSegments bounds the walk: no endpoint has as many.
const maxSegments = 12

// ids are the values of a path's ids.
func (e *endpoint) ids(segments []string) map[string]string {
	ids := make(map[string]string, 2)
	for i, name := range e.names {
		if name != "" {
			ids[name] = segments[i]
		}
	}
	return ids
}
