package model

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// MaxTouches is how many links a receipt remembers: the most recent ones.
const MaxTouches = 16

// MaxReceipt bounds the length of a receipt in bytes; the longest that Sign
// writes has under 400.
const MaxReceipt = 1024

// Touch is a click in a receipt.
type Touch struct {
	Link int64
	At   time.Time // whole seconds, rounded down
}

// Receipt is a visitor's clicks, as the browser keeps them: an order is attributed from
// it alone.
type Receipt struct {
	Visitor [16]byte // random; the same for all clicks of a browser
	Touches []Touch  // distinct links, in the order of their last clicks
}

// Holds says whether the receipt holds a click on the link.
func (r Receipt) Holds(link int64) bool {
	return slices.ContainsFunc(r.Touches, func(t Touch) bool { return t.Link == link })
}

// Clicked returns r with a click on the link at the time added as the latest one.
// A repeated click renews the click time.
func (r Receipt) Clicked(link int64, at time.Time) Receipt {
	touches := make([]Touch, 0, len(r.Touches)+1)
	for _, t := range r.Touches {
		if t.Link != link {
			touches = append(touches, t)
		}
	}
	touches = append(touches, Touch{link, at.UTC().Truncate(time.Second)})
	if n := len(touches) - MaxTouches; n > 0 {
		touches = touches[n:]
	}
	r.Touches = touches
	return r
}

// SigningKey signs receipts.
type SigningKey struct {
	ID     uint32
	Secret []byte    // 32 random bytes
	From   time.Time // it signs from then on; it verifies at any time
}

// Keyring signs and verifies receipts. Several keys verify, the newest one that is
// in force signs. It is safe for concurrent use, also with Replace.
type Keyring struct{ keys atomic.Pointer[[]*signer] }

type signer struct {
	SigningKey
	macs sync.Pool // of *macState: a keyed HMAC costs more to make than to reset
}

// macState is what signing one receipt needs.
type macState struct {
	hash.Hash
	raw []byte
}

// NewKeyring holds the keys, at least one of which must be in force when Sign is
// called.
func NewKeyring(keys ...SigningKey) *Keyring {
	k := &Keyring{}
	k.Replace(keys...)
	return k
}

// Replace changes the keys.
func (k *Keyring) Replace(keys ...SigningKey) {
	signers := make([]*signer, len(keys))
	for i, key := range keys {
		signers[i] = &signer{SigningKey: key}
		signers[i].macs.New = func() any {
			return &macState{hmac.New(sha256.New, key.Secret), make([]byte, 0, 256)}
		}
	}
	slices.SortFunc(signers, func(a, b *signer) int {
		return cmp.Or(b.From.Compare(a.From), cmp.Compare(b.ID, a.ID))
	})
	k.keys.Store(&signers)
}

// Layout: version 1, key id (uvarint), visitor, touches as (link, seconds) in
// uvarints, then the first 16 bytes of the HMAC-SHA256 of all of it; base64url.
const (
	receiptVersion = 1
	macSize        = 16
)

// strict refuses a last character with bits that carry nothing: every altered bit
// of a receipt must fail.
var receiptEncoding = base64.RawURLEncoding.Strict()

// Sign returns the value of the cookie at the time now.
func (k *Keyring) Sign(r Receipt, now time.Time) string {
	return string(k.AppendSign(nil, r, now))
}

// AppendSign appends the value of the cookie at the time now to dst.
func (k *Keyring) AppendSign(dst []byte, r Receipt, now time.Time) []byte {
	s := k.newest(now)
	m := s.macs.Get().(*macState)
	raw := append(m.raw[:0], receiptVersion)
	raw = binary.AppendUvarint(raw, uint64(s.ID))
	raw = append(raw, r.Visitor[:]...)
	for _, t := range r.Touches {
		raw = binary.AppendUvarint(raw, uint64(t.Link))
		raw = binary.AppendUvarint(raw, uint64(t.At.Unix()))
	}
	m.Reset()
	m.Write(raw)
	m.raw = m.Sum(raw)
	dst = receiptEncoding.AppendEncode(dst, m.raw[:len(raw)+macSize])
	s.macs.Put(m)
	return dst
}

// newest is the key that signs at now: the one in force last, or, should none be
// in force yet, the oldest.
func (k *Keyring) newest(now time.Time) *signer {
	keys := *k.keys.Load()
	for _, s := range keys {
		if !s.From.After(now) {
			return s
		}
	}
	return keys[len(keys)-1]
}

// verifies says whether sum is the MAC of data.
func (s *signer) verifies(data, sum []byte) bool {
	m := s.macs.Get().(*macState)
	m.Reset()
	m.Write(data)
	m.raw = m.Sum(m.raw[:0])
	ok := hmac.Equal(m.raw[:macSize], sum)
	s.macs.Put(m)
	return ok
}

// Verify returns the receipt that value holds, and whether one of our keys signed
// it.
func (k *Keyring) Verify(value string) (Receipt, bool) {
	var r Receipt
	// The decoder skips line breaks, which would leave room for altered copies.
	if len(value) > MaxReceipt || strings.ContainsAny(value, "\r\n") {
		return r, false
	}
	raw, err := receiptEncoding.DecodeString(value)
	if err != nil || len(raw) < 1+1+len(r.Visitor)+macSize || raw[0] != receiptVersion {
		return r, false
	}
	body, sum := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	id, n := binary.Uvarint(body[1:])
	if n <= 0 {
		return r, false
	}
	keys := *k.keys.Load()
	i := slices.IndexFunc(keys, func(s *signer) bool { return uint64(s.ID) == id })
	if i < 0 || !keys[i].verifies(body, sum) {
		return r, false
	}
	rest := body[1+n:]
	if len(rest) < len(r.Visitor) {
		return r, false
	}
	rest = rest[copy(r.Visitor[:], rest):]
	r.Touches = make([]Touch, 0, min(MaxTouches, len(rest)/2)) // each has two bytes or more
	for len(rest) > 0 {
		link, n := binary.Uvarint(rest)
		if n <= 0 {
			return Receipt{}, false
		}
		at, m := binary.Uvarint(rest[n:])
		if m <= 0 || len(r.Touches) == MaxTouches {
			return Receipt{}, false
		}
		r.Touches = append(r.Touches, Touch{int64(link), time.Unix(int64(at), 0).UTC()})
		rest = rest[n+m:]
	}
	return r, true
}
