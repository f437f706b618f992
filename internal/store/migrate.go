package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

// One folder serves both engines as long as both speak its text. The day a
// migration needs two texts it gets two folders, not a translator.
//
//go:embed migrations/*.sql
var migrations embed.FS

// schemaTable holds the versions that were applied.
const schemaTable = "schema_migrations"

// migrate brings the schema up to date. Two nodes that start at once on one
// PostgreSQL database take turns: the caller holds the migration lock.
func migrate(ctx context.Context, dialect goose.Dialect, pool *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("read the embedded migrations: %w", err)
	}
	// No global registry, no standard logger: what one binary links in must not
	// decide what happens to a database.
	p, err := goose.NewProvider(dialect, pool, files,
		goose.WithTableName(schemaTable),
		goose.WithDisableGlobalRegistry(true),
		goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	current, target, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	if current > target {
		return fmt.Errorf("%w of hufu: its schema is at %d, this one knows %d", ErrNewerSchema, current, target)
	}
	if current == target {
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the schema from %d to %d: %w", current, target, err)
	}
	return nil
}
