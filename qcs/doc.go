// Package qcs reads and matches six-segment resource names:
//
//	qcs:project:service:region:account:resource
//
// A name is split at its first five colons, so the sixth segment may hold
// colons of its own. There are two readings of the same syntax:
//
//   - a [Resource] is what a request touches. It is literal: a * in it is a
//     character like any other, which is how list calls name "every instance"
//     without being granted every instance. [Any] is the resource of a call
//     that touches no object.
//   - a [Pattern] is what a policy writes. A * matches any run of characters
//     of its own segment; in the sixth it crosses slashes and colons. There is
//     no other wildcard and no implicit prefix match.
//
// Both sides are brought to one spelling before they meet: short region names
// become long ones (gz, ap-guangzhou), service and region are lower-cased.
// What an account segment means depends on who is being evaluated, so matching
// takes a [Scope].
//
// The package also names the objects of the access manager itself ([User],
// [RoleByID], [Policy], ...) and reads such names back ([ParseEntity]).
//
// Everything here is a value; nothing does I/O, and all of it may be used from
// several goroutines.
package qcs
