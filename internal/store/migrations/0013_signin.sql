-- +goose Up
-- Sign-in to the console. Tokens, codes and devices are kept as hashes; times are unix milliseconds.

-- Somebody's session in the console. Its id stands where the SecretId of a key does: in the audit trail, in revocations and
-- as the parent of what was issued from it. It signs nothing. last_seen is written once a minute at most.
CREATE TABLE console_sessions (
    id         TEXT PRIMARY KEY,
    account    BIGINT NOT NULL,
    uin        BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    method     TEXT NOT NULL,
    mfa        SMALLINT NOT NULL,
    ip         TEXT NOT NULL,
    client     TEXT NOT NULL,
    idle       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX console_sessions_by_user ON console_sessions (account, uin, created_at);
CREATE INDEX console_sessions_by_expiry ON console_sessions (expires_at);

-- A sign-in between two of its steps: the password was right, something else is still to be done. mfa tells that the second
-- factor was proved.
CREATE TABLE signin_tickets (
    token_hash BYTEA PRIMARY KEY,
    account    BIGINT NOT NULL,
    uin        BIGINT NOT NULL,
    method     TEXT NOT NULL,
    mfa        SMALLINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX signin_tickets_by_user ON signin_tickets (account, uin);
CREATE INDEX signin_tickets_by_expiry ON signin_tickets (expires_at);

-- Wrong attempts by what they count against: a hash of who was tried and from where. uin is 0 where there is no such user.
CREATE TABLE signin_failures (
    scope   BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    n       BIGINT NOT NULL,
    kind    SMALLINT NOT NULL,
    account BIGINT NOT NULL,
    uin     BIGINT NOT NULL,
    PRIMARY KEY (scope, at)
);
CREATE INDEX signin_failures_by_user ON signin_failures (account, uin);
CREATE INDEX signin_failures_by_time ON signin_failures (at);

-- Browsers from which a user has signed in before.
CREATE TABLE known_devices (
    account BIGINT NOT NULL,
    uin     BIGINT NOT NULL,
    device  BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (account, uin, device)
);

-- One-time password devices, with their secret sealed. A pending one was begun and has shown no code yet; last_step is the
-- time step of the code that was used last, which is good once.
CREATE TABLE totp_devices (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL,
    uin        BIGINT NOT NULL,
    pending    SMALLINT NOT NULL,
    secret     BYTEA NOT NULL,
    last_step  BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account, uin, pending)
);

CREATE TABLE recovery_codes (
    account BIGINT NOT NULL,
    uin     BIGINT NOT NULL,
    code    BYTEA NOT NULL,
    PRIMARY KEY (account, uin, code)
);

-- Logins by another server that have opened a session, until they could not any more in any case: each opens one.
CREATE TABLE spent_logins (
    login      BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX spent_logins_by_expiry ON spent_logins (expires_at);

-- How logins and sensitive operations of a user are protected: '' or the name of the one method.
CREATE TABLE safe_auth_flags (
    account BIGINT NOT NULL,
    uin     BIGINT NOT NULL,
    login   TEXT NOT NULL,
    action  TEXT NOT NULL,
    PRIMARY KEY (account, uin)
);

CREATE TABLE console_settings (
    account     BIGINT PRIMARY KEY,
    alias       TEXT UNIQUE,
    idle        BIGINT NOT NULL,
    maximum     BIGINT NOT NULL,
    require_mfa SMALLINT NOT NULL,
    updated_at  BIGINT NOT NULL
);

-- Anybody may try to sign in by the name of an account.
CREATE INDEX accounts_by_name ON accounts (name);

-- +goose Down
DROP INDEX accounts_by_name;
DROP TABLE console_settings;
DROP TABLE safe_auth_flags;
DROP TABLE spent_logins;
DROP TABLE recovery_codes;
DROP TABLE totp_devices;
DROP TABLE known_devices;
DROP TABLE signin_failures;
DROP TABLE signin_tickets;
DROP TABLE console_sessions;
