package hook

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"lastclick/model"
)

// inside are networks that are not the public Internet, beside those that net/netip
// knows (IANA IPv4 and IPv6 Special-Purpose Address Registries).
var inside = prefixes(
	"0.0.0.0/8",       // this network
	"100.64.0.0/10",   // shared by the customers of a provider (RFC 6598)
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation, as are the next two
	"198.51.100.0/24", //
	"203.0.113.0/24",  //
	"192.88.99.0/24",  // 6to4 relays
	"198.18.0.0/15",   // benchmarks
	"240.0.0.0/4",     // reserved, and broadcast
	"::/96",           // IPv4-compatible
	"64:ff9b:1::/48",  // NAT64 of a local network
	"100::/64",        // discarded
	"2001::/23",       // Teredo, and protocol assignments
	"2001:db8::/32",   // documentation
	"2002::/16",       // 6to4: leads to any IPv4 address
	"3fff::/20",       // documentation
	"5f00::/16",       // segment routing
	"fec0::/10",       // site-local
)

// nat64 leads to the IPv4 address in its last 32 bits (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

func prefixes(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, p := range list {
		all[i] = netip.MustParsePrefix(p)
	}
	return all
}

// public says whether the address is one of the public Internet.
func public(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		return public(netip.AddrFrom4([4]byte(b[12:])))
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() { // not: unspecified, loopback, multicast, link-local
		return false
	}
	for _, p := range inside {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// privateError says that nothing is sent to an address.
type privateError struct{ address string }

func (e *privateError) Error() string {
	return fmt.Sprintf("its address %s is not on the public Internet, and nothing is sent there (serve --allow-private allows it)", e.address)
}

// control is a net.Dialer's: it refuses an address that is about to be dialed.
func control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !public(at.Addr()) {
		return &privateError{model.Clean(address)}
	}
	return nil
}

// Check refuses a URL of which it is plain that nothing will be sent there. Names are
// resolved, and looked at, when they are dialed.
func (w *Worker) Check(raw string) error {
	raw, err := model.CheckURL("url", raw)
	if err != nil || w.c.AllowPrivate {
		return err
	}
	u, err := url.Parse(raw)
	if err != nil {
		return model.Invalidf("url", "url is not an address")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	address, err := netip.ParseAddr(host)
	if err == nil && !public(address) || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return &model.Error{Kind: model.Invalid, Field: "url", Msg: fmt.Sprintf("%s is not on the public Internet, and nothing is sent there", model.Clean(host)), Hint: "an operator allows it with: serve --allow-private"}
	}
	return nil
}
