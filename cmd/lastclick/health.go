package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lastclick/model"
)

func healthCommand(p *program) *cobra.Command {
	var c config
	cmd := &cobra.Command{
		Use:   "health",
		Short: "Ask the daemon on this machine whether it is alive, for a container's health check",
		Long: `Ask the daemon that listens at --http on this machine for /healthz, and exit with 0
where it answers. It says nothing about the database: a daemon whose database is away
still redirects, and is no better for a restart. For a load balancer there is /readyz.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := environment(cmd.Flags(), p.getenv); err != nil {
				return usageError{err}
			}
			address := reachable(c.http)
			if strings.HasPrefix(address, ":") {
				address = "127.0.0.1" + address
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), healthTime)
			defer cancel()
			if err := askHealth(ctx, address); err != nil {
				return err
			}
			fmt.Fprintf(p.out, "alive at %s\n", address)
			return nil
		},
	}
	cmd.Flags().StringVar(&c.http, "http", ":8080", "address that serve listens at, as it was given to serve")
	return cmd
}

// healthTime bounds a question for the daemon's health.
const healthTime = 5 * time.Second

// askHealth wants "alive" from the address. Where the daemon serves HTTPS there, it says so
// to a request without, which proves as much; the certificate is another host's than the
// loopback address.
func askHealth(ctx context.Context, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		return usageError{fmt.Errorf("--http %q must be HOST:PORT or :PORT", address)}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the daemon is not alive at %s: %w", address, err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1024))
	isHTTPS := resp.StatusCode == http.StatusBadRequest && strings.Contains(string(body), "HTTPS server")
	if isHTTPS || resp.StatusCode == http.StatusOK && strings.TrimSpace(string(body)) == "alive" {
		return nil
	}
	return fmt.Errorf("what listens at %s is not lastclick, or ill: %s", address, model.Line(resp.Status))
}
