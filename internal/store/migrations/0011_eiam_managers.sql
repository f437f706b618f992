-- +goose Up
-- Who is whose manager. It is no text of the person's profile, because it goes when the manager goes.
CREATE TABLE eiam_managers (
    account BIGINT NOT NULL,
    person  TEXT NOT NULL,
    manager TEXT NOT NULL,
    PRIMARY KEY (account, person)
);
CREATE INDEX eiam_managers_by_manager ON eiam_managers (account, manager);

-- +goose Down
DROP TABLE eiam_managers;
