package bi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
)

// What a rule says, as it is kept and printed; requests may use any case.
const (
	rowRule    = "row"
	columnRule = "column"
	forAll     = "all"
	forSome    = "specify"
	forTags    = "tag"
	ofRole     = "roles"
	ofOthers   = "others"
	openRule   = "open"
	closedRule = "close"
)

// maxRule is how many bytes a rule may have, and the rules for tag values of it together.
const maxRule = 64 << 10

// rankKey is what there is one rule for: the rows or the columns of a table, which the engine alone knows, as a role of the
// project or everybody else sees them.
type rankKey struct {
	project, table int64
	kind           string // rowRule, columnRule
	roleType       string // ofRole, ofOthers
	role           int64  // 0 for ofOthers
}

// rank is a rule. What it says is for the engine.
type rank struct {
	rankKey
	mode  string
	rule  string // JSON, "" for none
	open  bool
	rules []tagRule
}

// tagRule is a rule for users with certain tag values, as it is kept.
type tagRule struct {
	Rule string      `json:"rule"`
	Tags []tagValues `json:"tags"`
}

type tagValues struct {
	Tag    int64    `json:"tag"`
	Values []string `json:"values"`
}

// word reads a word of which some are known, in any case; absent and "" stand for the first of them.
func word(name string, given *string, known ...string) (string, error) {
	w := strings.ToLower(value(given))
	if w == "" {
		return known[0], nil
	}
	for _, k := range known {
		if w == k {
			return k, nil
		}
	}
	return "", invalid(name, *given)
}

// neededProject is the project of a request that has to name one.
func neededProject(id *int64) (int64, error) {
	if value(id) == enterprise {
		return 0, missing("ProjectId")
	}
	return *id, nil
}

// readRankKey reads which rule a request is about.
func readRankKey(project, table int64, kind, roleType *string, role *int64) (k rankKey, err error) {
	k = rankKey{project: project, table: table}
	if k.kind, err = word("Type", kind, rowRule, columnRule); err != nil {
		return k, err
	}
	if k.roleType, err = word("RoleType", roleType, ofOthers, ofRole); err != nil {
		return k, err
	}
	if k.roleType == ofRole {
		k.role = value(role)
	}
	return k, nil
}

const rankColumns = `project, table_id, type, role_type, role, mode, ruler_info, configs, open`

func scanRank(r store.Row) (x rank, err error) {
	var rules string
	if err = r.Scan(&x.project, &x.table, &x.kind, &x.roleType, &x.role, &x.mode, &x.rule, &rules, &x.open); err == nil && rules != "" {
		err = json.Unmarshal([]byte(rules), &x.rules)
	}
	return x, err
}

// errNoRank tells functions of this package that there is no such rule.
var errNoRank = errors.New("no such rule")

func findRank(ctx context.Context, q store.Queryer, a store.Account, k rankKey) (rank, error) {
	return store.One(ctx, q, scanRank, errNoRank, `SELECT `+rankColumns+` FROM bi_ranks
		WHERE account = $1 AND project = $2 AND table_id = $3 AND type = $4 AND role_type = $5 AND role = $6`, a, k.project, k.table, k.kind, k.roleType, k.role)
}

// CreatePermissionRanks sets the rule for the rows or the columns of a table, for a role of the project or for all others;
// one that is there is replaced as a whole. A table has at most as many as the quota bi-rules-per-table says.
func (p *Product) CreatePermissionRanks(ctx context.Context, c *call.Call, in *bi20220105.CreatePermissionRanksRequest) (*bi20220105.CreatePermissionRanksResponse, error) {
	project, err := neededProject(in.ProjectId)
	if err != nil {
		return nil, err
	}
	if in.TableId == nil {
		return nil, missing("TableId")
	}
	return &bi20220105.CreatePermissionRanksResponse{Msg: success}, p.write(ctx, c, need{writePermissions, project}, func(tx *store.Tx, who *caller) error {
		x := rank{rule: value(in.RulerInfo)}
		if err := checkRankRole(ctx, tx, c.Account(), project, in.RoleType, in.RoleId); err != nil {
			return err
		}
		if x.rules, err = readTagRules(ctx, tx, c.Account(), in.RowColumnConfigList); err != nil {
			return err
		}
		if x.rankKey, err = readRankKey(project, *in.TableId, in.Type, in.RoleType, in.RoleId); err != nil {
			return err
		}
		if x.mode, err = word("Mode", in.Mode, forAll, forSome, forTags); err != nil {
			return err
		}
		status, err := word("OpenStatus", in.OpenStatus, closedRule, openRule)
		if err != nil {
			return err
		}
		x.open = status == openRule
		if err := checkRules(in); err != nil {
			return err
		}
		return p.saveRank(ctx, tx, c.Account(), x, who.by, c.At.UnixMilli())
	})
}

// checkRankRole refuses a rule for a role that is none of the project's.
func checkRankRole(ctx context.Context, q store.Queryer, a store.Account, project int64, roleType *string, role *int64) error {
	if !strings.EqualFold(value(roleType), ofRole) {
		return nil
	}
	n, err := store.Count(ctx, q, `SELECT COUNT(*) FROM bi_roles WHERE account = $1 AND project = $2 AND id = $3`, a, project, value(role))
	if err == nil && n == 0 {
		err = invalid("RoleId", value(role))
	}
	return err
}

// readTagRules finds the tags that rules are for.
func readTagRules(ctx context.Context, q store.Queryer, a store.Account, configs []bi20220105.RowColumnConfig) ([]tagRule, error) {
	var rules []tagRule
	named := 0
	for i, in := range configs {
		x := tagRule{Rule: value(in.RulerInfo), Tags: []tagValues{}}
		if named += len(in.TagValueList); named > maxTagsPerCall {
			return nil, checkLength("tags", named, maxTagsPerCall)
		}
		for j, t := range in.TagValueList {
			tag, err := tagOf(ctx, q, a, fmt.Sprintf("RowColumnConfigList.%d.TagValueList.%d.", i, j), t.Id, t.Name)
			if err != nil {
				return nil, err
			}
			x.Tags = append(x.Tags, tagValues{tag.ID, append([]string{}, t.Values...)})
		}
		rules = append(rules, x)
	}
	return rules, nil
}

// checkRules refuses rules that are no JSON, and those that are too large.
func checkRules(in *bi20220105.CreatePermissionRanksRequest) error {
	if rule := value(in.RulerInfo); len(rule) > maxRule || rule != "" && !json.Valid([]byte(rule)) {
		return invalid("RulerInfo", "…")
	}
	size := 0
	for i, x := range in.RowColumnConfigList {
		rule := value(x.RulerInfo)
		if rule != "" && !json.Valid([]byte(rule)) {
			return invalid(fmt.Sprintf("RowColumnConfigList.%d.RulerInfo", i), "…")
		}
		size += len(rule)
		for _, t := range x.TagValueList {
			for _, v := range t.Values {
				size += len(v) + 1
			}
		}
	}
	if size > maxRule || len(in.RowColumnConfigList) > maxTagsPerCall {
		return invalid("RowColumnConfigList", "…")
	}
	return nil
}

func (p *Product) saveRank(ctx context.Context, tx *store.Tx, a store.Account, x rank, by string, at int64) error {
	var rules []byte
	if len(x.rules) > 0 {
		var err error
		if rules, err = json.Marshal(x.rules); err != nil {
			return fmt.Errorf("keep rules: %w", err)
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO bi_ranks (account, `+rankColumns+`, updated_by, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (account, project, table_id, type, role_type, role) DO UPDATE SET mode = excluded.mode, ruler_info = excluded.ruler_info,
			configs = excluded.configs, open = excluded.open, updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		a, x.project, x.table, x.kind, x.roleType, x.role, x.mode, x.rule, string(rules), flag(x.open), by, at)
	if err != nil {
		return fmt.Errorf("set rule: %w", err)
	}
	n, err := store.Count(ctx, tx, `SELECT COUNT(*) FROM bi_ranks WHERE account = $1 AND project = $2 AND table_id = $3`, a, x.project, x.table)
	if err != nil {
		return err
	}
	return p.exceeded(account.BIRulesPerTable, n)
}

// DescribePermissionRanksInfo answers one rule, null where there is none. Asked with a mode, a rule of another mode is none.
func (p *Product) DescribePermissionRanksInfo(ctx context.Context, c *call.Call, in *bi20220105.DescribePermissionRanksInfoRequest) (*bi20220105.DescribePermissionRanksInfoResponse, error) {
	project, err := neededProject(in.ProjectId)
	if err != nil {
		return nil, err
	}
	if in.TableId == nil {
		return nil, missing("TableId")
	}
	out := &bi20220105.DescribePermissionRanksInfoResponse{Msg: success}
	return out, p.read(ctx, c, need{readProject, project}, func(q store.Queryer, _ *caller) error {
		k, err := readRankKey(project, *in.TableId, in.Type, in.RoleType, in.RoleId)
		if err != nil {
			return err
		}
		mode, err := word("Mode", in.Mode, "", forAll, forSome, forTags)
		if err != nil {
			return err
		}
		x, err := findRank(ctx, q, c.Account(), k)
		if errors.Is(err, errNoRank) || err == nil && mode != "" && x.mode != mode {
			return nil
		}
		if err != nil {
			return err
		}
		out.Data, err = x.print(ctx, q, c.Account())
		return err
	})
}

// print is the rule as it was set, with the tags as they are called now.
func (x *rank) print(ctx context.Context, q store.Queryer, a store.Account) (*bi20220105.RankInfo, error) {
	out := &bi20220105.RankInfo{Type: x.kind, Mode: x.mode, RulerInfo: x.rule, RoleId: x.role, RoleType: x.roleType, TableId: x.table}
	for _, r := range x.rules {
		config := bi20220105.RowColumnConfig{RulerInfo: orNull(r.Rule)}
		for _, t := range r.Tags {
			tag, err := findTag(ctx, q, a, t.Tag, "")
			if err != nil {
				return nil, fmt.Errorf("read tag %d of a rule: %w", t.Tag, err)
			}
			config.TagValueList = append(config.TagValueList, bi20220105.RowColumnTagValue{Id: &tag.ID, Name: &tag.Name, Values: t.Values})
		}
		out.RowColumnConfigList = append(out.RowColumnConfigList, config)
	}
	return out, nil
}

// DescribePermissionStatusInfo tells whether the rows or the columns of a table have a rule that is open: that rule, the one
// that changed last where there are several, or a closed one where none is open.
func (p *Product) DescribePermissionStatusInfo(ctx context.Context, c *call.Call, in *bi20220105.DescribePermissionStatusInfoRequest) (*bi20220105.DescribePermissionStatusInfoResponse, error) {
	text := value(in.ProjectId)
	if text == "" {
		return nil, missing("ProjectId")
	}
	if in.TableId == nil {
		return nil, missing("TableId")
	}
	project, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return nil, invalid("ProjectId", text)
	}
	out := &bi20220105.DescribePermissionStatusInfoResponse{Msg: success}
	return out, p.read(ctx, c, need{readProject, int64(project)}, func(q store.Queryer, _ *caller) error {
		k, err := readRankKey(int64(project), *in.TableId, in.Type, nil, nil)
		if err != nil {
			return err
		}
		x, err := store.One(ctx, q, scanRank, errNoRank, `SELECT `+rankColumns+` FROM bi_ranks WHERE account = $1 AND project = $2 AND table_id = $3 AND type = $4
			ORDER BY open DESC, updated_at DESC, role DESC LIMIT 1`, c.Account(), k.project, k.table, k.kind)
		if errors.Is(err, errNoRank) {
			x, err = rank{rankKey: k, mode: forAll}, nil
		}
		status := closedRule
		if x.open {
			status = openRule
		}
		out.Data = bi20220105.RowColumnStatus{TableId: x.table, Type: x.kind, Mode: x.mode, OpenStatus: status, RoleType: x.roleType, RoleId: x.role}
		return err
	})
}
