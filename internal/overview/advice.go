package overview

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/policy"
)

// Bounds of what advice looks at: an account may have a million users, and still it is asked for on every visit.
const (
	mostLooked    = 20_000 // rows, by one query
	mostShown     = 20     // subjects of one advice
	mostDocuments = 2_000  // policies that are read
)

// What is long, and what is many.
const (
	unused         = 90 * 24 * time.Hour
	veryOld        = 180 * 24 * time.Hour
	administrators = 3
)

// The severities, the most urgent first.
const (
	high   = "high"
	medium = "medium"
	low    = "low"
	fine   = "ok"
)

var urgency = []string{high, medium, low, fine}

// adviser looks at one account at one moment.
type adviser struct {
	q     store.Queryer
	owner account.Account
	now   time.Time
}

// subject is somebody or something that an advice concerns.
type subject struct {
	uin    int64
	key    string
	policy int64
	name   string // of the policy
	at     int64  // of a key, its creation
}

func (v *adviser) before(d time.Duration) int64 { return v.now.Add(-d).UnixMilli() }

// users are those of a query for uins, at most mostCounted.
func (v *adviser) users(ctx context.Context, query string, args ...any) ([]subject, error) {
	return store.Collect(ctx, v.q, func(r store.Row) (s subject, err error) {
		err = r.Scan(&s.uin)
		return s, err
	}, query+` LIMIT `+fmt.Sprint(mostCounted), append([]any{v.owner.UIN}, args...)...)
}

// keys are the enabled keys that meet a condition, the oldest first.
func (v *adviser) keys(ctx context.Context, condition string, args ...any) ([]subject, error) {
	return store.Collect(ctx, v.q, func(r store.Row) (s subject, err error) {
		err = r.Scan(&s.uin, &s.key, &s.at)
		return s, err
	}, `SELECT k.uin, k.secret_id, k.created_at FROM (SELECT uin, secret_id, status, created_at, last_used FROM access_keys WHERE account = $1
			ORDER BY created_at, secret_id LIMIT `+fmt.Sprint(mostLooked)+`) AS k
		WHERE k.status = 2 AND `+condition+` ORDER BY k.created_at, k.secret_id LIMIT `+fmt.Sprint(mostCounted), append([]any{v.owner.UIN}, args...)...)
}

// newestUsers are the users of some kinds that are looked at.
func newestUsers(kinds ...cam.UserKind) string {
	each := make([]string, len(kinds))
	for i, kind := range kinds {
		each[i] = fmt.Sprintf(`SELECT * FROM (SELECT uin, console_login, last_login_at, created_at FROM users WHERE account = $1 AND kind = %d ORDER BY uin DESC LIMIT %d) AS of%d`,
			kind, mostLooked, kind)
	}
	return `(` + strings.Join(each, ` UNION ALL `) + `) AS u`
}

const noDevice = `NOT EXISTS (SELECT 1 FROM totp_devices o WHERE o.account = $1 AND o.uin = u.uin AND o.pending = 0)`

// checks are all that is looked at: a code, how bad it is, and whom it concerns. Severe may say how bad it is in this case.
var checks = []struct {
	code, severity string
	find           func(v *adviser, ctx context.Context) ([]subject, error)
	severe         func(v *adviser, found []subject) string
}{
	{code: "RootAccessKey", severity: high, find: func(v *adviser, ctx context.Context) ([]subject, error) {
		return store.Collect(ctx, v.q, func(r store.Row) (s subject, err error) {
			err = r.Scan(&s.uin, &s.key)
			return s, err
		}, `SELECT uin, secret_id FROM access_keys WHERE account = $1 AND uin = $1 AND status = 2 ORDER BY created_at, secret_id LIMIT `+fmt.Sprint(mostCounted), v.owner.UIN)
	}},
	{code: "RootNoMfa", severity: high, find: func(v *adviser, ctx context.Context) ([]subject, error) {
		return v.users(ctx, `SELECT u.uin FROM accounts u WHERE u.uin = $1 AND `+noDevice)
	}},
	{code: "NoMfa", severity: medium, find: func(v *adviser, ctx context.Context) ([]subject, error) {
		return v.users(ctx, `SELECT u.uin FROM `+newestUsers(cam.SubUser)+` WHERE u.console_login = 1 AND `+noDevice)
	}},
	{code: "WildcardPolicy", severity: high, find: (*adviser).wildcards},
	{code: "AdministratorUsers", severity: medium, find: func(v *adviser, ctx context.Context) ([]subject, error) {
		return v.users(ctx, `SELECT uin FROM (SELECT target_id AS uin FROM attachments WHERE account = $1 AND policy_id = $2 AND target_kind = 1
			ORDER BY target_id LIMIT `+fmt.Sprint(mostLooked)+`) AS own
			UNION SELECT uin FROM (SELECT m.uin AS uin FROM group_members m WHERE m.account = $1 AND m.group_id IN (
			SELECT t.target_id FROM attachments t WHERE t.account = $1 AND t.policy_id = $2 AND t.target_kind = 2) LIMIT `+fmt.Sprint(mostLooked)+`) AS by_group`, cam.PresetByName("AdministratorAccess").ID)
	}, severe: func(_ *adviser, found []subject) string {
		if len(found) <= administrators {
			return fine
		}
		return medium
	}},
	{code: "UnusedAccessKey", severity: medium, find: func(v *adviser, ctx context.Context) ([]subject, error) {
		return v.keys(ctx, `k.created_at < $2 AND COALESCE(k.last_used, 0) < $2`, v.before(unused))
	}},
	{code: "OldAccessKey", severity: low, find: func(v *adviser, ctx context.Context) ([]subject, error) {
		return v.keys(ctx, `k.created_at < $2`, v.before(unused))
	}, severe: func(v *adviser, found []subject) string {
		if found[0].at < v.before(veryOld) {
			return medium
		}
		return low
	}},
	{code: "UnusedUser", severity: low, find: func(v *adviser, ctx context.Context) ([]subject, error) {
		return v.users(ctx, `SELECT u.uin FROM `+newestUsers(cam.SubUser, cam.WeComUser, cam.Collaborator)+` WHERE u.created_at < $2 AND COALESCE(u.last_login_at, 0) < $2
			AND NOT EXISTS (SELECT 1 FROM access_keys k WHERE k.account = $1 AND k.uin = u.uin AND k.last_used >= $2)`, v.before(unused))
	}},
	{code: "DirectPolicies", severity: low, find: func(v *adviser, ctx context.Context) ([]subject, error) {
		return v.users(ctx, `SELECT DISTINCT t.target_id FROM (SELECT target_id FROM attachments WHERE account = $1 AND target_kind = 1
			ORDER BY target_id, policy_id LIMIT `+fmt.Sprint(mostLooked)+`) AS t ORDER BY t.target_id`)
	}},
	{code: "WeakPasswordRules", severity: medium, find: (*adviser).weakRules},
}

// wildcards are the account's own policies that are attached and allow everything on everything.
func (v *adviser) wildcards(ctx context.Context) ([]subject, error) {
	type document struct {
		subject
		text string
	}
	documents, err := store.Collect(ctx, v.q, func(r store.Row) (d document, err error) {
		err = r.Scan(&d.policy, &d.name, &d.text)
		return d, err
	}, `SELECT p.id, p.name, d.document
		FROM (SELECT id, name, default_version FROM policies WHERE account = $1 ORDER BY id DESC LIMIT `+fmt.Sprint(mostDocuments)+`) AS p
		JOIN policy_versions d ON d.account = $1 AND d.policy_id = p.id AND d.version = p.default_version
		WHERE d.document LIKE '%"*"%' AND EXISTS (SELECT 1 FROM attachments t WHERE t.account = $1 AND t.policy_id = p.id) ORDER BY p.id DESC`, v.owner.UIN)
	var found []subject
	for _, d := range documents {
		if parsed, err := policy.Parse(d.text); err == nil && slices.ContainsFunc(parsed.Statements, everything) {
			found = append(found, d.subject)
		}
	}
	return found, err
}

// everything tells that a statement allows all there is, under no condition.
func everything(s policy.Statement) bool {
	all := func(text string) bool { return text == "*" || text == "*:*" }
	return s.Effect == policy.Allow && len(s.Conditions) == 0 && slices.ContainsFunc(s.Actions, all) && slices.Contains(s.Resources, "*")
}

// weakRules is the account itself if its passwords need fewer than three classes of characters, or may be tried for ever.
func (v *adviser) weakRules(ctx context.Context) ([]subject, error) {
	rules, err := cam.PasswordRules(ctx, v.q, v.owner.UIN)
	classes := map[rune]bool{} // a letter may stand there twice
	for _, class := range rules.MustContain {
		classes[class] = true
	}
	if err != nil || len(classes) >= 3 && rules.RetryLimit > 0 {
		return nil, err
	}
	return []subject{{uin: int64(v.owner.UIN)}}, nil
}

// DescribeSecurityAdvice looks at the newest 20,000 users of each type, the oldest 20,000 keys, and the newest 2,000 policies.
func (p *Product) DescribeSecurityAdvice(ctx context.Context, c *call.Call, _ *hufu20261201.DescribeSecurityAdviceRequest) (*hufu20261201.DescribeSecurityAdviceResponse, error) {
	out := &hufu20261201.DescribeSecurityAdviceResponse{}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		v := &adviser{q: q, now: c.At}
		if v.owner, err = account.Get(ctx, q, c.Account()); err != nil {
			return err
		}
		for _, check := range checks {
			found, err := check.find(v, ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", check.code, err)
			}
			a := hufu20261201.Advice{Code: check.code, Severity: check.severity, Count: int64(len(found))}
			switch {
			case len(found) == 0:
				a.Severity = fine
			case check.severe != nil:
				a.Severity = check.severe(v, found)
			}
			if a.Subjects, err = p.subjects(ctx, v, found[:min(len(found), mostShown)]); err != nil {
				return err
			}
			out.Advice = append(out.Advice, a)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("advise: %w", err)
	}
	slices.SortStableFunc(out.Advice, func(a, b hufu20261201.Advice) int {
		return cmp.Compare(slices.Index(urgency, a.Severity), slices.Index(urgency, b.Severity))
	})
	return out, nil
}

func (p *Product) subjects(ctx context.Context, v *adviser, found []subject) ([]hufu20261201.AdviceSubject, error) {
	var uins []int64
	for _, s := range found {
		if s.uin != 0 {
			uins = append(uins, s.uin)
		}
	}
	names, err := p.directory.Names(ctx, v.q, v.owner.UIN, call.User, uins)
	if err != nil {
		return nil, err
	}
	names[int64(v.owner.UIN)] = v.owner.Name
	out := make([]hufu20261201.AdviceSubject, len(found))
	for i, s := range found {
		out[i] = hufu20261201.AdviceSubject{Uin: s.uin, Name: s.name, AccessKeyId: s.key, PolicyId: s.policy}
		if s.uin != 0 {
			out[i].Name = names[s.uin]
		}
	}
	return out, nil
}
