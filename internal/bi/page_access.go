package bi

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// Allowed is the answer to an engine that shows a page.
type Allowed bool

// AppendJSON prints the answer.
func (a Allowed) AppendJSON(b []byte) []byte {
	return append(wire.AppendBool(append(b, `{"allowed":`...), bool(a)), '}')
}

// PageAllowed answers an engine of the caller's enterprise. Ids that are none are those of nothing.
func (p *Product) PageAllowed(ctx context.Context, c *call.Call, userID, project, page, right string) (Allowed, error) {
	projectID, err1 := strconv.ParseInt(project, 10, 64)
	pageID, err2 := strconv.ParseInt(page, 10, 64)
	if errors.Join(err1, err2) != nil {
		return false, nil
	}
	allowed := false
	err := p.config.DB.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		allowed, err = pageAllowed(ctx, q, c.Account(), userID, projectID, pageID, right)
		return err
	})
	return Allowed(allowed), err
}

// pageAllowed tells whether a user may do something on a page of a project, for an engine that shows it: right is a name as
// ModifyResourceUser takes it. Administrators of the enterprise and of the project may do everything. Others need a role in
// the project, and the right itself: their own, that of a group they are in, or what such a group has from one above. Users
// who are not there or not enabled may do nothing, and nobody may do anything in a project that is not there.
func pageAllowed(ctx context.Context, q store.Queryer, a store.Account, userID string, project, page int64, right string) (bool, error) {
	u, err := userByID(ctx, q, a, userID)
	if fault.Is(err, code.UnauthorizedOperationUserNotExist) {
		return false, nil
	}
	if err != nil || u.status() != enabled {
		return false, err
	}
	if _, err := projectByID(ctx, q, a, project); err != nil {
		if errors.Is(err, errNoProject) {
			err = nil
		}
		return false, err
	}
	w := caller{user: &u}
	if w.held, err = heldBy(ctx, q, a, u.ID); err != nil {
		return false, err
	}
	w.admin = u.isRoot(a) || w.has(corpAdmin)
	switch {
	case w.may(need{writeProject, project}):
		return true, nil
	case !w.in(project):
		return false, nil
	}
	own, err := readRights(ctx, q, a, project, page, userHolder, u.ID)
	if err != nil || own.reach[u.ID][right] != rightOff {
		return err == nil, err
	}
	return groupsAllow(ctx, q, a, u.ID, project, page, right)
}

// groupsAllow tells whether a group that the user is in has a right on a page.
func groupsAllow(ctx context.Context, q store.Queryer, a store.Account, user, project, page int64, right string) (bool, error) {
	groups, err := store.Collect(ctx, q, scanInt, `SELECT group_id FROM bi_group_members WHERE account = $1 AND bi_user = $2`, a, user)
	if err != nil {
		return false, fmt.Errorf("read groups of a user: %w", err)
	}
	f, err := readForest(ctx, q, a)
	if err != nil {
		return false, err
	}
	rights, err := readRights(ctx, q, a, project, page, groupHolder, 0)
	if err != nil {
		return false, err
	}
	for _, g := range groups {
		if has, _ := rights.ofGroup(f, g, right); has {
			return true, nil
		}
	}
	return false, nil
}
