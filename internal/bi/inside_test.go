package bi

import (
	"context"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/fault"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire/code"
)

func TestWindows(t *testing.T) {
	const none = math.MaxInt64 - maxPageSize
	for _, tc := range []struct {
		name         string
		f            family
		off          bool // row offsets of Terraform are not looked for
		client       string
		number, size int64
		all          bool
		offset       int64
		limit        int64
	}{
		{"the first page", fromOne, false, "", 1, 10, false, 0, 10},
		{"no page is the first", fromOne, false, "", 0, 10, false, 0, 10},
		{"the third page", fromOne, false, "", 3, 10, false, 20, 10},
		{"the first page where one counts from 0", fromZero, false, "", 0, 5, false, 0, 5},
		{"the second page where one counts from 0", fromZero, false, "", 1, 5, false, 5, 5},
		{"no size", fromOne, false, "", 2, 0, false, 20, 20},
		{"no size where one counts from 0", fromZero, false, "", 2, 0, false, 20, 10},
		{"too large a size", fromOne, false, "", 2, 1001, false, 1000, 1000},
		{"a page beyond all numbers", fromOne, false, "", math.MaxInt64, 1000, false, none, 1000},
		{"everything", fromOne, false, "", 1, 20, true, 0, math.MaxInt64},
		{"everything, once more", fromOne, false, "", 20, 20, true, none, 20},
		{"everything, as page 1 of size 1", fromOne, false, "", 1, 1, true, 0, math.MaxInt64},
		{"a row of Terraform's", fromOne, false, "SDK_GO_1.0.1; Terraform-1.5.0", 40, 20, false, 40, 20},
		{"a page of Terraform's", fromOne, false, "Terraform-1.5.0", 3, 20, false, 40, 20},
		{"Terraform is not looked for", fromOne, true, "Terraform-1.5.0", 40, 20, false, 780, 20},
		{"another client's page 40", fromOne, false, "SDK_GO_1.0.1", 40, 20, false, 780, 20},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := New(Config{TerraformPaging: !tc.off})
			got := p.window(&call.Call{Client: tc.client}, tc.f, tc.number, tc.size, tc.all)
			if got.offset != tc.offset || got.limit != tc.limit || got.all != tc.all {
				t.Errorf("got %+v, want rows %d, %d of them", got, tc.offset, tc.limit)
			}
		})
	}
}

func TestPagesAndCuts(t *testing.T) {
	list := []int{0, 1, 2, 3, 4}
	for _, tc := range []struct {
		name  string
		w     window
		want  int // elements
		pages int64
	}{
		{"a page", window{offset: 1, limit: 2}, 2, 3},
		{"a page at the end", window{offset: 4, limit: 2}, 1, 3},
		{"behind the end", window{offset: 9, limit: 2}, 0, 3},
		{"everything", window{limit: math.MaxInt64, all: true}, 5, 1},
		{"far behind", window{offset: math.MaxInt64 - maxPageSize, limit: 20, all: true}, 0, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := cut(list, tc.w); len(got) != tc.want {
				t.Errorf("got %v", got)
			}
			if got := tc.w.pages(5); got != tc.pages {
				t.Errorf("5 are %d pages, want %d", got, tc.pages)
			}
			if got := tc.w.pages(0); got != 0 {
				t.Errorf("nothing is %d pages", got)
			}
		})
	}
}

func TestUnregisteredCallersCanBeDenied(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx := context.Background()
		const root = store.Account(100)
		if err := db.Write(ctx, func(tx *store.Tx) error { return ensureCorp(ctx, tx, root, tx.Now()) }); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name   string
			deny   bool
			caller call.Principal
			want   string
		}{
			{"a user that BI does not know", false, call.Principal{Kind: call.User, Account: root, UIN: 7}, ""},
			{"one where they are denied", true, call.Principal{Kind: call.User, Account: root, UIN: 7}, code.UnauthorizedOperationUserNotExist},
			{"a role session", false, call.Principal{Kind: call.Role, Account: root, UIN: 100, RoleID: 8}, ""},
			{"one where they are denied, though the root assumed it", true, call.Principal{Kind: call.Role, Account: root, UIN: 100, RoleID: 8}, code.UnauthorizedOperationUserNotExist},
			{"the root where they are denied", true, call.Principal{Kind: call.Root, Account: root, UIN: 100}, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				p := New(Config{DB: db, DenyUnregistered: tc.deny})
				_, err := p.gate(ctx, db.Read(), &call.Call{Caller: &tc.caller}, need{right: writeCorp})
				if err == nil && tc.want != "" || err != nil && !fault.Is(err, tc.want) {
					t.Errorf("got %v, want %q", err, tc.want)
				}
			})
		}
	})
}

// FuzzProfile holds what is accepted of a profile to the forms that it may have.
func FuzzProfile(f *testing.F) {
	for _, seed := range [][4]string{{"Ann", "a@b", "10086", "86"}, {" 虎 ", "a@b@c", "+861", "+086"}, {"\t", "@", "12a", "1234567"}, {"", "", "", ""}, {"x", "a b@c", "1234567890123456789012", "+"}} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, name, email, phone, area string) {
		p := profile{name: name, email: email, phone: phone, areaCode: area}
		if p.check("") != nil {
			return
		}
		if n := utf8.RuneCountInString(p.name); n > 64 || name != "" && n == 0 || strings.TrimSpace(p.name) != p.name {
			t.Errorf("the name %q is accepted", name)
		}
		if email != "" && (strings.Count(email, "@") != 1 || strings.ContainsAny(email, " \t\n\r") || len([]rune(email)) > 128) {
			t.Errorf("the address %q is accepted", email)
		}
		for text, most := range map[string]int{strings.TrimPrefix(phone, "+"): 20, strings.TrimPrefix(area, "+"): 6} {
			if len(text) > most || strings.Trim(text, "0123456789") != "" {
				t.Errorf("the number %q is accepted", text)
			}
		}
	})
}
