package eiam

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// longestLog is the longest time that one question about the log may span.
const longestLog = 31 * 24 * time.Hour

// ListUserLogs answers what happened to the users of the tenant, the newest first.
func (p *Product) ListUserLogs(ctx context.Context, c *call.Call, in *eiamv2.ListUserLogsRequest) (*eiamv2.ListUserLogsResponse, error) {
	if err := c.Valid(); err != nil {
		return nil, err
	}
	tenant, err := p.Tenant(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	from, err := tenant.ParseTime(in.StartTime)
	if err != nil {
		return nil, err
	}
	to, err := tenant.ParseTime(in.EndTime)
	if err != nil {
		return nil, err
	}
	if to < from || time.Duration(to-from)*time.Millisecond > longestLog {
		return nil, fault.New(code.COM0601)
	}
	out := &eiamv2.ListUserLogsResponse{Number: in.Offset, Size: in.Limit, List: []eiamv2.UserLog{}}
	err = p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		out.List = out.List[:0]
		page := PageOf(in.Offset, in.Limit)
		window := audit.Window{Since: time.UnixMilli(from), Until: time.UnixMilli(to + 999)} // the whole of the last second
		records, total, err := audit.UserEvents(ctx, q, c.Account(), window, page.Skip, page.Size)
		if err != nil {
			return err
		}
		out.Total = total
		l := logs{q: q, tenant: tenant, language: c.Language, applications: map[string]string{}}
		for i := range records {
			row, err := l.row(ctx, &records[i])
			if err != nil {
				return err
			}
			out.List = append(out.List, row)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// event is what a log calls an action: text for display in both languages, and a word for programs.
type event struct{ english, chinese, operation string }

var events = map[string]event{
	"eiam:ChangePassword":         {"Change password", "修改密码", "CHANGE_PASSWORD"},
	"eiam:ChangePasswordVerified": {"Change password with the old one", "校验原密码修改密码", "CHANGE_PASSWORD"},
	"eiam:CreateUser":             {"Create user", "创建用户", "CREATE"},
	"eiam:DeleteUser":             {"Delete user", "删除用户", "DELETE"},
	"eiam:DisableUser":            {"Disable user", "禁用用户", "DISABLE"},
	"eiam:EnableUser":             {"Enable user", "启用用户", "ENABLE"},
	"eiam:GrantAccount":           {"Grant application account", "授权应用账号", "GRANT"},
	"eiam:ResetPassword":          {"Reset password", "重置密码", "RESET_PASSWORD"},
	"eiam:UpdateUser":             {"Modify user", "修改用户", "UPDATE"},
	"hufu:SetPersonStatus":        {"Set user status", "设置用户状态", "SET_STATUS"},
}

// logs makes rows of records.
type logs struct {
	q            store.Queryer
	tenant       *Tenant
	language     fault.Language
	applications map[string]string // names by ids
}

// logSubject are the parameters of an action that tell whom it was about.
type logSubject struct {
	UserID   string `json:"user_id"`
	PersonID string `json:"PersonId"`
	UserName string `json:"user_name"`
	AppID    string `json:"app_id"`
}

func (l *logs) row(ctx context.Context, r *audit.Record) (eiamv2.UserLog, error) {
	e, at := events[r.Action], r.At.In(l.tenant.Zone)
	row := eiamv2.UserLog{LogId: strings.ReplaceAll(r.RequestID, "-", ""), LogType: "userLog", EventType: e.chinese, EventTime: r.At.UnixMilli(),
		Date: at.Format("20060102"), Hour: at.Format("15"), EnterpriseId: strconv.FormatInt(int64(r.Account), 10), TargetType: "APP",
		OperationType: e.operation, Result: r.Outcome == "ok"}
	if l.language == fault.English {
		row.EventType = e.english
	}
	var about logSubject
	_ = json.Unmarshal(r.Parameters, &about) // of a call whose parameters were wrong too: what can be read counts
	app := about.AppID
	if app == "" {
		app = r.CallerName
	}
	var err error
	if row.TargetApp, err = l.application(ctx, app); err != nil {
		return row, err
	}
	if err := l.person(ctx, &row, &about); err != nil {
		return row, err
	}
	row.ObjectName = row.UserName
	if r.KeyID != "" && r.CallerKind == call.Application.String() {
		row.AuthDetail.AuthMethod, row.GeneralDetail.ProtocolType = "client_credentials", "OAUTH2"
	}
	if !row.Result {
		row.TypeDetail.ErrorReason = r.Outcome + ": " + fault.New(r.Outcome).Message(l.language)
	}
	return row, nil
}

// person fills in whom a row is about, as far as he is still there.
func (l *logs) person(ctx context.Context, row *eiamv2.UserLog, about *logSubject) error {
	row.UserId, row.UserName = about.UserID+about.PersonID, about.UserName
	var who *directory.Person
	err := directory.ErrNotFound
	switch {
	case row.UserId != "":
		who, err = directory.Get(ctx, l.q, l.tenant.Account, row.UserId)
	case row.UserName != "":
		who, err = directory.ByLogin(ctx, l.q, l.tenant.Account, row.UserName)
	}
	if errors.Is(err, directory.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	row.UserId, row.UserName, row.RealUserName, row.Mobile = who.ID, who.Login, who.Name, who.Mobile
	if who.Mobile != "" {
		sum := sha256.Sum256([]byte(who.Mobile))
		row.MobileHash = hex.EncodeToString(sum[:])
	}
	return nil
}

// application is the name of an application, "" if it is not there.
func (l *logs) application(ctx context.Context, id string) (string, error) {
	if name, ok := l.applications[id]; ok || id == "" {
		return name, nil
	}
	app, err := GetApplication(ctx, l.q, l.tenant.Account, id)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	l.applications[id] = app.Name
	return app.Name, nil
}
