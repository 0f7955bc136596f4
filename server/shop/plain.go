package shop

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"lastclick/model"
)

// plain understands the flat JSON that n8n, Zapier, Make, scripts and spreadsheets can
// make. A delivery is one row, or a list of rows: each is a number of tickets of one type
// in one order.
//
//		{"order":"A-1001","placed_at":"2026-06-01T10:00:00Z","currency":"GBP","email":"kim@example.com",
//		 "event":"1345","type":"VIP","quantity":2,"price":"45.00","click":"…"}
//
//	  - The rows of an order are the whole order as it stands: what an earlier version had and
//	    this one has not is void. So all rows of an order come in one delivery, and agree on
//	    what concerns the order. Rows of several orders may come together.
//	  - price is what one ticket costs by the list, in major units as spreadsheets have them
//	    (45.00), as a number or a text; paid, where it is given, what was paid for one.
//	  - status is valid (or paid, completed), refunded, void (or cancelled); one that is pending
//	    (or unpaid) lets the order wait. A refund in part is a row of what stays and a row of
//	    what went.
//	  - version grows with each change of the order. Where it is missing, updated_at stands for
//	    it, to the second; where that is missing too, the time of arrival, so that what
//	    arrives later is newer, also when an old message is sent once more.
//	  - Optional beside the fields above: type_name, paid, ticket (the id of the one ticket of
//	    the row), customer (an id), click, receipt, code, coupon, channel, test.
//	  - Tickets without an id of their own are {order}-{event}-{type}-{n}: the rows of an event
//	    and type are counted together, what stays before what was refunded, and that before
//	    what is void.
type plain struct{}

// plainRow is a row as it came.
type plainRow struct {
	Order    text  `json:"order"`
	Version  text  `json:"version"`
	Updated  text  `json:"updated_at"`
	Placed   text  `json:"placed_at"`
	Currency text  `json:"currency"`
	Email    text  `json:"email"`
	Customer text  `json:"customer"`
	Event    text  `json:"event"`
	Type     text  `json:"type"`
	TypeName text  `json:"type_name"`
	Ticket   text  `json:"ticket"`
	Quantity text  `json:"quantity"`
	Price    text  `json:"price"`
	Paid     text  `json:"paid"`
	Click    text  `json:"click"`
	Receipt  text  `json:"receipt"`
	Code     text  `json:"code"`
	Coupon   text  `json:"coupon"`
	Channel  text  `json:"channel"`
	Status   text  `json:"status"`
	Test     truth `json:"test"`

	at string // where it stands in the delivery, such as [2].
}

// Verify compares the bearer token with the secrets.
func (plain) Verify(d Delivery, a Account) error {
	scheme, token, _ := strings.Cut(d.Header.Get("Authorization"), " ")
	got := sha256.Sum256([]byte(strings.TrimSpace(token))) // of one length, so that the time says nothing about it
	known := 0
	for _, secret := range a.Secrets {
		if want := sha256.Sum256([]byte(secret)); secret != "" {
			known |= subtle.ConstantTimeCompare(got[:], want[:])
		}
	}
	if known == 0 || !strings.EqualFold(scheme, "Bearer") {
		return ErrSignature
	}
	return nil
}

// Map understands a row or a list of rows.
func (plain) Map(d Delivery) (Result, error) {
	rows, err := plainRows(d.Body)
	if err != nil {
		return Result{}, err
	}
	var r Result
	var waiting []string
	for _, rows := range byOrder(rows) {
		pending := slices.ContainsFunc(rows, func(r plainRow) bool { return r.status() == "pending" })
		if pending {
			waiting = append(waiting, quoted(string(rows[0].Order)))
			continue
		}
		w, err := plainOrder(rows, d)
		if err != nil {
			return Result{}, err
		}
		r.Webhooks = append(r.Webhooks, w)
	}
	if len(waiting) > 0 {
		why := "not paid yet, to be counted when they are: order " + strings.Join(waiting, ", ")
		if r.Note = why; len(r.Webhooks) == 0 {
			r = Result{Ignored: why}
		}
	}
	return r, nil
}

// plainRows are the rows of a body.
func plainRows(body []byte) ([]plainRow, error) {
	rows := make([]plainRow, 1)
	list := bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("["))
	var into any = &rows[0]
	if list {
		rows, into = nil, &rows
	}
	if err := decode(body, into); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, unmapped("body", "is an empty list")
	}
	for i := range rows {
		if list {
			rows[i].at = fmt.Sprintf("[%d].", i)
		}
		if rows[i].Order == "" {
			return nil, unmapped(rows[i].at+"order", "is missing")
		}
	}
	return rows, nil
}

// byOrder puts the rows of an order together, in the order of their first rows.
func byOrder(rows []plainRow) [][]plainRow {
	place := make(map[text]int)
	var orders [][]plainRow
	for _, r := range rows {
		i, ok := place[r.Order]
		if !ok {
			i = len(orders)
			place[r.Order] = i
			orders = append(orders, nil)
		}
		orders[i] = append(orders[i], r)
	}
	return orders
}

// plainOrder maps the rows of one order.
func plainOrder(rows []plainRow, d Delivery) (Webhook, error) {
	first := rows[0]
	for _, r := range rows[1:] {
		if field := first.differs(r); field != "" {
			return Webhook{}, unmapped(r.at+field, "is not that of the other rows of order %s", quoted(string(first.Order)))
		}
	}
	placed, err := first.Placed.time(first.at + "placed_at")
	if err != nil {
		return Webhook{}, err
	}
	o := order{
		ID: string(first.Order), PlacedAt: moment{placed}, Test: bool(first.Test), Currency: strings.ToUpper(string(first.Currency)),
		Customer: customer{string(first.Customer), string(first.Email)},
		Tracking: tracking{string(first.Click), string(first.Receipt), string(first.Code), string(first.Coupon)},
		Channel:  channelName(string(first.Channel)),
	}
	if !model.ValidCurrency(o.Currency) {
		return Webhook{}, unmapped(first.at+"currency", "must be a currency of ISO 4217, such as GBP")
	}
	if o.Tickets, err = plainTickets(rows, o.Currency); err != nil {
		return Webhook{}, err
	}
	at := d.Received
	switch {
	case first.Updated != "":
		if at, err = first.Updated.time(first.at + "updated_at"); err != nil {
			return Webhook{}, err
		}
		o.Version = o.version(at, time.Second)
	default:
		o.Version = max(at.UnixMicro(), 0)
	}
	if first.Version != "" {
		if o.Version, err = strconv.ParseInt(string(first.Version), 10, 64); err != nil {
			o.Version, err = minorUnits(string(first.Version), "JPY") // 2.0, as some programs write a 2
		}
		if err != nil || o.Version < 0 {
			return Webhook{}, unmapped(first.at+"version", "must be a whole number, 0 or more")
		}
		if first.Updated == "" {
			at = placed // so that the same row always makes the same webhook
		}
	}
	return orderWebhook(Plain, at, o, d)
}

// differs names a field of the order in which b is not like r.
func (r plainRow) differs(b plainRow) string {
	for _, f := range []struct {
		name string
		same bool
	}{
		{"version", r.Version == b.Version},
		{"updated_at", r.Updated == b.Updated},
		{"placed_at", r.Placed == b.Placed},
		{"currency", r.Currency == b.Currency},
		{"email", r.Email == b.Email},
		{"customer", r.Customer == b.Customer},
		{"click", r.Click == b.Click},
		{"receipt", r.Receipt == b.Receipt},
		{"code", r.Code == b.Code},
		{"coupon", r.Coupon == b.Coupon},
		{"channel", r.Channel == b.Channel},
		{"test", r.Test == b.Test},
	} {
		if !f.same {
			return f.name
		}
	}
	return ""
}

// status is the row's status in our words, pending, or as it is where it is none.
func (r plainRow) status() model.Status {
	switch s := strings.ToLower(string(r.Status)); s {
	case "", "valid", "paid", "completed", "complete":
		return model.Valid
	case "refunded":
		return model.Refunded
	case "void", "voided", "cancelled", "canceled":
		return model.Void
	case "pending", "unpaid":
		return "pending"
	default:
		return model.Status(s)
	}
}

// Guide says how to post to the address.
func (plain) Guide(url string) []string {
	return []string{
		"Post JSON to " + url + " with each sale (n8n: HTTP Request; Zapier: Webhooks by Zapier, Custom Request; Make: HTTP, Make a request).",
		"Headers: Authorization: Bearer SECRET (the secret of this checkout, as it was printed), Content-Type: application/json.",
		`Body: {"order":"A-1001","placed_at":"2026-06-01T10:00:00Z","currency":"GBP","email":"kim@example.com","event":"1345","type":"VIP","quantity":2,"price":"45.00","click":"…"}; price is that of one ticket, in pounds, not pence.`,
		"An order of several types is a list of such rows with the same order, in one request. A change is the whole order again: with version growing, or updated_at, and status refunded or void on the rows that went.",
		"click is what the shop kept of the carrier's parameter: event set SLUG --carry 'NAME={click}' gives it the name that the shop keeps.",
		eventsGuide(url, Plain),
	}
}
