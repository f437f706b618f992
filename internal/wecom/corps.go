package wecom

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// The states of an enterprise.
const (
	stateLinked   = "linked"
	stateChanged  = "scope_changed"
	stateUnlinked = "unlinked"
)

// The causes why it is not as it should be.
const (
	causeAdministrator = "administrator"
	causeSecret        = "secret_rejected"
	causeClosed        = "app_disabled"
	causeAddress       = "address_refused"
	causeUnreachable   = "unreachable"
)

// corp is a row of an enterprise that an account is or was linked to.
type corp struct {
	id          int64
	account     store.Account
	corpID      string
	agentID     int64
	name        string
	appName     string
	callback    string
	hasCallback bool
	state       string
	cause       string
	scope       scope
	generation  int64
	members     int64
	linked      int64
	synced      *int64
	lease       int64
	seen        int64
	imported    int64
}

func (c *corp) linkedNow() bool { return c.state != stateUnlinked }

// scope is the visibility scope, as it was read last.
type scope struct {
	Departments []scopeDepartment `json:"departments"`
	Users       []string          `json:"users"`
	Tags        []int64           `json:"tags"`
}

type scopeDepartment struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func (s *scope) text() (string, error) {
	text, err := json.Marshal(s)
	return string(text), err
}

const corpColumns = `c.id, c.account, c.corp_id, c.agent_id, c.name, c.app_name, c.callback, c.has_callback, c.state, c.cause, c.scope, c.generation,
	c.members, c.linked_at, c.synced_at, c.sync_lease, c.sync_seen, (SELECT COUNT(*) FROM wecom_users u WHERE u.account = c.account AND u.corp = c.id)`

func scanCorp(r store.Row) (c corp, err error) {
	var text string
	err = r.Scan(&c.id, &c.account, &c.corpID, &c.agentID, &c.name, &c.appName, &c.callback, &c.hasCallback, &c.state, &c.cause, &text, &c.generation,
		&c.members, &c.linked, &c.synced, &c.lease, &c.seen, &c.imported)
	if err == nil {
		err = json.Unmarshal([]byte(text), &c.scope)
	}
	return c, err
}

// corpByID finds an enterprise of the account by its corpid. errNoCorp.
func corpByID(ctx context.Context, q store.Queryer, a store.Account, corpID string) (corp, error) {
	return store.One(ctx, q, scanCorp, errNoCorp, `SELECT `+corpColumns+` FROM wecom_corps c WHERE c.account = $1 AND c.corp_id = $2`, a, corpID)
}

// corpByNumber finds an enterprise of any account by the number of its row. errNoCorp.
func corpByNumber(ctx context.Context, q store.Queryer, id int64) (corp, error) {
	return store.One(ctx, q, scanCorp, errNoCorp, `SELECT `+corpColumns+` FROM wecom_corps c WHERE c.id = $1`, id)
}

// linkedCorp finds an enterprise that is linked now. errNoCorp, errUnlinked.
func linkedCorp(ctx context.Context, q store.Queryer, a store.Account, corpID string) (corp, error) {
	c, err := corpByID(ctx, q, a, corpID)
	if err == nil && !c.linkedNow() {
		err = errUnlinked
	}
	return c, err
}

// corpsOf are the enterprises of an account, the oldest first.
func corpsOf(ctx context.Context, q store.Queryer, a store.Account) ([]corp, error) {
	all, err := store.Collect(ctx, q, scanCorp, `SELECT `+corpColumns+` FROM wecom_corps c WHERE c.account = $1 ORDER BY c.id`, a)
	if err != nil {
		return nil, fmt.Errorf("list enterprises: %w", err)
	}
	return all, nil
}

// The addresses below the origin: where WeCom sends callbacks, and where members sign in.
const (
	CallbackPath = "/wecom/callback/"
	LoginPath    = "/login/wecom/"
)

// wireCorp is the enterprise as actions answer it. Where it is not known how this installation is reached, addresses have a path
// alone.
func (p *Product) wireCorp(c *call.Call, o *corp) hufu20261201.WeComCorp {
	origin := p.origin(c)
	w := hufu20261201.WeComCorp{CorpId: o.corpID, Name: o.name, AgentId: o.agentID, AppName: o.appName, State: o.state, Cause: o.cause,
		CallbackUrl: origin + CallbackPath + o.callback, HasCallback: o.hasCallback, LoginUrl: p.loginURL(c, o.account),
		Members: o.members, ImportedUsers: o.imported, LinkTime: o.linked / 1000, Syncing: o.linkedNow() && o.lease > p.Now().UnixMilli()}
	if u, err := url.Parse(origin); err == nil {
		w.TrustedDomain = u.Host
	}
	if w.Syncing && o.generation == 0 {
		w.Members = o.seen // of the first reading, as far as it is
	}
	if o.synced != nil {
		w.SyncTime = new(*o.synced / 1000)
	}
	w.Scope = hufu20261201.WeComScope{Departments: []hufu20261201.WeComDepartmentRef{}, UserIds: append([]string{}, o.scope.Users...), TagIds: append([]int64{}, o.scope.Tags...)}
	for _, d := range o.scope.Departments {
		w.Scope.Departments = append(w.Scope.Departments, departmentRef(d.ID, d.Name))
	}
	return w
}

func (p *Product) loginURL(c *call.Call, a store.Account) string {
	return p.origin(c) + LoginPath + strconv.FormatInt(int64(a), 10)
}

// departmentRef names a department, by its id where WeCom does not tell the name.
func departmentRef(id int64, name string) hufu20261201.WeComDepartmentRef {
	if name == "" {
		name = strconv.FormatInt(id, 10)
	}
	return hufu20261201.WeComDepartmentRef{DepartmentId: id, Name: name}
}
