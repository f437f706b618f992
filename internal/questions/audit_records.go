package questions

import (
	"context"
	"net/netip"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// mostSearched records are looked at for one answer, which takes a fraction of a second. The answer says how far it came.
const mostSearched = 20_000

// ListAuditRecords lists calls of the account, the newest first. A list that is read to its end has every call once. Calls
// that came after Newer are those recorded after it on this node; of several nodes, one may record a call that began
// earlier behind it.
func (p *Product) ListAuditRecords(ctx context.Context, c *call.Call, in *hufu20261201.ListAuditRecordsRequest) (*hufu20261201.ListAuditRecordsResponse, error) {
	s, err := p.search(c, in)
	if err != nil {
		return nil, err
	}
	newest, err := audit.Newest(ctx, p.db.Read(), c.Account())
	if err != nil {
		return nil, err
	}
	// What comes while this answer is made has its turn with the next one.
	top := max(newest, s.Above)
	if s.Below == 0 || s.Below > top {
		s.Below = top + 1
	}
	found, err := s.Find(ctx, p.db.Read(), c.Account(), int(in.Limit), mostSearched)
	if err != nil {
		return nil, err
	}
	out := &hufu20261201.ListAuditRecordsResponse{Top: p.sealPlace(c, top)}
	if found.Next != 0 {
		out.Marker = p.sealPlace(c, found.Next)
		out.SearchedTo = new(audit.IDTime(found.Next).UnixMilli())
	}
	out.Records, err = p.auditRecords(ctx, c.Account(), found.Records)
	return out, err
}

// search is what is looked for.
func (p *Product) search(c *call.Call, in *hufu20261201.ListAuditRecordsRequest) (s audit.Search, err error) {
	if s.Below, err = p.openPlace(c, in.Marker); err != nil {
		return s, err
	}
	if s.Above, err = p.openPlace(c, in.Newer); err != nil {
		return s, err
	}
	if in.StartTime != nil {
		s.Since = time.Unix(*in.StartTime, 0)
	}
	if in.EndTime != nil {
		s.Until = time.Unix(*in.EndTime, 0).Add(time.Second - time.Millisecond) // the whole second
	}
	for to, from := range map[*string]*string{&s.Action: in.Action, &s.CallerKind: in.CallerType, &s.Caller: in.CallerId, &s.KeyID: in.SecretId,
		&s.IP: in.Ip, &s.Resource: in.Resource, (*string)(&s.Outcome): in.Outcome} {
		if from != nil {
			*to = *from
		}
	}
	if ip, err := netip.ParseAddr(s.IP); err == nil {
		s.IP = ip.Unmap().String() // as records spell it
	}
	return s, nil
}

func (p *Product) sealPlace(c *call.Call, id int64) string {
	return p.keys.SealMarker(markers(c), strconv.FormatInt(id, 10))
}

// openPlace is the id of a record that an answer named, 0 for none.
func (p *Product) openPlace(c *call.Call, marker *string) (int64, error) {
	if marker == nil || *marker == "" {
		return 0, nil
	}
	text, ok := p.keys.OpenMarker(markers(c), *marker)
	if !ok {
		return 0, fault.New(code.InvalidParameterPaginationTokenInvalid)
	}
	id, _ := strconv.ParseInt(text, 10, 64) // our own text
	return id, nil
}

// auditRecords are records as a list shows them: nothing of what policies said but the effect.
func (p *Product) auditRecords(ctx context.Context, a store.Account, records []audit.Record) ([]hufu20261201.AuditRecord, error) {
	names, err := p.callerNames(ctx, a, records)
	if err != nil {
		return nil, err
	}
	out := make([]hufu20261201.AuditRecord, len(records))
	for i := range records {
		r := &records[i]
		out[i] = hufu20261201.AuditRecord{RequestId: r.RequestID, Time: r.At.UnixMilli(), Door: r.Door, Action: r.Action, Resources: r.Resources,
			CallerType: r.CallerKind, CallerId: r.CallerNumber(), CallerName: callerName(r, names), SecretId: r.KeyID, Ip: r.IP,
			Effect: r.Decision.Effect, Outcome: r.Outcome, DurationMs: milliseconds(r.Duration)}
	}
	return out, nil
}

// callerName is the name of whoever called: of a user, of a role with its session behind a slash, else what the record has.
func callerName(r *audit.Record, names map[string]map[int64]string) string {
	name := names[r.CallerKind][r.CallerID]
	switch {
	case name == "":
		return r.CallerName
	case r.CallerKind == typeRole && r.CallerName != "":
		return name + "/" + r.CallerName
	}
	return name
}

// callerNames are the names of the users and roles that made these calls and are still there, by their type and number.
func (p *Product) callerNames(ctx context.Context, a store.Account, records []audit.Record) (map[string]map[int64]string, error) {
	names := map[string]map[int64]string{}
	for name, kind := range map[string]call.PrincipalKind{typeUser: call.User, typeRole: call.Role} {
		var numbers []int64
		seen := map[int64]bool{}
		for i := range records {
			if r := &records[i]; r.CallerKind == name && !seen[r.CallerID] {
				seen[r.CallerID] = true
				numbers = append(numbers, r.CallerID)
			}
		}
		var err error
		if names[name], err = p.directory.Names(ctx, p.db.Read(), a, kind, numbers); err != nil {
			return nil, err
		}
	}
	return names, nil
}
