-- +goose Up
-- Orders in which administrators list what an account has: users by their last sign-in, keys by age, and the sessions of
-- a role by their numbers.
CREATE INDEX users_by_login ON users (account, (COALESCE(last_login_at, 0)), uin);
CREATE INDEX access_keys_by_age ON access_keys (account, created_at);
CREATE INDEX sessions_by_role ON sessions (account, role_id, number);

-- +goose Down
DROP INDEX sessions_by_role;
DROP INDEX access_keys_by_age;
DROP INDEX users_by_login;
