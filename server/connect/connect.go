// Package connect says how a checkout is connected to this daemon, and tries it: from a
// click on a link to the verdict of an order, over the daemon's own HTTP door. It tries a
// link too, as its promoter may at any time: that test counts nothing and writes nothing.
//
// What is tried of a checkout counts nowhere: the click is answered within the process, as a
// browser's would be, with a real receipt; the order is signed and posted as the checkout
// would, over the door, and is a test order (R15).
// A shop whose orders are read over its API is asked whether the token reads them, and a
// message that asks for nothing shows that its proof is taken; the order itself can be made
// in the shop alone, and the last step says how. The door is this process's own, so that a
// network in which a machine cannot reach its own public address does not matter; whether
// that answers is a step of its own.
package connect

import (
	"context"
	"crypto/tls"
	"iter"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"lastclick/model"
	"lastclick/server/shop"
)

// Store is what the package needs of model.Store.
type Store interface {
	CheckoutByName(name string) (model.Checkout, bool)
	Receipts() *model.Keyring
	Clients(ctx context.Context, a model.Actor) ([]model.Client, error)
	Events(ctx context.Context, a model.Actor) ([]model.Event, error)
	Links(ctx context.Context, a model.Actor, archived bool) ([]model.Link, error)
	LinkByCode(code string) (model.Target, bool)
	ExplainOrder(ctx context.Context, a model.Actor, id, checkout string) (model.OrderExplained, error)

	// For the test of a link.
	Link(ctx context.Context, a model.Actor, code string) (model.LinkDetail, error)
	Checkouts(ctx context.Context, a model.Actor) ([]model.Checkout, error)
	Rehearse(ctx context.Context, deliveries iter.Seq[model.Delivery], say func(model.Outcome, error)) error
}

// Config configures a Connector. All but Now, Log and DoorTLS must be set.
type Config struct {
	Store Store
	Shops map[shop.Kind]shop.Shop
	Base  string // the public address, without a trailing slash
	Door  string // where this process takes HTTP: http://127.0.0.1:8080
	// Uncounted answers as the public address does, and counts no click.
	Uncounted http.Handler
	Now       func() time.Time
	Log       *slog.Logger

	DoorTLS *tls.Config // for a Door of HTTPS
}

// Connector answers for one daemon. It is safe for concurrent use.
type Connector struct {
	c      Config
	door   *http.Client // for our own door: it follows no redirect
	public *http.Client // for the public address, nor does this one
	shops  *http.Client // for the shops' APIs
}

// New returns a connector. Close ends its idle connections.
func New(c Config) *Connector {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	standard := http.DefaultTransport.(*http.Transport)
	door, public, shops := standard.Clone(), standard.Clone(), standard.Clone()
	door.Proxy, public.Proxy = nil, nil
	if c.DoorTLS != nil {
		door.TLSClientConfig = c.DoorTLS
	}
	shops.MaxResponseHeaderBytes = 64 << 10
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Connector{
		c:      c,
		door:   &http.Client{Transport: door, Timeout: 10 * time.Second, CheckRedirect: stay},
		public: &http.Client{Transport: public, Timeout: 10 * time.Second, CheckRedirect: stay},
		shops:  &http.Client{Transport: shops, Timeout: 20 * time.Second, CheckRedirect: stay},
	}
}

// Close ends the connections that are idle.
func (c *Connector) Close() {
	c.door.CloseIdleConnections()
	c.public.CloseIdleConnections()
	c.shops.CloseIdleConnections()
}

// Guide says, step by step, what to enter where so that the checkout posts its orders
// here. It never holds a secret.
func (c *Connector) Guide(k model.Checkout) []string {
	url := c.c.Base + "/webhooks/" + k.Name
	if s, ok := c.c.Shops[shop.Kind(k.Kind)]; ok {
		return s.Guide(url)
	}
	if !k.Standard() {
		return []string{"This version cannot read deliveries of the kind " + k.Kind + ": update lastclick."}
	}
	return []string{
		"Post each order, signed by Standard Webhooks (https://www.standardwebhooks.com), to " + url + " with the content type application/json.",
		"Sign with the secret that checkout add or checkout rotate printed; any of their libraries will do.",
		"Send the value of the customer's cookie lastclick as tracking.receipt with every version of the order.",
		"The payload, field by field: help webhook. To try it: checkout test " + k.Name,
	}
}

// short is foreign text in a sentence.
func short(s string) string { return model.Truncate(model.Line(strings.TrimSpace(s)), 200) }

// upperFirst lets a sentence begin with s, which begins with ASCII.
func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
