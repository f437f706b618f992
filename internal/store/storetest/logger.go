package storetest

import (
	"log/slog"
	"testing"
)

// logger sends the store's log to the test's: it is shown if the test fails.
func logger(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), nil))
}
