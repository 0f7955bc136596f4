package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/crypto/acme/autocert"

	"lastclick/db"
	"lastclick/server/listen"
)

// https is what serve does for HTTPS. Its fields are nil where that is off.
type https struct {
	config *tls.Config
	files  *listen.Files // of --tls-cert
	acme   *listen.ACME  // of --tls-domain
	plain  http.Handler  // of the listener beside it
}

// openHTTPS reads the certificate, or prepares to ask for those of the domains.
func (d *daemon) openHTTPS(c *config, registry prometheus.Registerer) (err error) {
	c.warnTLS(d.log, d.baseURL, d.httpAddr)
	var expires func() time.Time
	switch {
	case c.tls.cert != "":
		if d.https.files, err = listen.OpenFiles(c.tls.cert, c.tls.key, d.log); err != nil {
			return err
		}
		d.https.config, expires = d.https.files.TLSConfig(), d.https.files.NotAfter
		d.https.plain = listen.Redirect(d.baseURL, nil)
	case len(c.tls.domains) > 0:
		acme := listen.ACMEConfig{
			Domains: c.tls.domains, Directory: c.tls.directory, Email: c.tls.email, Cache: c.certificateCache(d.store), Log: d.log,
		}
		if c.sharesDatabase() {
			acme.Cache, acme.Claim = listen.LocalCopy(acme.Cache, c.certificateFiles()), d.store.ClaimACMEOrder
		}
		d.https.acme = listen.NewACME(acme)
		d.https.config, expires = d.https.acme.TLSConfig(), d.https.acme.NotAfter
		d.https.plain = d.https.acme.Challenges(listen.Redirect(d.baseURL, c.tls.domains))
	default:
		return nil
	}
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "lastclick_certificate_expires_timestamp_seconds",
		Help: "When the certificate of HTTPS expires, the first of several; 0 while one is missing.",
	}, func() float64 {
		if at := expires(); !at.IsZero() {
			return float64(at.Unix())
		}
		return 0
	}))
	return nil
}

// certificateCache keeps what the authority issued: with PostgreSQL in the database, where
// all nodes find it; else in files that only this user reads.
func (c *config) certificateCache(store *db.Store) autocert.Cache {
	if scheme, _, _ := strings.Cut(c.database, "://"); scheme == "postgres" || scheme == "postgresql" {
		return listen.SharedCache(store)
	}
	return c.certificateFiles()
}

func (c *config) certificateFiles() autocert.Cache {
	return autocert.DirCache(filepath.Join(c.data, "acme"))
}

// work starts what looks after the certificates, until ctx ends. followHangup reads those
// of files again.
func (h *https) work(ctx context.Context, d *daemon) {
	if h.acme != nil {
		d.working.Go(func() {
			if err := h.acme.Run(ctx); err != nil {
				d.failed <- fmt.Errorf("certificates: %w", err)
			}
		})
	}
	if h.files != nil {
		d.reloads = append(d.reloads, h.files.Reload)
	}
}

// door is where this process takes HTTP itself, and how to speak TLS there.
func (d *daemon) door(c *config) (address string, config *tls.Config) {
	if !c.tls.on() {
		return "http://" + reachable(d.httpAddr), nil
	}
	name := ""
	if u, err := url.Parse(d.baseURL); err == nil {
		name = u.Hostname()
	}
	if len(c.tls.domains) > 0 && !slices.Contains(c.tls.domains, name) {
		name = c.tls.domains[0]
	}
	return "https://" + reachable(d.httpAddr), &tls.Config{
		ServerName: name,
		// It is our own socket, and the certificate may be of an authority that this machine
		// does not trust. Whether the public address answers is looked at apart.
		InsecureSkipVerify: true, //nolint:gosec // see above
	}
}
