// Package server puts the rooms together: it opens the store, wires products, doors and listeners, and takes the whole
// down again in the order that loses nothing.
package server

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	web "github.com/hufu-iam/hufu/console"
	"github.com/hufu-iam/hufu/internal/access"
	"github.com/hufu-iam/hufu/internal/account"
	"github.com/hufu-iam/hufu/internal/audit"
	"github.com/hufu-iam/hufu/internal/authzen"
	"github.com/hufu-iam/hufu/internal/bi"
	"github.com/hufu-iam/hufu/internal/bi/verify"
	"github.com/hufu-iam/hufu/internal/cam"
	"github.com/hufu-iam/hufu/internal/catalogue"
	"github.com/hufu-iam/hufu/internal/component"
	"github.com/hufu-iam/hufu/internal/console"
	"github.com/hufu-iam/hufu/internal/credential"
	"github.com/hufu-iam/hufu/internal/directory"
	"github.com/hufu-iam/hufu/internal/eiam"
	"github.com/hufu-iam/hufu/internal/eiam/rest"
	"github.com/hufu-iam/hufu/internal/gateway"
	"github.com/hufu-iam/hufu/internal/operator"
	"github.com/hufu-iam/hufu/internal/ops"
	"github.com/hufu-iam/hufu/internal/overview"
	"github.com/hufu-iam/hufu/internal/questions"
	"github.com/hufu-iam/hufu/internal/signin"
	"github.com/hufu-iam/hufu/internal/store"
	"github.com/hufu-iam/hufu/internal/sts"
	"github.com/hufu-iam/hufu/internal/wecom"
	"github.com/hufu-iam/hufu/internal/wecom/door"
	"github.com/hufu-iam/hufu/internal/wecom/qyapi"
	"github.com/hufu-iam/hufu/internal/wire"
	"github.com/hufu-iam/hufu/internal/wire/bi20220105"
	"github.com/hufu-iam/hufu/internal/wire/cam20190116"
	"github.com/hufu-iam/hufu/internal/wire/eiamv2"
	"github.com/hufu-iam/hufu/internal/wire/hufu20261201"
	"github.com/hufu-iam/hufu/internal/wire/services"
	"github.com/hufu-iam/hufu/internal/wire/sts20180813"
)

// Config says how to run a server.
type Config struct {
	Listen, OpsListen string
	Data              string        // data directory
	Database          string        // postgres://..., "" = embedded in Data
	MasterKeyFile     string        // "" = master.key in Data
	MaxGroup          int           // calls that share a commit at most, 0 = the store's default
	Products          []string      // manifests of the operator's products
	StrictProducts    bool          // documents may name registered products only
	EIAMTenant        store.Account // of hosts that no tenant of employee identity has; 0 = the first root account
	Quotas            account.Quotas
	// DenyUnregisteredBI refuses callers of BI that are none of its users; TerraformPagingBI reads page numbers of
	// Terraform as row offsets.
	DenyUnregisteredBI, TerraformPagingBI bool
	NoLimits                              bool
	NoComponent                           bool // the component interface is not served
	SigningHosts                          []string
	TrustedProxies                        []netip.Prefix
	TLSCert, TLSKey                       string        // both or none
	AuditRetention                        time.Duration // 0 = for ever
	DrainTimeout                          time.Duration
	WeCom                                 WeCom
	PublicURL                             string      // where browsers reach the server, "" = as each request says
	Bootstrap                             account.New // of the first root account
	BootstrapPassword                     string      // of its console login, "" = drawn
	Log                                   *slog.Logger
	Now                                   func() time.Time // nil = time.Now
}

// WeCom says where WeCom's servers are; "" is where they really are.
type WeCom struct{ APIBase, LoginBase, AuthorizeBase string }

// What is kept in memory at most: principals with what binds them, holders of keys, the size of compiled policies.
const (
	maxPrincipals = 1_000_000
	maxKeys       = 200_000
	maxPolicySize = 2_500_000 // some hundred bytes each
)

// Server is an opened server; Run serves.
type Server struct {
	config    Config
	store     *store.DB
	keys      *credential.Keys
	trail     *audit.Trail
	access    *access.Engine
	gateway   *gateway.Gateway
	authzen   *authzen.Door
	people    *eiam.Product
	eiam      *rest.Door
	metrics   *ops.Metrics
	health    *ops.Health
	actions   *operator.Actions
	component *component.Door
	engines   *verify.Door
	members   *wecom.Product
	console   *console.Door
	callbacks *door.Callbacks
}

// Open opens the database and makes everything ready to serve.
func Open(ctx context.Context, c Config) (_ *Server, err error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	products, err := catalogue.Load(services.Services, catalogue.Config{Files: c.Products, Strict: c.StrictProducts})
	if err != nil {
		return nil, err
	}
	s := &Server{config: c, metrics: ops.NewMetrics()}
	s.store, s.keys, err = OpenStore(ctx, c, s.metrics.Committed)
	if err != nil {
		return nil, err
	}
	s.health = &ops.Health{Ping: s.store.Ping}
	finder := credential.NewFinder(s.keys, maxKeys)
	identity := cam.New(s.store, s.keys, c.Quotas, products)
	engine := access.New(s.store, access.Config{Source: identity, MaxPrincipals: maxPrincipals, MaxSize: maxPolicySize})
	s.access = engine
	s.actions = &operator.Actions{DB: s.store, Keys: s.keys,
		Policies: &operator.Policies{Access: engine, Directory: identity, Granularity: products.Granularity}}
	business := bi.New(bi.Config{DB: s.store, Keys: s.keys, Quotas: c.Quotas, DenyUnregistered: c.DenyUnregisteredBI, TerraformPaging: c.TerraformPagingBI})
	persons := directory.New(directory.Config{DB: s.store, Keys: s.keys, Users: identity, BI: business})
	if s.members, err = newMembers(c, s.store, s.keys, identity); err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	s.trail = audit.NewTrail(s.store, c.Log)
	login := signin.New(signin.Config{DB: s.store, Keys: s.keys, Users: identity, Trail: s.trail, Absent: wecom.Absent})
	identity.Tell(persons, business, s.members, login)
	s.gateway = gateway.New(gateway.Config{SigningHosts: c.SigningHosts, TrustedProxies: c.TrustedProxies, NoLimits: c.NoLimits, Registered: products.Registered},
		gateway.Dependencies{Store: s.store, Access: engine, Keys: s.keys, Finder: finder, Trail: s.trail, Metrics: s.metrics, Log: c.Log, Now: c.Now},
		Products(Rooms{
			Identity: identity, Tokens: sts.New(s.store, s.keys, identity, login), Persons: persons, Business: business, Members: s.members, SignIn: login,
			Overview: overview.New(overview.Config{DB: s.store, Keys: s.keys, Directory: identity}),
			Asked:    questions.New(questions.Config{DB: s.store, Engine: engine, Directory: identity, Keys: s.keys, Finder: finder, Products: products, Retention: c.AuditRetention}),
		}))
	s.members.UseCalls(door.NewCalls(s.gateway.Pipeline, finder, c.Now))
	s.callbacks = door.NewCallbacks(s.members, c.Log)
	s.authzen = authzen.New(authzen.Dependencies{Gateway: s.gateway, Store: s.store, Access: engine, Keys: s.keys, Finder: finder, Directory: identity,
		Actions: products, Granularity: products.Granularity,
		Metrics: s.metrics, Log: c.Log, Now: c.Now, Cached: maxKeys})
	s.people = eiam.New(eiam.Config{DB: s.store, Keys: s.keys, DefaultTenant: c.EIAMTenant, PasswordRules: cam.PasswordRules})
	s.eiam = rest.New(rest.Dependencies{Gateway: s.gateway, Product: s.people, Service: eiamv2.Service, Handlers: eiamv2.Bind(s.people), Log: c.Log, Now: c.Now})
	s.component = component.New(component.Dependencies{Gateway: s.gateway, Store: s.store, Access: engine, Finder: finder,
		Handlers: cam20190116.Bind(identity), Strategies: identity, Directory: identity, Granularity: products.Granularity, Own: Serves,
		Metrics: s.metrics, Log: c.Log, Now: c.Now})
	s.engines = verify.New(s.gateway, business, c.Log, c.Now)
	assets, built := web.Assets()
	if !built {
		assets = nil
	}
	s.console = console.New(console.Dependencies{Gateway: s.gateway, Store: s.store, Finder: finder, SignIn: login, WeCom: door.Login{Members: s.members}, Assets: assets, PublicTLS: strings.HasPrefix(c.PublicURL, "https://"),
		Log: c.Log, Now: c.Now})
	s.metrics.Gauge("hufu_cached_principals", "Principals whose compiled policies are in memory.", func() float64 { n, _, _ := engine.Cached(); return float64(n) })
	s.metrics.Gauge("hufu_cached_policy_sets", "Combinations of policies that are compiled in memory.", func() float64 { _, n, _ := engine.Cached(); return float64(n) })
	s.metrics.Gauge("hufu_cached_policy_size", "Size of the policies that are compiled in memory: statements, patterns, values and index entries.", func() float64 { _, _, n := engine.Cached(); return float64(n) })
	s.metrics.Gauge("hufu_cached_keys", "Keys whose holders are in memory.", func() float64 { return float64(finder.Cached()) })
	s.metrics.Gauge("hufu_writes_queued", "Calls that wait for the writer.", func() float64 { return float64(s.store.Stats().Queued) })
	s.metrics.Gauge("hufu_reader_waits", "Times a query waited for a database connection.", func() float64 { return float64(s.store.Stats().Readers.WaitCount) })
	return s, nil
}

// Rooms are the products behind the doors.
type Rooms struct {
	Identity *cam.Product
	Tokens   *sts.Product
	Asked    *questions.Product
	Persons  *directory.Product
	Business *bi.Product
	Members  *wecom.Product
	SignIn   *signin.Product
	Overview *overview.Product
}

// Products are the services that are served, with the handlers of what is built. Implementing a method named as the
// action is all it takes; see docs/architecture.md.
func Products(r Rooms) []gateway.Product {
	return []gateway.Product{
		{Service: bi20220105.Service, Handlers: bi20220105.Bind(r.Business)},
		{Service: cam20190116.Service, Handlers: cam20190116.Bind(r.Identity)},
		{Service: sts20180813.Service, Handlers: sts20180813.Bind(r.Tokens)},
		{Service: hufu20261201.Service, Handlers: hufu20261201.Bind(extensions{r.Asked, r.Persons, r.Business.Extension(), r.Members, r.SignIn, r.Overview})},
	}
}

// newMembers makes the room of sub-users who are members of WeCom.
func newMembers(c Config, db *store.DB, keys *credential.Keys, identity *cam.Product) (*wecom.Product, error) {
	public, err := publicURL(c.PublicURL)
	if err != nil {
		return nil, err
	}
	bases := [...]string{cmp.Or(c.WeCom.APIBase, qyapi.DefaultBase), cmp.Or(c.WeCom.LoginBase, wecom.DefaultLoginBase), cmp.Or(c.WeCom.AuthorizeBase, wecom.DefaultAuthorizeBase)}
	for i, base := range bases {
		if bases[i], err = qyapi.CheckBase(base); err != nil {
			return nil, fmt.Errorf("server of WeCom: %w", err)
		}
	}
	client, err := qyapi.New(qyapi.Config{Base: bases[0], Now: c.Now})
	if err != nil {
		return nil, err
	}
	return wecom.New(wecom.Config{DB: db, Keys: keys, Users: identity, Client: client, PublicURL: public, LoginBase: bases[1], AuthorizeBase: bases[2],
		Log: c.Log, Now: c.Now}), nil
}

// publicURL reads the address at which browsers reach the server: a scheme and a host.
func publicURL(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("the public address %q is not one like https://hufu.example.com", text)
	}
	return u.Scheme + "://" + u.Host, nil
}

// Serves reports whether a service is one of hufu's own.
func Serves(service string) bool {
	return slices.ContainsFunc(services.Services, func(s *wire.Service) bool { return s.Name == service })
}

// extensions is the service hufu: several rooms have a part of it. Each is embedded under a name of its own.
type (
	extensions struct {
		*asking
		*humans
		*business
		*enterprises
		*login
		*listing
	}
	asking   = questions.Product
	humans   = directory.Product
	business = bi.Extension

	enterprises = wecom.Product
	login       = signin.Product
	listing     = overview.Product
)

// OpenActions opens the database for the operator's actions alone. Close the database after them.
func OpenActions(ctx context.Context, c Config) (*operator.Actions, error) {
	products, err := catalogue.Load(services.Services, catalogue.Config{Files: c.Products, Strict: c.StrictProducts})
	if err != nil {
		return nil, err
	}
	db, keys, err := OpenStore(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	identity := cam.New(db, keys, c.Quotas, products)
	engine := access.New(db, access.Config{Source: identity, MaxPrincipals: maxPrincipals, MaxSize: maxPolicySize})
	return &operator.Actions{DB: db, Keys: keys,
		Policies: &operator.Policies{Access: engine, Directory: identity, Granularity: products.Granularity}}, nil
}

// OpenStore opens the database and the keyring that belongs to it.
func OpenStore(ctx context.Context, c Config, committed func(int, time.Duration)) (*store.DB, *credential.Keys, error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil { // with PostgreSQL the key and the socket still live there
		return nil, nil, fmt.Errorf("data directory: %w", err)
	}
	db, err := store.Open(ctx, store.Config{Dir: c.Data, URL: c.Database, Logger: c.Log, OnCommit: committed, MaxGroup: c.MaxGroup, Now: c.Now})
	if err != nil {
		return nil, nil, err
	}
	keys, err := openKeys(ctx, c, db)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, keys, nil
}

// openKeys reads the master key. Only a database that holds no secrets yet gets a new one: beside any other, a key that
// is not there is one that was lost, and must be brought back.
func openKeys(ctx context.Context, c Config, db *store.DB) (*credential.Keys, error) {
	path, isDefault := c.MasterKeyFile, c.MasterKeyFile == ""
	if isDefault {
		path = filepath.Join(c.Data, "master.key")
	}
	sealed, err := credential.HasSecrets(ctx, db.Read())
	if err != nil {
		return nil, err
	}
	ring, err := credential.OpenKeyring(path, isDefault && !sealed)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the master key %s is missing; the secrets in the database cannot be read without it: %w", path, err)
	}
	if err != nil {
		return nil, err
	}
	keys := credential.NewKeys(db, ring)
	return keys, keys.Prove(ctx)
}

// Bootstrap makes the first root account of an empty database; nil if there is one already.
func (s *Server) Bootstrap(ctx context.Context) (*operator.Created, error) {
	return s.actions.Bootstrap(ctx, s.config.Bootstrap, s.config.BootstrapPassword)
}

// Run serves until ctx ends, then drains: it stops taking calls, lets those under way end, writes down what is queued.
// ready is told the addresses once both listeners are open.
func (s *Server) Run(ctx context.Context, ready func(api, ops net.Addr)) error {
	api, err := s.listen()
	if err != nil {
		return errors.Join(fmt.Errorf("API listener: %w", err), s.close())
	}
	opsListener, err := net.Listen("tcp", s.config.OpsListen)
	if err != nil {
		return errors.Join(fmt.Errorf("ops listener: %w", err), api.Close(), s.close())
	}
	socket, err := operator.Listen(s.config.Data, s.config.Database != "")
	if err != nil {
		return errors.Join(err, api.Close(), opsListener.Close(), s.close())
	}
	front := &http.Server{Handler: s.doors(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, WriteTimeout: 2 * time.Minute, IdleTimeout: 90 * time.Second,
		MaxHeaderBytes: 128 << 10, ErrorLog: slog.NewLogLogger(s.config.Log.Handler(), slog.LevelDebug)}
	back := &http.Server{Handler: ops.Handler(s.health, s.metrics), ReadHeaderTimeout: 10 * time.Second}
	door := &http.Server{Handler: s.actions.Handler(), ReadHeaderTimeout: 10 * time.Second}

	failed := make(chan error, 3)
	serve := func(f func() error) {
		go func() {
			if err := f(); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		}()
	}
	serve(func() error { return front.Serve(api) })
	serve(func() error { return back.Serve(opsListener) })
	if socket != nil {
		serve(func() error { return door.Serve(socket) })
	}
	work, stopWork := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		var all sync.WaitGroup
		all.Go(func() { s.housekeeping(work) })
		all.Go(func() { s.members.Work(work) })
		all.Wait()
	}()
	ready(api.Addr(), opsListener.Addr())

	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	s.health.Drain()
	drain, cancel := context.WithTimeout(context.Background(), s.config.DrainTimeout)
	defer cancel()
	err = errors.Join(err, front.Shutdown(drain), door.Shutdown(drain))
	stopWork()
	<-done
	return errors.Join(err, s.close(), back.Close())
}

// Handler answers the API without a listener, for measurements inside the process.
func (s *Server) Handler() http.Handler { return s.doors() }

// Flush returns when the audit records of all calls that were answered are written down.
func (s *Server) Flush() { s.trail.Flush() }

// Close ends a server that does not run.
func (s *Server) Close() error { return s.close() }

// doors are the handlers that share the API listener. A plain switch: a ServeMux would redirect paths that it cleans.
func (s *Server) doors() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if console.Serves(r.URL.Path) {
			s.console.ServeHTTP(w, r)
			return
		}
		if rest.Serves(r.URL.EscapedPath()) {
			s.eiam.ServeHTTP(w, r)
			return
		}
		if door.Serves(r.URL.Path) {
			s.callbacks.ServeHTTP(w, r)
			return
		}
		if authzen.Serves(r.URL.Path) {
			s.authzen.ServeHTTP(w, r)
			return
		}
		if verify.Serves(r.URL.Path) {
			s.engines.ServeHTTP(w, r)
			return
		}
		if component.Serves(r.URL.Path) && !s.config.NoComponent {
			s.component.ServeHTTP(w, r)
			return
		}
		s.gateway.ServeHTTP(w, r)
	})
}

// listen opens the API listener, with TLS if there is a certificate: a wrong one fails the start, not the first call.
func (s *Server) listen() (net.Listener, error) {
	if s.config.TLSCert == "" {
		return net.Listen("tcp", s.config.Listen)
	}
	pair, err := tls.LoadX509KeyPair(s.config.TLSCert, s.config.TLSKey)
	if err != nil {
		return nil, err
	}
	return tls.Listen("tcp", s.config.Listen, &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12})
}

// housekeeping writes down key usage, and now and then removes what nobody can ask for any more.
func (s *Server) housekeeping(ctx context.Context) {
	usage, sweeping, cleaning := time.NewTicker(2*time.Second), time.NewTicker(time.Minute), time.NewTicker(time.Hour)
	defer usage.Stop()
	defer sweeping.Stop()
	defer cleaning.Stop()
	note := func(what string, err error) {
		if err != nil && ctx.Err() == nil {
			s.config.Log.Error(what, "error", err)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-usage.C:
			note("key usage not written", s.keys.Flush(ctx))
			note("console usage not written", s.keys.FlushConsoles(ctx))
		case now := <-sweeping.C:
			note("used signatures not purged", component.Purge(ctx, s.store, now))
			note("console sessions not swept", s.keys.SweepConsoles(ctx, s.config.Now()))
		case now := <-cleaning.C:
			note("ended sessions not purged", s.keys.Purge(ctx, now))
			note("ended tokens not purged", s.people.Purge(ctx, now))
			note("sign-in attempts not purged", signin.Purge(ctx, s.store, s.config.Now()))
			note("events and imports of WeCom not purged", s.members.Purge(ctx))
			note("ended embed tokens not purged", bi.Purge(ctx, s.store, now))
			uses := audit.MaxUseAge
			if keep := s.config.AuditRetention; keep > 0 {
				note("audit not pruned", audit.Prune(ctx, s.store, now.Add(-keep)))
				uses = min(uses, keep)
			}
			note("uses not pruned", audit.PruneUses(ctx, s.store, now.Add(-uses)))
		}
	}
}

// close writes down what is queued, then closes the store.
func (s *Server) close() error {
	s.trail.Close()
	s.access.Close()
	return errors.Join(s.keys.Flush(context.Background()), s.store.Close())
}
