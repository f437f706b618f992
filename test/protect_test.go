package test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"

	"github.com/hufu-iam/hufu/pep"
)

const ordersManifest = "service: orders\ntitle: {en: Orders}\nlevel: resource\nactions:\n  - {name: Refund, access: write}\n"

// orders is a service of its own that hufu protects: it answers who calls it.
func orders(t *testing.T, s *server, own credential) *httptest.Server {
	t.Helper()
	enforcer, err := pep.New(pep.Config{Endpoint: "http://" + s.api, SecretID: own.id, SecretKey: own.key, Service: "orders", Fail: pep.FailAPI})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(enforcer.Close)
	if err := enforcer.Ping(t.Context()); err != nil {
		t.Fatalf("the service is not ready: %v", err)
	}
	protect := enforcer.Middleware(func(r *http.Request) ([]pep.Question, error) {
		var in struct{ Order string }
		err := json.NewDecoder(r.Body).Decode(&in)
		return []pep.Question{{Action: r.Header.Get("X-TC-Action"), Resource: "qcs::orders:::order/" + in.Order}}, err
	})
	service := httptest.NewServer(protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller, _ := pep.CallerFrom(r.Context())
		body, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(string(body), "Order") {
			t.Errorf("the handler reads %q, %v", body, err)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"Response":{"By":"%s %s","RequestId":"x"}}`, caller.Type, caller.ID)
	})))
	t.Cleanup(service.Close)
	return service
}

// refund calls the service with the official SDK's client for any product, and answers who it was taken for, or the code.
func refund(t *testing.T, service *httptest.Server, c credential, order string) string {
	t.Helper()
	p := profile.NewClientProfile()
	p.HttpProfile.Scheme, p.HttpProfile.Endpoint = "HTTP", strings.TrimPrefix(service.URL, "http://")
	client := common.NewCommonClient(common.NewTokenCredential(c.id, c.key, c.token), "ap-guangzhou", p)
	in, out := tchttp.NewCommonRequest("orders", "2026-01-01", "Refund"), tchttp.NewCommonResponse()
	if err := in.SetActionParameters(map[string]any{"Order": order}); err != nil {
		t.Fatal(err)
	}
	err := client.Send(in, out)
	if failed, ok := err.(*tcerr.TencentCloudSDKError); ok {
		return failed.Code
	}
	var answer struct{ Response struct{ By string } }
	if err == nil {
		err = json.Unmarshal(out.GetBody(), &answer)
	}
	if err != nil {
		t.Fatal(err)
	}
	return answer.Response.By
}

// refused holds the service to a refusal of every request that begins more than a second from now.
func refused(t *testing.T, service *httptest.Server, c credential, want string) {
	t.Helper()
	began := time.Now()
	for {
		late := time.Since(began) > time.Second
		got := refund(t, service, c, "42")
		if got == want {
			return
		}
		if late {
			t.Errorf("after a second the answer is %q, want %q", got, want)
			return
		}
		pause()
	}
}

// TestAServiceIsProtected is the day of a service that has hufu decide: its clients sign with the official SDK.
func TestAServiceIsProtected(t *testing.T) {
	flags := []string{"--product", manifest(t, ordersManifest), "--rate-limit", "off"}
	onServer(t, flags, func(t *testing.T, s *server) {
		policy := func(name, statements string) int64 {
			return s.must(t, bootstrap, "cam:CreatePolicy", params{"PolicyName": name, "PolicyDocument": `{"version":"2.0","statement":[` + statements + `]}`}).number("PolicyId")
		}
		attach := func(uin, policy int64) {
			s.must(t, bootstrap, "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": policy})
		}
		user := func(name string, policies ...int64) (int64, credential) {
			uin, key := s.user(t, bootstrap, name)
			for _, p := range policies {
				attach(uin, p)
			}
			return uin, key
		}
		_, own := user("orders-service", policy("enforce", `{"effect":"allow","action":"hufu:Evaluate","resource":"*"},{"effect":"allow","action":"hufu:GetSigningKey","resource":"qcs::hufu:::service/orders"}`))
		service := orders(t, s, own)
		may := policy("refund", `{"effect":"allow","action":"orders:Refund","resource":"qcs::orders:::order/4*"},{"effect":"allow","action":"sts:*","resource":"*"}`)

		clerk, clerkKey := user("clerk", may)
		guestUIN, guestKey := user("guest", may)
		idle, idleKey := user("idle", may)
		session := func(c credential) credential {
			a := s.must(t, c, "sts:GetFederationToken", params{"Name": "night", "Policy": `{"version":"2.0","statement":[{"effect":"allow","action":"orders:*","resource":"*"}]}`})
			k := a.body["Credentials"].(map[string]any)
			return credential{id: k["TmpSecretId"].(string), key: k["TmpSecretKey"].(string), token: k["Token"].(string)}
		}
		night := session(guestKey)
		time.Sleep(time.Second) // what was made last is known

		for _, tc := range []struct {
			name  string
			as    credential
			order string
			want  string
		}{
			{"who may", clerkKey, "42", fmt.Sprint("user ", clerk)},
			{"who may not on this order", clerkKey, "52", denied},
			{"the service itself", own, "42", denied},
			{"the root user", bootstrap, "52", "root 100000000001"},
			{"a temporary credential", night, "42", fmt.Sprint("user ", guestUIN)},
			{"its token left out", credential{id: night.id, key: night.key}, "42", "AuthFailure.SecretIdNotFound"},
			{"another secret", credential{id: clerkKey.id, key: "another"}, "42", "AuthFailure.SignatureFailure"},
			{"nobody's key", credential{id: "AKIDnobody", key: "x"}, "42", "AuthFailure.SecretIdNotFound"},
			{"the root user of another account", s.createAccount(t, "other").credential(), "42", "AuthFailure.SecretIdNotFound"},
		} {
			for range 2 {
				if got := refund(t, service, tc.as, tc.order); got != tc.want {
					t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
				}
			}
		}
		// What the service may have it may have for its own name alone, and it lies on no disk: see the end of every run.
		key := params{"AccessKeyId": clerkKey.id, "Service": "orders", "Date": time.Now().UTC().Format(time.DateOnly)}
		s.must(t, own, "hufu:GetSigningKey", key)
		key["Service"] = "cam"
		s.call(t, own, "hufu:GetSigningKey", key).wants(t, denied)

		s.must(t, bootstrap, "cam:DetachUserPolicy", params{"DetachUin": idle, "PolicyId": may})
		refused(t, service, idleKey, denied)
		s.must(t, bootstrap, "cam:UpdateAccessKey", params{"TargetUin": clerk, "AccessKeyId": clerkKey.id, "Status": "Inactive"})
		refused(t, service, clerkKey, "AuthFailure.SecretIdNotFound")
		s.must(t, bootstrap, "cam:UpdateAccessKey", params{"TargetUin": guestUIN, "AccessKeyId": guestKey.id, "Status": "Inactive"})
		refused(t, service, night, "AuthFailure.TokenFailure")

		if got := refund(t, service, bootstrap, "42"); got != "root 100000000001" {
			t.Errorf("who is left is answered %q", got)
		}
		s.stop(t)
		refused(t, service, bootstrap, "ServiceUnavailable")
	})
}
