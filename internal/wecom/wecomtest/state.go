package wecomtest

import (
	"encoding/json"
	"maps"
	"slices"
)

// saved is an enterprise as State writes it.
type saved struct {
	Corp        Corp
	Departments []Department
	Members     []Member
	Tags        []Tag
	Apps        []App
}

// State is all enterprises as JSON, for Restore: a demonstration that is started again goes on where it was. Tokens, codes
// and pushes are not part of it.
func (s *Server) State() ([]byte, error) {
	var all []saved
	for _, c := range s.Corps() {
		one := saved{Corp: c, Departments: s.Departments(c.ID), Members: s.Members(c.ID, ""), Apps: s.Apps(c.ID)}
		s.mu.Lock()
		for _, id := range slices.Sorted(maps.Keys(s.corps[c.ID].tags)) {
			one.Tags = append(one.Tags, *s.corps[c.ID].tags[id])
		}
		s.mu.Unlock()
		all = append(all, one)
	}
	return json.MarshalIndent(all, "", " ")
}

// Restore brings back what State wrote, in place of enterprises with the same ids. Nothing is pushed about it.
func (s *Server) Restore(state []byte) error {
	var all []saved
	if err := json.Unmarshal(state, &all); err != nil {
		return err
	}
	for _, one := range all {
		s.AddCorp(one.Corp)
		if err := s.change(one.Corp.ID, func(c *corp) ([]event, error) { return nil, c.restore(one) }); err != nil {
			return err
		}
	}
	return nil
}

func (c *corp) restore(one saved) error {
	for _, d := range one.Departments {
		c.departments[d.ID] = &d
	}
	for _, m := range one.Members {
		if err := c.check(&m); err != nil {
			return err
		}
		c.put(&m)
	}
	for _, t := range one.Tags {
		c.tags[t.ID] = &t
	}
	for _, a := range one.Apps {
		c.apps[a.AgentID] = &app{App: a}
	}
	return nil
}
