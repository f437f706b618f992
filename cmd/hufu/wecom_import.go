package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
)

type wecomImport struct {
	corpFlags
	User       []string `help:"These members, by their userids." placeholder:"USERID"`
	Department []int64  `help:"Members of these departments and those below them." placeholder:"ID"`
	All        bool     `help:"All members inside the visibility scope."`
	Group      []string `help:"Put them into these groups, by id or name." placeholder:"GROUP"`
	CopyFrom   []string `help:"Attach what these users have attached, by uin or name." placeholder:"USER"`
	Policy     []string `help:"Attach these policies, by id or name." placeholder:"POLICY"`
	DryRun     bool     `help:"Only say what would be done."`
}

// Help is what stands under the flags.
func (wecomImport) Help() string {
	return endpointHelp + `

Members who are sub-users already are passed over, so the same command once more goes on where it was stopped. Ctrl-C
stops it; the batch that the server has begun (up to 200 members) it finishes by itself.

The status is 0 when every member is a sub-user, 1 when some could not be imported, 2 for any other trouble and 130 when it was
stopped.`
}

// statusStopped is that of a program that was interrupted, as shells have it.
const statusStopped exitStatus = 130

// importBatch is how many members one call takes.
const importBatch = 200

// Run imports members.
func (w *wecomImport) Run(ctx context.Context) error {
	err := w.run(ctx)
	if err != nil && ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "\nhufu: stopped; the same command once more goes on with those who are not imported")
		return statusStopped
	}
	if _, told := errors.AsType[exitStatus](err); err == nil || told {
		return err
	}
	return trouble{err}
}

func (w *wecomImport) run(ctx context.Context) error {
	if len(w.User) == 0 && len(w.Department) == 0 && !w.All {
		return errors.New("say whom to import, with --user, --department or --all")
	}
	s, err := w.signer()
	if err != nil {
		return err
	}
	c, err := w.choose(ctx, s)
	if err != nil {
		return err
	}
	job := &importJob{signer: s, corp: c.CorpID}
	if job.grants, err = w.grants(ctx, s); err != nil {
		return err
	}
	members, passed, err := w.members(ctx, s, c.CorpID)
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d members to import", printable(c.Name), len(members))
	if passed > 0 {
		fmt.Printf(", %d are sub-users already", passed)
	}
	fmt.Println()
	job.progress = newProgress(os.Stdout, len(members))
	if w.DryRun {
		return job.preview(ctx, members)
	}
	return job.run(ctx, members)
}

// grants are the parameters that say what imported users have.
func (w *wecomImport) grants(ctx context.Context, s *signer) (map[string]any, error) {
	in := map[string]any{}
	for _, g := range []struct {
		parameter string
		names     []string
		find      func(context.Context, *signer, string) (int64, error)
	}{{"GroupIds", w.Group, groupNamed}, {"CopyFromUins", w.CopyFrom, userNamed}, {"PolicyIds", w.Policy, policyNamed}} {
		ids := []int64{}
		for _, name := range g.names {
			id, err := strconv.ParseInt(name, 10, 64)
			if err != nil {
				id, err = g.find(ctx, s, name)
			}
			if err != nil {
				return nil, err
			}
			ids = append(ids, id)
		}
		in[g.parameter] = ids
	}
	return in, nil
}

func groupNamed(ctx context.Context, s *signer, name string) (int64, error) {
	var out struct {
		GroupInfo []struct {
			GroupID   int64 `json:"GroupId"`
			GroupName string
		}
	}
	if err := s.call(ctx, "cam:ListGroups", map[string]any{"Keyword": name, "Rp": 200}, &out); err != nil {
		return 0, err
	}
	for _, g := range out.GroupInfo {
		if g.GroupName == name {
			return g.GroupID, nil
		}
	}
	return 0, fmt.Errorf("there is no group %q", name)
}

func userNamed(ctx context.Context, s *signer, name string) (int64, error) {
	var out struct{ Uin int64 }
	err := s.call(ctx, "cam:GetUser", map[string]any{"Name": name}, &out)
	return out.Uin, err
}

func policyNamed(ctx context.Context, s *signer, name string) (int64, error) {
	var out struct {
		List []struct {
			PolicyID   int64 `json:"PolicyId"`
			PolicyName string
		}
	}
	if err := s.call(ctx, "cam:ListPolicies", map[string]any{"Keyword": name, "Rp": 200}, &out); err != nil {
		return 0, err
	}
	for _, p := range out.List {
		if p.PolicyName == name {
			return p.PolicyID, nil
		}
	}
	return 0, fmt.Errorf("there is no policy %q", name)
}

// members are those that were chosen and are no sub-users, each once, and how many are sub-users. A userid that the scope
// does not have stays among them: what is wrong with it is told with the others.
func (w *wecomImport) members(ctx context.Context, s *signer, corpID string) (chosen []wecomMember, passed int, err error) {
	seen := map[string]bool{}
	take := func(m wecomMember) error {
		if key := strings.ToLower(m.UserID); !seen[key] {
			seen[key] = true
			if m.Uin != 0 {
				passed++
			} else {
				chosen = append(chosen, m)
			}
		}
		return nil
	}
	var selections []selection
	if w.All {
		selections = append(selections, selection{})
	}
	for _, id := range w.Department {
		selections = append(selections, selection{department: id})
	}
	for rest := w.User; len(rest) > 0; {
		n := min(len(rest), listPage)
		selections, rest = append(selections, selection{users: rest[:n]}), rest[n:]
	}
	for _, x := range selections {
		if err := x.list(ctx, s, corpID, take); err != nil {
			return nil, 0, err
		}
	}
	for _, id := range w.User {
		_ = take(wecomMember{UserID: id}) // never fails; those that were found are seen already
	}
	return chosen, passed, nil
}

// importJob imports members in batches.
type importJob struct {
	signer   *signer
	corp     string
	grants   map[string]any
	progress *progress
}

// result is what became of a member.
type result struct {
	UserID  string `json:"UserId"`
	Name    string
	Outcome string
	Message string
}

func (r *result) fine() bool {
	return r.Outcome == "created" || r.Outcome == "already_imported" || r.Outcome == "pending"
}

func (j *importJob) parameters(batch []wecomMember) map[string]any {
	in := map[string]any{"CorpId": j.corp}
	for k, v := range j.grants {
		in[k] = v
	}
	var members []map[string]any
	for _, m := range batch {
		row := map[string]any{"UserId": m.UserID}
		if m.PhoneNum != "" {
			row["PhoneNum"] = m.PhoneNum
		}
		if m.Email != "" {
			row["Email"] = m.Email
		}
		members = append(members, row)
	}
	in["Members"] = members
	return in
}

// batches hands the members on, some at a time.
func batches(members []wecomMember, do func([]wecomMember) error) error {
	for len(members) > 0 {
		n := min(len(members), importBatch)
		if err := do(members[:n]); err != nil {
			return err
		}
		members = members[n:]
	}
	return nil
}

// preview says what would be done.
func (j *importJob) preview(ctx context.Context, members []wecomMember) error {
	var refused []result
	first := true
	err := batches(members, func(batch []wecomMember) error {
		var out struct {
			Results  []result
			Policies []struct {
				PolicyID   int64 `json:"PolicyId"`
				PolicyName string
			}
			RemainingToday *int
		}
		if err := j.signer.call(ctx, "hufu:PreviewWeComImport", j.parameters(batch), &out); err != nil {
			return err
		}
		if first {
			first = false
			for _, p := range out.Policies {
				fmt.Printf("each would have the policy %s (%d)\n", printable(p.PolicyName), p.PolicyID)
			}
			if out.RemainingToday != nil {
				fmt.Printf("the account is not verified: it can make %d more users today\n", *out.RemainingToday)
			}
		}
		for _, r := range out.Results {
			if !r.fine() {
				refused = append(refused, r)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Printf("%d would be imported, nothing was done\n", len(members)-len(refused))
	return j.tell(refused)
}

// run imports batch after batch.
func (j *importJob) run(ctx context.Context, members []wecomMember) error {
	run := strings.ToLower(rand.Text())
	var refused []result
	created, done, number := 0, 0, 0
	err := batches(members, func(batch []wecomMember) error {
		number++
		in := j.parameters(batch)
		in["IdempotencyKey"] = fmt.Sprintf("cli-%s-%d", run, number)
		var begun struct {
			ImportID string `json:"ImportId"`
		}
		if err := j.signer.call(ctx, "hufu:ImportWeComMembers", in, &begun); err != nil {
			return err
		}
		state, err := j.follow(ctx, begun.ImportID, done, created)
		for _, r := range state.Results {
			if !r.fine() {
				refused = append(refused, r)
			}
		}
		created, done = created+state.Created, done+state.Finished
		return err
	})
	j.progress.end()
	if err != nil {
		return err
	}
	fmt.Printf("%d sub-users were created\n", created)
	return j.tell(refused)
}

type importState struct {
	State                    string
	Total, Finished, Created int
	Results                  []result
}

// importPoll is how often a command looks how far an import is.
const importPoll = 300 * time.Millisecond

// follow waits for one batch.
func (j *importJob) follow(ctx context.Context, id string, done, created int) (state importState, err error) {
	for {
		state = importState{}
		if err := j.signer.call(ctx, "hufu:DescribeWeComImport", map[string]any{"ImportId": id}, &state); err != nil {
			return state, err
		}
		j.progress.show(done+state.Finished, created+state.Created)
		switch state.State {
		case "done":
			return state, nil
		case "interrupted":
			return state, errors.New("the import was interrupted: the caller may no longer import, or its key has ended")
		}
		if err := wait(ctx, importPoll); err != nil {
			return state, err
		}
	}
}

// tell lists who was not imported. The error is the status of the program.
func (j *importJob) tell(refused []result) error {
	if len(refused) == 0 {
		return nil
	}
	err := table(func(t io.Writer) {
		for _, r := range refused {
			fmt.Fprintf(t, "%s\t%s\t%s\n", printable(r.UserID), r.Outcome, printable(r.Message))
		}
	})
	return errors.Join(err, exitStatus(statusNo))
}

// progress shows how far an import is: a bar on a terminal, else a line now and then.
type progress struct {
	out      io.Writer
	terminal bool
	total    int
	last     int // what was shown, in tenths of the whole; negative before anything was
}

func newProgress(out *os.File, total int) *progress {
	info, err := out.Stat()
	return &progress{out: out, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, total: max(total, 1), last: -1}
}

const barWidth = 30

func (p *progress) show(done, created int) {
	if p.terminal {
		p.last = 0
		full := barWidth * done / p.total
		fmt.Fprintf(p.out, "\r[%s%s] %d/%d, %d created ", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), done, p.total, created)
		return
	}
	if tenth := 10 * done / p.total; tenth > p.last {
		p.last = tenth
		fmt.Fprintf(p.out, "%d of %d, %d created\n", done, p.total, created)
	}
}

func (p *progress) end() {
	if p.terminal && p.last >= 0 {
		fmt.Fprintln(p.out)
	}
}
