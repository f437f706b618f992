package apitest_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// The cost of one call inside the process, signing and the recorder included.
func benchmarkCall(b *testing.B, parallel int, action string, params func(n int) any) {
	w := apitest.New(b, storetest.Open(b, storetest.SQLite(b)))
	w.Quotas[account.SubAccounts] = 0
	root := w.Account(b).Root
	root.Must(b, "cam:AddUser", apitest.P{"Name": "bench"})
	requests := make([]*http.Request, b.N)
	for i := range requests {
		requests[i] = root.Request(b, action, params(i))
	}
	var next atomic.Int64
	b.SetParallelism(parallel)
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w.Gateway.ServeHTTP(httptest.NewRecorder(), requests[next.Add(1)-1])
		}
	})
}

func BenchmarkGetCallerIdentity(b *testing.B) {
	benchmarkCall(b, 1, "sts:GetCallerIdentity", func(int) any { return nil })
}

func BenchmarkGetUser(b *testing.B) {
	benchmarkCall(b, 1, "cam:GetUser", func(int) any { return apitest.P{"Name": "bench"} })
}

func BenchmarkAddUser(b *testing.B) {
	benchmarkCall(b, 32, "cam:AddUser", func(n int) any { return apitest.P{"Name": "user-" + strconv.Itoa(n)} })
}
