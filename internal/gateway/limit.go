package gateway

import (
	"hash/maphash"
	"net/netip"
	"sync"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/wire"
)

const (
	// accountFactor: all principals of one root account together may call an action this many times its rate.
	accountFactor = 10
	// failuresPerAddress bounds guessing: calls per second and address that failed authentication.
	failuresPerAddress = 200
	// unsignedPerAddress bounds the calls that carry no signature at all.
	unsignedPerAddress = 20

	limiterShards = 64
)

// limiter counts calls in fixed windows of one second of server time: the first N of a second pass, the rest fail,
// and what fails counts too (https://cloud.tencent.com/document/product/1278/109059).
type limiter struct {
	off    bool
	seed   maphash.Seed
	shards [limiterShards]window
}

type window struct {
	mu     sync.Mutex
	second int64
	counts map[limitKey]int
}

// limitKey is one counter. Exactly one of action and address is set.
type limitKey struct {
	action  *wire.Action
	kind    call.PrincipalKind
	id      int64
	app     string // of an application, which has no number
	address netip.Addr
}

func newLimiter(off bool) *limiter {
	l := &limiter{off: off, seed: maphash.MakeSeed()}
	for i := range l.shards {
		l.shards[i].counts = map[limitKey]int{}
	}
	return l
}

// count adds n to a counter of this second and answers its value.
func (l *limiter) count(k limitKey, second int64, n int) int {
	w := &l.shards[maphash.Comparable(l.seed, k)%limiterShards]
	w.mu.Lock()
	defer w.mu.Unlock()
	if second > w.second { // a call that was long on its way counts in the window that is open now
		w.second = second
		clear(w.counts)
	}
	w.counts[k] += n
	return w.counts[k]
}

// excess is a call over its limit: the count and the limit of this second.
type excess struct {
	account      bool // the root account's limit, not the principal's
	count, limit int
}

// call counts a call of a principal, n times; nil if it may go on.
func (l *limiter) call(a *wire.Action, p *call.Principal, second int64, n int) *excess {
	if l.off || a.Rate == 0 {
		return nil
	}
	if count := l.count(limitKey{action: a, kind: p.Kind, id: p.ID(), app: p.AppKey}, second, n); count > a.Rate {
		return &excess{count: count, limit: a.Rate}
	}
	// The account's own counter has no principal kind, so that it is not the root user's.
	if count := l.count(limitKey{action: a, id: int64(p.Account)}, second, n); count > accountFactor*a.Rate {
		return &excess{account: true, count: count, limit: accountFactor * a.Rate}
	}
	return nil
}

// blocked reports whether an address failed too often in this second.
func (l *limiter) blocked(ip netip.Addr, second int64) bool {
	return !l.off && l.count(addressKey(ip), second, 0) >= failuresPerAddress
}

// failed counts a call that did not authenticate.
func (l *limiter) failed(ip netip.Addr, second int64) {
	if !l.off {
		l.count(addressKey(ip), second, 1)
	}
}

// unsigned counts a call without signature; false if there were too many.
func (l *limiter) unsigned(a *wire.Action, ip netip.Addr, second int64) bool {
	k := addressKey(ip)
	k.action = a
	return l.off || l.count(k, second, 1) <= unsignedPerAddress
}

// addressKey counts an IPv6 network as one address: whoever has one address of a /64 has all of them.
func addressKey(ip netip.Addr) limitKey {
	if ip.Is6() && !ip.Is4In6() {
		p, _ := ip.Prefix(64) // cannot fail: 64 bits fit
		ip = p.Addr()
	}
	return limitKey{address: ip}
}
