package db

import (
	"context"
	"database/sql"

	"lastclick/model"
)

// Competing are the links that compete with the client's link with the code. It reads the
// links that have sold, which are fewer than those that were made, and not their page, whose
// every row is read again after a link was added.
func (s *Store) Competing(ctx context.Context, a model.Actor, code string) (list []model.Competitor, err error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return nil, err
	}
	return read(ctx, s, func(c *conn) (list []model.Competitor, err error) {
		cl, err := c.client(slug)
		if err != nil {
			return nil, err
		}
		l, err := c.link(slug, code)
		if err != nil {
			return nil, err
		}
		err = c.each(func(r *sql.Rows) error {
			var k model.Competitor
			err := r.Scan(&k.Code, &k.Source, &k.Orders)
			list = append(list, k)
			return err
		}, `SELECT l.code, l.source, CAST(sum(s.orders) AS BIGINT) FROM cells c JOIN cell_sums s ON s.cell_id = c.id JOIN links l ON l.id = c.link_id
				JOIN clients k ON k.id = l.client_id LEFT JOIN events e ON e.id = l.event_id
			WHERE c.client_id = $1 AND c.event_id = 0 AND c.type = '' AND l.source <> $2 AND l.archived_at IS NULL AND COALESCE(e.url, k.url) = $3
			GROUP BY l.id, l.code, l.source HAVING sum(s.orders) > 0 ORDER BY l.id`, cl.ID, l.Source, l.PageURL)
		return list, err
	})
}
