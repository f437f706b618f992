-- +goose Up
-- A hash of the request id of a call that was denied: people ask why by it. Other calls have none, since an index of random
-- values costs as much as half a record.
ALTER TABLE audit ADD COLUMN denied BIGINT;
CREATE INDEX audit_by_denial ON audit (account, denied) WHERE denied IS NOT NULL;

-- +goose Down
DROP INDEX audit_by_denial;
ALTER TABLE audit DROP COLUMN denied;
