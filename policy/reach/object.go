package reach

import (
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// resources pairs an action with the resources that changed statements about
// it have, alone and where they meet others.
func (s *search) resources(a cell, rules []*rule) []cell {
	var seeds, all []string
	role, everywhere := false, false
	for _, r := range rules {
		role = role || r.role && r.changed
		for i := range r.resources {
			all = append(all, r.resources[i].text)
			if r.changed {
				seeds = append(seeds, r.resources[i].text)
			}
		}
	}
	level, known := policy.ResourceLevel, false
	if s.o.Products != nil {
		level, known = s.o.Products.Granularity(a.asked.Service, a.asked.Name)
	}
	var cells []cell
	if role || s.o.Kind == policy.TrustPolicy {
		r := a
		r.objects, r.label, r.rules = s.o.Role, "*", rules
		r.resource, _ = ParseResource("*")
		return []cell{r}
	}
	for _, text := range s.closure(seeds, all, s.meetResources) {
		r, err := ParseResource(text)
		if err != nil {
			continue
		}
		if !known || level == policy.ResourceLevel {
			cells = append(cells, s.named(a, r, rules)...)
		}
		if r.aboutNone(a.asked.Service) && !everywhere && (!known || level != policy.ResourceLevel) {
			everywhere = true
			cells = append(cells, s.noObject(a, level, rules))
		}
	}
	return cells
}

// aboutNone reports whether a pattern is about calls to a service that touch
// no object.
func (r *Resource) aboutNone(service string) bool {
	return r.Any() && (r.service.glob.All() || r.service.text == service)
}

// noObject is a call that touches no object.
func (s *search) noObject(a cell, level policy.Granularity, rules []*rule) cell {
	c := a
	c.resource, _ = ParseResource("*")
	c.label, c.objects, c.noObject, c.level = "*", []qcs.Resource{qcs.Any}, true, level
	for _, r := range rules {
		if slices.ContainsFunc(r.resources, func(x Resource) bool { return x.aboutNone(a.asked.Service) }) {
			c.rules = append(c.rules, r)
		}
	}
	return c
}

// named are objects of a pattern: one that stands for all of it, and those
// that are special because the action is, or the account. Those stand for a
// part of the pattern.
func (s *search) named(a cell, r Resource, rules []*rule) []cell {
	path := s.instance(r.path.text)
	region := ""
	if r.region.text != "*" {
		region = s.instance(r.region.text)
	}
	var cells []cell
	for _, service := range s.services(a.asked, &r) {
		for _, account := range s.accounts(&r) {
			for _, project := range projects(r.project, rules) {
				object := qcs.Resource{Project: project, Service: service.text, Region: region, Account: account.text, Path: path}
				c := a
				c.resource, c.objects = r, []qcs.Resource{object}
				if service.part || account.part {
					c.resource, _ = ParseResource(join(r.project, service.pattern(r.service.text), r.region.text, account.pattern(r.account), r.path.text))
				}
				c.label = s.label(c.resource.text)
				for _, rule := range rules {
					if slices.ContainsFunc(rule.resources, func(x Resource) bool { return x.matches(&object) }) {
						c.rules = append(c.rules, rule)
					}
				}
				cells = append(cells, c)
			}
		}
	}
	return cells
}

// A choice is the text of a segment, for all of a pattern or for a part of it.
type choice struct {
	text string
	part bool
}

func (c *choice) pattern(whole string) string {
	if c.part {
		return c.text
	}
	return whole
}

// services are those that the action touches, or, if they are not known, that
// of the action, which is likely, and any other.
func (s *search) services(action policy.Action, r *Resource) []choice {
	var list []choice
	if s.o.Products != nil {
		known := s.o.Products.ResourceServices(action.Service, action.Name)
		for _, service := range known {
			if r.service.glob.Match(service) {
				list = append(list, choice{service, false})
			}
		}
		if len(known) > 0 {
			return list
		}
	}
	other := s.instance(r.service.text)
	if action.Service != other && r.service.glob.Match(action.Service) {
		list = append(list, choice{action.Service, true})
	}
	return append(list, choice{other, false})
}

// accounts are the own one, which stands for every account where others have
// given nothing away.
func (s *search) accounts(r *Resource) []choice {
	own := "uin/" + s.owner.UIN
	switch {
	case r.account != "*":
		return []choice{{r.account, false}}
	case !s.o.foreign:
		return []choice{{own, false}}
	}
	return []choice{{own, true}, {"uin/999999999999", false}}
}

// projects are those that an object of a pattern may be in. An object without
// project is in all of them; where nobody asks for one, that is enough.
func projects(of string, rules []*rule) []string {
	asked := slices.ContainsFunc(rules, func(r *rule) bool {
		return slices.ContainsFunc(r.resources, func(x Resource) bool { return x.project != "" })
	})
	switch {
	case !asked:
		return []string{""}
	case of == "":
		return []string{"", "id/999999999"} // all, and one that nobody names
	}
	return []string{"", of}
}

// ownerOf is the account that owns the object of a cell.
func (s *search) ownerOf(c *cell) qcs.Account {
	if len(c.objects) > 0 {
		if uin := c.objects[0].Owner(); uin != "" && uin != s.owner.UIN {
			return qcs.Account{UIN: uin}
		}
	}
	return s.owner
}

// matches reports whether a pattern with its account named matches an object.
func (r *Resource) matches(o *qcs.Resource) bool {
	return r.everything || (r.project == "" || o.Project == "" || r.project == o.Project) && (r.account == "*" || r.account == o.Account) &&
		r.service.glob.Match(o.Service) && r.region.glob.Match(o.Region) && r.path.glob.Match(o.Path)
}

// label is a pattern as it was written, if it was.
func (s *search) label(text string) string {
	if label, ok := s.labels[text]; ok {
		return label
	}
	// The own account is written by leaving it out.
	if s.self.UIN != "" {
		text = strings.Replace(text, ":uin/"+s.self.UIN+":", "::", 1)
	}
	return text
}

// meetResources returns patterns of what two patterns match both. Their
// accounts are named.
func (s *search) meetResources(a, b string) []string {
	x, errX := ParseResource(a)
	y, errY := ParseResource(b)
	switch {
	case errX != nil || errY != nil:
		return nil
	case x.everything:
		return []string{b}
	case y.everything:
		return []string{a}
	}
	account, project := x.account, x.project
	if account == "*" {
		account = y.account
	}
	if project == "" {
		project = y.project
	}
	if y.account != "*" && y.account != account || y.project != "" && y.project != project {
		return nil
	}
	var all []string
	for _, service := range s.work.meet(x.service.text, y.service.text) {
		for _, region := range s.work.meet(x.region.text, y.region.text) {
			for _, path := range s.work.meet(x.path.text, y.path.text) {
				if path != "" {
					all = append(all, join(project, service, region, account, path))
				}
			}
		}
	}
	return all
}
