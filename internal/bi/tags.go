package bi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// maxTagsPerCall is how many tags one call sets at most.
const maxTagsPerCall = 200

// How the values of a tag come about.
const (
	manual = "manual"
	auto   = "auto" // read from a data table, which an engine has
)

// tranDone tells that a change that could have been made later is made.
const tranDone = 2

// Tag is a row of a user tag.
type Tag struct {
	ID       int64
	Name     string
	External bool // another system manages it: its name and values are not changed here
}

const tagColumns = `id, name, external_manage`

func scanTag(r store.Row) (t Tag, err error) {
	err = r.Scan(&t.ID, &t.Name, &t.External)
	return t, err
}

// errNoTag tells functions of this package that there is no such tag.
var errNoTag = errors.New("no such tag")

// findTag finds the tag that a request means: by its id, or without one by its name. The error is errNoTag.
func findTag(ctx context.Context, q store.Queryer, a store.Account, id int64, name string) (Tag, error) {
	if id != 0 {
		return store.One(ctx, q, scanTag, errNoTag, `SELECT `+tagColumns+` FROM bi_tags WHERE account = $1 AND id = $2`, a, id)
	}
	return store.One(ctx, q, scanTag, errNoTag, `SELECT `+tagColumns+` FROM bi_tags WHERE account = $1 AND name = $2`, a, strings.TrimSpace(name))
}

// tagOf is findTag for a tag that must be there; where is the parameter that names it, with its dot.
func tagOf(ctx context.Context, q store.Queryer, a store.Account, where string, id *int64, name *string) (Tag, error) {
	t, err := findTag(ctx, q, a, value(id), value(name))
	if errors.Is(err, errNoTag) {
		if value(id) != 0 {
			return t, invalid(where+"Id", *id)
		}
		return t, invalid(where+"Name", value(name))
	}
	return t, err
}

// check refuses what a tag cannot be called, and the name of another one.
func (t *Tag) check(ctx context.Context, q store.Queryer, a store.Account) error {
	if n := utf8.RuneCountInString(t.Name); n < 1 || n > 64 {
		return invalid("Name", t.Name)
	}
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM bi_tags WHERE account = $1 AND name = $2 AND id <> $3`, a, t.Name, t.ID)
	if err == nil && n > 0 {
		err = conflict("A tag of this name is there already.")
	}
	return err
}

// CreateCorpTag makes a user tag, whose values are set by hand.
func (p *Product) CreateCorpTag(ctx context.Context, c *call.Call, in *bi20220105.CreateCorpTagRequest) (*bi20220105.CreateCorpTagResponse, error) {
	if value(in.Name) == "" {
		return nil, missing("Name")
	}
	t := Tag{Name: strings.TrimSpace(*in.Name)}
	out := &bi20220105.CreateCorpTagResponse{Msg: success}
	return out, p.write(ctx, c, need{right: writePermissions}, func(tx *store.Tx, who *caller) error {
		if err := t.check(ctx, tx, c.Account()); err != nil {
			return err
		}
		n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_tags WHERE account = $1`, c.Account())
		if err != nil {
			return err
		}
		if err := p.exceeded(account.BITags, n+1); err != nil {
			return err
		}
		if t.ID, err = nextID(ctx, tx); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO bi_tags (id, account, name, created_by, created_at, updated_by, updated_at) VALUES ($1, $2, $3, $4, $5, $4, $5)`,
			t.ID, c.Account(), t.Name, who.by, c.At.UnixMilli())
		if err != nil {
			return fmt.Errorf("make tag: %w", err)
		}
		out.Data.Id = t.ID
		return nil
	})
}

// EditCorpTag renames a tag, at once: asked for a later change too, it answers that the change is made. Values that are
// read from a data table are UnsupportedOperation.
func (p *Product) EditCorpTag(ctx context.Context, c *call.Call, in *bi20220105.EditCorpTagRequest) (*bi20220105.EditCorpTagResponse, error) {
	if in.Id == nil {
		return nil, missing("Id")
	}
	out := &bi20220105.EditCorpTagResponse{Msg: success}
	return out, p.write(ctx, c, need{right: writePermissions}, func(tx *store.Tx, who *caller) error {
		t, err := findTag(ctx, tx, c.Account(), *in.Id, "")
		if errors.Is(err, errNoTag) {
			return invalid("Id", *in.Id)
		}
		if err != nil {
			return err
		}
		switch strings.ToLower(value(in.ImportType)) {
		case "", manual:
		case auto:
			return fault.New(code.UnsupportedOperation, c.Action).WithDetail("hufu has no data tables that tags could be filled from.")
		default:
			return invalid("ImportType", *in.ImportType)
		}
		take(&t.Name, new(strings.TrimSpace(value(in.Name))))
		if err := t.check(ctx, tx, c.Account()); err != nil {
			return err
		}
		if t.External {
			return errExternalTag
		}
		_, err = tx.ExecContext(ctx, `UPDATE bi_tags SET name = $3, import_type = $4, updated_by = $5, updated_at = $6 WHERE account = $1 AND id = $2`,
			c.Account(), t.ID, t.Name, manual, who.by, c.At.UnixMilli())
		out.Data = bi20220105.EditTagVO{TranId: value(in.TranId), TranStatus: tranDone, Id: t.ID}
		return err
	})
}

// errExternalTag is the answer to changes of a tag that another system manages.
var errExternalTag = conflict("Another system manages this tag.")

// ModifyUserTag sets the values that a user has of the tags that are named, each by its id or its name; of other tags they
// stay. "" takes the value away.
func (p *Product) ModifyUserTag(ctx context.Context, c *call.Call, in *bi20220105.ModifyUserTagRequest) (*bi20220105.ModifyUserTagResponse, error) {
	switch {
	case value(in.UserId) == "":
		return nil, missing("UserId")
	case len(in.TagList) == 0:
		return nil, missing("TagList")
	}
	for i, t := range in.TagList {
		switch where := fmt.Sprintf("TagList.%d.", i); {
		case value(t.Id) == 0 && value(t.Name) == "":
			return nil, missing(where + "Id")
		case t.Value == nil:
			return nil, missing(where + "Value")
		}
	}
	return &bi20220105.ModifyUserTagResponse{Msg: success}, p.write(ctx, c, need{right: writePermissions}, func(tx *store.Tx, _ *caller) error {
		if err := checkLength("tags", len(in.TagList), maxTagsPerCall); err != nil {
			return err
		}
		var tags []Tag
		for i, t := range in.TagList {
			found, err := tagOf(ctx, tx, c.Account(), fmt.Sprintf("TagList.%d.", i), t.Id, t.Name)
			if err != nil {
				return err
			}
			tags = append(tags, found)
		}
		u, err := userByID(ctx, tx, c.Account(), *in.UserId)
		if err != nil {
			return err
		}
		for i, t := range in.TagList {
			if utf8.RuneCountInString(*t.Value) > 255 {
				return invalid(fmt.Sprintf("TagList.%d.Value", i), *t.Value)
			}
		}
		if slices.ContainsFunc(tags, func(t Tag) bool { return t.External }) {
			return errExternalTag
		}
		for i, t := range tags {
			if err := setTag(ctx, tx, c.Account(), u.ID, t.ID, *in.TagList[i].Value); err != nil {
				return err
			}
		}
		return nil
	})
}

func setTag(ctx context.Context, tx *store.Tx, a store.Account, user, tag int64, to string) error {
	var err error
	if to == "" {
		_, err = tx.ExecContext(ctx, `DELETE FROM bi_tag_values WHERE account = $1 AND bi_user = $2 AND tag = $3`, a, user, tag)
	} else {
		_, err = tx.ExecContext(ctx, `INSERT INTO bi_tag_values (account, bi_user, tag, value) VALUES ($1, $2, $3, $4)
			ON CONFLICT (account, bi_user, tag) DO UPDATE SET value = excluded.value`, a, user, tag, to)
	}
	if err != nil {
		return fmt.Errorf("set tag: %w", err)
	}
	return nil
}

// checkTagFilter refuses elements of a filter that name no tag.
func checkTagFilter(filter []bi20220105.ResourceTagValue) error {
	for i, t := range filter {
		if value(t.Id) == 0 && value(t.Name) == "" {
			return missing(fmt.Sprintf("TagValueList.%d.Id", i))
		}
	}
	return checkLength("tags", len(filter), maxTagsPerCall)
}

// taggedUsers makes the test of users that a filter asks for: of each tag one of the values, or without values any. Nobody
// has a tag that is not there.
func taggedUsers(ctx context.Context, q store.Queryer, a store.Account, filter []bi20220105.ResourceTagValue) (func(user int64) bool, error) {
	var with []map[int64]bool
	for _, t := range filter {
		having := map[int64]bool{}
		with = append(with, having)
		tag, err := findTag(ctx, q, a, value(t.Id), value(t.Name))
		if errors.Is(err, errNoTag) {
			continue
		}
		if err != nil {
			return nil, err
		}
		type line struct {
			user  int64
			value string
		}
		lines, err := store.Collect(ctx, q, func(r store.Row) (l line, err error) {
			err = r.Scan(&l.user, &l.value)
			return l, err
		}, `SELECT bi_user, value FROM bi_tag_values WHERE account = $1 AND tag = $2`, a, tag.ID)
		if err != nil {
			return nil, fmt.Errorf("read tag values: %w", err)
		}
		for _, l := range lines {
			having[l.user] = len(t.Values) == 0 || slices.Contains(t.Values, l.value)
		}
	}
	return func(user int64) bool {
		return !slices.ContainsFunc(with, func(having map[int64]bool) bool { return !having[user] })
	}, nil
}
