package main

import (
	"context"
	"crypto/tls"
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

// askHealth wants "alive" from the address, over HTTP, or over HTTPS where the daemon
// serves that there.
func askHealth(ctx context.Context, address string) error {
	// The certificate is another host's than the loopback address; what is asked is only
	// whether the daemon answers.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // see above
	var answers []string
	for _, scheme := range []string{"http", "https"} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address+"/healthz", nil)
		if err != nil {
			return usageError{fmt.Errorf("--http %q must be HOST:PORT or :PORT", address)}
		}
		resp, err := client.Do(req)
		if err != nil {
			answers = append(answers, err.Error())
			continue
		}
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 64))
		_ = resp.Body.Close()
		if resp.StatusCode == http.StatusOK && strings.TrimSpace(string(body)) == "alive" {
			return nil
		}
		answers = append(answers, resp.Status)
	}
	return fmt.Errorf("the daemon is not alive at %s: %s", address, model.Line(strings.Join(answers, "; ")))
}
