package pgtest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/goleak"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	pgtest.Stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

func TestEachDatabaseIsItsOwn(t *testing.T) {
	ctx := context.Background()
	prepared := 0
	prepare := func(u string) error {
		prepared++
		c, err := pgx.Connect(ctx, u)
		if err != nil {
			return err
		}
		_, err = c.Exec(ctx, "CREATE TABLE things (id BIGINT)")
		return errors.Join(err, c.Close(ctx))
	}
	urls := []string{pgtest.Template(t, "things", prepare), pgtest.Template(t, "things", prepare), pgtest.URL(t)}
	for i, wantErr := range []bool{false, false, true} {
		c, err := pgx.Connect(ctx, urls[i])
		if err != nil {
			t.Fatal(err)
		}
		var n int
		_, err = c.Exec(ctx, "INSERT INTO things (id) VALUES (1)")
		if err == nil {
			err = c.QueryRow(ctx, "SELECT COUNT(*) FROM things").Scan(&n)
		}
		if (err != nil) != wantErr || err == nil && n != 1 {
			t.Errorf("%s: %d rows, %v", urls[i], n, err)
		}
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
	}
	if prepared != 1 {
		t.Errorf("the template was prepared %d times", prepared)
	}
}

// TestNothingOutlivesTheProcess kills a test process that has a server.
func TestNothingOutlivesTheProcess(t *testing.T) {
	if os.Getenv("HUFU_PGTEST_CHILD") != "" {
		fmt.Println("url " + pgtest.URL(t))
		select {}
	}
	child := exec.Command(os.Args[0], "-test.run", "^TestNothingOutlivesTheProcess$", "-test.v")
	child.Env = append(os.Environ(), "HUFU_PGTEST_CHILD=1")
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var address string
	for lines := bufio.NewScanner(out); address == "" && lines.Scan(); {
		_, _ = fmt.Sscanf(lines.Text(), "url %s", &address) // other lines are the test runner's
	}
	u, err := url.Parse(address)
	if err != nil || address == "" {
		t.Fatalf("the child gave no address: %q, %v", address, err)
	}
	dir := u.Query().Get("host")
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there", dir)
		}
	}
}
