package directory_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestManyLoginsAreLookedUpAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var logins, want []string
		for i := range 23 {
			logins = append(logins, fmt.Sprintf("User-%d", i))
			want = append(want, create(t, db, directory.Profile{Login: logins[i]}).ID)
		}
		createIn(t, db, them, directory.Profile{Login: "stranger"})
		for i := range 200 {
			logins, want = append(logins, fmt.Sprintf("nobody-%d", i)), append(want, "")
		}
		logins, want = append(logins, "USER-7", "stranger", ""), append(want, want[7], "", "")
		for _, n := range []int{0, 1, 2, 23, len(logins)} {
			got, err := directory.IDsByLogin(ctx, db.Read(), us, logins[len(logins)-n:])
			if err != nil || !slices.Equal(got, want[len(want)-n:]) {
				t.Errorf("%d: %v, %v, want %v", n, got, err, want[len(want)-n:])
			}
		}
	})
}
