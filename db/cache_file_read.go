package db

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"time"

	"lastclick/model"
)

// cacheReader reads what cacheWriter wrote. What is not there is zero, and noted.
type cacheReader struct {
	rest []byte
	bad  bool
}

func (r *cacheReader) number() int64 {
	n, size := binary.Varint(r.rest)
	if size <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

// count is a number of things of which each has at least one byte.
func (r *cacheReader) count() int {
	n := r.number()
	if n < 0 || n > int64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return 0
	}
	return int(n)
}

// small is a number that was written from 32 bits.
func (r *cacheReader) small() uint32 {
	n := r.number()
	if n < 0 || n > math.MaxUint32 {
		r.bad, r.rest = true, nil
		return 0
	}
	return uint32(n)
}

// text is a part of the file, not a copy.
func (r *cacheReader) text() []byte {
	n := r.count()
	text := r.rest[:n]
	r.rest = r.rest[n:]
	return text
}

// errCacheDamaged is the error of a file that is not as it was written.
var errCacheDamaged = errors.New("it is damaged")

// parseCacheFile reads the bytes of a file.
func parseCacheFile(raw []byte) (*cacheFile, error) {
	if !bytes.HasPrefix(raw, []byte(cacheMagic)) {
		return nil, errors.New("it is of another version of lastclick, or no snapshot")
	}
	end := len(raw) - sha256.Size
	if end < len(cacheMagic) || sha256.Sum256(raw[:end]) != [sha256.Size]byte(raw[end:]) {
		return nil, errCacheDamaged
	}
	r := &cacheReader{rest: raw[len(cacheMagic):end]}
	f := &cacheFile{taken: fromMillis(r.number())}
	copy(f.database[:], r.text())
	f.servers = string(r.text())
	for range r.count() {
		k := model.SigningKey{ID: r.small(), From: fromMillis(r.number())}
		k.Secret = bytes.Clone(r.text())
		f.keys = append(f.keys, k)
	}
	f.hostKeys = bytes.Clone(r.text())
	f.cache = r.cache()
	if r.bad || len(r.rest) > 0 || len(f.keys) == 0 {
		return nil, errCacheDamaged
	}
	return f, nil
}

// cache reads the pages and the links.
func (r *cacheReader) cache() *cache {
	m := newCache(0)
	pages := []*destination{{}}
	for range r.count() {
		p := &destination{id: r.number(), slug: string(r.text()), url: string(r.text()), client: r.small()}
		p.window = model.Window(r.number())
		p.carry, p.tracking = model.Carry(r.text()), model.TrackingMode(r.text())
		place := uint32(len(pages)) //nolint:gosec // the file is not that long
		pages = append(pages, p)
		if p.client == place {
			m.clients[p.id] = place
			m.clientSlugs.Store(p.slug, place)
		} else {
			m.events[p.id] = place
			m.eventSlugs.Store(p.slug, place)
		}
		m.window.Store(max(m.window.Load(), int64(p.window)))
	}
	for _, p := range pages {
		r.bad = r.bad || int(p.client) >= len(pages)
	}
	m.pages.Store(&pages)
	m.links, m.aliases = r.links(len(pages)), r.links(len(pages))
	return m
}

// links reads a table of links, which lead to so many pages.
func (r *cacheReader) links(pages int) *linkTable {
	n := r.count()
	t := newLinkTable(n)
	for range n {
		id, page := r.number(), r.small()
		code := r.text()
		if r.bad || int(page>>1) >= pages || len(code) > maxCode {
			r.bad, r.rest = true, nil
			return t
		}
		t.add(id, code, page>>1, page&1 != 0)
	}
	return t
}

// readCacheFile reads a file that this user wrote. Its errors go on from "the snapshot
// FILE cannot be used: ".
func readCacheFile(path string) (*cacheFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	// The group may read it, as the SSH host key: that is how orchestrators mount volumes.
	if info.Mode().Perm()&0o007 != 0 {
		return nil, errors.New("others can read or change it: run chmod 600 on it, and replace the keys in it if they have")
	}
	if info.Size() > cacheMaxLen {
		return nil, fmt.Errorf("it has more than %d bytes", cacheMaxLen)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseCacheFile(raw)
}

// CacheFileTaken is when the file at path was taken, and an error where a start could not
// go by it.
func CacheFileTaken(path string, o Options, now time.Time) (time.Time, error) {
	f, err := readCacheFile(path)
	if err != nil {
		return time.Time{}, err
	}
	return f.taken, f.usable((&postgres{url: o.URL}).servers(), now)
}

// usable refuses a file of another database, or of too long ago.
func (f *cacheFile) usable(servers string, now time.Time) error {
	age := now.Sub(f.taken)
	switch {
	case !sharesServer(f.servers, servers):
		return fmt.Errorf("it is of the database at %s, not of that at %s", f.servers, servers)
	case age > cacheMaxAge:
		return fmt.Errorf("it was written %s ago, and after %s its links may lead astray", age.Round(time.Minute), cacheMaxAge)
	case age < -cacheMaxAge:
		return fmt.Errorf("it was written at %s, which is yet to come: see whether the clock is right", f.taken.UTC().Format(time.RFC3339))
	}
	return nil
}
