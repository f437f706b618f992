package policy

import (
	"net/netip"
	"strings"
	"time"
)

type keyKind uint8

const (
	keyOther keyKind = iota
	keyIP
	keyTime
	keyMFA
	keyBindToken
	keyUIN
	keyOwnerUIN
	keyCreateUIN
	keyResourceTags // every tag, as key&value
	keyRequestTags
	keyResourceTag // the value of one tag
	keyRequestTag
)

// A key is a parsed condition key.
type key struct {
	kind   keyKind
	name   string // for keyOther the key, for one tag the tag's key
	region bool   // its values are regions, which have two names each
}

func parseKey(name string) key {
	k := key{name: name, region: strings.HasSuffix(name, ":region")}
	switch name {
	case "qcs:ip":
		k.kind = keyIP
	case "qcs:current_time":
		k.kind = keyTime
	case "qcs:mfa", "mfa":
		k.kind = keyMFA
	case "qcs:BindToken":
		k.kind = keyBindToken
	case "qcs:uin":
		k.kind = keyUIN
	case "qcs:owner_uin":
		k.kind = keyOwnerUIN
	case "qcs:create_uin":
		k.kind = keyCreateUIN
	case "qcs:resource_tag", "qcs:tag":
		k.kind = keyResourceTags
	case "qcs:request_tag":
		k.kind = keyRequestTags
	}
	// A key may end in ":region" and be a tag's: that is a tag, no region.
	for _, p := range [...]struct {
		prefix string
		kind   keyKind
	}{{"qcs:resource_tag/", keyResourceTag}, {"qcs:tag/", keyResourceTag}, {"qcs:request_tag/", keyRequestTag}} {
		if tag, ok := strings.CutPrefix(name, p.prefix); ok {
			return key{kind: p.kind, name: tag}
		}
	}
	return k
}

// tag reports whether the key asks for one tag.
func (k key) tag() bool { return k.kind == keyResourceTag || k.kind == keyRequestTag }

// values are what a request has for a key, seen without copying: one text,
// several, tags, or a moment or address in its own type.
type values struct {
	n      int
	one    string
	many   []string
	tags   []Tag
	tagKey string
	ofKey  bool // only values of tagKey count
	time   time.Time
	addr   netip.Addr
	isTime bool
	isAddr bool
}

func (k key) look(q *Question) values {
	switch k.kind {
	case keyIP:
		return values{n: bit(q.Context.IP.IsValid()), addr: q.Context.IP, isAddr: true}
	case keyTime:
		return values{n: bit(!q.Context.Time.IsZero()), time: q.Context.Time, isTime: true}
	case keyMFA:
		if q.Context.MFA {
			return values{n: 1, one: "1"}
		}
		return values{n: 1, one: "0"}
	case keyBindToken:
		if q.Context.BindToken {
			return values{n: 1, one: "true"}
		}
		return values{n: 1, one: "false"}
	case keyUIN:
		return single(q.Principal.self())
	case keyOwnerUIN:
		return single(q.Principal.Account.UIN)
	case keyCreateUIN:
		return single(q.Context.CreateUIN)
	case keyResourceTags, keyResourceTag:
		return values{n: len(q.Context.ResourceTags), tags: q.Context.ResourceTags, tagKey: k.name, ofKey: k.tag()}
	case keyRequestTags, keyRequestTag:
		return values{n: len(q.Context.RequestTags), tags: q.Context.RequestTags, tagKey: k.name, ofKey: k.tag()}
	}
	many := q.Context.Values[k.name]
	return values{n: len(many), many: many}
}

// single is a value that is missing when it is empty.
func single(s string) values { return values{n: bit(s != ""), one: s} }

func (v *values) len() int { return v.n }

// at returns the i-th value, or false when it is a tag of another key. A
// moment or an address comes as a placeholder, see text.
func (v *values) at(i int) (string, bool) {
	switch {
	case v.tags != nil:
		t := v.tags[i]
		if !v.ofKey {
			return t.text, true
		}
		return t.Value(), t.Key() == v.tagKey
	case v.many != nil:
		return v.many[i], true
	case v.isTime || v.isAddr:
		return " ", true
	}
	return v.one, true
}

// text returns a value as text. Only an address or a moment that a string
// operator looks at has to be printed.
func (v *values) text(one string) string {
	switch {
	case v.isTime:
		return v.time.UTC().Format(time.RFC3339)
	case v.isAddr:
		return v.addr.Unmap().String()
	}
	return one
}

func (v *values) date(one string) (int64, bool) {
	if v.isTime {
		return v.time.Unix(), true
	}
	return parseDate(one)
}

func (v *values) address(one string) (netip.Addr, bool) {
	if v.isAddr {
		return v.addr.Unmap().WithZone(""), true
	}
	return parseAddress(one)
}
