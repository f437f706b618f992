package store_test

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/store/storetest"
)

// pgSocket is the name by which clients look for the server in a directory.
const pgSocket = ".s.PGSQL.5432"

// proxy stands between a node and its server.
type proxy struct {
	armed   atomic.Bool
	held    chan struct{} // closed: nothing is held back any more
	release func()        // closes it
	arrived chan struct{} // closed: the server has answered what was held back
}

// cut puts a proxy before the database of a configuration. Once it is armed it
// breaks the connection that the next commit comes on and holds the commit back,
// as a network does in which a packet is on its way.
func cut(t *testing.T, cfg *store.Config) *proxy {
	t.Helper()
	u, err := url.Parse(cfg.URL)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	server := filepath.Join(query.Get("host"), pgSocket)
	dir, err := os.MkdirTemp("", "hufu") // short, for a socket
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", filepath.Join(dir, pgSocket))
	if err != nil {
		t.Fatal(err)
	}
	query.Set("host", dir)
	u.RawQuery = query.Encode()
	cfg.URL = u.String()

	p := &proxy{held: make(chan struct{}), arrived: make(chan struct{})}
	p.release = sync.OnceFunc(func() { close(p.held) })
	var work sync.WaitGroup
	work.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			work.Go(func() { p.serve(t, client, server) })
		}
	})
	t.Cleanup(func() {
		p.release()
		_ = l.Close()
		work.Wait()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return p
}

func (p *proxy) serve(t *testing.T, client net.Conn, path string) {
	defer client.Close()
	server, err := net.Dial("unix", path)
	if err != nil {
		t.Error(err)
		return
	}
	defer server.Close()
	var work sync.WaitGroup
	defer work.Wait()
	holding := make(chan struct{})
	work.Go(func() {
		buf := make([]byte, 64<<10)
		for {
			n, err := server.Read(buf)
			if err == nil {
				_, err = client.Write(buf[:n])
			}
			select {
			case <-holding:
				if n > 0 {
					close(p.arrived)
					_ = server.Close()
					return
				}
			default:
			}
			if err != nil {
				_ = client.Close()
				return
			}
		}
	})
	buf := make([]byte, 64<<10)
	for {
		n, err := client.Read(buf)
		if err != nil {
			_ = server.Close()
			return
		}
		if bytes.Contains(buf[:n], []byte("COMMIT\x00")) && p.armed.CompareAndSwap(true, false) {
			close(holding)
			_ = client.Close()
			<-p.held
			_, _ = server.Write(buf[:n])
			return // when the answer has come
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// A commit may come after its connection broke. Whatever was read meanwhile is
// from before it, and was read after the node had forgotten everything.
func TestACommitOfUnknownOutcomeIsHeardOfWhenItComes(t *testing.T) {
	cfg := storetest.Postgres(t)
	cfg.PollInterval = 20 * time.Millisecond
	p := cut(t, &cfg)
	db := storetest.Open(t, cfg)
	must(t, db, itemsTable)
	heard := listen(t, db)
	change(t, db, store.Change{Kind: "before"})
	if c := next(t, heard, time.Second); c.Kind != "before" {
		t.Errorf("heard %v", c)
	}

	p.armed.Store(true)
	late := store.Change{Account: 1, Kind: "key", ID: "AKIDrevoked"}
	err := db.Write(context.Background(), func(tx *store.Tx) error {
		tx.Changed(late)
		return insert(tx, 1, 1)
	})
	if err == nil || !strings.Contains(err.Error(), "outcome is unknown") {
		t.Fatalf("answered %v", err)
	}
	if c := next(t, heard, time.Second); c.Kind != store.KindEverything {
		t.Errorf("heard %v", c)
	}
	if n := number(t, db.Read(), "SELECT COUNT(*) FROM items"); n != 0 {
		t.Fatalf("%d rows: the commit was not held back", n)
	}
	time.Sleep(5 * cfg.PollInterval) // polls that find nothing
	p.release()
	<-p.arrived
	for {
		c := next(t, heard, 10*time.Second)
		if c == late {
			break
		}
		if c.Kind != "before" { // its name is that of another node now, too
			t.Errorf("heard %v", c)
		}
	}
	if n := number(t, db.Read(), "SELECT COUNT(*) FROM items"); n != 1 {
		t.Errorf("%d rows when the change was told", n)
	}

	// From here on the node knows its own again.
	change(t, db, store.Change{Kind: "after"})
	if c := next(t, heard, time.Second); c.Kind != "after" {
		t.Errorf("heard %v", c)
	}
	time.Sleep(5 * cfg.PollInterval)
	select {
	case c := <-heard:
		t.Errorf("heard %v a second time", c)
	default:
	}
}
