package db

import (
	"bytes"
	"sync/atomic"
	"testing"
	"time"

	"lastclick/model"
)

// clock is a time that a test moves.
type clock struct{ ms atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

func TestSigningKeys_Old_Rotated(t *testing.T) {
	var c clock
	c.ms.Store(time.Date(2025, 6, 1, 10, 0, 0, 0, time.UTC).UnixMilli())
	dir := t.TempDir()
	s := openTest(t, Options{Dir: dir, Now: c.now})
	sign := func(s *Store) string { return s.Receipts().Sign(model.Receipt{}.Clicked(1, c.now()), c.now()) }
	keys := func(s *Store) []model.SigningKey {
		t.Helper()
		k, err := read(t.Context(), s, (*conn).signingKeys)
		must(t, err)
		return k
	}
	first := sign(s)
	secret := s.customers
	must(t, s.Close())

	c.advance(keyLife - time.Second)
	s = openTest(t, Options{Dir: dir, Now: c.now})
	if n := len(keys(s)); n != 1 {
		t.Errorf("%d keys before the first has had its time", n)
	}
	c.advance(time.Second)
	must(t, s.update(t.Context(), (*tx).renewKeys)) // the hourly look
	if n := len(keys(s)); n != 2 {
		t.Errorf("%d keys, want 2", n)
	}
	if sign(s)[:8] != first[:8] {
		t.Error("the new key signs at once, before the other nodes know it")
	}
	c.advance(keyDelay)
	second := sign(s)
	if second[:8] == first[:8] {
		t.Error("the new key does not sign")
	}
	must(t, s.Close())

	s = openTest(t, Options{Dir: dir, Now: c.now})
	for _, receipt := range []string{first, second} {
		if _, ok := s.Receipts().Verify(receipt); !ok {
			t.Error("a receipt of a kept key does not verify")
		}
	}
	if !bytes.Equal(secret, s.customers) || len(secret) != 32 {
		t.Error("the secret of the customers has changed")
	}
	if n := len(keys(s)); n != 2 {
		t.Errorf("%d keys, want 2", n)
	}
}
