package db

import (
	"context"
	"net"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// host is one of those that the URL names.
type host struct {
	name string
	port uint16
}

// leadFirst has the host tried first that led to the primary last. Else each connection
// would wait for a dead host that stands before it in the URL. lead is told which host it
// was, once a connection was found right.
func (e *postgres) leadFirst(config *pgx.ConnConfig) (lead func()) {
	hosts := append([]*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}}, config.Fallbacks...)
	if last := e.lead.Load(); last != nil {
		isLast := func(h *pgconn.FallbackConfig) bool { return *last == host{h.Host, h.Port} }
		others := func(h *pgconn.FallbackConfig) bool { return !isLast(h) }
		hosts = append(slices.DeleteFunc(slices.Clone(hosts), others), slices.DeleteFunc(slices.Clone(hosts), isLast)...)
		config.Host, config.Port, config.TLSConfig = hosts[0].Host, hosts[0].Port, hosts[0].TLSConfig
		config.Fallbacks = hosts[1:]
	}

	// The driver does not tell which host a connection leads to; the addresses do.
	named := map[string]host{}
	for _, h := range hosts {
		if network, address := pgconn.NetworkAddress(h.Host, h.Port); network == "unix" {
			named[address] = host{h.Host, h.Port}
		}
	}
	lookup, connect := config.LookupFunc, config.DialFunc
	// A host that was left is dialled once more meanwhile, to cancel what it was asked. Where
	// that comes last, the next connection only begins with the wrong host.
	var dialled atomic.Value
	config.LookupFunc = func(ctx context.Context, name string) ([]string, error) {
		ips, err := lookup(ctx, name)
		for _, h := range hosts {
			for _, ip := range ips {
				if h.Host == name {
					named[net.JoinHostPort(ip, strconv.Itoa(int(h.Port)))] = host{h.Host, h.Port}
				}
			}
		}
		return ips, err
	}
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		dialled.Store(address)
		return connect(ctx, network, address)
	}
	return func() {
		address, _ := dialled.Load().(string)
		if h, ok := named[address]; ok {
			e.lead.Store(&h)
		}
	}
}
