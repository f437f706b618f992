package lint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var verbs = regexp.MustCompile(`%(\[\d\])?[a-z]`)

// Every message has its Chinese, with as many arguments of the same kinds, and there is no Chinese of what is no message.
func TestMessagesAreInBothLanguages(t *testing.T) {
	used := map[string]bool{}
	for _, name := range sources(t) {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "warn" {
				return true
			}
			switch format := call.Args[4].(type) {
			case *ast.BasicLit:
				text, err := strconv.Unquote(format.Value)
				if err != nil {
					t.Fatal(err)
				}
				used[text] = true
			case *ast.Ident:
				used[attaches] = true
			}
			return true
		})
	}
	for english := range used {
		translated, ok := chinese[english]
		plain := func(verb string) string { return "%" + verb[len(verb)-1:] }
		one, two := verbs.FindAllString(english, -1), verbs.FindAllString(translated, -1)
		for i := range two {
			two[i] = plain(two[i])
		}
		if !ok || !slices.Equal(one, two) {
			t.Errorf("%q is in Chinese %q", english, translated)
		}
	}
	for english := range chinese {
		if !used[english] {
			t.Errorf("%q is no message", english)
		}
	}
}

func sources(t *testing.T) (names []string) {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := f.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			names = append(names, name)
		}
	}
	return names
}
