package eiam

import (
	"context"
	"fmt"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// Title is a job title, such as engineer, in the whole tenant.
type Title struct {
	ID               string
	Code             string // unique in the tenant
	Name             string
	Created, Updated int64 // unix milliseconds
}

const titleColumns = `t.id, t.code, t.name, t.created_at, t.updated_at`

const selectTitle = `SELECT ` + titleColumns + ` FROM eiam_titles t WHERE t.account = $1 AND `

func scanTitle(r store.Row) (*Title, error) {
	var t Title
	err := r.Scan(&t.ID, &t.Code, &t.Name, &t.Created, &t.Updated)
	return &t, err
}

// GetTitle finds a title; JOB.TITLE.0001 where there is none.
func GetTitle(ctx context.Context, q store.Queryer, a store.Account, id string) (*Title, error) {
	return one(ctx, q, code.JOBTITLE0001, scanTitle, selectTitle+`t.id = $2`, a, id)
}

// titleID is the id of the title with a code, "" where none is given. JOB.TITLE.0001.
func titleID(ctx context.Context, q store.Queryer, a store.Account, titleCode *string) (string, error) {
	if given(titleCode) == "" {
		return "", nil
	}
	t, err := one(ctx, q, code.JOBTITLE0001, scanTitle, selectTitle+`t.code = $2`, a, *titleCode)
	if err != nil {
		return "", err
	}
	return t.ID, nil
}

func checkTitle(ctx context.Context, q store.Queryer, a store.Account, t *Title) error {
	return refuseIfAny(ctx, q, code.JOBTITLE0009, `eiam_titles WHERE account = $1 AND code = $2 AND id <> $3`, a, t.Code, t.ID)
}

// CreateTitle makes a title and answers it with its id. JOB.TITLE.0009.
func CreateTitle(ctx context.Context, tx *store.Tx, a store.Account, titleCode, name string, at time.Time) (*Title, error) {
	t := &Title{Code: titleCode, Name: name, Created: at.UnixMilli(), Updated: at.UnixMilli()}
	if err := checkTitle(ctx, tx, a, t); err != nil {
		return nil, err
	}
	var err error
	if t.ID, err = directory.NextID(ctx, tx, "eiam_titles", a, at); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO eiam_titles (account, id, code, name, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)`,
		a, t.ID, t.Code, t.Name, t.Created)
	if err != nil {
		return nil, fmt.Errorf("create job title: %w", err)
	}
	return t, nil
}

// UpdateTitle writes code and name of a title that the caller has found. JOB.TITLE.0009.
func UpdateTitle(ctx context.Context, tx *store.Tx, a store.Account, t *Title, at time.Time) error {
	if err := checkTitle(ctx, tx, a, t); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE eiam_titles SET code = $3, name = $4, updated_at = $5 WHERE account = $1 AND id = $2`, a, t.ID, t.Code, t.Name, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("update job title: %w", err)
	}
	return nil
}

// DeleteTitle deletes a title that no position and no job has. JOB.TITLE.0001, JOB.TITLE.0015.
func DeleteTitle(ctx context.Context, tx *store.Tx, a store.Account, id string) error {
	if _, err := GetTitle(ctx, tx, a, id); err != nil {
		return err
	}
	for _, from := range []string{`eiam_positions WHERE account = $1 AND title = $2 AND title <> ''`, `eiam_jobs WHERE account = $1 AND title = $2 AND title <> ''`} {
		if err := refuseIfAny(ctx, tx, code.JOBTITLE0015, from, a, id); err != nil {
			return err
		}
	}
	return run(ctx, tx, "delete job title", []string{`DELETE FROM eiam_titles WHERE account = $1 AND id = $2`}, a, id)
}

// jobsManaged answers the tenant, if it manages jobs. ENT.CONFIG.0031: whatever else is wrong with a call about jobs.
func (p *Product) jobsManaged(ctx context.Context, a store.Account) (*Tenant, error) {
	t, err := p.Tenant(ctx, a)
	if err == nil && !t.JobManagement {
		err = fault.New(code.ENTCONFIG0031)
	}
	return t, err
}

// CreateJobTitle makes a job title.
func (p *Product) CreateJobTitle(ctx context.Context, c *call.Call, in *eiamv2.CreateJobTitleRequest) (*eiamv2.CreateJobTitleResponse, error) {
	if _, err := p.jobsManaged(ctx, c.Account()); err != nil {
		return nil, err
	}
	out := &eiamv2.CreateJobTitleResponse{}
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error {
		made, err := CreateTitle(ctx, tx, c.Account(), in.Code, in.Name, c.At)
		if err != nil {
			return err
		}
		touched(c, "job-title", made.ID)
		out.TitleId = made.ID
		return nil
	})
	return out, err
}

// UpdateJobTitle changes what is given of a job title; an empty text keeps what is there.
func (p *Product) UpdateJobTitle(ctx context.Context, c *call.Call, in *eiamv2.UpdateJobTitleRequest) (*eiamv2.UpdateJobTitleResponse, error) {
	if _, err := p.jobsManaged(ctx, c.Account()); err != nil {
		return nil, err
	}
	named := func(q store.Queryer) error {
		_, err := GetTitle(ctx, q, c.Account(), in.TitleId)
		return err
	}
	err := p.write(ctx, c, named, func(tx *store.Tx) error {
		t, err := GetTitle(ctx, tx, c.Account(), in.TitleId)
		if err != nil {
			return err
		}
		replace(&t.Code, in.Code)
		replace(&t.Name, in.Name)
		return UpdateTitle(ctx, tx, c.Account(), t, c.At)
	})
	return &eiamv2.UpdateJobTitleResponse{TitleId: in.TitleId}, err
}

// DeleteJobTitle deletes a job title that nothing has.
func (p *Product) DeleteJobTitle(ctx context.Context, c *call.Call, in *eiamv2.DeleteJobTitleRequest) (*eiamv2.DeleteJobTitleResponse, error) {
	if _, err := p.jobsManaged(ctx, c.Account()); err != nil {
		return nil, err
	}
	err := p.write(ctx, c, nothing, func(tx *store.Tx) error { return DeleteTitle(ctx, tx, c.Account(), in.TitleId) })
	return &eiamv2.DeleteJobTitleResponse{}, err
}

func (t *Title) show(in *Tenant) eiamv2.Title {
	return eiamv2.Title{TitleId: t.ID, Name: t.Name, Code: t.Code, CreatedAt: in.Time(t.Created), UpdatedAt: in.Time(t.Updated)}
}

// GetJobTitle shows a job title.
func (p *Product) GetJobTitle(ctx context.Context, c *call.Call, in *eiamv2.GetJobTitleRequest) (*eiamv2.GetJobTitleResponse, error) {
	tenant, err := p.jobsManaged(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	t, err := GetTitle(ctx, p.db.Read(), c.Account(), in.TitleId)
	if err != nil {
		return nil, err
	}
	return new(eiamv2.GetJobTitleResponse(t.show(tenant))), c.Valid()
}

// ListJobTitles lists the job titles, oldest first.
func (p *Product) ListJobTitles(ctx context.Context, c *call.Call, in *eiamv2.ListJobTitlesRequest) (*eiamv2.ListJobTitlesResponse, error) {
	tenant, err := p.jobsManaged(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	out := &eiamv2.ListJobTitlesResponse{JobTitles: []eiamv2.Title{}}
	err = p.read(ctx, c, nothing, func(q store.Queryer) error {
		page, total, err := list(ctx, q, scanTitle, titleColumns, `eiam_titles t WHERE t.account = $1`, `t.id`, PageOf(in.Offset, in.Limit), c.Account())
		out.Total = total
		for _, t := range page {
			out.JobTitles = append(out.JobTitles, t.show(tenant))
		}
		return err
	})
	return out, err
}
