-- +goose Up
-- Signatures of component calls that change something: each is good for one request. A row lasts for longer than its
-- signature would be accepted.
CREATE TABLE component_signatures (
    account    BIGINT NOT NULL,
    signature  BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account, signature)
);
CREATE INDEX component_signatures_by_end ON component_signatures (expires_at);

-- +goose Down
DROP TABLE component_signatures;
