// Command hufu is the identity and access control plane: its server, and the tools of whoever operates it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the linker in a release.
var version = "development"

// commands is the command line. What says how to serve, and on which database, has an environment twin HUFU_... and may
// stand in a JSON file; arguments of single commands have none, so that a shell's variables cannot change an account.
type commands struct {
	Config kong.ConfigFlag `help:"Read flags from this JSON file: an object of flag names and values." placeholder:"FILE" env:"HUFU_CONFIG"`

	Serve   serveCommand   `cmd:"" help:"Run the server."`
	Demo    demoCommand    `cmd:"" help:"Serve an invented company's account, to look around in."`
	Account accountCommand `cmd:"" help:"Manage root accounts, also while the server runs."`
	Audit   auditCommand   `cmd:"" help:"Read the audit trail."`
	Policy  policyCommand  `cmd:"" help:"Check, simulate, explain and compare policies."`
	Secrets secretsCommand `cmd:"" help:"Manage the master key that seals secrets."`
	EIAM    eiamCommand    `cmd:"" name:"eiam" help:"Manage employee identity: tenants, applications and their permissions."`
	Product productCommand `cmd:"" help:"Describe the products that policies can name, and check manifests."`
	WeCom   wecomCommand   `cmd:"" name:"wecom" help:"Import members of WeCom as sub-users, by calls to a server."`
	API     apiCommand     `cmd:"" name:"api" help:"Describe the APIs that are served."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Println("hufu", version)
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait for the first one's drain
	var c commands
	k := kong.Parse(&c,
		kong.Name("hufu"),
		kong.Description("An identity and access control plane that speaks the identity APIs of Tencent Cloud and EIAM."),
		kong.Configuration(readConfig),
		kong.ShortUsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Exit(exit),
	)
	err := k.Run()
	if status, ok := errors.AsType[exitStatus](err); ok {
		os.Exit(int(status))
	}
	k.FatalIfErrorf(err)
}

// exit ends the program. Wrong usage is 2, as everywhere, and not kong's 80.
func exit(code int) {
	if code >= 80 {
		code = statusTrouble
	}
	os.Exit(code)
}
