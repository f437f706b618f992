// Package policy is the policy language: it parses documents, validates them,
// compiles them and decides.
//
//	text --Check--> *Document --Compile--> *Set --Decide--> Decision
//	                                          \--Explain--> Explanation
//
// # Documents
//
// [Parse] is strict: what two readers could understand differently (repeated
// members, unknown members, half of a surrogate pair) is refused. [Check]
// also validates for a purpose, the [DocumentKind] of its [Rules], and of
// several faults reports the one that the documented order of codes puts
// first. Errors are [*Error] values with the documented [Code].
//
// # Decisions
//
// A [Question] carries everything: the caller, the action, the names of one
// resource, the facts that conditions ask about, and the sets of every layer.
// The layers are read in this order, and each must pass:
//
//	root      the owner's root user is allowed at once
//	control   every level of the organization must allow
//	deny      a matching deny in any layer refuses
//	boundary  must allow, if there is one
//	session   must allow, if there is one
//	grant     identity or resource policy in one account, both across
//	          accounts and for assuming a role; or the resource's policy
//	          for everyone
//
// The order of statements and policies never matters. [Decide] returns a
// value and allocates nothing on the plain path; [Explain] tells what every
// statement said. A call that touches several objects asks about each, see
// [DecideAll].
//
// # What is not here
//
// The package does no I/O and reads no clock: whether a principal exists, what
// time it is and which policies count is for the caller to know. Documents,
// sets and questions are not changed once made; sets may be shared between
// goroutines.
package policy
