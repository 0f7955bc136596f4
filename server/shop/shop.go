// Package shop understands what real ticket shops post. For each kind of shop it proves
// that a delivery is the shop's, and maps it to webhooks of our own (the JSON that
// model.ParseWebhook reads), which then go through the one door that all orders take: so
// idempotency, parking, verdicts and the inbox are one code for all shops.
//
// A shop is one file. Verify and Map are pure: the same delivery always gives the same
// webhooks with the same ids and versions, so that what comes twice, late or out of order
// does its work once. Where a delivery only says that something changed, Map returns a
// Fetch, and Fetch gets the truth over the shop's API: from the host of the account alone,
// with bounded answers, timeouts, and an error that says when to try again.
//
// Trade-offs: field names and their meanings are those of the vendors' public documents
// (the comment of each file names them); no vendor's library is used, since each would
// bring its whole API for a few fields. What a shop does not say is not guessed: a
// delivery that cannot be mapped is an error with a sentence for the inbox.
package shop

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"lastclick/model"
)

// Kind names a shop, as `checkout add --kind` takes it.
type Kind string

// The kinds beside standard, whose webhooks need no mapping.
const (
	WooCommerce  Kind = "woocommerce"
	TicketTailor Kind = "tickettailor"
	Tito         Kind = "tito"
	Stripe       Kind = "stripe"
	HiEvents     Kind = "hievents"
	Pretix       Kind = "pretix"
	Eventbrite   Kind = "eventbrite"
	Plain        Kind = "plain"
)

// Account is what we know of a shop: the checkout that was added for it.
type Account struct {
	Secrets []string // that its deliveries may be signed with, the newest first
	URL     string   // of its API, where the shop is not one for all; no trailing slash
	Token   string   // for its API; empty where none was given
}

// AccountOf is the account of a checkout.
func AccountOf(k model.Checkout) Account {
	a := Account{Token: k.Token}
	if k.API != nil {
		a.URL = *k.API
	}
	for _, secret := range k.Secrets {
		a.Secrets = append(a.Secrets, string(secret))
	}
	return a
}

// Delivery is one request that a shop posted.
type Delivery struct {
	Header   http.Header
	Query    url.Values // of the address that it was posted to; a shop that cannot sign may carry its secret there
	Body     []byte
	Received time.Time
}

// Webhook is a webhook of our own. Body is {"type","timestamp","data"}; tickets name
// their events by the shop's own ids, and event.updated is never among them.
type Webhook struct {
	ID   string // at most 128 characters of ASCII without spaces; the same for the same content
	Body []byte
}

// Result is what a delivery asks for. With none of its fields, or with Ignored alone,
// nothing is to be done.
type Result struct {
	// Webhooks are applied in their order.
	Webhooks []Webhook
	// Fetch is to be done where the account has a token, and then takes the place of
	// Webhooks and Note, which are what the body says by itself. Alone, the delivery says
	// nothing without it: for an account without a token, Fetch says that it needs one.
	Fetch   *Fetch
	Ignored string // why there is nothing to do: a ping, a topic that says nothing about sales
	// Note is a sentence for the admin about what the delivery says and Webhooks cannot,
	// such as a refund that is not the price of whole tickets.
	Note string
}

// Fetch is an object of the shop that is to be read over its API.
type Fetch struct {
	Key  string // one fetch at a time for each; a later one makes an earlier one needless
	Path string // of the API, from the root of the account's host on, beginning with /
}

// ErrSignature says that a delivery is not proved to be the shop's.
var ErrSignature = errors.New("the signature does not hold: compare the secret in the shop with that of the checkout")

// Unmapped says what of a delivery could not be understood; the delivery is kept.
type Unmapped struct {
	Field  string // of the shop's JSON, such as line_items[0].price
	Detail string
}

func (e *Unmapped) Error() string { return fmt.Sprintf("%s %s", e.Field, e.Detail) }

// Later says that the shop's API could not answer now, and when to ask again at the
// earliest (zero: at our own pace).
type Later struct {
	After time.Duration
	Err   error
}

func (e *Later) Error() string { return "the shop's API cannot answer now: " + e.Err.Error() }
func (e *Later) Unwrap() error { return e.Err }

// Shop understands one kind of shop.
type Shop interface {
	// Verify proves that the delivery is the shop's at the time of its receipt, or
	// returns ErrSignature. It looks at the headers, the query and the raw body alone.
	Verify(d Delivery, a Account) error
	// Map understands a delivery that Verify has passed. Its error is an *Unmapped.
	Map(d Delivery) (Result, error)
	// Guide says, step by step, what to enter where in that shop, and how its events and
	// its links are named here. url is the address that the shop is to post to; it ends
	// with the name of the checkout.
	Guide(url string) []string
}

// Pinger is a shop that tries the address, when it is entered, with a request that is
// not signed. Ping says whether the delivery is such a one: it is answered with 200, and
// neither kept nor counted, since anybody can send it. Without that answer the shop
// refuses the address.
type Pinger interface {
	Shop
	Ping(d Delivery) bool
}

// Fetcher is a shop whose deliveries may ask for a Fetch.
type Fetcher interface {
	Shop
	// Fetch reads the object, and what belongs to it, and maps it. began is when it
	// started: the version of what it read. Its error is a *Later, an *Unmapped, or says
	// what the admin must correct (a token that is refused, an address that is none).
	Fetch(ctx context.Context, client *http.Client, a Account, f Fetch, began time.Time) ([]Webhook, error)
}
