package overview_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const (
	denied        = "AuthFailure.UnauthorizedOperation"
	administrator = 1
)

// write changes rows as rooms do that have no API here.
func write(t testing.TB, w *apitest.World, statement string, args ...any) {
	t.Helper()
	err := w.DB.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(context.Background(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// same fails the test unless the members of a list are these, in this order.
func same(t testing.TB, a *apitest.Answer, list, member string, want ...string) {
	t.Helper()
	got := []string{}
	for _, v := range a.Pluck(list, member) {
		got = append(got, fmt.Sprint(v))
	}
	if !slices.Equal(got, want) && len(got)+len(want) > 0 {
		t.Errorf("%s.%s is %v, want %v: %s", list, member, got, want, a.Raw)
	}
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }
