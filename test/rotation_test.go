package test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

var sealed = regexp.MustCompile(`^[1-9][0-9]* secrets are sealed under the new master key`)

func TestRotation(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		s := p.start(t, unlimited...)
		_, alice := s.user(t, bootstrap, "alice")
		file := filepath.Join(p.data, "master.key")
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("master.key has mode %v, %v", info.Mode(), err)
		}
		rotate := func() {
			t.Helper()
			if out := p.run(t, "secrets", "rotate"); !sealed.MatchString(out) {
				t.Error(out)
			}
			after, err := os.ReadFile(file)
			if err != nil || string(after) == string(before) {
				t.Errorf("the master key did not change: %v", err)
			}
			before = after
		}
		// Nobody notices: calls are made all the while.
		quiet := func(do func()) {
			t.Helper()
			stop, calls := make(chan struct{}), 0
			var wait sync.WaitGroup
			wait.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						s.send(t, s.ask(whoami, "{}").as(alice)).wants(t, "")
						calls++
					}
				}
			})
			do()
			close(stop)
			wait.Wait()
			if calls == 0 {
				t.Error("no call was made meanwhile")
			}
		}
		keysWork := func() {
			t.Helper()
			s.must(t, bootstrap, whoami, nil)
			s.must(t, alice, whoami, nil)
		}
		quiet(rotate)
		keysWork()
		_, bob := s.user(t, bootstrap, "bob")
		s.stop(t)
		rotate()
		s = p.start(t, unlimited...)
		keysWork()
		s.must(t, bob, whoami, nil)
		s.stop(t)

		if err := os.Rename(file, file+".lost"); err != nil {
			t.Fatal(err)
		}
		_, errs, exit := program(t, nil, append([]string{"serve", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0"}, p.flags()...)...)
		if exit == 0 || !strings.Contains(errs, "master key") {
			t.Errorf("without its master key: exit %d, %q", exit, errs)
		}
		if _, err := os.Stat(file); err == nil {
			t.Error("a new master key was made for a database that has another")
		}
	})
}

func TestARestartKeepsEverything(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		s := p.start(t, unlimited...)
		var uin int64
		var key credential
		for i := range 30 {
			uin, key = s.user(t, bootstrap, fmt.Sprint("user", i))
		}
		s.must(t, bootstrap, "cam:AttachUserPolicy", params{"PolicyId": 1, "AttachUin": uin})
		before := s.must(t, key, "cam:ListUsers", nil)
		s.stop(t)
		s = p.start(t, unlimited...)
		after := s.must(t, key, "cam:ListUsers", nil)
		if fmt.Sprint(before.body["Data"]) != fmt.Sprint(after.body["Data"]) {
			t.Errorf("before %v\nafter %v", before.body, after.body)
		}
		if list, _ := after.body["Data"].([]any); len(list) != 30 {
			t.Errorf("%d users", len(list))
		}
		if next, _ := s.user(t, bootstrap, "late"); next <= uin {
			t.Errorf("uin %d after %d", next, uin)
		}
	})
}

func TestAKilledServerLosesNothing(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		s := p.start(t, unlimited...)
		_, key := s.user(t, bootstrap, "alice")
		s.stopped = true
		if err := s.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-s.done
		p.searchSecrets(t)
		s = p.start(t, unlimited...)
		s.must(t, key, whoami, nil)
		if n := len(p.records(t, "--action", "cam:AddUser")); n != 1 {
			t.Errorf("%d audit records of the write", n)
		}
	})
}
