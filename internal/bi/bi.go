// Package bi is business intelligence as far as it is identity and authorization: its users, roles, projects, groups,
// tags, page permissions, API keys, embed tokens and the records of data sources. It is no BI engine.
//
//	bi.go         the product, the corp of an account, how actions read and write
//	gate.go       who may call: the layer of BI roles behind CAM
//	users.go      BI users and the directory behind them
//	people.go     users as they are printed, and lists of them
//	profiles.go   what requests say about users
//	roles.go      preset roles, and grants.go who has them
//	paging.go     windows of lists
//	groups.go     the tree of user groups, and group_members.go who is in them
//	tags.go       user tags, and who has which
//	ranks.go      rules for rows and columns
//	page_rights.go  rights on pages, and page_access.go what they come to
//	datasources.go  the registry of data sources, and datasource_actions.go its actions
//	embeds.go     embed tokens, and verification.go what engines learn of them
//	user_roles.go, project_users.go, user_lists.go, projects.go, api_keys.go, ...   the actions
//
// An account is one corp, whose id is the root's uin. It comes into being with the account's first call: its roles, and
// the root as the first user. Handlers may assume what those of cam may; the order of their own checks is: caller, BI
// roles, project, roles and groups, users, syntax, conflicts, quotas.
package bi

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Product serves the actions of bi 2022-01-05.
type Product struct {
	config Config
}

// Config is what the product works with.
type Config struct {
	DB     *store.DB
	Keys   *credential.Keys // seals what must be readable again
	Quotas account.Quotas
	// DenyUnregistered refuses callers that are no BI users, whatever CAM allows them.
	DenyUnregistered bool
	// TerraformPaging reads the page numbers of Terraform's provider as it means them, as row offsets.
	TerraformPaging bool
}

// New makes the product.
func New(c Config) *Product { return &Product{config: c} }

// firstID is where the numbers of everything in BI start: clients keep them in the int of their language.
const firstID = 10_000_001

func nextID(ctx context.Context, tx *store.Tx) (int64, error) { return tx.NextID(ctx, "bi", firstID) }

// success is the Msg of every answer. Extra is always "" and ErrorInfo null but where an action says so: failures are
// errors of the envelope.
const success = "success"

// corpID is the account's corp as the API prints it.
func corpID(a store.Account) string { return strconv.FormatInt(int64(a), 10) }

// corpExists reports whether the account has called before.
func corpExists(ctx context.Context, q store.Queryer, a store.Account) (bool, error) {
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM bi_corps WHERE account = $1`, a)
	return n > 0, err
}

// ensureCorp makes the account's corp with its roles and the root as administrator, if it is not there.
func ensureCorp(ctx context.Context, tx *store.Tx, a store.Account, at time.Time) error {
	if there, err := corpExists(ctx, tx, a); there || err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO bi_corps (account, created_at) VALUES ($1, $2)`, a, at.UnixMilli()); err != nil {
		return fmt.Errorf("make corp: %w", err)
	}
	root := corpID(a)
	roles, err := createRoles(ctx, tx, a, enterprise, root, at)
	if err != nil {
		return err
	}
	u := User{UIN: int64(a), UserID: root, Status: enabled, CreatedBy: root, Created: at.UnixMilli(), UpdatedBy: root, Updated: at.UnixMilli()}
	if u, err = insertUser(ctx, tx, a, u); err != nil {
		return err
	}
	if err := createDefaultGroup(ctx, tx, a, root, at); err != nil {
		return err
	}
	return grant(ctx, tx, a, u.ID, roles[:1], viaCorp, at)
}

// createDefaultGroup makes the group that every corp has and nobody can delete.
func createDefaultGroup(ctx context.Context, tx *store.Tx, a store.Account, by string, at time.Time) error {
	id, err := nextID(ctx, tx)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO bi_groups (id, account, parent, name, is_default, location, created_by, created_at, updated_by, updated_at)
		VALUES ($1, $2, -1, $3, 1, 1, $4, $5, $4, $5)`, id, a, "默认组", by, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("make default group: %w", err)
	}
	return nil
}

// read runs fn on one moment of the database, if the BI roles of the caller allow what need says. The first call of an
// account makes its corp, also one that reads.
func (p *Product) read(ctx context.Context, c *call.Call, need need, fn func(q store.Queryer, who *caller) error) error {
	there, err := corpExists(ctx, p.config.DB.Read(), c.Account())
	if err == nil && !there {
		err = p.config.DB.Write(ctx, func(tx *store.Tx) error { return ensureCorp(ctx, tx, c.Account(), c.At) })
	}
	if err != nil {
		return err
	}
	return p.config.DB.Read().Snapshot(ctx, func(q store.Queryer) error {
		who, err := p.gate(ctx, q, c, need)
		if err != nil {
			return err
		}
		return fn(q, who)
	})
}

// write runs fn in the call's transaction, if the BI roles of the caller allow what need says.
func (p *Product) write(ctx context.Context, c *call.Call, need need, fn func(tx *store.Tx, who *caller) error) error {
	return c.Write(ctx, func(tx *store.Tx) error {
		if err := ensureCorp(ctx, tx, c.Account(), c.At); err != nil {
			return err
		}
		who, err := p.gate(ctx, tx, c, need)
		if err != nil {
			return err
		}
		return fn(tx, who)
	})
}

// exceeded answers LimitExceeded if n things are more than a quota allows.
func (p *Product) exceeded(quota account.Quota, n int64) error {
	if p.config.Quotas.Exceeded(quota, int(n)) {
		return fault.New(code.LimitExceeded).WithDetail(fmt.Sprintf("The quota %s allows %d.", quota, p.config.Quotas[quota]))
	}
	return nil
}

// missing is the answer for a parameter that the schema does not ask for and the action does.
func missing(name string) error { return fault.New(code.MissingParameterMissingParam, name) }

// invalid is the answer for a value that the action does not take.
func invalid(name string, value any) error {
	return fault.New(code.InvalidParameterValue, name, value)
}

// conflict is the answer for what the state of BI does not allow; why is a sentence.
func conflict(why string) error {
	return fault.New(code.UnsupportedOperationBIError).WithDetail(why)
}

// beijing is the zone of all times that BI prints.
var beijing = time.FixedZone("UTC+8", 8*60*60)

// wireTime prints unix milliseconds as YYYY-MM-DD HH:MM:SS.
func wireTime(ms int64) string { return time.UnixMilli(ms).In(beijing).Format(time.DateTime) }

// isoTime prints unix milliseconds as ISO 8601 with the offset.
func isoTime(ms int64) string { return time.UnixMilli(ms).In(beijing).Format(time.RFC3339) }

// value is an optional parameter, the zero value when absent.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// orNull is a text for a member that is null where there is none.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// setOf are ids, to be looked for: a request may name twenty thousand.
func setOf(ids []int64) map[int64]bool {
	all := make(map[int64]bool, len(ids))
	for _, id := range ids {
		all[id] = true
	}
	return all
}

// distinct are ids in their order, each once.
func distinct(ids []int64) []int64 {
	seen := make(map[int64]bool, len(ids))
	var all []int64
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	return all
}

func scanInt(r store.Row) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

// exec runs statements of one account and one more argument, in order.
func exec(ctx context.Context, tx *store.Tx, a store.Account, id int64, statements ...string) error {
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s, a, id); err != nil {
			return fmt.Errorf("%.40s: %w", s, err)
		}
	}
	return nil
}
