package main

import (
	"context"
	"crypto/x509"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/acme/autocert"

	"lastclick/db"
	"lastclick/server/listen"
)

// tls looks at the addresses of HTTPS against each other, and at the certificate of files.
func (d *doctor) tls() {
	if !d.c.tls.on() {
		return
	}
	for _, doubt := range d.c.tlsDoubts(d.c.baseURL, "") {
		d.warn("https", "%s", doubt)
	}
	if d.c.tls.cert == "" {
		return
	}
	pair, err := listen.ReadPair(d.c.tls.cert, d.c.tls.key)
	if err != nil {
		d.fail("certificate", "%v", err)
		return
	}
	if info, err := os.Stat(d.c.tls.key); err == nil && info.Mode().Perm()&0o007 != 0 {
		d.warn("certificate", "other users may read its key %s (mode %04o): chmod o= %[1]s", d.c.tls.key, info.Mode().Perm())
	}
	u, err := url.Parse(d.c.baseURL)
	if err == nil && u.Hostname() != "" {
		if err := pair.Leaf.VerifyHostname(u.Hostname()); err != nil {
			d.fail("certificate", "%s is not for the base URL's host: %v", d.c.tls.cert, err)
			return
		}
	}
	d.expiry("certificate", d.c.tls.cert, pair.Leaf, "renew it, and send SIGHUP to serve")
}

// issued looks at the certificates that serve got by ACME.
func (d *doctor) issued(ctx context.Context, store *db.Store) {
	if len(d.c.tls.domains) == 0 {
		return
	}
	dir := filepath.Join(d.c.data, "acme")
	if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o077 != 0 {
		d.fail("certificate", "other users may look into %s (mode %04o), which holds keys: chmod 700 %[1]s", dir, info.Mode().Perm())
	}
	cache := d.c.certificateCache(store)
	for _, name := range d.c.tls.domains {
		leaf, err := listen.CachedCertificate(ctx, cache, name)
		switch {
		case errors.Is(err, autocert.ErrCacheMiss) || errors.Is(err, fs.ErrNotExist):
			d.warn("certificate", "there is none of %s yet: serve asks for it when it starts; its log says why where that fails", name)
		case err != nil:
			d.fail("certificate", "that of %s cannot be read: %v", name, err)
		default:
			d.expiry("certificate", name, leaf, "serve should have renewed it; its log says why not, and the authority must reach this name at port 443 or 80")
		}
	}
}

// publicAddresses are the base URL, and each further name that HTTPS is served for.
func (d *doctor) publicAddresses() (list []string) {
	base, err := url.Parse(d.c.baseURL)
	if err != nil || d.c.baseURL == "" {
		return nil
	}
	list = append(list, d.c.baseURL)
	for _, name := range d.c.tls.domains {
		if name != base.Hostname() {
			list = append(list, "https://"+name)
		}
	}
	return list
}

// expiry says until when a certificate is valid.
func (d *doctor) expiry(what, whose string, leaf *x509.Certificate, advice string) {
	// A short-lived one is renewed late.
	due := min(certificateDue, leaf.NotAfter.Sub(leaf.NotBefore)/4)
	switch until := leaf.NotAfter.UTC().Format(time.DateOnly); {
	case time.Now().After(leaf.NotAfter):
		d.fail(what, "that of %s expired on %s: %s", whose, until, advice)
	case time.Until(leaf.NotAfter) < due:
		d.warn(what, "that of %s ends on %s: %s", whose, until, advice)
	default:
		d.ok(what, "that of %s is valid until %s", whose, until)
	}
}
