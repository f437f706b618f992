package test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// drawn are the ids, secrets and times in the answers of docs/eiam.md.
var drawn = regexp.MustCompile(`[0-9]{17}-[0-9A-F]{4}-[0-9A-F]{9}|"[0-9A-Za-z]{32}"|"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^"]*"`)

// The examples of docs/eiam.md are sent as they stand, and answered as it says.
func TestThePageOnEIAMIsTrue(t *testing.T) {
	p := newPlace(t, "")
	s := p.start(t)
	dir := t.TempDir()
	examples := blocks(t, "eiam.md")
	if err := os.WriteFile(filepath.Join(dir, "eiam.sh"), []byte(examples[0][1]), 0o600); err != nil || !strings.Contains(examples[0][1], "# eiam.sh") {
		t.Fatalf("%v\n%s", err, examples[0][1])
	}
	if err := os.Symlink(binary(t), filepath.Join(dir, "hufu")); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for i, example := range examples[1:] {
		if example[0] != "bash" {
			continue
		}
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", example[1])
		cmd.Dir = dir
		cmd.Env = environment("HUFU_ENDPOINT=http://"+s.api, "HUFU_DATA="+p.data, "PATH="+dir+":"+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s\n%v: %s", example[1], err, out)
		}
		compared++
		got, want := strings.TrimSpace(string(out)), strings.TrimSpace(examples[i+2][1])
		if got, want := drawn.ReplaceAllString(got, "…"), drawn.ReplaceAllString(want, "…"); got != want {
			t.Errorf("%s\nis answered\n%s\nnot\n%s", example[1], got, want)
		}
	}
	if compared != 3 {
		t.Errorf("%d answers were compared", compared)
	}
}
