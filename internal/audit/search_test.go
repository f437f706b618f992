package audit

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

func TestFind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		all := []*Record{
			{Action: "cam:GetUser", CallerKind: "user", CallerID: 100000000011, KeyID: "AKIDone", IP: "192.0.2.7", Outcome: "ok", Resources: []string{"qcs::cam::uin/1:uin/2"}},
			{Action: "cam:AddUser", CallerKind: "role", CallerID: 7, CallerName: "build", KeyID: "AKIDtwo", IP: "2001:db8::1", Outcome: "InvalidParameter",
				Parameters: []byte(`{"a":{"outcome":"ok","durationNs":1}}`), Resources: []string{`say "hi" 100%_`}},
			{Action: "cvm:Run", CallerKind: "user", CallerID: 100000000012, Outcome: "AuthFailure.UnauthorizedOperation", Decision: Decision{Effect: "implicit_deny"}},
			{Action: "cvm:Stop", CallerKind: "user", CallerID: 100000000012, Outcome: "AuthFailure.UnauthorizedOperation", Decision: Decision{Effect: "none"}}, // suspended
			{Action: "sts:AssumeRole", CallerKind: "user", CallerID: 7, Outcome: "UnauthorizedOperation", Decision: Decision{Effect: "explicit_deny"}},
			{Action: "hufu:Evaluate", CallerKind: "root", CallerID: 1, Outcome: "ok", Decision: Decision{Effect: "implicit_deny"}},
			{Action: "eiam:CreateUser", CallerKind: "application", CallerName: "app-1", Outcome: "ok", Parameters: []byte(`{"x":"AKIDone 192.0.2.7","outcome":"InternalError"}`)},
		}
		for i, r := range all {
			r.Account, r.At, r.RequestID = 1, noon.Add(time.Duration(i)*time.Minute), fmt.Sprint(i)
			r.ID = idAt(r.At)
			if r.Decision.Effect == "" {
				r.Decision.Effect = "allow"
			}
		}
		other := sample(2, "cam:GetUser", noon)
		insert(t, db, append(slices.Clone(all), other)...)
		for _, tc := range []struct {
			name string
			s    Search
			want []string
		}{
			{"everything of the account, the newest first", Search{}, []string{"6", "5", "4", "3", "2", "1", "0"}},
			{"since a moment", Search{Since: noon.Add(4 * time.Minute)}, []string{"6", "5", "4"}},
			{"until a moment", Search{Until: noon.Add(time.Minute)}, []string{"1", "0"}},
			{"above a record", Search{Above: all[4].ID}, []string{"6", "5"}},
			{"below a record", Search{Below: all[2].ID}, []string{"1", "0"}},
			{"between two that have none between", Search{Above: all[2].ID, Below: all[3].ID}, nil},
			{"an action", Search{Action: "cam:AddUser"}, []string{"1"}},
			{"an action in other letters", Search{Action: "CAM:adduser"}, []string{"1"}},
			{"all actions of a service", Search{Action: "cam:*"}, []string{"1", "0"}},
			{"actions with a part", Search{Action: "*:*user"}, []string{"6", "1", "0"}},
			{"a part where it does not end", Search{Action: "*:*use"}, nil},
			{"a wildcard of LIKE is a letter", Search{Action: "c%:_ddUser"}, nil},
			{"roles", Search{CallerKind: "role"}, []string{"1"}},
			{"a number of several kinds", Search{Caller: "7"}, []string{"4", "1"}},
			{"a role by its number", Search{CallerKind: "role", Caller: "7"}, []string{"1"}},
			{"a part of a number", Search{Caller: "10000000001"}, nil},
			{"an application", Search{Caller: "app-1"}, []string{"6"}},
			{"a key, not one among parameters", Search{KeyID: "AKIDone"}, []string{"0"}},
			{"a key in other letters", Search{KeyID: "akidone"}, nil},
			{"an address", Search{IP: "2001:db8::1"}, []string{"1"}},
			{"a part of a resource", Search{Resource: "uin/2"}, []string{"0"}},
			{"a part of a resource with letters that mean something elsewhere", Search{Resource: `"hi" 100%_`}, []string{"1"}},
			{"calls that went well", Search{Outcome: Succeeded}, []string{"6", "5", "0"}},
			{"calls that failed", Search{Outcome: Failed}, []string{"4", "3", "2", "1"}},
			{"calls that were denied", Search{Outcome: Denied}, []string{"4", "3", "2"}},
			{"several at once", Search{Outcome: Denied, Action: "cvm:*", Caller: "100000000012", Since: noon.Add(3 * time.Minute)}, []string{"3"}},
		} {
			t.Run(tc.name, func(t *testing.T) {
				found, err := tc.s.Find(context.Background(), db.Read(), 1, 100, 1000)
				if err != nil {
					t.Fatal(err)
				}
				if got := requests(found.Records); !slices.Equal(got, tc.want) && len(got)+len(tc.want) > 0 || found.Next != 0 {
					t.Errorf("found %v, next %d, want %v", got, found.Next, tc.want)
				}
				for _, r := range found.Records {
					if r.Parameters != nil || r.ID == 0 {
						t.Errorf("%+v", r)
					}
				}
			})
		}
		for a, want := range map[store.Account]int64{1: all[6].ID, 2: other.ID, 3: 0} {
			if id, err := Newest(context.Background(), db.Read(), a); err != nil || id != want {
				t.Errorf("the newest of %d is %d, %v", a, id, err)
			}
		}
		if at := IDTime(all[3].ID); !at.Equal(noon.Add(3 * time.Minute)) {
			t.Error(at)
		}
	})
}

func TestFindGoesOnWhereItStopped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		const n = 2*searchPage + 130
		var all []*Record
		var wanted []string
		for i := range n {
			r := sample(1, "cam:GetUser", noon.Add(time.Duration(i/3)*time.Second)) // every third has an id of its own
			r.RequestID, r.ID = requestID(i), idAt(r.At)
			if i%100 == 50 {
				r.Action = "cam:AddUser"
				wanted = append(wanted, r.RequestID)
			}
			all = append(all, r)
		}
		insert(t, db, all...)
		everything := func(s Search, limit, most int) (ids []string, answers int) {
			for {
				found, err := s.Find(context.Background(), db.Read(), 1, limit, most)
				if err != nil {
					t.Fatal(err)
				}
				ids, answers = append(ids, requests(found.Records)...), answers+1
				if s.Below = found.Next; found.Next == 0 {
					slices.Sort(ids)
					return ids, answers
				}
			}
		}
		for _, tc := range []struct {
			name        string
			s           Search
			limit, most int
			want        []string
			answers     int
		}{
			{"without a filter, in pages that part no equal ids", Search{}, 100, n, idsOf(all), 21},
			{"a page as long as the trail", Search{}, n, 2 * n, idsOf(all), 1},
			{"a filter that one look answers", Search{Action: "cam:AddUser"}, 100, 2 * n, wanted, 1},
			{"a filter, and a bound on what is looked at", Search{Action: "cam:AddUser"}, 100, searchPage, wanted, 2},
			{"a filter and small pages", Search{Action: "cam:AddUser"}, 4, n, wanted, 6},
			{"one at a time", Search{Action: "cam:AddUser"}, 1, n, wanted, 22},
		} {
			t.Run(tc.name, func(t *testing.T) {
				ids, answers := everything(tc.s, tc.limit, tc.most)
				if !slices.Equal(ids, tc.want) || answers != tc.answers {
					t.Errorf("%d of %d records in %d answers, want %d", len(ids), len(tc.want), answers, tc.answers)
				}
			})
		}
	})
}

// idsOf are the request ids of records in their order.
func idsOf(records []*Record) (ids []string) {
	for _, r := range records {
		ids = append(ids, r.RequestID)
	}
	return ids
}

func TestMatches(t *testing.T) {
	for _, tc := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"a", "a", true}, {"a", "ab", false}, {"*", "", true}, {"*", "anything", true}, {"a*", "abc", true}, {"a*", "ba", false},
		{"*c", "abc", true}, {"*c", "abcd", false}, {"a*c", "abc", true}, {"a*c", "ac", true}, {"ab*bc", "abc", false}, {"*b*", "abc", true}, {"*b*b*", "abc", false},
		{"a**c", "abc", true}, {"a*b*c", "a1b2c", true}, {"a*b*c", "a1b2d", false},
	} {
		if got := matches(tc.pattern, tc.text); got != tc.want {
			t.Errorf("%q fits %q: %t", tc.text, tc.pattern, got)
		}
	}
}

// A pattern fits as the regular expression of the same meaning does.
func FuzzMatches(f *testing.F) {
	for _, pattern := range []string{"", "*", "cam:Get*", "*:*User", "a**b", "[a]*."} {
		f.Add(pattern, "cam:GetUser")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if !utf8.ValidString(pattern) || !utf8.ValidString(text) {
			return // no door lets it through
		}
		parts := strings.Split(pattern, "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		want := regexp.MustCompile(`(?s)\A` + strings.Join(parts, ".*") + `\z`).MatchString(text)
		if got := matches(pattern, text); got != want {
			t.Errorf("%q fits %q: %t, want %t", text, pattern, got, want)
		}
	})
}
