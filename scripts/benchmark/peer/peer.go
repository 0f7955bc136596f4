// Package peer holds the programs that the benchmark compares lastclick with: each does
// the same work in the plain way, and nothing else.
//
// They run as processes of their own, as the daemon does, and print the same line when
// they are ready. A peer is written as its libraries' documentation shows it, neither
// slowed down nor tuned, because it stands for what one would have without lastclick.
package peer

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"
)

// The names of the peers.
const (
	Bare    = "bare"    // net/http that signs a cookie
	NoStore = "nostore" // a webhook that is verified, parsed, answered and forgotten
	Console = "console" // a Wish console with a table of bubbles
)

// Names are all of them.
var Names = []string{Bare, NoStore, Console}

// Config is what a peer has to know. Each uses some of it.
type Config struct {
	Links  int    // how many there are; load.Code names them
	Secret string // of the webhooks, whsec_…
}

// Run serves as the peer until ctx ends. It prints the ready line on out.
func Run(ctx context.Context, name string, c Config, out io.Writer) error {
	if !slices.Contains(Names, name) {
		return fmt.Errorf("there is no peer %q", name)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := http.Server{ReadHeaderTimeout: 10 * time.Second}
	defer context.AfterFunc(ctx, func() { _ = s.Close() })()
	ssh := "off"
	switch name {
	case Bare:
		s.Handler, err = bare(c.Links)
	case NoStore:
		s.Handler, err = noStore(c.Secret)
	case Console:
		s.Handler, ssh, err = console(ctx, c.Links)
	}
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "ready http=%s ssh=%s metrics=off\n", l.Addr(), ssh); err != nil {
		return err
	}
	if err := s.Serve(l); ctx.Err() == nil {
		return err
	}
	return nil
}
