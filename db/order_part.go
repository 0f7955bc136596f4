package db

import (
	"cmp"
	"database/sql"
	"slices"
	"strings"

	"lastclick/model"
)

// A part of a list is read in two steps. The first looks at the rows of the list alone and
// finds which orders the part has; the second reads these. The rows tell equals apart no
// further than by the time, so those that lie where a part begins or ends are asked for
// with the names of their checkouts: they are found at once, by their time.

// columns are what the list is sorted by before the checkout's name and the order's id.
func (w wantedOrders) columns() []string {
	switch w.sort {
	case model.SortTickets:
		return []string{"p.tickets", "p.placed_at"}
	case model.SortFace:
		return []string{"p.currency", "p.face_value", "p.placed_at"}
	case model.SortLink: // those without one come last (NoLink)
		return []string{"CASE p.code WHEN '' THEN 1 ELSE 0 END", "p.code", "p.placed_at"}
	}
	return []string{"p.placed_at"}
}

// values are those of the place, in the order of the columns.
func (w wantedOrders) values(p model.SortedPlace) []any {
	at := millis(p.PlacedAt)
	switch {
	case w.sort == model.SortTickets:
		return []any{p.Amount, at}
	case w.sort == model.SortFace:
		return []any{p.Word, p.Amount, at}
	case w.sort == model.SortLink && p.Word == model.NoLink:
		return []any{int64(1), "", at}
	case w.sort == model.SortLink:
		return []any{int64(0), p.Word, at}
	}
	return []any{at}
}

// beyond compares what comes later in the list, and behind what comes before.
func (w wantedOrders) beyond() string {
	if w.up {
		return " > "
	}
	return " < "
}

func (w wantedOrders) behind() string {
	if w.up {
		return " < "
	}
	return " > "
}

// ordered is the columns in the list's direction.
func (w wantedOrders) ordered(columns ...string) string {
	direction := ` DESC`
	if w.up {
		direction = ` ASC`
	}
	return ` ORDER BY ` + strings.Join(columns, direction+`, `) + direction
}

// compared is how the columns compare with the values.
func (q orderQuery) compared(args *[]any, with string, values []any) string {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = next(args, v)
	}
	return `(` + strings.Join(q.columns(), ", ") + `)` + with + `(` + strings.Join(names, ", ") + `)`
}

// equals is the orders with these values, as FROM and WHERE: k is their checkout and o the
// order itself.
func (q orderQuery) equals(args *[]any, values []any) string {
	text := ` FROM order_lists p JOIN orders o ON o.id = p.order_id JOIN checkouts k ON k.id = o.checkout_id WHERE ` + q.where
	for i, column := range q.columns() {
		text += ` AND ` + column + ` = ` + next(args, values[i])
	}
	return text
}

// passed is that an order of the place's values comes after the place.
func (q orderQuery) passed(args *[]any) string {
	return `(k.name, o.order_id)` + q.beyond() + `(` + next(args, q.before.Checkout) + `, ` + next(args, q.before.Order) + `)`
}

// count is how many there are, and how many come before the place. Where that is not known
// by the kinds, it reads the whole list: some 5 ms for 100,000 orders.
func (c *conn) count(q orderQuery) (total, before int64, err error) {
	args := slices.Clone(q.args)
	from := ` FROM order_lists p WHERE ` + q.where
	if q.before == nil {
		if q.total == unknown {
			q.total, err = c.counted(`SELECT count(*)`+from, args)
		}
		return q.total, 0, err
	}
	values := q.values(*q.before)
	behind := q.compared(&args, q.behind(), values)
	equal := `(SELECT count(*)` + q.equals(&args, values) + ` AND NOT ` + q.passed(&args) + `)`
	if q.total != unknown {
		before, err = c.counted(`SELECT count(*) + `+equal+` FROM order_lists p WHERE `+behind+` AND `+q.where, args) // behind first: it leaves few
		return q.total, before, err
	}
	err = c.row(`SELECT count(*), count(CASE WHEN `+behind+` THEN 1 END) + `+equal+from, args...).Scan(&total, &before)
	return total, before, err
}

// orderPart are the first orders that are wanted, at most limit.
func (c *conn) orderPart(q orderQuery, limit int) ([]model.OrderSummary, error) {
	ranks, err := c.ranks(q, limit)
	if err != nil || len(ranks) == 0 {
		return []model.OrderSummary{}, err
	}
	ids := make([]int64, 0, len(ranks))
	for id := range ranks {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	args := []any{q.client}
	orders, ids, err := c.summaries(c.among(&args, "o.id", ids), args)
	if err != nil {
		return nil, err
	}
	at := make([]int, len(orders))
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(i, j int) int {
		a, b := &orders[i], &orders[j]
		equal := cmp.Or(cmp.Compare(a.Checkout, b.Checkout), cmp.Compare(a.ID, b.ID))
		if !q.up {
			equal = -equal
		}
		return cmp.Or(cmp.Compare(ranks[ids[i]], ranks[ids[j]]), equal)
	})
	sorted := make([]model.OrderSummary, len(orders))
	for n, i := range at {
		sorted[n] = orders[i]
	}
	return sorted, nil
}

// ranks are the orders of a part by their rows. Those that are equal but for the checkout's
// name and the order's id have the same.
func (c *conn) ranks(q orderQuery, limit int) (ranks map[int64]int, err error) {
	ranks = map[int64]int{}
	if q.before != nil {
		args := slices.Clone(q.args)
		from := q.equals(&args, q.values(*q.before)) + ` AND ` + q.passed(&args)
		if err := c.rankEquals(q, ranks, 0, from, args, limit); err != nil {
			return nil, err
		}
	}
	if limit -= len(ranks); limit == 0 {
		return ranks, nil
	}
	rows, err := c.rows(q, limit+1)
	if err != nil {
		return nil, err
	}
	cut := len(rows) > limit && slices.Equal(rows[limit-1].values, rows[limit].values)
	if len(rows) > limit {
		rows = rows[:limit]
	}
	last := rows
	if cut { // all that are equal to the last are asked for which come first
		n := slices.IndexFunc(rows, func(r rankedRow) bool { return slices.Equal(r.values, rows[len(rows)-1].values) })
		rows, last = rows[:n], rows[n:]
	}
	rank := 1
	for i, r := range rows {
		if i > 0 && !slices.Equal(r.values, rows[i-1].values) {
			rank++
		}
		ranks[r.order] = rank
	}
	if cut {
		args := slices.Clone(q.args)
		from := q.equals(&args, last[0].values)
		err = c.rankEquals(q, ranks, rank+1, from, args, len(last))
	}
	return ranks, err
}

// rankEquals gives the rank to the first of orders that are equal.
func (c *conn) rankEquals(q orderQuery, ranks map[int64]int, rank int, from string, args []any, limit int) error {
	ids, err := c.ids(`SELECT p.order_id`+from+q.ordered("k.name", "o.order_id")+` LIMIT `+next(&args, limit), args...)
	for _, id := range ids {
		ranks[id] = rank
	}
	return err
}

// rankedRow is a row of a list with what it is sorted by.
type rankedRow struct {
	order  int64
	values []any
}

// rows are the first rows beyond the place.
func (c *conn) rows(q orderQuery, limit int) (rows []rankedRow, err error) {
	args := slices.Clone(q.args)
	columns := q.columns()
	query := `SELECT p.order_id, ` + strings.Join(columns, ", ") + ` FROM order_lists p WHERE ` + q.where
	if q.before != nil {
		query += ` AND ` + q.compared(&args, q.beyond(), q.values(*q.before))
	}
	query += q.ordered(columns...) + ` LIMIT ` + next(&args, limit)
	err = c.each(func(r *sql.Rows) error {
		row := rankedRow{values: make([]any, len(columns))}
		into := []any{&row.order}
		for i := range row.values {
			into = append(into, &row.values[i])
		}
		err := r.Scan(into...)
		for i, v := range row.values {
			if b, ok := v.([]byte); ok {
				row.values[i] = string(b)
			}
		}
		rows = append(rows, row)
		return err
	}, query, args...)
	return rows, err
}
