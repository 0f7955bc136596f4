package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErasedBody is kept in the place of a body that named a person and is not needed any
// more, or cannot be read.
const ErasedBody = `{"erased":"a person who was erased stood here"}`

// BodySearch looks for a person in the bodies of one checkout.
type BodySearch struct {
	Email string // folded; empty: not looked for
	ID    string // what the checkout calls the customer; empty: not looked for
	// IDFirst says that the bodies' customer is who their id says where they have both:
	// so it is in our own webhooks and in the kind plain.
	IDFirst bool
}

// Find says whether the body names the person, and by which other names its customers who
// have this one are known. The body may be anything that was ever posted.
func (s BodySearch) Find(body []byte) (found bool, also []string) {
	if !s.mayHold(body) {
		return false, nil
	}
	tree, err := parseTree(body)
	if err != nil {
		return s.inText(string(body)), nil
	}
	w := &bodyWalk{BodySearch: s}
	w.find("", tree)
	return w.found, w.also
}

// Erase is the body without the person: it has as in their place, and of all else only
// what an order is applied from. Other names of the person go too, but for one that the
// checkout knows the customer by in this body.
func (s BodySearch) Erase(body []byte, as Customer) []byte {
	tree, err := parseTree(body)
	if err != nil {
		return []byte(ErasedBody) // it is no JSON, so it will never be applied
	}
	w := &bodyWalk{BodySearch: s, as: as}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(w.erase("", tree)); err != nil {
		return []byte(ErasedBody)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// mayHold spares most bodies a parse. An escape may hide any character.
func (s BodySearch) mayHold(body []byte) bool {
	if bytes.ContainsRune(body, '\\') {
		return true
	}
	for _, word := range []string{s.Email, s.ID} {
		if word != "" && bytes.Contains(bytes.ToLower(body), []byte(strings.ToLower(word))) {
			return true
		}
	}
	return false
}

// inText looks into what is no JSON.
func (s BodySearch) inText(text string) bool {
	return s.Email != "" && containsEmail(text, s.Email) || s.ID != "" && strings.Contains(text, `"`+s.ID+`"`)
}

// node is a JSON value whose objects keep the order of their members, so that of two that
// read as one field the same stays the last one.
type node any // members, []node, string, json.Number, bool or nil

type member struct {
	key   string
	value node
}

type members []member

// MarshalJSON writes the object.
func (m members) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	b.WriteByte('{')
	for i, x := range m {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encoder.Encode(x.key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := encoder.Encode(x.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

var errNoTree = errors.New("the body is not one JSON value")

func parseTree(body []byte) (node, error) {
	if !utf8.Valid(body) || !json.Valid(body) { // which bounds how deep it goes, too
		return nil, errNoTree
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	return parseNode(d)
}

func parseNode(d *json.Decoder) (node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		object := members{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := parseNode(d)
			if err != nil {
				return nil, err
			}
			name, _ := key.(string)
			object = append(object, member{name, value})
		}
		_, err = d.Token()
		return object, err
	case json.Delim('['):
		list := []node{}
		for d.More() {
			value, err := parseNode(d)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = d.Token()
		return list, err
	}
	return t, nil
}

// bodyWalk goes through one body.
type bodyWalk struct {
	BodySearch
	as    Customer
	found bool
	also  []string
}

// find looks at every value. parent is the field that the value is of.
func (w *bodyWalk) find(parent string, n node) {
	switch n := n.(type) {
	case members:
		if id, email := customerOf(parent, n); id != "" && email != "" && w.IDFirst {
			switch {
			case w.ID != "" && id == w.ID:
				w.also = append(w.also, email)
			case w.Email != "" && email == w.Email:
				w.also = append(w.also, id)
			}
		}
		for _, m := range n {
			w.found = w.found || w.isID(parent, m)
			w.find(m.key, m.value)
		}
	case []node:
		for _, x := range n {
			w.find(parent, x)
		}
	case string:
		w.found = w.found || w.Email != "" && containsEmail(n, w.Email)
	}
}

// customerOf are the id and the e-mail address of an object that says who bought.
func customerOf(parent string, object members) (id, email string) {
	for _, m := range object {
		text := scalar(m.value)
		switch {
		case isCustomerID(parent, m.key):
			id = text
		case strings.EqualFold(m.key, "email"):
			email = foldEmail(text)
		}
	}
	return id, email
}

// isCustomerID says whether the field holds a checkout's id of a customer.
func isCustomerID(parent, key string) bool {
	return strings.EqualFold(key, "customer") || strings.EqualFold(key, "customer_id") || strings.EqualFold(parent, "customer") && strings.EqualFold(key, "id")
}

func (w *bodyWalk) isID(parent string, m member) bool {
	return w.ID != "" && isCustomerID(parent, m.key) && scalar(m.value) == w.ID
}

// scalar is a string, or a number as it is written; empty for all else.
func scalar(n node) string {
	switch n := n.(type) {
	case string:
		return strings.TrimSpace(n)
	case json.Number:
		return n.String()
	}
	return ""
}

// erase is the value with the person taken out.
func (w *bodyWalk) erase(parent string, n node) node {
	switch n := n.(type) {
	case members:
		return w.eraseObject(parent, n)
	case []node:
		list := make([]node, len(n))
		for i, x := range n {
			list[i] = w.erase(parent, x)
		}
		return list
	case string:
		if w.Email == "" {
			return n
		}
		return replaceEmail(n, w.Email, w.as.Email)
	}
	return n
}

func (w *bodyWalk) eraseObject(parent string, object members) node {
	personal := aboutPeople[strings.ToLower(parent)]
	id, _ := customerOf(parent, object)
	for _, m := range object {
		personal = personal || strings.EqualFold(m.key, "email")
	}
	theirs := w.ID != "" && id == w.ID
	kept := members{}
	for _, m := range object {
		key := strings.ToLower(m.key)
		switch {
		case !keptFields[key], key == "name" && personal, key == "value" && !w.keepsValue(object):
		case w.isID(parent, m):
			kept = append(kept, member{m.key, w.as.ID})
		case theirs && key == "email" && w.IDFirst:
		default:
			kept = append(kept, member{m.key, w.erase(m.key, m.value)})
		}
	}
	return kept
}

// keepsValue says whether the value of an object with a key is one that orders are read
// from. Shops put what they like into such lists; one without a key is a sum of money.
func (w *bodyWalk) keepsValue(object members) bool {
	for _, m := range object {
		if key := scalar(m.value); strings.EqualFold(m.key, "key") {
			return key == "lastclick" || key == "_wc_order_attribution_utm_content"
		}
	}
	return true
}

func foldEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// containsEmail says whether the text holds the address, which is folded, and not only as
// a part of a longer one.
func containsEmail(text, email string) bool { return nextEmail(strings.ToLower(text), email, 0) >= 0 }

// nextEmail is where the address stands next in a folded text; -1 for nowhere.
func nextEmail(folded, email string, at int) int {
	for {
		i := strings.Index(folded[at:], email)
		if i < 0 {
			return -1
		}
		if at += i; !addressGoesOn(folded, at, at+len(email)) {
			return at
		}
		at++
	}
}

// replaceEmail is the text with another address in the place of each of these.
func replaceEmail(text, email, by string) string {
	folded := strings.ToLower(text)
	at := nextEmail(folded, email, 0)
	if at < 0 {
		return text
	}
	if len(folded) != len(text) { // a letter of it is longer in lower case
		text = folded
	}
	var b strings.Builder
	rest := 0
	for ; at >= 0; at = nextEmail(folded, email, rest) {
		b.WriteString(text[rest:at])
		b.WriteString(by)
		rest = at + len(email)
	}
	b.WriteString(text[rest:])
	return b.String()
}

// addressGoesOn says whether what stands around the place is part of the same address.
func addressGoesOn(s string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	after, n := utf8.DecodeRuneInString(s[to:])
	if inAddress(before) && from > 0 {
		return true
	}
	if after == '.' || after == '-' { // the end of a sentence, or another domain
		next, size := utf8.DecodeRuneInString(s[to+n:])
		return size > 0 && (unicode.IsLetter(next) || unicode.IsDigit(next))
	}
	return n > 0 && (unicode.IsLetter(after) || unicode.IsDigit(after))
}

func inAddress(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._%+-", r)
}

// aboutPeople are the fields of shops that are all about a person.
var aboutPeople = setOf("customer", "customer_details", "billing", "shipping", "buyer_details", "buyer", "attendees", "attendee")

// keptFields are those that our webhooks and the mappings of the shops read. Package shop
// tests that what it makes of a body does not change without the others.
var keptFields = setOf(
	// Ours.
	"type", "timestamp", "data", "id", "version", "placed_at", "test", "currency", "customer", "email", "returning", "tracking", "receipt", "click", "code",
	"coupon", "consent", "channel", "tickets", "event", "type_name", "face_value", "status", "paid", "ticket", "at", "client", "name", "url", "starts_at",
	"timezone", "ticket_types",
	// Plain.
	"order", "updated_at", "quantity", "price",
	// WooCommerce.
	"total", "prices_include_tax", "date_created_gmt", "date_modified_gmt", "date_paid_gmt", "customer_id", "billing", "created_via", "line_items",
	"coupon_lines", "refunds", "meta_data", "key", "value", "product_id", "variation_id", "subtotal", "subtotal_tax", "total_tax",
	// Ticket Tailor.
	"created_at", "payload", "object", "buyer_details", "issued_tickets", "payment_method", "referral_tag", "refund_amount", "add_on_id", "checked_in",
	"description", "event_id", "event_series_id", "listed_price", "order_id", "source", "ticket_type_id", "voided_at", "item_id", "base_multiplier",
	"issued_ticket_id",
	// Tito.
	"slug", "completed_at", "cancelled", "state", "test_mode", "discount_code", "refunded", "account_slug", "total_paid", "release_id", "release_slug", "release_title",
	"state_name", "void", "release", "title", "registration", "registration_slug", "checked_in_at", "deleted_at",
	// Stripe.
	"created", "livemode", "payment_status", "client_reference_id", "customer_email", "customer_details", "discounts", "promotion_code", "payment_intent",
	"latest_charge", "amount", "amount_refunded", "mode",
	// Hi.Events.
	"event_type", "event_sent_at", "public_id", "refund_status", "promo_code", "is_manually_created", "order_items", "attendees", "item_name",
	"price_before_discount", "product_price_id", "attendee_id", "product", "attendee",
	// pretix and Eventbrite.
	"organizer", "action", "orderposition_id", "config", "api_url",
)

func setOf(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}
