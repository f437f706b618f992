package main

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
)

const (
	manyUsers    = 1_000_000
	manyPolicies = 100_000
	rowsAtOnce   = 20 // in a statement: what binding costs grows with the square
)

// large is a server over 1,000,000 sub-users and 100,000 policies.
type large struct {
	start, firstPage, coldGet, coldDecision time.Duration
	idle, after                             float64 // MiB resident
}

func measureLarge(ctx context.Context, binary, dir string) (large, error) {
	var l large
	data := filepath.Join(dir, "million")
	p, err := serve(ctx, binary, "serve", "--data", data) // makes the database and the first account
	if err != nil {
		return l, err
	}
	if err := p.stop(); err != nil {
		return l, err
	}
	if err := fill(ctx, data); err != nil {
		return l, err
	}
	p, err = serve(ctx, binary, "serve", "--data", data, "--rate-limit", "off", "--quota", "sub-accounts=0,policies=0")
	if err != nil {
		return l, err
	}
	l.start = p.start
	if l.idle, err = p.memory(); err != nil {
		return l, err
	}
	once := func(action, body string) (time.Duration, error) {
		make := signed(p.base, "cam", "2019-01-16", action, body)
		m, err := load(1, time.Nanosecond, func(int, int) *http.Request { return make() })
		return m.p50, err
	}
	if l.firstPage, err = once("ListAccounts", `{"MaxItems":100,"UserType":"SubUser"}`); err != nil {
		return l, err
	}
	if l.coldGet, err = once("GetUser", `{"Name":"user-500000"}`); err != nil {
		return l, err
	}
	if l.coldDecision, err = once("ListAttachedUserAllPolicies", `{"TargetUin":200000777777,"Page":1,"Rp":20,"AttachType":0}`); err != nil {
		return l, err
	}
	for i := range 2000 {
		if _, err = once("GetUser", fmt.Sprintf(`{"Name":"user-%d"}`, i*499)); err != nil {
			return l, err
		}
	}
	if l.after, err = p.memory(); err != nil {
		return l, err
	}
	return l, p.stop()
}

// fill writes the rows as AddUser, CreatePolicy and AttachUserPolicy would have.
func fill(ctx context.Context, dir string) error {
	db, err := store.Open(ctx, store.Config{Dir: dir})
	if err != nil {
		return err
	}
	var account int64
	if err := db.Read().QueryRowContext(ctx, `SELECT uin FROM accounts`).Scan(&account); err != nil {
		return err
	}
	const document = `{"version":"2.0","statement":[{"effect":"allow","action":"cvm:Describe*","resource":"*"}]}`
	tables := []struct {
		rows int
		into string
		row  func(i int) []any
	}{
		{manyUsers, `users (uin, account, uid, kind, name, name_key, remark, console_login, need_reset, password, phone, country_code, email, created_at)`,
			func(i int) []any {
				name := "user-" + strconv.Itoa(i)
				return []any{200000000000 + i, account, 10000000 + i, 2, name, name, "", 0, 0, "", "", "", "", 1760000000000 + i}
			}},
		{manyPolicies, `policies (id, account, name, name_key, description, create_mode, default_version, last_version, created_at, updated_at)`,
			func(i int) []any {
				name := "policy-" + strconv.Itoa(i)
				return []any{200000000 + i, account, name, name, "", 2, 1, 1, 1760000000000, 1760000000000}
			}},
		{manyPolicies, `policy_versions (account, policy_id, version, document, created_at)`,
			func(i int) []any { return []any{account, 200000000 + i, 1, document, 1760000000000} }},
		{manyUsers, `attachments (account, target_kind, target_id, policy_id, operator_kind, operator_id, attached_at)`,
			func(i int) []any {
				return []any{account, 1, 200000000000 + i, 200000000 + i%manyPolicies, 0, account, 1760000000000}
			}},
	}
	for _, t := range tables {
		err := db.Write(ctx, func(tx *store.Tx) error {
			for at := 0; at < t.rows; at += rowsAtOnce {
				var values []string
				var args []any
				for i := at; i < min(at+rowsAtOnce, t.rows); i++ {
					row := t.row(i)
					marks := make([]string, len(row))
					for c := range row {
						marks[c] = "$" + strconv.Itoa(len(args)+c+1)
					}
					values, args = append(values, "("+strings.Join(marks, ",")+")"), append(args, row...)
				}
				if _, err := tx.ExecContext(ctx, `INSERT INTO `+t.into+` VALUES `+strings.Join(values, ","), args...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return db.Close()
}
