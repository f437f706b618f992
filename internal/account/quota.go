package account

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Quota names one limit of what an account may hold.
type Quota string

// The quotas, as --quota spells them.
const (
	SubAccounts             Quota = "sub-accounts"
	Groups                  Quota = "groups"
	GroupsPerUser           Quota = "groups-per-user"
	UsersPerGroup           Quota = "users-per-group"
	Roles                   Quota = "roles"
	Policies                Quota = "policies"
	AttachmentsPerPrincipal Quota = "attachments"
	PolicyCharacters        Quota = "policy-characters"
	PolicyVersions          Quota = "policy-versions"
	AccessKeys              Quota = "access-keys"
	TagsPerObject           Quota = "tags"
	UnverifiedUsersPerDay   Quota = "unverified-users-per-day"

	BIUsers                 Quota = "bi-users"
	BIProjects              Quota = "bi-projects"
	BIGroups                Quota = "bi-groups"
	BIUsersPerGroup         Quota = "bi-users-per-group"
	BITags                  Quota = "bi-tags"
	BIApiKeys               Quota = "bi-api-keys"
	BIEmbedTokens           Quota = "bi-embed-tokens" // that are live
	BIRulesPerTable         Quota = "bi-rules-per-table"
	BIDatasourcesPerProject Quota = "bi-datasources-per-project"
)

// Quotas are the limits in force; 0 means none.
type Quotas map[Quota]int

// DefaultQuotas are the published limits (https://intl.cloud.tencent.com/document/product/598/10609); tags per
// object is our decision, and so are those of BI.
func DefaultQuotas() Quotas {
	return Quotas{
		SubAccounts: 1000, Groups: 300, GroupsPerUser: 10, UsersPerGroup: 100, Roles: 1000, Policies: 1500,
		AttachmentsPerPrincipal: 200, PolicyCharacters: 6144, PolicyVersions: 5, AccessKeys: 2, TagsPerObject: 50,
		UnverifiedUsersPerDay: 10,
		BIUsers:               10_000, BIProjects: 500, BIGroups: 2000, BIUsersPerGroup: 5000, BITags: 200, BIApiKeys: 50,
		BIEmbedTokens: 100_000, BIRulesPerTable: 500, BIDatasourcesPerProject: 500,
	}
}

// Exceeded reports whether n things are more than the quota allows.
func (q Quotas) Exceeded(name Quota, n int) bool { return q[name] > 0 && n > q[name] }

// Override changes the named quotas.
func (q Quotas) Override(set map[string]int) error {
	for name, n := range set {
		if _, ok := q[Quota(name)]; !ok {
			return fmt.Errorf("unknown quota %q; there are %s", name, strings.Join(q.names(), ", "))
		}
		if n < 0 {
			return fmt.Errorf("quota %s: %d is negative; 0 means no limit", name, n)
		}
		q[Quota(name)] = n
	}
	return nil
}

func (q Quotas) names() []string {
	var names []string
	for _, n := range slices.Sorted(maps.Keys(q)) {
		names = append(names, string(n))
	}
	return names
}
