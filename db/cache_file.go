package db

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"lastclick/model"
)

// The cache file is a snapshot of the cache on this node's disk: with it a node starts
// and redirects while the database cannot be reached (away.go). It holds the pages, the
// links with their aliases, and the keys that sign receipts, without which a click would
// prove nothing; the SSH host keys too, without which SSH would prove itself to no one. So
// it is as secret as the database. It holds no secrets of checkouts, since orders wait for
// the database, and nothing about buyers.
//
// Layout: the magic with the version; numbers as varints and texts after their length, as
// write and read have them; the SHA-256 of all of it. Another version is refused: the file
// is written again within a minute of a start.

const (
	cacheMagic  = "lastclick cache 1\n"
	cacheMaxAge = 24 * time.Hour // an older file leads customers to pages of long ago
	cacheMaxLen = 1 << 30        // bytes; a million links have some 20 MB
)

// cacheFile is what the file holds.
type cacheFile struct {
	taken    time.Time         // the cache was that of the database then
	database [sha256.Size]byte // see databaseID
	servers  string            // see sharedEngine
	keys     []model.SigningKey
	hostKeys []byte // empty where they are files
	cache    *cache
}

// databaseID tells one database from another, in public: it is made of the secret of the
// customer hashes, which is drawn once for each.
func databaseID(customers []byte) [sha256.Size]byte {
	return sha256.Sum256(append([]byte("lastclick database\n"), customers...))
}

// cacheWriter writes the file. The first error is that of Flush.
type cacheWriter struct{ *bufio.Writer }

func (w cacheWriter) number(n int64) {
	_, _ = w.Write(binary.AppendVarint(w.AvailableBuffer(), n))
}

func (w cacheWriter) text(text []byte) {
	w.number(int64(len(text)))
	_, _ = w.Write(text)
}

// write writes the file while the committer may change the cache: no lock is taken, and
// memory is that of a buffer.
func (f *cacheFile) write(to io.Writer) error {
	sum := sha256.New()
	w := cacheWriter{bufio.NewWriterSize(io.MultiWriter(to, sum), 1<<16)}
	_, _ = w.WriteString(cacheMagic)
	w.number(millis(f.taken))
	w.text(f.database[:])
	w.text([]byte(f.servers))
	w.number(int64(len(f.keys)))
	for _, k := range f.keys {
		w.number(int64(k.ID))
		w.number(millis(k.From))
		w.text(k.Secret)
	}
	w.text(f.hostKeys)
	// The pages are read after the links: those of all these links are among them.
	links, aliases := f.cache.links.links.Load(), f.cache.aliases.links.Load()
	pages := *f.cache.pages.Load()
	w.number(int64(len(pages) - 1))
	for _, p := range pages[1:] {
		w.number(p.id)
		w.text([]byte(p.slug))
		w.text([]byte(p.url))
		w.number(int64(p.client))
		w.number(int64(p.window))
		w.text([]byte(p.carry))
		w.text([]byte(p.tracking))
	}
	f.cache.links.write(w, links)
	f.cache.aliases.write(w, aliases)
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := to.Write(sum.Sum(nil))
	return err
}

// write writes the first links of the table.
func (t *linkTable) write(w cacheWriter, links uint32) {
	v := t.view.Load()
	w.number(int64(links))
	for place := range links {
		r := v.row(place)
		page, archived := r.at()
		w.number(r.id)
		w.number(int64(page)<<1 | flag(archived))
		w.text(v.codeOf(r))
	}
}

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

// save puts the file in its place, whole or not at all, readable by this user alone. Of a
// process that is killed meanwhile the next save removes what it left.
func (f *cacheFile) save(path string) error {
	name := path + ".new"
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	temp, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(name) }() // it is there only after an error
	err = f.write(temp)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(name, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
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
