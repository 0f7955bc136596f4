package db

import (
	"database/sql"
	"strconv"

	"lastclick/model"
)

// exportLinks are the client's links in the order of their creation, with a row for
// each currency that was sold in.
const exportLinks = `SELECT l.code, l.name, l.email, l.source, e.slug, CASE WHEN l.archived_at IS NULL THEN 0 ELSE 1 END, l.created_at,
		COALESCE(n.clicks, 0), COALESCE(n.visitors, 0), COALESCE(n.bots, 0), COALESCE(n.qr_scans, 0),
		COALESCE(c.customers, 0), CAST(COALESCE(sum(s.new_customers) OVER link, 0) AS BIGINT), CAST(COALESCE(sum(s.orders) OVER link, 0) AS BIGINT),
		CAST(COALESCE(sum(s.tickets) OVER link, 0) AS BIGINT), CAST(COALESCE(sum(s.scanned) OVER link, 0) AS BIGINT), COALESCE(s.currency, ''), COALESCE(s.face_value, 0),
		COALESCE((SELECT string_agg(a.alias, ' ' ORDER BY a.alias) FROM aliases a WHERE a.link_id = l.id AND a.removed_at IS NULL), '')
	FROM links l LEFT JOIN events e ON e.id = l.event_id LEFT JOIN click_sums n ON n.link_id = l.id
		LEFT JOIN cells c ON c.client_id = l.client_id AND c.link_id = l.id AND c.reason = '' AND c.event_id = 0 AND c.type = ''
		LEFT JOIN cell_sums s ON s.cell_id = c.id AND s.tickets > 0
	WHERE l.client_id = $1 WINDOW link AS (PARTITION BY l.id) ORDER BY l.id, s.currency`

// links writes a link's counts in its first row only, so that a column of counts
// adds up also where a link sold in two currencies.
func (x exporting) links() error {
	err := x.row([]string{
		"code", "name", "email", "level", "event", "source", "short_url", "full_url", "archived", "created_at", "aliases",
		"clicks", "visitors", "bots", "qr_scans", "customers", "new_customers", "orders", "tickets", "scanned", "unscanned", "currency", "face_value",
	})
	if err != nil {
		return err
	}
	last := ""
	return x.each(func(r *sql.Rows) error {
		l := model.Link{Level: model.ClientLevel, Client: x.client.Slug}
		var n model.Numbers
		var created, face int64
		var currency, aliases string
		err := r.Scan(&l.Code, &l.Name, &l.Email, &l.Source, &l.Event, &l.Archived, &created, &l.Clicks, &l.Visitors, &l.Bots, &l.QRScans,
			&n.Customers, &n.NewCustomers, &n.Orders, &n.Tickets, &n.Scanned, &currency, &face, &aliases)
		if err != nil {
			return err
		}
		if l.Event != nil {
			l.Level = model.EventLevel
		}
		l = l.WithURLs(x.s.baseURL)
		cells := []string{l.Code, l.Name, l.Email, string(l.Level), orEmpty(l.Event), l.Source, l.ShortURL, l.FullURL, strconv.FormatBool(l.Archived), exportTime(created), aliases}
		if l.Code == last {
			cells = append(cells, make([]string, 10)...)
		} else {
			for _, count := range []int64{l.Clicks, l.Visitors, l.Bots, l.QRScans, n.Customers, n.NewCustomers, n.Orders, n.Tickets, n.Scanned, n.Tickets - n.Scanned} {
				cells = append(cells, strconv.FormatInt(count, 10))
			}
		}
		last = l.Code
		if currency == "" {
			return x.row(append(cells, "", ""))
		}
		return x.row(append(cells, currency, model.DecimalAmount(face, currency)))
	}, exportLinks, x.client.ID)
}
