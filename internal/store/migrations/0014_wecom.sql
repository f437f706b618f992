-- +goose Up
-- Enterprises of WeCom that accounts are linked to. secret holds the sealed credentials (application secret, callback
-- token and key; none of them once it is unlinked); callback is the unguessable part of the address that WeCom calls.
-- state is linked, scope_changed or unlinked; cause tells why it is not as it should be; scope is the visibility scope as
-- JSON. generation names the picture of the directory that is shown, and grows with every complete reading. sync_at is
-- when the directory is to be read next, sync_lease until when a node is reading it, sync_seen how many members it has
-- read; sync_found is drawn for the picture in the making. token_lease is until when a node is fetching an access token.
CREATE TABLE wecom_corps (
    id           BIGINT PRIMARY KEY,
    account      BIGINT NOT NULL,
    corp_id      TEXT NOT NULL,
    agent_id     BIGINT NOT NULL,
    name         TEXT NOT NULL,
    app_name     TEXT NOT NULL,
    secret       BYTEA NOT NULL,
    callback     TEXT NOT NULL UNIQUE,
    has_callback SMALLINT NOT NULL,
    state        TEXT NOT NULL,
    cause        TEXT NOT NULL,
    scope        TEXT NOT NULL,
    generation   BIGINT NOT NULL,
    members      BIGINT NOT NULL,
    linked_at    BIGINT NOT NULL,
    synced_at    BIGINT,
    sync_at      BIGINT NOT NULL,
    sync_lease   BIGINT NOT NULL,
    sync_found   BIGINT NOT NULL,
    sync_seen    BIGINT NOT NULL,
    token_lease  BIGINT NOT NULL,
    UNIQUE (account, corp_id)
);
CREATE INDEX wecom_corps_by_sync ON wecom_corps (sync_at);

-- The access token of an enterprise's application, shared by all nodes, sealed. id is that of the enterprise.
CREATE TABLE wecom_tokens (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL,
    token      BYTEA NOT NULL,
    fetched_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- The directory inside the visibility scope, as it was read: corp is the id of the enterprise, generation the picture.
-- parent is 0 for what the scope begins with; number is a member's place in the picture, sorting the order of
-- departments; search is what keywords are looked for in.
CREATE TABLE wecom_departments (
    account    BIGINT NOT NULL,
    corp       BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    id         BIGINT NOT NULL,
    parent     BIGINT NOT NULL,
    name       TEXT NOT NULL,
    sorting    BIGINT NOT NULL,
    members    BIGINT NOT NULL,
    PRIMARY KEY (account, corp, generation, id)
);
CREATE INDEX wecom_departments_by_parent ON wecom_departments (account, corp, generation, parent);

CREATE TABLE wecom_members (
    account    BIGINT NOT NULL,
    corp       BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    userid     TEXT NOT NULL,
    userid_key TEXT NOT NULL,
    name       TEXT NOT NULL,
    search     TEXT NOT NULL,
    title      TEXT NOT NULL,
    phone      TEXT NOT NULL,
    email      TEXT NOT NULL,
    status     SMALLINT NOT NULL,
    PRIMARY KEY (account, corp, generation, number)
);
CREATE UNIQUE INDEX wecom_members_by_userid ON wecom_members (account, corp, generation, userid_key);

CREATE TABLE wecom_placements (
    account    BIGINT NOT NULL,
    corp       BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    department BIGINT NOT NULL,
    number     BIGINT NOT NULL,
    PRIMARY KEY (account, corp, generation, department, number)
);
CREATE INDEX wecom_placements_by_member ON wecom_placements (account, corp, generation, number);

-- Which member a sub-user is. state is Active, Departed, Hidden, WeComDisabled, NotActivated or Unlinked; checked_at is
-- when WeCom was last asked. userid_key is the userid in the form in which it is unique, without case.
CREATE TABLE wecom_users (
    account    BIGINT NOT NULL,
    uin        BIGINT NOT NULL,
    corp       BIGINT NOT NULL,
    corp_id    TEXT NOT NULL,
    userid     TEXT NOT NULL,
    userid_key TEXT NOT NULL,
    state      TEXT NOT NULL,
    state_at   BIGINT NOT NULL,
    checked_at BIGINT NOT NULL,
    PRIMARY KEY (account, uin)
);
CREATE UNIQUE INDEX wecom_users_by_userid ON wecom_users (account, corp, userid_key);
CREATE INDEX wecom_users_by_check ON wecom_users (corp, checked_at);

-- The person that was made for a member. It outlives the sub-user, so that a member who is imported again is the same person.
CREATE TABLE wecom_persons (
    account    BIGINT NOT NULL,
    corp       BIGINT NOT NULL,
    userid_key TEXT NOT NULL,
    person     TEXT NOT NULL,
    PRIMARY KEY (account, corp, userid_key)
);

-- What WeCom told by callbacks. A row stays after it was dealt with (done), so that the same event is not taken twice.
CREATE TABLE wecom_events (
    id          BIGINT PRIMARY KEY,
    account     BIGINT NOT NULL,
    corp        BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    change_type TEXT NOT NULL,
    userid      TEXT NOT NULL,
    new_userid  TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    done        SMALLINT NOT NULL,
    UNIQUE (corp, fingerprint)
);
CREATE INDEX wecom_events_by_due ON wecom_events (done, due_at);

-- Imports of members as sub-users. hash is that of the parameters, key_id the credential of whoever asked for it and ip the
-- address he called from; state is running, done or interrupted; lease is until when a node works on it.
CREATE TABLE wecom_imports (
    account         BIGINT NOT NULL,
    id              TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    hash            TEXT NOT NULL,
    corp            BIGINT NOT NULL,
    group_ids       TEXT NOT NULL,
    copy_from       TEXT NOT NULL,
    policy_ids      TEXT NOT NULL,
    key_id          TEXT NOT NULL,
    ip              TEXT NOT NULL,
    state           TEXT NOT NULL,
    lease           BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (account, id),
    UNIQUE (account, idempotency_key)
);
CREATE INDEX wecom_imports_by_lease ON wecom_imports (state, lease);

-- The members of an import. outcome is '' until there is one: created, already_imported, out_of_scope or an error code.
CREATE TABLE wecom_import_members (
    account      BIGINT NOT NULL,
    import_id    TEXT NOT NULL,
    number       BIGINT NOT NULL,
    userid       TEXT NOT NULL,
    name         TEXT NOT NULL,
    remark       TEXT NOT NULL,
    phone        TEXT NOT NULL,
    country_code TEXT NOT NULL,
    email        TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    uin          BIGINT NOT NULL,
    PRIMARY KEY (account, import_id, number)
);

-- +goose Down
DROP TABLE wecom_import_members;
DROP TABLE wecom_imports;
DROP TABLE wecom_events;
DROP TABLE wecom_persons;
DROP TABLE wecom_users;
DROP TABLE wecom_placements;
DROP TABLE wecom_members;
DROP TABLE wecom_departments;
DROP TABLE wecom_tokens;
DROP TABLE wecom_corps;
