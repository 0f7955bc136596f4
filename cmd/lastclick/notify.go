package main

import (
	"context"
	"errors"
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
	defer signal.Stop(hangup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			d.notify(systemd.SdNotifyReloading)
			if err := d.reload(); err != nil {
				d.log.Error("not everything could be read again: what was in force stays", "err", err)
			} else {
				d.log.Info("reloaded")
			}
			d.notify(systemd.SdNotifyReady)
		}
	}
}

func (d *daemon) reload() error {
	var errs []error
	for _, r := range d.reloads {
		errs = append(errs, r())
	}
	return errors.Join(errs...)
}
