package authzen_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/store"
)

// What a service was told it may let a user do counts as used by the user; what was denied does not.
func TestAllowedQuestionsAreUses(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		c := newCast(t, w)
		c.decides(t, true, about("user", c.alice.UIN, "cvm:StartInstances", c.instance("a")))
		c.decides(t, false, about("user", c.alice.UIN, "cvm:StopInstances", c.instance("a")))
		c.ask(t, c.pep, many, `{"evaluations":[`+about("key", c.alice.ID, "cvm:StartMore", c.instance("b"))+`,`+about("root", c.UIN, "cvm:StartAll", c.instance("b"))+`]}`).wants(t, 200)
		w.Trail.Close()
		uses, err := audit.UsesOf(context.Background(), w.DB.Read(), store.Account(c.UIN), "user", c.alice.UIN, time.Time{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, u := range uses {
			got = append(got, fmt.Sprint(u.Action, " ", u.PolicyID > 0))
		}
		slices.Sort(got)
		if want := []string{"cvm:StartInstances true", "cvm:StartMore true"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}
