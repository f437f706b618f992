package cam

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

// newestFirst is the order of all lists of users: uins are given out in the order of creation.
const newestFirst = ` ORDER BY uin DESC`

// mostListed users fill the largest answer. ListUsers has no pages, so beyond that it answers what the gateway would,
// before it has read millions of rows.
const mostListed = 200_000

// inOrder is a query for the first users of each of some kinds that meet a condition, in the order of their uins, as the index
// of each kind has it: the planner of SQLite would rather sort all users of an account than walk through others'.
func inOrder(columns, condition, order, limit string, kinds ...UserKind) string {
	each := make([]string, len(kinds))
	for i, kind := range kinds {
		each[i] = fmt.Sprintf(`SELECT * FROM (SELECT %s FROM users WHERE account = $1 AND kind = %d AND %s%s LIMIT %s) AS of%d`, columns, kind, condition, order, limit, kind)
	}
	return `SELECT * FROM (` + strings.Join(each, ` UNION ALL `) + `) AS every` + order + ` LIMIT ` + limit
}

// usersOfKind is one page of the users of a kind, newest first, and how many there are in all.
func (p *Product) usersOfKind(ctx context.Context, a store.Account, kind UserKind, w page) (users []User, total int64, err error) {
	err = p.db.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		total, err = store.Count(ctx, q, `SELECT COUNT(*) FROM users WHERE account = $1 AND kind = $2`, a, int64(kind))
		if err != nil {
			return err
		}
		users, err = store.Collect(ctx, q, scanUser, `SELECT `+userColumns+` FROM users WHERE account = $1 AND kind = $2`+newestFirst+` LIMIT $3 OFFSET $4`,
			a, int64(kind), w.limit, w.offset)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list users: %w", err)
	}
	return users, total, nil
}

func subAccountInfo(u User) cam20190116.SubAccountInfo {
	return cam20190116.SubAccountInfo{Uin: u.UIN, Name: u.Name, Uid: u.UID, Remark: u.Remark, ConsoleLogin: flag(u.ConsoleLogin),
		PhoneNum: u.Phone, CountryCode: u.CountryCode, Email: u.Email, CreateTime: wireTime(u.Created), NickName: u.Name}
}

func subAccountInfos(users []User) []cam20190116.SubAccountInfo {
	infos := make([]cam20190116.SubAccountInfo, len(users))
	for i, u := range users {
		infos[i] = subAccountInfo(u)
	}
	return infos
}

// ListUsers lists the sub-users, in one answer. Our decision: WeCom users, collaborators and receivers are not among
// them, each kind has a list of its own.
func (p *Product) ListUsers(ctx context.Context, c *call.Call, _ *cam20190116.ListUsersRequest) (*cam20190116.ListUsersResponse, error) {
	users, err := store.Collect(ctx, p.db.Read(), scanUser, `SELECT `+userColumns+` FROM users WHERE account = $1 AND kind = $2`+newestFirst+` LIMIT $3`,
		c.Account(), int64(SubUser), mostListed+1)
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	if len(users) > mostListed {
		return nil, fault.New(code.ResponseSizeLimitExceeded)
	}
	return &cam20190116.ListUsersResponse{Data: subAccountInfos(users)}, nil
}

// ListCollaborators lists the roots that help in this account.
func (p *Product) ListCollaborators(ctx context.Context, c *call.Call, in *cam20190116.ListCollaboratorsRequest) (*cam20190116.ListCollaboratorsResponse, error) {
	users, total, err := p.usersOfKind(ctx, c.Account(), Collaborator, page{in.Offset, in.Limit})
	if err != nil {
		return nil, err
	}
	return &cam20190116.ListCollaboratorsResponse{TotalNum: total, Data: subAccountInfos(users)}, nil
}

// ListWeChatWorkSubAccounts lists the users that came from WeCom. They may always log in.
func (p *Product) ListWeChatWorkSubAccounts(ctx context.Context, c *call.Call, in *cam20190116.ListWeChatWorkSubAccountsRequest) (*cam20190116.ListWeChatWorkSubAccountsResponse, error) {
	users, total, err := p.usersOfKind(ctx, c.Account(), WeComUser, page{in.Offset, in.Limit})
	if err != nil {
		return nil, err
	}
	out := &cam20190116.ListWeChatWorkSubAccountsResponse{TotalCount: total, Data: []cam20190116.WeChatWorkSubAccount{}}
	for _, u := range users {
		out.Data = append(out.Data, cam20190116.WeChatWorkSubAccount{Uin: u.UIN, Name: u.Name, Uid: u.UID, Remark: u.Remark, ConsoleLogin: 1,
			PhoneNum: u.Phone, CountryCode: u.CountryCode, Email: u.Email, WeChatWorkUserId: u.WeComUserID, CreateTime: wireTime(u.Created)})
	}
	return out, nil
}

// DescribeSubAccounts looks sub-accounts up, in the order asked for. Uins of nobody, of other accounts and of the root
// are left out; receivers have none.
func (p *Product) DescribeSubAccounts(ctx context.Context, c *call.Call, in *cam20190116.DescribeSubAccountsRequest) (*cam20190116.DescribeSubAccountsResponse, error) {
	out := &cam20190116.DescribeSubAccountsResponse{SubAccounts: []cam20190116.SubAccountUser{}}
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		for _, uin := range in.FilterSubAccountUin {
			u, err := UserByUIN(ctx, q, c.Account(), uin)
			if errors.Is(err, ErrNoUser) || err == nil && u.Kind == Receiver {
				continue
			}
			if err != nil {
				return err
			}
			out.SubAccounts = append(out.SubAccounts, subAccountUser(u))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("describe sub-accounts: %w", err)
	}
	return out, nil
}

func subAccountUser(u User) cam20190116.SubAccountUser {
	s := cam20190116.SubAccountUser{Uin: u.UIN, Name: u.Name, Uid: u.UID, Remark: u.Remark, CreateTime: new(wireTime(u.Created)),
		UserType: int64(u.Kind), LastLoginIp: u.LastLoginIP}
	if u.LastLogin != nil {
		s.LastLoginTime = new(wireTime(*u.LastLogin))
	}
	return s
}

// ownerType is the root's own among the values of ListAccounts.UserType.
const ownerType = "Owner"

// userTypes are the values of ListAccounts.UserType that sub-accounts have.
var userTypes = map[UserKind]string{SubUser: "SubUser", WeComUser: "WechatCorpUser", Collaborator: "Collaborator", Receiver: "MessageReceiver"}

// ListAccounts lists accounts of every kind, the owner first. The marker holds the uin where the page ended, so that
// what is created or deleted on the way never moves the rest.
func (p *Product) ListAccounts(ctx context.Context, c *call.Call, in *cam20190116.ListAccountsRequest) (*cam20190116.ListAccountsResponse, error) {
	out := &cam20190116.ListAccountsResponse{Users: []cam20190116.ListAllUser{}}
	list := fmt.Sprintf("ListAccounts/%d/%s", c.Account(), value(in.UserType))
	below, err := p.openMarker(list, value(in.Marker))
	if err != nil {
		return nil, err
	}
	err = p.db.Read().Snapshot(ctx, func(q store.Queryer) error {
		if filter := value(in.UserType); value(in.Marker) == "" && (filter == "" || filter == ownerType) {
			owner, err := account.Get(ctx, q, c.Account())
			if err != nil {
				return err
			}
			out.Users = append(out.Users, listedOwner(owner))
		}
		room := in.MaxItems - int64(len(out.Users))
		users, err := accountsBelow(ctx, q, c.Account(), in.UserType, below, room+1)
		if err != nil {
			return err
		}
		for _, u := range users[:min(room, int64(len(users)))] {
			out.Users = append(out.Users, listedUser(u))
			below = u.UIN
		}
		out.IsTruncated = int64(len(users)) > room
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", err)
	}
	if out.IsTruncated {
		out.Marker = p.keys.SealMarker(list, strconv.FormatInt(below, 10))
	}
	return out, nil
}

// openMarker is the uin below which a list goes on.
func (p *Product) openMarker(list, marker string) (int64, error) {
	if marker == "" {
		return math.MaxInt64, nil
	}
	place, ok := p.keys.OpenMarker(list, marker)
	if !ok {
		return 0, fault.New(code.InvalidParameterPaginationTokenInvalid)
	}
	return strconv.ParseInt(place, 10, 64) // our own text
}

// accountsBelow are the sub-accounts of the wanted types, from the one after a uin on.
func accountsBelow(ctx context.Context, q store.Queryer, a store.Account, filter *string, below, limit int64) ([]User, error) {
	if value(filter) == "" {
		return store.Collect(ctx, q, scanUser, inOrder(userColumns, `uin < $2`, newestFirst, `$3`, SubUser, WeComUser, Collaborator, Receiver), a, below, limit)
	}
	for kind, name := range userTypes {
		if name == *filter {
			return store.Collect(ctx, q, scanUser, `SELECT `+userColumns+` FROM users WHERE account = $1 AND kind = $4 AND uin < $2`+newestFirst+` LIMIT $3`,
				a, below, limit, int64(kind))
		}
	}
	return nil, nil // a type that no sub-account has
}

func listedOwner(a account.Account) cam20190116.ListAllUser {
	return cam20190116.ListAllUser{Uin: int64(a.UIN), Name: a.Name, Uid: a.UID, ConsoleLogin: 1, CreateTime: wireTime(a.Created.UnixMilli()), UserType: ownerType}
}

func listedUser(u User) cam20190116.ListAllUser {
	l := cam20190116.ListAllUser{Uin: u.UIN, Name: u.Name, Uid: u.UID, Remark: u.Remark, ConsoleLogin: flag(u.ConsoleLogin), PhoneNum: u.Phone,
		CountryCode: u.CountryCode, Email: u.Email, CreateTime: wireTime(u.Created), UserType: userTypes[u.Kind]}
	if u.Kind == Receiver {
		l.Uin = 0 // a contact has no account number
	}
	return l
}

// callerUIN is the uin that a caller stands for: of a role session, who assumed the role. Our decision: a federated
// login has no uin of its own, the root's stands for it.
func callerUIN(c *call.Call) int64 {
	if c.Caller.UIN == 0 {
		return int64(c.Account())
	}
	return c.Caller.UIN
}

// GetUserAppId tells any identity which account it acts in.
func (p *Product) GetUserAppId(_ context.Context, c *call.Call, _ *cam20190116.GetUserAppIdRequest) (*cam20190116.GetUserAppIdResponse, error) {
	return &cam20190116.GetUserAppIdResponse{Uin: strconv.FormatInt(callerUIN(c), 10), OwnerUin: strconv.FormatInt(int64(c.Account()), 10), AppId: c.Caller.AppID}, nil
}

// GetAccountSummary counts what the account holds. Our decision: presets do not count as policies.
func (p *Product) GetAccountSummary(ctx context.Context, c *call.Call, _ *cam20190116.GetAccountSummaryRequest) (*cam20190116.GetAccountSummaryResponse, error) {
	out := &cam20190116.GetAccountSummaryResponse{} // without role identity providers, which this build does not make
	err := p.db.Read().Snapshot(ctx, func(q store.Queryer) (err error) {
		for table, n := range map[string]*int64{"policies": &out.Policies, "roles": &out.Roles, "users": &out.User, "user_groups": &out.Group, "group_members": &out.Member} {
			if *n, err = store.Count(ctx, q, `SELECT COUNT(*) FROM `+table+` WHERE account = $1`, c.Account()); err != nil {
				return fmt.Errorf("count %s: %w", table, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
