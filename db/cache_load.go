package db

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"sync"

	"lastclick/model"
)

// loadPart is fewer links than it is worth to begin another reader for.
const loadPart = 50_000

// loadCache reads all of it. The links may be shared among several readers, which see
// one state only where nothing else writes.
func (c *conn) loadCache(readers int) (*cache, error) {
	var links, first, last int64
	err := c.row(`SELECT (SELECT count(*) FROM links), COALESCE((SELECT min(id) FROM links), 0), COALESCE((SELECT max(id) FROM links), 0)`).Scan(&links, &first, &last)
	if err != nil {
		return nil, err
	}
	m := newCache(int(links))
	clients, err := c.clients()
	if err != nil {
		return nil, err
	}
	for _, cl := range clients {
		m.putClient(cl)
	}
	if err := c.loadEvents(m); err != nil {
		return nil, err
	}
	checkouts, err := c.checkouts("")
	if err != nil {
		return nil, err
	}
	for _, k := range checkouts {
		m.putCheckout(k)
	}
	if err := c.loadAliases(m); err != nil {
		return nil, err
	}
	hooked, err := c.hookedClients()
	if err != nil {
		return nil, err
	}
	m.setHooked(hooked)
	return m, c.loadParts(m, first-1, last, max(1, min(links/loadPart, int64(readers))))
}

func (c *conn) loadEvents(m *cache) error {
	return c.each(func(r *sql.Rows) error {
		var e model.Event
		var client int64
		if err := r.Scan(&e.ID, &e.Slug, &e.URL, &client, &e.Carry); err != nil {
			return err
		}
		m.putEvent(e, client)
		return nil
	}, `SELECT id, slug, url, client_id, carry FROM events`)
}

// loadParts reads the links with ids after one up to another: the first part by this
// connection, the others by readers.
func (c *conn) loadParts(m *cache, after, last, parts int64) error {
	var adding sync.Mutex
	var others sync.WaitGroup
	size := (last-after)/parts + 1
	errs := make([]error, parts)
	for p := int64(1); p < parts; p++ {
		others.Go(func() {
			_, errs[p] = snapshot(c.ctx, c.s, readTimeout, func(c *conn) (struct{}, error) {
				return struct{}{}, c.loadLinks(m, &adding, after+p*size, min(last, after+(p+1)*size))
			})
		})
	}
	errs[0] = c.loadLinks(m, &adding, after, min(last, after+size))
	others.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// loadLinks reads links as lines of text, thousands in a row: a row of its own for each
// costs twice the time, most of it between Go and SQLite. Ids may have gaps.
func (c *conn) loadLinks(m *cache, adding *sync.Mutex, after, last int64) error {
	const few, many = 2048, 8192 // links in a row
	for width := int64(4096); after < last; {
		upTo := last
		if last-after > width {
			upTo = after + width
		}
		var links int64
		err := c.each(func(r *sql.Rows) error {
			var lines sql.RawBytes
			if err := r.Scan(&links, &lines); err != nil {
				return err
			}
			adding.Lock()
			defer adding.Unlock()
			return m.addLines(lines)
		}, `SELECT count(*), string_agg(id || ' ' || code || ' ' || client_id || ' ' || COALESCE(event_id, 0) || CASE WHEN archived_at IS NULL THEN ' 0' ELSE ' 1' END, ',')
			FROM links WHERE id > $1 AND id <= $2`, after, upTo)
		if err != nil {
			return err
		}
		after = upTo
		switch {
		case links < few && width < 1<<60:
			width *= 2
		case links > many && width > 1:
			width /= 2
		}
	}
	return nil
}

// addLines adds the links of "id code client event archived,…".
func (m *cache) addLines(lines []byte) error {
	for len(lines) > 0 {
		var line []byte
		line, lines, _ = bytes.Cut(lines, []byte{','})
		id, rest, ok1 := leadingNumber(line)
		code, rest, ok2 := bytes.Cut(rest, []byte{' '})
		client, rest, ok3 := leadingNumber(rest)
		event, rest, ok4 := leadingNumber(rest)
		if !ok1 || !ok2 || !ok3 || !ok4 || len(rest) != 1 {
			return fmt.Errorf("a link was read as %q", line)
		}
		m.links.add(id, code, m.placeOfLink(client, event), rest[0] == '1')
	}
	return nil
}

// leadingNumber reads a number and the space behind it.
func leadingNumber(text []byte) (n int64, rest []byte, ok bool) {
	for i, c := range text {
		switch {
		case c == ' ' && i > 0:
			return n, text[i+1:], true
		case c < '0' || c > '9':
			return 0, nil, false
		}
		n = 10*n + int64(c-'0')
	}
	return 0, nil, false
}

// cacheAt is what was read in one snapshot, with the counts of changes in it.
type cacheAt struct {
	*cache
	counts map[int64]version
}

// readCache reads all of it beside the committer.
func (s *Store) readCache(ctx context.Context, readers int) (cacheAt, error) {
	return read(ctx, s, func(c *conn) (cacheAt, error) { return c.cacheAt(readers) })
}

func (c *conn) cacheAt(readers int) (at cacheAt, err error) {
	if at.counts, err = c.loadVersions(); err != nil {
		return at, err
	}
	at.cache, err = c.loadCache(readers)
	return at, err
}
