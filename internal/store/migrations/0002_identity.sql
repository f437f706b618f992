-- +goose Up
-- Root accounts, and what belongs to them. Every table but the two that find an account (accounts, sessions) carries the
-- owning account first in its key or index; times are unix milliseconds; flags are SMALLINT 0/1; *_key columns hold the
-- folded form of a name that must be unique without regard to ASCII case.

-- What the whole installation knows, such as the value that proves which master key fits.
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE accounts (
    uin        BIGINT PRIMARY KEY,
    appid      BIGINT NOT NULL UNIQUE,
    uid        BIGINT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    verified   SMALLINT NOT NULL,
    suspended  SMALLINT NOT NULL DEFAULT 0,
    password   TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL
);

-- secret is sealed under the master key; the row outlives deletion (status 4) so that no id is ever issued again.
CREATE TABLE access_keys (
    secret_id   TEXT PRIMARY KEY,
    account     BIGINT NOT NULL,
    uin         BIGINT NOT NULL,
    secret      BYTEA NOT NULL,
    status      SMALLINT NOT NULL,
    description TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    last_used   BIGINT
);
CREATE INDEX access_keys_by_owner ON access_keys (account, uin, created_at);

-- number grows with every session and every revocation, in the order of their commits. parent is the permanent key at
-- the root of the session's chain, '' where a federated login is, and parent_account the account of that key, which may
-- be another than the one that the session acts in.
CREATE TABLE sessions (
    secret_id       TEXT PRIMARY KEY,
    account         BIGINT NOT NULL,
    kind            SMALLINT NOT NULL,
    uin             BIGINT NOT NULL,
    role_id         BIGINT NOT NULL,
    name            TEXT NOT NULL,
    secret          BYTEA NOT NULL,
    token_hash      BYTEA NOT NULL,
    policy          TEXT NOT NULL,
    tags            TEXT NOT NULL,
    source_identity TEXT NOT NULL,
    mfa             SMALLINT NOT NULL,
    depth           SMALLINT NOT NULL,
    parent          TEXT NOT NULL,
    parent_account  BIGINT NOT NULL,
    number          BIGINT NOT NULL,
    issued_at       BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- A row ends every session with a number up to upto that hangs on one thing: on a key (kind 'key', id = its SecretId) or
-- on any key of the account (kind 'account', id = ''), where account is that of the key; or on a role of the account
-- (kind 'role', id = the role's id in digits).
CREATE TABLE revocations (
    account BIGINT NOT NULL,
    kind    TEXT NOT NULL,
    id      TEXT NOT NULL,
    upto    BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (account, kind, id)
);
CREATE INDEX revocations_by_time ON revocations (at);

CREATE TABLE users (
    uin             BIGINT PRIMARY KEY,
    account         BIGINT NOT NULL,
    uid             BIGINT NOT NULL UNIQUE,
    kind            SMALLINT NOT NULL,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    remark          TEXT NOT NULL,
    console_login   SMALLINT NOT NULL,
    need_reset      SMALLINT NOT NULL,
    password        TEXT NOT NULL,
    password_at     BIGINT,
    phone           TEXT NOT NULL,
    country_code    TEXT NOT NULL,
    phone_verified  SMALLINT NOT NULL DEFAULT 0,
    email           TEXT NOT NULL,
    email_verified  SMALLINT NOT NULL DEFAULT 0,
    boundary        BIGINT,
    wework_userid   TEXT NOT NULL DEFAULT '',
    last_login_ip   TEXT NOT NULL DEFAULT '',
    last_login_at   BIGINT,
    created_at      BIGINT NOT NULL,
    UNIQUE (account, name_key)
);
CREATE INDEX users_by_account ON users (account, kind, uin);
CREATE INDEX users_by_boundary ON users (account, boundary);

-- One row a user that an unverified root created: the rolling day of its quota. Deleting the user keeps the row.
CREATE TABLE user_creations (
    account    BIGINT NOT NULL,
    uin        BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, uin)
);

CREATE TABLE password_rules (
    account     BIGINT PRIMARY KEY,
    min_length  BIGINT NOT NULL,
    must_contain TEXT NOT NULL,
    expire_days BIGINT NOT NULL,
    reuse_limit BIGINT NOT NULL,
    retry_limit BIGINT NOT NULL,
    expired_login BIGINT NOT NULL,
    modifier    BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);

CREATE TABLE password_history (
    account  BIGINT NOT NULL,
    uin      BIGINT NOT NULL,
    used_at  BIGINT NOT NULL,
    password TEXT NOT NULL
);
CREATE INDEX password_history_by_user ON password_history (account, uin, used_at);

CREATE TABLE user_groups (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    remark     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account, name_key)
);

CREATE TABLE group_members (
    account  BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    uin      BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account, group_id, uin)
);
CREATE INDEX group_members_by_user ON group_members (account, uin);

-- Custom policies. Presets are data of the program; only an account's alias for one is stored.
CREATE TABLE policies (
    id              BIGINT PRIMARY KEY,
    account         BIGINT NOT NULL,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    description     TEXT NOT NULL,
    create_mode     SMALLINT NOT NULL,
    default_version BIGINT NOT NULL,
    last_version    BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    UNIQUE (account, name_key)
);

CREATE TABLE policy_versions (
    account    BIGINT NOT NULL,
    policy_id  BIGINT NOT NULL,
    version    BIGINT NOT NULL,
    document   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, policy_id, version)
);

CREATE TABLE preset_aliases (
    account   BIGINT NOT NULL,
    policy_id BIGINT NOT NULL,
    alias     TEXT NOT NULL,
    PRIMARY KEY (account, policy_id)
);

-- target_kind: 1 user (target_id = uin), 2 group, 3 role.
CREATE TABLE attachments (
    account       BIGINT NOT NULL,
    target_kind   SMALLINT NOT NULL,
    target_id     BIGINT NOT NULL,
    policy_id     BIGINT NOT NULL,
    operator_kind SMALLINT NOT NULL,
    operator_id   BIGINT NOT NULL,
    attached_at   BIGINT NOT NULL,
    PRIMARY KEY (account, target_kind, target_id, policy_id)
);
CREATE INDEX attachments_by_policy ON attachments (account, policy_id);

CREATE TABLE roles (
    id               BIGINT PRIMARY KEY,
    account          BIGINT NOT NULL,
    name             TEXT NOT NULL,
    name_key         TEXT NOT NULL,
    kind             TEXT NOT NULL,
    document         TEXT NOT NULL,
    description      TEXT NOT NULL,
    console_login    SMALLINT NOT NULL,
    session_duration BIGINT NOT NULL,
    boundary         BIGINT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    UNIQUE (account, name_key)
);
CREATE INDEX roles_by_boundary ON roles (account, boundary);

-- object_kind: 1 user, 2 group, 3 role, 4 policy.
CREATE TABLE tags (
    account     BIGINT NOT NULL,
    object_kind SMALLINT NOT NULL,
    object_id   BIGINT NOT NULL,
    tag_key     TEXT NOT NULL,
    tag_value   TEXT NOT NULL,
    PRIMARY KEY (account, object_kind, object_id, tag_key)
);

-- One record a call. id grows with time and is the order and the paging key; two nodes may draw the same one. What is
-- not searched by stands in record, as JSON: a read leaves one too, and every column costs each of them.
CREATE TABLE audit (
    id      BIGINT NOT NULL,
    account BIGINT NOT NULL,
    action  TEXT NOT NULL,
    record  TEXT NOT NULL
);
CREATE INDEX audit_by_account ON audit (account, id);
CREATE INDEX audit_by_time ON audit (id);

-- +goose Down
DROP TABLE audit;
DROP TABLE tags;
DROP TABLE roles;
DROP TABLE attachments;
DROP TABLE preset_aliases;
DROP TABLE policy_versions;
DROP TABLE policies;
DROP TABLE group_members;
DROP TABLE user_groups;
DROP TABLE password_history;
DROP TABLE password_rules;
DROP TABLE user_creations;
DROP TABLE users;
DROP TABLE revocations;
DROP TABLE sessions;
DROP TABLE access_keys;
DROP TABLE accounts;
DROP TABLE settings;
