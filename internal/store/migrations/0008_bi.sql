-- +goose Up
-- The users, roles, projects and tokens of business intelligence. Every row is of one account, and so of its one corp.
-- bi_user columns hold bi_users.id; user columns that only tell who did something hold texts, since those people may go.

CREATE TABLE bi_corps (
    account    BIGINT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

-- user_id is how the one who added the user spelt it, uin or name: it is printed so ever after. Profile members that
-- are '' fall back to the directory. status is what an administrator of BI says; the directory may say less.
CREATE TABLE bi_users (
    id                    BIGINT PRIMARY KEY,
    account               BIGINT NOT NULL,
    uin                   BIGINT NOT NULL,
    user_id               TEXT NOT NULL,
    user_name             TEXT NOT NULL DEFAULT '',
    email                 TEXT NOT NULL DEFAULT '',
    phone                 TEXT NOT NULL DEFAULT '',
    area_code             TEXT NOT NULL DEFAULT '',
    app_user_id           TEXT NOT NULL DEFAULT '',
    app_user_name         TEXT NOT NULL DEFAULT '',
    lark_open_id          TEXT NOT NULL DEFAULT '',
    status                SMALLINT NOT NULL DEFAULT 1,
    login_security_status SMALLINT NOT NULL DEFAULT 0,
    reset_password_tip    SMALLINT NOT NULL DEFAULT 0,
    force_reset_password  SMALLINT NOT NULL DEFAULT 0,
    password_expired      SMALLINT NOT NULL DEFAULT 90,
    created_by            TEXT NOT NULL,
    created_at            BIGINT NOT NULL,
    updated_by            TEXT NOT NULL,
    updated_at            BIGINT NOT NULL,
    UNIQUE (account, uin)
);
CREATE UNIQUE INDEX bi_users_by_app ON bi_users (account, app_user_id) WHERE app_user_id <> '';
CREATE INDEX bi_users_by_age ON bi_users (account, created_at, id);

-- project 0: a role of the whole enterprise.
CREATE TABLE bi_roles (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL,
    project    BIGINT NOT NULL,
    code       TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (account, project, code)
);

-- via: 1 granted by the actions on the enterprise's users, 2 by those on a project's. One never takes away what the
-- other gave. project is that of the role.
CREATE TABLE bi_grants (
    account    BIGINT NOT NULL,
    bi_user    BIGINT NOT NULL,
    role       BIGINT NOT NULL,
    via        SMALLINT NOT NULL,
    project    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, bi_user, role, via)
);
CREATE INDEX bi_grants_by_project ON bi_grants (account, project, bi_user);
CREATE INDEX bi_grants_by_role ON bi_grants (account, role);

CREATE TABLE bi_projects (
    id              BIGINT PRIMARY KEY,
    account         BIGINT NOT NULL,
    name            TEXT NOT NULL,
    color_code      TEXT NOT NULL,
    logo            TEXT NOT NULL DEFAULT '',
    mark            TEXT NOT NULL DEFAULT '',
    is_apply        SMALLINT NOT NULL DEFAULT 0,
    default_panel   SMALLINT NOT NULL DEFAULT 1,
    manage_platform TEXT NOT NULL DEFAULT '',
    seed            TEXT NOT NULL,
    panel_scope     TEXT NOT NULL DEFAULT '',
    owner           BIGINT NOT NULL,
    created_by      TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_by      TEXT NOT NULL,
    updated_at      BIGINT NOT NULL,
    UNIQUE (account, name)
);

-- parent is -1 at the top; admin 0 for nobody; location counts from 1 among siblings.
CREATE TABLE bi_groups (
    id          BIGINT PRIMARY KEY,
    account     BIGINT NOT NULL,
    parent      BIGINT NOT NULL,
    name        TEXT NOT NULL,
    is_default  SMALLINT NOT NULL DEFAULT 0,
    admin       BIGINT NOT NULL DEFAULT 0,
    description TEXT NOT NULL DEFAULT '',
    location    BIGINT NOT NULL,
    created_by  TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_by  TEXT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (account, parent, name)
);

CREATE TABLE bi_group_members (
    account    BIGINT NOT NULL,
    group_id   BIGINT NOT NULL,
    bi_user    BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, group_id, bi_user)
);
CREATE INDEX bi_group_members_by_user ON bi_group_members (account, bi_user);

CREATE TABLE bi_tags (
    id              BIGINT PRIMARY KEY,
    account         BIGINT NOT NULL,
    name            TEXT NOT NULL,
    import_type     TEXT NOT NULL DEFAULT 'manual',
    external_manage SMALLINT NOT NULL DEFAULT 0,
    manage_platform TEXT NOT NULL DEFAULT '',
    created_by      TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_by      TEXT NOT NULL,
    updated_at      BIGINT NOT NULL,
    UNIQUE (account, name)
);

CREATE TABLE bi_tag_values (
    account BIGINT NOT NULL,
    bi_user BIGINT NOT NULL,
    tag     BIGINT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (account, bi_user, tag)
);
CREATE INDEX bi_tag_values_by_tag ON bi_tag_values (account, tag, value);

-- Rules for rows and columns of a table, which only the engine knows. role is 0 for all others; configs is the JSON
-- list of the rules for tag values, '' for none.
CREATE TABLE bi_ranks (
    account    BIGINT NOT NULL,
    project    BIGINT NOT NULL,
    table_id   BIGINT NOT NULL,
    type       TEXT NOT NULL,
    role_type  TEXT NOT NULL,
    role       BIGINT NOT NULL,
    mode       TEXT NOT NULL,
    ruler_info TEXT NOT NULL DEFAULT '',
    configs    TEXT NOT NULL DEFAULT '',
    open       SMALLINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account, project, table_id, type, role_type, role)
);

-- Rights on pages, which only the engine knows. holder_kind: 1 a user, 2 a group. value: 0 not given, 1 given, 2 given to
-- a group and all below it.
CREATE TABLE bi_page_rights (
    account       BIGINT NOT NULL,
    project       BIGINT NOT NULL,
    resource_type TEXT NOT NULL,
    entity        BIGINT NOT NULL,
    holder_kind   SMALLINT NOT NULL,
    holder        BIGINT NOT NULL,
    name          TEXT NOT NULL,
    value         SMALLINT NOT NULL,
    updated_by    TEXT NOT NULL,
    updated_at    BIGINT NOT NULL,
    PRIMARY KEY (account, project, resource_type, entity, holder_kind, holder, name)
);
CREATE INDEX bi_page_rights_by_holder ON bi_page_rights (account, holder_kind, holder);

-- The answers of this API print keys in full for ever, so they are sealed; lookup is the SHA-256 of the key, whose 128 bits are random.
CREATE TABLE bi_api_keys (
    id         BIGINT PRIMARY KEY,
    account    BIGINT NOT NULL,
    lookup     BYTEA NOT NULL UNIQUE,
    sealed     BYTEA NOT NULL,
    bi_user    BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX bi_api_keys_by_account ON bi_api_keys (account, id);
CREATE INDEX bi_api_keys_by_user ON bi_api_keys (account, bi_user);

-- page is 0 for a panel or a project; bi_user 0 where the token is of nobody; ticket_num 0 without a limit.
CREATE TABLE bi_embeds (
    id           BIGINT PRIMARY KEY,
    account      BIGINT NOT NULL,
    project      BIGINT NOT NULL,
    page         BIGINT NOT NULL,
    scope        TEXT NOT NULL,
    intention    TEXT NOT NULL,
    token_type   SMALLINT NOT NULL,
    token_num    BIGINT NOT NULL,
    expire_time  BIGINT NOT NULL,
    ticket_num   BIGINT NOT NULL,
    bi_user      BIGINT NOT NULL,
    user_id      TEXT NOT NULL,
    extra_param  TEXT NOT NULL DEFAULT '',
    global_param TEXT NOT NULL DEFAULT '',
    config_param TEXT NOT NULL DEFAULT '',
    created_by   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_by   TEXT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE INDEX bi_embeds_by_place ON bi_embeds (account, project, scope, page);
CREATE INDEX bi_embeds_by_user ON bi_embeds (account, bi_user);

-- One row a token, under its SHA-256. remaining is -1 without a limit; last_at is the end that no renewal passes.
CREATE TABLE bi_embed_tokens (
    hash       BYTEA PRIMARY KEY,
    account    BIGINT NOT NULL,
    embed      BIGINT NOT NULL,
    remaining  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_at    BIGINT NOT NULL
);
CREATE INDEX bi_embed_tokens_by_embed ON bi_embed_tokens (account, embed);
CREATE INDEX bi_embed_tokens_by_expiry ON bi_embed_tokens (expires_at);

-- kind: 1 reached by host and port, 2 a cloud database. operation_auth_limit is a JSON list; password is sealed.
CREATE TABLE bi_datasources (
    id                        BIGINT PRIMARY KEY,
    account                   BIGINT NOT NULL,
    project                   BIGINT NOT NULL,
    kind                      SMALLINT NOT NULL,
    name                      TEXT NOT NULL,
    service_type              TEXT NOT NULL,
    db_type                   TEXT NOT NULL,
    charset                   TEXT NOT NULL,
    host                      TEXT NOT NULL DEFAULT '',
    port                      BIGINT NOT NULL DEFAULT 0,
    db_user                   TEXT NOT NULL,
    password                  BYTEA NOT NULL,
    db_name                   TEXT NOT NULL,
    catalog                   TEXT NOT NULL DEFAULT '',
    schema_name               TEXT NOT NULL DEFAULT '',
    db_version                TEXT NOT NULL DEFAULT '',
    vip                       TEXT NOT NULL DEFAULT '',
    vport                     TEXT NOT NULL DEFAULT '',
    use_vpc                   SMALLINT NOT NULL DEFAULT 0,
    vpc_id                    TEXT NOT NULL DEFAULT '',
    uniq_vpc_id               TEXT NOT NULL DEFAULT '',
    region_id                 TEXT NOT NULL DEFAULT '',
    instance_id               TEXT NOT NULL DEFAULT '',
    prod_db_name              TEXT NOT NULL DEFAULT '',
    cluster_id                TEXT NOT NULL DEFAULT '',
    data_origin               TEXT NOT NULL DEFAULT '',
    data_origin_project_id    TEXT NOT NULL DEFAULT '',
    data_origin_datasource_id TEXT NOT NULL DEFAULT '',
    operation_auth_limit      TEXT NOT NULL DEFAULT '',
    extra_param               TEXT NOT NULL DEFAULT '',
    owner                     BIGINT NOT NULL,
    created_by                TEXT NOT NULL,
    created_at                BIGINT NOT NULL,
    updated_by                TEXT NOT NULL,
    updated_at                BIGINT NOT NULL
);
CREATE INDEX bi_datasources_by_project ON bi_datasources (account, project, id);

-- +goose Down
DROP TABLE bi_datasources;
DROP TABLE bi_embed_tokens;
DROP TABLE bi_embeds;
DROP TABLE bi_api_keys;
DROP TABLE bi_page_rights;
DROP TABLE bi_ranks;
DROP TABLE bi_tag_values;
DROP TABLE bi_tags;
DROP TABLE bi_group_members;
DROP TABLE bi_groups;
DROP TABLE bi_projects;
DROP TABLE bi_grants;
DROP TABLE bi_roles;
DROP TABLE bi_users;
DROP TABLE bi_corps;
