package eiam

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
)

// maxOrganizations is in how many organizations a person can be.
const maxOrganizations = 9

// The relations of a person to an organization, and of a person to a job.
const (
	secondary = 0 // a further organization, a part-time job
	primary   = 1 // the primary organization, the main job
)

// places is where a person is in the organization: at most one organization is the primary one.
type places struct {
	primary   string   // an organization, "" for none
	secondary []string // others
	jobs      []job    // of a new person
}

// add puts one more organization in. COM.0601: it is there already, or a second one is primary.
func (w *places) add(org string, relation int64) error {
	if org == w.primary || slices.Contains(w.secondary, org) || relation == primary && w.primary != "" {
		return fault.New(codeParameter)
	}
	if relation == primary {
		w.primary = org
		return nil
	}
	w.secondary = append(w.secondary, org)
	return nil
}

// check asks for exactly one primary organization, the one with the id where that is not "". COM.0601.
func (w *places) check(id string) error {
	if w.primary == "" || id != "" && w.primary != id || len(w.secondary)+1 > maxOrganizations {
		return fault.New(codeParameter)
	}
	return nil
}

// placesOf reads where a new user is to be: in the organizations of the jobs where there are jobs, else in those of the list,
// else in the one of the code, else in the first root. COM.0601, ORG.0001, JOB.POSITION.0001, JOB.TITLE.0001.
func placesOf(ctx context.Context, q store.Queryer, a store.Account, orgCode *string, list []eiamv2.UserOrganizationCode, jobs []eiamv2.UserJobCode) (*places, error) {
	if len(jobs) == 0 {
		w, err := placesAfter(ctx, q, a, "", orgCode, list)
		if w == nil && err == nil {
			return firstPlace(ctx, q, a)
		}
		return w, err
	}
	id, err := organizationID(ctx, q, a, orgCode)
	if err != nil {
		return nil, err
	}
	w := &places{}
	for _, in := range jobs {
		j, err := findJob(ctx, q, a, in.OrgCode, in.PositionCode, in.TitleCode)
		if err != nil {
			return nil, err
		}
		j.relation = in.RelationType
		w.jobs = append(w.jobs, *j)
		if j.relation == primary {
			if w.primary != "" {
				return nil, fault.New(codeParameter)
			}
			w.primary = j.org
		}
	}
	for _, j := range w.jobs {
		if j.org != w.primary && !slices.Contains(w.secondary, j.org) {
			w.secondary = append(w.secondary, j.org)
		}
	}
	return w, w.check(id)
}

func firstPlace(ctx context.Context, q store.Queryer, a store.Account) (*places, error) {
	w := &places{}
	o, ok, err := FirstOrganization(ctx, q, a)
	if ok {
		w.primary = o.ID
	}
	return w, err
}

// placesAfter reads where a user is to be: in the organizations of the list, or where only a code is given in that one, in
// the further ones where the user is already, and in the former primary one while a part-time job is in it. nil where the
// request does not say. COM.0601, ORG.0001.
func placesAfter(ctx context.Context, q store.Queryer, a store.Account, person string, orgCode *string, list []eiamv2.UserOrganizationCode) (*places, error) {
	for _, in := range list {
		if given(in.OrgCode) == "" || in.RelationType == nil {
			return nil, fault.New(codeParameter)
		}
	}
	id, err := organizationID(ctx, q, a, orgCode)
	if err != nil || id == "" && len(list) == 0 {
		return nil, err
	}
	w := &places{}
	if len(list) == 0 {
		now, err := placesNow(ctx, q, a, person)
		if err != nil {
			return nil, err
		}
		jobs, err := jobsOf(ctx, q, a, person)
		if err != nil {
			return nil, err
		}
		w.primary = id
		w.secondary = slices.DeleteFunc(now.secondary, func(org string) bool { return org == id })
		works := func(j *job) bool { return j.relation == secondary && j.org == now.primary }
		if now.primary != id && slices.ContainsFunc(jobs, works) {
			w.secondary = append(w.secondary, now.primary)
		}
		return w, w.check(id)
	}
	for _, in := range list {
		o, err := OrganizationByCode(ctx, q, a, *in.OrgCode)
		if err != nil {
			return nil, err
		}
		if err := w.add(o.ID, *in.RelationType); err != nil {
			return nil, err
		}
	}
	return w, w.check(id)
}

// placesNow reads where a person is.
func placesNow(ctx context.Context, q store.Queryer, a store.Account, person string) (*places, error) {
	all, err := relations(ctx, q, a, []string{person})
	w := &places{}
	for _, r := range all[person] {
		if r.RelationType == primary {
			w.primary = r.OrgId
			continue
		}
		w.secondary = append(w.secondary, r.OrgId)
	}
	return w, err
}

// relations are the organizations of persons as answers have them, the primary one first.
func relations(ctx context.Context, q store.Queryer, a store.Account, persons []string) (map[string][]eiamv2.UserOrganization, error) {
	all := map[string][]eiamv2.UserOrganization{}
	if len(persons) == 0 {
		return all, nil
	}
	_, err := store.Collect(ctx, q, func(r store.Row) (none struct{}, err error) {
		var person string
		var o eiamv2.UserOrganization
		if err = r.Scan(&person, &o.OrgId, &o.RelationType); err == nil {
			all[person] = append(all[person], o)
		}
		return none, err
	}, `SELECT person, org, relation FROM eiam_person_orgs WHERE account = $1 AND person IN (`+store.Placeholders(2, len(persons))+`)
		ORDER BY person, relation DESC, org`, idArgs(a, persons)...)
	if err != nil {
		return nil, fmt.Errorf("read organizations of users: %w", err)
	}
	return all, nil
}

// idArgs are the arguments of a query about an account and ids in it.
func idArgs(a store.Account, ids []string) []any {
	args := []any{a}
	for _, id := range ids {
		args = append(args, id)
	}
	return args
}

// give puts a new person into its organizations and jobs.
func (w *places) give(ctx context.Context, tx *store.Tx, a store.Account, person string, at time.Time) error {
	if err := w.write(ctx, tx, a, person); err != nil {
		return err
	}
	for i := range w.jobs {
		w.jobs[i].person = person
		if err := w.jobs[i].create(ctx, tx, a, at); err != nil {
			return err
		}
	}
	return nil
}

// move puts a person into these organizations instead of those before. The main job follows the primary organization and
// loses its position; part-time jobs in organizations that the person leaves are gone.
func (w *places) move(ctx context.Context, tx *store.Tx, a store.Account, person string) error {
	if err := w.write(ctx, tx, a, person); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE eiam_jobs SET org = $3, position = '' WHERE account = $1 AND person = $2 AND relation = 1 AND org <> $3`, a, person, w.primary)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM eiam_jobs WHERE account = $1 AND person = $2 AND relation = 0
			AND org NOT IN (SELECT m.org FROM eiam_person_orgs m WHERE m.account = $1 AND m.person = $2)`, a, person)
	}
	if err != nil {
		return fmt.Errorf("move jobs: %w", err)
	}
	return nil
}

// write replaces the organizations of a person.
func (w *places) write(ctx context.Context, tx *store.Tx, a store.Account, person string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM eiam_person_orgs WHERE account = $1 AND person = $2`, a, person)
	insert := func(org string, relation int) {
		if err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO eiam_person_orgs (account, person, org, relation) VALUES ($1, $2, $3, $4)`, a, person, org, relation)
		}
	}
	if w.primary != "" {
		insert(w.primary, primary)
	}
	for _, org := range w.secondary {
		insert(org, secondary)
	}
	if err != nil {
		return fmt.Errorf("write organizations of a user: %w", err)
	}
	return nil
}
