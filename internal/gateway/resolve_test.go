package gateway

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/hufu-iam/hufu/internal/wire"
)

func twoServices() *catalogue {
	service := func(name, version string, actions ...string) *wire.Service {
		s := &wire.Service{Name: name, Version: version}
		for _, a := range actions {
			s.Actions = append(s.Actions, &wire.Action{Name: a})
		}
		return s
	}
	return newCatalogue([]*wire.Service{
		service("cam", "2019-01-16", "AddUser", "Shared"),
		service("sts", "2018-08-13", "AssumeRole"),
		service("hufu", "2026-12-01", "ExplainDecision"),
		service("tag", "2019-01-16", "Shared"),
	}, func(service string) bool { return service == "orders" })
}

func TestAServiceOfMethodsAndPathsIsNotReachedByName(t *testing.T) {
	c := newCatalogue([]*wire.Service{
		{Name: "people", Version: "v2", Style: wire.REST, Actions: []*wire.Action{{Name: "AddPerson"}}},
	}, nil)
	for name, got := range map[string]target{
		"the path":   c.resolve("localhost", "/people", "people", "v2", "AddPerson"),
		"the host":   c.resolve("people.hufu.local", "/", "people", "v2", "AddPerson"),
		"the scope":  c.resolve("localhost", "/", "people", "v2", "AddPerson"),
		"the action": c.resolve("localhost", "/", "localhost", "v2", "AddPerson"),
	} {
		if got.service != "" || got.accepts("people") {
			t.Errorf("%s reaches %q", name, got.service)
		}
	}
	if c.endpoint("/people") {
		t.Error("the path is answered")
	}
}

func TestResolve(t *testing.T) {
	c := twoServices()
	for _, tc := range []struct {
		name, host, path, scope, version, action string
		want                                     string // the service
		accepts, refuses                         []string
	}{
		{"the host's first label", "cam.hufu.local", "/", "cam", "2019-01-16", "AddUser", "cam", []string{"cam"}, []string{"sts", "hufu", "", "CAM"}},
		{"its case does not matter", "CAM.Hufu.Local", "/", "cam", "2019-01-16", "AddUser", "cam", []string{"cam"}, nil},
		{"its port does not matter", "cam.hufu.local:8443", "/", "cam", "2019-01-16", "AddUser", "cam", []string{"cam"}, nil},
		{"a region or network in the host", "cam.ap-guangzhou.hufu.local", "/", "cam", "2019-01-16", "AddUser", "cam", []string{"cam"}, nil},
		{"the host beats the scope", "cam.hufu.local", "/", "sts", "2018-08-13", "AssumeRole", "cam", nil, []string{"sts"}},
		{"the path beats the host", "sts.hufu.local", "/cam", "cam", "2019-01-16", "AddUser", "cam", []string{"cam"}, []string{"sts"}},
		{"the path may end in a slash", "hufu.local", "/cam/", "cam", "2019-01-16", "AddUser", "cam", []string{"cam"}, nil},
		{"the scope where the host says nothing", "127.0.0.1:8080", "/", "sts", "2018-08-13", "AssumeRole", "sts", []string{"sts"}, []string{"127", "cam"}},
		{"the scope beats the action", "localhost", "/", "sts", "2019-01-16", "AddUser", "sts", []string{"sts"}, []string{"cam"}},
		{"the action, for clients that sign with the first label", "hufu.example.com", "/", "hufu", "2019-01-16", "AddUser", "cam", []string{"cam", "hufu"}, []string{"example", "sts", ""}},
		{"the action, for clients of an address", "127.0.0.1:8080", "/", "127", "2019-01-16", "AddUser", "cam", []string{"cam", "127"}, []string{"127.0.0.1", "128"}},
		{"the action, for clients of one label", "localhost:8080", "/", "localhost:8080", "2018-08-13", "AssumeRole", "sts", []string{"sts", "localhost:8080", "localhost"}, []string{"local"}},
		{"the action, for clients of an IPv6 address", "[::1]:8080", "/", "x", "2018-08-13", "AssumeRole", "sts", []string{"sts"}, []string{"x"}},
		{"an action that two services have", "localhost", "/", "localhost", "2019-01-16", "Shared", "", nil, nil},
		{"an action that two services have, and a scope", "localhost", "/", "tag", "2019-01-16", "Shared", "tag", []string{"tag"}, []string{"localhost"}},
		{"an action of another version", "localhost", "/", "localhost", "2018-08-13", "AddUser", "", nil, nil},
		{"nothing known", "cvm.hufu.local", "/", "cvm", "2017-03-12", "DescribeInstances", "", nil, nil},
		{"a host that is only a service's name", "cam", "/", "cam", "2019-01-16", "AddUser", "cam", []string{"cam"}, nil},
		{"a host named hufu, and a service's scope", "hufu.example.com", "/", "cam", "2019-01-16", "AddUser", "cam", []string{"cam"}, []string{"hufu"}},
		{"a host named hufu, for the extensions", "hufu.example.com", "/", "hufu", "2026-12-01", "ExplainDecision", "hufu", []string{"hufu"}, []string{"cam"}},
		{"the host of the extensions", "hufu.hufu.local", "/", "hufu", "2026-12-01", "ExplainDecision", "hufu", []string{"hufu"}, []string{"cam"}},
		{"the scope of the extensions where the host says nothing", "127.0.0.1:8080", "/", "hufu", "2026-12-01", "ExplainDecision", "hufu", []string{"hufu"}, []string{"127"}},
		{"the action of the extensions, for clients of an address", "127.0.0.1:8080", "/", "127", "2026-12-01", "ExplainDecision", "hufu", []string{"hufu", "127"}, []string{"cam"}},
		{"the path of the extensions", "localhost", "/hufu", "hufu", "2026-12-01", "ExplainDecision", "hufu", []string{"hufu"}, []string{"cam"}},
		{"an action that two services have, on a host named hufu", "hufu.example.com", "/", "hufu", "2019-01-16", "Shared", "", nil, nil},
		{"a host named as a registered product", "orders.example.com", "/", "orders", "2019-01-16", "AddUser", "cam", []string{"cam"}, []string{"orders"}},
		{"a host that is only a registered product's name", "orders:8080", "/", "orders", "2019-01-16", "AddUser", "cam", []string{"cam", "orders:8080"}, []string{"orders"}},
		{"the path of a service, on the host of a registered product", "orders.example.com", "/cam", "orders", "2019-01-16", "AddUser", "cam", []string{"cam"}, []string{"orders"}},
		{"no host at all", "", "/", "", "2018-08-13", "AssumeRole", "sts", []string{"sts"}, []string{"cam"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := c.resolve(tc.host, tc.path, tc.scope, tc.version, tc.action)
			if got.service != tc.want {
				t.Fatalf("got the service %q, want %q", got.service, tc.want)
			}
			for _, s := range tc.accepts {
				if !got.accepts(s) {
					t.Errorf("a signature for %q is refused", s)
				}
			}
			for _, s := range tc.refuses {
				if got.accepts(s) {
					t.Errorf("a signature for %q is accepted", s)
				}
			}
		})
	}
}

func TestEndpoints(t *testing.T) {
	c := twoServices()
	for path, want := range map[string]bool{"/": true, "": true, "/cam": true, "/cam/": true, "/sts": true, "/cvm": false, "/cam/x": false, "/v2/index.php": false, "/CAM": false} {
		if got := c.endpoint(path); got != want {
			t.Errorf("%q: got %t, want %t", path, got, want)
		}
	}
}

func TestTheAddressOfACall(t *testing.T) {
	config := Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}}
	for _, tc := range []struct {
		name, remote string
		forwarded    []string // X-Forwarded-For, one header line each
		want         string
	}{
		{"nobody between", "192.0.2.1:5", nil, "192.0.2.1"},
		{"IPv4 that came as IPv6", "[::ffff:192.0.2.1]:5", nil, "192.0.2.1"},
		{"IPv6", "[2001:db8::1]:5", nil, "2001:db8::1"},
		{"a stranger's word does not count", "192.0.2.1:5", []string{"198.51.100.7"}, "192.0.2.1"},
		{"a proxy's word counts", "10.0.0.1:5", []string{"198.51.100.7"}, "198.51.100.7"},
		{"a proxy that came as IPv6", "[::ffff:10.0.0.1]:5", []string{"198.51.100.7"}, "198.51.100.7"},
		{"a proxy of IPv6", "[fd00::1]:5", []string{"2001:db8::7"}, "2001:db8::7"},
		{"a proxy that says nothing", "10.0.0.1:5", nil, "10.0.0.1"},
		{"a chain of proxies", "10.0.0.1:5", []string{"198.51.100.7, 10.0.0.3,10.0.0.2"}, "198.51.100.7"},
		{"what the client put in front does not count", "10.0.0.1:5", []string{"203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
		{"what the client put in front as if by a proxy", "10.0.0.1:5", []string{"203.0.113.9, 10.9.9.9, 198.51.100.7, 10.0.0.2"}, "198.51.100.7"},
		{"a proxy that adds a header line of its own", "10.0.0.1:5", []string{"203.0.113.9", "198.51.100.7"}, "198.51.100.7"},
		{"a chain of proxies over several lines", "10.0.0.1:5", []string{"203.0.113.9, 198.51.100.7", "10.0.0.3", "10.0.0.2"}, "198.51.100.7"},
		{"only proxies", "10.0.0.1:5", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"nonsense is no address, not the proxy's", "10.0.0.1:5", []string{"198.51.100.7, unknown, 10.0.0.2"}, "invalid IP"},
		{"nonsense alone", "10.0.0.1:5", []string{"unknown"}, "invalid IP"},
		{"an address with a port", "10.0.0.1:5", []string{"198.51.100.7:4711"}, "198.51.100.7"},
		{"an IPv6 address with a port", "10.0.0.1:5", []string{"[2001:db8::7]:4711, 10.0.0.2"}, "2001:db8::7"},
		{"IPv4 in IPv6 notation", "10.0.0.1:5", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		{"no address", "", nil, "invalid IP"},
		{"a socket without address", "@", []string{"198.51.100.7"}, "invalid IP"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.RemoteAddr = tc.remote
			for _, line := range tc.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			g := &Authenticator{config: config}
			if got := g.Peer(r).String(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestHostsThatMayBeSigned(t *testing.T) {
	g := &Authenticator{config: Config{SigningHosts: []string{"cam.example.com"}, TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	for _, tc := range []struct {
		name, remote string
		want         []string
	}{
		{"a proxy's word counts", "10.0.0.1:5", []string{"hufu:9800", "hufu", "front.example.com:443", "front.example.com", "cam.example.com"}},
		{"a stranger's does not", "192.0.2.1:5", []string{"hufu:9800", "hufu", "cam.example.com"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "http://hufu:9800/", nil)
			r.RemoteAddr = tc.remote
			r.Header.Set("X-Forwarded-Host", "front.example.com:443")
			got := g.hosts(r)
			if len(got) != len(tc.want) {
				t.Fatalf("got %v, want %v", got, tc.want)
			}
			for i := range got {
				if got[i] != tc.want[i] {
					t.Errorf("got %v, want %v", got, tc.want)
				}
			}
		})
	}
}
