package console

import (
	"io/fs"
	"testing"
)

func TestAssets(t *testing.T) {
	files, built := Assets()
	_, err := fs.Stat(files, "index.html")
	if built != (err == nil) {
		t.Errorf("built = %v, and index.html: %v", built, err)
	}
}
