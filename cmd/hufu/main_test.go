package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The commands as a user types them: see testdata.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"hufu": main})
}

func TestCommands(t *testing.T) {
	cases, err := filepath.Abs("../../policy/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Dir: "testdata", RequireUniqueNames: true, Setup: func(e *testscript.Env) error {
		e.Setenv("CASES", cases)
		return nil
	}})
}
