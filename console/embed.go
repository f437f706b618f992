// Package console holds the built web console, so that the binary needs no files beside it.
package console

import (
	"embed"
	"io/fs"
)

// `all:` because names of built files may begin with an underscore. dist holds README in every checkout, so that this
// compiles before the console was built.
//
//go:embed all:dist
var dist embed.FS

// Assets returns the files of the console as they are served below /console/, index.html among them. built is false, and the
// file system empty, where the binary was compiled before the console was built (`make console`).
func Assets() (files fs.FS, built bool) {
	app, err := fs.Sub(dist, "dist/app")
	if err != nil {
		return embed.FS{}, false // cannot be: the path is valid
	}
	if _, err := fs.Stat(app, "index.html"); err != nil {
		return embed.FS{}, false
	}
	return app, true
}
