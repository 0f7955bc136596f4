package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"

	"lastclick/server/listen"
)

// listeners are the sockets of serve.
type listeners struct {
	http, ssh net.Listener
	metrics   net.Listener // nil: off
	redirect  net.Listener // plain HTTP beside HTTPS; nil: off
}

// listen takes the sockets that systemd passed and opens the others, and adds them to
// opened. Those of the public believe the PROXY protocol of trusted proxies.
func (c *config) listen(ctx context.Context, opened *closers, log *slog.Logger) (l listeners, err error) {
	for _, p := range c.proxies {
		if p.Bits() == 0 {
			log.Warn("--trusted-proxy believes every address, so that anybody can pass for another: name your proxies alone", "network", p.String())
		}
	}
	passed, err := listen.Sockets("http", "ssh", "metrics", "redirect")
	if err != nil {
		return l, err
	}
	for _, s := range passed {
		opened.add(s)
	}
	if passed["redirect"] != nil && !c.tls.on() {
		return l, fmt.Errorf("systemd passed the socket redirect, which is for --tls-domain or --tls-cert, and neither is given")
	}
	for _, s := range []struct {
		name, flag, address string
		public              bool
		listener            *net.Listener
	}{
		{"http", "http", c.http, true, &l.http},
		{"ssh", "ssh", c.ssh, true, &l.ssh},
		{"metrics", "metrics", c.metrics, false, &l.metrics},
		{"redirect", "tls-http", c.tls.plainAddress(), true, &l.redirect},
	} {
		socket := passed[s.name]
		switch {
		case socket != nil:
			log.Info("a socket of systemd is used", "name", s.name, "address", socket.Addr().String())
		case s.address == "":
			continue
		default:
			if socket, err = new(net.ListenConfig).Listen(ctx, "tcp", s.address); err != nil {
				return l, fmt.Errorf("--%s %s: %w", s.flag, s.address, err)
			}
			opened.add(socket)
		}
		if s.public {
			socket = listen.Proxied(socket, c.proxies, log)
			opened.add(socket)
		}
		*s.listener = socket
	}
	return l, nil
}

// closers are what has to be closed when a later step fails.
type closers []io.Closer

func (c *closers) add(x io.Closer) { *c = append(*c, x) }

// closeAll closes the last one first.
func (c *closers) closeAll() {
	for _, x := range slices.Backward(*c) {
		_ = x.Close()
	}
}
