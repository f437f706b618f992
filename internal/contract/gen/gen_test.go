package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestGeneratedFilesAreCurrent(t *testing.T) {
	var out bytes.Buffer
	if err := run("../../..", true, &out); err != nil {
		t.Errorf("%v\n%s", err, &out)
	}
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestCheckNamesStaleFilesAndWritesNothing(t *testing.T) {
	root := t.TempDir()
	write(t, root, "api/common.yaml", "errors:\n  - {code: InternalError, doc: It failed.}\n")
	write(t, root, "api/toy/2020-01-01.yaml", "service: toy\nversion: \"2020-01-01\"\ntitle: Toys\nrate: 1\nactions:\n  Play: {doc: Plays., access: read}\n")
	write(t, root, "internal/wire/old20190101/types.gen.go", "package old20190101\n")

	var out bytes.Buffer
	if err := run(root, true, &out); !errors.Is(err, errStale) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"internal/wire/toy20200101/types.gen.go\n", "internal/wire/old20190101/types.gen.go\n", "docs/api/toy-2020-01-01.md\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not among\n%s", want, &out)
		}
	}
	if _, err := os.Stat(filepath.Join(root, "internal/wire/toy20200101")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("-check wrote something: %v", err)
	}

	if err := run(root, false, &out); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := run(root, true, &out); err != nil {
		t.Errorf("stale after a run: %v\n%s", err, &out)
	}
	if _, err := os.Stat(filepath.Join(root, "internal/wire/old20190101/types.gen.go")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file of a service that is gone is still there: %v", err)
	}

	write(t, root, "internal/wire/code/code.gen.go", "package code\n")
	out.Reset()
	if err := run(root, true, &out); !errors.Is(err, errStale) || out.String() != "internal/wire/code/code.gen.go\n" {
		t.Errorf("got %v\n%s", err, &out)
	}
}

func TestABrokenContractMakesNothing(t *testing.T) {
	root := t.TempDir()
	write(t, root, "api/common.yaml", "errors: []\n")
	if err := run(root, false, new(bytes.Buffer)); err == nil {
		t.Error("no error")
	}
}
