package questions

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/policy"
)

// facts are what a question says of the request that it is about, and which condition keys it says something of.
type facts struct {
	policy.Context
	said map[string]bool // by family: every tag of a resource is one thing to know
}

// family is what is known or not known together with a condition key.
func family(key string) string {
	for _, f := range [...]struct{ prefix, family string }{
		{"qcs:resource_tag", "qcs:resource_tag"}, {"qcs:tag", "qcs:resource_tag"}, {"qcs:request_tag", "qcs:request_tag"},
	} {
		if rest, ok := strings.CutPrefix(key, f.prefix); ok && (rest == "" || rest[0] == '/') {
			return f.family
		}
	}
	if key == "mfa" {
		return "qcs:mfa"
	}
	return key
}

// open reports whether the question leaves a condition key open. The time is known, and who asks.
func (f *facts) open(key string) bool {
	switch key = family(key); key {
	case "qcs:current_time", "qcs:uin", "qcs:owner_uin":
		return false
	}
	return !f.said[key]
}

// say takes in what the request has for one condition key. The error says what is wrong with the value.
func (f *facts) say(key string, values []string) error {
	if tag, ok := strings.CutPrefix(key, "qcs:request_tag/"); ok {
		return f.tag(&f.RequestTags, key, policy.NewTag(tag, values[0]), values)
	}
	for _, prefix := range [...]string{"qcs:resource_tag/", "qcs:tag/"} {
		if tag, ok := strings.CutPrefix(key, prefix); ok {
			return f.tag(&f.ResourceTags, key, policy.NewTag(tag, values[0]), values)
		}
	}
	f.said[family(key)] = true
	switch key {
	case "qcs:resource_tag", "qcs:tag":
		f.ResourceTags = append(f.ResourceTags, parseTags(values)...)
		return nil
	case "qcs:request_tag":
		f.RequestTags = append(f.RequestTags, parseTags(values)...)
		return nil
	case "qcs:uin", "qcs:owner_uin":
		return fmt.Errorf("%s follows from the principal", key)
	case "qcs:ip", "qcs:current_time", "qcs:mfa", "mfa", "qcs:BindToken", "qcs:create_uin":
		if len(values) > 1 {
			return fmt.Errorf("%s has one value", key)
		}
		return f.single(key, values[0])
	}
	if f.Values == nil {
		f.Values = map[string][]string{}
	}
	f.Values[key] = values
	return nil
}

func parseTags(values []string) []policy.Tag {
	tags := make([]policy.Tag, len(values))
	for i, v := range values {
		tags[i] = policy.ParseTag(v)
	}
	return tags
}

// tag takes in the value of one tag.
func (f *facts) tag(list *[]policy.Tag, key string, tag policy.Tag, values []string) error {
	if len(values) > 1 {
		return fmt.Errorf("%s has one value", key)
	}
	f.said[family(key)] = true
	*list = append(*list, tag)
	return nil
}

// single takes in a key that has a type of its own.
func (f *facts) single(key, value string) (err error) {
	switch key {
	case "qcs:ip":
		f.IP, err = netip.ParseAddr(value)
	case "qcs:current_time":
		f.Time, err = time.Parse(time.RFC3339, value)
	case "qcs:mfa", "mfa":
		f.MFA, err = flag(value)
	case "qcs:BindToken":
		f.BindToken, err = flag(value)
	case "qcs:create_uin":
		f.CreateUIN = value
	}
	if err != nil {
		return fmt.Errorf("%q is no value of %s", value, key)
	}
	return nil
}

// flag reads a truth value as conditions write it, 0 and 1 or false and true.
func flag(value string) (bool, error) {
	switch strings.ToLower(value) {
	case "1", "true":
		return true, nil
	case "0", "false":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", value)
}
