package signin_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/store"
)

func (h *house) limit(t testing.TB, n int) {
	t.Helper()
	h.Root.Must(t, "cam:UpdatePasswordRules", apitest.P{"Rules": apitest.P{"RetryPasswordLimit": n}})
}

// tries signs in with a wrong password n times.
func (h *house) tries(t testing.TB, b *apitest.Browser, n int) {
	t.Helper()
	for range n {
		h.Sleep(time.Second)
		if got := b.SignIn(t, "user", h.uin, "ann", wrong); got != loginFailed {
			t.Fatalf("a wrong password: %s", got)
		}
	}
}

func TestWrongPasswordsLockAPlaceAndNotAUser(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.limit(t, 3)
		office, attacker := h.from("198.51.100.20"), h.from("203.0.113.9")
		h.tries(t, attacker, 3)
		if got := attacker.SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("the right password from a locked place: %s", got)
		}
		if got := h.from("203.0.113.9").SignIn(t, "user", h.uin, "Ann", password); got != loginFailed {
			t.Errorf("the name in other letters: %s", got)
		}
		locked, err := signin.Locked(context.Background(), w.DB.Read(), store.Account(h.UIN), w.Now())
		if err != nil || len(locked) != 1 || locked[h.user].IsZero() {
			t.Errorf("locked: %v, %v", locked, err)
		}
		if got := office.SignIn(t, "user", h.uin, "ann", password); got != "done" {
			t.Errorf("from elsewhere: %s", got)
		}
		w.Sleep(59 * time.Minute)
		if got := attacker.SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("within the hour: %s", got)
		}
		w.Sleep(time.Minute)
		if got := attacker.SignIn(t, "user", h.uin, "ann", password); got != "done" {
			t.Errorf("after an hour: %s", got)
		}
	})
}

func TestOnlyWrongPasswordsOfOneHourCount(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.limit(t, 3)
		h.tries(t, h.browser, 2)
		h.signIn(t, h.browser) // forgives
		h.tries(t, w.Browser(), 2)
		w.Sleep(time.Hour)
		h.tries(t, w.Browser(), 2)
		h.signIn(t, w.Browser())
		h.limit(t, 0)
		h.tries(t, w.Browser(), 15)
		h.signIn(t, w.Browser())
	})
}

func TestWhoIsLetInOverAndOverHasToWait(t *testing.T) {
	signin.LetIn(t, 3)
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		for range 3 {
			h.signIn(t, h.browser)
			w.Sleep(time.Second)
		}
		hashed := w.Hashed.Load()
		if got := h.browser.SignIn(t, "user", h.uin, "ann", password); got != "RequestLimitExceeded.IPLimitExceeded" || w.Hashed.Load() != hashed {
			t.Errorf("%s, %d hashes", got, w.Hashed.Load()-hashed)
		}
		h.addUser(t, "bob")
		if got := h.browser.SignIn(t, "user", h.uin, "bob", password); got != "done" {
			t.Errorf("another user: %s", got)
		}
		w.Sleep(time.Hour)
		h.signIn(t, h.browser)
	})
}

func TestAnAdministratorLetsAUserTryAgain(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.limit(t, 2)
		h.tries(t, h.browser, 2)
		h.Root.Must(t, "hufu:UnlockUser", apitest.P{"Uin": h.user})
		h.signIn(t, h.browser)
		h.Root.Fails(t, "ResourceNotFound.UserNotExist", "hufu:UnlockUser", apitest.P{"Uin": h.UIN})
		h.Root.User(t, "bob").Fails(t, "AuthFailure.UnauthorizedOperation", "hufu:UnlockUser", apitest.P{"Uin": h.user})
	})
}

func TestABrowserThatIsKnownHasACountOfItsOwn(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.limit(t, 2)
		h.signIn(t, h.browser)
		h.tries(t, w.Browser(), 2) // from the same address, by somebody else
		if got := w.Browser().SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("another browser of the place: %s", got)
		}
		h.signIn(t, h.browser)
		h.tries(t, h.browser, 2)
		if got := h.browser.SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("the known browser has no limit: %s", got)
		}
		// What a browser is known for is one user.
		h.addUser(t, "bob")
		carried := w.Browser()
		carried.Cookies["hufu_device"] = h.browser.Cookies["hufu_device"]
		carried.SignIn(t, "user", h.uin, "bob", wrong)
		carried.SignIn(t, "user", h.uin, "bob", wrong)
		if got := w.Browser().SignIn(t, "user", h.uin, "bob", password); got != loginFailed {
			t.Errorf("the cookie of another user has a count of its own: %s", got)
		}
	})
}

// A network may try as often as the rules let it, but many networks together go slowly; a known browser does not wait.
func TestACrowdGuessesSlowly(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		for i := range 60 {
			w.Sleep(time.Millisecond)
			h.from(fmt.Sprintf("198.51.100.%d", i+10)).SignIn(t, "user", h.uin, "ann", wrong)
		}
		fresh := h.from("203.0.113.77")
		if got := fresh.SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("at once: %s", got)
		}
		h.signIn(t, h.browser)
		w.Sleep(30 * time.Second)
		if got := fresh.SignIn(t, "user", h.uin, "ann", password); got != "done" {
			t.Errorf("half a minute later: %s", got)
		}
	})
}

func TestAnAddressTriesABoundedNumberOfNames(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		attacker := h.from("2001:db8::1")
		for i := range 100 {
			w.Sleep(time.Millisecond)
			attacker.RemoteAddr = fmt.Sprintf("[2001:db8::%x]:40000", i+1) // all of them are one line's
			attacker.SignIn(t, "user", h.uin, fmt.Sprintf("name-%d", i), wrong)
		}
		before := w.Hashed.Load()
		p := attacker.Send(t, http.MethodPost, "/console/session", apitest.P{"Type": "user", "Account": h.uin, "Name": "ann", "Password": password})
		if p.Code != "RequestLimitExceeded.IPLimitExceeded" || p.Status != http.StatusTooManyRequests || w.Hashed.Load() != before {
			t.Errorf("got %d %s", p.Status, p.Raw)
		}
		if got := h.from("2001:db8:1::1").SignIn(t, "user", h.uin, "ann", password); got != "done" {
			t.Errorf("another line: %s", got)
		}
		w.Sleep(3 * time.Hour)
		if err := signin.Purge(context.Background(), w.DB, w.Now()); err != nil {
			t.Fatal(err)
		}
		if n, err := store.Count(context.Background(), w.DB.Read(), `SELECT COUNT(*) FROM signin_failures`); err != nil || n != 0 {
			t.Errorf("%d rows are left, %v", n, err)
		}
	})
}

// A locked place has its passwords hashed too, so that the answer takes as long: its attempts count against the address.
func TestALockedPlaceDoesNotTryForEver(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.limit(t, 3)
		before := w.Hashed.Load()
		for range 110 {
			w.Sleep(time.Millisecond)
			h.browser.SignIn(t, "user", h.uin, "ann", wrong)
		}
		if n := w.Hashed.Load() - before; n != 100 {
			t.Errorf("%d passwords were hashed", n)
		}
	})
}

// Attempts count before their password is hashed: of many at once no more are let through than one after the other.
func TestAttemptsAtOnceCountOneByOne(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.limit(t, 3)
		var wait sync.WaitGroup
		for range 12 {
			wait.Go(func() { w.Browser().SignIn(t, "user", h.uin, "ann", wrong) })
		}
		wait.Wait()
		n, err := store.Count(context.Background(), w.DB.Read(), `SELECT COALESCE(SUM(n), 0) FROM signin_failures WHERE kind = 11`)
		if err != nil || n != 3 {
			t.Errorf("%d attempts were counted, %v", n, err)
		}
		if got := w.Browser().SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("the place is not locked: %s", got)
		}
	})
}

// Behind one address, as of an office or of a proxy, somebody who tries passwords must not keep everybody else out.
func TestAFloodFromAnAddressSparesTheBrowsersThatAreKnown(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.signIn(t, h.browser)
		stranger := w.Browser() // at the same address
		for i := range 101 {
			w.Sleep(time.Millisecond)
			stranger.SignIn(t, "user", h.uin, fmt.Sprintf("name-%d", i), wrong)
		}
		const flooded = "RequestLimitExceeded.IPLimitExceeded"
		if got := stranger.SignIn(t, "user", h.uin, "ann", password); got != flooded {
			t.Errorf("the stranger: %s", got)
		}
		h.signIn(t, h.browser)
		h.limit(t, 0)
		h.tries(t, h.browser, 100)
		if got := h.browser.SignIn(t, "user", h.uin, "ann", password); got != flooded {
			t.Errorf("the known browser has no limit: %s", got)
		}
	})
}

func TestAFloodLeavesNoRecords(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		for range 130 {
			w.Sleep(time.Millisecond)
			h.browser.SignIn(t, "user", h.uin, "ann", wrong)
		}
		w.Trail.Flush()
		n, err := store.Count(context.Background(), w.DB.Read(), `SELECT COUNT(*) FROM audit WHERE action = 'hufu:SignIn'`)
		if err != nil || n != 100 {
			t.Errorf("%d records, %v", n, err)
		}
	})
}

func TestALockIsToldAsLongAsItLasts(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.limit(t, 3)
		h.tries(t, h.browser, 2)
		w.Sleep(50 * time.Minute)
		h.tries(t, h.browser, 1)
		w.Sleep(30 * time.Minute)
		if got := h.browser.SignIn(t, "user", h.uin, "ann", password); got != loginFailed {
			t.Errorf("half an hour after the last: %s", got)
		}
		locked, err := signin.Locked(context.Background(), w.DB.Read(), store.Account(h.UIN), w.Now())
		if err != nil || locked[h.user].IsZero() {
			t.Errorf("locked: %v, %v", locked, err)
		}
		found := h.Root.Must(t, "hufu:SearchUsers", apitest.P{"State": "Locked"})
		if found.Int("TotalCount") != 1 || found.Str("Users.0.State") != "Locked" {
			t.Errorf("found: %s", found.Raw)
		}
	})
}

// Whoever has a ticket must not keep the machine comparing new passwords with earlier ones.
func TestNewPasswordsAreTriedABoundedNumberOfTimes(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		h := newHouse(t, w)
		h.Root.Must(t, "cam:UpdateUser", apitest.P{"Name": "ann", "NeedResetPassword": 1})
		choose := func(b *apitest.Browser, password string) *apitest.Page {
			return b.Send(t, http.MethodPost, "/console/session/password", apitest.P{"Password": password})
		}
		h.browser.SignIn(t, "user", h.uin, "ann", password)
		for range 30 {
			if p := choose(h.browser, password); p.Code != "InvalidParameter.PasswordViolatedRules" {
				t.Fatal(p.Raw)
			}
		}
		before := w.Hashed.Load()
		if p := choose(h.browser, password); p.Code != "OperationDenied.LoginLocked" || w.Hashed.Load() != before {
			t.Error(p.Raw)
		}
		elsewhere := h.from("198.51.100.20")
		elsewhere.SignIn(t, "user", h.uin, "ann", password)
		if p := choose(elsewhere, password2); p.Str("Step") != "done" {
			t.Error(p.Raw)
		}
		change := apitest.P{"OldPassword": password2, "NewPassword": password2}
		for range 30 {
			elsewhere.Fails(t, "InvalidParameter.PasswordViolatedRules", "hufu:ChangeOwnPassword", change)
		}
		elsewhere.Fails(t, "OperationDenied.LoginLocked", "hufu:ChangeOwnPassword", change)
	})
}
