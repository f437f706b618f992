-- +goose Up
-- Employee identity: tenants, their organizations, their applications and the accounts that persons have in these. Persons
-- themselves are in the directory (persons). Ids are texts of the protocol's own form. A text is '' where there is none, a
-- person NULL where there is none; *_key columns hold the form in which a name is unique without regard to case; extension
-- is a JSON object of texts.

-- What a root account has set as a tenant; without a row it has the defaults.
CREATE TABLE eiam_tenants (
    account        BIGINT PRIMARY KEY,
    zone           TEXT NOT NULL,
    job_management SMALLINT NOT NULL
);

-- Which tenant a host name means.
CREATE TABLE eiam_hosts (
    host    TEXT PRIMARY KEY,
    account BIGINT NOT NULL
);
CREATE INDEX eiam_hosts_by_account ON eiam_hosts (account);

-- The attributes of a tenant's objects (scope user, org, account, apporg): which built-in ones are mandatory, and those that
-- it has defined (custom) beside them.
CREATE TABLE eiam_attributes (
    account  BIGINT NOT NULL,
    scope    TEXT NOT NULL,
    name     TEXT NOT NULL,
    type     TEXT NOT NULL,
    custom   SMALLINT NOT NULL,
    required SMALLINT NOT NULL,
    PRIMARY KEY (account, scope, name)
);

CREATE TABLE eiam_orgs (
    account    BIGINT NOT NULL,
    id         TEXT NOT NULL,
    code       TEXT NOT NULL,
    parent     TEXT NOT NULL,
    name       TEXT NOT NULL,
    category   TEXT NOT NULL,
    sequence   BIGINT NOT NULL,
    disabled   SMALLINT NOT NULL DEFAULT 0,
    leader     TEXT,
    extension  TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX eiam_orgs_by_code ON eiam_orgs (account, code);
CREATE UNIQUE INDEX eiam_orgs_by_parent ON eiam_orgs (account, parent, name);
CREATE INDEX eiam_orgs_by_leader ON eiam_orgs (account, leader) WHERE leader IS NOT NULL;

-- relation: 1 the person's primary organization, 0 a further one.
CREATE TABLE eiam_person_orgs (
    account  BIGINT NOT NULL,
    person   TEXT NOT NULL,
    org      TEXT NOT NULL,
    relation SMALLINT NOT NULL,
    PRIMARY KEY (account, person, org)
);
CREATE UNIQUE INDEX eiam_person_orgs_primary ON eiam_person_orgs (account, person) WHERE relation = 1;
CREATE INDEX eiam_person_orgs_by_org ON eiam_person_orgs (account, org, person);

-- Groups of persons; an organization that has one cannot be deleted.
CREATE TABLE eiam_groups (
    account BIGINT NOT NULL,
    id      TEXT NOT NULL,
    org     TEXT NOT NULL,
    name    TEXT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE INDEX eiam_groups_by_org ON eiam_groups (account, org);

CREATE TABLE eiam_titles (
    account    BIGINT NOT NULL,
    id         TEXT NOT NULL,
    code       TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX eiam_titles_by_code ON eiam_titles (account, code);

CREATE TABLE eiam_positions (
    account    BIGINT NOT NULL,
    id         TEXT NOT NULL,
    org        TEXT NOT NULL,
    code       TEXT NOT NULL,
    name       TEXT NOT NULL,
    title      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX eiam_positions_by_code ON eiam_positions (account, code);
CREATE INDEX eiam_positions_by_org ON eiam_positions (account, org, id);
CREATE INDEX eiam_positions_by_title ON eiam_positions (account, title) WHERE title <> '';

-- relation: 1 the person's main job, 0 one beside it.
CREATE TABLE eiam_jobs (
    account  BIGINT NOT NULL,
    id       TEXT NOT NULL,
    person   TEXT NOT NULL,
    org      TEXT NOT NULL,
    position TEXT NOT NULL,
    title    TEXT NOT NULL,
    relation SMALLINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX eiam_jobs_main ON eiam_jobs (account, person) WHERE relation = 1;
CREATE INDEX eiam_jobs_by_person ON eiam_jobs (account, person, id);
CREATE INDEX eiam_jobs_by_org ON eiam_jobs (account, org);
CREATE INDEX eiam_jobs_by_position ON eiam_jobs (account, position) WHERE position <> '';
CREATE INDEX eiam_jobs_by_title ON eiam_jobs (account, title) WHERE title <> '';

-- api: the application may use the tenant's API at all.
CREATE TABLE eiam_apps (
    account     BIGINT NOT NULL,
    id          TEXT NOT NULL,
    name        TEXT NOT NULL,
    org_model   SMALLINT NOT NULL,
    role_model  SMALLINT NOT NULL,
    single_role SMALLINT NOT NULL,
    disabled    SMALLINT NOT NULL DEFAULT 0,
    api         SMALLINT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX eiam_apps_by_name ON eiam_apps (account, name);

-- What an application proves itself with; secret is its SHA-256. token_life is in seconds. limited: it may manage the
-- applications in eiam_targets only, which may be none.
CREATE TABLE eiam_clients (
    client_id  TEXT PRIMARY KEY,
    account    BIGINT NOT NULL,
    app        TEXT NOT NULL,
    secret     BYTEA NOT NULL,
    token_life BIGINT NOT NULL,
    limited    SMALLINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX eiam_clients_by_app ON eiam_clients (account, app);

-- The permission codes of a client.
CREATE TABLE eiam_grants (
    account   BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    code      TEXT NOT NULL,
    PRIMARY KEY (account, client_id, code)
);

-- The applications that a limited client may manage.
CREATE TABLE eiam_targets (
    account   BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    app       TEXT NOT NULL,
    PRIMARY KEY (account, client_id, app)
);

-- Bearer tokens by their SHA-256. A token that is revoked has no row.
CREATE TABLE eiam_tokens (
    hash       BYTEA PRIMARY KEY,
    account    BIGINT NOT NULL,
    client_id  TEXT NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX eiam_tokens_by_client ON eiam_tokens (account, client_id);
CREATE INDEX eiam_tokens_by_expiry ON eiam_tokens (expires_at);

-- Accounts in applications: BASIC_ACCOUNT is one person's, ORPHAN_ACCOUNT nobody's, PUBLIC_ACCOUNT shared, with an owner
-- who answers for it. remote_id is the account's id in the application.
CREATE TABLE eiam_accounts (
    account    BIGINT NOT NULL,
    id         TEXT NOT NULL,
    app        TEXT NOT NULL,
    type       TEXT NOT NULL,
    login      TEXT NOT NULL,
    login_key  TEXT NOT NULL,
    name       TEXT NOT NULL,
    person     TEXT,
    owner      TEXT,
    app_org    TEXT NOT NULL,
    disabled   SMALLINT NOT NULL DEFAULT 0,
    remote_id  TEXT NOT NULL DEFAULT '',
    extension  TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account, id),
    CHECK (type IN ('BASIC_ACCOUNT', 'ORPHAN_ACCOUNT', 'PUBLIC_ACCOUNT')),
    CHECK ((type = 'BASIC_ACCOUNT') = (person IS NOT NULL)),
    CHECK (owner IS NULL OR type = 'PUBLIC_ACCOUNT')
);
CREATE UNIQUE INDEX eiam_accounts_by_login ON eiam_accounts (account, app, login_key);
CREATE UNIQUE INDEX eiam_accounts_by_person ON eiam_accounts (account, person, app) WHERE person IS NOT NULL;
CREATE INDEX eiam_accounts_by_app ON eiam_accounts (account, app, id);
CREATE INDEX eiam_accounts_by_owner ON eiam_accounts (account, owner) WHERE owner IS NOT NULL;
CREATE INDEX eiam_accounts_by_org ON eiam_accounts (account, app_org) WHERE app_org <> '';

-- Who uses a public account.
CREATE TABLE eiam_account_users (
    account     BIGINT NOT NULL,
    app_account TEXT NOT NULL,
    person      TEXT NOT NULL,
    bound_at    BIGINT NOT NULL,
    PRIMARY KEY (account, app_account, person)
);
-- All columns of the question, or SQLite takes the primary key and reads the whole account.
CREATE INDEX eiam_account_users_by_person ON eiam_account_users (account, person, app_account);

-- Organizations of an application; virtual are those that its own API has made.
CREATE TABLE eiam_app_orgs (
    account    BIGINT NOT NULL,
    id         TEXT NOT NULL,
    app        TEXT NOT NULL,
    code       TEXT NOT NULL,
    name       TEXT NOT NULL,
    parent     TEXT NOT NULL,
    virtual    SMALLINT NOT NULL,
    disabled   SMALLINT NOT NULL DEFAULT 0,
    extension  TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX eiam_app_orgs_by_code ON eiam_app_orgs (account, app, code);
CREATE INDEX eiam_app_orgs_by_app ON eiam_app_orgs (account, app, id);
CREATE INDEX eiam_app_orgs_by_parent ON eiam_app_orgs (account, parent) WHERE parent <> '';

CREATE TABLE eiam_roles (
    account     BIGINT NOT NULL,
    id          TEXT NOT NULL,
    app         TEXT NOT NULL,
    code        TEXT NOT NULL,
    name        TEXT NOT NULL,
    parent      TEXT NOT NULL DEFAULT '',
    sequence    BIGINT NOT NULL DEFAULT 0,
    description TEXT NOT NULL DEFAULT '',
    disabled    SMALLINT NOT NULL DEFAULT 0,
    remote_id   TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX eiam_roles_by_code ON eiam_roles (account, app, code);
CREATE INDEX eiam_roles_by_app ON eiam_roles (account, app, id);

CREATE TABLE eiam_role_members (
    account     BIGINT NOT NULL,
    role        TEXT NOT NULL,
    app_account TEXT NOT NULL,
    PRIMARY KEY (account, role, app_account)
);
CREATE INDEX eiam_role_members_by_account ON eiam_role_members (account, app_account, role);

-- The permissions of an application, which it enforces itself: two trees, kind func (type MENU or OPERATE) and data (model,
-- the object model that it is about). path has the ids, display_path the names from the top, level their number.
CREATE TABLE eiam_permissions (
    account      BIGINT NOT NULL,
    id           TEXT NOT NULL,
    app          TEXT NOT NULL,
    kind         TEXT NOT NULL,
    parent       TEXT NOT NULL,
    code         TEXT NOT NULL,
    name         TEXT NOT NULL,
    type         TEXT NOT NULL,
    model        TEXT NOT NULL,
    description  TEXT NOT NULL,
    sequence     BIGINT NOT NULL,
    level        BIGINT NOT NULL,
    path         TEXT NOT NULL,
    display_path TEXT NOT NULL,
    remote_id    TEXT NOT NULL,
    extension    TEXT NOT NULL,
    PRIMARY KEY (account, id),
    CHECK (kind IN ('func', 'data'))
);
CREATE UNIQUE INDEX eiam_permissions_by_code ON eiam_permissions (account, app, kind, code);
CREATE INDEX eiam_permissions_by_app ON eiam_permissions (account, app, kind, id);

-- Who has a permission: a role (holder_kind role) or an account (account).
CREATE TABLE eiam_permission_holders (
    account     BIGINT NOT NULL,
    holder_kind TEXT NOT NULL,
    holder      TEXT NOT NULL,
    permission  TEXT NOT NULL,
    PRIMARY KEY (account, holder_kind, holder, permission),
    CHECK (holder_kind IN ('role', 'account'))
);
CREATE INDEX eiam_permission_holders_by_permission ON eiam_permission_holders (account, permission);

-- The log of a tenant's users: records of the actions that audit.UserEvents asks for, in the same words.
CREATE INDEX audit_of_users ON audit (account, id) WHERE action IN ('eiam:ChangePassword', 'eiam:ChangePasswordVerified', 'eiam:CreateUser', 'eiam:DeleteUser', 'eiam:DisableUser', 'eiam:EnableUser', 'eiam:GrantAccount', 'eiam:ResetPassword', 'eiam:UpdateUser', 'hufu:SetPersonStatus');

-- +goose Down
DROP INDEX audit_of_users;
DROP TABLE eiam_permission_holders;
DROP TABLE eiam_permissions;
DROP TABLE eiam_role_members;
DROP TABLE eiam_roles;
DROP TABLE eiam_app_orgs;
DROP TABLE eiam_account_users;
DROP TABLE eiam_accounts;
DROP TABLE eiam_tokens;
DROP TABLE eiam_targets;
DROP TABLE eiam_grants;
DROP TABLE eiam_clients;
DROP TABLE eiam_apps;
DROP TABLE eiam_jobs;
DROP TABLE eiam_positions;
DROP TABLE eiam_titles;
DROP TABLE eiam_groups;
DROP TABLE eiam_person_orgs;
DROP TABLE eiam_orgs;
DROP TABLE eiam_attributes;
DROP TABLE eiam_hosts;
DROP TABLE eiam_tenants;
