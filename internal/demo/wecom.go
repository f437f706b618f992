package demo

import (
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/hufu-iam/hufu/internal/wecom/wecomtest"
)

// The company's enterprise in WeCom, and the application through which it is linked.
const (
	corpID     = "ww2d7c5e91a04b83f6"
	agentID    = 1000002
	corpSecret = "demonstration-only-secret-of-the-application"
	members    = 620
)

// enterprise is the stand-in for WeCom, served beside hufu.
type enterprise struct {
	*wecomtest.Server
	mu       sync.Mutex // of the file
	file     string     // where its state is kept between starts; "" until it is whole
	failed   error      // to write it
	listener net.Listener
	http     *http.Server
}

// openEnterprise brings back the enterprise of an earlier start, or founds it, and serves it on a loopback address.
func openEnterprise(address, dir string, now func() time.Time) (*enterprise, error) {
	e := &enterprise{}
	e.Server = wecomtest.New(wecomtest.Config{Seed: 2026, Now: now, Changed: e.save})
	file := filepath.Join(dir, "wecom.json")
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = e.found()
	case err == nil:
		err = e.Restore(text)
	}
	if err != nil {
		return nil, err
	}
	e.file = file
	if e.listener, err = net.Listen("tcp", address); err != nil {
		return nil, err
	}
	e.http = &http.Server{Handler: e.Server, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = e.http.Serve(e.listener) }() // until close
	return e, nil
}

// found makes the enterprise, and the application that sees all of it but the executives and the lawyers.
func (e *enterprise) found() error {
	e.AddCorp(wecomtest.Corp{ID: corpID, Name: "深圳市远山科技有限公司"})
	if err := e.Populate(corpID, members); err != nil {
		return err
	}
	var departments []int
	for _, d := range e.Departments(corpID) {
		if d.ParentID == 1 && d.Name != "总裁办" && d.Name != "法务与合规部" {
			departments = append(departments, d.ID)
		}
	}
	return e.SetApp(corpID, wecomtest.App{AgentID: agentID, Name: "hufu 访问控制", Description: "子用户导入与登录", Secret: corpSecret,
		Created: time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC), Scope: wecomtest.Scope{Departments: departments, Tags: []int{1}}})
}

// trust makes the application trust the console's address for sign-ins.
func (e *enterprise) trust(console string) error {
	a, err := e.App(corpID, agentID)
	if err != nil {
		return err
	}
	a.TrustedDomain, a.HomeURL = console, "http://"+console+"/console/"
	return e.SetApp(corpID, a)
}

// address is where it is served.
func (e *enterprise) address() string { return "http://" + e.listener.Addr().String() }

// save keeps the state, after each change, so that a start after a crash goes on with it.
func (e *enterprise) save() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.file == "" {
		return
	}
	text, err := e.State()
	if err == nil {
		err = os.WriteFile(e.file+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(e.file+".new", e.file)
	}
	e.failed = err
}

// close stops it, and reports whether its state is kept. It waits for nobody: hufu, its one client, has ended, and may have
// left connections that it opened and never used.
func (e *enterprise) close() error {
	err := e.http.Close()
	e.save()
	return errors.Join(err, e.failed)
}
