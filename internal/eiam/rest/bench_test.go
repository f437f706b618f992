package rest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// The cost of a call that does nothing: the door, the token, the permission and the record.
func BenchmarkCall(b *testing.B) {
	w := apitest.New(b, storetest.Open(b, storetest.SQLite(b)))
	install(b, w, nil)
	a := w.Application(b, w.Account(b), "crm", "account_all", "user_all")
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			out := httptest.NewRecorder()
			w.EIAM.ServeHTTP(out, a.Request(b, http.MethodGet, "/items/1", nil))
			if out.Code != http.StatusOK {
				b.Fatal(out.Body)
			}
		}
	})
}
