package shop

import (
	"fmt"
	"strings"
	"time"

	"lastclick/model"
)

// tito understands Tito's webhooks: ti.to/docs/api/admin/3.1 (webhooks) and
// help.tito.io/en/articles/2011381-webhooks.
//
//   - registration.finished, .completed, .updated and .cancelled carry the whole
//     registration with its tickets and make the order. They do not say which of its
//     tickets are void, so what is void is fetched: after ticket.voided and .unvoided, and
//     with every registration where the checkout has a token. Other messages of single
//     tickets are not needed.
//   - The order and its tickets have the ids of their slugs, which never change; the event
//     is its slug, the type its release's number.
//   - The list price of a ticket is its own price, which includes no upgrade, unless a
//     discount code was used: then it is its release's price as it stands now.
//   - Where the registration's source is no click token, it is taken as a code.
//   - A registration that is to be paid by invoice waits until it is.
//   - test_mode makes a test order.
type tito struct{}

type titoRegistration struct {
	Slug      text         `json:"slug"`
	Email     text         `json:"email"`
	Created   text         `json:"created_at"`
	Updated   text         `json:"updated_at"`
	Completed text         `json:"completed_at"`
	Cancelled truth        `json:"cancelled"`
	State     text         `json:"state"`
	Currency  text         `json:"currency"`
	Total     text         `json:"total"`
	Paid      *truth       `json:"paid"`
	Test      truth        `json:"test_mode"`
	Source    text         `json:"source"`
	Discount  text         `json:"discount_code"`
	Refunded  truth        `json:"refunded"`
	Tickets   []titoTicket `json:"tickets"`
	Event     titoEvent    `json:"event"`
}

type titoEvent struct {
	Slug    text `json:"slug"`
	Account text `json:"account_slug"`
}

type titoTicket struct {
	Slug      text  `json:"slug"`
	Price     text  `json:"price"`
	TotalPaid text  `json:"total_paid"`
	ReleaseID text  `json:"release_id"`
	Title     text  `json:"release_title"`
	State     text  `json:"state"`
	StateName text  `json:"state_name"`
	Void      truth `json:"void"`
	Release   struct {
		ID    text `json:"id"`
		Title text `json:"title"`
		Price text `json:"price"`
	} `json:"release"`
}

// Verify compares Tito-Signature, base64 of the HMAC-SHA256 of the body.
func (tito) Verify(d Delivery, a Account) error {
	if !signed(a.Secrets, [][]byte{base64Sum(strings.TrimSpace(d.Header.Get("Tito-Signature")))}, d.Body) {
		return ErrSignature
	}
	return nil
}

// Map understands one message, whose name stands in a header.
func (tito) Map(d Delivery) (Result, error) {
	switch name := d.Header.Get("X-Webhook-Name"); name {
	case "registration.finished", "registration.completed", "registration.updated", "registration.cancelled":
		return titoMapRegistration(d, name == "registration.cancelled")
	case "ticket.voided", "ticket.unvoided":
		return titoMapVoid(d)
	case "checkin.created", "checkin.deleted":
		return titoMapCheckin(d, name == "checkin.created")
	case "":
		return Result{}, unmapped("X-Webhook-Name", "is missing: this header says what a message of Tito is about")
	case "registration.started", "registration.filling":
		return Result{Ignored: "the registration is not finished yet"}, nil
	default:
		return Result{Ignored: fmt.Sprintf("%s says nothing that the message of its registration does not say", quoted(name))}, nil
	}
}

func titoMapRegistration(d Delivery, cancelled bool) (Result, error) {
	var in titoRegistration
	if err := decode(d.Body, &in); err != nil {
		return Result{}, err
	}
	in.Cancelled = in.Cancelled || truth(cancelled)
	if why := in.waits(); why != "" {
		return Result{Ignored: why}, nil
	}
	o, at, step, err := in.order()
	if err != nil {
		return Result{}, err
	}
	o.Version = o.version(at, step)
	w, err := orderWebhook(Tito, at, o, d)
	if err != nil {
		return Result{}, err
	}
	// A cancelled one is fetched too: the version of what is fetched is a time of our
	// clock, and may be later than a change after it by Tito's.
	return Result{Webhooks: []Webhook{w}, Fetch: titoFetch(in.Event, in.Slug)}, nil
}

// titoFetch is the registration in Tito's API; nil where the message does not name it, and
// for that of a Sample, which Tito does not have.
func titoFetch(event titoEvent, registration text) *Fetch {
	if isSample(string(registration)) || !titoSlug(event.Account) || !titoSlug(event.Slug) || !titoSlug(registration) {
		return nil
	}
	return &Fetch{
		Key:  string(registration),
		Path: fmt.Sprintf("/v3/%s/%s/registrations/%s", event.Account, event.Slug, registration),
	}
}

// titoSlug says whether a slug may stand in a path.
func titoSlug(s text) bool {
	return s != "" && len(s) <= model.MaxID &&
		strings.Trim(string(s), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

// titoMapVoid lets the registration of a ticket be fetched.
func titoMapVoid(d Delivery) (Result, error) {
	var in struct {
		Slug         text      `json:"registration_slug"`
		Event        titoEvent `json:"event"`
		Registration struct {
			Slug text `json:"slug"`
		} `json:"registration"`
	}
	if err := decode(d.Body, &in); err != nil {
		return Result{}, err
	}
	fetch := titoFetch(in.Event, or(in.Slug, in.Registration.Slug))
	if fetch == nil {
		return Result{}, unmapped("registration_slug", "and the slugs of the event must name the registration whose ticket it is")
	}
	return Result{Fetch: fetch}, nil
}

// titoMapCheckin maps an entry. One that is taken back has no time of its own in Tito's
// documents: it is taken to follow the entry that it names, so that a message that comes
// late does not undo a later entry.
func titoMapCheckin(d Delivery, scanned bool) (Result, error) {
	var in struct {
		Slug    text `json:"slug"`
		At      text `json:"checked_in_at"`
		Deleted text `json:"deleted_at"`
	}
	if err := decode(d.Body, &in); err != nil {
		return Result{}, err
	}
	var at time.Time
	var err error
	switch {
	case !scanned && in.Deleted != "":
		at, _, err = titoTime("deleted_at", in.Deleted)
	case in.At != "":
		if at, _, err = titoTime("checked_in_at", in.At); !scanned {
			at = at.Add(time.Millisecond)
		}
	case scanned:
		err = unmapped("checked_in_at", "is missing")
	default:
		at = d.Received.Truncate(time.Millisecond)
	}
	if err != nil {
		return Result{}, err
	}
	w, err := scanWebhook(Tito, scanned, string(in.Slug), at, d)
	if err != nil {
		return Result{}, err
	}
	return Result{Webhooks: []Webhook{w}}, nil
}

// Guide says what to enter in Tito.
func (tito) Guide(url string) []string {
	return []string{
		"In Tito, open the event, then Settings > Webhook Endpoints, and add an endpoint.",
		"URL: " + url,
		"Tick registration.finished, registration.completed, registration.updated, registration.cancelled, ticket.voided, ticket.unvoided, checkin.created and checkin.deleted.",
		"Copy the security token that is shown there, and give it to this checkout as its secret. Each event has its own: make a checkout for each.",
		"Make an API access token in Tito (id.tito.io > API Access Tokens) and " + tokenGuide(url, "") + ". Without it a single ticket that is voided cannot be followed.",
		carryGuide("tito") + " (the parameter source)",
		eventsGuide(url, Tito),
	}
}
