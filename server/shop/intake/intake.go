// Package intake takes what shops post, and works off what is still to be done with it.
//
// A delivery goes from the HTTP door to Accept: proved, mapped, put on disk, and, where
// the shop is not to be asked for more, applied before it is answered. What is left waits
// in the store's queue (model.ShopQueue), and Run works it off: it reads objects over the
// shop's API, maps them and gives the webhooks to the store.
//
// Invariants:
//
//   - What is answered with 200 is on disk. A process that is killed at any point loses
//     nothing: its lease of a delivery ends, and the delivery is mapped again. That does
//     nothing twice, since the same delivery gives the same webhooks.
//   - Of one object of a shop at most one fetch is under way, on all nodes; each asks for
//     the state of now, so the deliveries before it are done with it.
//   - What cannot be mapped stands in the inbox. What a shop's API cannot answer now is
//     asked again for ever, ever more slowly, and stands in the inbox after a while.
//   - Memory is bounded: by the deliveries that are in work at once, and the bounds of
//     their bodies and of the answers that a shop gives.
//
// Trade-offs: a delivery costs two small commits beside that of its order. The version of
// what was fetched is this node's clock, so nodes whose clocks differ by more than the
// time between two changes of one order may take the older for the newer.
package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"lastclick/model"
	"lastclick/server/shop"
)

// Store is what the intake needs of model.Store.
type Store interface {
	CheckoutByName(name string) (model.Checkout, bool)
	Receive(ctx context.Context, d model.Delivery) (model.Outcome, error)
	Watch(ctx context.Context, client string) <-chan struct{}
	model.ShopQueue
}

// Config configures an Intake. Store and Shops must be set.
type Config struct {
	Store  Store
	Shops  map[shop.Kind]shop.Shop
	Client *http.Client     // for the shops' APIs; nil: one that keeps to a host, with bounds of time
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: nothing is logged
	// Keep is how long a delivery is kept once it is settled; 0: for ever.
	Keep time.Duration
	// Backoff is how long to wait after the first, second … failure in a row; nil: a
	// second, doubling up to ten minutes, with jitter.
	Backoff func(failures int) time.Duration
}

// Intake takes the deliveries of shops. It is safe for concurrent use.
type Intake struct {
	c      Config
	inline chan struct{} // semaphore of deliveries that are applied before their answer
	woken  chan struct{} // holds one: there is something to do

	mu       sync.Mutex
	working  map[int64]int    // by checkout: deliveries that Run works on
	failures map[int64]streak // by checkout: times in a row that its API could not answer
	began    time.Time        // of the last fetch
}

// New returns an intake; Run works off its queue.
func New(c Config) *Intake {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Client == nil {
		c.Client = newClient()
	}
	if c.Backoff == nil {
		c.Backoff = backoff
	}
	return &Intake{
		c: c, inline: make(chan struct{}, inlineAtOnce), woken: make(chan struct{}, 1),
		working: map[int64]int{}, failures: map[int64]streak{},
	}
}

// Bounds of what is done before an answer.
const (
	inlineAtOnce = 32
	inlineTime   = 2 * time.Second  // shops wait 3 s and more
	inlineLease  = 30 * time.Second // of the delivery meanwhile
	reportTime   = 5 * time.Second  // for the store to take a result
)

// What an Answer says.
const (
	Applied = "applied" // each webhook was; its own outcome says how
	Ignored = "ignored" // there is nothing to do
	Kept    = "kept"    // it is on disk, and what becomes of it is seen later
	Ping    = "ping"    // the shop tries the address, unsigned: anybody may have sent it
)

// Answer says what became of a delivery that is proved.
type Answer struct {
	Status   string          `json:"status"`
	Reason   string          `json:"reason,omitempty"`
	Webhooks []model.Outcome `json:"webhooks,omitempty"`
}

// Refused is the status of a webhook that was made of a delivery and stands in the inbox.
const Refused model.OutcomeStatus = "refused"

// Accept takes a delivery of the checkout. It returns the id of the secret that proved it,
// or an error that wraps shop.ErrSignature, or one of the store: then nothing was kept.
func (in *Intake) Accept(ctx context.Context, k model.Checkout, d shop.Delivery) (Answer, int64, error) {
	s, ok := in.c.Shops[shop.Kind(k.Kind)]
	if !ok {
		return Answer{}, 0, &model.Error{Kind: model.Busy, Msg: fmt.Sprintf("this version cannot read deliveries of the kind %s", k.Kind), Hint: "tell the admin of this platform"}
	}
	if p, ok := s.(shop.Pinger); ok && p.Ping(d) {
		return Answer{Status: Ping}, 0, nil
	}
	secret, err := verify(s, k, d)
	if err != nil {
		return Answer{}, 0, err
	}
	d.Header = telling(d.Header) // now as later, so that it is mapped alike
	r, err := in.mapped(s, k, d)
	kept := model.ShopDelivery{Checkout: k.ID, CheckoutName: k.Name, Header: d.Header, Body: d.Body, Received: d.Received}
	switch {
	case err != nil:
		kept.Fault = faultOf(err)
		_, err := in.c.Store.KeepShopDelivery(ctx, kept, 0)
		return Answer{Status: Kept, Reason: "it could not be mapped: the inbox says why"}, secret, err
	case r.Fetch != nil:
		kept.FetchKey = bounded(r.Fetch.Key)
		_, err := in.c.Store.KeepShopDelivery(ctx, kept, 0)
		in.wake()
		return Answer{Status: Kept}, secret, err
	case len(r.Webhooks) > 0:
		a, err := in.acceptWebhooks(ctx, kept, r)
		return a, secret, err
	}
	return Answer{Status: Ignored, Reason: r.Ignored}, secret, nil
}

// verify returns the id of the secret that proves the delivery, or zero where the checkout
// has none.
func verify(s shop.Shop, k model.Checkout, d shop.Delivery) (int64, error) {
	err := shop.ErrSignature
	for i := range k.Secrets {
		a := shop.AccountOf(k)
		a.Secrets = a.Secrets[i : i+1]
		if err = s.Verify(d, a); err == nil {
			if i < len(k.SecretIDs) {
				return k.SecretIDs[i], nil
			}
			return 0, nil
		}
	}
	if !errors.Is(err, shop.ErrSignature) {
		err = fmt.Errorf("%w (%w)", shop.ErrSignature, err)
	}
	return 0, err
}

// telling are the headers that say something of the body. Signatures, credentials and
// what proxies add are not among them: they prove nothing later, and are not kept.
func telling(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		lower := strings.ToLower(name)
		if lower != "content-type" && !strings.HasPrefix(lower, "x-") || strings.HasPrefix(lower, "x-forwarded-") || lower == "x-real-ip" {
			continue
		}
		secret := false
		for _, word := range []string{"signature", "token", "secret", "auth", "key", "cookie"} {
			secret = secret || strings.Contains(lower, word)
		}
		if !secret {
			kept[name] = values
		}
	}
	return kept
}

// mapped is Map: what is to be done for the checkout is either to fetch, or to apply the
// webhooks. A fault of ours in it costs this delivery, and stands in the inbox.
func (in *Intake) mapped(s shop.Shop, k model.Checkout, d shop.Delivery) (r shop.Result, err error) {
	defer in.recovered("map", &err)
	r, err = s.Map(d)
	if r.Fetch != nil && (k.Token != "" || len(r.Webhooks) == 0) {
		r.Webhooks, r.Note = nil, ""
	} else {
		r.Fetch = nil
	}
	return r, err
}

// recovered turns a panic into an error.
func (in *Intake) recovered(doing string, err *error) {
	if v := recover(); v != nil {
		in.c.Log.Error("a shop's delivery: panic", "doing", doing, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		*err = &shop.Unmapped{Field: "the delivery", Detail: "met a fault of this program: its log says more"}
	}
}

// faultOf is what the inbox says of an error; it is never the zero value.
func faultOf(err error) model.Fault {
	if u, ok := errors.AsType[*shop.Unmapped](err); ok {
		if u.Detail == "" {
			return model.Fault{Field: u.Field, Detail: "cannot be mapped"}
		}
		return model.Fault{Field: u.Field, Detail: u.Detail}
	}
	if msg := err.Error(); msg != "" {
		return model.Fault{Detail: msg}
	}
	return model.Fault{Detail: "it cannot be mapped"}
}

// maxKey bounds what is kept of a key or an id, in bytes.
const maxKey = 128

// bounded is a key, or the hash of one that is too long.
func bounded(key string) string {
	if len(key) <= maxKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// acceptWebhooks keeps a delivery and applies its webhooks, where that is quick. Too many
// at once are left to Run.
func (in *Intake) acceptWebhooks(ctx context.Context, d model.ShopDelivery, r shop.Result) (Answer, error) {
	select {
	case in.inline <- struct{}{}:
		defer func() { <-in.inline }()
	default:
		_, err := in.c.Store.KeepShopDelivery(ctx, d, 0)
		in.wake()
		return Answer{Status: Kept}, err
	}
	var err error
	if d.ID, err = in.c.Store.KeepShopDelivery(ctx, d, inlineLease); err != nil {
		return Answer{}, err
	}
	// It is kept, so the shop is answered well, and may be gone already.
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), inlineTime)
	defer cancel()
	outcomes, err := in.apply(work, d, r.Webhooks)
	in.report(ctx, d, r.Note, err)
	if err != nil {
		return Answer{Status: Kept, Webhooks: outcomes}, nil
	}
	return Answer{Status: Applied, Webhooks: outcomes}, nil
}

func (in *Intake) wake() {
	select {
	case in.woken <- struct{}{}:
	default:
	}
}
