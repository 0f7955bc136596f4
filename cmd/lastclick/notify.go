package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	systemd "github.com/coreos/go-systemd/v22/daemon"
)

// notify tells the service manager, where there is one, what state the daemon is in
// (sd_notify(3)). go-systemd speaks the protocol: it is what systemd's own project tests.
func (d *daemon) notify(state string) {
	if _, err := systemd.SdNotify(false, state); err != nil {
		d.log.Warn("the service manager could not be told", "state", state, "err", err)
	}
}

// followHangup reads again, at each SIGHUP until ctx ends, what can change while the
// daemon runs. Without it the signal would end the daemon.
func (d *daemon) followHangup(ctx context.Context) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	d.working.Go(func() {
		defer signal.Stop(hangup)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangup:
				d.notify(systemd.SdNotifyReloading)
				for _, reload := range d.reloads {
					reload()
				}
				d.notify(systemd.SdNotifyReady)
			}
		}
	})
}
