package shop

import (
	"context"
	"net/http"
	"regexp"
	"time"

	"lastclick/model"
)

// eventbrite understands Eventbrite (eventbrite.com/platform/docs/webhooks, /orders and
// /attendees).
//
//   - A message holds the address of what changed, unsigned. Only the ids in it are used:
//     the order is fetched from www.eventbriteapi.com with the account's token, an
//     attendee's order by way of the attendee.
//   - An attendee is a ticket, by the attendee's id; one of a quantity above one is as many
//     tickets, {id}-{n}. The event is the event's id, the type the ticket class.
//   - The face value is base_price, which has no fees of Eventbrite's, paid is gross. Both
//     are read from major_value, whose decimals are those of the currency.
//   - affiliate is the click, or a code.
//   - An attendee who is checked in is scanned when the barcode was last changed. A
//     message about one attendee also takes a scan back, where the attendee is not checked in
//     by then.
//   - There is no test mode.
type eventbrite struct{}

const eventbriteAPI = "https://www.eventbriteapi.com"

// Verify looks for the account's secret in the address that Eventbrite was given.
func (eventbrite) Verify(d Delivery, a Account) error { return knowsSecret(d, a) }

// The addresses that a message may hold.
var (
	eventbriteOrderURL    = regexp.MustCompile(`^https://www\.eventbriteapi\.com/v3/orders/([0-9]{1,20})/?$`)
	eventbriteAttendeeURL = regexp.MustCompile(`^https://www\.eventbriteapi\.com/v3/events/([0-9]{1,20})/attendees/([0-9]{1,20})/?$`)
	eventbriteOrderPath   = regexp.MustCompile(`^/v3/orders/[0-9]{1,20}/\?expand=attendees$`)
	eventbritePersonPath  = regexp.MustCompile(`^/v3/events/[0-9]{1,20}/attendees/([0-9]{1,20})/$`)
)

// Map understands a message.
func (eventbrite) Map(d Delivery) (Result, error) {
	var m struct {
		Config struct {
			Action string `json:"action"`
		} `json:"config"`
		URL string `json:"api_url"`
	}
	if err := decode(d.Body, &m); err != nil {
		return Result{}, err
	}
	switch m.Config.Action {
	case "":
		return Result{}, unmapped("config.action", "is missing")
	case "test":
		return Result{Ignored: "the test of the webhook"}, nil
	case "order.placed", "order.updated", "order.refunded":
		id := eventbriteOrderURL.FindStringSubmatch(m.URL)
		if id == nil {
			return Result{}, unmapped("api_url", "%s is no address of an order", quoted(m.URL))
		}
		return Result{Fetch: eventbriteOrderFetch(id[1])}, nil
	case "attendee.updated", "attendee.checked_in", "attendee.checked_out":
		ids := eventbriteAttendeeURL.FindStringSubmatch(m.URL)
		if ids == nil {
			return Result{}, unmapped("api_url", "%s is no address of an attendee", quoted(m.URL))
		}
		return Result{Fetch: &Fetch{Key: "attendee/" + ids[2], Path: "/v3/events/" + ids[1] + "/attendees/" + ids[2] + "/"}}, nil
	}
	return Result{Ignored: "a message " + quoted(m.Config.Action) + " says nothing about sales or entries"}, nil
}

func eventbriteOrderFetch(id string) *Fetch {
	return &Fetch{Key: "order/" + id, Path: "/v3/orders/" + id + "/?expand=attendees"}
}

// Fetch reads an order with its attendees, by way of an attendee where the message was
// about one.
func (e eventbrite) Fetch(ctx context.Context, client *http.Client, a Account, f Fetch, began time.Time) ([]Webhook, error) {
	api, err := openAPI("Eventbrite", client, a, eventbriteAPI, "Bearer")
	if err != nil {
		return nil, err
	}
	path, person := f.Path, ""
	if ids := eventbritePersonPath.FindStringSubmatch(path); ids != nil {
		var attendee eventbriteAttendee
		if err := api.get(ctx, path, &attendee); err != nil {
			return nil, err
		}
		if !isNumber(attendee.Order) {
			return nil, unmapped("order_id", "%s is no number of an order", quoted(string(attendee.Order)))
		}
		path, person = eventbriteOrderFetch(string(attendee.Order)).Path, ids[1]
	}
	if !eventbriteOrderPath.MatchString(path) {
		return nil, unmapped("path", "is none of an order or an attendee")
	}
	var in eventbriteOrder
	if err := api.get(ctx, path, &in); err != nil {
		return nil, err
	}
	if sold, err := in.sold(); !sold || err != nil {
		return nil, err
	}
	o, err := in.order()
	if err != nil {
		return nil, err
	}
	entries, err := in.entries(person, began)
	if err != nil {
		return nil, err
	}
	return fetchedWebhooks(Eventbrite, began, o, entries)
}

type eventbriteOrder struct {
	ID        text                     `json:"id"`
	Created   text                     `json:"created"`
	Status    string                   `json:"status"`
	Email     text                     `json:"email"`
	Costs     eventbriteCosts          `json:"costs"`
	Attendees list[eventbriteAttendee] `json:"attendees"`
}

type eventbriteCosts struct {
	BasePrice eventbriteMoney `json:"base_price"`
	Gross     eventbriteMoney `json:"gross"`
}

type eventbriteMoney struct {
	Currency string `json:"currency"`
	Major    text   `json:"major_value"`
}

type eventbriteAttendee struct {
	ID        text              `json:"id"`
	Order     text              `json:"order_id"`
	Event     text              `json:"event_id"`
	Class     text              `json:"ticket_class_id"`
	ClassName string            `json:"ticket_class_name"`
	Quantity  int               `json:"quantity"`
	Costs     eventbriteCosts   `json:"costs"`
	Changed   text              `json:"changed"`
	Cancelled bool              `json:"cancelled"`
	Refunded  bool              `json:"refunded"`
	CheckedIn bool              `json:"checked_in"`
	Affiliate text              `json:"affiliate"`
	Barcodes  []eventbriteEntry `json:"barcodes"`
}

type eventbriteEntry struct {
	Changed text `json:"changed"`
}

// Guide says what to enter in Eventbrite.
func (eventbrite) Guide(url string) []string {
	return []string{
		"In Eventbrite open Account Settings, Developer Links, Webhooks, and choose Add webhook.",
		"Payload URL: " + withParameter(url),
		secretNote,
		"Event: all events, or the one that is sold here. Actions: order.placed, order.updated, order.refunded, attendee.updated, attendee.checked_in and attendee.checked_out.",
		"Under Developer Links, API keys, copy the private token and give it to this checkout as its token.",
		eventsGuide(url, Eventbrite),
		carryGuide("eventbrite"),
	}
}

// status is that of an attendee's tickets.
func (a eventbriteAttendee) status(in eventbriteOrder) model.Status {
	switch {
	case a.Refunded || in.Status == "refunded":
		return model.Refunded
	case a.Cancelled || in.Status == "cancelled" || in.Status == "deleted":
		return model.Void
	}
	return model.Valid
}
