package authzen

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/cache"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
)

// kept are subjects of n accounts, each with a user, a role, and the role by its name.
func kept(n int) *subjects {
	s := &subjects{byNumber: cache.New[numbered, *subject](100 * n), byName: cache.New[roleName, *subject](100 * n)}
	for i := 1; i <= n; i++ {
		who := &subject{principal: call.Principal{Account: store.Account(i)}}
		load := func() (*subject, error) { return who, nil }
		_, _ = s.byNumber.Get(numbered{call.User, int64(i)}, load) // the load cannot fail
		_, _ = s.byNumber.Get(numbered{call.Role, int64(i)}, load)
		_, _ = s.byName.Get(roleName{store.Account(i), "robot"}, load)
	}
	return s
}

func TestWhatChangesMakeSubjectsForget(t *testing.T) {
	for _, tc := range []struct {
		name            string
		changes         []store.Change
		numbers, byName int // that stay, of 20 and 10
	}{
		{"a user", []store.Change{{Account: 1, Kind: access.PrincipalChange, ID: "user/1"}}, 19, 10},
		{"a role, and the names of its account", []store.Change{{Account: 1, Kind: access.PrincipalChange, ID: "role/1"}}, 19, 9},
		{"roles of two accounts", []store.Change{{Account: 1, Kind: access.PrincipalChange, ID: "role/1"}, {Account: 2, Kind: access.PrincipalChange, ID: "role/2"}}, 18, 8},
		{"an account", []store.Change{{Account: 1, Kind: credential.AccountChangeKind}}, 18, 9},
		{"an account, and a role of another", []store.Change{{Account: 1, Kind: credential.AccountChangeKind}, {Account: 2, Kind: access.PrincipalChange, ID: "role/2"}}, 17, 8},
		{"something else", []store.Change{{Account: 1, Kind: "else", ID: "1"}}, 20, 10},
		{"everything", []store.Change{{Kind: store.KindEverything}}, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := kept(10)
			s.forget(tc.changes)
			if s.byNumber.Len() != tc.numbers || s.byName.Len() != tc.byName {
				t.Errorf("%d and %d stay, want %d and %d", s.byNumber.Len(), s.byName.Len(), tc.numbers, tc.byName)
			}
		})
	}
}

// Commits wait for this: other nodes' changes come in by the thousand.
func TestManyChangesAreForgottenAtOnce(t *testing.T) {
	s := kept(20_000)
	var changes []store.Change
	for i := range 2048 {
		a := store.Account(100_000 + i)
		changes = append(changes, store.Change{Account: a, Kind: access.PrincipalChange, ID: fmt.Sprint("role/", a)}, store.Change{Account: a, Kind: credential.AccountChangeKind})
	}
	began := time.Now()
	s.forget(changes)
	if took := time.Since(began); took > time.Second {
		t.Errorf("%d changes took %s", len(changes), took)
	}
}

// empty is a directory without anybody, that counts how often somebody is looked for.
type empty struct {
	Directory
	asked int
}

func (d *empty) PrincipalByNumber(context.Context, call.PrincipalKind, int64) (call.Principal, call.Standing, error) {
	d.asked++
	return call.Principal{}, call.Good, store.ErrNotFound
}

func (d *empty) RolePrincipal(context.Context, store.Account, string) (call.Principal, call.Standing, error) {
	d.asked++
	return call.Principal{}, call.Good, store.ErrNotFound
}

func TestWhoIsNotThereIsLookedForOnceACall(t *testing.T) {
	nobody := &empty{}
	s := kept(1)
	s.directory = nobody
	e := &evaluation{Door: &Door{subjects: s}, call: &call.Call{}}
	unknown := []reference{{typ: "user", id: "7", kind: call.User, number: 7}, {typ: "root", id: "7", kind: call.Root, number: 7, account: 7},
		{typ: "role", id: "qcs::cam::uin/7:roleName/x", kind: call.Role, account: 7, name: "x"}}
	for range 1000 {
		for _, r := range unknown {
			if who, err := e.find(t.Context(), &r); who != nil || err != nil {
				t.Fatal(who, err)
			}
		}
	}
	if nobody.asked != len(unknown) {
		t.Errorf("looked %d times for %d subjects", nobody.asked, len(unknown))
	}
	if _, err := (&evaluation{Door: e.Door, call: e.call}).find(t.Context(), &unknown[0]); err != nil || nobody.asked != len(unknown)+1 {
		t.Errorf("the next call must look again: %d, %v", nobody.asked, err)
	}
}

func TestALargeBodyCountsAsSeveralQuestions(t *testing.T) {
	d := &Door{}
	for _, tc := range []struct {
		name, body string
		want       int
	}{
		{"one question", `{}`, 1},
		{"three", `{"evaluations":[{},{},{}]}`, 3},
		{"a large one", `{"context":{"a":"` + strings.Repeat("x", 5*costly) + `"}}`, 5},
		{"three large ones", `{"evaluations":[{},{},{}],"context":{"a":"` + strings.Repeat("x", 5*costly) + `"}}`, 5},
		{"what cannot be read", strings.Repeat("x", 5*costly), 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := d.readEvaluations("application/json", []byte(tc.body)).cost(); got != tc.want {
				t.Errorf("costs %d, want %d", got, tc.want)
			}
		})
	}
}
