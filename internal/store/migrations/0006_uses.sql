-- +goose Up
-- When a user or role was last allowed an action, and by which policy, to within an hour. Without an action: when a policy
-- last denied it something.
CREATE TABLE uses (
    account   BIGINT NOT NULL,
    kind      TEXT NOT NULL,
    principal BIGINT NOT NULL,
    service   TEXT NOT NULL,
    action    TEXT NOT NULL,
    policy_id BIGINT NOT NULL,
    used_at   BIGINT NOT NULL,
    PRIMARY KEY (account, kind, principal, service, action, policy_id)
);
CREATE INDEX uses_by_policy ON uses (account, policy_id);
CREATE INDEX uses_by_time ON uses (used_at);

-- +goose Down
DROP TABLE uses;
