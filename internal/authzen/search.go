package authzen

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
)

// searching is the permission and the rate of searches.
var searching = &wire.Action{Service: "hufu", Name: "Search", Permission: "hufu:Search", Resource: "*", Rate: 20}

// Bounds of one page. An account may have a million users, and each that was never asked about costs some queries: a page
// ends after so many decisions or so long, with a token that goes on.
const (
	maxExamined  = 1000
	maxDuration  = time.Second
	maxResults   = 1000
	usualResults = 100
	stride       = 250 // principals that are listed together
)

var _ gateway.Task = (*search)(nil)

// search is a call that asks for all of something that a question leaves out. Whatever it answers is allowed if it is
// then asked about; it is found by deciding about one candidate after the other.
type search struct {
	evaluation        // to read questions with
	what       string // "subject", "resource" or "action"
	limit      int
	token      string

	question question
	bound    string // what a token is good for
	place    int64  // the last candidate that was looked at
	examined int
	results  []byte // JSON, commas between
	count    int
	next     string
}

func (d *Door) readSearch(what, contentType string, body []byte) *search {
	s := &search{what: what, limit: usualResults}
	s.Door = d
	s.root, s.unread = parse(contentType, body)
	if s.unread == nil {
		s.unread = s.readPage()
	}
	return s
}

// readPage reads which part of the results is wanted.
func (s *search) readPage() error {
	page, err := object(s.root, "page", "page")
	if page == nil || err != nil {
		return err
	}
	if v := page.Get("limit"); v != nil {
		n, err := strconv.ParseUint(v.Str(), 10, 31)
		if err != nil || v.Kind() != wire.NumberValue {
			return malformed("page.limit", "The member page.limit must be a whole number, not below 0.")
		}
		if n > 0 {
			s.limit = int(min(n, maxResults))
		}
	}
	if v := page.Get("token"); v != nil {
		if v.Kind() != wire.StringValue {
			return malformed("page.token", "The member page.token must be a string.")
		}
		s.token = v.Str()
	}
	return nil
}

// cost is one search, whose pages are bounded by themselves.
func (s *search) cost() int { return 1 }

// Run searches.
func (s *search) Run(ctx context.Context, c *call.Call) (wire.Response, error) {
	if s.unread != nil {
		return nil, s.unread
	}
	s.call, s.asker, s.began = c, askerOf(c.Caller), s.now()
	s.question.facts.Time = c.At
	var err error
	switch s.what {
	case "subject":
		err = s.findSubjects(ctx)
	case "resource":
		err = s.findResources(ctx)
	default:
		err = s.findActions(ctx)
	}
	if fault.Is(err, code.InvalidParameterValue) {
		err = nil // a type of which there is nothing
	}
	return s, err
}

// open reads the token of an earlier page: it is good for the same question of the same account.
func (s *search) open(words ...string) error {
	hash := sha256.New()
	for _, w := range append(words, s.asker.uin, s.what) {
		hash.Write([]byte(w + "\x00"))
	}
	s.bound = "authzen/" + hex.EncodeToString(hash.Sum(nil))
	if s.token == "" {
		return nil
	}
	place, ok := s.keys.OpenMarker(s.bound, s.token)
	if !ok {
		return malformed("page.token", "The page.token is not one of this search.")
	}
	s.place = number(place)
	return nil
}

// full reports whether the page ends before one more candidate, and then makes its token.
func (s *search) full() bool {
	if s.count < s.limit && s.examined < maxExamined && s.now().Sub(s.began) < maxDuration {
		return false
	}
	s.next = s.keys.SealMarker(s.bound, strconv.FormatInt(s.place, 10))
	return true
}

// examine decides about a candidate, and adds what it is called to the results if it is allowed.
func (s *search) examine(ctx context.Context, q *question, who *call.Principal, result func([]byte) []byte) error {
	if err := ctx.Err(); err != nil {
		return err // the asker hung up
	}
	s.examined++
	asked, err := s.prepare(ctx, q, who, &s.asker)
	if err != nil || !policy.Decide(asked).Allowed {
		return err
	}
	if s.count > 0 {
		s.results = append(s.results, ',')
	}
	s.results = result(s.results)
	s.count++
	return nil
}

// findSubjects finds the sub-users or roles of the account, or its root user, who may do something.
func (s *search) findSubjects(ctx context.Context) error {
	subject, err := entityOf("subject", s.root, nil)
	if err != nil {
		return err
	}
	typ, err := subject.text("type")
	if err != nil {
		return err
	}
	var v verdict
	q := &s.question
	if err := s.readAction(s.root, nil, q, &v); err != nil {
		return err
	}
	if err := s.readObject(s.root, nil, q, &v); err != nil {
		return err
	}
	if err := s.readContext(s.root, nil, q); err != nil {
		return err
	}
	if err := s.open(typ, v.action, v.resource); err != nil {
		return err
	}
	for {
		next, kind, err := s.after(ctx, typ)
		if err != nil || len(next) == 0 {
			return err
		}
		for _, id := range next {
			if s.full() {
				return nil
			}
			barred, err := s.barred(ctx, kind, id)
			if err != nil {
				return err
			}
			if barred {
				s.place = id
				s.examined++
				continue
			}
			who := &call.Principal{Kind: kind, Account: s.call.Account(), AppID: s.call.Caller.AppID, UIN: id}
			if kind == call.Role {
				who.UIN, who.RoleID = 0, id
			}
			err = s.examine(ctx, q, who, func(b []byte) []byte {
				b = wire.AppendString(append(b, `{"type":`...), typ)
				b = wire.AppendInt(append(b, `,"id":"`...), id)
				return append(b, `"}`...)
			})
			if err != nil {
				return err
			}
			s.place = id
		}
	}
}

// barred reports whether a sub-user may do nothing, since its person is disabled. The account's own standing is the asker's.
func (s *search) barred(ctx context.Context, kind call.PrincipalKind, id int64) (bool, error) {
	if kind != call.User {
		return false, nil
	}
	who, err := s.subjects.find(ctx, &reference{kind: kind, number: id}, s.call.At)
	return who == nil || who.standing != call.Good, err
}

// after are the next principals of a type. Keys belong to principals and are not listed.
func (s *search) after(ctx context.Context, typ string) (ids []int64, kind call.PrincipalKind, err error) {
	a := s.call.Account()
	switch typ {
	case "user":
		kind = call.User
	case "role":
		kind = call.Role
	case "root":
		if s.place == 0 {
			ids = []int64{int64(a)}
		}
		return ids, call.Root, nil
	default:
		return nil, 0, nil
	}
	ids, err = s.directory.PrincipalsAfter(ctx, a, kind, s.place, stride)
	return ids, kind, err
}

// findResources finds the resources that a subject's policies name and that it may do something to. hufu knows no
// resources of other products: a name with a star stands for all that it matches.
func (s *search) findResources(ctx context.Context) error {
	who, err := s.readSubject(ctx)
	if err != nil {
		return err
	}
	var v verdict
	q := &s.question
	if err := s.readAction(s.root, nil, q, &v); err != nil {
		return err
	}
	object, err := entityOf("resource", s.root, nil)
	if err != nil {
		return err
	}
	typ, err := object.text("type")
	if err != nil {
		return err
	}
	if err := s.readProperties(&object, q); err != nil {
		return err
	}
	if err := s.readContext(s.root, nil, q); err != nil {
		return err
	}
	if err := s.open(q.subject.typ, q.subject.id, v.action, typ); err != nil || who == nil || typ != resourceType {
		return err
	}
	candidates, err := s.namedResources(ctx, who)
	if err != nil {
		return err
	}
	return s.each(candidates, func(name string) error {
		r := resource{id: name}
		if err := s.asker.parseResource(&r); err != nil {
			return nil // a pattern that is no name
		}
		r.at(q.level)
		q.resource = r
		return s.examine(ctx, q, &who.principal, func(b []byte) []byte {
			b = wire.AppendString(append(b, `{"type":"qcs","id":`...), name)
			if isPattern(name) {
				b = append(b, `,"properties":{"pattern":true}`...)
			}
			return append(b, '}')
		})
	})
}

// findActions finds what a subject may do to a resource: of the actions of the resource's product, as far as it is
// registered, and of those that the subject's policies name.
func (s *search) findActions(ctx context.Context) error {
	who, err := s.readSubject(ctx)
	if err != nil {
		return err
	}
	var v verdict
	q := &s.question
	if err := s.readObject(s.root, nil, q, &v); err != nil {
		return err
	}
	if err := s.readContext(s.root, nil, q); err != nil {
		return err
	}
	if err := s.open(q.subject.typ, q.subject.id, v.resource); err != nil || who == nil {
		return err
	}
	candidates, err := s.namedActions(ctx, who)
	if err != nil {
		return err
	}
	asked := q.resource
	return s.each(candidates, func(name string) error {
		if q.action, q.level, err = s.parseAction(name); err != nil {
			return nil // a policy of old may name what is no action
		}
		q.resource = asked
		q.resource.at(q.level)
		return s.examine(ctx, q, &who.principal, func(b []byte) []byte {
			return append(wire.AppendString(append(b, `{"name":`...), name), '}')
		})
	})
}

// readSubject finds the subject of a search; nil where it is nobody of the account.
func (s *search) readSubject(ctx context.Context) (*subject, error) {
	e, err := entityOf("subject", s.root, nil)
	if err != nil {
		return nil, err
	}
	if s.question.subject, err = refer(&e); err != nil {
		return nil, err
	}
	who, err := s.subjects.find(ctx, &s.question.subject, s.call.At)
	if err != nil || who == nil || who == anonymous || who.standing != call.Good || who.principal.Account != s.call.Account() {
		return nil, err
	}
	s.question.facts.MFA = who.principal.MFA()
	return who, nil
}

// each looks at candidates from the place of the page on.
func (s *search) each(candidates []string, look func(string) error) error {
	for s.place < int64(len(candidates)) && !s.full() {
		if err := look(candidates[s.place]); err != nil {
			return err
		}
		s.place++
	}
	return nil
}

// AppendJSON prints a page.
func (s *search) AppendJSON(b []byte) []byte {
	b = append(append(append(b, `{"results":[`...), s.results...), `],"page":{"next_token":`...)
	b = wire.AppendString(b, s.next)
	b = wire.AppendInt(append(b, `,"count":`...), int64(s.count))
	return append(b, `}}`...)
}

// Describe puts what was searched, and how much was found, into the audit record.
func (s *search) Describe(r *audit.Record) {
	if s.root == nil {
		return // not readable
	}
	b := append(append([]byte(`{"search":"`), s.what...), `","question":`...)
	b = appendQuestion(b, s.root)
	b = wire.AppendInt(append(b, `,"examined":`...), int64(s.examined))
	b = wire.AppendInt(append(b, `,"results":`...), int64(s.count))
	r.Parameters = append(b, '}')
}
