package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"lastclick/scripts/benchmark/peer"
	"lastclick/scripts/benchmark/process"
)

// nginx starts one, if it is there: with all that it needs in the row's folder.
func (e *env) nginx() (server, error) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		if path, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			return server{}, exec.ErrNotFound
		}
	}
	address, err := freeAddress(e.ctx)
	if err != nil {
		return server{}, err
	}
	config := filepath.Join(e.dir, "nginx.conf")
	if err := os.WriteFile(config, []byte(peer.NginxConfig(e.dir, address)), 0o600); err != nil {
		return server{}, err
	}
	cmd := exec.CommandContext(e.ctx, path, "-p", e.dir, "-e", "stderr", "-c", config)
	p, err := e.startCommand("nginx", cmd, syscall.SIGTERM)
	if err != nil {
		return server{}, err
	}
	return server{p, process.Addresses{HTTP: address}}, e.answering(p, address)
}

// answering waits until the address answers over HTTP.
func (e *env) answering(p *process.Process, address string) error {
	late := time.After(process.StartTime)
	for {
		r, err := http.NewRequestWithContext(e.ctx, http.MethodHead, "http://"+address+"/", nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultTransport.RoundTrip(r); err == nil {
			return answer.Body.Close()
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-p.Ended():
			return p.Failure(fmt.Errorf("it has ended: %w", p.Err()))
		case <-late:
			return p.Failure(errors.New("it does not answer"))
		case <-e.ctx.Done():
			return e.ctx.Err()
		}
	}
}

// freeAddress is an address on loopback that no one listens on, for programs that cannot
// choose one themselves.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
