package main

import (
	"net"
	"net/netip"
	"time"

	"lastclick/server/shop"
)

// shops are the kinds of shops whose deliveries this program can read. Tests put others in
// their place.
var shops = func() map[shop.Kind]shop.Shop {
	all := map[shop.Kind]shop.Shop{}
	for _, k := range shop.Kinds() {
		all[k], _ = shop.Of(k)
	}
	return all
}()

// shopBackoff is how long a shop's API is left alone after the first, second … failure in a
// row; nil: as package intake has it. Tests cannot wait for so long.
var shopBackoff func(failures int) time.Duration

// reachable is where this machine reaches a listener: one that takes all addresses is
// reached by loopback.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.IsUnspecified() {
		return addr
	}
	return net.JoinHostPort("127.0.0.1", port)
}
