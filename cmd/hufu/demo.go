package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/hufu-iam/hufu/internal/demo"
)

type demoCommand struct {
	Data        string     `help:"Data directory of the demonstration." default:"./hufu-demo-data" env:"HUFU_DEMO_DATA"`
	Listen      string     `help:"Address of the API and the console; loopback only." default:"127.0.0.1:9800"`
	OpsListen   string     `help:"Address of the listener for health and metrics; loopback only." default:"127.0.0.1:9801"`
	WecomListen string     `help:"Address of the stand-in for WeCom; loopback only." default:"127.0.0.1:9802" name:"wecom-listen"`
	Fresh       bool       `help:"Throw away what the directory holds of an earlier demonstration."`
	LogLevel    slog.Level `help:"Least level that is logged: debug, info, warn, error." default:"warn"`
}

// Help is what stands under the flags.
func (demoCommand) Help() string {
	return `Serves an invented company's account, with a stand-in for WeCom's server beside it, to look around in. The first start makes the
account in some seconds; later ones go on with it. The passwords are public, so only this machine is served.`
}

// Run serves until the context ends.
func (d *demoCommand) Run(ctx context.Context) error {
	return demo.Run(ctx, demo.Config{Dir: d.Data, Listen: d.Listen, OpsListen: d.OpsListen, WeComListen: d.WecomListen, Fresh: d.Fresh,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: d.LogLevel})), Out: os.Stdout})
}
