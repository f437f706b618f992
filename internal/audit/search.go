package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/policy"
)

// Outcome is how a call ended, as a search asks for it.
type Outcome string

// The outcomes. What policies denied has failed too.
const (
	Succeeded Outcome = "ok"
	Denied    Outcome = "denied"
	Failed    Outcome = "failed"
)

// Search says which records of an account are looked for. Zero members do not narrow.
type Search struct {
	Since, Until time.Time // both in it
	Above, Below int64     // ids, both not in it; Below 0 = no bound
	Action       string    // service:Name without regard to case, * for anything
	CallerKind   string
	Caller       string // uin, id of the role, or of an application its id
	KeyID        string
	IP           string
	Resource     string // part of the name of a resource
	Outcome      Outcome
}

// Searched is what a search found, the newest first, without parameters and explanations.
type Searched struct {
	Records []Record
	// Next is the id below which the search goes on, 0 where it came to the end of what there is.
	Next int64
}

// searchPage records are looked at with one query where most are not wanted.
const searchPage = 1000

// Newest is the greatest id among the records of an account, 0 without any.
func Newest(ctx context.Context, q store.Queryer, a store.Account) (int64, error) {
	id, err := store.Count(ctx, q, `SELECT COALESCE(MAX(id), 0) FROM audit WHERE account = $1`, a)
	if err != nil {
		return 0, fmt.Errorf("newest audit record: %w", err)
	}
	return id, nil
}

// IDTime is the time in an id of a record.
func IDTime(id int64) time.Time { return time.UnixMilli(id >> 20) }

// Find looks for records of an account, and stops when it has so many, or has looked at most. Records with the same id
// are never parted: of those that end an answer it may hold one more for each further node.
func (s Search) Find(ctx context.Context, q store.Queryer, a store.Account, limit, most int) (*Searched, error) {
	from, to := Window{Since: s.Since, Until: s.Until}.ids()
	from = max(from, s.Above+1)
	if s.Below > 0 {
		to = min(to, s.Below-1)
	}
	condition, args := s.condition(5)
	out := &Searched{Records: []Record{}}
	size := limit + 1
	if condition != "" {
		size = max(size, searchPage)
	}
	for looked := 0; looked < most && from <= to; {
		page, last, err := s.page(ctx, q, condition, append([]any{a, from, to, size + 1}, args...), size)
		if err != nil {
			return nil, err
		}
		for i, h := range page {
			if n := len(out.Records); n >= limit && h.id != out.Records[n-1].ID {
				out.Next = page[i-1].id
				return out, nil
			}
			if h.record != nil {
				out.Records = append(out.Records, *h.record)
			}
		}
		if last {
			out.Next = 0
			return out, nil
		}
		looked += len(page)
		out.Next = page[len(page)-1].id
		if to = out.Next - 1; len(out.Records) >= limit {
			break
		}
	}
	if to < from {
		out.Next = 0
	}
	return out, nil
}

// looked is a record that was looked at; one that is not wanted has its id alone.
type looked struct {
	id     int64
	record *Record
}

// page looks at the records below a place. A page that is not the last ends between two ids.
func (s Search) page(ctx context.Context, q store.Queryer, condition string, args []any, size int) (page []looked, last bool, err error) {
	record := `record`
	if condition != "" {
		record = `CASE WHEN ` + condition + ` THEN record ELSE '' END`
	}
	page, err = store.Collect(ctx, q, s.look, `SELECT id, `+record+` FROM audit WHERE account = $1 AND id BETWEEN $2 AND $3 ORDER BY id DESC LIMIT $4`, args...)
	if err != nil {
		return nil, false, fmt.Errorf("search audit records: %w", err)
	}
	if len(page) <= size {
		return page, true, nil
	}
	cut := size
	for cut > 1 && page[cut-1].id == page[size].id {
		cut--
	}
	return page[:cut], false, nil
}

func (s Search) look(row store.Row) (l looked, err error) {
	var text []byte
	if err := row.Scan(&l.id, &text); err != nil || len(text) == 0 {
		return l, err
	}
	var r Record
	if err := json.Unmarshal(text, &r); err != nil {
		return l, err
	}
	if !s.wants(&r) {
		return l, nil
	}
	r.ID, r.Parameters, r.Explanation = l.id, nil, nil // what is large is not kept
	l.record = &r
	return l, nil
}

// condition leaves out, in the database, most records that are not wanted: reading them here would cost ten times as much.
// A record's text may have the words elsewhere, so whoever reads it looks again. "" leaves out none.
func (s Search) condition(first int) (string, []any) {
	var parts []string
	var args []any
	like := func(column, pattern string) string {
		args = append(args, pattern)
		return column + ` LIKE $` + strconv.Itoa(first+len(args)-1) + ` ESCAPE '\'`
	}
	has := func(text string) string { return like("record", "%"+store.EscapeLike(text)+"%") }
	member := func(name, value string) string { return `"` + name + `":` + string(wire.AppendString(nil, value)) }
	if s.Action != "" {
		parts = append(parts, like("lower(action)", strings.ReplaceAll(store.EscapeLike(strings.ToLower(s.Action)), "*", "%")))
	}
	for _, m := range [...]struct{ name, value string }{{"callerKind", s.CallerKind}, {"keyId", s.KeyID}, {"ip", s.IP}} {
		if m.value != "" {
			parts = append(parts, has(member(m.name, m.value)))
		}
	}
	if s.Caller != "" {
		parts = append(parts, has(s.Caller))
	}
	if s.Resource != "" {
		part := string(wire.AppendString(nil, s.Resource))
		parts = append(parts, has(part[1:len(part)-1]))
	}
	switch s.Outcome {
	case Succeeded:
		parts = append(parts, succeeded)
	case Denied:
		parts = append(parts, `(denied IS NOT NULL OR `+has(member("outcome", refused))+`)`)
	case Failed:
		parts = append(parts, `NOT `+succeeded)
	}
	return strings.Join(parts, " AND "), args
}

// succeeded is the condition that a record is of a call that went well. It looks at the end of the text, which is of our own
// making, and at no more than such a record needs there: the parameters of a failed one may have the same words.
const succeeded = `(substr(record, length(record) - 47) LIKE '%"outcome":"ok","durationNs":%')`

// refused is the error code of what policies deny.
const refused = "AuthFailure.UnauthorizedOperation"

// wants tells whether the record is one that is looked for.
func (s Search) wants(r *Record) bool {
	switch {
	case s.Action != "" && !matches(strings.ToLower(s.Action), strings.ToLower(r.Action)),
		s.CallerKind != "" && r.CallerKind != s.CallerKind,
		s.Caller != "" && r.CallerNumber() != s.Caller,
		s.KeyID != "" && r.KeyID != s.KeyID,
		s.IP != "" && r.IP != s.IP,
		s.Resource != "" && !slices.ContainsFunc(r.Resources, func(name string) bool { return strings.Contains(name, s.Resource) }):
		return false
	}
	switch s.Outcome {
	case Succeeded:
		return r.Outcome == "ok"
	case Denied:
		return r.WasDenied()
	case Failed:
		return r.Outcome != "ok"
	}
	return true
}

// CallerNumber is the number of whoever called or, of an application, its id.
func (r *Record) CallerNumber() string {
	if r.CallerID == 0 && r.CallerName != "" {
		return r.CallerName
	}
	return strconv.FormatInt(r.CallerID, 10)
}

// WasDenied reports whether policies denied the call.
func (r *Record) WasDenied() bool {
	return r.Outcome == refused || r.Outcome != "ok" && (r.Decision.Effect == policy.ExplicitDeny.String() || r.Decision.Effect == policy.ImplicitDeny.String())
}

// matches reports whether a text fits a pattern in which * stands for anything.
func matches(pattern, text string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return text == pattern
	}
	text, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	end := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, end)
}
