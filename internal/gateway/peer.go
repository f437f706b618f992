package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"strings"

	"github.com/hufu-iam/hufu/tc3"
)

// Peer is the address a request comes from: the socket's, or what a trusted proxy says.
func (a *Authenticator) Peer(r *http.Request) netip.Addr {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	ip := address.Addr().Unmap()
	if !a.isProxy(ip) {
		return ip
	}
	// The last entry that is not one of our proxies is the first that none of them vouches for.
	// A proxy may add its hop as a header of its own: all of them count, in order.
	said := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	if said == "" {
		return ip
	}
	hops := strings.Split(said, ",")
	for i := len(hops) - 1; i >= 0; i-- {
		if ip = parseHop(strings.TrimSpace(hops[i])); !ip.IsValid() {
			break // no address: conditions on it must not hold by accident
		}
		if !a.isProxy(ip) {
			break
		}
	}
	return ip
}

// parseHop reads an address as proxies write it, with or without a port; garbage is the invalid address.
func parseHop(text string) netip.Addr {
	if hop, err := netip.ParseAddr(text); err == nil {
		return hop.Unmap()
	}
	hop, _ := netip.ParseAddrPort(text)
	return hop.Addr().Unmap()
}

func (a *Authenticator) isProxy(ip netip.Addr) bool {
	for _, p := range a.config.TrustedProxies {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

// Trusted reports whether the request came through one of our proxies.
func (a *Authenticator) Trusted(r *http.Request) bool {
	address, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && a.isProxy(address.Addr().Unmap())
}

// Host is the name under which the client addressed us, without a port: what a trusted proxy says, else the request.
func (a *Authenticator) Host(r *http.Request) string {
	host := r.Host
	if a.Trusted(r) {
		if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" {
			host = forwarded
		}
	}
	return strings.ToLower(tc3.StripPort(host))
}

// hosts are the names under which a client may have signed the host: SDKs differ in whether the port is part of it.
func (a *Authenticator) hosts(r *http.Request) []string {
	hosts := []string{r.Host, tc3.StripPort(r.Host)}
	if a.Trusted(r) {
		if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" {
			hosts = append(hosts, forwarded, tc3.StripPort(forwarded))
		}
	}
	return append(hosts, a.config.SigningHosts...)
}

// payloadHashes are what may stand for the body. Leaving it unsigned is for transports that protect it: TLS, or no
// network at all, which a proxy on this machine is not.
func payloadHashes(r *http.Request, body []byte, ip netip.Addr) [][sha256.Size]byte {
	sum := tc3.HashPayload(body)
	switch declared := r.Header.Get("X-Tc-Content-Sha256"); {
	case declared == tc3.UnsignedPayload:
		if r.TLS != nil || ip.IsLoopback() && !forwarded(r) {
			return [][sha256.Size]byte{tc3.UnsignedPayloadHash()}
		}
	case len(declared) == 2*sha256.Size && !strings.EqualFold(declared, hex.EncodeToString(sum[:])):
		return nil // it names another body: nothing can match
	}
	return [][sha256.Size]byte{sum}
}

// forwarded reports whether a proxy says that the request came from elsewhere.
func forwarded(r *http.Request) bool {
	return r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Real-Ip") != ""
}
