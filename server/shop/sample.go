package shop

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Sample is a test order of one free ticket, for which a shop makes a delivery of its own.
// It is placed at the time At. Of Click, Receipt and Coupon at most one is set: what the
// order brings of the click.
type Sample struct {
	Order   string // its id, of NewSampleID
	Event   string // as the shop calls it
	Click   string // the click token
	Receipt string // the value of the cookie
	Coupon  string // a code of the link
	At      time.Time
}

// sampleCurrency is that of every Sample, whose ticket is free.
const sampleCurrency = "GBP"

// sampleName is the name of a Sample's ticket and of its type.
const sampleName = "lastclick test"

// Sampler is a shop that can make such a delivery, signed with the account's newest secret
// as the shop would: `checkout test` posts it.
type Sampler interface {
	Shop
	Sample(a Account, s Sample) Delivery
}

// Trigger is a shop whose deliveries only say that something happened, so that an order
// can be made in the shop alone.
type Trigger interface {
	Shop
	// Trigger is a delivery that is proved as those of the shop are, and asks for nothing:
	// Map ignores it.
	Trigger(a Account, at time.Time) Delivery
	// TestOrder says in a sentence how to place a test order in the shop, beginning at link,
	// the address of a shortlink.
	TestOrder(a Account, link string) string
}

// Prober is a shop whose API can be asked whether the token reads what a Fetch needs.
type Prober interface {
	Shop
	// Probe reads as little as shows that. event is an event as the shop calls it, and must
	// not be empty. The error is a *Later, or a sentence about what the admin must correct.
	Probe(ctx context.Context, client *http.Client, a Account, event string) (Probed, error)
}

// Probed are sentences about what a token reads.
type Probed struct {
	Reads string
	Lacks string // what an order can do without, and what that costs; empty: nothing is missing
}

// object is one of JSON, as a shop writes it.
type object = map[string]any

// sampleDelivery is a delivery of JSON that is not signed yet.
func sampleDelivery(body any, at time.Time) Delivery {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // of texts and numbers: it cannot fail
	}
	return Delivery{Header: http.Header{"Content-Type": {"application/json"}}, Query: url.Values{}, Body: b, Received: at}
}

// numeric is an id as a shop writes one whose ids are numbers; other text stays as it is.
func numeric(id string) any {
	if n, err := strconv.ParseUint(id, 10, 64); err == nil && strconv.FormatUint(n, 10) == id {
		return n
	}
	return id
}

// newest is the secret that a shop signs with; an account without one signs with nothing
// that is proved.
func (a Account) newest() string {
	if len(a.Secrets) == 0 {
		return ""
	}
	return a.Secrets[0]
}

// An id of a Sample's order is samplePrefix and sampleRandom characters of a-z and 2-7. No
// shop of ours makes such an id: those of WooCommerce and Eventbrite are numbers, Ticket
// Tailor's begin with or_, Stripe's with cs_, pretix's are upper-case, and those of Tito and
// Hi.Events are random and have other lengths. Where the sender chooses (plain), the random
// part keeps an id like lastclick-test-1 from being one. Who cannot sign cannot post one.
const (
	samplePrefix = "lastclick-test-"
	sampleRandom = 12
)

// NewSampleID returns an id for the order of a Sample. Orders with such an id are test
// orders, whatever else they say: most shops have no test mode that a delivery could name.
func NewSampleID() string { return samplePrefix + strings.ToLower(rand.Text()[:sampleRandom]) }

// isSample says whether the id is one of NewSampleID.
func isSample(id string) bool {
	random, ok := strings.CutPrefix(id, samplePrefix)
	return ok && len(random) == sampleRandom && strings.Trim(random, "abcdefghijklmnopqrstuvwxyz234567") == ""
}
