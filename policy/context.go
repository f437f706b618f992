package policy

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// Add adds a value of a condition key, under the full name that conditions
// give the key, such as "qcs:ip" or "cos:x-cos-acl". Of a key that has one
// value the last one counts. A tag is added as "key&value" to
// "qcs:resource_tag" or "qcs:request_tag", or as its value to
// "qcs:resource_tag/<key>".
//
// The error says what is wrong with the value. Who asks ("qcs:uin",
// "qcs:owner_uin") is the principal's to say, and no part of a context.
func (c *Context) Add(key, value string) (err error) {
	k := parseKey(key)
	switch k.kind {
	case keyIP:
		c.IP, err = contextAddress(value)
	case keyTime:
		c.Time, err = contextTime(value)
	case keyMFA:
		c.MFA, err = contextFlag(value)
	case keyBindToken:
		c.BindToken, err = contextFlag(value)
	case keyUIN, keyOwnerUIN:
		return fmt.Errorf("%s is read from the caller", key)
	case keyCreateUIN:
		c.CreateUIN = value
	case keyResourceTags:
		c.ResourceTags = append(c.ResourceTags, ParseTag(value))
	case keyRequestTags:
		c.RequestTags = append(c.RequestTags, ParseTag(value))
	case keyResourceTag:
		c.ResourceTags = append(c.ResourceTags, NewTag(k.name, value))
	case keyRequestTag:
		c.RequestTags = append(c.RequestTags, NewTag(k.name, value))
	default:
		if key == "" || strings.TrimSpace(key) != key {
			return fmt.Errorf("%q is no condition key", key)
		}
		if c.Values == nil {
			c.Values = map[string][]string{}
		}
		c.Values[key] = append(c.Values[key], value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func contextAddress(value string) (netip.Addr, error) {
	a, err := netip.ParseAddr(value)
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, fmt.Errorf("%q is no IP address", value)
	}
	return a, nil
}

// contextTime reads what conditions read, but keeps fractions of a second: it
// is the engine that drops them.
func contextTime(value string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, value); err == nil {
		return t, nil
	}
	seconds, ok := parseDate(value)
	if !ok {
		return time.Time{}, fmt.Errorf("%q is no time like 2006-01-02T15:04:05Z", value)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// contextFlag reads both spellings of yes and no that conditions on these keys
// use.
func contextFlag(value string) (bool, error) {
	switch value {
	case "1":
		return true, nil
	case "0":
		return false, nil
	}
	b, ok := parseBool(value)
	if !ok {
		return false, fmt.Errorf("%q is neither true nor false", value)
	}
	return b, nil
}
