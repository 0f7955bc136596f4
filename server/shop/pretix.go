package shop

import (
	"context"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// pretix understands pretix (docs.pretix.eu/en/latest/api/webhooks.html and
// /api/resources/orders.html, read at 2025.10), hosted by itself or by pretix.eu.
//
//   - A message says only that something happened to an order; the order is fetched. The
//     organizer, event and code in it are checked before they become a path, and the host
//     is that of the account.
//   - The order is named as pretix names it to people, DEMOCON-ABC23, a ticket by its
//     position in it, DEMOCON-ABC23-1. A position that moves to another order when one is
//     split is a new ticket there.
//   - The event is the slug, in a series with the date, such as democon/42. The type is the
//     item, with its variation where it has one, such as 1345/7. Every position is a
//     ticket, add-ons too.
//   - The face value is the price of the position. Where a voucher or a discount changed
//     that price it is the list price, as it stands now: pretix keeps no older one.
//   - Pending orders wait, unless pretix is told to treat them as paid. An order that
//     expired or was cancelled makes its tickets void; where nothing was ever paid for it,
//     it was no purchase and is left out.
//   - The customer is the e-mail: accounts are optional, and the same person often buys
//     without one.
//   - The click, receipt or code is api_meta.lastclick, else the answer to a question with
//     the identifier lastclick. The coupon is the code of the voucher.
//   - The first entry of a ticket, on any list, is its scan. One that was reverted is told
//     by its message alone, which becomes the fragment of the fetch's path: the server never
//     sees it.
type pretix struct{}

// Verify looks for the account's secret in the address that pretix was given.
func (pretix) Verify(d Delivery, a Account) error { return knowsSecret(d, a) }

type pretixMessage struct {
	Organizer string `json:"organizer"`
	Event     string `json:"event"`
	Code      string `json:"code"`
	Action    string `json:"action"`
	Position  text   `json:"orderposition_id"`
}

// Map understands a message.
func (pretix) Map(d Delivery) (Result, error) {
	var m pretixMessage
	if err := decode(d.Body, &m); err != nil {
		return Result{}, err
	}
	checkin := m.Action == "pretix.event.checkin" || m.Action == "pretix.event.checkin.reverted"
	switch {
	case m.Action == "":
		return Result{}, unmapped("action", "is missing")
	case m.Action == "pretix.event.order.deleted":
		return Result{Ignored: "pretix deletes orders of its test mode alone, which count nowhere"}, nil
	case !checkin && !strings.HasPrefix(m.Action, "pretix.event.order."):
		return Result{Ignored: "a message " + quoted(m.Action) + " says nothing about sales or entries"}, nil
	case !plainID(m.Organizer, "-._", 50):
		return Result{}, unmapped("organizer", "%s is no short form of an organizer", quoted(m.Organizer))
	case !plainID(m.Event, "-._", 50):
		return Result{}, unmapped("event", "%s is no short form of an event", quoted(m.Event))
	case !plainID(m.Code, "", 16) || m.Code != strings.ToUpper(m.Code):
		return Result{}, unmapped("code", "%s is no code of an order", quoted(m.Code))
	}
	f := Fetch{
		Key:  m.Organizer + "/" + m.Event + "/" + m.Code,
		Path: "/api/v1/organizers/" + m.Organizer + "/events/" + m.Event + "/orders/" + m.Code + "/?include_canceled_positions=true",
	}
	if m.Action == "pretix.event.checkin.reverted" {
		if !isNumber(m.Position) {
			return Result{}, unmapped("orderposition_id", "%s is no number of a position", quoted(string(m.Position)))
		}
		f.Key += "/reverted/" + string(m.Position)
		f.Path += "#" + string(m.Position) + "@" + strconv.FormatInt(d.Received.UnixMilli(), 10)
	}
	return Result{Fetch: &f}, nil
}

// reverted is the check-in that a fetch is about to take back: the number of its
// position, zero for none, and when the message of it came.
type reverted struct {
	position int64
	at       time.Time
}

// pretixPath is a path that Map makes.
var pretixPath = regexp.MustCompile(`^((/api/v1/organizers/[^/?#]+/events/([^/?#]+)/)orders/[^/?#]+/\?[^/#]*)(?:#([0-9]+)@(-?[0-9]+))?$`)

// parsePretixPath takes the path of a fetch apart.
func parsePretixPath(path string) (order, event, slug string, r reverted, ok bool) {
	m := pretixPath.FindStringSubmatch(path)
	if m == nil {
		return "", "", "", r, false
	}
	if m[4] != "" {
		ms, err := strconv.ParseInt(m[5], 10, 64)
		r.position, ok = parseID(m[4])
		r.at = time.UnixMilli(ms)
		return m[1], m[2], m[3], r, ok && err == nil
	}
	return m[1], m[2], m[3], r, true
}

func parseID(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// Fetch reads an order, its event, items and voucher, and makes the order and its scans.
func (p pretix) Fetch(ctx context.Context, client *http.Client, a Account, f Fetch, began time.Time) ([]Webhook, error) {
	api, err := openAPI("pretix", client, a, "", "Token")
	if err != nil {
		return nil, err
	}
	orderPath, eventPath, slug, undone, ok := parsePretixPath(f.Path)
	if !ok {
		return nil, unmapped("path", "is none of an order")
	}
	var in pretixOrder
	if err := api.get(ctx, orderPath, &in); err != nil {
		return nil, err
	}
	in.slug = slug
	if sold, err := in.sold(); !sold || err != nil {
		return nil, err
	}
	shop := pretixShop{api: api, event: eventPath}
	o, err := in.order(ctx, &shop)
	if err != nil {
		return nil, err
	}
	entries, err := in.entries(undone)
	if err != nil {
		return nil, err
	}
	return fetchedWebhooks(Pretix, began, o, entries)
}

// Guide says what to enter in pretix.
func (pretix) Guide(url string) []string {
	return []string{
		"In pretix open the organizer, Settings, Webhooks, and choose Create webhook.",
		"Target URL: " + withPassword(url),
		secretNote,
		"Events: all of them, or those that are sold here. Event types: all about orders, Ticket checked in and Ticket check-in reverted.",
		"Open the organizer's Teams, make a team that may view orders, vouchers and products of these events, and add an API token to it. Give the token to this checkout, with the address of pretix as --url, such as https://tickets.example or https://pretix.eu.",
		eventsGuide(url, Pretix),
		carryGuide("pretix") + ". It needs the plugin pretix-lastclick in pretix, or a question with the identifier lastclick that the widget fills in with data-question-lastclick. Without either, give every link the code of a voucher as an alias.",
	}
}
