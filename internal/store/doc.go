// Package store is the database under hufu: it opens it, brings its schema up
// to date, runs every write through one writer and gives readers a pool of
// their own. It knows no domain: the rooms above it (cam, sts, organization,
// and so on) own their tables and their SQL; only the migration files of all of
// them lie here, in migrations/, because a schema has one order.
//
// # Two engines, one text
//
// The default is SQLite inside the process, in the directory Config.Dir, which
// belongs to one process at a time ([ErrLocked]). With Config.URL it is
// PostgreSQL, and any number of processes share it. Every statement is one text
// that both engines speak. The rules that make that true, each held by a test:
//
//   - Placeholders are $1, $2, ... They are positional on both engines, may be
//     repeated and may come in any order. One that is repeated has one type, and
//     one whose type the statement does not tell needs a CAST.
//   - Column types are BIGINT, SMALLINT, TEXT and BYTEA, nothing else. A BYTEA
//     column takes []byte and a TEXT column takes string: a string written to a
//     BYTEA column would be turned into a number by SQLite if it looks like one.
//   - A flag is a SMALLINT of 0 or 1. A bool argument is turned into that, and it
//     scans into a bool or an integer.
//   - A time is a BIGINT of Unix milliseconds. There is no time zone to get wrong.
//   - An empty BYTEA may come back as nil: test its length, not nil.
//   - Text is valid UTF-8 without NUL: PostgreSQL refuses everything else, and
//     the doors refuse it before it gets here.
//   - Text is compared byte by byte, also by LIKE. To search without case, keep
//     strings.ToLower of the name in a column of its own and write
//     name_lower LIKE $1 ESCAPE '\' with [LikePattern].
//   - ORDER BY takes numbers. The order of text depends on the collation that a
//     PostgreSQL database was made with, and pages of a list must not.
//   - To try whether a row is there, use INSERT ... ON CONFLICT DO NOTHING or read
//     first. A statement that fails ends its call (see [Tx]).
//   - Rows are closed before the next statement of the same transaction: SQLite
//     would allow it, PostgreSQL does not. Outside a transaction too: a goroutine
//     that holds one reader while it asks for a second one can starve itself.
//   - Constraints are not deferred: one that fails at the commit fails every call
//     that shares it.
//   - Identifiers are lower case and unquoted.
//
// Where an engine needs a text of its own it is in sqlite.go or postgres.go, and
// only for this package's own business.
//
// # Writing
//
// [DB.Write] hands a function to the one writer. The writer runs the functions
// that are waiting one after the other in one transaction, each in a savepoint
// of its own, commits once, and only then answers all of them. So a commit's
// fsync is shared by everybody who was waiting for it; a call is atomic by
// itself, whatever its neighbours do; and what was answered is durable.
//
//	Write ─┐                 ┌ SAVEPOINT  fn 1  RELEASE ┐            ┌ changes ─ hooks ─ answer 1
//	Write ─┼─ queue ─ BEGIN ─┼ SAVEPOINT  fn 2  ROLLBACK┼─ COMMIT ───┼ answer 2 (its own error)
//	Write ─┘                 └ SAVEPOINT  fn 3  RELEASE ┘   fsync    └ changes ─ hooks ─ answer 3
//
// On PostgreSQL every group first takes one advisory lock. "One writer" is
// therefore true across replicas, and a rule of the kind "look, then insert"
// (quotas, unique names) needs no further thought on either engine.
//
// # Reading
//
// [DB.Read] never waits for the writer: SQLite runs in WAL mode and PostgreSQL
// has versions. It sees everything that was answered before.
//
// # Changes
//
// Caches above the store learn what to forget from [Tx.Changed] and
// [DB.Subscribe]: on the node that wrote before its Write returns, on every other
// node within a second.
package store
