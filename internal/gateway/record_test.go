package gateway

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/call"
	"github.com/hufu-iam/hufu/internal/store/storetest"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/policy"
)

func TestTheExplanationOnRecordHasABound(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), Config{NoLimits: true})
	var tags, policies []string
	for i := range 5000 { // none is checked before the denial
		tags = append(tags, fmt.Sprintf(`{"Key":"%d","Value":"%s"}`, i, strings.Repeat("v", 100)))
	}
	for range 60 {
		policies = append(policies, statement("allow", "tiny:Read", "*", `,"condition":{"for_any_value:string_equal":{"qcs:request_tag":["team&blue"]}}`))
	}
	got := d.user(200, policies...).call("Read", `{"Tags":[`+strings.Join(tags, ",")+`]}`)
	got.want(t, "AuthFailure.UnauthorizedOperation")
	if n := strings.Count(got.message, "team&blue"); n != 60 {
		t.Errorf("the caller is told of %d conditions, want all 60", n)
	}
	r := d.records()[0]
	var x policy.Explanation
	if err := json.Unmarshal(r.Explanation, &x); err != nil || len(r.Explanation) > audit.MaxExplanation {
		t.Fatalf("%d bytes, %v", len(r.Explanation), err)
	}
	if x.Decision.Effect != policy.ImplicitDeny || x.Remedy == nil || len(x.Layers) != 2 || x.Layers[1].More != 60 {
		t.Errorf("%s", r.Explanation)
	}
}

func TestACallerWhoHangsUpIsNoFailureOfOurs(t *testing.T) {
	d := open(t, storetest.Open(t, storetest.SQLite(t)), Config{NoLimits: true})
	ctx, hangUp := context.WithCancel(t.Context())
	d.serve("Read", func(ctx context.Context, _ *call.Call, _ wire.Request) (wire.Response, error) {
		hangUp()
		return nil, fmt.Errorf("read users: %w", ctx.Err())
	})
	d.ServeHTTP(httptest.NewRecorder(), d.user(200, statement("allow", "tiny:Read", "*", "")).request("Read", `{}`).WithContext(ctx))
	if r := d.records()[0]; r.Outcome != "Canceled" {
		t.Errorf("outcome %s", r.Outcome)
	}
}
