package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// The outcomes of a member beside error codes.
const (
	outcomePending    = "pending"
	outcomeCreated    = "created"
	outcomeImported   = "already_imported"
	outcomeOutOfScope = "out_of_scope"
)

// The states of an import.
const (
	importRunning     = "running"
	importDone        = "done"
	importInterrupted = "interrupted"
)

// importsKept is how long an import can be asked for, and its key is known. Our decision.
const importsKept = 30 * 24 * time.Hour

// candidate is a member to import, with what its sub-user is to be.
type candidate struct {
	number  int64
	userID  string
	user    cam.User
	outcome string
	uin     int64
}

// candidates reads those of a request. InvalidParameterValue where a userid is none, or comes twice.
func candidates(in []hufu20261201.WeComImportMember) ([]candidate, error) {
	seen := map[string]bool{}
	all := make([]candidate, len(in))
	for i, m := range in {
		if !qyapi.IsUserID(m.UserId) || seen[fold(m.UserId)] {
			return nil, fault.New(code.InvalidParameterValue, "Members.UserId", m.UserId)
		}
		seen[fold(m.UserId)] = true
		all[i] = candidate{number: int64(i), userID: m.UserId, user: cam.User{Kind: cam.WeComUser, Name: m.UserId, Remark: value(m.Remark), ConsoleLogin: true,
			Phone: value(m.PhoneNum), CountryCode: value(m.CountryCode), Email: value(m.Email)}}
		if name := value(m.Name); name != "" {
			all[i].user.Name = name
		}
	}
	return all, nil
}

func (m *candidate) wire(l fault.Language) hufu20261201.WeComImportResult {
	w := hufu20261201.WeComImportResult{UserId: m.userID, Name: m.user.Name, Uin: m.uin, Outcome: m.outcome}
	switch m.outcome {
	case "":
		w.Outcome = outcomePending
	case outcomePending, outcomeCreated, outcomeImported:
	case outcomeOutOfScope:
		w.Message = "The application cannot see this member any more."
		if l == fault.Chinese {
			w.Message = "该成员已不在应用的可见范围内。"
		}
	case code.FailedOperationWeComError:
		w.Message = "WeCom does not tell about this member."
		if l == fault.Chinese {
			w.Message = "企业微信未返回该成员的信息。"
		}
	case code.InvalidParameterSubUserNameInUse, code.InvalidParameterUserNameIllegal:
		w.Message = fault.New(m.outcome, m.user.Name).Message(l)
	default:
		w.Message = fault.New(m.outcome).Message(l)
	}
	return w
}

// PreviewWeComImport says what an import would do, as the last complete reading has the members.
func (p *Product) PreviewWeComImport(ctx context.Context, c *call.Call, in *hufu20261201.PreviewWeComImportRequest) (*hufu20261201.PreviewWeComImportResponse, error) {
	members, err := candidates(in.Members)
	if err != nil {
		return nil, err
	}
	want := wanted{in.GroupIds, in.CopyFromUins, in.PolicyIds}
	want.sort()
	if err := want.mayGrant(ctx, c); err != nil {
		return nil, err
	}
	out := &hufu20261201.PreviewWeComImportResponse{Results: []hufu20261201.WeComImportResult{}, Policies: []hufu20261201.WeComPreviewPolicy{}}
	err = p.DB.Read().Snapshot(ctx, func(q store.Queryer) error {
		o, err := linkedCorp(ctx, q, c.Account(), in.CorpId)
		if err != nil {
			return err
		}
		all, err := want.resolve(ctx, q, c.Account())
		if err != nil {
			return err
		}
		for i := range all {
			out.Policies = append(out.Policies, all[i].wire())
		}
		names := map[string]bool{}
		for i := range members {
			if err := o.foresee(ctx, q, &members[i], names); err != nil {
				return err
			}
			out.Results = append(out.Results, members[i].wire(c.Language))
		}
		left, limited, err := p.Users.UsersLeft(ctx, q, c.Account(), c.At)
		if limited {
			out.RemainingToday = &left
		}
		return err
	})
	return out, err
}

// foresee tells what stands against a member. names are those that members before it will have.
func (o *corp) foresee(ctx context.Context, q store.Queryer, m *candidate, names map[string]bool) error {
	u, err := userOf(ctx, q, o, m.userID)
	if err == nil {
		m.outcome, m.uin = outcomeImported, u.uin
		return nil
	}
	if !errors.Is(err, errNoMember) {
		return err
	}
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM wecom_members WHERE account = $1 AND corp = $2 AND generation = $3 AND userid_key = $4`,
		o.account, o.id, o.generation, fold(m.userID))
	if err != nil {
		return fmt.Errorf("find member: %w", err)
	}
	if n == 0 {
		m.outcome = outcomeOutOfScope
		return nil
	}
	if err := m.user.Check(); err != nil {
		m.outcome = fault.From(err).Code
		return nil
	}
	taken, err := cam.NameTaken(ctx, q, o.account, m.user.Name)
	if taken || names[cam.Fold(m.user.Name)] {
		m.outcome = code.InvalidParameterSubUserNameInUse
	}
	names[cam.Fold(m.user.Name)] = true
	return err
}

// digest is what two requests have in common that ask for the same import.
func digest(corpID string, members []candidate, want *wanted) (string, error) {
	type row struct{ UserID, Name, Remark, Phone, CountryCode, Email string }
	rows := make([]row, len(members))
	for i, m := range members {
		rows[i] = row{m.userID, m.user.Name, m.user.Remark, m.user.Phone, m.user.CountryCode, m.user.Email}
	}
	text, err := json.Marshal([]any{corpID, rows, want.groups, want.copyFrom, want.policies})
	if err != nil {
		return "", fmt.Errorf("digest of an import: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// ImportWeComMembers stores an import, which then goes on by itself. What is copied from other users is what they have now.
func (p *Product) ImportWeComMembers(ctx context.Context, c *call.Call, in *hufu20261201.ImportWeComMembersRequest) (*hufu20261201.ImportWeComMembersResponse, error) {
	members, err := candidates(in.Members)
	if err != nil {
		return nil, err
	}
	want := wanted{in.GroupIds, in.CopyFromUins, in.PolicyIds}
	want.sort()
	if err := want.mayGrant(ctx, c); err != nil {
		return nil, err
	}
	hash, err := digest(in.CorpId, members, &want)
	if err != nil {
		return nil, err
	}
	out := &hufu20261201.ImportWeComMembersResponse{}
	err = c.Write(ctx, func(tx *store.Tx) (err error) {
		if out.ImportId, err = takeUp(ctx, tx, c, in.IdempotencyKey, hash); err != nil || out.ImportId != "" {
			return err
		}
		o, err := linkedCorp(ctx, tx, c.Account(), in.CorpId)
		if err != nil {
			return err
		}
		all, err := want.resolve(ctx, tx, c.Account())
		if err != nil {
			return err
		}
		j := job{account: c.Account(), id: strings.ReplaceAll(call.NewUUID(), "-", ""), corp: o.id, wanted: want, policies: all.direct(), keyID: c.Caller.KeyID, ip: c.IP.String()}
		out.ImportId = j.id
		return j.save(ctx, tx, in.IdempotencyKey, hash, members, c.At)
	})
	if err != nil {
		return nil, err
	}
	p.kick(importing)
	return out, nil
}

// takeUp finds the import with a key, and has it go on where it was interrupted, with the rights of whoever asks now; "" where
// there is none. InvalidParameter.IdempotencyKeyConflict where it was another one.
func takeUp(ctx context.Context, tx *store.Tx, c *call.Call, key, hash string) (id string, err error) {
	var was, state string
	err = tx.QueryRowContext(ctx, `SELECT id, hash, state FROM wecom_imports WHERE account = $1 AND idempotency_key = $2`, c.Account(), key).Scan(&id, &was, &state)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("find import: %w", err)
	case was != hash:
		return "", fault.New(code.InvalidParameterIdempotencyKeyConflict)
	case state != importInterrupted:
		return id, nil
	}
	_, err = tx.ExecContext(ctx, `UPDATE wecom_imports SET state = $3, lease = 0, key_id = $4, ip = $5 WHERE account = $1 AND id = $2`,
		c.Account(), id, importRunning, c.Caller.KeyID, c.IP.String())
	if err != nil {
		return "", fmt.Errorf("take up import: %w", err)
	}
	return id, nil
}

// errNoImport is an import that is not the account's.
var errNoImport = fault.New(code.ResourceNotFoundImportNotExist)

// DescribeWeComImport shows how far an import is.
func (p *Product) DescribeWeComImport(ctx context.Context, c *call.Call, in *hufu20261201.DescribeWeComImportRequest) (*hufu20261201.DescribeWeComImportResponse, error) {
	out := &hufu20261201.DescribeWeComImportResponse{Results: []hufu20261201.WeComImportResult{}, LoginUrl: p.loginURL(c, c.Account())}
	err := p.DB.Read().Snapshot(ctx, func(q store.Queryer) error {
		j, err := store.One(ctx, q, scanJob, errNoImport, `SELECT `+jobColumns+` FROM wecom_imports WHERE account = $1 AND id = $2`, c.Account(), in.ImportId)
		if err != nil {
			return err
		}
		out.State = j.state
		members, err := j.members(ctx, q, "")
		for i := range members {
			out.Results = append(out.Results, members[i].wire(c.Language))
			out.Total++
			if members[i].outcome != "" {
				out.Finished++
			}
			if members[i].outcome == outcomeCreated {
				out.Created++
			}
		}
		return err
	})
	return out, err
}

// job is an import.
type job struct {
	account store.Account
	id      string
	corp    int64
	wanted
	policies []int64 // that are attached, those that are copied among them
	keyID    string
	ip       string
	state    string
}

const jobColumns = `account, id, corp, group_ids, copy_from, policy_ids, key_id, ip, state`

func scanJob(r store.Row) (j job, err error) {
	var groups, copyFrom, policies string
	if err = r.Scan(&j.account, &j.id, &j.corp, &groups, &copyFrom, &policies, &j.keyID, &j.ip, &j.state); err != nil {
		return j, err
	}
	return j, errors.Join(json.Unmarshal([]byte(groups), &j.groups), json.Unmarshal([]byte(copyFrom), &j.copyFrom), json.Unmarshal([]byte(policies), &j.policies))
}

func (j *job) save(ctx context.Context, tx *store.Tx, key, hash string, members []candidate, at time.Time) error {
	groups, err1 := json.Marshal(j.groups)
	copyFrom, err2 := json.Marshal(j.copyFrom)
	policies, err3 := json.Marshal(j.policies)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("store import: %w", err)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO wecom_imports (account, id, idempotency_key, hash, corp, group_ids, copy_from, policy_ids, key_id, ip, state, lease, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)`,
		j.account, j.id, key, hash, j.corp, string(groups), string(copyFrom), string(policies), j.keyID, j.ip, importRunning, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("store import: %w", err)
	}
	for _, m := range members {
		_, err := tx.ExecContext(ctx, `INSERT INTO wecom_import_members (account, import_id, number, userid, name, remark, phone, country_code, email, outcome, uin)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0)`, j.account, j.id, m.number, m.userID, m.user.Name, m.user.Remark, m.user.Phone, m.user.CountryCode, m.user.Email)
		if err != nil {
			return fmt.Errorf("store member of an import: %w", err)
		}
	}
	return nil
}

// members are those of an import, in their order; with what as a further condition.
func (j *job) members(ctx context.Context, q store.Queryer, what string) ([]candidate, error) {
	list, err := store.Collect(ctx, q, func(r store.Row) (m candidate, err error) {
		m.user.Kind, m.user.ConsoleLogin = cam.WeComUser, true
		err = r.Scan(&m.number, &m.userID, &m.user.Name, &m.user.Remark, &m.user.Phone, &m.user.CountryCode, &m.user.Email, &m.outcome, &m.uin)
		return m, err
	}, `SELECT number, userid, name, remark, phone, country_code, email, outcome, uin FROM wecom_import_members WHERE account = $1 AND import_id = $2`+what+` ORDER BY number`, j.account, j.id)
	if err != nil {
		return nil, fmt.Errorf("list members of an import: %w", err)
	}
	return list, nil
}

// purgeImports forgets old imports.
func (p *Product) purgeImports(ctx context.Context) error {
	return p.DB.Write(ctx, func(tx *store.Tx) error {
		old := `SELECT account, id FROM wecom_imports WHERE created_at < $1 LIMIT 100`
		at := p.Now().Add(-importsKept).UnixMilli()
		if _, err := tx.ExecContext(ctx, `DELETE FROM wecom_import_members WHERE (account, import_id) IN (`+old+`)`, at); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM wecom_imports WHERE (account, id) IN (`+old+`)`, at)
		return err
	})
}
