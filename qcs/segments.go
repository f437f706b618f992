package qcs

// The segments of a pattern, in the one spelling that matching uses. A pattern
// of the whole, "*", has segments that all say "everything".

// Project returns "id/<n>", or "" where every project is meant.
func (p Pattern) Project() string { return p.project }

// Region returns the region segment with a long id, "*" where it is empty.
func (p Pattern) Region() string {
	if p.all {
		return "*"
	}
	return p.region.String()
}

// Account returns "*" for every account, "" for the one being evaluated, or
// the one account as it is named: "uin/<uin>", "uid/<AppID>" or "anonymous".
func (p Pattern) Account() string {
	if p.all || p.form == accountAll {
		return "*"
	}
	return p.account
}
