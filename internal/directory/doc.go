// Package directory knows the humans of an account: one person a human, whichever doors know him. EIAM users are persons;
// sub-users, and through them BI users, are linked to one explicitly, never because names are equal.
//
// A person is disabled by an administrator or by EIAM, each with a flag of its own, and by both at once if it comes to that.
// Disabling writes nothing but the flag: every door asks whether the person is enabled, so that enabling brings back
// exactly what was there before.
//
// Functions on a transaction come first in each file and are for other rooms; the handlers of the service hufu follow.
package directory
