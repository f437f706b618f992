package test

import (
	"os"
	"os/exec"
	"testing"
)

// TestTheSDKForNode tells the story with the official SDK for Node, which the script installs if it is not there.
func TestTheSDKForNode(t *testing.T) {
	onEachEngine(t, func(t *testing.T, p *place) {
		run := exec.Command("./node/run")
		run.Env = append(os.Environ(), "HUFU_TEST_BINARY="+binary(t), "HUFU_TEST_DATABASE="+p.database)
		out, err := run.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Fatal(err)
		}
	})
}
