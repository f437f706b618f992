package eiam

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // tenants name their zone, on machines without a database of zones too

	"github.com/hufu-iam/hufu/internal/store"
)

// DefaultZone is the zone of a tenant that has set none.
const DefaultZone = "Asia/Shanghai"

// Tenant is a root account as employee identity knows it. It is shared: never change it.
type Tenant struct {
	Account       store.Account
	Hosts         []string       // sorted
	Zone          *time.Location // of the times in requests and answers
	JobManagement bool
}

// ErrNotFound is something that is not there in the account.
var ErrNotFound = errors.New("not found")

// TenantChangeKind names the change of a tenant's hosts or settings to the caches of every node.
const TenantChangeKind = "eiam-tenant"

func (p *Product) forget(changes []store.Change) {
	for _, c := range changes {
		switch c.Kind {
		case TenantChangeKind:
			p.tenants.Drop(c.Account)
			p.hosts.DropAll(nil)
		case store.KindEverything:
			p.tenants.DropAll(nil)
			p.hosts.DropAll(nil)
		}
	}
}

// TenantOf is the root account whose tenant a host means: the one that has the host, else the default tenant; ErrNotFound
// while there is no root account.
func (p *Product) TenantOf(ctx context.Context, host string) (store.Account, error) {
	if !isHost(host) {
		host = "" // which nobody has
	}
	return p.hosts.Get(host, func() (a store.Account, err error) {
		err = p.db.Read().QueryRowContext(ctx, `SELECT account FROM eiam_hosts WHERE host = $1`, host).Scan(&a)
		if errors.Is(err, store.ErrNotFound) {
			if p.initial != 0 {
				return p.initial, nil
			}
			err = p.db.Read().QueryRowContext(ctx, `SELECT uin FROM accounts ORDER BY uin LIMIT 1`).Scan(&a)
		}
		if errors.Is(err, store.ErrNotFound) {
			return 0, ErrNotFound
		}
		if err != nil {
			return 0, fmt.Errorf("find tenant: %w", err)
		}
		return a, nil
	})
}

// Tenant is what a root account has set, or the defaults.
func (p *Product) Tenant(ctx context.Context, a store.Account) (*Tenant, error) {
	return p.tenants.Get(a, func() (*Tenant, error) { return GetTenant(ctx, p.db.Read(), a) })
}

// GetTenant reads what a root account has set, or the defaults.
func GetTenant(ctx context.Context, q store.Queryer, a store.Account) (*Tenant, error) {
	t := &Tenant{Account: a, Hosts: []string{}, JobManagement: true}
	zone := DefaultZone
	err := q.QueryRowContext(ctx, `SELECT zone, job_management FROM eiam_tenants WHERE account = $1`, a).Scan(&zone, &t.JobManagement)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	if t.Zone, err = time.LoadLocation(zone); err != nil {
		return nil, fmt.Errorf("read tenant: %w", err)
	}
	t.Hosts, err = texts(ctx, q, `SELECT host FROM eiam_hosts WHERE account = $1 ORDER BY host`, a)
	return t, err
}

// Errors of SetTenant.
var (
	ErrHost      = errors.New("a host is a name such as id.example.com, without port and blanks")
	ErrHostTaken = errors.New("another tenant has this host")
	ErrZone      = errors.New("the zone is none of the IANA time zone database, such as Asia/Shanghai")
)

// SetTenant writes the hosts and settings of a tenant in place of those before.
func SetTenant(ctx context.Context, tx *store.Tx, a store.Account, hosts []string, zone string, jobs bool) error {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return ErrZone
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO eiam_tenants (account, zone, job_management) VALUES ($1, $2, $3)
		ON CONFLICT (account) DO UPDATE SET zone = excluded.zone, job_management = excluded.job_management`, a, zone, jobs)
	if err == nil {
		_, err = tx.ExecContext(ctx, `DELETE FROM eiam_hosts WHERE account = $1`, a)
	}
	if err != nil {
		return fmt.Errorf("set tenant: %w", err)
	}
	for _, host := range hosts {
		host = strings.ToLower(host)
		if !isHost(host) {
			return ErrHost
		}
		var other store.Account
		err := tx.QueryRowContext(ctx, `SELECT account FROM eiam_hosts WHERE host = $1`, host).Scan(&other)
		switch {
		case err == nil && other != a:
			return ErrHostTaken
		case errors.Is(err, store.ErrNotFound):
			_, err = tx.ExecContext(ctx, `INSERT INTO eiam_hosts (host, account) VALUES ($1, $2)`, host, a)
		}
		if err != nil {
			return fmt.Errorf("set tenant: %w", err)
		}
	}
	tx.Changed(store.Change{Account: a, Kind: TenantChangeKind})
	return nil
}

// isHost accepts names and addresses as they stand in a Host header, without the port.
func isHost(s string) bool {
	return s != "" && len(s) <= 253 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-.[:]") == "" &&
		(!strings.Contains(s, ":") || strings.HasPrefix(s, "["))
}

// texts reads one column.
func texts(ctx context.Context, q store.Queryer, query string, args ...any) ([]string, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := []string{}
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}
