package db

import (
	"hash/maphash"
	"sync/atomic"
)

// linkTable finds links by code and by id. It is made of arrays without pointers, so
// that the garbage collector looks at a million links no more than at ten: some 45
// bytes each. One goroutine adds; others read meanwhile, without a lock: what they see
// of a link was written before the slot of the index that leads to it, and stays where
// it is. Links are never removed, and no code goes to another link (R6).
type linkTable struct {
	view  atomic.Pointer[linkView]
	links atomic.Uint32 // how many there are; changed by the writer alone
	used  uint32        // of the codes' bytes; the writer's
}

// linkView is where the links are. Rows and codes are in blocks. A view with another
// block, or longer indexes, replaces it; the arrays are the same.
type linkView struct {
	byCode, byID []atomic.Uint32 // open addressing; the place of a link + 1, or 0
	rows         []*[rowBlock]linkRow
	codes        []*[codeBlock]byte // each code after its length
}

const (
	rowBlock  = 1 << 12
	codeBlock = 1 << 16
	maxCode   = 255 // bytes
)

// linkRow is a link. Only whether it is archived ever changes.
type linkRow struct {
	id   int64
	code uint32 // where its code is; a code lies in one block
	page uint32 // twice the place of its page, and 1 more for an archived one; by sync/atomic
}

// codeSeed keeps strangers from choosing codes that meet in one slot.
var codeSeed = maphash.MakeSeed()

// newLinkTable has indexes for so many links.
func newLinkTable(links int) *linkTable {
	t := &linkTable{}
	t.view.Store((&linkView{}).withIndexes(links))
	return t
}

// withIndexes is the view with empty indexes, at most three quarters full with so many
// links.
func (v *linkView) withIndexes(links int) *linkView {
	size := 8
	for size*3/4 < links {
		size *= 2
	}
	return &linkView{make([]atomic.Uint32, size), make([]atomic.Uint32, size), v.rows, v.codes}
}

// row is the link in a place; nil where the place is not in this view: the link was
// added since.
func (v *linkView) row(place uint32) *linkRow {
	block := place / rowBlock
	if int(block) >= len(v.rows) {
		return nil
	}
	return &v.rows[block][place%rowBlock]
}

// codeOf is the link's code; nil where it is not in this view.
func (v *linkView) codeOf(r *linkRow) []byte {
	block, at := r.code/codeBlock, r.code%codeBlock
	if int(block) >= len(v.codes) {
		return nil
	}
	return v.codes[block][at+1:][:v.codes[block][at]]
}

// find is the link with the code; nil for none.
func (t *linkTable) find(code string) *linkRow {
	v := t.view.Load()
	mask := uint64(len(v.byCode) - 1)
	for i := maphash.String(codeSeed, code); ; i++ {
		place := v.byCode[i&mask].Load()
		if place == 0 {
			return nil
		}
		if r := v.row(place - 1); r != nil && string(v.codeOf(r)) == code {
			return r
		}
	}
}

// codeOf is the code of a link of this table.
func (t *linkTable) codeOf(r *linkRow) []byte { return t.view.Load().codeOf(r) }

// get is the link with the id; nil for none.
func (t *linkTable) get(id int64) *linkRow {
	v := t.view.Load()
	mask := uint64(len(v.byID) - 1)
	for i := hashID(id); ; i++ {
		place := v.byID[i&mask].Load()
		if place == 0 {
			return nil
		}
		if r := v.row(place - 1); r != nil && r.id == id {
			return r
		}
	}
}

// hashID spreads ids that follow one another (Fibonacci hashing).
func hashID(id int64) uint64 { return uint64(id) * 0x9e3779b97f4a7c15 >> 20 }

// add adds a link whose id and code no other has, with the place of its page. It leaves
// one out whose code is longer than any may be.
func (t *linkTable) add(id int64, code []byte, page uint32, archived bool) {
	if len(code) > maxCode {
		return
	}
	if v := t.view.Load(); int(t.links.Load())+1 > len(v.byCode)*3/4 {
		t.grow()
	}
	if t.links.Load()%rowBlock == 0 {
		v := *t.view.Load()
		v.rows = append(v.rows[:len(v.rows):len(v.rows)], new([rowBlock]linkRow))
		t.view.Store(&v)
	}
	if free := uint32(len(t.view.Load().codes))*codeBlock - t.used; int(free) <= len(code) {
		v := *t.view.Load()
		t.used = uint32(len(v.codes)) * codeBlock
		v.codes = append(v.codes[:len(v.codes):len(v.codes)], new([codeBlock]byte))
		t.view.Store(&v)
	}
	v := t.view.Load()
	r := v.row(t.links.Load())
	*r = linkRow{id, t.used, page<<1 | uint32(flag(archived))}
	v.codes[t.used/codeBlock][t.used%codeBlock] = uint8(len(code))
	copy(v.codeOf(r), code)
	t.used += 1 + uint32(len(code))
	n := t.links.Add(1)
	put(v.byCode, maphash.Bytes(codeSeed, code), n)
	put(v.byID, hashID(id), n)
}

// put writes to the first free slot from the hash on.
func put(index []atomic.Uint32, hash uint64, value uint32) {
	mask := uint64(len(index) - 1)
	for index[hash&mask].Load() != 0 {
		hash++
	}
	index[hash&mask].Store(value)
}

// grow makes the indexes twice as long.
func (t *linkTable) grow() {
	v := t.view.Load().withIndexes(2 * int(t.links.Load()+1))
	for place := range t.links.Load() {
		r := v.row(place)
		put(v.byCode, maphash.Bytes(codeSeed, v.codeOf(r)), place+1)
		put(v.byID, hashID(r.id), place+1)
	}
	t.view.Store(v)
}

// at is the place of the link's page, and whether the link is archived.
func (r *linkRow) at() (page uint32, archived bool) {
	p := atomic.LoadUint32(&r.page)
	return p >> 1, p&1 != 0
}

// setArchived is for the one goroutine that writes.
func (r *linkRow) setArchived(v bool) {
	atomic.StoreUint32(&r.page, atomic.LoadUint32(&r.page)&^1|uint32(flag(v)))
}
