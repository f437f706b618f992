package overview

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
)

// The statuses of keys on the wire.
const (
	keyActive   = "Active"
	keyInactive = "Inactive"
)

// ListAccountAccessKeys lists the keys of everybody in the account, those of the root user among them.
func (p *Product) ListAccountAccessKeys(ctx context.Context, c *call.Call, in *hufu20261201.ListAccountAccessKeysRequest) (*hufu20261201.ListAccountAccessKeysResponse, error) {
	out := &hufu20261201.ListAccountAccessKeysResponse{}
	f, keyword := credential.KeyFilter{}, value(in.Keyword)
	switch value(in.Status) {
	case keyActive:
		f.Status = credential.Active
	case keyInactive:
		f.Status = credential.Inactive
	}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		owner, err := account.Get(ctx, q, c.Account())
		if err != nil {
			return err
		}
		if err := p.narrow(ctx, q, &f, owner, keyword); err != nil {
			return err
		}
		keys, total, err := p.keys.ListAll(ctx, q, c.Account(), f, in.Offset, in.Limit)
		if err != nil {
			return err
		}
		out.TotalCount = total
		out.Keys, err = p.accountKeys(ctx, q, owner, keys)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the access keys of an account: %w", err)
	}
	return out, nil
}

// narrow makes a filter of a keyword: the SecretId of a key, or whatever finds its holders.
func (p *Product) narrow(ctx context.Context, q store.Queryer, f *credential.KeyFilter, owner account.Account, keyword string) error {
	if keyword == "" {
		return nil
	}
	key, err := p.keys.Get(ctx, q, owner.UIN, keyword)
	switch {
	case err != nil:
		return err
	case key != nil:
		f.SecretID = keyword
		return nil
	}
	f.Holders, f.HolderArgs = holders(owner.UIN, keyword)
	if strings.Contains(strings.ToLower(owner.Name), strings.ToLower(keyword)) || keyword == strconv.FormatInt(int64(owner.UIN), 10) {
		f.Holders += ` UNION SELECT uin FROM accounts WHERE uin = $1`
	}
	return nil
}

// holders is a query for the users whose name a keyword is part of, as SearchUsers finds them.
func holders(a store.Account, keyword string) (query string, args []any) {
	s := newUserSearch(a, &hufu20261201.SearchUsersRequest{})
	return s.named(keyword, "name_key"), s.args[1:]
}

func (p *Product) accountKeys(ctx context.Context, q store.Queryer, owner account.Account, keys []credential.AccessKey) ([]hufu20261201.AccountAccessKey, error) {
	var uins []int64
	for i := range keys {
		uins = append(uins, keys[i].UIN)
	}
	names, err := p.directory.Names(ctx, q, owner.UIN, call.User, uins)
	if err != nil {
		return nil, err
	}
	names[int64(owner.UIN)] = owner.Name
	out := make([]hufu20261201.AccountAccessKey, len(keys))
	for i, k := range keys {
		out[i] = hufu20261201.AccountAccessKey{AccessKeyId: k.SecretID, Uin: k.UIN, UserName: names[k.UIN], Status: keyActive, Description: value(k.Description),
			CreateTime: k.Created.Unix()}
		if k.Status != credential.Active {
			out[i].Status = keyInactive
		}
		if !k.LastUsed.IsZero() {
			out[i].LastUsedTime = new(k.LastUsed.Unix())
		}
	}
	return out, nil
}
