package db

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lastclick/model"
)

// A search first finds what its words name: links, events, ticket types, reasons, orders.
// What is not named is left out of the query that reads the list, which looks at every row.

// allReasons are those that a ticket may have.
var allReasons = append([]model.Reason{model.ReasonLastClick, model.ReasonCode, model.ReasonCoupon}, model.UnattributedReasons...)

// fewNamed bounds the ids that stand in a query; more are a query in it.
const fewNamed = 500

// searchWord is a word that is searched for, and what it names.
type searchWord struct {
	kinds  []string // conditions on a row q of order_kinds, of which one must hold
	orders []string // queries of the orders that it names themselves, by their id or customer
}

// named is a query of ids, and those that it gives as far as they are few.
type named struct {
	query string
	ids   []int64
	many  bool
}

// searchWords are the words with what they name of the client.
func (c *conn) searchWords(client int64, words []string, customers bool) (list []searchWord, err error) {
	for _, text := range words {
		w := searchWord{}
		if err := c.findKinds(&w, client, text); err != nil {
			return nil, err
		}
		if err := c.findOrders(&w, text, customers); err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}

// findKinds finds the links, events, ticket types and reasons.
func (c *conn) findKinds(w *searchWord, client int64, text string) error {
	of := strconv.FormatInt(client, 10)
	for _, look := range []struct{ column, query string }{
		{"q.link_id", `SELECT id FROM links WHERE client_id = ` + of + ` AND ` + c.like(text, "code", "name")},
		{"q.link_id", `SELECT a.link_id FROM aliases a JOIN links l ON l.id = a.link_id WHERE l.client_id = ` + of + ` AND a.removed_at IS NULL AND ` + c.like(text, "a.alias")},
		{"q.event_id", `SELECT id FROM events WHERE client_id = ` + of + ` AND ` + c.like(text, "slug", "name")},
	} {
		found, err := c.named(look.query)
		if err != nil {
			return err
		}
		if found.some() {
			w.kinds = append(w.kinds, look.column+` IN (`+found.text()+`)`)
		}
	}
	types := `FROM ticket_types y JOIN events e ON e.id = y.event_id WHERE e.client_id = ` + of + ` AND ` + c.like(text, "y.type", "y.name")
	if n, err := c.counted(`SELECT count(*) `+types, nil); err != nil {
		return err
	} else if n > 0 {
		w.kinds = append(w.kinds, `(q.event_id, q.type) IN (SELECT y.event_id, y.type `+types+`)`)
	}
	var reasons []string
	for _, r := range allReasons {
		if r.Holds(text) {
			reasons = append(reasons, quoteText(string(r)))
		}
	}
	if reasons != nil {
		w.kinds = append(w.kinds, `q.reason IN (`+strings.Join(reasons, ", ")+`)`)
	}
	return nil
}

// findOrders finds the orders by their ids, and by their customer.
func (c *conn) findOrders(w *searchWord, text string, customers bool) error {
	query := `SELECT id FROM orders WHERE lower(order_id) = ` + quoteText(strings.ToLower(text))
	if utf8.RuneCountInString(text) >= model.MinIDPart {
		query = `SELECT id FROM orders WHERE ` + c.like(text, "order_id")
	}
	found, err := c.named(query)
	if err != nil {
		return err
	}
	if found.some() {
		w.orders = append(w.orders, found.text())
	}
	if !customers {
		return nil
	}
	buyer, err := c.namedBuyer(model.Buyer{Word: text})
	if err != nil && model.KindOf(err) != model.Invalid {
		return err
	}
	for _, row := range buyer.rows {
		w.orders = append(w.orders, `SELECT id FROM orders WHERE customer_id = `+strconv.FormatInt(row.id, 10))
	}
	return nil
}

func (c *conn) named(query string) (n named, err error) {
	n.query = query
	n.ids, err = c.ids(query + ` LIMIT ` + strconv.Itoa(fewNamed+1))
	n.many = len(n.ids) > fewNamed
	return n, err
}

func (n named) some() bool { return len(n.ids) > 0 }

func (n named) text() string {
	if n.many {
		return n.query
	}
	words := make([]string, len(n.ids))
	for i, id := range n.ids {
		words[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(words, ", ")
}

// searched is that the order p holds every word; $1 is the client. Words that only kinds
// hold are looked up at once.
func searched(words []searchWord) string {
	var where, every []string
	for _, w := range words {
		kinds := ``
		if w.kinds != nil {
			kinds = `SELECT q.kind FROM order_kinds q WHERE q.client_id = $1 AND (` + strings.Join(w.kinds, ` OR `) + `)`
		}
		var either []string
		for _, orders := range w.orders {
			either = append(either, `p.order_id IN (`+orders+`)`)
		}
		switch {
		case w.kinds == nil && either == nil:
			return ` AND false`
		case either == nil:
			every = append(every, kinds)
			continue
		case w.kinds != nil:
			either = append(either, `p.kind IN (`+kinds+`)`)
		}
		where = append(where, `(`+strings.Join(either, ` OR `)+`)`)
	}
	if every != nil {
		where = append(where, `p.kind IN (`+strings.Join(every, ` INTERSECT `)+`)`)
	}
	var b strings.Builder
	for w := range slices.Values(where) {
		b.WriteString(` AND ` + w)
	}
	return b.String()
}

// like is that one of the columns holds the word, without case. SQLite's LIKE knows the
// case of ASCII alone.
func (c *conn) like(word string, columns ...string) string {
	operator := ` LIKE `
	if c.s.shared != nil {
		operator = ` ILIKE `
	}
	var either []string
	for _, column := range columns {
		for _, p := range model.SearchPatterns(word) {
			either = append(either, column+operator+quoteText("%"+p+"%")+` ESCAPE '~'`)
		}
	}
	return `(` + strings.Join(either, ` OR `) + `)`
}

// quoteText is text as a literal of both engines.
func quoteText(text string) string { return `'` + strings.ReplaceAll(text, `'`, `''`) + `'` }
