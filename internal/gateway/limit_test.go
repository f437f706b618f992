package gateway

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire"
)

func TestWindowsOfPrincipals(t *testing.T) {
	a, b, free := &wire.Action{Name: "A", Rate: 3}, &wire.Action{Name: "B", Rate: 3}, &wire.Action{Name: "Free"}
	root := &call.Principal{Kind: call.Root, Account: 1, UIN: 1}
	alice := &call.Principal{Kind: call.User, Account: 1, UIN: 11}
	bob := &call.Principal{Kind: call.User, Account: 1, UIN: 12}
	role := &call.Principal{Kind: call.Role, Account: 1, UIN: 12, RoleID: 11} // its number is alice's
	l := newLimiter(false)
	for i, step := range []struct {
		action *wire.Action
		who    *call.Principal
		second int64
		n      int  // calls before the one that is looked at
		passes bool // that one
	}{
		{a, alice, 100, 2, true},
		{a, alice, 100, 0, false},
		{b, alice, 100, 2, true}, // another action
		{a, bob, 100, 2, true},   // another principal
		{a, role, 100, 2, true},  // another kind of principal with the same number
		{a, root, 100, 2, true},  // the root user is one of the principals
		{a, alice, 101, 2, true}, // the next second
		{free, alice, 101, 99, true} /* no rate */, {a, alice, 101, 0, false},
	} {
		for range step.n {
			l.call(step.action, step.who, step.second, 1)
		}
		if got := l.call(step.action, step.who, step.second, 1); (got == nil) != step.passes {
			t.Errorf("step %d: got %+v, want passes %t", i, got, step.passes)
		}
	}
	e := l.call(a, alice, 101, 1)
	if e == nil || e.account || e.count != 5 || e.limit != 3 {
		t.Errorf("got %+v, want the fifth call over a limit of three: what fails counts too", e)
	}
}

func TestTheRootAccountHasTenTimesTheRate(t *testing.T) {
	a := &wire.Action{Name: "A", Rate: 3}
	l := newLimiter(false)
	passed, refused := 0, 0
	for uin := range int64(12) {
		for range 3 {
			switch e := l.call(a, &call.Principal{Kind: call.User, Account: 1, UIN: 100 + uin}, 7, 1); {
			case e == nil:
				passed++
			case e.account && e.limit == 30:
				refused++
			default:
				t.Errorf("got %+v, want the account's limit", e)
			}
		}
	}
	if passed != 30 || refused != 6 {
		t.Errorf("%d passed and %d were refused, want 30 and 6", passed, refused)
	}
	if e := l.call(a, &call.Principal{Kind: call.User, Account: 2, UIN: 100}, 7, 1); e != nil && e.account {
		t.Errorf("another account meets %+v", e)
	}
}

// A principal that is over its own limit must not use up the account's.
func TestRefusedCallsOfOnePrincipalDoNotStarveItsAccount(t *testing.T) {
	a := &wire.Action{Name: "A", Rate: 3}
	l := newLimiter(false)
	for range 100 {
		l.call(a, &call.Principal{Kind: call.User, Account: 1, UIN: 100}, 7, 1)
	}
	if e := l.call(a, &call.Principal{Kind: call.User, Account: 1, UIN: 101}, 7, 1); e != nil {
		t.Errorf("another user meets %+v", e)
	}
}

func TestCountsAreExactUnderConcurrency(t *testing.T) {
	a := &wire.Action{Name: "A", Rate: 50}
	l := newLimiter(false)
	var passed atomic.Int64
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for range 50 {
				if l.call(a, &call.Principal{Kind: call.User, Account: 1, UIN: 100}, 7, 1) == nil {
					passed.Add(1)
				}
			}
		})
	}
	work.Wait()
	if passed.Load() != 50 {
		t.Errorf("%d calls passed, want 50", passed.Load())
	}
}

func TestAddressesThatFail(t *testing.T) {
	ip := netip.MustParseAddr
	for _, tc := range []struct {
		name       string
		failed, at netip.Addr
		n          int
		want       bool
	}{
		{"one failure less than too many", ip("192.0.2.1"), ip("192.0.2.1"), failuresPerAddress - 1, false},
		{"too many", ip("192.0.2.1"), ip("192.0.2.1"), failuresPerAddress, true},
		{"a neighbour of IPv4", ip("192.0.2.1"), ip("192.0.2.2"), failuresPerAddress, false},
		{"a neighbour in the same /64", ip("2001:db8::1"), ip("2001:db8::ffff:1"), failuresPerAddress, true},
		{"a neighbour in the next /64", ip("2001:db8::1"), ip("2001:db8:0:1::1"), failuresPerAddress, false},
		{"the same address in a zone", ip("fe80::1%eth0"), ip("fe80::2%eth1"), failuresPerAddress, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLimiter(false)
			for range tc.n {
				l.failed(tc.failed, 7)
			}
			if got := l.blocked(tc.at, 7); got != tc.want {
				t.Errorf("blocked is %t, want %t", got, tc.want)
			}
			if l.blocked(tc.at, 8) {
				t.Error("the next second is blocked too")
			}
		})
	}
}

func TestUnsignedCallsAreBoundedPerActionAndAddress(t *testing.T) {
	a, b := &wire.Action{Name: "A"}, &wire.Action{Name: "B"}
	one, two := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	l := newLimiter(false)
	for i := range unsignedPerAddress {
		if !l.unsigned(a, one, 7) {
			t.Fatalf("call %d is refused", i+1)
		}
	}
	if l.unsigned(a, one, 7) {
		t.Error("one more passes")
	}
	if !l.unsigned(b, one, 7) || !l.unsigned(a, two, 7) || !l.unsigned(a, one, 8) {
		t.Error("another action, address or second is refused")
	}
	if l.blocked(one, 7) {
		t.Error("unsigned calls count as failures")
	}
}

func TestLimitsThatAreOff(t *testing.T) {
	a, ip := &wire.Action{Name: "A", Rate: 1}, netip.MustParseAddr("192.0.2.1")
	l := newLimiter(true)
	for range 1000 {
		l.failed(ip, 7)
		if l.call(a, &call.Principal{Kind: call.User, Account: 1, UIN: 2}, 7, 1) != nil || l.blocked(ip, 7) || !l.unsigned(a, ip, 7) {
			t.Fatal("a limit that is off refuses a call")
		}
	}
}

func TestRatesAsClientsSeeThem(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), Config{})
	alice := d.user(200)
	for range 2 {
		alice.call("Limited", "{}").want(t, "")
	}
	refused := alice.call("Limited", "{}")
	refused.want(t, "RequestLimitExceeded")
	if refused.message != "The call rate `3` is over the limit of `2` per second." {
		t.Errorf("the message %q does not name the count and the limit", refused.message)
	}
	d.root.call("Limited", "{}").want(t, "")
	var last reply
	for uin := range int64(10) {
		for range 2 {
			last = d.user(300+uin).call("Limited", "{}")
		}
	}
	last.want(t, "RequestLimitExceeded.UinLimitExceeded")
	d.now = d.now.Add(time.Second)
	alice.call("Limited", "{}").want(t, "")
	if len(d.undeclared) > 0 {
		t.Errorf("undeclared codes: %v", d.undeclared)
	}
}

// Guessing is slowed, and honest load from the same address is not: only failures count.
func TestAnAddressThatFailsTooOftenIsBlockedForTheSecond(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), Config{})
	for range failuresPerAddress + 50 {
		d.root.from("192.0.2.1:1").call("Any", "{}").want(t, "")
	}
	guess := d.root.signingWith("a guess").from("192.0.2.1:1")
	for range failuresPerAddress {
		guess.call("Any", "{}").want(t, "AuthFailure.SignatureFailure")
	}
	guess.call("Any", "{}").want(t, "RequestLimitExceeded.IPLimitExceeded")
	d.root.from("192.0.2.1:2").call("Any", "{}").want(t, "RequestLimitExceeded.IPLimitExceeded")
	d.root.from("192.0.2.2:1").call("Any", "{}").want(t, "")
	d.now = d.now.Add(time.Second)
	d.root.from("192.0.2.1:1").call("Any", "{}").want(t, "")
}

func TestACallMayCountForMany(t *testing.T) {
	a := &wire.Action{Name: "A", Rate: 10}
	p := &call.Principal{Kind: call.User, Account: 1, UIN: 11}
	l := newLimiter(false)
	if l.call(a, p, 7, 8) != nil || l.call(a, p, 7, 2) != nil {
		t.Error("ten at once are within a rate of ten")
	}
	if e := l.call(a, p, 7, 5); e == nil || e.account || e.count != 15 {
		t.Errorf("got %+v, want fifteen over the limit", e)
	}
	if l.call(a, p, 8, 11) == nil {
		t.Error("eleven at once are over a rate of ten")
	}
}
