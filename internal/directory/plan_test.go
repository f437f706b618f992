package directory

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// noted remembers the queries of one row.
type noted struct {
	store.Queryer
	queries map[string][]any
}

func (n *noted) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	n.queries[query] = args
	return n.Queryer.QueryRowContext(ctx, query, args...)
}

// Each new person holds the only writer while it is looked whether somebody has its members already: by an index each,
// however many persons there are.
func TestWhetherAMemberIsTakenIsLookedUpByItsIndex(t *testing.T) {
	ctx, db := context.Background(), storetest.Open(t, storetest.SQLite(t))
	q := &noted{db.Read(), map[string][]any{}}
	in := &Profile{Login: "zhang", Mobile: "+86-13800138000", Email: "z@example.com", EmployeeID: "1", ExternalID: "2"}
	if err := unique(ctx, q, 1, "", &Profile{}, in); err != nil {
		t.Fatal(err)
	}
	if len(q.queries) != 5 {
		t.Errorf("%d members were looked for", len(q.queries))
	}
	for query, args := range q.queries {
		var id, parent, unused int
		var plan string
		if err := db.Read().QueryRowContext(ctx, `EXPLAIN QUERY PLAN `+query, args...).Scan(&id, &parent, &unused, &plan); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, "INDEX persons_by_") || !strings.Contains(plan, "(account=? AND ") || strings.Contains(plan, "(account=? AND id") {
			t.Errorf("%s\nis answered by %s", query, plan)
		}
	}
}
