package db_test

import (
	"bytes"
	"testing"
	"time"

	"lastclick/db"
)

func TestACMEItems_SetTwiceAndRemoved_AsKept(t *testing.T) {
	testACMEItems(t, db.Options{Dir: t.TempDir()})
}

// testACMEItems keeps an item through one store and reads it through another.
func testACMEItems(t *testing.T, o db.Options) {
	s, ctx := openStore(t, o), t.Context()
	o.ReadOnly = true
	other := openStore(t, o)
	want := func(name string, item []byte) {
		t.Helper()
		for _, from := range []*db.Store{s, other} {
			if got, err := from.ACMEItem(ctx, name); err != nil || !bytes.Equal(got, item) || (got == nil) != (item == nil) {
				t.Errorf("%s: %q %v, want %q", name, got, err, item)
			}
		}
	}
	want("go.example.com", nil)
	for _, item := range [][]byte{[]byte("first\x00\xff"), []byte("second")} {
		if err := s.SetACMEItem(ctx, "go.example.com", item); err != nil {
			t.Fatal(err)
		}
		want("go.example.com", item)
	}
	want("GO.example.com", nil)
	for range 2 {
		if err := s.RemoveACMEItem(ctx, "go.example.com"); err != nil {
			t.Fatal(err)
		}
		want("go.example.com", nil)
	}
	// One node at a time asks for a certificate.
	claim := func(name string, lasts time.Duration) bool {
		t.Helper()
		mine, err := s.ClaimACMEOrder(ctx, name, lasts)
		if err != nil {
			t.Fatal(err)
		}
		return mine
	}
	if !claim("go.example.com", 0) || !claim("go.example.com", time.Hour) || claim("go.example.com", time.Hour) || !claim("www.example.com", time.Hour) {
		t.Error("a claim that has ended is not given, or one is given twice")
	}
	want("go.example.com", nil)
	if err := other.SetACMEItem(ctx, "x", []byte("y")); err == nil {
		t.Error("a store that only reads has kept an item")
	}
}
