package signin

import "testing"

// LetIn bounds how often a user is let in within an hour, for one test.
func LetIn(t testing.TB, n int64) {
	before := openedLimit
	openedLimit = n
	t.Cleanup(func() { openedLimit = before })
}
