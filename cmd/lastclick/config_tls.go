package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"lastclick/server/listen"
)

// tlsConfig are the flags of HTTPS. Without a domain and a certificate it is off.
type tlsConfig struct {
	domains   []string // of ACME; validate writes them as listen.Domain does
	plain     string   // --tls-http
	directory string
	email     string
	cert, key string
}

func (c *tlsConfig) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&c.domains, "tls-domain", nil, "name that --http serves HTTPS for, with a certificate by ACME (repeatable; in the environment separated by commas). Sets the default of --base-url")
	f.StringVar(&c.plain, "tls-http", "", `address beside HTTPS that answers the authority's challenges and redirects to https, or "off" (default :80 with --tls-domain, else off)`)
	f.StringVar(&c.directory, "acme-directory", "", "URL of the authority's ACME directory (default Let's Encrypt, whose terms of service you accept by --tls-domain)")
	f.StringVar(&c.email, "acme-email", "", "address that the authority may write to about certificates")
	f.StringVar(&c.cert, "tls-cert", "", "file of the certificate (PEM, with its chain) that --http serves HTTPS with; read again on SIGHUP")
	f.StringVar(&c.key, "tls-key", "", "file of that certificate's key (PEM)")
}

// on says whether --http serves HTTPS.
func (c *tlsConfig) on() bool { return c.cert != "" || len(c.domains) > 0 }

func (c *tlsConfig) scheme() string {
	if c.on() {
		return "https"
	}
	return "http"
}

// plainAddress is where plain HTTP is answered beside HTTPS; empty: nowhere.
func (c *tlsConfig) plainAddress() string {
	switch {
	case c.plain == "off":
		return ""
	case c.plain == "" && len(c.domains) > 0:
		return ":80"
	}
	return c.plain
}

// validate refuses what cannot be right together.
func (c *tlsConfig) validate() error {
	for i, name := range c.domains {
		ascii, err := listen.Domain(name)
		if err != nil {
			return fmt.Errorf("--tls-domain %w", err)
		}
		c.domains[i] = ascii
	}
	switch {
	case (c.cert == "") != (c.key == ""):
		return errors.New("--tls-cert and --tls-key need each other: give both files")
	case c.cert != "" && len(c.domains) > 0:
		return errors.New("--tls-domain gets its certificates by ACME, and --tls-cert brings one: give one of the two")
	case len(c.domains) == 0 && (c.directory != "" || c.email != ""):
		return errors.New("--acme-directory and --acme-email are for --tls-domain, which is not given")
	case !c.on() && c.plainAddress() != "":
		return errors.New("--tls-http is for --tls-domain or --tls-cert, and neither is given")
	}
	if u, err := url.Parse(c.directory); c.directory != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		return fmt.Errorf("--acme-directory %q must begin with https://", c.directory)
	}
	if a, err := mail.ParseAddress(c.email); c.email != "" && (err != nil || a.Address != c.email) {
		return fmt.Errorf("--acme-email %q must be an address such as ops@example.com", c.email)
	}
	return nil
}

// warnTLS logs what is doubtful of HTTPS and the addresses, once these are known.
func (c *config) warnTLS(log *slog.Logger, base, address string) {
	for _, doubt := range c.tlsDoubts(base, address) {
		log.Warn("the addresses do not fit", "why", doubt)
	}
}

// tlsDoubts holds the public address against the domains and the address of --http, which is
// empty where it is not known: systemd may have a socket for it.
func (c *config) tlsDoubts(base, address string) (doubts []string) {
	u, err := url.Parse(base)
	if err != nil || !c.tls.on() {
		return nil
	}
	if u.Scheme != "https" {
		doubts = append(doubts, "the base URL "+base+" is not https, and --http serves HTTPS alone: shortlinks, QR codes and webhooks would not be answered")
	}
	if len(c.tls.domains) == 0 {
		return doubts
	}
	if host := strings.ToLower(u.Hostname()); !slices.Contains(c.tls.domains, host) {
		doubts = append(doubts, "the base URL's host "+host+" is not one of --tls-domain: there will be no certificate for the shortlinks")
	}
	if _, port, err := net.SplitHostPort(address); err == nil && port != "443" && port != "0" && u.Port() == "" {
		doubts = append(doubts, "customers and the certificate authority ask at port 443, and this is "+address+": forward port 443 there, or give --http :443")
	}
	return doubts
}
