package eiam

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// ListFunctionPermissions answers the function permissions of an application.
func (p *Product) ListFunctionPermissions(ctx context.Context, c *call.Call, in *eiamv2.ListFunctionPermissionsRequest) (*eiamv2.ListFunctionPermissionsResponse, error) {
	out := &eiamv2.ListFunctionPermissionsResponse{Number: in.Offset, Size: in.Limit}
	all, total, err := p.listPermissions(ctx, c, in.AppId, kindFunction, nil, PageOf(in.Offset, in.Limit))
	if err != nil {
		return nil, err
	}
	out.Total, out.List = total, []eiamv2.FunctionPermission{}
	for _, x := range all {
		out.List = append(out.List, eiamv2.FunctionPermission{Id: x.id, AppId: in.AppId, ParentId: nullable(x.parent), Code: x.code, Name: x.name, Type: x.typ,
			Description: nullable(x.description), Sequence: &x.sequence, Level: x.level, Path: x.path, DisplayPath: x.display, RemoteId: nullable(x.remoteID), Extension: x.extension})
	}
	return out, nil
}

// ListDataPermissions answers the data permissions of an application, or those about one object model.
func (p *Product) ListDataPermissions(ctx context.Context, c *call.Call, in *eiamv2.ListDataPermissionsRequest) (*eiamv2.ListDataPermissionsResponse, error) {
	out := &eiamv2.ListDataPermissionsResponse{Number: in.Offset, Size: in.Limit}
	all, total, err := p.listPermissions(ctx, c, in.AppId, kindData, in.ModelId, PageOf(in.Offset, in.Limit))
	if err != nil {
		return nil, err
	}
	out.Total, out.List = total, []eiamv2.DataPermission{}
	for _, x := range all {
		out.List = append(out.List, eiamv2.DataPermission{Id: x.id, AppId: in.AppId, ParentId: nullable(x.parent), Code: x.code, Name: x.name, ObjmId: nullable(x.model),
			Description: nullable(x.description), Sequence: &x.sequence, Level: x.level, Path: x.path, DisplayPath: x.display, RemoteId: nullable(x.remoteID), Extension: x.extension})
	}
	return out, nil
}

// keptPermission is a row of a tree.
type keptPermission struct {
	id, parent, code, name, typ, model, description, path, display, remoteID string
	sequence, level                                                          int64
	extension                                                                json.RawMessage
}

// listPermissions reads a page of a tree, in the order of ids; model narrows it if it is a text with something in it.
func (p *Product) listPermissions(ctx context.Context, c *call.Call, app, kind string, model *string, page Page) (all []keptPermission, total int64, err error) {
	narrow := ""
	if model != nil {
		narrow = *model
	}
	const where = `eiam_permissions WHERE account = $1 AND app = $2 AND kind = $3 AND ($4 = '' OR model = $4)`
	args := []any{c.Account(), app, kind, narrow}
	named := func(q store.Queryer) error {
		_, err := p.Application(ctx, q, c, app)
		return err
	}
	err = p.read(ctx, c, named, func(q store.Queryer) (err error) {
		if total, err = count(ctx, q, where, args...); err != nil {
			return err
		}
		all, err = store.Collect(ctx, q, scanPermission, `SELECT id, parent, code, name, type, model, description, sequence, level, path, display_path, remote_id, extension
			FROM `+where+` ORDER BY id LIMIT $5 OFFSET $6`, append(args, page.Size, page.Skip)...)
		return err
	})
	return all, total, err
}

func scanPermission(r store.Row) (x keptPermission, err error) {
	var extension string
	err = r.Scan(&x.id, &x.parent, &x.code, &x.name, &x.typ, &x.model, &x.description, &x.sequence, &x.level, &x.path, &x.display, &x.remoteID, &extension)
	if err != nil {
		return x, fmt.Errorf("read permission: %w", err)
	}
	x.extension = json.RawMessage(extension)
	return x, nil
}
