package directory_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// Each new person holds the only writer while it is looked whether somebody has its members already: by indexes, however
// many persons there are.
func TestCreatingAPersonDoesNotReadAllOthers(t *testing.T) {
	const many, more = 20_000, 100
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, a := context.Background(), store.Account(1)
		err := db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.ExecContext(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < CAST($2 AS BIGINT))
				INSERT INTO persons (account, id, login, login_key, name, name_key, first_name, middle_name, last_name, mobile, mobile_number, email,
					email_key, employee_id, external_id, attributes, extension, grade, password, pwd_must_modify, created_at, updated_at)
				SELECT CAST($1 AS BIGINT), 'p' || i, 'p' || i, 'p' || i, '', '', '', '', '', '', '', '', '', '', '', '{}', '{}', 1, '', 0, 0, 0 FROM n`, a, many)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err = db.Write(ctx, func(tx *store.Tx) error {
			for i := range more {
				in := directory.Profile{Login: fmt.Sprintf("new%d", i), Mobile: fmt.Sprintf("+86-1380000%04d", i), Email: fmt.Sprintf("n%d@example.com", i),
					EmployeeID: fmt.Sprint(i), ExternalID: fmt.Sprint(i)}
				if _, err := directory.Create(ctx, tx, a, in, "", false, time.Now()); err != nil {
					return err
				}
			}
			return nil
		})
		if took := time.Since(began); err != nil || took > 2*time.Second {
			t.Errorf("%d new persons beside %d took %v: %v", more, many, took, err)
		}
	})
}
