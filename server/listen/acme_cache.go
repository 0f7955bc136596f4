package listen

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/time/rate"
)

// Items keeps certificates, their keys and the answers to challenges, for all nodes.
type Items interface {
	// ACMEItem returns an item; nil: there is none of that name.
	ACMEItem(ctx context.Context, name string) ([]byte, error)
	SetACMEItem(ctx context.Context, name string, item []byte) error
	RemoveACMEItem(ctx context.Context, name string) error
}

const (
	itemTime = 10 * time.Second
	// itemReads bounds the reads at once: each request for a challenge that is not known
	// here is one, since another node may have asked for it.
	itemReads = 4
)

// errBusy is the error of a read beside too many others.
var errBusy = errors.New("too many certificates are read at once")

// SharedCache returns a cache over items.
func SharedCache(items Items) autocert.Cache {
	return &sharedCache{items: items, reading: make(chan struct{}, itemReads)}
}

type sharedCache struct {
	items   Items
	reading chan struct{}
}

func (c *sharedCache) Get(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, itemTime)
	defer cancel()
	select {
	case c.reading <- struct{}{}:
		defer func() { <-c.reading }()
	case <-ctx.Done():
		return nil, errBusy
	}
	item, err := c.items.ACMEItem(ctx, name)
	if err == nil && item == nil {
		return nil, autocert.ErrCacheMiss
	}
	return item, err
}

func (c *sharedCache) Put(ctx context.Context, name string, item []byte) error {
	ctx, cancel := context.WithTimeout(ctx, itemTime)
	defer cancel()
	return c.items.SetACMEItem(ctx, name, item)
}

func (c *sharedCache) Delete(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, itemTime)
	defer cancel()
	return c.items.RemoveACMEItem(ctx, name)
}

// LocalCopy returns a cache that keeps the certificates of shared in local too, and goes by
// these while shared fails: so a node that starts then serves HTTPS. The account's key and
// the answers to challenges are in shared alone, since nothing is issued without it. A copy
// that cannot be written is tried again with the next read.
func LocalCopy(shared, local autocert.Cache) autocert.Cache { return &localCopy{shared, local} }

type localCopy struct{ shared, local autocert.Cache }

// isCertificate says whether an item is a certificate with its key, by the names that
// autocert gives.
func isCertificate(name string) bool {
	return !strings.Contains(strings.TrimSuffix(name, "+rsa"), "+")
}

func (c *localCopy) Get(ctx context.Context, name string) ([]byte, error) {
	item, err := c.shared.Get(ctx, name)
	if !isCertificate(name) {
		return item, err
	}
	copied, missing := c.local.Get(ctx, name)
	switch {
	case err == nil && (missing != nil || !bytes.Equal(item, copied)):
		_ = c.local.Put(ctx, name, item)
	case err != nil && !errors.Is(err, autocert.ErrCacheMiss) && missing == nil:
		return copied, nil
	}
	return item, err
}

func (c *localCopy) Put(ctx context.Context, name string, item []byte) error {
	err := c.shared.Put(ctx, name, item)
	if err == nil && isCertificate(name) {
		_ = c.local.Put(ctx, name, item)
	}
	return err
}

func (c *localCopy) Delete(ctx context.Context, name string) error {
	err := c.shared.Delete(ctx, name)
	if err == nil && isCertificate(name) {
		_ = c.local.Delete(ctx, name)
	}
	return err
}

// loggingCache logs what autocert is silent about: new certificates, and a cache that fails.
type loggingCache struct {
	autocert.Cache
	log    *slog.Logger
	unread rate.Sometimes
}

var errUnread = errors.New("the kept certificates cannot be read")

func (c *loggingCache) Get(ctx context.Context, name string) ([]byte, error) {
	item, err := c.Cache.Get(ctx, name)
	if err != nil && !errors.Is(err, autocert.ErrCacheMiss) && !errors.Is(err, errBusy) {
		c.unread.Do(func() { c.log.Warn("the kept certificates cannot be read", "err", err) })
		return nil, errUnread // autocert tells it to strangers who ask for a challenge
	}
	return item, err
}

func (c *loggingCache) Put(ctx context.Context, name string, item []byte) error {
	err := c.Cache.Put(ctx, name, item)
	if err != nil {
		c.log.Error("a certificate cannot be kept, and is asked for again after a restart", "err", err)
		return err
	}
	if leaf, err := leafOf(item); err == nil && leaf.VerifyHostname(name) == nil {
		c.log.Info("new certificate", "name", name, "until", leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	return nil
}

// CachedCertificate returns the certificate of a domain that the cache holds, valid or not.
// autocert.ErrCacheMiss says that there is none.
func CachedCertificate(ctx context.Context, cache autocert.Cache, domain string) (*x509.Certificate, error) {
	item, err := cache.Get(ctx, domain)
	if err != nil {
		return nil, err
	}
	return leafOf(item)
}

// leafOf is the first certificate of an item of autocert: PEM, the key first.
func leafOf(item []byte) (*x509.Certificate, error) {
	for block, rest := pem.Decode(item); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			return x509.ParseCertificate(block.Bytes)
		}
	}
	return nil, errors.New("there is no certificate in it")
}
