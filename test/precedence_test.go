package test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestTheFirstFaultAnswers has two faults in each request: the one that the documented order puts first is told.
func TestTheFirstFaultAnswers(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		_, user := s.user(t, bootstrap, "alice")
		now := time.Now().Unix()
		ask := func(action, body string) *message { return s.ask(action, body).time(now) }
		wrongKey := credential{id: bootstrap.id, key: "hufuTESTanotherSecretKey00000000"}
		nobody := credential{id: "AKIDnobody", key: "hufuTESTanotherSecretKey00000000"}
		large := padded(10<<20 + 1)
		for _, tt := range []struct {
			name    string
			message *message
			code    string
		}{
			{"method before size", ask(whoami, large).by("PUT"), "UnsupportedProtocol"},
			{"size before content type", ask(whoami, "").form("text/plain", large), "RequestSizeLimitExceeded"},
			{"size before syntax", ask(whoami, "").form("application/json", "["+large), "RequestSizeLimitExceeded"},
			{"content type before action", ask("sts:", "").form("text/plain", "x").set("X-TC-Action", ""), "UnsupportedProtocol"},
			{"syntax before action", ask("sts:", "[").set("X-TC-Action", ""), "InvalidParameter"},
			{"syntax before signature", ask(whoami, "[").as(wrongKey), "InvalidParameter"},
			{"framing before signature", ask(whoami, "").form("multipart/form-data", "x").as(wrongKey), "InvalidRequest"},
			{"action before version", ask(whoami, "{}").set("X-TC-Action", "").set("X-TC-Version", ""), "MissingParameter"},
			{"missing version before unknown service", ask("cvm:Run", "{}").set("X-TC-Version", ""), "MissingParameter"},
			{"service before version", ask("cvm:Run", "{}").set("X-TC-Version", "x"), "NoSuchProduct"},
			{"version before action", ask("sts:GetNobody", "{}").set("X-TC-Version", "2000-01-01"), "NoSuchVersion"},
			{"action before authentication", ask("sts:GetNobody", "{}").as(wrongKey), "InvalidAction"},
			{"action before no authentication", ask("sts:GetNobody", "{}").toHost("sts.hufu.localhost").spoil(func(h http.Header) { h.Del("Authorization") }), "InvalidAction"},
			{"header form before timestamp", ask(whoami, "{}").replace("Credential=", "Nonsense=").andThen("X-TC-Timestamp", "now"), "AuthFailure.InvalidAuthorization"},
			{"timestamp form before scope date", ask(whoami, "{}").toHost("sts.hufu.localhost").replace("/sts/", "/cam/").andThen("X-TC-Timestamp", "now"), "InvalidParameterValue"},
			{"scope service before clock", ask(whoami, "{}").time(now - 1000).scope("cam").toHost("sts.hufu.localhost"), "AuthFailure.InvalidAuthorization"},
			{"clock before key", ask(whoami, "{}").time(now - 1000).as(nobody), "AuthFailure.SignatureExpire"},
			{"clock before signature", ask(whoami, "{}").time(now - 1000).as(wrongKey), "AuthFailure.SignatureExpire"},
			{"key before token", ask(whoami, "{}").as(nobody).set("X-TC-Token", "x"), "AuthFailure.SecretIdNotFound"},
			{"signature before token", ask(whoami, "{}").as(wrongKey).set("X-TC-Token", "x"), "AuthFailure.SignatureFailure"},
			{"token before region", ask(whoami, "{}").set("X-TC-Token", "x").set("X-TC-Region", "!"), "AuthFailure.TokenFailure"},
			{"signature before unknown parameter", ask(whoami, `{"X":1}`).as(wrongKey), "AuthFailure.SignatureFailure"},
			{"region before unknown parameter", ask(whoami, `{"X":1}`).set("X-TC-Region", "!"), "InvalidParameterValue"},
			{"unknown parameter before type", ask("cam:AddUser", `{"Name":1,"X":1}`), "UnknownParameter"},
			{"type before missing", ask("cam:AddUser", `{"UseApi":"x"}`), "InvalidParameter"},
			{"unknown parameter before denial", ask("cam:AddUser", `{"X":1}`).as(user), "UnknownParameter"},
			{"type before denial", ask("cam:AddUser", `{"Name":1}`).as(user), "InvalidParameter"},
			{"missing before denial", ask("cam:AddUser", `{}`).as(user), "MissingParameter"},
			{"denial before value", ask("cam:AddUser", `{"Name":"!"}`).as(user), denied},
			{"denial before existence", ask("cam:GetUser", `{"Name":"nobody"}`).as(user), denied},
			{"value before conflict", ask("cam:AddUser", `{"Name":"alice","UseApi":7}`), "InvalidParameter.ParamError"},
			{"conflict at the end", ask("cam:AddUser", `{"Name":"alice"}`), "InvalidParameter.SubUserNameInUse"},
		} {
			t.Run(tt.name, func(t *testing.T) { s.send(t, tt.message).wants(t, tt.code) })
		}
		t.Run("nobody learns whether something exists", func(t *testing.T) {
			for _, name := range []string{"alice", "nobody"} {
				a := s.call(t, user, "cam:GetUser", params{"Name": name}).wants(t, denied)
				if strings.Contains(a.message, name) {
					t.Errorf("%s", a.message)
				}
			}
		})
	})
}

// andThen changes one more header after signing.
func (m *message) andThen(name, value string) *message {
	before := m.after
	m.after = func(h http.Header) {
		before(h)
		h.Set(name, value)
	}
	return m
}
