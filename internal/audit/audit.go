// Package audit keeps one record of every call: who, what, on which, from where, what was decided and by which
// statement, how it ended. A write's record is part of the write's own transaction. Records of everything else go
// through a queue that a few milliseconds' worth of calls share a transaction on; a full queue makes calls wait
// rather than lose a record, and Close writes down what is queued.
package audit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Record is one call. Secrets never stand in it: Parameters comes masked.
type Record struct {
	ID         int64           `json:"id"`
	Account    store.Account   `json:"account"`
	At         time.Time       `json:"at"`
	RequestID  string          `json:"requestId"`
	Door       string          `json:"door"`
	Action     string          `json:"action"` // "cam:AddUser"
	CallerKind string          `json:"callerKind"`
	CallerID   int64           `json:"callerId"`             // uin, or the role's id
	CallerName string          `json:"callerName,omitempty"` // session name
	KeyID      string          `json:"keyId,omitempty"`      // SecretId that signed
	IP         string          `json:"ip"`
	Region     string          `json:"region,omitempty"`
	Client     string          `json:"client,omitempty"`
	Resources  []string        `json:"resources"` // authorized on, then touched
	Parameters json.RawMessage `json:"parameters"`
	Decision   Decision        `json:"decision"`
	// Explanation is the policy.Explanation of a denial: every layer as it was when the call was refused.
	Explanation json.RawMessage `json:"explanation,omitempty"`
	Outcome     string          `json:"outcome"` // "ok" or the error code
	Duration    time.Duration   `json:"durationNs"`

	Uses []Use `json:"-"` // what was allowed, for Trail to keep
	// Denied marks a call that denied others something, though it was itself allowed: it is found by its id at once.
	Denied bool `json:"-"`
}

// Caller names whoever called: his kind, and his number or, of an application, its id.
func (r *Record) Caller() string {
	if r.CallerID == 0 && r.CallerName != "" {
		return r.CallerKind + " " + r.CallerName
	}
	return r.CallerKind + " " + strconv.FormatInt(r.CallerID, 10)
}

// Decision is what the policies said, and the statement that made it.
type Decision struct {
	Effect    string `json:"effect"`              // allow, explicit_deny, implicit_deny, none (not asked)
	Layer     string `json:"layer,omitempty"`     // root, identity, boundary, session, ...
	PolicyID  int64  `json:"policyId,omitempty"`  // 0 = no single statement
	Policy    string `json:"policy,omitempty"`    // its name
	Version   int64  `json:"version,omitempty"`   // of the policy
	Statement int    `json:"statement,omitempty"` // position in its document, from 1
}

// sequence makes ids that grow with time within a process: milliseconds, then a counter.
var sequence atomic.Int64

func nextID(at time.Time) int64 {
	for {
		last := sequence.Load()
		id := max(at.UnixMilli()<<20, last+1)
		if sequence.CompareAndSwap(last, id) {
			return id
		}
	}
}

// idAt is the smallest id of a time.
func idAt(at time.Time) int64 { return at.UnixMilli() << 20 }

const columns = "id, account, action, denied, record"

const columnCount = 5

// rowsPerInsert records share one statement where a batch has that many.
const rowsPerInsert = 16

var insertOne, insertMany = insertStatement(1), insertStatement(rowsPerInsert)

func insertStatement(rows int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO audit (" + columns + ") VALUES ")
	for r := range rows {
		if r > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for c := range columnCount {
			if c > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "$%d", r*columnCount+c+1)
		}
		b.WriteByte(')')
	}
	return b.String()
}

// values are the columns of one record, in order.
func (r *Record) values() []any {
	if r.ID == 0 {
		r.ID = nextID(r.At)
	}
	if r.Resources == nil {
		r.Resources = []string{}
	}
	if len(r.Parameters) == 0 {
		r.Parameters = json.RawMessage("{}")
	}
	var denied any // only what is asked about: an entry at a random place of an index costs as much as half a record
	if r.Denied || strings.HasSuffix(r.Decision.Effect, "deny") {
		denied = denialKey(r.RequestID)
	}
	return []any{r.ID, r.Account, r.Action, denied, string(r.appendJSON(make([]byte, 0, 768)))}
}

// denialKey is what the index has of a request id: a hash, a quarter as long.
func denialKey(requestID string) int64 {
	sum := fnv.New64a()
	sum.Write([]byte(requestID))
	return int64(sum.Sum64())
}

// Insert writes the record into the call's own transaction.
func Insert(ctx context.Context, tx *store.Tx, r *Record) error {
	if _, err := tx.ExecContext(ctx, insertOne, r.values()...); err != nil {
		return fmt.Errorf("write audit record: %w", err)
	}
	return nil
}

// insertAll writes many records with as few statements as the fixed sizes allow (their texts stay prepared).
func insertAll(ctx context.Context, tx *store.Tx, records []*Record) error {
	for len(records) >= rowsPerInsert {
		args := make([]any, 0, rowsPerInsert*columnCount)
		for _, r := range records[:rowsPerInsert] {
			args = append(args, r.values()...)
		}
		if _, err := tx.ExecContext(ctx, insertMany, args...); err != nil {
			return fmt.Errorf("write audit records: %w", err)
		}
		records = records[rowsPerInsert:]
	}
	for _, r := range records {
		if err := Insert(ctx, tx, r); err != nil {
			return err
		}
	}
	return nil
}

// Filter narrows a query. Zero members do not narrow.
type Filter struct {
	Account store.Account
	Action  string // "cam:AddUser"
	Since   time.Time
	// RequestID finds one call; it reads every record that the other members leave.
	RequestID string
	After     int64 // records with a greater id, for tailing
	Limit     int   // newest first up to this many; with After oldest first
}

// Query reads records: newest first, or with Filter.After the ones that follow, oldest first.
func Query(ctx context.Context, q store.Queryer, f Filter) ([]Record, error) {
	where, args := []string{"1 = 1"}, []any{}
	narrow := func(column string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf("%s $%d", column, len(args)))
	}
	if f.Account != 0 {
		narrow("account =", f.Account)
	}
	if f.Action != "" {
		narrow("action =", f.Action)
	}
	if !f.Since.IsZero() {
		narrow("id >=", idAt(f.Since))
	}
	order := "id DESC"
	if f.RequestID != "" {
		narrow("record LIKE", `%"requestId":"`+f.RequestID+`"%`)
	}
	if f.After > 0 {
		narrow("id >", f.After)
		order = "id"
	}
	args = append(args, f.Limit)
	rows, err := q.QueryContext(ctx, fmt.Sprintf("SELECT record FROM audit WHERE %s ORDER BY %s LIMIT $%d", strings.Join(where, " AND "), order, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("query audit records: %w", err)
	}
	defer rows.Close()
	records := []Record{}
	for rows.Next() {
		var text []byte
		var r Record
		err := rows.Scan(&text)
		if err == nil {
			err = json.Unmarshal(text, &r)
		}
		if err != nil {
			return nil, fmt.Errorf("read audit record: %w", err)
		}
		records = append(records, r)
	}
	return records, rows.Err()
}

// pruneBatch rows are deleted in one transaction.
const pruneBatch = 5000

// Prune deletes records older than before, in batches that let other writers in.
func Prune(ctx context.Context, db *store.DB, before time.Time) error {
	for {
		var n int64
		err := db.Write(ctx, func(tx *store.Tx) error {
			r, err := tx.ExecContext(ctx, `DELETE FROM audit WHERE id < COALESCE((SELECT id FROM audit WHERE id < $1 ORDER BY id LIMIT 1 OFFSET $2), $1)`, idAt(before), pruneBatch)
			if err != nil {
				return err
			}
			n, err = r.RowsAffected()
			return err
		})
		if err != nil {
			return fmt.Errorf("prune audit records: %w", err)
		}
		if n < pruneBatch {
			return nil
		}
	}
}

// ErrClosed is a record that came after Close.
var ErrClosed = errors.New("audit trail is closed")
