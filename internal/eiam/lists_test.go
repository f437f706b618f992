package eiam_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/store"
)

func TestPermissionTreesAreListedAsTheyWereImported(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx := context.Background()
		app := w.Application(t, w.Account(t), "crm", "app_func_read", "app_data_read")
		path := "/applications/" + app.ID
		in := operator.EIAM{Account: app.Account, Application: "crm", Trees: &eiam.Trees{
			Functions: []eiam.Permission{{Code: "sales", Name: "Sales", Sequence: 2, RemoteID: "r1", Extension: map[string]string{"icon": "cart"}, Children: []eiam.Permission{
				{Code: "order", Name: "Order", Type: "OPERATE", Description: "place one"}}}},
			Data: []eiam.Permission{{Code: "region", Name: "Region", Model: "customer"}, {Code: "stock", Name: "Stock", Model: "item"}},
		}}
		if _, err := w.Operator.ImportPermissions(ctx, in); err != nil {
			t.Fatal(err)
		}
		all := app.Must(t, 200, "GET", path+"/func-perms?offset=0&limit=50", nil)
		if all.Int("total") != 2 || all.Int("size") != 50 || all.Int("number") != 0 || all.Len("list") != 2 {
			t.Fatalf("%s", all.Raw)
		}
		var top, below string
		for i := range 2 {
			at := fmt.Sprintf("list.%d.", i)
			switch all.Str(at + "code") {
			case "sales":
				top = all.Str(at + "id")
				if all.At(at+"parentId") != nil || all.Int(at+"level") != 1 || all.Str(at+"path") != "/"+top || all.Str(at+"displayPath") != "/Sales" || all.Str(at+"type") != "MENU" ||
					all.Int(at+"sequence") != 2 || all.Str(at+"remoteId") != "r1" || all.Str(at+"extension.icon") != "cart" || all.Str(at+"appId") != app.ID || all.At(at+"description") != nil {
					t.Errorf("%s", all.Raw)
				}
			case "order":
				below = all.Str(at + "id")
				if !strings.HasSuffix(all.Str(at+"path"), "/"+below) || all.Int(at+"level") != 2 || all.Str(at+"displayPath") != "/Sales/Order" || all.Str(at+"type") != "OPERATE" ||
					all.At(at+"remoteId") != nil || all.Str(at+"description") != "place one" {
					t.Errorf("%s", all.Raw)
				}
			}
		}
		if one := app.Must(t, 200, "GET", path+"/data-perms?offset=0&limit=1&model_id=customer", nil); one.Int("total") != 1 || one.Str("list.0.code") != "region" || one.Str("list.0.objmId") != "customer" {
			t.Errorf("%s", one.Raw)
		}
		if both := app.Must(t, 200, "GET", path+"/data-perms?offset=1&limit=1&model_id=", nil); both.Int("total") != 2 || both.Len("list") != 1 {
			t.Errorf("%s", both.Raw)
		}
		if none := app.Must(t, 200, "GET", path+"/data-perms?offset=0&limit=50&model_id=nothing", nil); none.Int("total") != 0 || none.Len("list") != 0 {
			t.Errorf("%s", none.Raw)
		}
		app.Fails(t, "APP.0001", "GET", "/applications/nothing/func-perms?offset=0&limit=51", nil)
		app.Fails(t, "Idaas.TENANT-COMMON-0005", "GET", path+"/func-perms?offset=0&limit=51", nil)
		app.Fails(t, "COM.0601", "GET", path+"/data-perms?offset=0", nil)

		in.Trees = &eiam.Trees{Functions: []eiam.Permission{{Code: "order", Name: "Orders", Type: "OPERATE"}}}
		if _, err := w.Operator.ImportPermissions(ctx, in); err != nil {
			t.Fatal(err)
		}
		left := app.Must(t, 200, "GET", path+"/func-perms?offset=0&limit=50", nil)
		if left.Int("total") != 1 || left.Str("list.0.id") != below || left.At("list.0.parentId") != nil || left.Str("list.0.displayPath") != "/Orders" {
			t.Errorf("what keeps its code keeps its id: %s", left.Raw)
		}
	})
}

// event writes the record of a call about a user.
func event(ctx context.Context, w *apitest.World, a store.Account, at time.Time, n int, action, outcome, parameters string) error {
	return w.DB.Write(ctx, func(tx *store.Tx) error {
		return audit.Insert(ctx, tx, &audit.Record{ID: at.UnixMilli()<<20 + int64(n), Account: a, At: at, RequestID: fmt.Sprintf("6f1b0c6e-5a4b-4d53-9d3e-%012x", n), Door: "eiam", Action: action,
			CallerKind: "application", KeyID: "client", Decision: audit.Decision{Effect: "allow"}, Outcome: outcome, Parameters: []byte(parameters)})
	})
}

func TestTheLogTellsWhatHappenedToUsers(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		ctx := context.Background()
		app, other := w.Application(t, w.Account(t), "crm", "operation_log_read"), w.Application(t, w.Account(t), "crm", "all")
		noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 8*60*60))
		var alice *directory.Person
		err := w.DB.Write(ctx, func(tx *store.Tx) (err error) {
			alice, err = directory.Create(ctx, tx, app.Account, directory.Profile{Login: "alice", Name: "Alice", Mobile: "+86-15204130007"}, "", false, noon)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range []struct {
			of              store.Account
			at              time.Time
			action, outcome string
			parameters      string
		}{
			{app.Account, noon.Add(-time.Second), "eiam:CreateUser", "ok", `{"user_name":"alice"}`},
			{app.Account, noon, "eiam:GrantAccount", "ok", `{"user_id":"` + alice.ID + `","app_id":"` + app.ID + `"}`},
			{app.Account, noon.Add(999 * time.Millisecond), "eiam:DisableUser", "USER.0001", `{"user_id":"gone"}`},
			{app.Account, noon.Add(time.Second), "eiam:EnableUser", "ok", `{"user_id":"` + alice.ID + `"}`},
			{app.Account, noon, "eiam:GetUser", "ok", `{"user_id":"` + alice.ID + `"}`},
			{app.Account, noon, "cam:AddUser", "ok", `{"Name":"alice"}`},
			{other.Account, noon, "eiam:CreateUser", "ok", `{"user_name":"alice"}`},
		} {
			if err := event(ctx, w, e.of, e.at, i, e.action, e.outcome, e.parameters); err != nil {
				t.Fatal(err)
			}
		}
		const noonText = "2026-03-01%2012:00:00"
		list := func(from, to string) *apitest.RESTAnswer {
			return app.Must(t, 200, "GET", "/logs/users-log?start_time="+from+"&end_time="+to+"&offset=0&limit=10", nil)
		}
		got := list(noonText, noonText)
		if got.Int("total") != 2 || got.Int("number") != 0 || got.Int("size") != 10 || got.Len("list") != 2 {
			t.Fatalf("%s", got.Raw)
		}
		for path, want := range map[string]any{
			"list.0.event_type": "Disable user", "list.0.result": false, "list.0.user_id": "gone", "list.0.user_name": "", "list.0.operation_type": "DISABLE",
			"list.0.typeDetail.error_reason": "USER.0001: User does not exist",
			"list.1.event_type":              "Grant application account", "list.1.result": true, "list.1.user_id": alice.ID, "list.1.user_name": "alice", "list.1.real_user_name": "Alice",
			"list.1.mobile": "+86-15204130007", "list.1.target_app": "crm", "list.1.target_type": "APP", "list.1.log_type": "userLog", "list.1.date": "20260301", "list.1.hour": "12",
			"list.1.log_id": "6f1b0c6e5a4b4d539d3e000000000001", "list.1.authDetail.auth_method": "client_credentials", "list.1.typeDetail.error_reason": "",
		} {
			if got.At(path) != want {
				t.Errorf("%s is %v, want %v", path, got.At(path), want)
			}
		}
		if got.Int("list.1.event_time") != noon.UnixMilli() || len(got.Str("list.1.mobile_hash")) != 64 {
			t.Errorf("%s", got.Raw)
		}
		if all := list("2026-02-01%2000:00:00", "2026-03-02+00:00:00"); all.Int("total") != 4 || all.Str("list.3.user_id") != alice.ID {
			t.Errorf("%s", all.Raw)
		}
		app.Language = "zh"
		if got := list(noonText, noonText); got.Str("list.1.event_type") != "授权应用账号" {
			t.Errorf("%s", got.Raw)
		}
		for name, query := range map[string]string{
			"an end before the start":   "start_time=2026-03-01%2012:00:01&end_time=" + noonText,
			"more than 31 days":         "start_time=2026-01-01%2000:00:00&end_time=2026-02-01%2000:00:01",
			"no start":                  "end_time=" + noonText,
			"a time of another form":    "start_time=2026-03-01T12:00:00&end_time=" + noonText,
			"a day that does not exist": "start_time=2026-02-30%2012:00:00&end_time=" + noonText,
		} {
			if got := app.Call(t, "GET", "/logs/users-log?"+query+"&offset=0&limit=10", nil); got.Code != "COM.0601" {
				t.Errorf("%s: %d %s", name, got.Status, got.Raw)
			}
		}
		list("2026-01-01%2000:00:00", "2026-02-01%2000:00:00") // 31 days and the last second of them
		app.Fails(t, "OAP.PAGE.0002", "GET", "/logs/users-log?start_time="+noonText+"&end_time="+noonText+"&offset=0&limit=9", nil)
	})
}

func TestTheLogIsReadByItsIndex(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		if w.DB.Engine() != "sqlite" {
			t.Logf("%s decides by the size of tables, which are empty", w.DB.Engine())
			return
		}
		rows, err := w.DB.Read().QueryContext(context.Background(), `EXPLAIN QUERY PLAN SELECT record FROM audit WHERE account = $1 AND id BETWEEN $2 AND $3 AND action IN (`+audit.UserActions+`) ORDER BY id DESC`, 1, 1, 2)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var plan []string
		for rows.Next() {
			var a, b, c int
			var text string
			if err := rows.Scan(&a, &b, &c, &text); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, text)
		}
		if text := strings.Join(plan, "; "); !strings.Contains(text, "audit_of_users") || strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("the plan is %s", text)
		}
	})
}
