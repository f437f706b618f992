package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

// workshop holds the binary. It lives as long as the test process.
var workshop string

func TestMain(m *testing.M) {
	var err error
	if workshop, err = os.MkdirTemp("", "hufu-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	pgtest.Stop()
	if err := os.RemoveAll(workshop); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// build makes the binary, or takes a finished one from HUFU_TEST_BINARY. With HUFU_TEST_BUILD_FLAGS=-race the server
// itself looks for races, and exits with an error if it saw one.
var build = sync.OnceValues(func() (string, error) {
	if finished := os.Getenv("HUFU_TEST_BINARY"); finished != "" {
		return filepath.Abs(finished)
	}
	binary := filepath.Join(workshop, "hufu")
	args := []string{"build", "-o", binary}
	if flags := os.Getenv("HUFU_TEST_BUILD_FLAGS"); flags != "" {
		args = append(args, flags)
	}
	out, err := exec.Command("go", append(args, "github.com/hufu-iam/hufu/cmd/hufu")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})

// binary is the path of the program under test.
func binary(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
