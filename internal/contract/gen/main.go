// The gen program makes everything that follows from the contract in api/: the Go types, descriptors and bindings
// below internal/wire, the error codes, the reference pages in docs/api, and the console's types. It writes only what changed; with
// -check it writes nothing, names the stale files and exits 1.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/hufu-iam/hufu/internal/contract"
)

func main() {
	root := flag.String("root", "", "directory of the module; found from the working directory when empty")
	check := flag.Bool("check", false, "write nothing, exit 1 and name the files that are not current")
	flag.Parse()
	if err := run(*root, *check, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// errStale is what -check ends with when something has to be generated again.
var errStale = errors.New("generated files are not current; run: go generate ./internal/wire")

func run(root string, check bool, out io.Writer) error {
	if root == "" {
		var err error
		if root, err = moduleRoot(); err != nil {
			return err
		}
	}
	c, err := contract.Load(os.DirFS(filepath.Join(root, "api")))
	if err != nil {
		return err
	}
	files, err := generate(c)
	if err != nil {
		return err
	}
	stale, gone, err := compare(root, files)
	if err != nil {
		return err
	}
	if check {
		for _, name := range append(stale, gone...) {
			fmt.Fprintln(out, name)
		}
		if len(stale)+len(gone) > 0 {
			return errStale
		}
		return nil
	}
	for _, name := range stale {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, files[name], 0o644); err != nil {
			return err
		}
	}
	for _, name := range gone {
		if err := os.Remove(filepath.Join(root, name)); err != nil {
			return err
		}
	}
	return nil
}

func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod above the working directory")
		}
		dir = up
	}
}

// generate makes all files, by their path below the module.
func generate(c *contract.Contract) (map[string][]byte, error) {
	files := map[string][]byte{
		"internal/wire/common.gen.go":            commonErrors(c),
		"internal/wire/code/code.gen.go":         codes(c),
		"internal/wire/services/services.gen.go": services(c),
		"docs/api/README.md":                     docsIndex(c),
	}
	for _, s := range c.Services {
		dir := "internal/wire/" + packageName(s) + "/"
		files[dir+"types.gen.go"] = goTypes(s)
		files[dir+"schema.gen.go"] = goSchema(s)
		files[dir+"bind.gen.go"] = goBind(s)
		page := docsService
		if s.REST() {
			page = docsREST
		} else {
			files[tsName(s)] = typeScript(s)
		}
		files["docs/api/"+docsName(s)] = page(s)
	}
	for name, text := range files {
		if filepath.Ext(name) != ".go" {
			continue
		}
		formatted, err := gofmt(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = formatted
	}
	return files, nil
}

// compare tells which files differ from what is on disk, and which generated files belong to nothing any more.
func compare(root string, files map[string][]byte) (stale, gone []string, err error) {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		have, err := os.ReadFile(filepath.Join(root, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, err
		}
		if err != nil || !bytes.Equal(have, files[name]) {
			stale = append(stale, name)
		}
	}
	for _, pattern := range []string{"internal/wire/*.gen.go", "internal/wire/*/*.gen.go", "docs/api/*.md", "console/src/api/*.gen.ts"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			return nil, nil, err
		}
		for _, file := range found {
			name, err := filepath.Rel(root, file)
			if err != nil {
				return nil, nil, err
			}
			if _, ok := files[filepath.ToSlash(name)]; !ok {
				gone = append(gone, name)
			}
		}
	}
	return stale, gone, nil
}
