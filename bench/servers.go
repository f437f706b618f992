package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// The peers' servers are programs of their own, built as their makers publish them.
const (
	openFGA = "github.com/openfga/openfga/cmd/openfga@v1.22.1"
	opa     = "github.com/open-policy-agent/opa@v1.22.2"
)

// install builds a published program once; later runs find it in the user's cache directory.
func install(ctx context.Context, program string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	module, version, _ := strings.Cut(program, "@")
	dir := filepath.Join(cache, "hufu-bench", version)
	binary := filepath.Join(dir, path.Base(module))
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	cmd := exec.CommandContext(ctx, "go", "install", program)
	cmd.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go install %s: %w\n%s", program, err, out)
	}
	return binary, nil
}

var jsonHeader = http.Header{"Content-Type": {"application/json"}}

// exchange sends JSON and reads JSON.
func exchange(make func() *http.Request, out any) error {
	answer, err := http.DefaultTransport.RoundTrip(make())
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 || bytes.Contains(body, []byte(`"Error"`)) {
		return fmt.Errorf("%s %s", answer.Status, body)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(body, out)
}

// text is JSON of what can always be written.
func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps, lists and strings of this package
	}
	return string(b)
}

type object = map[string]any

// openFGAServer keeps its store in memory. With cached it may answer from its cache of checks, which a change of the
// tuples reaches seconds later; that is off by default.
func openFGAServer(cached bool) contender {
	name := "OpenFGA"
	if cached {
		name += ", check cache on"
	}
	return contender{name, func(ctx context.Context, dir string) (*serving, error) {
		binary, err := install(ctx, openFGA)
		if err != nil {
			return nil, err
		}
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		inner, err := freeAddress()
		if err != nil {
			return nil, err
		}
		p, err := serveAt(ctx, address, binary, "run", "--http-addr", address, "--grpc-addr", inner, "--log-level", "none", "--metrics-enabled=false",
			"--playground-enabled=false", "--check-query-cache-enabled="+strconv.FormatBool(cached))
		if err != nil {
			return nil, err
		}
		store, model, err := fillOpenFGA(p)
		if err != nil {
			return nil, errors.Join(err, p.stop())
		}
		return &serving{p, func(q question) func() *http.Request {
			return post(p.base+"/stores/"+store+"/check", jsonHeader, text(object{"authorization_model_id": model,
				"tuple_key": object{"user": fmt.Sprintf("user:%d", q.user), "relation": "stop", "object": fmt.Sprintf("instance:%d", q.instance)}}))
		}, `"allowed":true`, `"allowed":false`}, nil
	}}
}

func fillOpenFGA(p *process) (store, model string, err error) {
	var created struct{ ID string }
	if err := exchange(post(p.base+"/stores", jsonHeader, `{"name":"bench"}`), &created); err != nil {
		return "", "", err
	}
	related := func(relation string, kinds ...object) object {
		return object{"relations": object{relation: object{"this": object{}}}, "metadata": object{"relations": object{relation: object{"directly_related_user_types": kinds}}}}
	}
	group := related("member", object{"type": "user"})
	group["type"] = "group"
	instance := related("stop", object{"type": "group", "relation": "member"})
	instance["type"] = "instance"
	var written struct {
		Model string `json:"authorization_model_id"`
	}
	base := p.base + "/stores/" + created.ID
	if err := exchange(post(base+"/authorization-models", jsonHeader, text(object{"schema_version": "1.1", "type_definitions": []object{{"type": "user"}, group, instance}})), &written); err != nil {
		return "", "", err
	}
	var tuples []object
	for u := range worldUsers {
		tuples = append(tuples, object{"user": fmt.Sprintf("user:%d", u), "relation": "member", "object": fmt.Sprintf("group:%d", groupOf(u))})
	}
	for g := range worldGroups {
		for _, i := range granted(g) {
			tuples = append(tuples, object{"user": fmt.Sprintf("group:%d#member", g), "relation": "stop", "object": fmt.Sprintf("instance:%d", i)})
		}
	}
	for ; len(tuples) > 0; tuples = tuples[min(100, len(tuples)):] { // as many as it takes at once
		if err := exchange(post(base+"/write", jsonHeader, text(object{"writes": object{"tuple_keys": tuples[:min(100, len(tuples))]}})), nil); err != nil {
			return "", "", err
		}
	}
	return created.ID, written.Model, nil
}

const opaPolicy = `package bench

default allow := false

allow if {
	some group in data.members[input.user]
	data.grants[group][input.action][input.instance]
}
`

func opaServer() contender {
	return contender{"OPA", func(ctx context.Context, dir string) (*serving, error) {
		binary, err := install(ctx, opa)
		if err != nil {
			return nil, err
		}
		members, grants := object{}, object{}
		for u := range worldUsers {
			members[strconv.Itoa(u)] = []string{strconv.Itoa(groupOf(u))}
		}
		for g := range worldGroups {
			stop := object{}
			for _, i := range granted(g) {
				stop[strconv.Itoa(i)] = true
			}
			grants[strconv.Itoa(g)] = object{"stop": stop}
		}
		rego, data := filepath.Join(dir, "bench.rego"), filepath.Join(dir, "data.json")
		if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(rego, []byte(opaPolicy), 0o600),
			os.WriteFile(data, []byte(text(object{"members": members, "grants": grants})), 0o600)); err != nil {
			return nil, err
		}
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		p, err := serveAt(ctx, address, binary, "run", "--server", "--addr", address, "--log-level", "error", "--skip-version-check", rego, data)
		if err != nil {
			return nil, err
		}
		return &serving{p, func(q question) func() *http.Request {
			return post(p.base+"/v1/data/bench/allow", jsonHeader, text(object{"input": object{"user": strconv.Itoa(q.user), "action": "stop", "instance": strconv.Itoa(q.instance)}}))
		}, `"result":true`, `"result":false`}, nil
	}}
}

// hufuServer is asked by a root key. Signed, each call carries its own signature; else the token of a temporary credential.
func hufuServer(binary string, signs bool) contender {
	name := "hufu, Bearer token"
	if signs {
		name = "hufu, signed"
	}
	return contender{name, func(ctx context.Context, dir string) (*serving, error) {
		p, err := serve(ctx, binary, "serve", "--data", dir, "--rate-limit", "off", "--quota", "sub-accounts=0")
		if err != nil {
			return nil, err
		}
		uins, err := fillHufu(p)
		if err != nil {
			return nil, errors.Join(err, p.stop())
		}
		header := http.Header{"Content-Type": {"application/json"}}
		if !signs {
			var token string
			if token, err = bearer(p); err != nil {
				return nil, errors.Join(err, p.stop())
			}
			header["Authorization"] = []string{"Bearer " + token}
		}
		return &serving{p, func(q question) func() *http.Request {
			body := evaluation(uins.root, uins.users[q.user], q.instance)
			if signs {
				return signedTo(p.base, evaluationPath, "hufu", "", "", body)
			}
			return post(p.base+evaluationPath, header, body)
		}, `"decision":true`, `"decision":false`}, nil
	}}
}

const evaluationPath = "/access/v1/evaluation"

func evaluation(root, user uint64, instance int) string {
	return text(object{"subject": object{"type": "user", "id": strconv.FormatUint(user, 10)}, "action": object{"name": "cvm:StopInstances"},
		"resource": object{"type": "qcs", "id": instanceName(root, instance)}, "context": object{}})
}

func instanceName(root uint64, instance int) string {
	return fmt.Sprintf("qcs::cvm:ap-guangzhou:uin/%d:instance/ins-%d", root, instance)
}

// hufuWorld are the numbers that hufu gave.
type hufuWorld struct {
	root  uint64
	users []uint64
}

// fillHufu makes the users, and for each group a policy that names its instances.
func fillHufu(p *process) (w hufuWorld, err error) {
	invoke := func(service, version, action string, in, out any) error {
		if err := exchange(signed(p.base, service, version, action, text(in)), &struct{ Response any }{out}); err != nil {
			return fmt.Errorf("%s: %w", action, err)
		}
		return nil
	}
	var caller struct{ AccountId string }
	if err := invoke("sts", "2018-08-13", "GetCallerIdentity", object{}, &caller); err != nil {
		return w, err
	}
	if w.root, err = strconv.ParseUint(caller.AccountId, 10, 64); err != nil {
		return w, err
	}
	var made struct{ Uin, GroupId, PolicyId uint64 }
	cam := func(action string, in object) error { return invoke("cam", "2019-01-16", action, in, &made) }
	var groups []uint64
	for g := range worldGroups {
		if err := cam("CreateGroup", object{"GroupName": fmt.Sprintf("group-%d", g)}); err != nil {
			return w, err
		}
		groups = append(groups, made.GroupId)
		var instances []string
		for _, i := range granted(g) {
			instances = append(instances, instanceName(w.root, i))
		}
		document := text(object{"version": "2.0", "statement": []object{{"effect": "allow", "action": "cvm:StopInstances", "resource": instances}}})
		if err := cam("CreatePolicy", object{"PolicyName": fmt.Sprintf("stop-%d", g), "PolicyDocument": document}); err != nil {
			return w, err
		}
		if err := cam("AttachGroupPolicy", object{"PolicyId": made.PolicyId, "AttachGroupId": made.GroupId}); err != nil {
			return w, err
		}
	}
	for u := range worldUsers {
		if err := cam("AddUser", object{"Name": fmt.Sprintf("user-%d", u)}); err != nil {
			return w, err
		}
		w.users = append(w.users, made.Uin)
		if err := cam("AddUserToGroup", object{"Info": []object{{"GroupId": groups[groupOf(u)], "Uin": made.Uin}}}); err != nil {
			return w, err
		}
	}
	return w, nil
}

// bearer gets the token of a temporary credential that may ask, and nothing else.
func bearer(p *process) (string, error) {
	const may = `{"version":"2.0","statement":{"effect":"allow","action":"hufu:Evaluate","resource":"*"}}`
	var answer struct {
		Response struct{ Credentials struct{ Token string } }
	}
	err := exchange(signed(p.base, "sts", "2018-08-13", "GetFederationToken", text(object{"Name": "bench", "DurationSeconds": 3600, "Policy": may})), &answer)
	return answer.Response.Credentials.Token, err
}

// floorServer verifies the signature of the same questions and decides nothing.
func floorServer(self string) contender {
	return contender{"signed floor", func(ctx context.Context, dir string) (*serving, error) {
		p, err := serve(ctx, self, "floor")
		if err != nil {
			return nil, err
		}
		return &serving{p, func(q question) func() *http.Request {
			return signedTo(p.base, evaluationPath, "hufu", "", "", evaluation(100000000001, 100000000011+uint64(q.user), q.instance))
		}, `"Echo"`, `"Echo"`}, nil
	}}
}
