-- +goose Up

-- A door that takes a token alone finds the session by the hash that is kept of it.
CREATE INDEX sessions_by_token ON sessions (token_hash);

-- +goose Down

DROP INDEX sessions_by_token;
