package db

import (
	"database/sql"
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

// fewOrders bounds the orders that are named one by one; where words name more, the queries
// that find them are a part of the one that reads the list.
const fewOrders = 20_000

// wordOrders are the orders that a word names themselves.
type wordOrders struct {
	ids  []int64
	word string // where its orders are too many: the word
}

func (w wordOrders) some() bool { return w.ids != nil || w.word != "" }

// noKind is the condition that no row fulfils.
const noKind = `false`

// kindCondition is that a row q of order_kinds has a link, an event, a ticket type or a
// reason that holds the word; the client is $1. What no name holds is left out: the
// condition is asked of every row.
func (c *conn) kindCondition(args *[]any, word string) (string, error) {
	client := (*args)[0]
	looks := []func(args *[]any) (column, names string){
		func(args *[]any) (string, string) {
			return `q.link_id`, `SELECT id FROM links WHERE client_id = $1 AND ` + c.like(args, word, "code", "name")
		},
		func(args *[]any) (string, string) {
			return `q.link_id`, `SELECT a.link_id FROM aliases a JOIN links l ON l.id = a.link_id WHERE l.client_id = $1 AND a.removed_at IS NULL AND ` + c.like(args, word, "a.alias")
		},
		func(args *[]any) (string, string) {
			return `q.event_id`, `SELECT id FROM events WHERE client_id = $1 AND ` + c.like(args, word, "slug", "name")
		},
		func(args *[]any) (string, string) {
			return `(q.event_id, q.type)`, `SELECT y.event_id, y.type FROM ticket_types y JOIN events e ON e.id = y.event_id WHERE e.client_id = $1 AND ` + c.like(args, word, "y.type", "y.name")
		},
	}
	some := make([]bool, len(looks))
	var asked, into []any
	var exist []string
	asked = append(asked, client)
	for i, look := range looks {
		_, names := look(&asked)
		exist, into = append(exist, `EXISTS (`+names+`)`), append(into, &some[i])
	}
	if err := c.row(`SELECT `+strings.Join(exist, `, `), asked...).Scan(into...); err != nil {
		return "", err
	}
	var either []string
	for i, look := range looks {
		if some[i] {
			column, names := look(args)
			either = append(either, column+` IN (`+names+`)`)
		}
	}
	for _, r := range allReasons {
		if r.Holds(word) {
			either = append(either, `q.reason = `+next(args, string(r)))
		}
	}
	if either == nil {
		return noKind, nil
	}
	return strings.Join(either, ` OR `), nil
}

// ordersNamed are the orders that each word names, by their ids or, where customers says so,
// by their customer.
func (c *conn) ordersNamed(words []string, customers bool) ([]wordOrders, error) {
	named, err := c.ordersHolding(words)
	if err != nil || !customers {
		return named, err
	}
	for i, word := range words {
		buyer, err := c.namedBuyer(model.Buyer{Word: word})
		if err != nil && model.KindOf(err) != model.Invalid {
			return nil, err
		}
		for _, row := range buyer.rows {
			ids, err := c.ids(`SELECT id FROM orders WHERE customer_id = $1`, row.id)
			if err != nil {
				return nil, err
			}
			named[i].ids = append(slices.Clip(named[i].ids), ids...)
		}
	}
	return named, nil
}

// ordersHolding are the orders of which the ids hold a word. Words are looked for together,
// since each look reads the ids of all orders that are new to them.
func (c *conn) ordersHolding(words []string) ([]wordOrders, error) {
	last, err := c.counted(`SELECT COALESCE(max(id), 0) FROM orders`, nil)
	if err != nil {
		return nil, err
	}
	named := make([]wordOrders, len(words))
	after := map[int64][]int{} // places of words, by the last order that they were looked for in
	for i, word := range words {
		known := c.s.heldWords.get(word)
		named[i] = wordOrders{ids: known.ids}
		if known.many {
			named[i] = wordOrders{word: word}
		} else if known.last < last {
			after[known.last] = append(after[known.last], i)
		}
	}
	for first, places := range after {
		if err := c.findHolding(words, named, first, places); err != nil {
			return nil, err
		}
	}
	if c.s.shared == nil && !c.s.readOnly {
		for i, word := range words {
			c.s.heldWords.put(word, heldWord{last: last, ids: named[i].ids, many: named[i].word != ""})
		}
	}
	return named, nil
}

// findHolding looks for some of the words in the orders after the first.
func (c *conn) findHolding(words []string, named []wordOrders, first int64, places []int) error {
	var args []any
	var conditions []string
	for _, i := range places {
		conditions = append(conditions, c.idHolds(&args, words[i]))
		named[i].ids = slices.Clip(named[i].ids) // those that are held are shared
	}
	query := `SELECT id, ` + bitsOf(conditions) + ` FROM orders WHERE (` + strings.Join(conditions, ` OR `) + `)`
	if first > 0 {
		query += ` AND id > ` + next(&args, first)
	}
	found := 0
	err := c.each(func(r *sql.Rows) error {
		var id, bits int64
		err := r.Scan(&id, &bits)
		for n, i := range places {
			if bits>>n&1 != 0 {
				named[i].ids = append(named[i].ids, id)
			}
		}
		found++
		return err
	}, query+` LIMIT `+next(&args, fewOrders+1), args...)
	for _, i := range places {
		if found > fewOrders || len(named[i].ids) > fewOrders {
			named[i] = wordOrders{word: words[i]}
		}
	}
	return err
}

// idHolds is that the order's id holds the word; a short one must be the whole id.
func (c *conn) idHolds(args *[]any, word string) string {
	if utf8.RuneCountInString(word) < model.MinIDPart {
		return c.alike(args, word, "", "order_id")
	}
	return c.like(args, word, "order_id")
}

// bitsOf has the bit 1<<i where the i-th condition holds.
func bitsOf(conditions []string) string {
	bits := make([]string, len(conditions))
	for i, condition := range conditions {
		bits[i] = caseBit(i, condition)
	}
	return strings.Join(bits, ` + `)
}

// like is that one of the columns holds the word, without case.
func (c *conn) like(args *[]any, word string, columns ...string) string {
	return c.alike(args, word, "%", columns...)
}

// alike is that one of the columns is the word, without case, with more around it where
// around is a percent sign. SQLite's LIKE knows the case of ASCII alone.
func (c *conn) alike(args *[]any, word, around string, columns ...string) string {
	operator := ` LIKE `
	if c.s.shared != nil {
		operator = ` ILIKE `
	}
	var either []string
	for _, p := range model.SearchPatterns(word) {
		pattern := next(args, around+p+around)
		for _, column := range columns {
			either = append(either, column+operator+pattern+` ESCAPE '~'`)
		}
	}
	return `(` + strings.Join(either, ` OR `) + `)`
}
