package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime/debug"
	"time"

	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/server"
	"github.com/hufu-iam/hufu/internal/store"
)

// databaseFlags say which database a command works on.
type databaseFlags struct {
	Data          string `help:"Data directory: the embedded database, the master key and the operator socket." default:"./hufu-data" env:"HUFU_DATA"`
	Database      string `help:"Use this PostgreSQL database instead of the embedded one." env:"HUFU_DATABASE" placeholder:"postgres://..."`
	MasterKeyFile string `help:"File with the key that seals secrets at rest; made in the data directory if not given." env:"HUFU_MASTER_KEY_FILE" placeholder:"FILE"`
}

// productFlags register products besides those that are built in.
type productFlags struct {
	Product []string `help:"Register the product that this manifest describes; may be given several times." env:"HUFU_PRODUCT" placeholder:"FILE"`
}

type serveCommand struct {
	databaseFlags
	productFlags
	Listen    string `help:"Address of the API listener; every door shares it." default:"127.0.0.1:9800" env:"HUFU_LISTEN"`
	OpsListen string `help:"Address of the listener for /healthz, /readyz and /metrics." default:"127.0.0.1:9801" env:"HUFU_OPS_LISTEN"`
	TLSCert   string `help:"Serve TLS with this certificate (PEM)." env:"HUFU_TLS_CERT" placeholder:"FILE" and:"tls"`
	TLSKey    string `help:"The certificate's key (PEM)." env:"HUFU_TLS_KEY" placeholder:"FILE" and:"tls"`

	RateLimit             string         `help:"Enforce the published rates per action (documented), or none (off), for benches and bulk set-up." enum:"documented,off" default:"documented" env:"HUFU_RATE_LIMIT"`
	Quota                 map[string]int `help:"Change a quota, for example sub-accounts=5000; 0 lifts it." env:"HUFU_QUOTA" placeholder:"NAME=N" mapsep:","`
	SigningHost           []string       `help:"Accept signatures made for this host name too." env:"HUFU_SIGNING_HOST"`
	TrustedProxy          []string       `help:"Believe the X-Forwarded headers of peers in this network." env:"HUFU_TRUSTED_PROXY" placeholder:"CIDR"`
	EIAMDefaultTenant     int64          `help:"Root account whose employee identity answers on hosts that no tenant has; 0: the first root account." default:"0" env:"HUFU_EIAM_DEFAULT_TENANT" name:"eiam-default-tenant" placeholder:"UIN"`
	NoComponent           bool           `help:"Do not serve the component interface, which old products speak." env:"HUFU_NO_COMPONENT_INTERFACE" name:"no-component-interface"`
	StrictProducts        bool           `help:"Refuse policies that name a product which is not registered." env:"HUFU_STRICT_PRODUCTS"`
	AuditRetention        time.Duration  `help:"Delete audit records older than this; 0 keeps them for ever." default:"0" env:"HUFU_AUDIT_RETENTION"`
	DrainTimeout          time.Duration  `help:"How long a stop waits for calls under way." default:"20s" env:"HUFU_DRAIN_TIMEOUT"`
	LogLevel              slog.Level     `help:"Least level that is logged: debug, info, warn, error." default:"info" env:"HUFU_LOG_LEVEL"`
	BIUnregisteredCallers string         `help:"Callers of BI that are none of its users may do what CAM allows them (cam), or nothing (deny)." enum:"cam,deny" default:"cam" env:"HUFU_BI_UNREGISTERED_CALLERS"`
	BITerraformPaging     bool           `help:"Read the page numbers of Terraform's provider for BI as the row offsets that it sends." default:"true" negatable:"" env:"HUFU_BI_TERRAFORM_PAGING"`

	PublicURL          string `help:"Where browsers and WeCom reach this server, for the addresses that it tells; as each request says if not given." env:"HUFU_PUBLIC_URL" name:"public-url" placeholder:"https://..."`
	WeComAPIBase       string `help:"Server of WeCom's API, instead of qyapi.weixin.qq.com." env:"HUFU_WECOM_API_BASE" name:"wecom-api-base" placeholder:"https://..."`
	WeComLoginBase     string `help:"Server where members of WeCom sign in with a browser, instead of login.work.weixin.qq.com." env:"HUFU_WECOM_LOGIN_BASE" name:"wecom-login-base" placeholder:"https://..."`
	WeComAuthorizeBase string `help:"Server where they sign in inside WeCom, instead of open.weixin.qq.com." env:"HUFU_WECOM_AUTHORIZE_BASE" name:"wecom-authorize-base" placeholder:"https://..."`

	BootstrapSecretID  string `help:"SecretId of the first root account, instead of a random one." env:"HUFU_BOOTSTRAP_SECRET_ID" hidden:""`
	BootstrapSecretKey string `help:"Its SecretKey." env:"HUFU_BOOTSTRAP_SECRET_KEY" hidden:""`
	BootstrapPassword  string `help:"Its console password." env:"HUFU_BOOTSTRAP_PASSWORD" hidden:""`
}

// Help is what stands under the flags.
func (serveCommand) Help() string {
	return `The first start makes a root account and prints its key and console password, once. Set HUFU_BOOTSTRAP_SECRET_ID,
HUFU_BOOTSTRAP_SECRET_KEY and HUFU_BOOTSTRAP_PASSWORD to choose them.

SIGTERM and Ctrl-C stop taking calls, let those under way end, and exit 0.`
}

// Run serves until the context ends.
func (s *serveCommand) Run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		// The live heap is small (caches), garbage is what calls leave: collecting a quarter as often costs some tens of
		// megabytes and gives the time to calls.
		debug.SetGCPercent(400)
	}
	config, err := s.config()
	if err != nil {
		return err
	}
	srv, err := server.Open(ctx, config)
	if err != nil {
		return err
	}
	first, err := srv.Bootstrap(ctx)
	if err != nil {
		return fmt.Errorf("make the first account: %w", err)
	}
	return srv.Run(ctx, func(api, ops net.Addr) { s.announce(first, api, ops) })
}

func (s *serveCommand) config() (server.Config, error) {
	quotas := account.DefaultQuotas()
	if err := quotas.Override(s.Quota); err != nil {
		return server.Config{}, err
	}
	var proxies []netip.Prefix
	for _, text := range s.TrustedProxy {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return server.Config{}, fmt.Errorf("--trusted-proxy %q is not a network like 10.0.0.0/8", text)
		}
		proxies = append(proxies, p)
	}
	c := s.databaseFlags.config(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: s.LogLevel})))
	c.Listen, c.OpsListen, c.TLSCert, c.TLSKey = s.Listen, s.OpsListen, s.TLSCert, s.TLSKey
	c.Products, c.StrictProducts = s.Product, s.StrictProducts
	c.EIAMTenant = store.Account(s.EIAMDefaultTenant)
	c.Quotas, c.NoLimits, c.NoComponent = quotas, s.RateLimit == "off", s.NoComponent
	c.DenyUnregisteredBI, c.TerraformPagingBI = s.BIUnregisteredCallers == "deny", s.BITerraformPaging
	c.SigningHosts, c.TrustedProxies = s.SigningHost, proxies
	c.AuditRetention, c.DrainTimeout = s.AuditRetention, s.DrainTimeout
	c.PublicURL = s.PublicURL
	c.WeCom = server.WeCom{APIBase: s.WeComAPIBase, LoginBase: s.WeComLoginBase, AuthorizeBase: s.WeComAuthorizeBase}
	c.Bootstrap = account.New{Name: "root", SecretID: s.BootstrapSecretID, SecretKey: s.BootstrapSecretKey}
	c.BootstrapPassword = s.BootstrapPassword
	return c, nil
}

func (d databaseFlags) config(log *slog.Logger) server.Config {
	return server.Config{Data: d.Data, Database: d.Database, MasterKeyFile: d.MasterKeyFile, Log: log}
}

// announce tells whoever started the server where it is and, the first time, how to log in.
func (s *serveCommand) announce(first *operator.Created, api, ops net.Addr) {
	scheme := "http"
	if s.TLSCert != "" {
		scheme = "https"
	}
	if first != nil {
		fmt.Printf(`The first root account was made. This is the only time its secrets are shown.

  uin        %d
  appid      %d
  SecretId   %s
  SecretKey  %s
  console    %s://%s/console/
  user       root
  password   %s

`, first.UIN, first.AppID, first.SecretID, unlessChosen(first.SecretKey, s.BootstrapSecretKey), scheme, api, unlessChosen(first.Password, s.BootstrapPassword))
	}
	fmt.Printf("hufu %s serves the API on %s://%s and health and metrics on http://%s\n", version, scheme, api, ops)
}

// unlessChosen keeps a secret that the operator chose, and so knows, out of the journal.
func unlessChosen(secret, chosen string) string {
	if chosen != "" {
		return "(as chosen)"
	}
	return secret
}
