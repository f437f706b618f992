package fault

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hufu-iam/hufu/internal/wire/code"
)

// codesOfTheContract reads the constants of package code, which has no list of them.
func codesOfTheContract(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../wire/code/code.gen.go", nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, v := range spec.Values {
			text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, text)
		}
		return false
	})
	if len(codes) < 100 {
		t.Fatalf("found %d codes only: has the form of the generated file changed?", len(codes))
	}
	return codes
}

func TestEveryCodeHasASentence(t *testing.T) {
	for _, c := range codesOfTheContract(t) {
		if !Documented(c) {
			t.Errorf("%s has no row", c)
		}
	}
	if Documented("InvalidParameter.NoSuchRow") {
		t.Error("a code without a row passes for documented because its family has one")
	}
}

func TestEveryRowIsOfACode(t *testing.T) {
	codes := codesOfTheContract(t)
	seen := map[string]bool{}
	for _, table := range []map[string]text{common, camMessages, stsMessages, hufuMessages, eiamMessages, oauthMessages, consoleMessages} {
		for _, c := range slices.Sorted(maps.Keys(table)) {
			if seen[c] {
				t.Errorf("%s stands in two tables", c)
			}
			seen[c] = true
		}
	}
	// Common codes are documented for all APIs, whether an action here has a use for them or not.
	for _, table := range []map[string]text{camMessages, stsMessages, hufuMessages, eiamMessages} {
		for c := range table {
			if !slices.Contains(codes, c) {
				t.Errorf("%s is not in the contract", c)
			}
		}
	}
}

var verb = regexp.MustCompile(`%(\[\d\])?s`)

func TestSentencesAreWellFormed(t *testing.T) {
	for c, m := range messages {
		for _, s := range []struct{ language, text, end string }{{"en-US", m.en, "."}, {"zh-CN", m.zh, "。"}} {
			_, given := eiamMessages[c] // whose texts are given
			if _, token := oauthMessages[c]; token {
				given = true
			}
			switch {
			case !given && !strings.HasSuffix(s.text, s.end):
				t.Errorf("%s in %s does not end with %q: %q", c, s.language, s.end, s.text)
			case strings.TrimSpace(s.text) != s.text || strings.Contains(s.text, "\n"):
				t.Errorf("%s in %s is not one line: %q", c, s.language, s.text)
			case strings.Count(s.text, "`")%2 != 0:
				t.Errorf("%s in %s has a backtick without its other half: %q", c, s.language, s.text)
			case strings.Contains(verb.ReplaceAllString(s.text, ""), "%"):
				t.Errorf("%s in %s has a percent sign that is no verb for text: %q", c, s.language, s.text)
			}
		}
		if en, zh := len(verb.FindAllString(m.en, -1)), len(verb.FindAllString(m.zh, -1)); en != zh {
			t.Errorf("%s has %d verbs in English and %d in Chinese", c, en, zh)
		}
	}
}

func TestMessagesPrintWithAndWithoutArguments(t *testing.T) {
	args := []any{"<1>", "<2>", "<3>"}
	for c, m := range messages {
		n := len(verb.FindAllString(m.en, -1))
		for _, l := range []Language{English, Chinese} {
			if got := New(c).Message(l); strings.Contains(got, "%!") {
				t.Errorf("%s without arguments: %q", c, got)
			}
			got := New(c, args...).Message(l)
			if strings.Contains(got, "%!") {
				t.Errorf("%s: %q", c, got)
			}
			for i, a := range args {
				if strings.Contains(got, a.(string)) != (i < n) {
					t.Errorf("%s with %d verbs and argument %d: %q", c, n, i+1, got)
				}
			}
		}
	}
}

func TestMessageFillsTheVerbs(t *testing.T) {
	for _, c := range []struct {
		name     string
		err      *Error
		language Language
		want     string
	}{
		{"a sentence without verbs", New(code.AuthFailureTokenFailure), English, "The token is missing, wrong or no longer valid."},
		{"one argument", New(code.MissingParameter, "Name"), English, "The required parameter `Name` is missing."},
		{"Chinese", New(code.MissingParameter, "Name"), Chinese, "缺少必填参数 `Name`。"},
		{"Chinese may turn the order", New(code.InvalidAction, "Do", "cam", "2019-01-16"), Chinese, "服务 `cam` 的版本 `2019-01-16` 中不存在接口 `Do`。"},
		{"a missing argument is empty", New(code.MissingParameter), English, "The required parameter is missing."},
		{"too many arguments are left out", New(code.MissingParameter, "Name", "x"), English, "The required parameter `Name` is missing."},
		{"an argument that prints itself", New(code.MissingParameter, netip.MustParseAddr("::1")), English, "The required parameter `::1` is missing."},
		{"a verb in an argument is text", New(code.MissingParameter, "%d"), English, "The required parameter `%d` is missing."},
		{"a code without a row says what its family means", New("InvalidParameter.NoSuchRow", "Name"), English, "The parameter `Name` is not valid."},
		{"a code without a family says nothing", New("NoSuchRow"), English, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.err.Message(c.language); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestArgumentsAreClipped(t *testing.T) {
	// 65 characters of three bytes each: neither a byte count nor half a character.
	got := New(code.MissingParameter, strings.Repeat("虎", 65)).Message(English)
	if want := "The required parameter `" + strings.Repeat("虎", 64) + "…` is missing."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	whole := strings.Repeat("虎", 64)
	if got := New(code.MissingParameter, whole).Message(English); !strings.Contains(got, "`"+whole+"`") {
		t.Errorf("%q lost a part of 64 characters", got)
	}
}

func TestTextAndDetail(t *testing.T) {
	base := New(code.InvalidParameterPolicyDocumentError)
	sentence := base.Message(English)
	detailed := base.WithDetail("The document ends early.")
	texted := detailed.WithText("as is: %s")
	for _, c := range []struct {
		name     string
		err      *Error
		language Language
		want     string
	}{
		{"a detail replaces the English sentence", detailed, English, "The document ends early."},
		{"a detail is not shown in Chinese", detailed, Chinese, base.Message(Chinese)},
		{"a text beats the detail", texted, English, "as is: %s"},
		{"a text is for every language", texted, Chinese, "as is: %s"},
		{"what it was made from is unchanged", base, English, sentence},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.err.Message(c.language); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	if got := detailed.Error(); got != "InvalidParameter.PolicyDocumentError: The document ends early." {
		t.Errorf("Error prints %q", got)
	}
}

func TestCauseStaysPrivate(t *testing.T) {
	base := New(code.InternalErrorSystemError)
	err := base.WithCause(io.ErrUnexpectedEOF)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("Unwrap does not lead to the cause")
	}
	if base.Unwrap() != nil {
		t.Error("WithCause changed what it was called on")
	}
	for _, text := range []string{err.Error(), err.Message(English), err.Message(Chinese)} {
		if strings.Contains(text, io.ErrUnexpectedEOF.Error()) {
			t.Errorf("%q tells the cause", text)
		}
	}
}

func TestFrom(t *testing.T) {
	known := New(code.ResourceNotFoundUserNotExist)
	if got := From(fmt.Errorf("delete user: %w", known)); got != known {
		t.Errorf("a wrapped API error came back as %v", got)
	}
	foreign := errors.New("disk full")
	got := From(foreign)
	if got.Code != code.InternalError || !errors.Is(got, foreign) {
		t.Errorf("a failure of ours came back as %v", got)
	}
}

func TestIs(t *testing.T) {
	err := fmt.Errorf("delete user: %w", New(code.ResourceNotFoundUserNotExist))
	for _, c := range []struct {
		name string
		err  error
		code string
		want bool
	}{
		{"the code, wrapped", err, code.ResourceNotFoundUserNotExist, true},
		{"another code", err, code.ResourceNotFoundGroupNotExist, false},
		{"a family is not its members", err, "ResourceNotFound", false},
		{"no API error", io.EOF, code.InternalError, false},
		{"no error", nil, code.InternalError, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Is(c.err, c.code); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestParseLanguage(t *testing.T) {
	for text, want := range map[string]Language{
		"en-US": English, "EN-us": English, "zh-CN": Chinese, "": Chinese, "fr-FR": Chinese,
	} {
		if got := ParseLanguage(text); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}
