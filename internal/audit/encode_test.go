package audit

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/hufu-iam/hufu/internal/store"
)

func TestARecordIsPrintedAsItIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		want := Record{
			ID: rapid.Int64().Draw(t, "id"), Account: store.Account(rapid.Int64().Draw(t, "account")), At: time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(t, "at")).UTC(),
			RequestID: text.Draw(t, "request"), Door: text.Draw(t, "door"), Action: text.Draw(t, "action"), CallerKind: text.Draw(t, "kind"),
			CallerID: rapid.Int64().Draw(t, "caller"), CallerName: text.Draw(t, "name"), KeyID: text.Draw(t, "key"), IP: text.Draw(t, "ip"),
			Region: text.Draw(t, "region"), Client: text.Draw(t, "client"), Resources: rapid.SliceOf(text).Draw(t, "resources"),
			Parameters: json.RawMessage(`{"Name":"<&>"}`), Outcome: text.Draw(t, "outcome"), Duration: time.Duration(rapid.Int64().Draw(t, "duration")),
			Decision: Decision{Effect: text.Draw(t, "effect"), Layer: text.Draw(t, "layer"), PolicyID: rapid.Int64().Draw(t, "policy"), Policy: text.Draw(t, "policy name"),
				Version: rapid.Int64().Draw(t, "version"), Statement: rapid.Int().Draw(t, "statement")},
		}
		var got, standard Record
		printed := want.appendJSON(nil)
		if err := json.Unmarshal(printed, &got); err != nil {
			t.Fatalf("%s: %v", printed, err)
		}
		text2, err := json.Marshal(want)
		if err == nil {
			err = json.Unmarshal(text2, &standard)
		}
		if err != nil {
			t.Fatal(err)
		}
		got.Parameters, standard.Parameters = nil, nil // encoding/json escapes what need not be
		if diff := cmp.Diff(standard, got); diff != "" {
			t.Errorf("(-encoding/json +ours)\n%s", diff)
		}
	})
}
