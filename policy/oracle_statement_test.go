package policy_test

import (
	"slices"
	"strings"

	"github.com/hufu-iam/hufu/policy"
	"github.com/hufu-iam/hufu/qcs"
)

// glob reports whether s matches a pattern in which star stands for any run of
// characters, none included, and everything else for itself.
func glob(pattern, s string, star byte) bool {
	if pattern == "" {
		return s == ""
	}
	if pattern[0] == star {
		return glob(pattern[1:], s, star) || s != "" && glob(pattern, s[1:], star)
	}
	return s != "" && s[0] == pattern[0] && glob(pattern[1:], s[1:], star)
}

// fewStars replaces a run of stars by one, which means the same.
func fewStars(pattern string) string {
	for strings.Contains(pattern, "**") {
		pattern = strings.ReplaceAll(pattern, "**", "*")
	}
	return pattern
}

// Actions.

func (o *oracle) actionFits(s *oracleStatement) bool {
	return slices.ContainsFunc(s.actions, func(a string) bool {
		if o.q.Granularity == policy.ServiceLevel {
			return o.coversService(a)
		}
		return o.coversAction(a)
	})
}

// coversAction: services are compared without regard to case, names with it.
func (o *oracle) coversAction(pattern string) bool {
	if pattern == "*" {
		return true
	}
	service, name, ok := strings.Cut(pattern, ":")
	return ok && glob(strings.ToLower(service), strings.ToLower(o.q.Action.Service), '*') && glob(name, o.q.Action.Name, '*')
}

// coversService: a product that is granted as a whole only is granted, and
// denied, by everything and by its whole service, in so many words.
func (o *oracle) coversService(pattern string) bool {
	return pattern == "*" || pattern == "*:*" || strings.ToLower(pattern) == strings.ToLower(o.q.Action.Service)+":*"
}

// Resources.

// shortRegions are the second names of regions.
var shortRegions = map[string]string{
	"gz": "ap-guangzhou", "sh": "ap-shanghai", "bj": "ap-beijing", "cd": "ap-chengdu", "cq": "ap-chongqing", "nj": "ap-nanjing",
	"tj": "ap-tianjin", "tsn": "ap-tianjin", "sz": "ap-shenzhen", "szx": "ap-shenzhen", "gzopen": "ap-guangzhou-open",
	"sg": "ap-singapore", "hk": "ap-hongkong", "jp": "ap-tokyo", "kr": "ap-seoul", "th": "ap-bangkok", "in": "ap-mumbai",
	"jkt": "ap-jakarta", "tpe": "ap-taipei", "osa": "ap-osaka", "use": "na-ashburn", "usw": "na-siliconvalley",
	"ca": "na-toronto", "tor": "na-toronto", "de": "eu-frankfurt", "ru": "eu-moscow", "sao": "sa-saopaulo",
	"shjr": "ap-shanghai-fsi", "szjr": "ap-shenzhen-fsi", "bjjr": "ap-beijing-fsi",
}

// longRegion returns the long id of a short region; other names stay as they
// are.
func longRegion(name string) string {
	if long, ok := shortRegions[strings.ToLower(name)]; ok {
		return long
	}
	return name
}

// An oracleName is a name of the request's resource: literal texts.
type oracleName struct {
	any                                     bool // "*": the call touches no object
	project, service, region, account, path string
}

// An oraclePattern is a resource of a policy.
type oraclePattern struct {
	everything                              bool
	project, service, region, account, path string
}

// readName splits a name at its first five colons, and brings it to the
// spelling in which names are compared.
func readName(text string) oracleName {
	if text == "*" || text == "" {
		return oracleName{any: true}
	}
	s := strings.SplitN(text, ":", 6)
	return oracleName{project: s[1], service: strings.ToLower(s[2]), region: strings.ToLower(longRegion(s[3])), account: s[4], path: s[5]}
}

func readPattern(text string) oraclePattern {
	if text == "*" || text == "" {
		return oraclePattern{everything: true}
	}
	s := strings.SplitN(fewStars(text), ":", 6)
	p := oraclePattern{project: s[1], service: strings.ToLower(s[2]), region: strings.ToLower(longRegion(s[3])), account: s[4], path: s[5]}
	if p.service == "" {
		p.service = "*" // all products
	}
	if p.region == "" {
		p.region = "*"
	}
	if p.path == "*/*" {
		p.path = "*"
	}
	return p
}

func (o *oracle) resourceFits(s *oracleStatement, layer policy.Layer) bool {
	if s.resources == nil {
		// A trust policy is about its role. In other layers the member is
		// required, and a statement without it must not grant.
		return layer == policy.LayerResource
	}
	self := o.self(layer)
	for _, p := range s.resources {
		for _, n := range o.names {
			if p.everything || n.any && o.coversNoObject(p, self) || !n.any && o.coversObject(p, n, self) {
				return true
			}
		}
	}
	return false
}

// coversObject compares segment by segment.
func (o *oracle) coversObject(p oraclePattern, n oracleName, self qcs.Account) bool {
	return coversProject(p.project, n.project) &&
		glob(p.service, n.service, '*') &&
		glob(p.region, n.region, '*') &&
		o.coversAccount(p.account, n.account, self) &&
		o.coversPath(p.path, n.path)
}

// coversProject: every way to write "all" is all, and a resource without a
// project is in every project.
func coversProject(pattern, project string) bool {
	switch pattern {
	case "", "id/0", "*", "id/*":
		return true
	}
	return project == "" || project == "id/0" || project == pattern
}

// coversNoObject: a call that touches no object is covered by patterns that
// name none.
func (o *oracle) coversNoObject(p oraclePattern, self qcs.Account) bool {
	return (p.service == "*" || p.service == strings.ToLower(o.q.Action.Service)) &&
		p.region == "*" &&
		(isOwn(p.account) || isEvery(p.account) || o.uin(p.account) == "uin/"+self.UIN) &&
		p.path == "*"
}

func (o *oracle) coversAccount(pattern, account string, self qcs.Account) bool {
	switch {
	case isEvery(pattern):
		return true
	case isOwn(pattern):
		return self.UIN != "" && account == "uin/"+self.UIN
	}
	return account == o.uin(pattern)
}

func isEvery(account string) bool { return account == "*" || account == "uin/*" || account == "uid/*" }

func isOwn(account string) bool {
	return slices.Contains([]string{"", "uin/", "uid/", "uin/-1", "uid/-1"}, account)
}

// uin translates uid/<AppId> to the uin of that account. The accounts that are
// known are the caller's and the owner's; an unknown uid stays what it is.
func (o *oracle) uin(account string) string {
	if appID, ok := strings.CutPrefix(account, "uid/"); ok {
		for _, known := range []qcs.Account{o.q.Principal.Account, o.owner} {
			if known.AppID == appID && known.UIN != "" {
				return "uin/" + known.UIN
			}
		}
	}
	return account
}

// coversPath: stars of the policy are wild, stars that a variable brings in
// and stars of the request are letters.
func (o *oracle) coversPath(pattern, path string) bool {
	for _, p := range o.expand(strings.ReplaceAll(pattern, "*", wild)) {
		if glob(p, path, wild[0]) {
			return true
		}
	}
	return false
}

// Principals.

// principalFits reports whether a statement of a resource's policy is for
// everyone, and whether it names the caller.
func (o *oracle) principalFits(s *oracleStatement) (anyone, named bool) {
	if s.principal == nil {
		return false, false
	}
	caller := &o.q.Principal
	anyone = s.principal.anyone
	for _, id := range s.principal.qcs {
		if id == "qcs::cam::anyone:anyone" || id == "qcs::cam::anonymous:anonymous" {
			anyone = true
		}
		named = named || o.namesCaller(id)
	}
	if caller.Kind == policy.Service && slices.Contains(s.principal.service, caller.ServiceName) {
		named = true
	}
	if caller.Kind == policy.Federated {
		kind := map[qcs.Kind]string{qcs.KindSAMLProvider: "saml-provider/", qcs.KindOIDCProvider: "oidc-provider/"}[caller.Provider.Kind]
		if slices.Contains(s.principal.federated, "qcs::cam::uin/"+caller.Provider.Account+":"+kind+caller.Provider.Name) {
			named = true
		}
	}
	return anyone, named
}

// namesCaller reports whether an entry names the caller: its account, itself, or
// one of its groups, which count only where they are of the owner's account.
func (o *oracle) namesCaller(id string) bool {
	caller := &o.q.Principal
	rest, ok := strings.CutPrefix(id, "qcs::cam::uin/"+caller.Account.UIN+":")
	if !ok {
		return false
	}
	user, role := caller.Kind == policy.User, caller.Kind == policy.Role
	if rest == "root" || rest == "uin/"+caller.Account.UIN {
		return user || role || caller.Kind == policy.Root
	}
	// An account has one role of a name, or id, so the usual form names it
	// whoever owns it; the other form is for roles that products own.
	if name, ok := strings.CutPrefix(rest, "role/tencentcloudServiceRoleName/"); ok {
		return role && caller.ServiceLinked && name == caller.RoleName
	}
	if id, ok := strings.CutPrefix(rest, "role/tencentcloudServiceRole/"); ok {
		return role && caller.ServiceLinked && id == caller.RoleID
	}
	what, which, _ := strings.Cut(rest, "/")
	switch what {
	case "uin":
		return user && which == caller.UIN
	case "groupid":
		return user && o.sameAccount() && slices.Contains(caller.Groups, which)
	case "roleName":
		return role && which == caller.RoleName
	case "role":
		return role && which == caller.RoleID
	}
	return false
}
