package demo

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/server"
	"github.com/hufu-iam/hufu/internal/store"
)

// The secrets of the demonstration, which are none.
const (
	rootName     = "yuanshan"
	RootPassword = "Demo-Root-2026"
	UserPassword = "Demo-User-2026"
	SecretID     = "AKIDhufuDemonstrationOnly"
	SecretKey    = "demonstration-only-never-anywhere-else"
)

// alias stands for the account's number when sub-users sign in.
const alias = "yuanshan-tech"

// mustChange is the user who has to choose another password first.
const mustChange = "zhengkai"

// Config says where to serve the demonstration.
type Config struct {
	Dir                            string // data directory
	Listen, OpsListen, WeComListen string // loopback addresses
	Fresh                          bool   // throw away what is in Dir
	Log                            *slog.Logger
	Out                            io.Writer
}

//go:embed products/*.yaml
var products embed.FS

// Run serves the demonstration until ctx ends. The first time it takes some seconds to make the account.
func Run(ctx context.Context, c Config) error {
	for _, address := range []string{c.Listen, c.OpsListen, c.WeComListen} {
		if err := loopback(address); err != nil {
			return err
		}
	}
	if err := free(c.Listen, c.OpsListen, c.WeComListen); err != nil {
		return err
	}
	made, err := prepare(c.Dir, c.Fresh)
	if err != nil {
		return err
	}
	files, err := writeProducts(c.Dir)
	if err != nil {
		return err
	}
	now := newClock()
	if made {
		now.live()
	}
	e, err := openEnterprise(c.WeComListen, c.Dir, now.Now)
	if err != nil {
		return err
	}
	config := server.Config{Listen: c.Listen, OpsListen: c.OpsListen, Data: c.Dir, Products: files, Quotas: account.DefaultQuotas(),
		DrainTimeout: 10 * time.Second, Log: c.Log, Now: now.Now, PublicURL: publicURL(c.Listen), WeCom: server.WeCom{APIBase: e.address(), LoginBase: e.address(), AuthorizeBase: e.address()}}
	if !made {
		err = tell(ctx, c, config, now)
	}
	if err == nil {
		err = serve(ctx, c, config, e)
	}
	return errors.Join(err, e.close())
}

// tell makes the account, and notes that it is whole.
func tell(ctx context.Context, c Config, config server.Config, now *clock) error {
	fmt.Fprintln(c.Out, "Making the demonstration's account; this takes some seconds.")
	owner, partner, err := found(ctx, config)
	if err != nil {
		return err
	}
	srv, err := server.Open(ctx, config)
	if err != nil {
		return err
	}
	err = newStory(ctx, srv, now, owner, partner).live()
	now.live()
	if err := errors.Join(err, srv.Close()); err != nil {
		return err
	}
	return writeState(c.Dir, state{Complete: true, Account: owner.UIN})
}

// found makes the two root accounts, as an operator does.
func found(ctx context.Context, config server.Config) (owner, partner *operator.Created, err error) {
	actions, err := server.OpenActions(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	owner, err = actions.Bootstrap(ctx, account.New{Name: rootName, SecretID: SecretID, SecretKey: SecretKey}, RootPassword)
	if err == nil {
		partner, err = actions.CreateAccount(ctx, account.New{Name: "beichen-data"})
	}
	return owner, partner, errors.Join(err, actions.DB.Close())
}

// serve serves the account until ctx ends.
func serve(ctx context.Context, c Config, config server.Config, e *enterprise) error {
	srv, err := server.Open(ctx, config)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var greeting sync.WaitGroup // Run may fail before it is ready, and then nobody greets
	var failed error
	err = srv.Run(ctx, func(api, ops net.Addr) {
		greeting.Go(func() {
			if failed = greet(ctx, c, srv, e, api, ops); failed != nil {
				stop()
			}
		})
	})
	stop()
	greeting.Wait()
	return errors.Join(err, failed)
}

// greet does what needs the server's address, then prints where everything is.
func greet(ctx context.Context, c Config, srv *server.Server, e *enterprise, api, ops net.Addr) error {
	known, err := readState(c.Dir)
	if err != nil {
		return err
	}
	if err := e.trust(api.String()); err != nil {
		return err
	}
	if !known.Linked {
		if known.Members, err = newLater(ctx, srv, api.String()).link(e); err != nil {
			return err
		}
		known.Linked = true
		if err := writeState(c.Dir, known); err != nil {
			return err
		}
	}
	announce(c.Out, known, e, api, ops)
	return nil
}

// publicURL is the address of the console, as far as it is known before the server listens.
func publicURL(listen string) string {
	if strings.HasSuffix(listen, ":0") {
		return ""
	}
	return "http://" + listen
}

// loopback refuses addresses that others could reach: the passwords are public.
func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is no address like 127.0.0.1:9800", address)
	}
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsLoopback()) {
		return fmt.Errorf("the demonstration's passwords are public: it listens on loopback addresses only, not on %q", address)
	}
	return nil
}

// free refuses addresses on which somebody listens, most likely another demonstration. It is asked before anything is thrown away, which
// may be that one's.
func free(addresses ...string) error {
	for _, address := range addresses {
		l, err := net.Listen("tcp", address)
		if err == nil {
			err = l.Close()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// note is a file in the data directory, which says that it is the demonstration's and whether the account is whole.
const note = "demo.json"

// mark is what a note says of itself. Other programs have files of its name too, and what is in their directories is not thrown away.
const mark = "hufu demonstration: this directory is thrown away to make it anew"

// state is what stands in the note.
type state struct {
	Mark             string
	Complete, Linked bool
	Account          store.Account
	Members          []string // userids of the imported ones
}

// prepare makes the directory, and reports whether the account is there. It removes nothing that is not the demonstration's.
func prepare(dir string, fresh bool) (made bool, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if len(entries) > 0 {
		s, err := readState(dir)
		if err != nil {
			return false, fmt.Errorf("%s is not empty and not of a demonstration; give another directory with --data: %w", dir, err)
		}
		if s.Complete && !fresh {
			return true, nil
		}
		if err := os.RemoveAll(dir); err != nil {
			return false, err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, err
	}
	return false, writeState(dir, state{})
}

func readState(dir string) (s state, err error) {
	text, err := os.ReadFile(filepath.Join(dir, note))
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, err
	}
	if s.Mark != mark {
		return s, fmt.Errorf("%s is not a demonstration's", note)
	}
	return s, nil
}

func writeState(dir string, s state) error {
	s.Mark = mark
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, note), append(text, '\n'), 0o600)
}

// writeProducts writes the manifests of the company's products into the directory.
func writeProducts(dir string) ([]string, error) {
	entries, err := products.ReadDir("products")
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		text, err := products.ReadFile(path.Join("products", e.Name()))
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, e.Name())
		if err := os.WriteFile(file, text, 0o600); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// announce prints where everything is, and what to try.
func announce(out io.Writer, known state, e *enterprise, api, ops net.Addr) {
	fmt.Fprintf(out, `
hufu demonstration. Everything in it is invented, and its passwords are public.

  console     http://%[1]s/console/
  root        account %[15]s, password %[2]s
  sub-users   of the account %[14]s (or %[3]d), all with the password %[4]s:
                hanmeimei   administrator         zhangwei   platform engineer, with a boundary
                songyi      auditor, reads all    fengli     finance
                wb-lihua    contractor            %[5]s   has to choose a password first
  API         http://%[1]s, SecretId %[6]s, SecretKey %[7]s
  health      http://%[8]s

  WeCom       http://%[1]s/login/wecom/%[3]d signs in members who were imported, such as
                %[13]s
              %[9]s/admin/ is its administration: members leave, are disabled, come back
              corpid %[10]s, agentid %[11]d, secret %[12]s
              curl -X POST %[9]s/admin/corps/%[10]s/members/USERID/leave

`, api, RootPassword, known.Account, UserPassword, mustChange, SecretID, SecretKey, ops, e.address(), corpID, agentID, corpSecret,
		strings.Join(known.Members, ", "), alias, rootName)
}
