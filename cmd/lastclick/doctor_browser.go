package main

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// safariKeeps is how long Safari keeps the cookie of a host that it takes for another
// company's in the shop's domain: one that is a CNAME for another site, or that answers
// from another network (webkit.org/tracking-prevention, "CNAME cloaking").
const safariKeeps = 7 * 24 * time.Hour

// located is where a host is, as a resolver says.
type located struct {
	addresses []netip.Addr
	cname     string // the name that it is an alias of; its own where it is none
}

// locate asks the system's resolver.
func locate(ctx context.Context, host string) (l located, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if l.addresses, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host); err != nil {
		return l, err
	}
	cname, err := net.DefaultResolver.LookupCNAME(ctx, host)
	l.cname = strings.TrimSuffix(cname, ".")
	return l, err
}

// safari says why Safari would keep the cookie of the shortlinks' host for a week only,
// as seen from a shop in the same domain; empty: it has no reason to.
func safari(ctx context.Context, links, shop string, locate func(context.Context, string) (located, error)) (why string, err error) {
	own, err := locate(ctx, links)
	if err != nil {
		return "", err
	}
	if own.cname != "" && !sameSite(own.cname, links) {
		return links + " is another name for " + own.cname, nil
	}
	if strings.EqualFold(links, shop) {
		return "", nil
	}
	theirs, err := locate(ctx, shop)
	if err != nil {
		return "", err
	}
	if sameNetwork(own.addresses, theirs.addresses) {
		return "", nil
	}
	return links + " answers from another network (" + first(own.addresses) + ") than " + shop + " (" + first(theirs.addresses) + ")", nil
}

// sameNetwork says whether one address of each shares the half that Safari compares: 16
// bits of IPv4, 64 bits of IPv6.
func sameNetwork(a, b []netip.Addr) bool {
	half := func(ip netip.Addr) netip.Prefix {
		ip = ip.Unmap()
		p, _ := ip.Prefix(ip.BitLen() / 2) // it has as many bits
		return p
	}
	for _, x := range a {
		for _, y := range b {
			if half(x) == half(y) {
				return true
			}
		}
	}
	return false
}

func first(addresses []netip.Addr) string {
	if len(addresses) == 0 {
		return "no address"
	}
	return addresses[0].Unmap().String()
}

// cookieLife looks how long browsers keep the cookie of a click that led to the page. It
// asks for each shop once.
func (d *doctor) cookieLife(ctx context.Context, what string, base, page *url.URL, window time.Duration) {
	links, shop := base.Hostname(), page.Hostname()
	if window <= safariKeeps || isLocal(links) || !sameSite(links, shop) || d.asked[shop] {
		return
	}
	d.asked[shop] = true
	switch why, err := safari(ctx, links, shop, d.locate); {
	case err != nil:
		d.warn("browsers", "it cannot be found out how long Safari keeps the cookie for %s: %v", what, err)
	case why != "":
		d.warn("browsers", "%s: clicks count for %d days, and Safari keeps their cookie for 7, because %s: serve the shortlinks from the shop's network, or use a carrier", what, window/(24*time.Hour), why)
	default:
		d.ok("browsers", "Safari and Chrome have no reason to shorten the cookie for %s", shop)
	}
}
