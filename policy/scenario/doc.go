// Package scenario reads and runs tests of policies: files of named questions,
// each with the policies that bear on it and the decision that is expected.
// The command "hufu policy simulate --scenario FILE" runs them without a
// server, which is how a change of a policy is tested before it is made.
//
//	accounts:
//	  A: {uin: "100000000001", appid: "1250000001"}
//	principals:
//	  alice: {kind: user, account: A, uin: "100000000011", groups: ["71"], tags: ["team&web"]}
//	  ops: {kind: role, account: A, id: "4611686018427397919", name: ops}
//	policies:
//	  developers: {file: developers.json}
//	owner: A
//	cases:
//	- name: developers stop their own machines
//	  who: alice
//	  action: cvm:StopInstances
//	  resource: "qcs::cvm:ap-guangzhou:uin/100000000001:instance/ins-1"
//	  identity: [developers]
//	  boundary: [{allow: "cvm:*"}, {deny: "cvm:Terminate*"}]
//	  context: {ip: 10.0.0.7, resource_tags: ["team&web"]}
//	  want: allow
//
// # The file
//
// A file is YAML or JSON, of at most [MaxBytes]. What it does not know is an
// error, and so is a member given twice.
//
//	accounts    by name: uin, and appid where policies name accounts by it
//	principals  by name; see below. "anonymous" is there without being listed
//	policies    by name; see below
//	owner       the account that owns the resources of cases that say nothing
//	            of it. Without it, or with "none", the owner is read from the
//	            resource's name, and is the caller's account where there is none
//	cases       the questions, in the order in which they are run
//
// A principal is an object:
//
//	kind            root, user, role, service, federated or anonymous
//	account         name of an account; not for services and anonymous
//	uin             of a user
//	id, name        of a role, either may be left out; the service principal of a service
//	groups          ids of the groups of a user
//	tags            "key&value" each, of a user, a role or a session
//	service_linked  true for a role that a product owns
//	temporary       true for temporary credentials of a root user
//	provider        qcs name of the identity provider of a federated identity
//
// A policy is one of
//
//	developers                   the name of an entry of "policies"
//	{file: developers.json}      a file, named from the place of this one
//	{version: "2.0", ...}        a whole document
//	[{allow: "cvm:*"}, ...]      statements in short: "allow" or "deny" has the
//	                             actions, "on" the resources ("*" unless given;
//	                             null leaves the member out), "if" the condition,
//	                             "for" the principal
//
// # A case
//
//	n          a number to refer to it by
//	name       a sentence
//	who        name of a principal, or a principal
//	tags       in place of the principal's own
//	action     service:Name
//	level      resource (as it is without), operation or service: how finely
//	           the action can be granted
//	resource   the object, by its six-segment name; "*" unless given
//	names      the object, where it has several names
//	resources  several objects; each must be allowed
//	owner      name of the account that owns them, or "none"
//	assume     true asks about assuming the role that the resource names: then
//	           "policy" is its trust policy
//	identity   list of the policies of the caller, or of the role
//	groups     by the id of a group of the caller: list of its policies
//	boundary   the permissions boundary
//	session    the session policy
//	policy     the policy of the resource, or the trust policy
//	control    list of the organization's levels over the owner, its own first.
//	           A level is a policy, or a list of them by name or file
//	exempt     true lifts the control policies: the caller is of the admin account
//	limit_root true lets them bind the root user of a member too
//	general    false leaves out the rules that bind every user
//	context    facts of the request; see below
//	want       allow, deny, implicit_deny or explicit_deny (in short ok, id and
//	           xd), with the layer in brackets where it matters: deny(boundary)
//	refused    index, from 0, of the object that is refused first
//
// The context has ip, time, mfa (true unless given), bind_token, create_uin,
// resource_tags and request_tags (lists of "key&value"), and values: an object
// of lists, for any other condition key under its full name. The keys
// "qcs:uin" and "qcs:owner_uin" are always those of the caller.
package scenario
