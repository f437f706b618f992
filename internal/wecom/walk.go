package wecom

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
)

// This file reads the directory of an enterprise. A reading draws a number, fills a picture of that number department by
// department, in batches, and at its end makes it the one that is shown. Whatever fails before leaves the picture before.

const (
	// syncEvery is how often the directory is read without an occasion. Our decision.
	syncEvery = 30 * time.Minute
	// syncAgain is how soon after a reading failed.
	syncAgain = 2 * time.Minute
	// syncLease is how long a node may go without a batch before another one takes the reading over.
	syncLease = time.Minute
	// walkBatch rows are written in one transaction.
	walkBatch = 500
)

// pictures is the sequence of the readings' numbers.
const pictures = "wecom_pictures"

// errLost is a reading that another one, or the end of the link, has overtaken.
var errLost = errors.New("the reading was overtaken")

// walk is one reading.
type walk struct {
	*Product
	corp    corp
	session *qyapi.Session
	found   int64 // the number of its picture
	began   time.Time
	next    int64 // when the one after it is due, unless somebody asks for it earlier

	scope       scope
	appName     string
	departments map[int64]*qyapi.Department
	roots       []int64
	single      []string // members that are in the scope by themselves
	number      int64    // of the last member
	batch       []*qyapi.Member
	in          int64 // the department that the batch is from, 0 for none
	seen        map[string]bool
}

// syncDue reads the enterprise whose reading is the longest overdue; false if there is none.
func (p *Product) syncDue(ctx context.Context) (bool, error) {
	w, err := p.claimSync(ctx)
	if w == nil || err != nil {
		return false, err
	}
	err = w.run(ctx)
	switch {
	case errors.Is(err, errLost):
		err = nil
	case err == nil:
		err = p.checkUsers(ctx, &w.corp, w.began)
	}
	if err != nil && ctx.Err() == nil {
		p.Log.Warn("reading an enterprise of WeCom failed", "account", int64(w.corp.account), "corp", w.corp.corpID, "error", err)
		return true, w.failed(ctx, err)
	}
	return true, err
}

// claimSync takes the lease of an enterprise that is due.
func (p *Product) claimSync(ctx context.Context) (w *walk, err error) {
	now := p.Now()
	due := `SELECT ` + corpColumns + ` FROM wecom_corps c WHERE c.sync_at <= $1 AND c.sync_lease <= $1 AND c.state <> $2 ORDER BY c.sync_at LIMIT 1`
	// Looked for outside of a write first: mostly there is none.
	if _, err := store.One(ctx, p.DB.Read(), scanCorp, errNoCorp, due, now.UnixMilli(), stateUnlinked); err != nil {
		return nil, none(err)
	}
	err = p.DB.Write(ctx, func(tx *store.Tx) error {
		o, err := store.One(ctx, tx, scanCorp, errNoCorp, due, now.UnixMilli(), stateUnlinked)
		if err != nil {
			return err
		}
		w = &walk{Product: p, corp: o, session: p.session(&o), began: now, next: now.Add(syncEvery).UnixMilli(), departments: map[int64]*qyapi.Department{}, seen: map[string]bool{}}
		if w.found, err = tx.NextID(ctx, pictures, 1); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE wecom_corps SET sync_at = $2, sync_lease = $3, sync_found = $4, sync_seen = 0 WHERE id = $1`,
			o.id, w.next, now.Add(syncLease).UnixMilli(), w.found)
		return err
	})
	if err != nil {
		return nil, none(err)
	}
	return w, nil
}

// none is no error where there is nothing to do.
func none(err error) error {
	if errors.Is(err, errNoCorp) || errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func (w *walk) run(ctx context.Context) error {
	// What readings before have left that did not come to their end.
	if err := w.erase(ctx, w.corp.generation); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{w.readScope, w.readDepartments, w.saveDepartments, w.readMembers, w.readSingle} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := w.finish(ctx); err != nil {
		return err
	}
	return w.erase(ctx, w.found)
}

// skipped reports whether an error says that something went away, or out of sight, while the reading went on: it is then
// none of the picture. A department that is too large to be listed is left out too, and said so in the log.
func (w *walk) skipped(err error, what string, id any) bool {
	switch qyapi.HandlingOf(err) {
	case qyapi.Gone, qyapi.Hidden, qyapi.NoDepartment, qyapi.TooLarge:
		w.Log.Info("left out of the picture of an enterprise of WeCom", "corp", w.corp.corpID, what, id, "error", err)
		return true
	}
	return false
}

func (w *walk) readScope(ctx context.Context) error {
	a, err := w.session.Agent(ctx, w.corp.agentID)
	switch {
	case err != nil:
		return err
	case a.Closed:
		return &qyapi.Error{Code: errClosed, Call: "agent/get"}
	}
	w.appName, w.scope = a.Name, scopeOf(a)
	w.roots, w.single = a.Departments, a.Users
	for _, id := range a.Tags {
		t, err := w.session.Tag(ctx, id)
		if w.skipped(err, "tag", id) {
			continue
		}
		if err != nil {
			return err
		}
		w.roots, w.single = append(w.roots, t.Departments...), append(w.single, t.Users...)
	}
	return nil
}

func (w *walk) readDepartments(ctx context.Context) error {
	for _, id := range w.roots {
		if w.departments[id] != nil {
			continue // below one that was read
		}
		list, err := w.listDepartments(ctx, id)
		if w.skipped(err, "department", id) {
			continue
		}
		if err != nil {
			return err
		}
		for _, d := range list {
			w.departments[d.ID] = &d
		}
	}
	for i, d := range w.scope.Departments {
		if known := w.departments[d.ID]; known != nil {
			w.scope.Departments[i].Name = known.Name
		}
	}
	return nil
}

// listDepartments lists a department and those below it, one by one where WeCom cannot list them at once.
func (w *walk) listDepartments(ctx context.Context, id int64) ([]qyapi.Department, error) {
	list, err := w.session.Departments(ctx, id)
	if qyapi.HandlingOf(err) != qyapi.TooLarge {
		return list, err
	}
	ids, err := w.session.DepartmentIDs(ctx, id)
	for _, id := range ids {
		d, err := w.session.Department(ctx, id)
		if w.skipped(err, "department", id) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, *d)
	}
	return list, err
}

// write runs a batch of the reading while it is still the one, and tells how far it is.
func (w *walk) write(ctx context.Context, fn func(tx *store.Tx) error) error {
	return w.DB.Write(ctx, func(tx *store.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE wecom_corps SET sync_lease = $3, sync_seen = $4 WHERE id = $1 AND sync_found = $2 AND sync_lease > 0`,
			w.corp.id, w.found, w.Now().Add(syncLease).UnixMilli(), w.number)
		if err != nil {
			return fmt.Errorf("go on reading: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(errLost, err)
		}
		return fn(tx)
	})
}

func (w *walk) saveDepartments(ctx context.Context) error {
	rows := make([]*qyapi.Department, 0, len(w.departments))
	for _, d := range w.departments {
		rows = append(rows, d)
	}
	for len(rows) > 0 {
		batch := rows[:min(len(rows), walkBatch)]
		rows = rows[len(batch):]
		err := w.write(ctx, func(tx *store.Tx) error {
			for _, d := range batch {
				parent := d.ParentID
				if w.departments[parent] == nil || parent == d.ID {
					parent = 0 // the scope begins with it
				}
				_, err := tx.ExecContext(ctx, `INSERT INTO wecom_departments (account, corp, generation, id, parent, name, sorting, members)
					VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`, w.corp.account, w.corp.id, w.found, d.ID, parent, d.Name, d.Order)
				if err != nil {
					return fmt.Errorf("keep department: %w", err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) readMembers(ctx context.Context) error {
	for _, id := range slices.Sorted(maps.Keys(w.departments)) {
		w.in = id
		err := w.session.Members(ctx, id, func(m *qyapi.Member) error { return w.add(ctx, m) })
		gone := w.skipped(err, "department", id)
		if err != nil && !gone {
			return err
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
		if h := qyapi.HandlingOf(err); h == qyapi.NoDepartment || h == qyapi.Hidden {
			if err := w.forget(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// add adds a member to the batch of its department.
func (w *walk) add(ctx context.Context, m *qyapi.Member) error {
	if m.Status == qyapi.Left {
		return nil
	}
	w.batch = append(w.batch, m)
	if len(w.batch) < walkBatch {
		return nil
	}
	return w.flush(ctx)
}

// readSingle reads the members who are in the scope by themselves.
func (w *walk) readSingle(ctx context.Context) error {
	w.in = 0
	for _, userID := range w.single {
		if w.seen[fold(userID)] {
			continue
		}
		w.seen[fold(userID)] = true
		m, err := w.session.Member(ctx, userID)
		if w.skipped(err, "member", userID) {
			continue
		}
		if err == nil {
			err = w.add(ctx, m)
		}
		if err != nil {
			return err
		}
	}
	return w.flush(ctx)
}

// flush writes the batch. A member who is in several departments is met in each: the first time he gets his row, every time
// a place.
func (w *walk) flush(ctx context.Context) error {
	batch := w.batch
	if len(batch) == 0 {
		return nil
	}
	w.batch = nil
	first := w.number
	w.number += int64(len(batch))
	return w.write(ctx, func(tx *store.Tx) error {
		for i, m := range batch {
			if err := w.saveMember(ctx, tx, first+int64(i)+1, m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (w *walk) saveMember(ctx context.Context, tx *store.Tx, number int64, m *qyapi.Member) error {
	key := fold(m.UserID)
	_, err := tx.ExecContext(ctx, `INSERT INTO wecom_members (account, corp, generation, number, userid, userid_key, name, search, title, phone, email, status)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (account, corp, generation, userid_key) DO NOTHING`,
		w.corp.account, w.corp.id, w.found, number, m.UserID, key, m.Name, searchText(m), m.Position, m.Mobile, m.Mail(), int64(m.Status))
	if err != nil {
		return fmt.Errorf("keep member: %w", err)
	}
	if w.in == 0 {
		return nil
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO wecom_placements (account, corp, generation, department, number)
		SELECT account, corp, generation, CAST($5 AS BIGINT), number FROM wecom_members WHERE account = $1 AND corp = $2 AND generation = $3 AND userid_key = $4
		ON CONFLICT (account, corp, generation, department, number) DO NOTHING`, w.corp.account, w.corp.id, w.found, key, w.in)
	if err != nil {
		return fmt.Errorf("keep place of a member: %w", err)
	}
	return nil
}

// forget takes a department out of the picture that went away during the reading, with whatever it had placed there.
func (w *walk) forget(ctx context.Context, id int64) error {
	return w.write(ctx, func(tx *store.Tx) error {
		for _, of := range []string{
			`DELETE FROM wecom_placements WHERE account = $1 AND corp = $2 AND generation = $3 AND department = $4`,
			`DELETE FROM wecom_departments WHERE account = $1 AND corp = $2 AND generation = $3 AND id = $4`,
			`UPDATE wecom_departments SET parent = 0 WHERE account = $1 AND corp = $2 AND generation = $3 AND parent = $4`,
		} {
			if _, err := tx.ExecContext(ctx, of, w.corp.account, w.corp.id, w.found, id); err != nil {
				return fmt.Errorf("forget department: %w", err)
			}
		}
		return nil
	})
}

// finish makes the picture the one that is shown. A scope that somebody said was changed meanwhile is read once more.
func (w *walk) finish(ctx context.Context) error {
	text, err := w.scope.text()
	if err != nil {
		return err
	}
	name := w.appName
	if top := w.departments[topDepartment]; top != nil && top.Name != "" {
		name = top.Name
	}
	return w.write(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE wecom_departments SET members = (SELECT COUNT(*) FROM wecom_placements p WHERE p.account = wecom_departments.account
				AND p.corp = wecom_departments.corp AND p.generation = wecom_departments.generation AND p.department = wecom_departments.id)
			WHERE account = $1 AND corp = $2 AND generation = $3`, w.corp.account, w.corp.id, w.found)
		if err != nil {
			return fmt.Errorf("count members: %w", err)
		}
		_, err = tx.ExecContext(ctx, `UPDATE wecom_corps SET generation = $2, name = $3, app_name = $4, scope = $5, cause = '', synced_at = $6, sync_lease = 0,
				state = CASE WHEN sync_at = $7 THEN '`+stateLinked+`' ELSE state END,
				members = (SELECT COUNT(*) FROM wecom_members m WHERE m.account = wecom_corps.account AND m.corp = wecom_corps.id AND m.generation = $2)
			WHERE id = $1`, w.corp.id, w.found, name, w.appName, text, w.Now().UnixMilli(), w.next)
		if err != nil {
			return fmt.Errorf("show picture: %w", err)
		}
		w.corp.generation = w.found
		return nil
	})
}

// failed notes why a reading failed, and when to try again. Where WeCom takes no calls with these credentials any more, the
// enterprise is unlinked.
func (w *walk) failed(ctx context.Context, failure error) error {
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		// One that was overtaken, as by new credentials, says nothing about the link that there is now.
		o, err := store.One(ctx, tx, scanCorp, errNoCorp, `SELECT `+corpColumns+` FROM wecom_corps c WHERE c.id = $1 AND c.sync_found = $2`, w.corp.id, w.found)
		if err != nil {
			return none(err)
		}
		if cause := endsLink(failure); cause != "" && o.linkedNow() {
			if err := w.record(ctx, tx, o.account, "hufu:UnlinkWeComCorp", map[string]string{"CorpId": o.corpID, "Cause": cause}, corpResource(o.account, o.corpID)); err != nil {
				return err
			}
			return w.unlink(ctx, tx, &o, cause)
		}
		cause, wait := o.cause, syncAgain
		switch e, ok := errors.AsType[*qyapi.Error](failure); {
		case ok && qyapi.HandlingOf(failure) == qyapi.Refused:
			cause = causeAddress
		case ok:
			wait = max(wait, e.Wait)
		default:
			if _, ok := errors.AsType[*qyapi.UnreachableError](failure); ok {
				cause = causeUnreachable
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE wecom_corps SET cause = $3, sync_at = $4, sync_lease = 0 WHERE id = $1 AND sync_found = $2 AND state <> $5`,
			o.id, w.found, cause, w.Now().Add(wait).UnixMilli(), stateUnlinked)
		return err
	})
	if err != nil {
		return fmt.Errorf("note a failed reading: %w", err)
	}
	return nil
}

// endsLink is the cause for which an error of WeCom ends a link, "" for one that does not.
func endsLink(err error) string {
	switch qyapi.HandlingOf(err) {
	case qyapi.Rejected:
		return causeSecret
	case qyapi.Closed:
		return causeClosed
	}
	return ""
}

// erase deletes the pictures of the enterprise that are older than this reading's, but for one.
func (w *walk) erase(ctx context.Context, keep int64) error {
	return w.erasePictures(ctx, w.corp.account, w.corp.id, keep, w.found)
}

const eraseBatch = 5000

// erasePictures deletes the pictures of an enterprise with numbers below one, but for one, in batches that let other writers in. Numbers
// grow: whatever another node, or a link that was made again, is reading meanwhile has a larger one, and is left alone.
func (p *Product) erasePictures(ctx context.Context, a store.Account, corp, keep, below int64) error {
	for _, of := range []struct{ table, key string }{{"wecom_placements", "department, number"}, {"wecom_members", "number"}, {"wecom_departments", "id"}} {
		key := `(account, corp, generation, ` + of.key + `)`
		statement := `DELETE FROM ` + of.table + ` WHERE ` + key + ` IN (SELECT account, corp, generation, ` + of.key + ` FROM ` + of.table + `
			WHERE account = $1 AND corp = $2 AND generation <> $3 AND generation < $4 LIMIT $5)`
		for n := int64(eraseBatch); n == eraseBatch; {
			err := p.DB.Write(ctx, func(tx *store.Tx) error {
				r, err := tx.ExecContext(ctx, statement, a, corp, keep, below, eraseBatch)
				if err == nil {
					n, err = r.RowsAffected()
				}
				return err
			})
			if err != nil {
				return fmt.Errorf("erase pictures: %w", err)
			}
		}
	}
	return nil
}
