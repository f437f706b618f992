package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

type wecomCommand struct {
	Corps   wecomCorps   `cmd:"" help:"List the enterprises that the account is linked to."`
	Members wecomMembers `cmd:"" help:"List members inside the visibility scope."`
	Sync    wecomSync    `cmd:"" help:"Have the visibility scope read anew, and wait for it."`
	Import  wecomImport  `cmd:"" help:"Import members as sub-users."`
}

// corp is an enterprise, as ListWeComCorps answers it.
type corp struct {
	CorpID        string `json:"CorpId"`
	Name          string
	State, Cause  string
	Members       int
	ImportedUsers int
	Syncing       bool
	SyncTime      *int64
}

type corpFlags struct {
	endpointFlags
	Corp string `help:"The enterprise, by its corp id. Not needed where the account has one." placeholder:"ID"`
}

func corps(ctx context.Context, s *signer) ([]corp, error) {
	var out struct{ Corps []corp }
	err := s.call(ctx, "hufu:ListWeComCorps", struct{}{}, &out)
	return out.Corps, err
}

// choose is the enterprise that is meant.
func (f corpFlags) choose(ctx context.Context, s *signer) (*corp, error) {
	all, err := corps(ctx, s)
	if err != nil {
		return nil, err
	}
	var ids []string
	for i := range all {
		if f.Corp == all[i].CorpID || f.Corp == "" && len(all) == 1 {
			return &all[i], nil
		}
		ids = append(ids, all[i].CorpID)
	}
	switch {
	case len(all) == 0:
		return nil, fmt.Errorf("the account is linked to no enterprise of WeCom")
	case f.Corp == "":
		return nil, fmt.Errorf("the account is linked to several enterprises; name one with --corp: %s", strings.Join(ids, ", "))
	}
	return nil, fmt.Errorf("the account is not linked to %s; there are %s", f.Corp, strings.Join(ids, ", "))
}

type wecomCorps struct{ endpointFlags }

// Help is what stands under the flags.
func (wecomCorps) Help() string { return endpointHelp }

// Run lists enterprises.
func (w *wecomCorps) Run(ctx context.Context) error {
	s, err := w.signer()
	if err != nil {
		return err
	}
	all, err := corps(ctx, s)
	if err != nil {
		return err
	}
	return table(func(t io.Writer) {
		fmt.Fprintln(t, "CORP\tNAME\tSTATE\tCAUSE\tMEMBERS\tIMPORTED\tREAD")
		for _, c := range all {
			read := "never"
			if c.SyncTime != nil {
				read = time.Unix(*c.SyncTime, 0).Format(time.DateTime)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%d\t%s\n", c.CorpID, printable(c.Name), c.State, c.Cause, c.Members, c.ImportedUsers, read)
		}
	})
}

// wecomMember is a member, as ListWeComMembers answers it.
type wecomMember struct {
	UserID      string `json:"UserId"`
	Name        string
	Status      string
	Uin         int64
	PhoneNum    string
	Email       string
	Departments []struct{ Name string }
}

// selection says which members; of several kinds it is all of them together.
type selection struct {
	department int64
	keyword    string
	users      []string
}

func (x selection) parameters(corpID string) map[string]any {
	in := map[string]any{"CorpId": corpID, "Limit": listPage}
	if x.department != 0 {
		in["DepartmentId"], in["Recursive"] = x.department, true
	}
	if x.keyword != "" {
		in["Keyword"] = x.keyword
	}
	if x.users != nil {
		in["UserIds"] = x.users
	}
	return in
}

const listPage = 200

// list walks the members of a selection, page by page.
func (x selection) list(ctx context.Context, s *signer, corpID string, take func(wecomMember) error) error {
	in := x.parameters(corpID)
	for offset := 0; ; offset += listPage {
		in["Offset"] = offset
		var out struct {
			TotalCount int
			Members    []wecomMember
		}
		if err := s.call(ctx, "hufu:ListWeComMembers", in, &out); err != nil {
			return err
		}
		for _, m := range out.Members {
			if err := take(m); err != nil {
				return err
			}
		}
		if len(out.Members) < listPage {
			return nil
		}
	}
}

type wecomMembers struct {
	corpFlags
	Department int64  `help:"Of this department and those below it." placeholder:"ID"`
	Search     string `help:"With this in the name or userid." placeholder:"TEXT"`
}

// Help is what stands under the flags.
func (wecomMembers) Help() string { return endpointHelp }

// Run lists members.
func (w *wecomMembers) Run(ctx context.Context) error {
	s, err := w.signer()
	if err != nil {
		return err
	}
	c, err := w.choose(ctx, s)
	if err != nil {
		return err
	}
	return table(func(t io.Writer) {
		fmt.Fprintln(t, "USERID\tNAME\tDEPARTMENTS\tSTATUS\tSUB-USER")
		err = selection{department: w.Department, keyword: w.Search}.list(ctx, s, c.CorpID, func(m wecomMember) error {
			var departments []string
			for _, d := range m.Departments {
				departments = append(departments, printable(d.Name))
			}
			uin := ""
			if m.Uin != 0 {
				uin = fmt.Sprint(m.Uin)
			}
			_, err := fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", printable(m.UserID), printable(m.Name), strings.Join(departments, ", "), m.Status, uin)
			return err
		})
	})
}

type wecomSync struct{ corpFlags }

// Help is what stands under the flags.
func (wecomSync) Help() string { return endpointHelp }

// syncPoll is how often a command looks whether a reading is over.
const syncPoll = 500 * time.Millisecond

// Run has the scope read.
func (w *wecomSync) Run(ctx context.Context) error {
	s, err := w.signer()
	if err != nil {
		return err
	}
	c, err := w.choose(ctx, s)
	if err != nil {
		return err
	}
	if err := s.call(ctx, "hufu:SyncWeComCorp", map[string]any{"CorpId": c.CorpID}, nil); err != nil {
		return err
	}
	for {
		if err := wait(ctx, syncPoll); err != nil {
			return fmt.Errorf("stopped waiting; the server goes on reading")
		}
		now, err := (corpFlags{w.endpointFlags, c.CorpID}).choose(ctx, s)
		switch {
		case err != nil:
			return err
		case now.State == "unlinked":
			return fmt.Errorf("the enterprise is not linked any more: %s", now.Cause)
		case !now.Syncing && now.Cause != "":
			return fmt.Errorf("it could not be read: %s", now.Cause)
		case !now.Syncing && now.State == "linked":
			fmt.Printf("%s has %d members in its scope, %d of them are sub-users\n", printable(now.Name), now.Members, now.ImportedUsers)
			return nil
		}
	}
}
