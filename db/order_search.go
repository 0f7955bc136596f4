package db

import (
	"slices"
	"strings"
	"unicode/utf8"

	"lastclick/model"
)

// A search first finds what its words name: kinds, which stand for the links, events, ticket
// types and reasons, and orders. So the queries that look at every row of a list compare
// numbers alone.

// allReasons are those that a ticket may have.
var allReasons = append([]model.Reason{model.ReasonLastClick, model.ReasonCode, model.ReasonCoupon}, model.UnattributedReasons...)

// fewOrders bounds the orders of a word that are told one by one; of more, the query that
// finds them is a part of the one that reads the list.
const fewOrders = 20_000

// match is what orders must be: of one of the kinds, or one of the orders.
type match struct {
	kinds  []int64 // sorted
	orders []int64
	named  string // a word that the ids of too many orders hold; empty for none
}

// matchWord is what the word names of the client.
func (c *conn) matchWord(client int64, word string, customers bool) (m match, err error) {
	if m.kinds, err = c.kindsNamed(client, word); err != nil {
		return m, err
	}
	if err = c.findOrders(&m, word); err != nil || !customers {
		return m, err
	}
	buyer, err := c.namedBuyer(model.Buyer{Word: word})
	if err != nil && model.KindOf(err) != model.Invalid {
		return m, err
	}
	for _, row := range buyer.rows {
		orders, err := c.ids(`SELECT id FROM orders WHERE customer_id = $1`, row.id)
		if err != nil {
			return m, err
		}
		m.orders = append(m.orders, orders...)
	}
	return m, nil
}

// kindsNamed are the kinds with a link, an event, a ticket type or a reason that holds the
// word.
func (c *conn) kindsNamed(client int64, word string) ([]int64, error) {
	args := []any{client}
	where := `q.link_id IN (SELECT id FROM links WHERE client_id = $1 AND ` + c.like(&args, word, "code", "name") + `)
			OR q.link_id IN (SELECT a.link_id FROM aliases a JOIN links l ON l.id = a.link_id WHERE l.client_id = $1 AND a.removed_at IS NULL AND ` + c.like(&args, word, "a.alias") + `)
			OR q.event_id IN (SELECT id FROM events WHERE client_id = $1 AND ` + c.like(&args, word, "slug", "name") + `)
			OR (q.event_id, q.type) IN (SELECT y.event_id, y.type FROM ticket_types y JOIN events e ON e.id = y.event_id WHERE e.client_id = $1 AND ` + c.like(&args, word, "y.type", "y.name") + `)`
	for _, r := range allReasons {
		if r.Holds(word) {
			where += ` OR q.reason = ` + next(&args, string(r))
		}
	}
	return c.kinds(`(`+where+`)`, args)
}

// kinds are those of the client, which is $1, with a row q that the condition holds for.
func (c *conn) kinds(condition string, args []any) ([]int64, error) {
	return c.ids(`SELECT DISTINCT q.kind FROM order_kinds q WHERE q.client_id = $1 AND `+condition+` ORDER BY 1`, args...)
}

// findOrders finds the orders whose ids hold the word; a short one must be the whole id.
func (c *conn) findOrders(m *match, word string) (err error) {
	var args []any
	query := `SELECT id FROM orders WHERE lower(order_id) = ` + next(&args, strings.ToLower(word))
	if utf8.RuneCountInString(word) >= model.MinIDPart {
		args = nil
		query = `SELECT id FROM orders WHERE ` + c.like(&args, word, "order_id")
	}
	m.orders, err = c.ids(query+` LIMIT `+next(&args, fewOrders+1), args...)
	if len(m.orders) > fewOrders {
		m.orders, m.named = nil, word
	}
	return err
}

// like is that one of the columns holds the word, without case. SQLite's LIKE knows the
// case of ASCII alone.
func (c *conn) like(args *[]any, word string, columns ...string) string {
	operator := ` LIKE `
	if c.s.shared != nil {
		operator = ` ILIKE `
	}
	var either []string
	for _, p := range model.SearchPatterns(word) {
		pattern := next(args, "%"+p+"%")
		for _, column := range columns {
			either = append(either, column+operator+pattern+` ESCAPE '~'`)
		}
	}
	return `(` + strings.Join(either, ` OR `) + `)`
}

// matched is that an order of the list p is all of the matches, as a condition that follows
// others; all are the kinds of the client. Matches by kinds alone are one comparison.
func (c *conn) matched(q *orderQuery, matches []match, all []int64) string {
	var where []string
	var every []int64 // kinds; nil: any
	for _, m := range matches {
		switch {
		case m.orders != nil || m.named != "":
			where = append(where, c.either(&q.args, m, all))
			continue
		case every == nil:
			every = m.kinds
		default:
			every = slices.DeleteFunc(slices.Clone(every), func(kind int64) bool {
				_, in := slices.BinarySearch(m.kinds, kind)
				return !in
			})
		}
		if len(every) == 0 {
			return ` AND false`
		}
	}
	if every != nil {
		where = append(where, c.ofKinds(&q.args, every, all))
	}
	var b strings.Builder
	for _, w := range where {
		b.WriteString(` AND ` + w)
	}
	return b.String()
}

// either is that an order is one of the orders, or of one of the kinds.
func (c *conn) either(args *[]any, m match, all []int64) string {
	var either []string
	if len(m.kinds) > 0 {
		either = append(either, c.ofKinds(args, m.kinds, all))
	}
	if m.orders != nil {
		either = append(either, c.among(args, "p.order_id", m.orders))
	}
	if m.named != "" {
		either = append(either, `p.order_id IN (SELECT id FROM orders WHERE `+c.like(args, m.named, "order_id")+`)`)
	}
	return `(` + strings.Join(either, ` OR `) + `)`
}
