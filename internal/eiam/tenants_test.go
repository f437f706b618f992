package eiam_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestTenantsAreSetAndHeldApart(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx := context.Background()
		first, second := store.Account(w.Account(t).UIN), store.Account(w.Account(t).UIN)
		set := func(a store.Account, zone string, hosts ...string) error {
			return w.DB.Write(ctx, func(tx *store.Tx) error { return eiam.SetTenant(ctx, tx, a, hosts, zone, false) })
		}
		whose := func(host string, want store.Account) {
			t.Helper()
			if got, err := w.People.TenantOf(ctx, host); err != nil || got != want {
				t.Errorf("%s is %d's, want %d, %v", host, got, want, err)
			}
		}
		whose("b.example.com", first) // and this is remembered until somebody takes the host
		if err := set(second, "Europe/Berlin", "B.example.com", "c.example.com", "b.example.com", "10.0.0.7", "[::1]"); err != nil {
			t.Fatal(err)
		}
		for host, want := range map[string]store.Account{"b.example.com": second, "c.example.com": second, "10.0.0.7": second, "[::1]": second, "d.example.com": first, "": first} {
			whose(host, want)
		}
		for _, tc := range []struct {
			name, zone, host string
			want             error
		}{
			{"another tenant's host", "UTC", "c.example.com", eiam.ErrHostTaken},
			{"a host with a port", "UTC", "d.example.com:443", eiam.ErrHost},
			{"a host with a blank", "UTC", "d example.com", eiam.ErrHost},
			{"no host", "UTC", "", eiam.ErrHost},
			{"an unknown zone", "Europe/Atlantis", "d.example.com", eiam.ErrZone},
			{"no zone", "", "d.example.com", eiam.ErrZone},
			{"the zone of the machine", "Local", "d.example.com", eiam.ErrZone},
		} {
			if err := set(first, tc.zone, tc.host); !errors.Is(err, tc.want) {
				t.Errorf("%s: %v", tc.name, err)
			}
		}
		whose("d.example.com", first)
		got, err := w.People.Tenant(ctx, second)
		if err != nil || got.JobManagement || got.Zone.String() != "Europe/Berlin" || len(got.Hosts) != 4 {
			t.Errorf("%+v, %v", got, err)
		}
		if err := set(second, "UTC"); err != nil {
			t.Fatal(err)
		}
		whose("c.example.com", first)
		if got, err := w.People.Tenant(ctx, second); err != nil || got.Zone.String() != "UTC" {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := w.People.Tenant(ctx, first); err != nil || !got.JobManagement || got.Zone.String() != eiam.DefaultZone {
			t.Errorf("the defaults: %+v, %v", got, err)
		}
		chosen := eiam.New(eiam.Config{DB: w.DB, Keys: w.Keys, DefaultTenant: second})
		if got, err := chosen.TenantOf(ctx, "d.example.com"); err != nil || got != second {
			t.Errorf("the chosen default is %d, %v", got, err)
		}
	})
}

func TestTimesAreThoseOfTheTenantsZone(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	tenant := &eiam.Tenant{Zone: zone}
	at := time.Date(2022, 8, 25, 6, 13, 25, 372_000_000, time.UTC).UnixMilli()
	if got := tenant.Time(at); got != "2022-08-25 14:13:25.372" {
		t.Error(got)
	}
	if got, err := tenant.ParseTime("2022-08-25 14:13:25"); err != nil || got != at-372 {
		t.Error(got, err)
	}
	for _, text := range []string{"", "2022-08-25", "2022-08-25 14:13:25 ", "2022-08-25T14:13:25", "2022-02-30 00:00:00", "2022-08-25 14:13"} {
		if _, err := tenant.ParseTime(text); err == nil || err.Error() != "COM.0601: Parameter missing or incorrect parameter type" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestAnApplicationManagesThoseOnItsListAlone(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx, of := context.Background(), w.Account(t)
		portal, crm, erp := w.Application(t, of, "portal", "app_func_read"), w.Application(t, of, "crm"), w.Application(t, of, "erp")
		foreign := w.Application(t, w.Account(t), "crm")
		for _, step := range []struct {
			name     string
			targets  *[]string
			crm, erp bool
		}{
			{"without a list all of the tenant", nil, true, true},
			{"those on the list", &[]string{"crm"}, true, false},
			{"another list", &[]string{erp.ID}, false, true},
			{"an empty list", &[]string{}, false, false},
			{"the list is lifted", nil, true, true},
		} {
			if _, err := w.Operator.ChangeApplication(ctx, "targets", operator.EIAM{Account: portal.Account, Application: "portal", Targets: step.targets}); err != nil {
				t.Fatal(err)
			}
			for _, app := range []struct {
				id   string
				open bool
			}{{crm.ID, step.crm}, {erp.ID, step.erp}, {foreign.ID, false}, {"nothing", false}} {
				got := portal.Call(t, "GET", "/applications/"+app.id+"/func-perms?offset=0&limit=1", nil)
				if (got.Status == 200) != app.open || !app.open && got.Code != "APP.0001" {
					t.Errorf("%s: %s: %d %s", step.name, app.id, got.Status, got.Raw)
				}
			}
		}
		if _, err := w.Operator.ChangeApplication(ctx, "targets", operator.EIAM{Account: portal.Account, Application: "portal", Targets: &[]string{"crm"}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Operator.DeleteApplication(ctx, operator.EIAM{Account: portal.Account, Application: "crm"}); err != nil {
			t.Fatal(err)
		}
		portal.Fails(t, "APP.0001", "GET", "/applications/"+erp.ID+"/func-perms?offset=0&limit=1", nil)
		if _, err := w.Operator.ChangeApplication(ctx, "targets", operator.EIAM{Account: portal.Account, Application: "portal", Targets: &[]string{foreign.ID}}); err == nil {
			t.Error("an application of another tenant is on the list")
		}
	})
}
