package store

// For the tests in store_test.
var (
	PruneChanges  = pruneChanges
	SQLiteAtLeast = func(version string) bool { return sqliteAtLeast(version, sqliteOldest) }
)

const StatementLimit = statementLimit
