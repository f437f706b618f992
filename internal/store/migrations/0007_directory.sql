-- +goose Up
-- One row a human, and which sub-users are his. Text members are '' where there is none; *_key columns hold the form in
-- which a member is unique without regard to case, or is searched by; mobile_number is the mobile without its country
-- code. disabled is the administrator's word, eiam_disabled that of the EIAM door: either one disables the person.
CREATE TABLE persons (
    account         BIGINT NOT NULL,
    id              TEXT NOT NULL,
    login           TEXT NOT NULL,
    login_key       TEXT NOT NULL,
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL,
    first_name      TEXT NOT NULL,
    middle_name     TEXT NOT NULL,
    last_name       TEXT NOT NULL,
    mobile          TEXT NOT NULL,
    mobile_number   TEXT NOT NULL,
    email           TEXT NOT NULL,
    email_key       TEXT NOT NULL,
    employee_id     TEXT NOT NULL,
    external_id     TEXT NOT NULL,
    attributes      TEXT NOT NULL,
    extension       TEXT NOT NULL,
    grade           BIGINT NOT NULL,
    password        TEXT NOT NULL,
    pwd_must_modify SMALLINT NOT NULL,
    pwd_change_at   BIGINT,
    locked_until    BIGINT,
    disabled        SMALLINT NOT NULL DEFAULT 0,
    eiam_disabled   SMALLINT NOT NULL DEFAULT 0,
    last_login_ip   TEXT NOT NULL DEFAULT '',
    last_login_at   BIGINT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (account, id)
);
CREATE UNIQUE INDEX persons_by_login ON persons (account, login_key);
CREATE UNIQUE INDEX persons_by_mobile ON persons (account, mobile) WHERE mobile <> '';
CREATE INDEX persons_by_mobile_number ON persons (account, mobile_number) WHERE mobile_number <> '';
CREATE UNIQUE INDEX persons_by_email ON persons (account, email_key) WHERE email_key <> '';
CREATE UNIQUE INDEX persons_by_employee_id ON persons (account, employee_id) WHERE employee_id <> '';
CREATE UNIQUE INDEX persons_by_external_id ON persons (account, external_id) WHERE external_id <> '';
CREATE INDEX persons_by_update ON persons (account, updated_at);

-- A sub-user belongs to at most one person.
CREATE TABLE person_links (
    account   BIGINT NOT NULL,
    uin       BIGINT NOT NULL,
    person    TEXT NOT NULL,
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (account, uin)
);
CREATE INDEX person_links_by_person ON person_links (account, person, uin);

-- The last passwords of a person, which a new one must not repeat. number is their order.
CREATE TABLE person_passwords (
    account  BIGINT NOT NULL,
    person   TEXT NOT NULL,
    number   BIGINT NOT NULL,
    password TEXT NOT NULL,
    PRIMARY KEY (account, person, number)
);

-- +goose Down
DROP TABLE person_passwords;
DROP TABLE person_links;
DROP TABLE persons;
