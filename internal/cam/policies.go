package cam

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/qcs"
)

// Policy is a policy that an account can use: one of its own, or a preset.
type Policy struct {
	ID                int64
	Name, Description string
	CreateMode        int64
	Default           int64   // the version in force
	Last              int64   // the highest version there ever was
	Created, Updated  int64   // unix milliseconds
	Preset            *Preset // nil for the account's own
}

// createdBySyntax is the CreateMode of what the API makes, and of presets.
const createdBySyntax = 2

// firstPolicyID is where the ids of own policies start; presets lie below. Our decision.
const firstPolicyID = 100_000_000

const policyColumns = `id, name, description, create_mode, default_version, last_version, created_at, updated_at`

func scanPolicy(r store.Row) (o Policy, err error) {
	err = r.Scan(&o.ID, &o.Name, &o.Description, &o.CreateMode, &o.Default, &o.Last, &o.Created, &o.Updated)
	return o, err
}

// policy is the preset as every account sees it.
func (p *Preset) policy() Policy {
	added := p.Added.UnixMilli()
	return Policy{ID: p.ID, Name: p.Name, Description: p.Description, CreateMode: createdBySyntax, Default: 1, Last: 1,
		Created: added, Updated: added, Preset: p}
}

// wireType is the Type and PolicyType of answers that carry a number.
func (o Policy) wireType() int64 {
	if o.Preset != nil {
		return strategyPreset
	}
	return strategyCustom
}

// serviceLinked reports whether only a service-linked role can have the policy.
func (o Policy) serviceLinked() bool { return o.Preset != nil && o.Preset.ServiceLinked }

// ErrNoPolicy is the answer for a policy that is neither a preset nor the account's own, whether it exists elsewhere or
// not.
var ErrNoPolicy = fault.New(code.InvalidParameterPolicyIdNotExist)

// asNotFound gives ErrNoPolicy the code of the actions that have one of their own for it.
func asNotFound(err error) error {
	if errors.Is(err, ErrNoPolicy) {
		return fault.New(code.ResourceNotFoundPolicyIdNotFound)
	}
	return err
}

// PolicyByID finds a preset or a policy of the account.
func PolicyByID(ctx context.Context, q store.Queryer, a store.Account, id int64) (Policy, error) {
	if preset := PresetByID(id); preset != nil {
		return preset.policy(), nil
	}
	return store.One(ctx, q, scanPolicy, ErrNoPolicy, `SELECT `+policyColumns+` FROM policies WHERE id = $2 AND account = $1`, a, id)
}

// PolicyByName finds a policy of the account or a preset by its exact name.
func PolicyByName(ctx context.Context, q store.Queryer, a store.Account, name string) (Policy, error) {
	o, err := store.One(ctx, q, scanPolicy, ErrNoPolicy, `SELECT `+policyColumns+` FROM policies WHERE account = $1 AND name_key = $2`, a, fold(name))
	if err == nil && o.Name != name {
		err = ErrNoPolicy
	}
	if preset := PresetByName(name); preset != nil && errors.Is(err, ErrNoPolicy) {
		return preset.policy(), nil
	}
	return o, err
}

// ownPolicy finds a policy that the account may change: presets are nobody's.
func ownPolicy(ctx context.Context, q store.Queryer, a store.Account, id int64) (Policy, error) {
	o, err := PolicyByID(ctx, q, a, id)
	if err == nil && o.Preset != nil {
		return o, fault.New(code.InvalidParameterParamError, "PolicyId")
	}
	return o, err
}

// newPolicy is a policy that is about to be created, with a document that checkDocument returned.
type newPolicy struct {
	Name, Description, Document string
	Tags                        []call.Tag
	Holders                     []holder // have it from the start
}

// addPolicy makes a policy with its first version. It attaches before it looks at the quota and the name, since what is
// wrong with a holder is reported first; of a call that fails nothing stays.
func (p *Product) addPolicy(ctx context.Context, tx *store.Tx, a store.Account, n newPolicy, by operator, at time.Time) (Policy, error) {
	o := Policy{Name: n.Name, Description: n.Description, CreateMode: createdBySyntax, Default: 1, Last: 1, Created: at.UnixMilli(), Updated: at.UnixMilli()}
	var err error
	if o.ID, err = tx.NextID(ctx, "policy", firstPolicyID); err != nil {
		return o, fmt.Errorf("create policy: %w", err)
	}
	for _, h := range n.Holders {
		if err := h.check(ctx, tx, a); err != nil {
			return o, err
		}
		if err := p.Attach(ctx, tx, a, h.kind, h.id, o.ID, by, at); err != nil {
			return o, err
		}
	}
	if err := p.checkPolicyQuota(ctx, tx, a); err != nil {
		return o, err
	}
	if err := checkPolicyName(ctx, tx, a, o.ID, o.Name); err != nil {
		return o, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO policies (id, account, name, name_key, description, create_mode, default_version, last_version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $8)`, o.ID, a, o.Name, fold(o.Name), o.Description, o.CreateMode, o.Default, o.Created)
	if err != nil {
		return o, fmt.Errorf("create policy: %w", err)
	}
	if err := insertVersion(ctx, tx, a, o.ID, version{o.Default, n.Document, o.Created}); err != nil {
		return o, err
	}
	return o, p.setTags(ctx, tx, a, TagPolicy, o.ID, n.Tags)
}

func (p *Product) checkPolicyQuota(ctx context.Context, tx *store.Tx, a store.Account) error {
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM policies WHERE account = $1`, a)
	if err != nil {
		return fmt.Errorf("count policies: %w", err)
	}
	if p.quotas.Exceeded(account.Policies, int(n)+1) {
		return fault.New(code.FailedOperationPolicyFull)
	}
	return nil
}

// checkPolicyName refuses a name that a preset or another policy of the account has.
func checkPolicyName(ctx context.Context, tx *store.Tx, a store.Account, own int64, name string) error {
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM policies WHERE account = $1 AND name_key = $2 AND id <> $3`, a, fold(name), own)
	if err != nil {
		return fmt.Errorf("check policy name: %w", err)
	}
	if n > 0 || presetsByName[fold(name)] != nil {
		return fault.New(code.FailedOperationPolicyNameInUse, name)
	}
	return nil
}

// removePolicy deletes a policy with its versions and tags and takes it from everybody who has it. One that bounds
// somebody stays: without it there would be more rights.
func removePolicy(ctx context.Context, tx *store.Tx, a store.Account, id int64) error {
	if _, err := ownPolicy(ctx, tx, a, id); err != nil {
		return err
	}
	bounded, err := store.Count(ctx, tx, `SELECT (SELECT COUNT(*) FROM users WHERE account = $1 AND boundary = $2)
		+ (SELECT COUNT(*) FROM roles WHERE account = $1 AND boundary = $2)`, a, id)
	if err != nil {
		return fmt.Errorf("count bounded: %w", err)
	}
	if bounded > 0 {
		return fault.New(code.InvalidParameterParamError, "PolicyId").
			WithDetail(fmt.Sprintf("Policy %d is a permissions boundary.", id))
	}
	for _, of := range []string{
		`attachments WHERE account = $1 AND policy_id = $2`,
		`policy_versions WHERE account = $1 AND policy_id = $2`,
		`tags WHERE object_kind = 4 AND account = $1 AND object_id = $2`,
		`policies WHERE account = $1 AND id = $2`,
	} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+of, a, id); err != nil {
			return fmt.Errorf("delete policy: %w", err)
		}
	}
	return nil
}

// policyResource is a policy's name in the audit trail.
func policyResource(a store.Account, id int64) string {
	return qcs.Policy(strconv.FormatInt(int64(a), 10), strconv.FormatInt(id, 10)).String()
}

// CreatePolicy makes a policy and attaches it to the users and groups that the principal of its document names.
func (p *Product) CreatePolicy(ctx context.Context, c *call.Call, in *cam20190116.CreatePolicyRequest) (*cam20190116.CreatePolicyResponse, error) {
	tags, err := p.policyTags(in.Tags)
	if err != nil {
		return nil, err
	}
	document, named, err := p.checkNewDocument(ctx, c, in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	return p.createPolicy(ctx, c, newPolicy{Name: in.PolicyName, Description: value(in.Description), Document: document, Tags: tags, Holders: named.holders})
}

func (p *Product) createPolicy(ctx context.Context, c *call.Call, n newPolicy) (*cam20190116.CreatePolicyResponse, error) {
	var made Policy
	err := c.Write(ctx, func(tx *store.Tx) (err error) {
		made, err = p.addPolicy(ctx, tx, c.Account(), n, operatorOf(c), c.At)
		if err == nil {
			c.Touched(policyResource(c.Account(), made.ID))
		}
		return err
	})
	return &cam20190116.CreatePolicyResponse{PolicyId: made.ID}, err
}

// policyTags are the tags of a new policy. CreatePolicy has no codes of its own for them.
func (p *Product) policyTags(from []cam20190116.Tag) ([]call.Tag, error) {
	if p.quotas.Exceeded(account.TagsPerObject, len(from)) {
		return nil, fault.New(code.InvalidParameterParamError, "Tags")
	}
	seen := make(map[string]bool, len(from))
	var to []call.Tag
	for _, t := range from {
		if seen[t.Key] {
			return nil, fault.New(code.InvalidParameterParamError, "Tags")
		}
		seen[t.Key] = true
		to = append(to, call.Tag(t))
	}
	return to, nil
}

// UpdatePolicy changes what is given. A document takes the place of the one in force, in the same version. Of a preset
// an account can change its own note alone.
func (p *Product) UpdatePolicy(ctx context.Context, c *call.Call, in *cam20190116.UpdatePolicyRequest) (*cam20190116.UpdatePolicyResponse, error) {
	if in.PolicyId == nil && in.PolicyName == nil {
		return nil, fault.New(code.InvalidParameterParamError, "PolicyId")
	}
	var document *string
	if in.PolicyDocument != nil {
		text, err := p.checkDocument(*in.PolicyDocument, nil)
		if err != nil {
			return nil, err
		}
		document = &text
	}
	out := &cam20190116.UpdatePolicyResponse{}
	err := c.Write(ctx, func(tx *store.Tx) error {
		o, err := selectPolicy(ctx, tx, c.Account(), in)
		if err != nil {
			return err
		}
		out.PolicyId = o.ID
		if o.Preset != nil {
			return updatePreset(ctx, tx, c.Account(), o, in)
		}
		if value(in.Alias) != "" {
			return fault.New(code.InvalidParameterParamError, "Alias")
		}
		replace(&o.Name, in.PolicyName)
		replace(&o.Description, in.Description)
		o.Updated = c.At.UnixMilli()
		return updatePolicy(ctx, tx, c.Account(), o, document)
	})
	return out, err
}

// selectPolicy finds the policy to update: the id selects where there are both, the name is then its new one.
func selectPolicy(ctx context.Context, q store.Queryer, a store.Account, in *cam20190116.UpdatePolicyRequest) (Policy, error) {
	if in.PolicyId != nil {
		return PolicyByID(ctx, q, a, *in.PolicyId)
	}
	return PolicyByName(ctx, q, a, *in.PolicyName)
}

// updatePolicy writes back what was changed, and the document in force if there is a new one.
func updatePolicy(ctx context.Context, tx *store.Tx, a store.Account, o Policy, document *string) error {
	if err := checkPolicyName(ctx, tx, a, o.ID, o.Name); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE policies SET name = $3, name_key = $4, description = $5, updated_at = $6 WHERE id = $2 AND account = $1`,
		a, o.ID, o.Name, fold(o.Name), o.Description, o.Updated)
	if err == nil && document != nil {
		_, err = tx.ExecContext(ctx, `UPDATE policy_versions SET document = $4 WHERE account = $1 AND policy_id = $2 AND version = $3`,
			a, o.ID, o.Default, *document)
	}
	if err != nil {
		return fmt.Errorf("update policy: %w", err)
	}
	changedPolicy(tx, a, o.ID) // also for the name, by which decisions tell who refused
	return nil
}

// updatePreset sets the account's note on a preset; "" removes it.
func updatePreset(ctx context.Context, tx *store.Tx, a store.Account, o Policy, in *cam20190116.UpdatePolicyRequest) error {
	if in.Description != nil || in.PolicyDocument != nil || in.PolicyId != nil && in.PolicyName != nil && *in.PolicyName != o.Name {
		return fault.New(code.InvalidParameterParamError, "PolicyId")
	}
	if in.Alias == nil {
		return nil
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM preset_aliases WHERE account = $1 AND policy_id = $2`, a, o.ID)
	if err == nil && *in.Alias != "" {
		_, err = tx.ExecContext(ctx, `INSERT INTO preset_aliases (account, policy_id, alias) VALUES ($1, $2, $3)`, a, o.ID, *in.Alias)
	}
	if err != nil {
		return fmt.Errorf("set alias: %w", err)
	}
	return nil
}

// presetAlias reads the account's note on a preset; nil where there is none.
func presetAlias(ctx context.Context, q store.Queryer, a store.Account, id int64) (*string, error) {
	var alias string
	err := q.QueryRowContext(ctx, `SELECT alias FROM preset_aliases WHERE account = $1 AND policy_id = $2`, a, id).Scan(&alias)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read alias: %w", err)
	}
	return &alias, nil
}

// DeletePolicy deletes policies, all or none.
func (p *Product) DeletePolicy(ctx context.Context, c *call.Call, in *cam20190116.DeletePolicyRequest) (*cam20190116.DeletePolicyResponse, error) {
	ids := distinct(in.PolicyId)
	if len(ids) == 0 {
		return nil, fault.New(code.InvalidParameterParamError, "PolicyId")
	}
	if slices.Contains(ids, 0) {
		return nil, fault.New(code.InvalidParameterPolicyIdError)
	}
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			if err := removePolicy(ctx, tx, c.Account(), id); err != nil {
				return err
			}
			changedPolicy(tx, c.Account(), id)
		}
		return nil
	})
}

// distinct is a list of ids sorted and without repeats. The request it comes from stays as it is.
func distinct(ids []int64) []int64 {
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// GetPolicy shows a policy with the document in force.
func (p *Product) GetPolicy(ctx context.Context, c *call.Call, in *cam20190116.GetPolicyRequest) (*cam20190116.GetPolicyResponse, error) {
	out := &cam20190116.GetPolicyResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		o, err := PolicyByID(ctx, q, c.Account(), in.PolicyId)
		if err != nil {
			return asNotFound(err)
		}
		v, err := versionOf(ctx, q, c.Account(), o, o.Default)
		if err != nil {
			return err
		}
		tags, err := tagsBetween(ctx, q, c.Account(), TagPolicy, o.ID, o.ID)
		if err != nil {
			return err
		}
		*out = cam20190116.GetPolicyResponse{PolicyName: o.Name, Description: o.Description, Type: o.wireType(), AddTime: wireTime(o.Created),
			UpdateTime: wireTime(o.Updated), PolicyDocument: v.Document, IsServiceLinkedRolePolicy: flag(o.serviceLinked()), Tags: wireTags(tags[o.ID])}
		out.PresetAlias, err = presetAlias(ctx, q, c.Account(), o.ID)
		return err
	})
	return out, err
}

// wireTags are tags as answers have them.
func wireTags(from []call.Tag) []cam20190116.Tag {
	to := make([]cam20190116.Tag, len(from))
	for i, t := range from {
		to[i] = cam20190116.Tag(t)
	}
	return to
}
