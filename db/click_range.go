package db

import (
	"database/sql"

	"lastclick/model"
)

// rangeClicks replaces the links' counts of all clicks by those of the range: whole days
// of UTC from their sums, and at its ends, where a client's days begin at another hour,
// quarters. A busy link has 96 of them a day.
func (c *conn) rangeClicks(client int64, r timeRange, links []model.Link) error {
	at := map[int64]*model.Link{}
	one := int64(0) // the link, where it is only one
	for i := range links {
		l := &links[i]
		l.Clicks, l.Visitors, l.Bots, l.QRScans = 0, 0, 0, 0
		at[l.ID], one = l, l.ID
	}
	if len(links) != 1 {
		one = 0
	}
	for _, p := range clickPieces(quarterFrom(r.from), quarterFrom(r.until)) {
		err := c.each(func(rows *sql.Rows) error {
			var id int64
			var n clickCount
			if err := rows.Scan(&id, &n.clicks, &n.visitors, &n.bots, &n.qr); err != nil {
				return err
			}
			if l := at[id]; l != nil {
				l.Clicks += p.sign * n.clicks
				l.Visitors += p.sign * n.visitors
				l.Bots += p.sign * n.bots
				l.QRScans += p.sign * n.qr
			}
			return nil
		}, p.query, client, one, p.from, p.until)
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	clicksOfDays = `SELECT k.link_id, CAST(sum(k.clicks) AS BIGINT), CAST(sum(k.visitors) AS BIGINT), CAST(sum(k.bots) AS BIGINT), CAST(sum(k.qr_scans) AS BIGINT)
		FROM links l JOIN click_days k ON k.link_id = l.id WHERE l.client_id = $1 AND (l.id = $2 OR $2 = 0) AND k.day >= $3 AND k.day < $4 GROUP BY k.link_id`
	clicksOfQuarters = `SELECT k.link_id, CAST(sum(k.clicks) AS BIGINT), CAST(sum(k.visitors) AS BIGINT), CAST(sum(k.bots) AS BIGINT), CAST(sum(k.qr_scans) AS BIGINT)
		FROM links l JOIN click_counts k ON k.link_id = l.id WHERE l.client_id = $1 AND (l.id = $2 OR $2 = 0) AND k.quarter >= $3 AND k.quarter < $4 GROUP BY k.link_id`
)

// clickPiece is rows to add up, or with the sign -1 to take away again.
type clickPiece struct {
	query       string
	sign        int64
	from, until int64 // days or quarters, the last one not in it
}

// clickPieces are what makes the quarters from one to before another.
func clickPieces(from, until int64) []clickPiece {
	first, last := floorDiv(from+slotsADay/2, slotsADay), floorDiv(until+slotsADay/2, slotsADay) // the nearest beginnings of days
	if first >= last {
		return []clickPiece{{clicksOfQuarters, 1, from, until}}
	}
	pieces := []clickPiece{{clicksOfDays, 1, first, last}}
	add := func(sign, from, until int64) {
		if from > until {
			sign, from, until = -sign, until, from
		}
		if from < until {
			pieces = append(pieces, clickPiece{clicksOfQuarters, sign, from, until})
		}
	}
	add(1, from, first*slotsADay)
	add(1, last*slotsADay, until)
	return pieces
}
