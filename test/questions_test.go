package test

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerr "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

// extensions is the SDK's common client of hufu's own service, which no SDK has types for.
func (s *server) extensions(t testing.TB, f sdkForm, c credential) *common.Client {
	t.Helper()
	p := profile.NewClientProfile()
	p.SignMethod, p.UnsignedPayload, p.Language = f.algorithm, f.unsigned, "en-US"
	p.HttpProfile.Scheme, p.HttpProfile.ReqMethod, p.HttpProfile.Endpoint = "HTTP", f.method, s.api
	if f.byHost {
		_, port, _ := net.SplitHostPort(s.api)
		p.HttpProfile.Endpoint, p.HttpProfile.RootDomain = "", "hufu.localhost:"+port
	}
	client := common.NewCommonClient(common.NewTokenCredential(c.id, c.key, c.token), "ap-guangzhou", p)
	client.WithHttpTransport(s.client.Transport)
	return client
}

// inquire makes a call of hufu's own service with the SDK's common client and reads the answer into out.
func inquire(client *common.Client, action string, in params, out any) error {
	r := tchttp.NewCommonRequest("hufu", versions["hufu"], action)
	if err := r.SetActionParameters(map[string]any(in)); err != nil {
		return err
	}
	answer := tchttp.NewCommonResponse()
	if err := client.Send(r, answer); err != nil {
		return err
	}
	return json.Unmarshal(answer.GetBody(), &struct{ Response any }{out})
}

// TestQuestions walks through the questions that an administrator asks, in each form in which the SDK's common client
// signs.
func TestQuestions(t *testing.T) {
	onServer(t, unlimited, func(t *testing.T, s *server) {
		root := s.createAccount(t, "questions")
		const reading = `{"version":"2.0","statement":[{"effect":"allow","action":["cam:GetUser","cam:ListUsers"],"resource":"*"},
			{"effect":"allow","action":"cam:ListPolicies","resource":"*","condition":{"ip_equal":{"qcs:ip":"192.0.2.0/24"}}}]}`
		policy := s.must(t, root.credential(), "cam:CreatePolicy", params{"PolicyName": "reading", "PolicyDocument": reading}).number("PolicyId")
		uin, alice := s.user(t, root.credential(), "alice")
		s.must(t, root.credential(), "cam:AttachUserPolicy", params{"AttachUin": uin, "PolicyId": policy})
		s.must(t, alice, "cam:ListUsers", nil)
		refused := s.call(t, alice, "cam:ListPolicies", nil).wants(t, denied)
		for _, f := range sdkForms {
			if f.method != "POST" || f.algorithm != "TC3-HMAC-SHA256" {
				continue // the common client sends its parameters as a body alone
			}
			t.Run(f.name, func(t *testing.T) {
				client := s.extensions(t, f, root.credential())
				ask := func(action string, in params, out any) {
					t.Helper()
					if err := inquire(client, action, in, out); err != nil {
						t.Fatalf("%s: %v", action, err)
					}
				}
				who := params{"PrincipalType": "user", "PrincipalId": fmt.Sprint(uin)}

				var x struct {
					Allowed   bool
					Effect    string
					Statement *struct {
						PolicyId   int64
						PolicyName string
					}
					Layers []struct {
						Layer, Result string
						Statements    []struct {
							Failed []struct {
								Key    string
								Values []string
							}
						}
					}
					Remedy *struct{ Additions []struct{ Statement string } }
				}
				ask("ExplainDecision", merged(who, params{"Action": "cam:ListPolicies", "Context": []params{{"Key": "qcs:ip", "Values": []string{"192.0.2.7"}}}}), &x)
				if !x.Allowed || x.Statement == nil || x.Statement.PolicyId != policy || x.Statement.PolicyName != "reading" {
					t.Errorf("explained %+v", x)
				}
				x.Statement = nil
				for range 100 { // the record of a read comes a moment later
					if inquire(client, "DescribeDecision", params{"RequestId": refused.str("RequestId")}, &x) == nil {
						break
					}
					time.Sleep(20 * time.Millisecond)
				}
				if x.Effect != "implicit_deny" || x.Remedy == nil || len(x.Layers) != 2 || x.Layers[1].Statements[0].Failed[0].Values[0] != "192.0.2.0/24" {
					t.Errorf("described %+v", x)
				}

				var may struct {
					Principals []struct {
						PrincipalType, Name string
						Conditional         bool
						Grants              []struct{ PolicyName string }
					}
				}
				ask("ListAllowedPrincipals", params{"Action": "cam:ListPolicies"}, &may)
				if len(may.Principals) != 2 || may.Principals[0].PrincipalType != "root" || may.Principals[1].Name != "alice" || !may.Principals[1].Conditional ||
					may.Principals[1].Grants[0].PolicyName != "reading" {
					t.Errorf("may: %+v", may)
				}
				var list struct {
					List []struct {
						Service     string
						Actions     []string
						Conditional bool
					}
				}
				ask("ListAllowedActions", who, &list)
				if len(list.List) != 2 || !slices.Equal(list.List[0].Actions, []string{"GetUser", "ListUsers"}) || !list.List[1].Conditional {
					t.Errorf("may do %+v", list)
				}
				var idle struct {
					List []struct{ Actions []struct{ Name string } }
				}
				for range 100 {
					ask("ListUnusedActions", who, &idle)
					if len(idle.List) == 1 && len(idle.List[0].Actions) == 2 {
						break
					}
					time.Sleep(20 * time.Millisecond)
				}
				if len(idle.List) != 1 || len(idle.List[0].Actions) != 2 || idle.List[0].Actions[0].Name != "GetUser" || idle.List[0].Actions[1].Name != "ListPolicies" {
					t.Errorf("unused: %+v", idle)
				}
				var preview struct {
					NewlyDenied, NewlyAllowed int64
					Samples                   []struct{ RequestId, Action string }
					Holders                   []struct {
						Name    string
						Changes []struct{ Action, Before, After string }
					}
				}
				ask("PreviewPolicy", params{"PolicyId": policy, "PolicyDocument": document(`"action":"cam:ListPolicies"`)}, &preview)
				if preview.NewlyDenied != 1 || preview.NewlyAllowed != 1 || len(preview.Samples) != 2 || len(preview.Holders) != 1 || preview.Holders[0].Name != "alice" || len(preview.Holders[0].Changes) == 0 {
					t.Errorf("previewed %+v", preview)
				}

				err := inquire(client, "ExplainDecision", params{"PrincipalType": "user", "PrincipalId": "4711", "Action": "cam:GetUser"}, nil)
				if e, ok := err.(*tcerr.TencentCloudSDKError); !ok || e.GetCode() != "ResourceNotFound.PrincipalNotExist" {
					t.Errorf("a user that is not there: %v", err)
				}
				err = inquire(s.extensions(t, f, alice), "ListAllowedPrincipals", params{"Action": "cam:GetUser"}, nil)
				if e, ok := err.(*tcerr.TencentCloudSDKError); !ok || e.GetCode() != denied {
					t.Errorf("without the permission: %v", err)
				}
			})
		}
	})
}

// merged are some parameters and others.
func merged(list ...params) params {
	all := params{}
	for _, p := range list {
		for k, v := range p {
			all[k] = v
		}
	}
	return all
}
