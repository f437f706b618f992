package eiam

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/hufu-iam/hufu/internal/store"
)

// Attribute is what a tenant has said about an attribute of its objects: that a built-in one is mandatory, or that there is
// a further one, whose values objects carry in their extension.
type Attribute struct {
	Scope    string `json:"scope"`
	Name     string `json:"name"`
	Type     string `json:"type"` // of a custom one; built-in ones are texts
	Custom   bool   `json:"custom"`
	Required bool   `json:"required"`
}

// The scopes of attributes: whose they are.
const (
	ScopeUser    = "user"
	ScopeOrg     = "org"
	ScopeAccount = "account" // of an application
	ScopeAppOrg  = "apporg"
)

var scopes = []string{ScopeUser, ScopeOrg, ScopeAccount, ScopeAppOrg}

// AttributeTypes are what the values of a custom attribute may be. In extensions all of them are texts.
var AttributeTypes = []string{textType, numberType, switchType, multiType}

const (
	textType   = "text"
	numberType = "number"
	switchType = "switch" // true or false
	multiType  = "multi"  // a list of texts
)

// builtIn are the attributes that a tenant may make mandatory. A user always has a user_name.
var builtIn = map[string][]string{
	ScopeUser: {"name", "mobile", "email", "employee_id", "external_id", "first_name", "middle_name", "last_name",
		"attr_city", "attr_nick_name", "attr_area", "attr_gender", "attr_work_place", "attr_identity_type", "attr_identity_number",
		"attr_manager_id", "attr_birthday", "attr_user_type", "attr_hire_date"},
}

// Errors of attributes.
var (
	ErrScope         = errors.New("the scope is none of user, org, account and apporg")
	ErrAttribute     = errors.New("an attribute is a built-in one, or a name of 1 to 50 letters, digits and underscores that begins with a letter")
	ErrAttributeType = errors.New("the type is none of text, number, switch and multi")
)

var attributeName = regexp.MustCompile(`^[A-Za-z][0-9A-Za-z_]{0,49}$`)

// Attributes are what a tenant has said about the attributes of a scope, by name.
func Attributes(ctx context.Context, q store.Queryer, a store.Account, scope string) ([]Attribute, error) {
	rows, err := q.QueryContext(ctx, `SELECT name, type, custom, required FROM eiam_attributes WHERE account = $1 AND scope = $2 ORDER BY name`, a, scope)
	if err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	defer rows.Close()
	all := []Attribute{}
	for rows.Next() {
		x := Attribute{Scope: scope}
		if err := rows.Scan(&x.Name, &x.Type, &x.Custom, &x.Required); err != nil {
			return nil, fmt.Errorf("read attributes: %w", err)
		}
		all = append(all, x)
	}
	return all, rows.Err()
}

// SetAttribute says something about an attribute, in place of what was said before. Whether it is custom follows from its
// name.
func SetAttribute(ctx context.Context, tx *store.Tx, a store.Account, in Attribute) error {
	in.Custom = !slices.Contains(builtIn[in.Scope], in.Name)
	switch {
	case !slices.Contains(scopes, in.Scope):
		return ErrScope
	case !attributeName.MatchString(in.Name) || in.Scope == ScopeUser && in.Name == "user_name":
		return ErrAttribute
	case !slices.Contains(AttributeTypes, in.Type) || !in.Custom && in.Type != textType:
		return ErrAttributeType
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO eiam_attributes (account, scope, name, type, custom, required) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account, scope, name) DO UPDATE SET type = excluded.type, required = excluded.required`, a, in.Scope, in.Name, in.Type, in.Custom, in.Required)
	if err != nil {
		return fmt.Errorf("set attribute: %w", err)
	}
	return nil
}

// RemoveAttribute takes back what was said about an attribute. The values that objects have of a custom one stay in them,
// and are shown, until they are written again.
func RemoveAttribute(ctx context.Context, tx *store.Tx, a store.Account, scope, name string) error {
	r, err := tx.ExecContext(ctx, `DELETE FROM eiam_attributes WHERE account = $1 AND scope = $2 AND name = $3`, a, scope, name)
	if err != nil {
		return fmt.Errorf("remove attribute: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ErrNotFound, err)
	}
	return nil
}
