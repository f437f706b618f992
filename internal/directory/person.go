package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

// Profile is what is known of a person, and what whoever manages persons may change. A text is "" where there is none. The
// doors check lengths and syntax, each by its own rules; the directory checks what must be unique in the account.
type Profile struct {
	Login      string // unique without regard to case
	Name       string
	FirstName  string
	MiddleName string
	LastName   string
	Mobile     string // "+86-15204130007", see ParseMobile; unique
	Email      string // unique without regard to case
	EmployeeID string // unique
	ExternalID string // unique: the person's id where it was imported from
	Grade      int64
	// Attributes are the predefined attributes by their names, such as attr_city; Extension those that the account defined.
	Attributes map[string]string
	Extension  map[string]string
}

// Person is one human.
type Person struct {
	ID string
	Profile
	PasswordHash      string // "" = none yet
	MustModify        bool   // the password has to be changed at the next login
	PasswordChanged   time.Time
	LockedUntil       time.Time // after failed logins; zero = not locked
	Disabled          bool      // by an administrator
	EIAMDisabled      bool      // by EIAM
	LastLoginIP       string
	LastLogin         time.Time
	Created, Modified time.Time
}

// Enabled reports whether the person may act at all.
func (p *Person) Enabled() bool { return !p.Disabled && !p.EIAMDisabled }

// Locked reports whether failed logins keep the person out at that time.
func (p *Person) Locked(at time.Time) bool { return at.Before(p.LockedUntil) }

// What the functions on persons answer, for each door to put in its own terms.
var (
	ErrNotFound        = errors.New("no such person")
	ErrLoginTaken      = errors.New("another person has this login")
	ErrMobileTaken     = errors.New("another person has this mobile")
	ErrEmailTaken      = errors.New("another person has this email")
	ErrEmployeeIDTaken = errors.New("another person has this employee id")
	ErrExternalIDTaken = errors.New("another person has this external id")
)

const personColumns = `p.id, p.login, p.name, p.first_name, p.middle_name, p.last_name, p.mobile, p.email, p.employee_id, p.external_id,
	p.attributes, p.extension, p.grade, p.password, p.pwd_must_modify, p.pwd_change_at, p.locked_until, p.disabled, p.eiam_disabled,
	p.last_login_ip, p.last_login_at, p.created_at, p.updated_at`

func scanPerson(r store.Row) (*Person, error) {
	var p Person
	var attributes, extension string
	var changed, locked, login, created, updated moment
	err := r.Scan(&p.ID, &p.Login, &p.Name, &p.FirstName, &p.MiddleName, &p.LastName, &p.Mobile, &p.Email, &p.EmployeeID, &p.ExternalID,
		&attributes, &extension, &p.Grade, &p.PasswordHash, &p.MustModify, &changed, &locked, &p.Disabled, &p.EIAMDisabled,
		&p.LastLoginIP, &login, &created, &updated)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(json.Unmarshal([]byte(attributes), &p.Attributes), json.Unmarshal([]byte(extension), &p.Extension)); err != nil {
		return nil, fmt.Errorf("read attributes of %s: %w", p.ID, err)
	}
	p.PasswordChanged, p.LockedUntil, p.LastLogin = time.Time(changed), time.Time(locked), time.Time(login)
	p.Created, p.Modified = time.Time(created), time.Time(updated)
	return &p, nil
}

// moment reads unix milliseconds, NULL as the zero time.
type moment time.Time

// Scan implements sql.Scanner.
func (m *moment) Scan(v any) error {
	switch ms := v.(type) {
	case nil:
		*m = moment{}
	case int64:
		*m = moment(time.UnixMilli(ms))
	default:
		return fmt.Errorf("%T is no time", v)
	}
	return nil
}

// milliseconds writes a time, the zero time as NULL.
func milliseconds(at time.Time) *int64 {
	if at.IsZero() {
		return nil
	}
	return new(at.UnixMilli())
}

// Create makes an enabled person and answers it with its id. hash is that of its password, "" for none. One of the
// Err...Taken where another person of the account has a member that must be unique.
func Create(ctx context.Context, tx *store.Tx, a store.Account, in Profile, hash string, mustModify bool, at time.Time) (*Person, error) {
	if err := unique(ctx, tx, a, "", &Profile{}, &in); err != nil {
		return nil, err
	}
	id, err := NextID(ctx, tx, "persons", a, at)
	if err != nil {
		return nil, err
	}
	attributes, extension, err := in.encode()
	if err != nil {
		return nil, err
	}
	var changed *int64
	if hash != "" {
		changed = milliseconds(at)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO persons (account, id, login, login_key, name, name_key, first_name, middle_name, last_name,
			mobile, mobile_number, email, email_key, employee_id, external_id, attributes, extension, grade,
			password, pwd_must_modify, pwd_change_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $22)`,
		a, id, in.Login, fold(in.Login), in.Name, fold(in.Name), in.FirstName, in.MiddleName, in.LastName,
		in.Mobile, numberOf(in.Mobile), in.Email, fold(in.Email), in.EmployeeID, in.ExternalID, attributes, extension, in.Grade,
		hash, mustModify, changed, at.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("create person: %w", err)
	}
	if err := rememberPassword(ctx, tx, a, id, hash); err != nil {
		return nil, err
	}
	return Get(ctx, tx, a, id)
}

// fold is the form in which texts are equal without regard to case.
func fold(s string) string { return strings.ToLower(s) }

func (p *Profile) encode() (attributes, extension string, err error) {
	one, err1 := json.Marshal(orEmpty(p.Attributes))
	two, err2 := json.Marshal(orEmpty(p.Extension))
	return string(one), string(two), errors.Join(err1, err2)
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// unique refuses a profile of which another person has a member that must be one's own, in the order of the protocol's
// codes. Members that stay as they are need no look.
func unique(ctx context.Context, q store.Queryer, a store.Account, id string, old, in *Profile) error {
	for _, m := range []struct {
		column, was, is string
		taken           error
	}{
		{"login_key", fold(old.Login), fold(in.Login), ErrLoginTaken},
		{"mobile", old.Mobile, in.Mobile, ErrMobileTaken},
		{"email_key", fold(old.Email), fold(in.Email), ErrEmailTaken},
		{"employee_id", old.EmployeeID, in.EmployeeID, ErrEmployeeIDTaken},
		{"external_id", old.ExternalID, in.ExternalID, ErrExternalIDTaken},
	} {
		if m.is == m.was || m.is == "" {
			continue
		}
		var n int
		// That it is not empty repeats the condition of the index, without which every person of the account would be read.
		err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM persons WHERE account = $1 AND `+m.column+` = $2 AND `+m.column+` <> '' AND id <> $3`, a, m.is, id).Scan(&n)
		if err != nil {
			return fmt.Errorf("look whether %s is taken: %w", m.column, err)
		}
		if n > 0 {
			return m.taken
		}
	}
	return nil
}

// Change says what to change of a profile. What is nil stays; "" clears a text. Attributes and Extension are laid over
// those that are there, and "" takes one away.
type Change struct {
	Login, Name, FirstName, MiddleName, LastName, Mobile, Email, EmployeeID, ExternalID *string
	Grade                                                                               *int64
	Attributes, Extension                                                               map[string]string
}

func (c *Change) apply(p *Profile) {
	for _, m := range []struct{ to, from *string }{
		{&p.Login, c.Login}, {&p.Name, c.Name}, {&p.FirstName, c.FirstName}, {&p.MiddleName, c.MiddleName}, {&p.LastName, c.LastName},
		{&p.Mobile, c.Mobile}, {&p.Email, c.Email}, {&p.EmployeeID, c.EmployeeID}, {&p.ExternalID, c.ExternalID},
	} {
		if m.from != nil {
			*m.to = *m.from
		}
	}
	if c.Grade != nil {
		p.Grade = *c.Grade
	}
	p.Attributes, p.Extension = overlaid(p.Attributes, c.Attributes), overlaid(p.Extension, c.Extension)
}

func overlaid(base, over map[string]string) map[string]string {
	all := maps.Clone(orEmpty(base))
	maps.Copy(all, over)
	maps.DeleteFunc(all, func(key, value string) bool {
		_, given := over[key]
		return given && value == ""
	})
	return all
}

// Update changes the members that are given and answers the person as it is then. The time of its last change moves even
// where nothing else does. ErrNotFound, or one of the Err...Taken.
func Update(ctx context.Context, tx *store.Tx, a store.Account, id string, c Change, at time.Time) (*Person, error) {
	p, err := Get(ctx, tx, a, id)
	if err != nil {
		return nil, err
	}
	old := p.Profile
	c.apply(&p.Profile)
	if err := unique(ctx, tx, a, id, &old, &p.Profile); err != nil {
		return nil, err
	}
	attributes, extension, err := p.encode()
	if err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE persons SET login = $3, login_key = $4, name = $5, name_key = $6, first_name = $7, middle_name = $8,
			last_name = $9, mobile = $10, mobile_number = $11, email = $12, email_key = $13, employee_id = $14, external_id = $15,
			attributes = $16, extension = $17, grade = $18, updated_at = $19 WHERE account = $1 AND id = $2`,
		a, id, p.Login, fold(p.Login), p.Name, fold(p.Name), p.FirstName, p.MiddleName,
		p.LastName, p.Mobile, numberOf(p.Mobile), p.Email, fold(p.Email), p.EmployeeID, p.ExternalID,
		attributes, extension, p.Grade, at.UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("update person: %w", err)
	}
	p.Modified = time.UnixMilli(at.UnixMilli())
	return p, nil
}

// Touch moves the time of a person's last change, for what another room keeps of the person. ErrNotFound.
func Touch(ctx context.Context, tx *store.Tx, a store.Account, id string, at time.Time) error {
	return set(ctx, tx, `UPDATE persons SET updated_at = $3 WHERE account = $1 AND id = $2`, a, id, at.UnixMilli())
}

// TouchAll is Touch of all persons whose ids a query of another room answers, however many: in it $1 is the account, and the
// args begin at $3.
func TouchAll(ctx context.Context, tx *store.Tx, a store.Account, within string, at time.Time, args ...any) error {
	_, err := tx.ExecContext(ctx, `UPDATE persons SET updated_at = $2 WHERE account = $1 AND id IN (`+within+`)`, append([]any{a, at.UnixMilli()}, args...)...)
	if err != nil {
		return fmt.Errorf("change persons: %w", err)
	}
	return nil
}

// set runs a statement that changes one person. ErrNotFound where there is none.
func set(ctx context.Context, tx *store.Tx, statement string, args ...any) error {
	r, err := tx.ExecContext(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("change person: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ErrNotFound, err)
	}
	return nil
}

// Dependents is a room that keeps something of persons.
type Dependents interface {
	// PersonDeleted takes away what the room has of a person, in the transaction that deletes it: the person and its links
	// are still there.
	PersonDeleted(ctx context.Context, tx *store.Tx, a store.Account, person string, at time.Time) error
}

// Delete deletes a person, after each room, in this order, has taken away what it has of it. Sub-users that were linked to it are
// linked to nobody. Those of a disabled person keep their links, and stay refused until somebody unlinks them: who deletes
// persons must not thereby undo what an administrator did. ErrNotFound.
func Delete(ctx context.Context, tx *store.Tx, a store.Account, id string, all []Dependents, at time.Time) error {
	p, err := Get(ctx, tx, a, id)
	if err != nil {
		return err
	}
	for _, d := range all {
		if err := d.PersonDeleted(ctx, tx, a, id, at); err != nil {
			return fmt.Errorf("delete person: %w", err)
		}
	}
	if err := changed(ctx, tx, a, id); err != nil {
		return err
	}
	gone := []string{`person_passwords WHERE account = $1 AND person = $2`, `persons WHERE account = $1 AND id = $2`}
	if p.Enabled() {
		gone = append(gone, `person_links WHERE account = $1 AND person = $2`)
	}
	for _, of := range gone {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+of, a, id); err != nil {
			return fmt.Errorf("delete person: %w", err)
		}
	}
	return nil
}
