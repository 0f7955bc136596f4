package shop

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"time"

	"lastclick/model"
)

// version is the version of an order that its shop last modified at the time modified,
// which the shop says in steps of resolution (a second, a millisecond).
//
// No shop counts the versions of an order. Its version is the time of its last change in
// microseconds. The digits below the shop's resolution tell contents of the same time
// apart, or the second of them would be refused as another content of the same version.
// They come from the content alone, so that the end does not depend on which arrived
// first:
//
//   - an order moves on by tickets that are given back and by what becomes known of it, so
//     more tickets that do not count are newer, then an order whose tracking is known, then
//     one whose customer is;
//   - what is still equal is put in an arbitrary, but always the same, order by its digest.
//
// It stays below 2^53, so that a program that reads it as a float reads it right.
func (o order) version(modified time.Time, resolution time.Duration) int64 {
	room := uint64(max(resolution.Microseconds(), 1))
	base := modified.Truncate(resolution).UnixMicro()
	o.Version = 0
	content, err := json.Marshal(o)
	if err != nil {
		return base
	}
	sum := sha256.Sum256(content)
	digest := binary.BigEndian.Uint64(sum[:])

	gone := uint64(0)
	for _, t := range o.Tickets {
		if t.Status != model.Valid {
			gone++
		}
	}
	known := uint64(0)
	if o.Tracking != (tracking{}) {
		known += 2
	}
	if o.Customer != (customer{}) {
		known++
	}
	const kinds = 4 // of known
	var arbitrary uint64
	switch {
	case room >= 1_000_000:
		arbitrary = room / (kinds * (model.MaxTickets + 1))
	case room >= 1_000:
		arbitrary = 5
	default:
		return base + int64(digest%room)
	}
	gone = min(gone, room/(kinds*arbitrary)-1)
	return base + int64((gone*kinds+known)*arbitrary+digest%arbitrary)
}
