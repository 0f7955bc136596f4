package db

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
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
	return syncDir(filepath.Dir(path))
}
