package model

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lastclick/model/testenv"
)

func tokenOf(k *Keyring, link int64, at time.Time) string {
	return string(k.AppendClick(nil, link, at, [16]byte{1, 2, 3, 4, 5}))
}

func TestClickToken_R23_SignedAndVerified_Unchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		link := rapid.Int64Range(0, 1<<40-1).Draw(t, "link")
		second := rapid.Int64Range(tokenEpoch, tokenEpoch+1<<32-1).Draw(t, "second")
		var visitor [16]byte
		copy(visitor[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "visitor"))
		// The two keys share the low byte of their ids.
		k := NewKeyring(SigningKey{ID: 1, Secret: make([]byte, 32), From: minute0}, SigningKey{ID: 257, Secret: []byte{1}, From: minute0})
		value := string(k.AppendClick([]byte("x"), link, time.Unix(second, 999e6), visitor))[1:]
		if len(value) != MaxClickToken || strings.Trim(value, "abcdefghijklmnopqrstuvwxyz234567") != "" {
			t.Fatalf("%q", value)
		}
		for _, spelled := range []string{value, strings.ToUpper(value)} {
			p, ok := k.VerifyClick(spelled)
			if !ok || p.Touch != (Touch{link, time.Unix(second, 0).UTC()}) || [4]byte(visitor[:4]) != p.Visitor {
				t.Fatalf("%d@%d came back as %+v, %v", link, second, p, ok)
			}
			if ReadClick(p.Raw[:]) != p {
				t.Fatalf("%+v reads as %+v", p, ReadClick(p.Raw[:]))
			}
		}
	})
}

func TestClickToken_R23_AlteredCharacter_Fails(t *testing.T) {
	k := ring(1)
	value := tokenOf(k, 7, minute0)
	for i := range value {
		for c := range 256 { // as a byte
			altered := []byte(value)
			altered[i] = byte(c)
			same := strings.EqualFold(string(altered), value)
			if _, ok := k.VerifyClick(string(altered)); ok != same {
				t.Fatalf("byte %d as %d: verifies %t", i, c, ok)
			}
		}
	}
	for _, odd := range []string{"", value + "a", value + "=", value[:31], value[:31] + "\n", value[:10] + "\n" + value[10:31], strings.Repeat("a", 32), " " + value[1:], strings.Replace(value, "a", "\u212a", 1)} {
		if _, ok := k.VerifyClick(odd); ok {
			t.Errorf("verifies: %q", odd)
		}
	}
	// U+212A folds to k, and takes three bytes.
	for at := range int64(1000) {
		with, n := tokenOf(k, at, minute0), 0
		if n = strings.IndexByte(with, 'k'); n < 0 || n > 29 {
			continue
		}
		if _, ok := k.VerifyClick(with[:n] + "\u212a" + with[n+3:]); ok {
			t.Errorf("%q verifies with a Kelvin sign", with)
		}
		break
	}
}

func TestClickToken_OtherKey_Fails(t *testing.T) {
	value := tokenOf(ring(1), 7, minute0)
	for _, other := range []*Keyring{ring(2), NewKeyring(SigningKey{ID: 1, Secret: make([]byte, 32), From: minute0})} {
		if _, ok := other.VerifyClick(value); ok {
			t.Error("it verifies by another key")
		}
	}
}

func TestClickToken_NeverAReceipt(t *testing.T) {
	k := ring(1)
	r := Receipt{}.Clicked(7, minute0)
	if _, ok := k.Verify(tokenOf(k, 7, minute0)); ok {
		t.Error("a token verifies as a receipt")
	}
	receipt := k.Sign(r, minute0)
	if _, ok := k.VerifyClick(receipt); ok {
		t.Error("a receipt verifies as a token")
	}
	// A receipt whose bytes were a token's: the MAC of one is none of the other.
	raw, _ := receiptEncoding.DecodeString(receipt)
	if _, ok := k.VerifyClick(tokenEncoding.EncodeToString(raw[:ClickTokenBytes])); ok {
		t.Error("the bytes of a receipt verify as a token")
	}
	if tokenDomain[0] == receiptVersion {
		t.Error("what is signed as a token begins as a receipt does")
	}
}

func TestClickToken_WhatItCannotHold_Nothing(t *testing.T) {
	k := ring(1)
	for _, tt := range []struct {
		link int64
		at   time.Time
	}{{1 << 40, minute0}, {-1, minute0}, {1, time.Unix(tokenEpoch-1, 0)}, {1, time.Unix(tokenEpoch+1<<32, 0)}} {
		if got := k.AppendClick([]byte("x"), tt.link, tt.at, [16]byte{}); string(got) != "x" {
			t.Errorf("link %d at %s: %q", tt.link, tt.at, got)
		}
	}
}

func TestWithClick_TheLinkOnce_WithItsLatestClick(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Receipt
		for range rapid.IntRange(0, 20).Draw(t, "clicks") {
			r = r.Clicked(rapid.Int64Range(1, 18).Draw(t, "link"), minute0.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "at"))*time.Second))
		}
		before := slices.Clone(r.Touches)
		click := Touch{rapid.Int64Range(1, 18).Draw(t, "token's link"), minute0.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "token's second")) * time.Second)}
		all := WithClick(r.Touches, click)
		if !slices.Equal(r.Touches, before) {
			t.Fatal("the receipt is changed")
		}
		latest := map[int64]time.Time{click.Link: click.At}
		for _, touch := range before {
			if touch.Link != click.Link || touch.At.After(click.At) {
				latest[touch.Link] = touch.At
			}
		}
		if len(all) != len(latest) {
			t.Fatalf("%v and %v give %v", before, click, all)
		}
		for _, touch := range all {
			if !touch.At.Equal(latest[touch.Link]) {
				t.Fatalf("%v and %v give %v", before, click, all)
			}
		}
	})
}

func FuzzClickToken(f *testing.F) {
	k := ring(1)
	f.Add(tokenOf(k, 7, minute0))
	f.Add(strings.ToUpper(tokenOf(k, 1<<39, minute0)))
	f.Fuzz(func(t *testing.T, value string) {
		if p, ok := k.VerifyClick(value); ok && !strings.EqualFold(string(k.AppendClick(nil, p.Link, p.At, [16]byte(append(p.Visitor[:], make([]byte, 12)...)))), value) {
			t.Errorf("%q verifies and is not what we sign", value)
		}
	})
}

func TestClickToken_Allocations(t *testing.T) {
	k, dst := ring(1), make([]byte, 0, MaxClickToken)
	testenv.Allocations(t, 0, func() { dst = k.AppendClick(dst[:0], 7, minute0, [16]byte{}) })
	value := string(dst)
	testenv.Allocations(t, 0, func() {
		if _, ok := k.VerifyClick(value); !ok {
			t.Fatal("it does not verify")
		}
	})
}
