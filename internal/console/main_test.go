package console_test

import (
	"os"
	"testing"

	"github.com/hufu-iam/hufu/internal/store/pgtest"
)

func TestMain(m *testing.M) {
	code := m.Run()
	pgtest.Stop()
	os.Exit(code)
}
