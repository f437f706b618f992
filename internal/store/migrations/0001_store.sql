-- +goose Up

-- Numbers that are given out once and never again; Tx.NextID is the only user.
CREATE TABLE sequences (
    name  TEXT   NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

-- What the nodes of one PostgreSQL database tell each other to forget. The
-- embedded database has one node and leaves this empty.
CREATE TABLE changes (
    seq     BIGINT NOT NULL PRIMARY KEY,
    account BIGINT NOT NULL,
    kind    TEXT   NOT NULL,
    id      TEXT   NOT NULL,
    node    TEXT   NOT NULL,
    at      BIGINT NOT NULL
);

CREATE INDEX changes_at ON changes (at);

-- +goose Down

DROP TABLE changes;
DROP TABLE sequences;
