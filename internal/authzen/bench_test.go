package authzen_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hufu-iam/hufu/internal/apitest"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// The cost of one call inside the process: the signature checked, the asker authorized, the question decided and its
// record written; the recorder of the measurement included.
func benchmarkDoor(b *testing.B, path string, question func(c *cast, n int) string) {
	w := apitest.New(b, storetest.Open(b, storetest.SQLite(b)))
	c := newCast(b, w)
	requests := make([]*http.Request, b.N)
	for i := range requests {
		requests[i] = request(b, w, c.pep, path, question(c, i))
	}
	var next atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			out := httptest.NewRecorder()
			w.AuthZEN.ServeHTTP(out, requests[next.Add(1)-1])
			if out.Code != http.StatusOK {
				b.Error(out.Body.String())
			}
		}
	})
}

func BenchmarkAllowed(b *testing.B) {
	benchmarkDoor(b, single, func(c *cast, n int) string {
		return about("user", c.alice.UIN, "cvm:StartInstances", c.instance(fmt.Sprint(n)))
	})
}

func BenchmarkDenied(b *testing.B) {
	benchmarkDoor(b, single, func(c *cast, n int) string {
		return about("user", c.alice.UIN, "cvm:StopInstances", c.instance(fmt.Sprint(n)))
	})
}

func BenchmarkAThousandQuestions(b *testing.B) {
	var body string
	benchmarkDoor(b, many, func(c *cast, _ int) string {
		if body == "" || !strings.Contains(body, c.instance("0")) {
			var all []string
			for i := range 1000 {
				all = append(all, fmt.Sprintf(`{"resource":{"type":"qcs","id":"%s"}}`, c.instance(fmt.Sprint(i))))
			}
			body = fmt.Sprintf(`{"subject":{"type":"user","id":"%d"},"action":{"name":"cvm:StartInstances"},"evaluations":[%s]}`, c.alice.UIN, strings.Join(all, ","))
		}
		return body
	})
}
