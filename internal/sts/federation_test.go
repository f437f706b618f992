package sts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/apitest"
)

// federate makes a client of a new federation session.
func federate(t *testing.T, w *apitest.World, c *apitest.Client, policy string) *apitest.Client {
	t.Helper()
	return holding(w, c.Must(t, "sts:GetFederationToken", apitest.P{"Name": "guest", "Policy": policy}))
}

func TestGetFederationToken(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		root := a.Root
		federating := newPolicy(t, root, "federating", "allow sts:GetFederationToken,cam:ListUsers,cam:AddUser *")
		alice, bob := root.User(t, "alice", federating), root.User(t, "bob")
		everything, listUsers := document("allow * *"), document("allow cam:ListUsers *")

		t.Run("78: of root it is the policy, no more", func(t *testing.T) {
			s := federate(t, w, root, listUsers)
			s.Must(t, "cam:ListUsers", nil)
			s.Fails(t, denied, "cam:ListGroups", nil)
		})
		t.Run("of a user it is what both the policy and the user's own policies allow", func(t *testing.T) {
			s := federate(t, w, alice, everything)
			s.Must(t, "cam:ListUsers", nil)
			s.Fails(t, denied, "cam:ListGroups", nil)
			federate(t, w, alice, document("allow cam:ListGroups *")).Fails(t, denied, "cam:ListUsers", nil)
		})
		t.Run("79: the user's policies are read at every call", func(t *testing.T) {
			s := federate(t, w, alice, everything)
			root.Must(t, "cam:DetachUserPolicy", apitest.P{"DetachUin": alice.UIN, "PolicyId": federating})
			s.Fails(t, denied, "cam:ListUsers", nil)
			root.Must(t, "cam:AttachUserPolicy", apitest.P{"AttachUin": alice.UIN, "PolicyId": federating})
			s.Must(t, "cam:ListUsers", nil)
		})
		t.Run("it tells who it is", func(t *testing.T) {
			for _, c := range []struct {
				of  *apitest.Client
				uin int64
			}{{root, a.UIN}, {alice, alice.UIN}} {
				who := federate(t, w, c.of, listUsers).Must(t, "sts:GetCallerIdentity", nil)
				if who.Str("Arn") != fmt.Sprintf("qcs::sts:%d:federated-user/%d", a.UIN, c.uin) || who.Str("UserId") != fmt.Sprintf("%d:guest", c.uin) ||
					who.Str("Type") != "CAMUser" || who.Str("AccountId") != fmt.Sprint(a.UIN) || who.Str("PrincipalId") != fmt.Sprint(c.uin) {
					t.Error(who.Raw)
				}
			}
		})
		t.Run("its session asks STS who it is and nothing else, and changes nothing in CAM", func(t *testing.T) {
			newRole(t, root, "ops", trust("", rootName(a.UIN)))
			for _, s := range []*apitest.Client{federate(t, w, root, everything), federate(t, w, alice, everything)} {
				s.Must(t, "sts:GetCallerIdentity", nil)
				s.Must(t, "cam:ListUsers", nil)
				s.Fails(t, denied, "cam:AddUser", apitest.P{"Name": "x"})
				s.Fails(t, denied, "hufu:UpdateConsoleSettings", apitest.P{"IdleMinutes": 60})
				s.Fails(t, "UnsupportedOperation", "sts:AssumeRole", as(roleName(a.UIN, "ops")))
				s.Fails(t, "UnsupportedOperation", "sts:GetFederationToken", apitest.P{"Name": "f", "Policy": everything})
				s.Fails(t, "UnsupportedOperation", "sts:QueryApiKey", nil)
				s.Fails(t, "FailedOperation.TempKeyNotAllowed", "sts:GetSessionToken", apitest.P{"SerialNumber": "d", "TokenCode": "1"})
			}
			alice.Must(t, "cam:AddUser", apitest.P{"Name": "x"})
		})
		t.Run("a role session cannot make one", func(t *testing.T) {
			newRole(t, root, "admin", trust("", rootName(a.UIN)), 1)
			s := assume(t, w, root, roleName(a.UIN, "admin"))
			s.Fails(t, "UnsupportedOperation", "sts:GetFederationToken", apitest.P{"Name": "f", "Policy": everything})
			s.Must(t, "cam:AddUser", apitest.P{"Name": "y"})
		})
		t.Run("a user needs the permission", func(t *testing.T) {
			bob.Fails(t, denied, "sts:GetFederationToken", apitest.P{"Name": "f", "Policy": everything})
		})
		t.Run("it ends with the key that made it", func(t *testing.T) {
			s := federate(t, w, alice, everything)
			root.Must(t, "cam:UpdateAccessKey", apitest.P{"AccessKeyId": alice.ID, "Status": "Inactive", "TargetUin": alice.UIN})
			s.Fails(t, ended, "sts:GetCallerIdentity", nil)
			root.Must(t, "cam:UpdateAccessKey", apitest.P{"AccessKeyId": alice.ID, "Status": "Active", "TargetUin": alice.UIN})
		})
		t.Run("it runs half an hour, or as long as asked within the caller's bound", func(t *testing.T) {
			over := "InvalidParameter.OverTimeError"
			for _, tt := range []struct {
				of    *apitest.Client
				asked any
				runs  int64
				code  string
			}{{root, nil, 1800, ""}, {root, 0, 1800, ""}, {root, 7200, 7200, ""}, {root, 7201, 0, over},
				{alice, nil, 1800, ""}, {alice, 1, 1, ""}, {alice, 129600, 129600, ""}, {alice, 129601, 0, over}} {
				p := apitest.P{"Name": "f", "Policy": listUsers}
				if tt.asked != nil {
					p["DurationSeconds"] = tt.asked
				}
				got := tt.of.Fails(t, tt.code, "sts:GetFederationToken", p)
				end := w.Now().Add(time.Duration(tt.runs) * time.Second)
				if tt.code == "" && (got.Int("ExpiredTime") != end.Unix() || got.Str("Expiration") != end.UTC().Format(time.RFC3339)) {
					t.Errorf("%v: %d, %s; want %d s from %d", tt.asked, got.Int("ExpiredTime"), got.Str("Expiration"), tt.runs, w.Now().Unix())
				}
			}
			s := federate(t, w, root, listUsers)
			w.Sleep(1800 * time.Second)
			s.Fails(t, ended, "sts:GetCallerIdentity", nil)
		})
		for name, code := range map[string]string{"aZ0_.@-": "", strings.Repeat("n", 128): "", strings.Repeat("n", 129): "InvalidParameter.ParamError",
			"": "InvalidParameter.ParamError", "a b": "InvalidParameter.ParamError", "客人": "InvalidParameter.ParamError"} {
			root.Fails(t, code, "sts:GetFederationToken", apitest.P{"Name": name, "Policy": listUsers})
		}
		root.Fails(t, "MissingParameter", "sts:GetFederationToken", apitest.P{"Name": "f"})
	})
}

func TestGetSessionToken(t *testing.T) {
	apitest.Each(t, func(t *testing.T, w *apitest.World) {
		a := w.Account(t)
		alice, bob := a.Root.User(t, "alice", 1), a.Root.User(t, "bob")
		device := fmt.Sprintf("qcs::cam:uin/%d::mfa/softToken", a.UIN)
		ask := func(serial string, seconds int) apitest.P {
			return apitest.P{"SerialNumber": serial, "TokenCode": "123456", "DurationSeconds": seconds}
		}
		const noDevice, over = "FailedOperation.CheckMFAError", "InvalidParameter.OverTimeError"
		a.Root.Fails(t, noDevice, "sts:GetSessionToken", ask(device, 7200))
		a.Root.Fails(t, over, "sts:GetSessionToken", ask(device, 7201))
		alice.Fails(t, noDevice, "sts:GetSessionToken", ask(device, 129600))
		alice.Fails(t, over, "sts:GetSessionToken", ask(device, 129601))
		alice.Fails(t, "FailedOperation.MFATypeNotSupported", "sts:GetSessionToken", ask(device+"2", 0))
		alice.Fails(t, "MissingParameter", "sts:GetSessionToken", apitest.P{"SerialNumber": device})
		bob.Fails(t, denied, "sts:GetSessionToken", ask(device, 0))
		newRole(t, a.Root, "ops", trust("", rootName(a.UIN)), 1)
		assume(t, w, a.Root, roleName(a.UIN, "ops")).Fails(t, "FailedOperation.TempKeyNotAllowed", "sts:GetSessionToken", ask(device, 0))
	})
}
