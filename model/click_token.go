package model

import (
	"crypto/hmac"
	"encoding/base32"
	"encoding/binary"
	"time"
)

// A click token proves one click where no cookie can (R23): it stands in the address of
// the page, in one parameter, and the shop's order brings it back. Shops shorten, lower
// and upper such values, so it is short, plain, and reads the same in both cases.
//
// Layout: the low byte of the key's id, link (5 bytes), seconds since 2020 (4), the first
// bytes of the visitor's id (4), then the first 6 bytes of the HMAC-SHA256 of tokenDomain
// and all of it, big-endian; base32, which leaves no bit unused. 6 bytes are enough where
// every guess is a signed webhook.
const (
	clickPayload = 1 + 5 + 4 + 4
	clickMAC     = 6

	// ClickTokenBytes is the length of a decoded click token.
	ClickTokenBytes = clickPayload + clickMAC
	// MaxClickToken is the length of a click token in characters.
	MaxClickToken = ClickTokenBytes * 8 / 5
)

// tokenDomain keeps what is signed as a token from ever being a receipt, which begins with
// its version, a byte of 1.
const tokenDomain = "click token 1\x00"

// tokenEpoch is 2020-01-01 UTC. Tokens end in 2156.
var tokenEpoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

var tokenEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// ClickProof is the click that a token proves.
type ClickProof struct {
	Touch
	Visitor [4]byte // the first bytes of the receipt's visitor
	// Raw is the decoded token: two tokens are the same where it is. It is not secret.
	Raw [ClickTokenBytes]byte
}

// AppendClick appends the token of a click to dst: 32 characters of a-z and 2-7. It
// appends nothing for a link or a time that a token cannot hold: links from 2^40 on, and
// times before 2020 or after 2155.
func (k *Keyring) AppendClick(dst []byte, link int64, at time.Time, visitor [16]byte) []byte {
	seconds := at.Unix() - tokenEpoch
	if link < 0 || link >= 1<<40 || seconds < 0 || seconds >= 1<<32 {
		return dst
	}
	s := k.newest(at)
	m := s.macs.Get().(*macState)
	raw := append(m.raw[:0], tokenDomain...)
	raw = append(raw, byte(s.ID), byte(link>>32))
	raw = binary.BigEndian.AppendUint32(raw, uint32(link))
	raw = binary.BigEndian.AppendUint32(raw, uint32(seconds))
	raw = append(raw, visitor[:4]...)
	m.Reset()
	m.Write(raw)
	m.raw = m.Sum(raw)
	dst = tokenEncoding.AppendEncode(dst, m.raw[len(tokenDomain):len(raw)+clickMAC])
	s.macs.Put(m)
	return dst
}

// VerifyClick returns the click that a token proves, and whether one of our keys signed
// it. Upper and lower case are the same.
func (k *Keyring) VerifyClick(token string) (ClickProof, bool) {
	var p ClickProof
	if len(token) != MaxClickToken {
		return p, false
	}
	var folded [MaxClickToken]byte
	for i := range folded {
		// Not by strings.ToLower: outside of ASCII there are letters that fold to ours.
		switch c := token[i]; {
		case c >= 'A' && c <= 'Z':
			folded[i] = c + 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '2' && c <= '7':
			folded[i] = c
		default: // the decoder skips line breaks
			return p, false
		}
	}
	if n, err := tokenEncoding.Decode(p.Raw[:], folded[:]); err != nil || n != ClickTokenBytes {
		return ClickProof{}, false
	}
	for _, s := range *k.keys.Load() {
		if byte(s.ID) == p.Raw[0] && s.verifiesClick(p.Raw[:]) {
			p.read()
			return p, true
		}
	}
	return ClickProof{}, false
}

// verifiesClick says whether the token ends with the MAC of what it says.
func (s *signer) verifiesClick(token []byte) bool {
	m := s.macs.Get().(*macState)
	raw := append(append(m.raw[:0], tokenDomain...), token[:clickPayload]...)
	m.Reset()
	m.Write(raw)
	m.raw = m.Sum(raw)
	ok := hmac.Equal(m.raw[len(raw):len(raw)+clickMAC], token[clickPayload:])
	s.macs.Put(m)
	return ok
}

// ReadClick is the click of a decoded token that was verified before. It is zero for what
// has another length.
func ReadClick(raw []byte) ClickProof {
	var p ClickProof
	if len(raw) == ClickTokenBytes {
		copy(p.Raw[:], raw)
		p.read()
	}
	return p
}

// read fills the click from Raw.
func (p *ClickProof) read() {
	p.Link = int64(p.Raw[1])<<32 | int64(binary.BigEndian.Uint32(p.Raw[2:]))
	p.At = time.Unix(tokenEpoch+int64(binary.BigEndian.Uint32(p.Raw[6:])), 0).UTC()
	copy(p.Visitor[:], p.Raw[10:])
}

// WithClick are the touches of a receipt and one more click, of a token. A receipt holds a
// link once, with its latest click, and that holds here too: the click is left out where
// the receipt has it or a later one on the link, and else takes the place of the earlier
// one. It comes last, so that it is the later one within its second. touches is not
// changed.
func WithClick(touches []Touch, click Touch) []Touch {
	all := make([]Touch, 0, len(touches)+1)
	for _, t := range touches {
		switch {
		case t.Link != click.Link:
			all = append(all, t)
		case !t.At.Before(click.At):
			return touches
		}
	}
	return append(all, click)
}
