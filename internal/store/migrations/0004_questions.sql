-- +goose Up
-- Who holds a policy is asked a page at a time: the holders of one policy stand in the order of their ids.
DROP INDEX attachments_by_policy;
CREATE INDEX attachments_by_policy ON attachments (account, policy_id, target_kind, target_id);

-- +goose Down
DROP INDEX attachments_by_policy;
CREATE INDEX attachments_by_policy ON attachments (account, policy_id);
