package pep_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"github.com/hufu-iam/hufu/pep"
	"github.com/hufu-iam/hufu/tc3"
)

// A service of orders: who may refund which is decided by policies such as
//
//	{"effect":"allow","action":"orders:Refund","resource":"qcs::orders:::order/4*"}
func Example() {
	hufu := standIn() // in place of https://hufu.example.com
	defer hufu.Close()

	enforcer, err := pep.New(pep.Config{Endpoint: hufu.URL, SecretID: "AKIDserviceEXAMPLE", SecretKey: "serviceEXAMPLE", Service: "orders"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer enforcer.Close()
	protect := enforcer.Middleware(func(r *http.Request) ([]pep.Question, error) {
		var in struct{ Order string }
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			return nil, &pep.Error{Status: http.StatusBadRequest, Code: "InvalidParameter", Message: "The body is not JSON."}
		}
		return []pep.Question{{Action: r.Header.Get("X-TC-Action"), Resource: "qcs::orders:::order/" + in.Order}}, nil
	})
	service := httptest.NewServer(protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, _ := pep.CallerFrom(r.Context())
		fmt.Fprintf(w, "refunded by %s %s", caller.Type, caller.ID)
	})))
	defer service.Close()

	fmt.Println(call(service.URL, "aliceEXAMPLE", `{"Order":"42"}`))
	fmt.Println(call(service.URL, "aliceEXAMPLE", `{"Order":"52"}`))
	fmt.Println(call(service.URL, "guessed", `{"Order":"42"}`))
	hufu.Close()
	time.Sleep(1100 * time.Millisecond)
	fmt.Println(call(service.URL, "aliceEXAMPLE", `{"Order":"42"}`))
	// Output:
	// 200 refunded by user 100000000002
	// 403 AuthFailure.UnauthorizedOperation
	// 401 AuthFailure.SignatureFailure
	// 503 ServiceUnavailable
}

// call sends what a client signs, and answers the status, and the body or the code of the error.
func call(url, secretKey, body string) string {
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return err.Error()
	}
	m := tc3.Message{Service: "orders", Timestamp: time.Now().Unix(), Method: http.MethodPost, PayloadHash: tc3.HashPayload([]byte(body)),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: r.Host}}}
	signed, err := m.Sign("AKIDaliceEXAMPLE", secretKey)
	if err != nil {
		return err.Error()
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "X-TC-Action": "Refund",
		"X-TC-Timestamp": strconv.FormatInt(m.Timestamp, 10), "Authorization": signed.Header()} {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err.Error()
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err.Error()
	}
	var failed struct {
		Response struct{ Error struct{ Code string } }
	}
	if json.Unmarshal(text, &failed) == nil {
		return fmt.Sprint(answer.StatusCode, " ", failed.Response.Error.Code)
	}
	return fmt.Sprint(answer.StatusCode, " ", string(text))
}

// standIn answers as hufu does to a service that may ask.
func standIn() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		switch r.URL.Path {
		case "/access/v1/revision":
			fmt.Fprint(w, `{"revision":"x-1"}`)
		case "/access/v1/evaluation":
			fmt.Fprintf(w, `{"decision":%t,"context":{"id":"e3b0","revision":"x-1","cacheable":true}}`, strings.Contains(string(body), "order/4"))
		default:
			key := tc3.SigningKey("aliceEXAMPLE", tc3.Date(time.Now().Unix()), "orders")
			fmt.Fprintf(w, `{"Response":{"SigningKey":%q,"ExpiredTime":%d,"PrincipalType":"user","PrincipalId":"100000000002","AccountUin":100000000001,"Revision":"x-1","Cacheable":true,"RequestId":"x"}}`,
				base64.StdEncoding.EncodeToString(key[:]), time.Now().Add(time.Hour).Unix())
		}
	}))
}
