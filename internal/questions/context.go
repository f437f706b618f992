package questions

import (
	"fmt"
	"strings"

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

// single are the condition keys of which a request has one value.
func single(key string) bool {
	switch family(key) {
	case "qcs:ip", "qcs:current_time", "qcs:mfa", "qcs:BindToken", "qcs:create_uin":
		return true
	case "qcs:resource_tag", "qcs:request_tag":
		return strings.Contains(key, "/")
	}
	return false
}

// say takes in what the request has for one condition key. The error says what is wrong with it.
func (f *facts) say(key string, values []string) error {
	if len(values) > 1 && single(key) {
		return fmt.Errorf("%s has one value", key)
	}
	f.said[family(key)] = true
	for _, v := range values {
		if err := f.Add(key, v); err != nil {
			return err
		}
	}
	return nil
}
