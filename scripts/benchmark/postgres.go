package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"lastclick/scripts/benchmark/process"
)

// cluster is a private PostgreSQL: durable, as it is by default, with the memory of a
// small server.
type cluster struct {
	address string
}

// startPostgres makes a cluster and starts it. PostgreSQL refuses to run as root; for
// root it runs as the user postgres.
func (e *env) startPostgres(folder string) (*cluster, error) {
	dir, err := os.MkdirTemp("", "lastclick-bench-postgres") // e.dir is closed to other users
	if err != nil {
		return nil, err
	}
	e.closers = append(e.closers, func() { _ = os.RemoveAll(dir) })
	as, err := process.PostgresUser(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.CommandContext(e.ctx, filepath.Join(folder, "initdb"), "-D", data, "-U", "lastclick", "-A", "trust", "-E", "UTF8", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	address, err := freeAddress(e.ctx)
	if err != nil {
		return nil, err
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(e.ctx, filepath.Join(folder, "postgres"), "-D", data, "-p", port,
		"-c", "listen_addresses="+host, "-c", "unix_socket_directories=", "-c", "max_connections=200",
		"-c", "shared_buffers=512MB", "-c", "max_wal_size=4GB")
	cmd.Dir, cmd.SysProcAttr = dir, &syscall.SysProcAttr{Credential: as}
	// SIGQUIT ends the server and all of its processes at once.
	p, err := e.startCommand("PostgreSQL", cmd, syscall.SIGQUIT)
	if err != nil {
		return nil, err
	}
	c := &cluster{address}
	return c, c.wait(e.ctx, p)
}

// wait returns once the server answers.
func (c *cluster) wait(ctx context.Context, p *process.Process) error {
	late := time.After(process.StartTime)
	for {
		connection, err := pgx.Connect(ctx, c.url(c.address, "postgres"))
		if err == nil {
			return connection.Close(ctx)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-p.Ended():
			return p.Failure(errors.Join(errors.New("it has ended"), p.Err()))
		case <-late:
			return p.Failure(err)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// url is a database of the cluster as it is reached at an address: its own or a proxy's.
func (c *cluster) url(address, database string) string {
	return "postgres://lastclick@" + address + "/" + database + "?sslmode=disable"
}

// create makes an empty database. Each daemon that is compared has its own, since all
// those on one database hear of every change.
func (c *cluster) create(ctx context.Context, database string) error {
	connection, err := pgx.Connect(ctx, c.url(c.address, "postgres"))
	if err != nil {
		return err
	}
	_, err = connection.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{database}.Sanitize())
	return errors.Join(err, connection.Close(ctx))
}
