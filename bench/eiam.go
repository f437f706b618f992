package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
)

// eiamWorld is what calls of employee identity are about.
type eiamWorld struct {
	header   http.Header // with the token of an application that may everything
	accounts string      // the path of the application's accounts
	user     string      // the id of one
	public   []string    // ids of public accounts, one a client
}

// fillEIAM makes an application, as an operator does, its public accounts and the users that are bound to them.
func fillEIAM(ctx context.Context, p *process, binary, dir string, root uint64) (w eiamWorld, err error) {
	printed, err := exec.CommandContext(ctx, binary, "eiam", "app", "create", "--data", dir, "--account", strconv.FormatUint(root, 10), "--name", "bench", "--permissions", "all").Output()
	if err != nil {
		return w, fmt.Errorf("hufu eiam app create: %w", err)
	}
	var app struct {
		ID           string `json:"app_id"`
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
	}
	if err := json.Unmarshal(printed, &app); err != nil {
		return w, err
	}
	var answer struct {
		Token   string `json:"access_token"`
		User    string `json:"user_id"`
		Account string `json:"account_id"`
	}
	alias := p.base + "/api/oap/oauth/token"
	if err := exchange(post(alias, jsonHeader, text(object{"grant_type": "client_credentials", "client_id": app.ClientID, "client_secret": app.ClientSecret})), &answer); err != nil {
		return w, err
	}
	w.header = http.Header{"Content-Type": jsonHeader["Content-Type"], "Authorization": {"Bearer " + answer.Token}}
	tenant := p.base + "/api/v2/tenant"
	w.accounts = tenant + "/applications/" + app.ID + "/accounts"
	for _, name := range boundUsers {
		if err := exchange(post(tenant+"/users", w.header, text(object{"user_name": name})), &answer); err != nil {
			return w, err
		}
	}
	w.user = tenant + "/users/" + answer.User
	for i := range doorClients {
		if err := exchange(post(w.accounts+"/public-account", w.header, text(object{"account_name": fmt.Sprintf("shared-%d", i)})), &answer); err != nil {
			return w, err
		}
		w.public = append(w.public, answer.Account)
	}
	return w, nil
}

// boundUsers are the users that a call binds.
var boundUsers = []string{"cq04130005", "cq04130006"}

// getUser asks for one user.
func (w *eiamWorld) getUser() func() *http.Request {
	return func() *http.Request {
		r, err := http.NewRequest(http.MethodGet, w.user, nil)
		if err != nil {
			panic(err) // of our own making
		}
		r.Header = w.header
		return r
	}
}

// bind binds the users to a client's public account, or unbinds them.
func (w *eiamWorld) bind(client, n int) *http.Request {
	verb := [...]string{"bind", "unbind"}[n%2]
	return post(w.accounts+"/public-account/"+w.public[client]+"/users/"+verb, w.header, text(object{"user_names": boundUsers}))()
}

func hasMember(name string) func(body []byte) bool {
	return func(body []byte) bool { return bytes.Contains(body, []byte(`"`+name+`":"`)) }
}
