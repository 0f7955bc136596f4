package shop

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"time"

	"lastclick/model"
)

// wooCommerce understands WooCommerce's webhooks order.created, order.updated and
// order.restored. Their body is the order as GET /wp-json/wc/v3/orders/{id} answers it:
// developer.woocommerce.com/docs/apis/rest-api/v3/orders and /webhooks.
//
//   - The event is the product, the type its variation, or the product where it has none.
//     A line of k units is k tickets.
//   - A customer may buy as a guest and later with an account: the e-mail, which WooCommerce
//     always asks for, is the customer; the account's number where there is none.
//   - Prices are taken as the shop states them: with tax where prices_include_tax says so.
//   - An order waits until it is paid. One that is cancelled or fails after that is void;
//     before that it never was a sale, and would otherwise count as a first purchase.
//   - WooCommerce has no test mode of its own: test orders are its payment plug-ins' matter.
//   - Several coupons are possible, of which the first is passed on.
type wooCommerce struct{}

type wooOrder struct {
	Code             text  `json:"code"` // of a REST error, which WooCommerce signs and sends in place of an order that is gone
	ID               text  `json:"id"`
	Status           text  `json:"status"`
	Currency         text  `json:"currency"`
	Total            text  `json:"total"`
	PricesIncludeTax truth `json:"prices_include_tax"`
	Created          text  `json:"date_created_gmt"`
	Modified         text  `json:"date_modified_gmt"`
	Paid             text  `json:"date_paid_gmt"`
	CustomerID       text  `json:"customer_id"`
	Billing          struct {
		Email text `json:"email"`
	} `json:"billing"`
	CreatedVia text      `json:"created_via"`
	Lines      []wooLine `json:"line_items"`
	Coupons    []struct {
		Code text `json:"code"`
	} `json:"coupon_lines"`
	Refunds []wooRefund `json:"refunds"`
	Meta    []struct {
		Key   text            `json:"key"`
		Value json.RawMessage `json:"value"`
	} `json:"meta_data"`
}

type wooLine struct {
	ID          text `json:"id"`
	Name        text `json:"name"`
	ProductID   text `json:"product_id"`
	VariationID text `json:"variation_id"`
	Quantity    text `json:"quantity"`
	Subtotal    text `json:"subtotal"` // before discounts; without tax, as Total
	SubtotalTax text `json:"subtotal_tax"`
	Total       text `json:"total"`
	TotalTax    text `json:"total_tax"`
}

// Verify compares X-WC-Webhook-Signature, base64 of the HMAC-SHA256 of the body.
func (wooCommerce) Verify(d Delivery, a Account) error {
	if !signed(a.Secrets, [][]byte{base64Sum(d.Header.Get("X-WC-Webhook-Signature"))}, d.Body) {
		return ErrSignature
	}
	return nil
}

var wooPing = regexp.MustCompile(`^webhook_id=[0-9]{1,20}$`)

// Ping takes what WooCommerce posts when a webhook is saved: webhook_id=15 as a form,
// with no signature (WC_Webhook::deliver_ping). It wants 200 and nothing else.
func (wooCommerce) Ping(d Delivery) bool {
	return d.Header.Get("X-WC-Webhook-Signature") == "" && wooPing.Match(d.Body)
}

// Map understands one order as it stands.
func (wooCommerce) Map(d Delivery) (Result, error) {
	if wooPing.Match(d.Body) {
		return Result{Ignored: "WooCommerce tried the address, as it does when a webhook is saved"}, nil
	}
	if topic := d.Header.Get("X-WC-Webhook-Topic"); topic != "" && !strings.HasPrefix(topic, "order.") {
		return Result{Ignored: fmt.Sprintf("the topic %s says nothing about orders: choose Order created and Order updated", quoted(topic))}, nil
	}
	var in wooOrder
	if err := decode(d.Body, &in); err != nil {
		return Result{}, err
	}
	if in.ID == "" && in.Code != "" {
		return Result{}, unmapped("code", "is an error of WooCommerce, %s: the order was deleted before it was sent", quoted(string(in.Code)))
	}
	if !isNumber(in.ID) && !isSample(string(in.ID)) {
		return Result{}, unmapped("id", "must be the number of an order")
	}
	if in.Status == "" && d.Header.Get("X-WC-Webhook-Topic") == "order.deleted" {
		return Result{}, unmapped("id", "says only that order %s was deleted: cancel an order before it is deleted, so that its tickets no longer count", in.ID)
	}
	if why := in.waits(); why != "" {
		return Result{Ignored: why}, nil
	}
	return in.result(d)
}

// waits says why the order is no sale yet, or never was; empty for one that is or was paid.
func (in *wooOrder) waits() string {
	switch {
	case in.Status == "processing" || in.Status == "completed" || in.Paid != "":
		return ""
	case in.Status == "cancelled" || in.Status == "failed" || in.Status == "refunded" || in.Status == "trash":
		return fmt.Sprintf("order %s is %s and was never paid", in.ID, in.Status)
	}
	return fmt.Sprintf("order %s is %s: it counts when it is paid", in.ID, quoted(string(in.Status)))
}

// result maps an order that was paid by what its body says.
func (in *wooOrder) result(d Delivery) (Result, error) {
	lines, err := in.lines()
	if err != nil {
		return Result{}, err
	}
	note, err := in.refund(lines)
	if err != nil {
		return Result{}, err
	}
	o, at, err := in.order(lines)
	if err != nil {
		return Result{}, err
	}
	o.Version = o.version(at, time.Second)
	w, err := orderWebhook(WooCommerce, at, o, d)
	if err != nil {
		return Result{}, err
	}
	r := Result{Webhooks: []Webhook{w}, Note: note}
	if len(in.Refunds) > 0 {
		r.Fetch = &Fetch{Key: "order " + string(in.ID), Path: "/wp-json/wc/v3/orders/" + string(in.ID)}
	}
	return r, nil
}

// over says whether the status alone takes every ticket out.
func (in *wooOrder) over() bool {
	switch in.Status {
	case "refunded", "cancelled", "failed", "trash":
		return true
	}
	return false
}

// order is the order with the lines as they stand, without its version, and when the
// shop last changed it.
func (in *wooOrder) order(lines []wooSold) (o order, at time.Time, err error) {
	placed, err := wooTime("date_created_gmt", in.Created)
	if err != nil {
		return o, at, err
	}
	at = placed
	if in.Modified != "" {
		if at, err = wooTime("date_modified_gmt", in.Modified); err != nil {
			return o, at, err
		}
	}
	o = order{ID: string(in.ID), PlacedAt: moment{placed}, Currency: strings.ToUpper(string(in.Currency)), Tracking: in.tracking(), Channel: in.channel()}
	if o.Customer.Email = string(in.Billing.Email); o.Customer.Email == "" && in.CustomerID != "0" {
		o.Customer.ID = string(in.CustomerID)
	}
	sold := make([]line, len(lines))
	for i, l := range lines {
		sold[i] = l.line
		sold[i].void = in.Status != "refunded" && in.over()
		if in.Status == "refunded" {
			sold[i].refunded = l.units
		}
	}
	o.Tickets, err = ticketsOf(o.ID, "line_items", sold)
	return o, at, err
}

// wooTime reads a time of WooCommerce's …_gmt fields, which have no zone.
func wooTime(field string, t text) (time.Time, error) {
	if t != "" && !strings.HasSuffix(string(t), "Z") {
		t += "Z"
	}
	return t.time(field)
}

// tracking is what the shop's own order attribution, or a snippet that writes the meta
// field lastclick, kept of where the customer came from.
func (in *wooOrder) tracking() tracking {
	var t tracking
	for _, m := range in.Meta {
		var value text
		if m.Key != "lastclick" && m.Key != "_wc_order_attribution_utm_content" || json.Unmarshal(m.Value, &value) != nil || value == "" {
			continue
		}
		c := carried(string(value))
		switch {
		case c.Click != "":
			t.Click = c.Click
		case m.Key == "lastclick" && c.Receipt != "":
			t.Receipt = c.Receipt
		case m.Key == "lastclick":
			t.Code = c.Code // utm_content is often an advertisement's, which is no code
		}
	}
	if len(in.Coupons) > 0 {
		t.Coupon = string(in.Coupons[0].Code)
	}
	return t
}

func (in *wooOrder) channel() string {
	switch via := strings.ToLower(string(in.CreatedVia)); via {
	case "checkout", "store-api":
		return "online"
	case "admin", "pos", "pos-rest-api":
		return "box_office"
	default:
		return channelName(via)
	}
}

// wooSold is a line with what a refund is compared with.
type wooSold struct {
	line
	gross int64 // paid for all units, with tax
}

// lines are the lines of the order that sold something.
func (in *wooOrder) lines() ([]wooSold, error) {
	currency := strings.ToUpper(string(in.Currency))
	lines := make([]wooSold, 0, len(in.Lines))
	for i, l := range in.Lines {
		field := fmt.Sprintf("line_items[%d].", i)
		units, err := l.Quantity.units(field + "quantity")
		if err != nil {
			return nil, err
		}
		if units == 0 {
			continue
		}
		var sums [4]int64
		for j, f := range []struct {
			name  string
			value text
		}{{"subtotal", l.Subtotal}, {"subtotal_tax", l.SubtotalTax}, {"total", l.Total}, {"total_tax", l.TotalTax}} {
			if f.value == "" && strings.HasSuffix(f.name, "_tax") {
				continue
			}
			if sums[j], err = f.value.amount(field+f.name, currency); err != nil {
				return nil, err
			}
		}
		face, paid, gross := sums[0], sums[2], sums[2]+sums[3]
		if in.PricesIncludeTax {
			face, paid = face+sums[1], gross
		}
		s := wooSold{line{id: string(l.ID), event: string(l.ProductID), kind: string(l.VariationID), units: units, face: face, paid: &paid}, gross}
		if s.kind == "" || s.kind == "0" {
			s.kind = s.event
		}
		s.name = model.Truncate(model.Clean(html.UnescapeString(string(l.Name))), model.MaxName)
		if s.id == "" || s.event == "" || s.event == "0" {
			return nil, unmapped(field+"product_id", "is missing: the product was deleted in the shop, or the line is of none")
		}
		lines = append(lines, s)
	}
	return lines, nil
}

// Guide says what to enter in WordPress.
func (wooCommerce) Guide(url string) []string {
	delivery := "Delivery URL: " + url
	if warning := wordPressWarning(url); warning != "" {
		delivery += ". " + warning
	}
	return []string{
		"In WordPress, open WooCommerce > Settings > Advanced > Webhooks and press Add webhook.",
		"Name: lastclick. Status: Active. Topic: Order updated. API version: WP REST API Integration v3.",
		delivery,
		"Secret: the secret of this checkout, as it was printed. Press Save webhook.",
		"Do the same once more with the topic Order created.",
		"In WooCommerce > Settings > Advanced > Features, leave Order attribution on: it keeps the click.",
		carryGuide("woocommerce") + " (the parameter utm_content)",
		eventsGuide(url, WooCommerce),
		"Where the shop sells more than tickets, name what is no event: checkout set " + checkoutOf(url) + " --ignore PRODUCT",
		"For refunds in part, make a key of the kind Read in WooCommerce > Settings > Advanced > REST API. Write it as KEY:SECRET, and " + tokenGuide(url, " --url https://YOUR-SHOP"),
	}
}
