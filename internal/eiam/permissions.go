package eiam

import "slices"

// families are the groups of endpoints that permission codes are about: X_all opens those of X, X_read those that only
// read.
var families = []string{"user", "org", "account", "app_org", "app_role", "app_func", "app_data", "job_position", "job_title"}

// The codes that open every family, and the one family that can only be read.
const (
	allCode    = "all"
	readCode   = "read"
	logsFamily = "operation_log"
)

// Codes are all permission codes, sorted.
func Codes() []string {
	codes := []string{allCode, readCode, logsFamily + "_read"}
	for _, f := range families {
		codes = append(codes, f+"_all", f+"_read")
	}
	slices.Sort(codes)
	return codes
}

// Accepted are the codes that open an endpoint of a family, the narrowest first: reading is part of X_all, writing is not
// part of any other.
func Accepted(family string, write bool) []string {
	switch {
	case write:
		return []string{family + "_all", allCode}
	case family == logsFamily:
		return []string{family + "_read", readCode, allCode}
	}
	return []string{family + "_read", family + "_all", readCode, allCode}
}

// opening is the code among those held that opens an endpoint, "" if none does.
func opening(held []string, family string, write bool) string {
	for _, code := range Accepted(family, write) {
		if slices.Contains(held, code) {
			return code
		}
	}
	return ""
}
