package db

import (
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// orderQuery is the rows of order_lists that are wanted, as p.
type orderQuery struct {
	wantedOrders
	where string // with args
	args  []any
	total int64 // how many there are; unknown
}

// unknown is a total that has to be counted.
const unknown = -1

// orderQuery writes what is wanted. Each combination of filters has a text of its own: with
// "or $1 = 0" PostgreSQL plans for too few rows.
func (c *conn) orderQuery(w wantedOrders) (orderQuery, error) {
	kept := int64(listAll)
	switch {
	case w.link != 0:
		kept = w.link
	case w.unattributed:
		kept = listUnattributed
	}
	q := orderQuery{wantedOrders: w, where: `p.client_id = $1 AND p.link_id = $2`, args: []any{w.client, kept}, total: unknown}
	if w.from != nil {
		q.where += ` AND p.placed_at >= ` + next(&q.args, *w.from)
	}
	if w.until != nil {
		q.where += ` AND p.placed_at < ` + next(&q.args, *w.until)
	}
	if w.marks != 0 {
		marks := strconv.FormatInt(w.marks, 10)
		q.where += ` AND (p.marks & ` + marks + `) = ` + marks
	}
	whole := kept == listAll && w.from == nil && w.until == nil && w.marks == 0
	return q, c.narrow(&q, whole)
}

// narrow narrows the query to what the filter and the words say of the tickets. whole says
// that it is the client's list of all until then.
func (c *conn) narrow(q *orderQuery, whole bool) error {
	args := []any{q.client}
	conditions := q.kindConditions(&args)
	filters := len(conditions)
	if filters == 0 && q.words == nil {
		return c.countWhole(q, whole)
	}
	for _, word := range q.words {
		condition, err := c.kindCondition(&args, word)
		if err != nil {
			return err
		}
		conditions = append(conditions, condition)
	}
	named, err := c.ordersNamed(q.words, q.customers)
	if err != nil {
		return err
	}
	for i, n := range named {
		if !n.some() && conditions[filters+i] == noKind {
			q.where += ` AND false`
			return nil
		}
	}
	k, err := c.kinds(conditions, args)
	if err != nil {
		return err
	}
	every := int64(1)<<filters - 1 // bits of the conditions that no order fulfils by its id
	for i, n := range named {
		bit := int64(1) << (filters + i)
		if !n.some() {
			every |= bit
			continue
		}
		whole = false
		q.where += ` AND ` + c.tested(c.idIn(&q.args, n)+c.orOfKinds(&q.args, k, bit))
	}
	if every == 0 {
		return nil
	}
	kinds := k.with(every)
	if len(kinds) == 0 {
		q.where += ` AND false`
		return nil
	}
	q.where += ` AND ` + c.tested(c.ofKinds(&q.args, kinds, k.all))
	if whole {
		q.total, err = c.ordersOf(q.client, kinds)
	}
	return err
}

// kindConditions are what rows q of an order's kind must be beside what its list says.
func (w wantedOrders) kindConditions(args *[]any) (conditions []string) {
	add := func(condition string) {
		if w.event != 0 {
			condition += ` AND q.event_id = ` + next(args, w.event)
		}
		conditions = append(conditions, condition)
	}
	switch {
	case w.link != 0 && w.event != 0:
		add(`q.link_id = ` + next(args, w.link))
	case w.event != 0 && !w.unattributed:
		add(`true`)
	}
	if w.unattributed && (w.link != 0 || w.event != 0) {
		add(`q.link_id = 0`)
	}
	return conditions
}

// countWhole counts the client's list of all.
func (c *conn) countWhole(q *orderQuery, whole bool) (err error) {
	if whole {
		q.total, err = c.counted(`SELECT COALESCE(sum(orders), 0) FROM order_kind_sums WHERE client_id = $1`, []any{q.client})
	}
	return err
}

// idIn is that the order is one that a word names.
func (c *conn) idIn(args *[]any, n wordOrders) string {
	var either []string
	if n.ids != nil {
		either = append(either, c.among(args, "p.order_id", n.ids))
	}
	if n.word != "" {
		either = append(either, c.holding(args, n.word))
	}
	return strings.Join(either, ` OR `)
}

// holding is that the order's id holds the word, of which there are many: SQLite lists them
// once, and PostgreSQL looks at each order where a list has no room in its memory.
func (c *conn) holding(args *[]any, word string) string {
	if c.s.shared != nil {
		return `EXISTS (SELECT 1 FROM orders x WHERE x.id = p.order_id AND ` + c.idHolds(args, word) + `)`
	}
	return `p.order_id IN (SELECT id FROM orders WHERE ` + c.idHolds(args, word) + `)`
}

// orOfKinds is the other way to hold a word: by the tickets.
func (c *conn) orOfKinds(args *[]any, k clientKinds, bit int64) string {
	kinds := k.with(bit)
	if len(kinds) == 0 {
		return ``
	}
	return ` OR ` + c.ofKinds(args, kinds, k.all)
}

// clientKinds are the kinds of a client.
type clientKinds struct {
	all  []int64 // sorted
	bits []int64 // of the conditions that a row of the kind fulfils
}

// kinds are those of the client, which is $1, with what they fulfil of conditions on rows q
// of order_kinds.
func (c *conn) kinds(conditions []string, args []any) (k clientKinds, err error) {
	bits := make([]string, len(conditions))
	for i, condition := range conditions {
		bits[i] = `max(` + caseBit(i, condition) + `)`
	}
	err = c.each(func(r *sql.Rows) error {
		var kind, bits int64
		err := r.Scan(&kind, &bits)
		k.all, k.bits = append(k.all, kind), append(k.bits, bits)
		return err
	}, `SELECT q.kind, `+strings.Join(bits, ` + `)+` FROM order_kinds q WHERE q.client_id = $1 GROUP BY q.kind ORDER BY q.kind`, args...)
	return k, err
}

// ordersOf is how many orders of the client are of the kinds, which are sorted.
func (c *conn) ordersOf(client int64, kinds []int64) (n int64, err error) {
	err = c.each(func(r *sql.Rows) error {
		var kind, orders int64
		err := r.Scan(&kind, &orders)
		if _, in := slices.BinarySearch(kinds, kind); in {
			n += orders
		}
		return err
	}, `SELECT kind, orders FROM order_kind_sums WHERE client_id = $1`, client)
	return n, err
}

// with are the kinds that fulfil all of the bits.
func (k clientKinds) with(bits int64) (kinds []int64) {
	for i, kind := range k.all {
		if k.bits[i]&bits == bits {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// caseBit is 1<<i where the condition holds, else 0.
func caseBit(i int, condition string) string {
	return `CASE WHEN ` + condition + ` THEN ` + strconv.Itoa(1<<i) + ` ELSE 0 END`
}

// next adds an argument, and is its name in the text.
func next(args *[]any, v any) string {
	*args = append(*args, v)
	return "$" + strconv.Itoa(len(*args))
}

// marksOfSearch are the marks that an order must have, and whether a ticket of it must have
// no link.
func marksOfSearch(states []model.OrderSearchState) (marks int64, unattributed bool) {
	for _, state := range states {
		switch state {
		case model.OrderIsNew:
			marks |= markNew
		case model.OrderIsReturning:
			marks |= markReturning
		case model.OrderIsTest:
			marks |= markTest
		case model.OrderIsRefunded:
			marks |= markRefunded
		case model.OrderIsUnattributed:
			unattributed = true
		}
	}
	return marks, unattributed
}
