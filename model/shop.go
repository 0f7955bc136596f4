package model

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ShopQueue is what shops posted, kept as it came, and what is still to be done with it.
// A delivery is leased by the worker that has it: no other one gets it before the lease
// has ended.
type ShopQueue interface {
	// KeepShopDelivery puts a delivery on disk and returns its id. With Fault set it goes
	// to the inbox. Else it is queued: due at once, or after the lease.
	KeepShopDelivery(ctx context.Context, d ShopDelivery, lease time.Duration) (int64, error)
	// DueShopDeliveries leases what is due, the longest due first. Of those with one
	// FetchKey it is the newest, the older ones are done with it; and none while another
	// is leased.
	DueShopDeliveries(ctx context.Context, t ShopTake) ([]ShopDelivery, error)
	// ShopDeliveryDone settles a delivery, and its item in the inbox. A note is what an
	// admin is to know of it: it stands in the inbox.
	ShopDeliveryDone(ctx context.Context, id int64, note string) error
	// ShopDeliveryLater ends the lease; the delivery is due again later.
	ShopDeliveryLater(ctx context.Context, id int64, l ShopLater) error
	// ShopDeliveryFailed puts the delivery into the inbox, until it is retried there.
	ShopDeliveryFailed(ctx context.Context, id int64, f Fault) error
	// ForgetShopDeliveries deletes those that were settled before a time, at most limit,
	// and returns how many.
	ForgetShopDeliveries(ctx context.Context, before time.Time, limit int) (int, error)
}

// ShopDelivery is a request that a shop posted, which is proved to be the shop's.
type ShopDelivery struct {
	ID           int64
	Checkout     int64
	CheckoutName string
	Header       map[string][]string // those that say something of the body
	Body         []byte
	Received     time.Time
	FetchKey     string // the object of the shop that is to be read; empty for none
	Tries        int    // that failed
	Fault        Fault  // why no webhook could be made of it; the zero value where one can
}

// ShopTake says how many deliveries to lease.
type ShopTake struct {
	Limit   int           // in all
	Each    int           // of one checkout, those of Working among them
	Working map[int64]int // by checkout: how many this node has leased and not answered
	Lease   time.Duration
}

// ShopLater says when a delivery is due again.
type ShopLater struct {
	After  time.Duration // at the earliest
	Hold   time.Duration // so long nothing is asked of the shop's API; 0: that goes on
	Reason string
	Tell   bool // it stands in the inbox meanwhile, so that an admin sees it
}

// ShopID is what a shop calls an event.
type ShopID struct {
	Checkout string `json:"checkout"`
	ID       string `json:"id"`
}

// String is the id as `event set --shop` takes it: NAME:ID.
func (s ShopID) String() string { return s.Checkout + ":" + s.ID }

// ParseShopID reads NAME:ID; ok is false for the slug of an event.
func ParseShopID(s string) (id ShopID, ok bool) {
	id.Checkout, id.ID, ok = strings.Cut(s, ":")
	return id, ok
}

// UnknownEvent says that an order waits for an event: a slug, or NAME:ID of a shop, which
// may be no event at all.
func UnknownEvent(event string) string {
	reason := fmt.Sprintf("the event %s is not known yet", event)
	if id, ok := ParseShopID(event); ok {
		name, ignore := id.Commands()
		reason += fmt.Sprintf(": %s, or %s if it is no event", name, ignore)
	}
	return reason
}

// Commands say of an id that is not known yet which event it is, and that it is none. An
// id that a shell would not take as it is stands there as ID.
func (s ShopID) Commands() (name, ignore string) {
	s.ID = s.typed()
	return "event set SLUG --shop " + word(s.String()), "checkout set " + s.Checkout + " --ignore " + word(s.ID)
}

// Free is the command after which the id is ignored no more.
func (s ShopID) Free() string {
	return "checkout set " + s.Checkout + " --no-ignore " + word(s.typed())
}

// typed is the id as a shell takes it between double quotes, or ID.
func (s ShopID) typed() string {
	strange := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" ._:/@+,=-", r)
	}
	if strings.ContainsFunc(s.ID, strange) {
		return "ID"
	}
	return s.ID
}

// word is a word of a command.
func word(w string) string {
	if strings.Contains(w, " ") {
		return `"` + w + `"`
	}
	return w
}

// maxShopIDs bounds what one event may be called in all shops.
const maxShopIDs = 100

// applyShops adds ids to those of an event. "NAME:ID" adds one; "NAME:" takes away all
// that the event has at that shop, and what follows it may add others.
func applyShops(have []ShopID, changes []string) ([]ShopID, error) {
	var list []ShopID
	list = append(list, have...)
	var faults FieldErrors
	for _, change := range changes {
		name, id, ok := strings.Cut(change, ":")
		name, id = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(id)
		switch {
		case !ok || !ValidSlug(name):
			faults.Add(Invalidf("shop", "shop %q must be NAME:ID, the name of a checkout and what it calls the event", Truncate(Clean(change), 80)))
		case utf8.RuneCountInString(id) > MaxID:
			faults.Add(Invalidf("shop", "shop: the id has more than %d characters", MaxID))
		case Clean(id) != id:
			faults.Add(Invalidf("shop", "shop: the id holds control, invisible or surplus space characters"))
		default:
			list = withShop(list, ShopID{name, id})
		}
	}
	if len(list) > maxShopIDs {
		faults.Add(Invalidf("shop", "shop: an event has at most %d ids in shops", maxShopIDs))
	}
	return list, faults.Err()
}

func withShop(list []ShopID, s ShopID) []ShopID {
	var out []ShopID
	for _, have := range list {
		if have == s {
			return list
		}
		if s.ID != "" || have.Checkout != s.Checkout {
			out = append(out, have)
		}
	}
	if s.ID == "" {
		return out
	}
	return append(out, s)
}
