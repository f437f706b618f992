-- +goose Up
-- The tokens of an account that are alive are counted whenever it makes one.
CREATE INDEX bi_embed_tokens_by_account ON bi_embed_tokens (account, expires_at);

-- +goose Down
DROP INDEX bi_embed_tokens_by_account;
