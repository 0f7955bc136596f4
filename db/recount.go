package db

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"lastclick/model"
)

// counts are the columns of a compared row.
type counts [5]int64

// compare reads the kept rows and the recount, keyed alike, and notes every column
// that differs. A row that is not there counts as zeros.
func compare[K comparable](r *recount, columns []string, keptQuery, factsQuery string, scan func(*sql.Rows) (K, counts, error), name func(K) (string, error)) error {
	load := func(query string) (map[K]counts, []K, error) {
		rows := map[K]counts{}
		var order []K
		err := r.each(func(row *sql.Rows) error {
			k, n, err := scan(row)
			rows[k] = n
			order = append(order, k)
			return err
		}, query)
		return rows, order, err
	}
	kept, keys, err := load(keptQuery)
	if err != nil {
		return err
	}
	facts, more, err := load(factsQuery)
	if err != nil {
		return err
	}
	for _, k := range more {
		if _, ok := kept[k]; !ok {
			keys = append(keys, k)
		}
	}
	for _, k := range keys {
		for i, column := range columns {
			if kept[k][i] == facts[k][i] {
				continue
			}
			cell, err := name(k)
			if err != nil {
				return err
			}
			r.differ(cell, column, kept[k][i], facts[k][i])
		}
	}
	return nil
}

var clickColumns = []string{"clicks", "visitors", "bots", "QR scans"}

func (r *recount) clicks() error {
	return compare(r, clickColumns, keptClicks, recountClicks,
		func(row *sql.Rows) (link int64, n counts, err error) {
			err = row.Scan(&link, &n[0], &n[1], &n[2], &n[3])
			return link, n, err
		}, func(link int64) (string, error) { return r.cellName(model.Bucket{Link: link}) })
}

func (r *recount) clickDays() error {
	type linkDay struct{ link, day int64 }
	return compare(r, clickColumns, keptClickDays, recountClickDays,
		func(row *sql.Rows) (d linkDay, n counts, err error) {
			err = row.Scan(&d.link, &d.day, &n[0], &n[1], &n[2], &n[3])
			return d, n, err
		}, func(d linkDay) (string, error) {
			name, err := r.cellName(model.Bucket{Link: d.link})
			return fmt.Sprintf("%s on %s (UTC)", name, time.Unix(d.day*24*60*60, 0).UTC().Format(time.DateOnly)), err
		})
}

// clickJournal notes rows that wait to be counted and cannot be read.
func (r *recount) clickJournal() error {
	return r.each(func(row *sql.Rows) error {
		var id, entries, read int64
		var data []byte
		if err := row.Scan(&id, &entries, &data); err != nil {
			return err
		}
		if err := readEntries(data, func(clickKey, clickCount) { read++ }); err != nil || read != entries {
			r.differ(fmt.Sprintf("click journal, row %d", id), "entries", entries, read)
		}
		return nil
	}, `SELECT id, entries, counts FROM click_journal`)
}

func (r *recount) firsts() error {
	return r.each(func(rows *sql.Rows) error {
		var customer, kept, facts int64
		err := rows.Scan(&customer, &kept, &facts)
		r.differ(fmt.Sprintf("customer %d", customer), "row of the first order", kept, facts)
		return err
	}, recountFirsts)
}

func (r *recount) copies() error {
	return r.each(func(rows *sql.Rows) error {
		var ticket string
		var kept, facts [2]int64
		err := rows.Scan(&ticket, &kept[0], &facts[0], &kept[1], &facts[1])
		r.differ("ticket "+model.Clean(ticket), "checkout and client", kept, facts)
		return err
	}, recountCopies)
}

func (r *recount) consents() error {
	return r.each(func(rows *sql.Rows) error {
		var ticket, kept, facts string
		err := rows.Scan(&ticket, &kept, &facts)
		r.differ("ticket "+model.Clean(ticket), "reason", kept, facts)
		return err
	}, recountConsents)
}

// cellName is a cell in words: "link ana · summerfest · ga".
func (r *recount) cellName(c model.Bucket) (string, error) {
	var parts []string
	var s string
	switch {
	case c.Link != 0:
		if err := r.row(`SELECT code FROM links WHERE id = $1`, c.Link).Scan(&s); err != nil && !isNoRows(err) {
			return "", err
		}
		parts = append(parts, "link "+s)
	default:
		if err := r.row(`SELECT slug FROM clients WHERE id = $1`, c.Client).Scan(&s); err != nil && !isNoRows(err) {
			return "", err
		}
		if s = "client " + s + " · total"; c.Reason != "" {
			s = strings.TrimSuffix(s, "total") + string(c.Reason)
		}
		parts = append(parts, s)
	}
	if c.Event != 0 {
		if err := r.row(`SELECT slug FROM events WHERE id = $1`, c.Event).Scan(&s); err != nil && !isNoRows(err) {
			return "", err
		}
		parts = append(parts, s)
	}
	if c.Type != "" {
		parts = append(parts, model.Clean(c.Type))
	}
	return strings.Join(parts, " · "), nil
}
