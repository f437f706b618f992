package cam

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/policy"
)

// version is one text of a policy.
type version struct {
	Number   int64
	Document string
	Created  int64 // unix milliseconds
}

func scanVersion(r store.Row) (v version, err error) {
	err = r.Scan(&v.Number, &v.Document, &v.Created)
	return v, err
}

// versionOf reads a version of a policy. A preset has one.
func versionOf(ctx context.Context, q store.Queryer, a store.Account, o Policy, number int64) (version, error) {
	missing := fault.New(code.InvalidParameterPolicyVersionNotExists)
	if o.Preset != nil {
		if number != o.Default {
			return version{}, missing
		}
		return version{number, o.Preset.Document, o.Created}, nil
	}
	return store.One(ctx, q, scanVersion, missing, `SELECT version, document, created_at FROM policy_versions
		WHERE account = $1 AND policy_id = $2 AND version = $3`, a, o.ID, number)
}

func insertVersion(ctx context.Context, tx *store.Tx, a store.Account, policyID int64, v version) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO policy_versions (account, policy_id, version, document, created_at) VALUES ($1, $2, $3, $4, $5)`,
		a, policyID, v.Number, v.Document, v.Created)
	if err != nil {
		return fmt.Errorf("create policy version: %w", err)
	}
	return nil
}

// saveVersions writes back which version is in force and which numbers are used up.
func saveVersions(ctx context.Context, tx *store.Tx, a store.Account, o Policy) error {
	_, err := tx.ExecContext(ctx, `UPDATE policies SET default_version = $3, last_version = $4, updated_at = $5 WHERE id = $2 AND account = $1`,
		a, o.ID, o.Default, o.Last, o.Updated)
	if err != nil {
		return fmt.Errorf("update policy: %w", err)
	}
	return nil
}

// versionTime prints the time of a version, which unlike the others is in UTC and says so.
func versionTime(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }

// CreatePolicyVersion adds a version. Its number is one that no version of the policy ever had.
func (p *Product) CreatePolicyVersion(ctx context.Context, c *call.Call, in *cam20190116.CreatePolicyVersionRequest) (*cam20190116.CreatePolicyVersionResponse, error) {
	document, err := p.checkDocument(in.PolicyDocument, nil)
	if err != nil {
		return nil, err
	}
	out := &cam20190116.CreatePolicyVersionResponse{}
	err = c.Write(ctx, func(tx *store.Tx) error {
		o, err := ownPolicy(ctx, tx, c.Account(), in.PolicyId)
		if err != nil {
			return err
		}
		n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM policy_versions WHERE account = $1 AND policy_id = $2`, c.Account(), o.ID)
		if err != nil {
			return fmt.Errorf("count policy versions: %w", err)
		}
		if p.quotas.Exceeded(account.PolicyVersions, int(n)+1) {
			return fault.New(code.FailedOperationPolicyVersionFull)
		}
		o.Last++
		out.VersionId = o.Last
		if in.SetAsDefault {
			o.Default, o.Updated = o.Last, c.At.UnixMilli()
			changedPolicy(tx, c.Account(), o.ID)
		}
		if err := insertVersion(ctx, tx, c.Account(), o.ID, version{o.Last, document, c.At.UnixMilli()}); err != nil {
			return err
		}
		return saveVersions(ctx, tx, c.Account(), o)
	})
	return out, err
}

// SetDefaultPolicyVersion puts another version into force, for everybody who has or is bounded by the policy.
func (p *Product) SetDefaultPolicyVersion(ctx context.Context, c *call.Call, in *cam20190116.SetDefaultPolicyVersionRequest) (*cam20190116.SetDefaultPolicyVersionResponse, error) {
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		o, err := ownPolicy(ctx, tx, c.Account(), in.PolicyId)
		if err != nil {
			return err
		}
		v, err := versionOf(ctx, tx, c.Account(), o, in.VersionId)
		if err != nil {
			return err
		}
		if v.Number == o.Default {
			return fault.New(code.FailedOperationPolicyVersionAlreadyDefault)
		}
		// What was valid when it was written is not judged again, but it must be readable to have an effect.
		if _, err := policy.Parse(v.Document); err != nil {
			return documentFault(err)
		}
		o.Default, o.Updated = v.Number, c.At.UnixMilli()
		changedPolicy(tx, c.Account(), o.ID)
		return saveVersions(ctx, tx, c.Account(), o)
	})
}

// DeletePolicyVersion deletes versions, all or none. The one in force cannot go.
func (p *Product) DeletePolicyVersion(ctx context.Context, c *call.Call, in *cam20190116.DeletePolicyVersionRequest) (*cam20190116.DeletePolicyVersionResponse, error) {
	numbers := distinct(in.VersionId)
	return nil, c.Write(ctx, func(tx *store.Tx) error {
		o, err := ownPolicy(ctx, tx, c.Account(), in.PolicyId)
		if err != nil {
			return err
		}
		if slices.Contains(numbers, o.Default) {
			return fault.New(code.FailedOperationPolicyVersionAlreadyDefault)
		}
		for _, number := range numbers {
			if _, err := versionOf(ctx, tx, c.Account(), o, number); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `DELETE FROM policy_versions WHERE account = $1 AND policy_id = $2 AND version = $3`, c.Account(), o.ID, number)
			if err != nil {
				return fmt.Errorf("delete policy version: %w", err)
			}
		}
		return nil
	})
}

// GetPolicyVersion shows one version.
func (p *Product) GetPolicyVersion(ctx context.Context, c *call.Call, in *cam20190116.GetPolicyVersionRequest) (*cam20190116.GetPolicyVersionResponse, error) {
	out := &cam20190116.GetPolicyVersionResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		o, err := PolicyByID(ctx, q, c.Account(), in.PolicyId)
		if err != nil {
			return asNotFound(err)
		}
		v, err := versionOf(ctx, q, c.Account(), o, in.VersionId)
		out.PolicyVersion = cam20190116.PolicyVersionDetail{VersionId: &v.Number, CreateDate: new(versionTime(v.Created)),
			IsDefaultVersion: new(flag(v.Number == o.Default)), Document: &v.Document}
		return err
	})
	return out, err
}

// ListPolicyVersions lists the versions of a policy without their documents, oldest first. The one version of a preset
// is not listed: new releases replace it.
func (p *Product) ListPolicyVersions(ctx context.Context, c *call.Call, in *cam20190116.ListPolicyVersionsRequest) (*cam20190116.ListPolicyVersionsResponse, error) {
	out := &cam20190116.ListPolicyVersionsResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		o, err := PolicyByID(ctx, q, c.Account(), in.PolicyId)
		if err != nil {
			return err
		}
		out.Versions, err = store.Collect(ctx, q, func(r store.Row) (cam20190116.PolicyVersionItem, error) {
			v, err := scanVersion(r)
			return cam20190116.PolicyVersionItem{VersionId: v.Number, CreateDate: versionTime(v.Created), IsDefaultVersion: flag(v.Number == o.Default)}, err
		}, `SELECT version, '', created_at FROM policy_versions WHERE account = $1 AND policy_id = $2 ORDER BY version`, c.Account(), o.ID)
		if err != nil {
			return fmt.Errorf("list policy versions: %w", err)
		}
		return nil
	})
	return out, err
}
