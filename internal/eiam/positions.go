package eiam

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// Position is a place in an organization that people can fill.
type Position struct {
	ID               string
	Organization     string
	Code             string // unique in the tenant
	Name             string
	Title            string // "" for none
	Created, Updated int64  // unix milliseconds
}

const positionColumns = `s.id, s.org, s.code, s.name, s.title, s.created_at, s.updated_at`

const selectPosition = `SELECT ` + positionColumns + ` FROM eiam_positions s WHERE s.account = $1 AND `

func scanPosition(r store.Row) (*Position, error) {
	var s Position
	err := r.Scan(&s.ID, &s.Organization, &s.Code, &s.Name, &s.Title, &s.Created, &s.Updated)
	return &s, err
}

// GetPosition finds a position; JOB.POSITION.0001 where there is none.
func GetPosition(ctx context.Context, q store.Queryer, a store.Account, id string) (*Position, error) {
	return one(ctx, q, code.JOBPOSITION0001, scanPosition, selectPosition+`s.id = $2`, a, id)
}

// positionID is the id of the position with a code, "" where none is given. JOB.POSITION.0001.
func positionID(ctx context.Context, q store.Queryer, a store.Account, positionCode *string) (string, error) {
	if given(positionCode) == "" {
		return "", nil
	}
	s, err := one(ctx, q, code.JOBPOSITION0001, scanPosition, selectPosition+`s.code = $2`, a, *positionCode)
	if err != nil {
		return "", err
	}
	return s.ID, nil
}

func checkPosition(ctx context.Context, q store.Queryer, a store.Account, s *Position) error {
	return refuseIfAny(ctx, q, code.JOBPOSITION0009, `eiam_positions WHERE account = $1 AND code = $2 AND id <> $3`, a, s.Code, s.ID)
}

// CreatePosition makes a position in an organization, with a title that the caller has found, and answers it with its id.
// JOB.POSITION.0009.
func CreatePosition(ctx context.Context, tx *store.Tx, a store.Account, in Position, at time.Time) (*Position, error) {
	s := in
	s.Created, s.Updated = at.UnixMilli(), at.UnixMilli()
	if err := checkPosition(ctx, tx, a, &s); err != nil {
		return nil, err
	}
	var err error
	if s.ID, err = directory.NextID(ctx, tx, "eiam_positions", a, at); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO eiam_positions (account, id, org, code, name, title, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
		a, s.ID, s.Organization, s.Code, s.Name, s.Title, s.Created)
	if err != nil {
		return nil, fmt.Errorf("create job position: %w", err)
	}
	return &s, nil
}

// positionInUse repeats the condition of the index, which is not used otherwise.
const positionInUse = `eiam_jobs WHERE account = $1 AND position = $2 AND position <> ''`

// UpdatePosition writes the members of a position that the caller has found, in place of those before; one that people fill
// stays in its organization. JOB.POSITION.0001, JOB.POSITION.0009, JOB.POSITION.0018.
func UpdatePosition(ctx context.Context, tx *store.Tx, a store.Account, s *Position, at time.Time) error {
	if err := checkPosition(ctx, tx, a, s); err != nil {
		return err
	}
	before, err := GetPosition(ctx, tx, a, s.ID)
	if err != nil {
		return err
	}
	if before.Organization != s.Organization {
		if err := refuseIfAny(ctx, tx, code.JOBPOSITION0018, positionInUse, a, s.ID); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `UPDATE eiam_positions SET org = $3, code = $4, name = $5, title = $6, updated_at = $7 WHERE account = $1 AND id = $2`,
		a, s.ID, s.Organization, s.Code, s.Name, s.Title, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("update job position: %w", err)
	}
	return nil
}

// DeletePosition deletes a position that nobody fills. JOB.POSITION.0001, JOB.POSITION.0017.
func DeletePosition(ctx context.Context, tx *store.Tx, a store.Account, id string) error {
	if _, err := GetPosition(ctx, tx, a, id); err != nil {
		return err
	}
	if err := refuseIfAny(ctx, tx, code.JOBPOSITION0017, positionInUse, a, id); err != nil {
		return err
	}
	return run(ctx, tx, "delete job position", []string{`DELETE FROM eiam_positions WHERE account = $1 AND id = $2`}, a, id)
}

// CreateJobPosition makes a job position.
func (p *Product) CreateJobPosition(ctx context.Context, c *call.Call, in *eiamv2.CreateJobPositionRequest) (*eiamv2.CreateJobPositionResponse, error) {
	if _, err := p.jobsManaged(ctx, c.Account()); err != nil {
		return nil, err
	}
	out := &eiamv2.CreateJobPositionResponse{}
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error {
		o, err := OrganizationByCode(ctx, tx, c.Account(), in.OrgCode)
		if err != nil {
			return err
		}
		title, err := titleID(ctx, tx, c.Account(), in.TitleCode)
		if err != nil {
			return err
		}
		made, err := CreatePosition(ctx, tx, c.Account(), Position{Organization: o.ID, Code: in.Code, Name: in.Name, Title: title}, c.At)
		if err != nil {
			return err
		}
		touched(c, "job-position", made.ID)
		out.PositionId = made.ID
		return nil
	})
	return out, err
}

// UpdateJobPosition changes what is given of a job position. An empty title takes the title away, every other empty text
// keeps what is there.
func (p *Product) UpdateJobPosition(ctx context.Context, c *call.Call, in *eiamv2.UpdateJobPositionRequest) (*eiamv2.UpdateJobPositionResponse, error) {
	if _, err := p.jobsManaged(ctx, c.Account()); err != nil {
		return nil, err
	}
	named := func(q store.Queryer) error {
		_, err := GetPosition(ctx, q, c.Account(), in.PositionId)
		return err
	}
	err := p.write(ctx, c, named, func(tx *store.Tx) error {
		s, err := GetPosition(ctx, tx, c.Account(), in.PositionId)
		if err != nil {
			return err
		}
		org, err := organizationID(ctx, tx, c.Account(), in.OrgCode)
		if err != nil {
			return err
		}
		replace(&s.Organization, &org)
		if in.TitleCode != nil {
			if s.Title, err = titleID(ctx, tx, c.Account(), in.TitleCode); err != nil {
				return err
			}
		}
		replace(&s.Code, in.Code)
		replace(&s.Name, in.Name)
		return UpdatePosition(ctx, tx, c.Account(), s, c.At)
	})
	return &eiamv2.UpdateJobPositionResponse{PositionId: in.PositionId}, err
}

// DeleteJobPosition deletes a job position that nobody fills.
func (p *Product) DeleteJobPosition(ctx context.Context, c *call.Call, in *eiamv2.DeleteJobPositionRequest) (*eiamv2.DeleteJobPositionResponse, error) {
	if _, err := p.jobsManaged(ctx, c.Account()); err != nil {
		return nil, err
	}
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error { return DeletePosition(ctx, tx, c.Account(), in.PositionId) })
	return &eiamv2.DeleteJobPositionResponse{}, err
}

func (s *Position) show(in *Tenant) eiamv2.Position {
	return eiamv2.Position{PositionId: s.ID, OrgId: s.Organization, Name: s.Name, Code: s.Code, TitleId: nullable(s.Title),
		CreatedAt: in.Time(s.Created), UpdatedAt: in.Time(s.Updated)}
}

// GetJobPosition shows a job position.
func (p *Product) GetJobPosition(ctx context.Context, c *call.Call, in *eiamv2.GetJobPositionRequest) (*eiamv2.GetJobPositionResponse, error) {
	tenant, err := p.jobsManaged(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	s, err := GetPosition(ctx, p.db.Read(), c.Account(), in.PositionId)
	if err != nil {
		return nil, err
	}
	return new(eiamv2.GetJobPositionResponse(s.show(tenant))), c.Valid()
}

// ListJobPositions lists the job positions of the tenant or of one organization, oldest first.
func (p *Product) ListJobPositions(ctx context.Context, c *call.Call, in *eiamv2.ListJobPositionsRequest) (*eiamv2.ListJobPositionsResponse, error) {
	tenant, err := p.jobsManaged(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	out := &eiamv2.ListJobPositionsResponse{JobPositions: []eiamv2.Position{}}
	err = p.read(ctx, c, nothing, func(q store.Queryer) error {
		after, err := tenant.since(in.UpdatedAtGreater)
		if err != nil {
			return err
		}
		from, args := `eiam_positions s WHERE s.account = $1`, []any{c.Account()}
		if org := given(in.OrgId); org != "" {
			if _, err := GetOrganization(ctx, q, c.Account(), org); err != nil {
				return err
			}
			args = append(args, org)
			from += ` AND s.org = $2`
		}
		if after != 0 {
			args = append(args, after)
			from += ` AND s.updated_at > $` + strconv.Itoa(len(args))
		}
		page, total, err := list(ctx, q, scanPosition, positionColumns, from, `s.id`, PageOf(in.Offset, in.Limit), args...)
		out.Total = total
		for _, s := range page {
			out.JobPositions = append(out.JobPositions, s.show(tenant))
		}
		return err
	})
	return out, err
}
