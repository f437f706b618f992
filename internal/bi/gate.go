package bi

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// need says what the caller's BI roles must allow. project is 0 but for what is about one project.
type need struct {
	right   right
	project int64
}

// right is a level of what BI roles allow.
type right uint8

const (
	// anyUser is for what every user of BI may do; the action looks at the caller by itself.
	anyUser right = iota
	// readCorp needs one of the two administrating roles of the enterprise.
	readCorp
	// writeCorp needs an enterprise administrator.
	writeCorp
	// writePermissions needs one of the two administrating roles: rules for rows and columns, page permissions, tags.
	// With a project its administrators may too.
	writePermissions
	// readProject needs any role in the project, or one of the two administrating roles.
	readProject
	// writeProject needs an administrator of the project or of the enterprise.
	writeProject
)

// caller is who calls, as BI knows it.
type caller struct {
	// user is the caller's BI user; nil for one that BI does not know and CAM alone decides about.
	user *User
	// by is what rows say about who made or changed them.
	by    string
	held  []held
	admin bool // an enterprise administrator, the root among them, or a caller that CAM alone decides about
}

// has reports whether the caller has a role of the enterprise.
func (w *caller) has(code string) bool { return w.in(enterprise, code) }

// in reports whether the caller has one of the roles in a project; without codes, any.
func (w *caller) in(project int64, codes ...string) bool {
	return slices.ContainsFunc(w.held, func(h held) bool {
		return h.project == project && (len(codes) == 0 || slices.Contains(codes, h.code))
	})
}

// seesAll reports whether the caller may read everything in the enterprise.
func (w *caller) seesAll() bool { return w.admin || w.has(corpAuthAdmin) }

// errNotAuthorized is the one answer for what the BI roles do not allow, whatever is or is not there.
var errNotAuthorized = fault.New(code.UnauthorizedOperationAuthorize)

// errNoProject is the answer for a project that is not there, to callers who may know.
var errNoProject = conflict("There is no such project.")

// gate is the second layer of authorization, behind CAM: who is the caller in BI, is it enabled, and do its roles allow
// what need says. An action about a project fails here too if there is none: enterprise administrators learn that
// (errNoProject), everybody else is told what a stranger to the project is told.
func (p *Product) gate(ctx context.Context, q store.Queryer, c *call.Call, n need) (*caller, error) {
	who, err := p.who(ctx, q, c)
	if err != nil {
		return nil, err
	}
	if !who.may(n) {
		return nil, errNotAuthorized
	}
	if n.project != 0 || n.right == readProject || n.right == writeProject {
		if _, err := projectByID(ctx, q, c.Account(), n.project); err != nil {
			if errors.Is(err, errNoProject) && !who.admin {
				err = errNotAuthorized
			}
			return nil, err
		}
	}
	return who, nil
}

func (w *caller) may(n need) bool {
	if w.admin {
		return true
	}
	switch n.right {
	case anyUser:
		return true
	case readCorp:
		return w.seesAll()
	case writePermissions:
		return w.seesAll() || n.project != 0 && w.in(n.project, projectAdmin)
	case readProject:
		return w.seesAll() || w.in(n.project)
	case writeProject:
		return w.in(n.project, projectAdmin)
	}
	return false
}

// who finds the caller in BI. A role session is a program's: its permissions are those of the role, and BI knows no roles
// of CAM.
func (p *Product) who(ctx context.Context, q store.Queryer, c *call.Call) (*caller, error) {
	who := &caller{by: strconv.FormatInt(c.Caller.ID(), 10)}
	u, err := User{}, errNoUser
	if c.Caller.Kind != call.Role {
		u, err = userByUIN(ctx, q, c.Account(), c.Caller.UIN)
	}
	if errors.Is(err, errNoUser) {
		if p.config.DenyUnregistered {
			return nil, fault.New(code.UnauthorizedOperationUserNotExist, who.by)
		}
		who.admin = true
		return who, nil
	}
	if err != nil {
		return nil, err
	}
	if u.status() != enabled {
		return nil, fault.New(code.UnauthorizedOperationInactive)
	}
	who.user = &u
	if who.held, err = heldBy(ctx, q, c.Account(), u.ID); err != nil {
		return nil, err
	}
	who.admin = u.isRoot(c.Account()) || who.has(corpAdmin)
	return who, nil
}
