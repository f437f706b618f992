package eiam

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Organization is a node of the tree in which the people of a tenant are. There may be several roots.
type Organization struct {
	ID        string
	Code      string // unique in the tenant
	Parent    string // "" for a root
	Name      string // unique among its siblings
	Category  string
	Sequence  int64
	Disabled  bool
	Leader    string // a person, "" for none
	Extension map[string]string
	Created   int64 // unix milliseconds
	Updated   int64
}

const organizationColumns = `o.id, o.code, o.parent, o.name, o.category, o.sequence, o.disabled, COALESCE(o.leader, ''), o.extension, o.created_at, o.updated_at`

const selectOrganization = `SELECT ` + organizationColumns + ` FROM eiam_orgs o WHERE o.account = $1 AND `

func scanOrganization(r store.Row) (*Organization, error) {
	var o Organization
	var extension string
	err := r.Scan(&o.ID, &o.Code, &o.Parent, &o.Name, &o.Category, &o.Sequence, &o.Disabled, &o.Leader, &extension, &o.Created, &o.Updated)
	if err != nil {
		return nil, fmt.Errorf("read organization: %w", err)
	}
	if err := json.Unmarshal([]byte(extension), &o.Extension); err != nil {
		return nil, fmt.Errorf("read extension of %s: %w", o.ID, err)
	}
	return &o, nil
}

// GetOrganization finds an organization; ORG.0001 where there is none.
func GetOrganization(ctx context.Context, q store.Queryer, a store.Account, id string) (*Organization, error) {
	return one(ctx, q, code.ORG0001, scanOrganization, selectOrganization+`o.id = $2`, a, id)
}

// OrganizationByCode finds an organization by its code; ORG.0001 where there is none.
func OrganizationByCode(ctx context.Context, q store.Queryer, a store.Account, orgCode string) (*Organization, error) {
	return one(ctx, q, code.ORG0001, scanOrganization, selectOrganization+`o.code = $2`, a, orgCode)
}

// organizationID is the id of the organization with a code, "" where none is given. ORG.0001.
func organizationID(ctx context.Context, q store.Queryer, a store.Account, orgCode *string) (string, error) {
	if given(orgCode) == "" {
		return "", nil
	}
	o, err := OrganizationByCode(ctx, q, a, *orgCode)
	if err != nil {
		return "", err
	}
	return o.ID, nil
}

// FirstOrganization is the oldest root, where people come who were given no place; ok tells whether there is one.
func FirstOrganization(ctx context.Context, q store.Queryer, a store.Account) (o *Organization, ok bool, err error) {
	o, err = one(ctx, q, code.ORG0001, scanOrganization, selectOrganization+`o.parent = '' ORDER BY o.id LIMIT 1`, a)
	if fault.Is(err, code.ORG0001) {
		return nil, false, nil
	}
	return o, err == nil, err
}

// CreateOrganization makes an enabled organization and answers it with its id. ORG.0008, ORG.0009, ORG.0010.
func CreateOrganization(ctx context.Context, tx *store.Tx, a store.Account, in Organization, at time.Time) (*Organization, error) {
	o := in
	o.Disabled, o.Leader, o.Created, o.Updated = false, "", at.UnixMilli(), at.UnixMilli()
	if err := checkOrganization(ctx, tx, a, &o); err != nil {
		return nil, err
	}
	extension, err := encodeTexts(o.Extension)
	if err != nil {
		return nil, err
	}
	if o.ID, err = directory.NextID(ctx, tx, "eiam_orgs", a, at); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO eiam_orgs (account, id, code, parent, name, category, sequence, extension, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`, a, o.ID, o.Code, o.Parent, o.Name, o.Category, o.Sequence, extension, o.Created)
	if err != nil {
		return nil, fmt.Errorf("create organization: %w", err)
	}
	return &o, nil
}

// checkOrganization refuses a parent that is not there, too deep, or below the organization itself, and a code or name that
// another one has.
func checkOrganization(ctx context.Context, q store.Queryer, a store.Account, o *Organization) error {
	if o.Parent != "" {
		above, err := lineage(ctx, q, "eiam_orgs", a, o.Parent)
		if err != nil {
			return err
		}
		if len(above) == 0 || len(above) >= maxLevels || slices.Contains(above, o.ID) {
			return fault.New(code.ORG0008)
		}
	}
	err := refuseIfAny(ctx, q, code.ORG0009, `eiam_orgs WHERE account = $1 AND code = $2 AND id <> $3`, a, o.Code, o.ID)
	if err != nil {
		return err
	}
	return refuseIfAny(ctx, q, code.ORG0010, `eiam_orgs WHERE account = $1 AND parent = $2 AND name = $3 AND id <> $4`, a, o.Parent, o.Name, o.ID)
}

// maxLevels bounds how deep below a root something may be put: every change of a tree walks up from there, in the writer.
const maxLevels = 64

// lineage are the ids of an object of a tree and of all above it; none where it is not there. The joins of this and of below
// are crossed, which keeps them in their order: the other way round SQLite would read the whole tree for each of its nodes.
func lineage(ctx context.Context, q store.Queryer, table string, a store.Account, id string) ([]string, error) {
	all, err := texts(ctx, q, `WITH RECURSIVE up (id, parent) AS (
			SELECT o.id, o.parent FROM `+table+` o WHERE o.account = $1 AND o.id = $2
			UNION SELECT o.id, o.parent FROM up CROSS JOIN `+table+` o WHERE o.account = $1 AND o.id = up.parent)
		SELECT id FROM up`, a, id)
	if err != nil {
		return nil, fmt.Errorf("read organizations above: %w", err)
	}
	return all, nil
}

// below is a query for the ids of all organizations below $2.
const below = `WITH RECURSIVE under (id) AS (
	SELECT c.id FROM eiam_orgs c WHERE c.account = $1 AND c.parent = $2
	UNION SELECT c.id FROM under u CROSS JOIN eiam_orgs c WHERE c.account = $1 AND c.parent = u.id) SELECT id FROM under`

// UpdateOrganization writes the members of an organization that its API may change, in place of those before. ORG.0001,
// ORG.0008, ORG.0009, ORG.0010.
func UpdateOrganization(ctx context.Context, tx *store.Tx, a store.Account, o *Organization, at time.Time) error {
	if err := checkOrganization(ctx, tx, a, o); err != nil {
		return err
	}
	extension, err := encodeTexts(o.Extension)
	if err != nil {
		return err
	}
	return setOrganization(ctx, tx, `UPDATE eiam_orgs SET code = $3, parent = $4, name = $5, category = $6, sequence = $7, extension = $8, updated_at = $9
		WHERE account = $1 AND id = $2`, a, o.ID, o.Code, o.Parent, o.Name, o.Category, o.Sequence, extension, at.UnixMilli())
}

// setOrganization runs a statement that changes one organization; ORG.0001 where there is none.
func setOrganization(ctx context.Context, tx *store.Tx, statement string, args ...any) error {
	r, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("change organization: %w", err)
	}
	n, err := r.RowsAffected()
	if err == nil && n == 0 {
		err = fault.New(code.ORG0001)
	}
	return err
}

// DeleteOrganization deletes an organization that has nothing below it and nobody in it or in one of its positions, which go
// with it. ORG.0001, ORG.0020, ORG.0021, ORG.0022.
func DeleteOrganization(ctx context.Context, tx *store.Tx, a store.Account, id string) error {
	if _, err := GetOrganization(ctx, tx, a, id); err != nil {
		return err
	}
	for _, guard := range []struct{ refusal, from string }{
		{code.ORG0020, `eiam_orgs WHERE account = $1 AND parent = $2`},
		{code.ORG0021, `eiam_groups WHERE account = $1 AND org = $2`},
		{code.ORG0022, `eiam_person_orgs WHERE account = $1 AND org = $2`},
		{code.ORG0022, `eiam_jobs j JOIN eiam_positions s ON s.account = j.account AND s.id = j.position WHERE j.account = $1 AND j.position <> '' AND s.org = $2`},
	} {
		if err := refuseIfAny(ctx, tx, guard.refusal, guard.from, a, id); err != nil {
			return err
		}
	}
	return run(ctx, tx, "delete organization", []string{
		`DELETE FROM eiam_positions WHERE account = $1 AND org = $2`,
		`DELETE FROM eiam_orgs WHERE account = $1 AND id = $2`,
	}, a, id)
}

// EnableOrganization enables an organization, whatever is above it. ORG.0001.
func EnableOrganization(ctx context.Context, tx *store.Tx, a store.Account, id string, at time.Time) error {
	return setOrganization(ctx, tx, `UPDATE eiam_orgs SET disabled = 0, updated_at = $3 WHERE account = $1 AND id = $2`, a, id, at.UnixMilli())
}

// DisableOrganization disables an organization in which nobody, and right below which nothing, is enabled. ORG.0001,
// ORG.0024, ORG.0026.
func DisableOrganization(ctx context.Context, tx *store.Tx, a store.Account, id string, at time.Time) error {
	if _, err := GetOrganization(ctx, tx, a, id); err != nil {
		return err
	}
	if err := refuseIfAny(ctx, tx, code.ORG0024, `eiam_orgs WHERE account = $1 AND parent = $2 AND disabled = 0`, a, id); err != nil {
		return err
	}
	within := members(id)
	within.Enabled = new(true)
	enabled, err := directory.Any(ctx, tx, a, within)
	if err != nil {
		return err
	}
	if enabled {
		return fault.New(code.ORG0026)
	}
	return setOrganization(ctx, tx, `UPDATE eiam_orgs SET disabled = 1, updated_at = $3 WHERE account = $1 AND id = $2`, a, id, at.UnixMilli())
}

// members are the persons in an organization itself.
func members(org string) directory.Filter {
	return directory.Filter{Within: `SELECT m.person FROM eiam_person_orgs m WHERE m.account = $1 AND m.org = $2`, WithinArgs: []any{org}}
}

// SetLeader makes a person, who need not be in it, the leader of an organization, in place of the former one. The caller
// has found the person. ORG.0001.
func SetLeader(ctx context.Context, tx *store.Tx, a store.Account, id, person string, at time.Time) error {
	return setOrganization(ctx, tx, `UPDATE eiam_orgs SET leader = $3, updated_at = $4 WHERE account = $1 AND id = $2`, a, id, person, at.UnixMilli())
}

// OrganizationFilter says which organizations to list; the zero value means the roots.
type OrganizationFilter struct {
	Under         string // only below this one
	Deep          bool   // all the way down; without Under everything but the roots
	ModifiedAfter int64  // unix milliseconds, strictly; 0 for all
}

func (f *OrganizationFilter) where(a store.Account) (string, []any) {
	conditions, args := []string{`o.account = $1`}, []any{a}
	if f.Under != "" {
		args = append(args, f.Under)
	}
	switch {
	case f.Under != "" && f.Deep:
		conditions = append(conditions, `o.id IN (`+below+`)`)
	case f.Under != "":
		conditions = append(conditions, `o.parent = $2`)
	case f.Deep:
		conditions = append(conditions, `o.parent <> ''`)
	default:
		conditions = append(conditions, `o.parent = ''`)
	}
	if f.ModifiedAfter != 0 {
		args = append(args, f.ModifiedAfter)
		conditions = append(conditions, `o.updated_at > $`+strconv.Itoa(len(args)))
	}
	return strings.Join(conditions, ` AND `), args
}

// Organizations are a page of those that a filter lets through, oldest first, and how many there are in all.
func Organizations(ctx context.Context, q store.Queryer, a store.Account, f OrganizationFilter, page Page) ([]*Organization, int64, error) {
	where, args := f.where(a)
	return list(ctx, q, scanOrganization, organizationColumns, `eiam_orgs o WHERE `+where, `o.id`, page, args...)
}

// list reads a page of rows in an order, and how many there are in all.
func list[T any](ctx context.Context, q store.Queryer, scan func(store.Row) (T, error), columns, from, order string, page Page, args ...any) ([]T, int64, error) {
	total, err := count(ctx, q, from, args...)
	if err != nil {
		return nil, 0, err
	}
	if page.Skip >= total {
		return []T{}, total, nil
	}
	n := len(args)
	all, err := store.Collect(ctx, q, scan, `SELECT `+columns+` FROM `+from+` ORDER BY `+order+
		` LIMIT $`+strconv.Itoa(n+1)+` OFFSET $`+strconv.Itoa(n+2), append(args, page.Size, page.Skip)...)
	if err != nil {
		return nil, 0, fmt.Errorf("list: %w", err)
	}
	return all, total, nil
}
