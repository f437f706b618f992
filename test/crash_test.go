package test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to look at the embedded database once nobody has it open

	"github.com/hufu-iam/hufu/tc3"
)

const (
	crashClients = 64
	crashRounds  = 5 // HUFU_CRASH_ROUNDS changes it
)

// TestCrash kills the server with SIGKILL in the middle of concurrent writes, starts it again on the same data, and
// holds it to its word: what was acknowledged is there, and nothing is there by half.
func TestCrash(t *testing.T) {
	rounds := crashRounds
	if text := os.Getenv("HUFU_CRASH_ROUNDS"); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	p := newPlace(t, "")
	flags := append([]string{"--quota", "sub-accounts=0"}, unlimited...)
	taken := map[int64]string{} // every uin that was ever answered
	for round := range rounds {
		s := p.start(t, flags...)
		lives := crash(t, s, round, int64(20+random.IntN(1500)))

		s = p.start(t, flags...)
		checkAnswers(t, s, lives, taken)
		s.stop(t)
		counts := checkRows(t, p, lives)
		t.Logf("round %d: %s", round, counts)
		if t.Failed() {
			return
		}
	}
}

// step is what a client knows about one write.
type step int

const (
	notAsked step = iota
	asked         // no answer came: it may have happened or not
	acknowledged
)

// life is what one client did with one user.
type life struct {
	name                         string
	uin                          int64
	key, secret, second          string // of the first key, and the id of the other one
	add, attach, create, destroy step
	addID, attachID, createID    string // the answers' request ids
	destroyID                    string
}

// attached is a preset that every installation has.
const attached = 1

// crash writes from many clients at once until so many writes were acknowledged, then kills the server.
func crash(t *testing.T, s *server, round int, writes int64) []*life {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: crashClients}}
	defer client.CloseIdleConnections()
	enough := make(chan struct{})
	var acknowledgedWrites atomic.Int64
	// ask makes one write. Not ok means that no answer came, or half of one.
	ask := func(action string, in params, out any) (requestID string, ok bool) {
		id, code, ok := signed(client, s.api, bootstrap, "cam", action, in, out)
		switch {
		case !ok:
			return "", false
		case code != "":
			t.Errorf("%s %v: %s", action, in, code)
			return "", false
		case acknowledgedWrites.Add(1) == writes:
			close(enough)
		}
		return id, true
	}
	lives := make([][]*life, crashClients)
	var work sync.WaitGroup
	for c := range crashClients {
		work.Go(func() {
			for i := 0; ; i++ {
				l := &life{name: fmt.Sprintf("u-%d-%d-%d", round, c, i)}
				lives[c] = append(lives[c], l)
				if !l.run(ask, i) {
					return
				}
			}
		})
	}
	select {
	case <-enough:
	case <-s.done:
		t.Errorf("the server ended by itself: %s", s.stderr)
	case <-time.After(deadline):
		t.Errorf("only %d writes were acknowledged", acknowledgedWrites.Load())
	}
	if err := s.cmd.Process.Kill(); err != nil {
		t.Errorf("SIGKILL: %v", err)
	}
	<-s.done
	s.stopped = true
	work.Wait()
	var all []*life
	for _, l := range lives {
		all = append(all, l...)
	}
	return all
}

// run makes a user, gives it a policy and a second key, and deletes every third; false as soon as an answer is missing.
func (l *life) run(ask func(action string, in params, out any) (string, bool), i int) (ok bool) {
	var made struct {
		Uin                 int64
		SecretId, SecretKey string
	}
	l.add = asked
	if l.addID, ok = ask("AddUser", params{"Name": l.name, "UseApi": 1}, &made); !ok {
		return false
	}
	l.add, l.uin, l.key, l.secret = acknowledged, made.Uin, made.SecretId, made.SecretKey
	l.attach = asked
	if l.attachID, ok = ask("AttachUserPolicy", params{"AttachUin": l.uin, "PolicyId": attached}, nil); !ok {
		return false
	}
	l.attach = acknowledged
	var key struct{ AccessKey struct{ AccessKeyId string } }
	l.create = asked
	if l.createID, ok = ask("CreateAccessKey", params{"TargetUin": l.uin}, &key); !ok {
		return false
	}
	l.create, l.second = acknowledged, key.AccessKey.AccessKeyId
	if i%3 != 0 {
		return true
	}
	l.destroy = asked
	if l.destroyID, ok = ask("DeleteUser", params{"Name": l.name, "Force": 1}, nil); !ok {
		return false
	}
	l.destroy = acknowledged
	return true
}

// signed makes one call by hand. Not ok is a connection that broke.
func signed(client *http.Client, api string, key credential, service, action string, in params, out any) (requestID, code string, ok bool) {
	body, err := json.Marshal(in)
	if err != nil {
		return "", err.Error(), true
	}
	r, err := http.NewRequest(http.MethodPost, "http://"+api+"/", bytes.NewReader(body))
	if err != nil {
		return "", err.Error(), true
	}
	at := time.Now().Unix()
	m := tc3.Message{Service: service, Timestamp: at, Method: http.MethodPost, PayloadHash: tc3.HashPayload(body),
		Headers: []tc3.Header{{Name: "content-type", Value: "application/json"}, {Name: "host", Value: api}}}
	a, err := m.Sign(key.id, key.key)
	if err != nil {
		return "", err.Error(), true
	}
	for name, value := range map[string]string{"Content-Type": "application/json", "X-TC-Action": action, "X-TC-Version": versions[service],
		"X-TC-Timestamp": strconv.FormatInt(at, 10), "Authorization": a.Header()} {
		r.Header.Set(name, value)
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", "", false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", "", false
	}
	var envelope struct{ Response json.RawMessage }
	var head struct {
		RequestId string
		Error     *struct{ Code string }
	}
	if err := json.Unmarshal(text, &envelope); err != nil {
		return "", err.Error(), true
	}
	if err := json.Unmarshal(envelope.Response, &head); err != nil {
		return "", err.Error(), true
	}
	if head.Error != nil {
		return head.RequestId, head.Error.Code, true
	}
	if out != nil {
		if err := json.Unmarshal(envelope.Response, out); err != nil {
			return "", err.Error(), true
		}
	}
	return head.RequestId, "", true
}

// checkAnswers asks the server that was started again: every acknowledged key signs unless its user was to be deleted,
// and no number is given out again.
func checkAnswers(t *testing.T, s *server, lives []*life, taken map[int64]string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	defer client.CloseIdleConnections()
	queue := make(chan *life)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for l := range queue {
				var who struct{ UserId string }
				_, code, ok := signed(client, s.api, credential{id: l.key, key: l.secret}, "sts", "GetCallerIdentity", params{}, &who)
				switch {
				case !ok:
					t.Errorf("%s: the server does not answer", l.name)
				case l.destroy == notAsked && (code != "" || who.UserId != strconv.FormatInt(l.uin, 10)):
					t.Errorf("%s: its acknowledged key answers %q for %q", l.name, code, who.UserId)
				case l.destroy == acknowledged && code != "AuthFailure.SecretIdNotFound":
					t.Errorf("%s: the key of a deleted user answers %q", l.name, code)
				}
			}
		})
	}
	for _, l := range lives {
		if l.add != acknowledged {
			continue
		}
		if other := taken[l.uin]; other != "" {
			t.Errorf("%s has the uin %d, which was %s's", l.name, l.uin, other)
		}
		taken[l.uin] = l.name
		queue <- l
	}
	close(queue)
	work.Wait()
	var made struct{ Uin int64 }
	name := "after-" + lives[0].name
	if _, code, ok := signed(client, s.api, bootstrap, "cam", "AddUser", params{"Name": name}, &made); !ok || code != "" {
		t.Errorf("a user cannot be made after the crash: %q", code)
	}
	if other := taken[made.Uin]; other != "" {
		t.Errorf("the uin %d is given out again, it was %s's", made.Uin, other)
	}
	taken[made.Uin] = name
}

// crashRows is what the database holds about one user.
type crashRows struct {
	user, attachments int
	live, dead        map[string]bool // keys by id
	records           map[string][]string
}

// checkRows looks at the database itself, which nobody has open.
func checkRows(t *testing.T, p *place, lives []*life) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(p.data, "hufu.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, pragma := range []string{"integrity_check", "foreign_key_check"} {
		eachRow(t, db, "PRAGMA "+pragma, func(scan func(...any)) {
			var line string
			if scan(&line); line != "ok" {
				t.Errorf("%s: %s", pragma, line)
			}
		})
	}
	byName, byUIN := map[string]*crashRows{}, map[int64]*crashRows{}
	for _, l := range lives {
		r := &crashRows{live: map[string]bool{}, dead: map[string]bool{}, records: map[string][]string{}}
		byName[l.name] = r
		if l.uin != 0 {
			byUIN[l.uin] = r
		}
	}
	eachRow(t, db, `SELECT uin, name FROM users`, func(scan func(...any)) {
		var uin int64
		var name string
		scan(&uin, &name)
		if r := byName[name]; r != nil {
			if byUIN[uin] != nil && byUIN[uin] != r {
				t.Errorf("%s has the uin %d, which was answered for another user", name, uin)
			}
			r.user++
			byUIN[uin] = r
		}
	})
	eachRow(t, db, `SELECT k.secret_id, k.uin, k.status FROM access_keys k`, func(scan func(...any)) {
		var id string
		var uin int64
		var status int
		scan(&id, &uin, &status)
		if r := byUIN[uin]; r != nil {
			if status == 4 {
				r.dead[id] = true
			} else {
				r.live[id] = true
			}
		}
	})
	eachRow(t, db, `SELECT target_id FROM attachments WHERE target_kind = 1 AND policy_id = `+strconv.Itoa(attached), func(scan func(...any)) {
		var uin int64
		scan(&uin)
		if r := byUIN[uin]; r != nil {
			r.attachments++
		}
	})
	eachRow(t, db, `SELECT action, record FROM audit WHERE action IN ('cam:AddUser', 'cam:AttachUserPolicy', 'cam:CreateAccessKey', 'cam:DeleteUser')`, func(scan func(...any)) {
		var action, text string
		scan(&action, &text)
		var record struct {
			RequestID, Outcome string
			Parameters         struct {
				Name                 string
				AttachUin, TargetUin int64
			}
		}
		if err := json.Unmarshal([]byte(text), &record); err != nil {
			t.Errorf("audit record: %v: %s", err, text)
		}
		r := byName[record.Parameters.Name]
		if r == nil {
			r = byUIN[record.Parameters.AttachUin+record.Parameters.TargetUin]
		}
		if r != nil && record.Outcome == "ok" {
			name := strings.TrimPrefix(action, "cam:")
			r.records[name] = append(r.records[name], record.RequestID)
		}
	})
	for query, what := range map[string]string{
		`SELECT COUNT(*) FROM access_keys k WHERE k.status <> 4 AND k.uin <> k.account AND NOT EXISTS (SELECT 1 FROM users u WHERE u.account = k.account AND u.uin = k.uin)`: "keys without a user",
		`SELECT COUNT(*) FROM attachments a WHERE a.target_kind = 1 AND NOT EXISTS (SELECT 1 FROM users u WHERE u.account = a.account AND u.uin = a.target_id)`:              "attachments without a user",
	} {
		eachRow(t, db, query, func(scan func(...any)) {
			var n int
			if scan(&n); n > 0 {
				t.Errorf("%d %s", n, what)
			}
		})
	}
	acknowledgedUsers, kept, lost := 0, 0, 0
	for _, l := range lives {
		r := byName[l.name]
		l.check(t, r)
		switch {
		case l.add == acknowledged:
			acknowledgedUsers++
		case len(r.records["AddUser"]) > 0:
			kept++
		default:
			lost++
		}
	}
	return fmt.Sprintf("%d users acknowledged; of those without an answer %d are there and %d are not", acknowledgedUsers, kept, lost)
}

// eachRow runs a query and hands each row to fn.
func eachRow(t *testing.T, db *sql.DB, query string, fn func(scan func(...any))) {
	t.Helper()
	list, err := db.QueryContext(context.Background(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer list.Close()
	for list.Next() {
		fn(func(into ...any) {
			if err := list.Scan(into...); err != nil {
				t.Errorf("%s: %v", query, err)
			}
		})
	}
	if err := list.Err(); err != nil {
		t.Errorf("%s: %v", query, err)
	}
}

// check compares what the client knows with what is there. The audit record of a write is in the write's transaction,
// so for a write without an answer it says whether it happened; everything else must agree.
func (l *life) check(t *testing.T, r *crashRows) {
	t.Helper()
	happened := func(action string, s step, requestID string) bool {
		t.Helper()
		ids := r.records[action]
		switch {
		case len(ids) > 1:
			t.Errorf("%s: %s has %d records", l.name, action, len(ids))
		case s == notAsked && len(ids) > 0:
			t.Errorf("%s: %s happened and nobody asked for it", l.name, action)
		case s == acknowledged && len(ids) == 0:
			t.Errorf("%s: %s was acknowledged and has no record", l.name, action)
		case s == acknowledged && ids[0] != requestID:
			t.Errorf("%s: the record of %s has the request id %s, the answer %s", l.name, action, ids[0], requestID)
		}
		return len(ids) > 0
	}
	added, attach := happened("AddUser", l.add, l.addID), happened("AttachUserPolicy", l.attach, l.attachID)
	create, destroyed := happened("CreateAccessKey", l.create, l.createID), happened("DeleteUser", l.destroy, l.destroyID)

	number := func(yes bool) int {
		if yes {
			return 1
		}
		return 0
	}
	users, attachments, live, dead := number(added && !destroyed), number(attach && !destroyed), number(added)+number(create), 0
	if destroyed {
		live, dead = dead, live
	}
	if r.user != users || r.attachments != attachments || len(r.live) != live || len(r.dead) != dead {
		t.Errorf("%s: %d users, %d attachments, %d keys and %d deleted ones; the records say %d, %d, %d and %d: %+v",
			l.name, r.user, r.attachments, len(r.live), len(r.dead), users, attachments, live, dead, l)
	}
	for _, id := range []string{l.key, l.second} {
		if id != "" && !r.live[id] && !r.dead[id] {
			t.Errorf("%s: the acknowledged key %s is not there", l.name, id)
		}
	}
}
