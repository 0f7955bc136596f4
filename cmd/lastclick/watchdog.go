package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"
)

// committerPatience is how long one transaction may take before the committer counts as
// hung. An import of a million lines is one transaction, and takes minutes.
const committerPatience = 15 * time.Minute

// watchdog pings the service manager, which kills and restarts a daemon that stays
// silent. A ping says that a restart would mend nothing: the listeners answer, and the
// committer moves on or waits for its storage. While the database is away or the disk is
// full or hangs, the daemon still redirects, so it pings: after a restart it could not
// even start. A committer that hangs while its storage answers is our fault, and ends.
type watchdog struct {
	listeners map[string]string           // name → address on this machine
	busy      func() time.Duration        // of the committer, at one transaction
	storage   func(context.Context) error // nil: the disk or the server answers
	ping      func()
	log       *slog.Logger
	silent    bool // the last look found a reason
}

// watch looks four times in each interval of the service manager, until ctx ends.
func (w *watchdog) watch(ctx context.Context, interval time.Duration) {
	pace := time.NewTicker(interval / 4)
	defer pace.Stop()
	for {
		w.look(ctx, interval/4)
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		}
	}
}

// look pings, unless there is a reason not to.
func (w *watchdog) look(ctx context.Context, within time.Duration) {
	err := w.hung(ctx, within)
	switch {
	case ctx.Err() != nil: // the daemon stops
		return
	case err == nil:
		w.ping()
	case !w.silent:
		w.log.Error("the watchdog is not pinged: the service manager will restart the daemon unless this passes", "err", err)
	}
	w.silent = err != nil
}

// hung says what a restart would mend.
func (w *watchdog) hung(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for name, address := range w.listeners {
		if err := reacts(ctx, address); err != nil {
			return fmt.Errorf("the %s listener does not react: %w", name, err)
		}
	}
	busy := w.busy()
	if busy < committerPatience || w.storage(ctx) != nil {
		return nil
	}
	return fmt.Errorf("the committer has been at one transaction for %s, and its storage answers", busy.Round(time.Second))
}

// reacts says whether what listens at the address accepts connections and does anything
// with them: SSH greets, HTTP answers the request, HTTPS says that it is none. A refusal
// counts too: of a client too many, or without the header of a proxy.
func reacts(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	_, _ = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	_, err = conn.Read(make([]byte, 1))
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return err
	}
	return nil
}

// answerWatchdog pings until ctx ends, where the service manager asks for it.
func (d *daemon) answerWatchdog(ctx context.Context) {
	interval, err := systemd.SdWatchdogEnabled(false)
	if err != nil {
		d.log.Warn("the watchdog's interval is not understood", "err", err)
	}
	if interval <= 0 {
		return
	}
	w := &watchdog{
		listeners: map[string]string{"http": reachable(d.httpAddr), "ssh": reachable(d.sshAddr)},
		busy:      d.store.CommitterBusy, storage: d.store.StorageAnswers,
		ping: func() { d.notify(systemd.SdNotifyWatchdog) }, log: d.log,
	}
	w.watch(ctx, interval)
}
