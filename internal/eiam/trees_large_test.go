package eiam_test

import (
	"context"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/store"
)

// Whoever moves an organization holds the only writer, and reads what is above it alone, however much is below.
func TestALargeTreeMovesAsAWhole(t *testing.T) {
	const many = 2_000
	const fill = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST($2 AS BIGINT)) `
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx, a := context.Background(), store.Account(w.Account(t).UIN)
		err := w.DB.Write(ctx, func(tx *store.Tx) error {
			return rows{
				{`INSERT INTO eiam_orgs (account, id, code, parent, name, category, sequence, extension, created_at, updated_at)
					VALUES ($1, 'top', 'top', '', 'top', 'department', 0, '{}', 0, 0), ($1, 'other', 'other', '', 'other', 'department', 0, '{}', 0, 0)`, nil},
				{fill + `INSERT INTO eiam_orgs (account, id, code, parent, name, category, sequence, extension, created_at, updated_at)
					SELECT $1, 'o' || i, 'o' || i, 'top', 'o' || i, 'department', 0, '{}', 0, 0 FROM n`, []any{many}},
				{`INSERT INTO eiam_app_orgs (account, id, app, code, name, parent, virtual, extension, created_at, updated_at)
					VALUES ($1, 'a0', 'app', 'a0', 'a0', '', 1, '{}', 0, 0)`, nil},
				{fill + `INSERT INTO eiam_app_orgs (account, id, app, code, name, parent, virtual, extension, created_at, updated_at)
					SELECT $1, 'a' || i, 'app', 'a' || i, 'a' || i, 'a' || (i / 10), 1, '{}', 0, 0 FROM n`, []any{many}},
			}.insert(ctx, tx, a)
		})
		if err != nil {
			t.Fatal(err)
		}
		err = w.DB.Write(ctx, func(tx *store.Tx) error {
			o, err := eiam.GetOrganization(ctx, tx, a, "top")
			if err != nil {
				return err
			}
			o.Parent = "other"
			if err := eiam.UpdateOrganization(ctx, tx, a, o, w.Now()); err != nil {
				return err
			}
			_, err = eiam.CreateAppOrganization(ctx, tx, a, eiam.AppOrganization{App: "app", Code: "new", Name: "new", Parent: "a2000", Virtual: true}, w.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, total, err := eiam.Organizations(ctx, w.DB.Read(), a, eiam.OrganizationFilter{Under: "other", Deep: true}, eiam.Page{Size: 10})
		if err != nil || total != many+1 {
			t.Errorf("%d organizations below: %v", total, err)
		}
	})
}
