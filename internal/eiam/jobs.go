package eiam

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/code"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// job is what a person does in an organization, in which it is then: the main job is in the primary one.
type job struct {
	id              string
	person          string
	org             string
	position, title string // "" for none
	relation        int64
}

const selectJobs = `SELECT j.id, j.person, j.org, j.position, j.title, j.relation FROM eiam_jobs j WHERE j.account = $1 AND j.person = $2 `

func scanJob(r store.Row) (*job, error) {
	var j job
	err := r.Scan(&j.id, &j.person, &j.org, &j.position, &j.title, &j.relation)
	return &j, err
}

// findJob reads a job as requests give it, by codes; what is not given is none. A position may be that of another
// organization. ORG.0001, JOB.POSITION.0001, JOB.TITLE.0001.
func findJob(ctx context.Context, q store.Queryer, a store.Account, orgCode string, positionCode, titleCode *string) (*job, error) {
	o, err := OrganizationByCode(ctx, q, a, orgCode)
	if err != nil {
		return nil, err
	}
	position, err := positionID(ctx, q, a, positionCode)
	if err != nil {
		return nil, err
	}
	title, err := titleID(ctx, q, a, titleCode)
	return &job{org: o.ID, position: position, title: title}, err
}

// create writes a new job and gives it its id.
func (j *job) create(ctx context.Context, tx *store.Tx, a store.Account, at time.Time) error {
	var err error
	if j.id, err = directory.NextID(ctx, tx, "eiam_jobs", a, at); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO eiam_jobs (account, id, person, org, position, title, relation) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a, j.id, j.person, j.org, j.position, j.title, j.relation)
	if err != nil {
		return fmt.Errorf("create job: %w", err)
	}
	return nil
}

// update writes a job that is there.
func (j *job) update(ctx context.Context, tx *store.Tx, a store.Account) error {
	_, err := tx.ExecContext(ctx, `UPDATE eiam_jobs SET org = $3, position = $4, title = $5 WHERE account = $1 AND id = $2`, a, j.id, j.org, j.position, j.title)
	if err != nil {
		return fmt.Errorf("update job: %w", err)
	}
	return nil
}

// jobsOf are the jobs of a person, the main one first.
func jobsOf(ctx context.Context, q store.Queryer, a store.Account, person string) ([]*job, error) {
	all, err := store.Collect(ctx, q, scanJob, selectJobs+`ORDER BY j.relation DESC, j.id`, a, person)
	if err != nil {
		return nil, fmt.Errorf("read jobs: %w", err)
	}
	return all, nil
}

// settlePlaces brings a person's further organizations in line with the part-time jobs after one of them has changed: that of
// every job is among them, and one that was only that of the changed job (left) is not. COM.0601: too many.
func settlePlaces(ctx context.Context, tx *store.Tx, a store.Account, person, main, left string, at time.Time) error {
	w, err := placesNow(ctx, tx, a, person)
	if err != nil {
		return err
	}
	jobs, err := jobsOf(ctx, tx, a, person)
	if err != nil {
		return err
	}
	if main != "" {
		w.primary = main
	}
	w.secondary = slices.DeleteFunc(w.secondary, func(org string) bool { return org == left || org == w.primary })
	for _, j := range jobs {
		if j.org != w.primary && !slices.Contains(w.secondary, j.org) {
			w.secondary = append(w.secondary, j.org)
		}
	}
	if len(w.secondary)+1 > maxOrganizations {
		return fault.New(codeParameter)
	}
	if err := w.write(ctx, tx, a, person); err != nil {
		return err
	}
	return directory.Touch(ctx, tx, a, person, at)
}

// ListUserJobs lists the jobs of a user, the main one first.
func (p *Product) ListUserJobs(ctx context.Context, c *call.Call, in *eiamv2.ListUserJobsRequest) (*eiamv2.ListUserJobsResponse, error) {
	if _, err := p.jobsManaged(ctx, c.Account()); err != nil {
		return nil, err
	}
	out := &eiamv2.ListUserJobsResponse{Jobs: []eiamv2.Job{}}
	err := p.read(ctx, c, user(ctx, c, in.UserId), func(q store.Queryer) error {
		all, err := jobsOf(ctx, q, c.Account(), in.UserId)
		for _, j := range all {
			if wanted := given(in.RelationType); wanted == "" || wanted == fmt.Sprint(j.relation) {
				out.Jobs = append(out.Jobs, eiamv2.Job{JobId: j.id, OrgId: j.org, PositionId: nullable(j.position), TitleId: nullable(j.title), RelationType: j.relation})
			}
		}
		out.Total = int64(len(out.Jobs))
		return err
	})
	return out, err
}

// workFor runs the write of a call that gives a user this job. What the job is of is looked for before the user, as the
// protocol has it.
func (p *Product) workFor(ctx context.Context, c *call.Call, id, orgCode string, positionCode, titleCode *string, act func(tx *store.Tx, j *job) error) error {
	if _, err := p.jobsManaged(ctx, c.Account()); err != nil {
		return err
	}
	return p.write(ctx, c, nothing, func(tx *store.Tx) error {
		j, err := findJob(ctx, tx, c.Account(), orgCode, positionCode, titleCode)
		if err != nil {
			return err
		}
		if _, err := getUser(ctx, tx, c.Account(), id); err != nil {
			return err
		}
		j.person = id
		return act(tx, j)
	})
}

// TransferJob moves a user to another primary organization and main job. The former organization stays a further one while
// there is a part-time job in it.
func (p *Product) TransferJob(ctx context.Context, c *call.Call, in *eiamv2.TransferJobRequest) (*eiamv2.TransferJobResponse, error) {
	err := p.workFor(ctx, c, in.UserId, in.OrgCode, in.PositionCode, in.TitleCode, func(tx *store.Tx, j *job) error {
		all, err := jobsOf(ctx, tx, c.Account(), in.UserId)
		if err != nil {
			return err
		}
		if j.relation = primary; len(all) > 0 && all[0].relation == primary {
			j.id = all[0].id
			err = j.update(ctx, tx, c.Account())
		} else {
			err = j.create(ctx, tx, c.Account(), c.At)
		}
		if err != nil {
			return err
		}
		return settlePlaces(ctx, tx, c.Account(), in.UserId, j.org, "", c.At)
	})
	return &eiamv2.TransferJobResponse{UserId: in.UserId}, err
}

// AddPartTimeJob gives a user a job beside the main one.
func (p *Product) AddPartTimeJob(ctx context.Context, c *call.Call, in *eiamv2.AddPartTimeJobRequest) (*eiamv2.AddPartTimeJobResponse, error) {
	out := &eiamv2.AddPartTimeJobResponse{}
	err := p.workFor(ctx, c, in.UserId, in.OrgCode, in.PositionCode, in.TitleCode, func(tx *store.Tx, j *job) error {
		j.relation = secondary
		if err := j.create(ctx, tx, c.Account(), c.At); err != nil {
			return err
		}
		touched(c, "job", j.id)
		out.JobId = j.id
		return settlePlaces(ctx, tx, c.Account(), in.UserId, "", "", c.At)
	})
	return out, err
}

// partTimeJob finds a part-time job of a user; USER.0093 where there is none.
func partTimeJob(ctx context.Context, q store.Queryer, a store.Account, person, id string) (*job, error) {
	return one(ctx, q, code.USER0093, scanJob, selectJobs+`AND j.id = $3 AND j.relation = 0`, a, person, id)
}

// UpdatePartTimeJob changes a part-time job of a user; position and title that are not given are taken away.
func (p *Product) UpdatePartTimeJob(ctx context.Context, c *call.Call, in *eiamv2.UpdatePartTimeJobRequest) (*eiamv2.UpdatePartTimeJobResponse, error) {
	err := p.workFor(ctx, c, in.UserId, in.OrgCode, in.PositionCode, in.TitleCode, func(tx *store.Tx, j *job) error {
		before, err := partTimeJob(ctx, tx, c.Account(), in.UserId, in.JobId)
		if err != nil {
			return err
		}
		j.id = before.id
		if err := j.update(ctx, tx, c.Account()); err != nil {
			return err
		}
		return settlePlaces(ctx, tx, c.Account(), in.UserId, "", before.org, c.At)
	})
	return &eiamv2.UpdatePartTimeJobResponse{JobId: in.JobId}, err
}

// DeletePartTimeJob takes a part-time job from a user.
func (p *Product) DeletePartTimeJob(ctx context.Context, c *call.Call, in *eiamv2.DeletePartTimeJobRequest) (*eiamv2.DeletePartTimeJobResponse, error) {
	if _, err := p.jobsManaged(ctx, c.Account()); err != nil {
		return nil, err
	}
	err := p.write(ctx, c, user(ctx, c, in.UserId), func(tx *store.Tx) error {
		j, err := partTimeJob(ctx, tx, c.Account(), in.UserId, in.JobId)
		if err != nil {
			return err
		}
		if err := run(ctx, tx, "delete job", []string{`DELETE FROM eiam_jobs WHERE account = $1 AND id = $2`}, c.Account(), j.id); err != nil {
			return err
		}
		return settlePlaces(ctx, tx, c.Account(), in.UserId, "", j.org, c.At)
	})
	return &eiamv2.DeletePartTimeJobResponse{}, err
}
