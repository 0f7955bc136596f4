package model

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func ring(ids ...uint32) *Keyring {
	var keys []SigningKey
	for _, id := range ids {
		keys = append(keys, SigningKey{ID: id, Secret: bytes.Repeat([]byte{byte(id)}, 32), From: minute0.Add(time.Duration(id) * time.Hour)})
	}
	return NewKeyring(keys...)
}

func TestReceipt_SignedAndVerified_Unchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r Receipt
		copy(r.Visitor[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "visitor"))
		for range rapid.IntRange(0, 40).Draw(t, "clicks") {
			link := rapid.Int64Range(1, 30).Draw(t, "link")
			r = r.Clicked(link, time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 999))
			if last := r.Touches[len(r.Touches)-1]; last.Link != link || !r.Holds(link) {
				t.Fatalf("the click on %d is not the latest of %v", link, r.Touches)
			}
		}
		if len(r.Touches) > MaxTouches {
			t.Fatalf("%d touches", len(r.Touches))
		}
		value := ring(1, 2).Sign(r, minute0.Add(72*time.Hour))
		if len(value) > 400 {
			t.Fatalf("%d bytes", len(value))
		}
		back, ok := ring(2).Verify(value) // the newest one signed
		if !ok || back.Visitor != r.Visitor || len(back.Touches) != len(r.Touches) {
			t.Fatalf("%v came back as %v, %v", r, back, ok)
		}
		for i := range r.Touches {
			if back.Touches[i] != r.Touches[i] {
				t.Fatalf("touch %d: %v came back as %v", i, r.Touches[i], back.Touches[i])
			}
		}
	})
}

func TestReceipt_R20_RepeatedClick_RenewsItsTime(t *testing.T) {
	r := Receipt{}.Clicked(1, minute0).Clicked(2, minute0).Clicked(1, minute0.Add(1500*time.Millisecond))
	if len(r.Touches) != 2 || r.Touches[1] != (Touch{1, minute0.Add(time.Second)}) {
		t.Errorf("touches %v", r.Touches)
	}
}

func TestReceipt_Case12_AlteredBit_Fails(t *testing.T) {
	k := ring(1)
	value := k.Sign(Receipt{Visitor: [16]byte{1, 2, 3}}.Clicked(7, minute0).Clicked(8, minute0), minute0.Add(2*time.Hour))
	for i := range value {
		for bit := range 8 {
			altered := []byte(value)
			altered[i] ^= 1 << bit
			if _, ok := k.Verify(string(altered)); ok {
				t.Fatalf("verifies with bit %d of byte %d altered: %q", bit, i, altered)
			}
		}
	}
	for _, odd := range []string{"", value + "A", value + "=", value + "\n", value[:len(value)-1], value[:10] + "\r\n" + value[10:]} {
		if _, ok := k.Verify(odd); ok {
			t.Errorf("verifies: %q", odd)
		}
	}
}

func TestKeyring_Rotated_OldVerifiesNewSigns(t *testing.T) {
	r := Receipt{}.Clicked(1, minute0)
	old := ring(1).Sign(r, minute0.Add(90*time.Minute))
	both := ring(1, 2)
	if _, ok := both.Verify(old); !ok {
		t.Error("an older key no longer verifies")
	}
	// Key 2 is in force from the second hour on.
	if early := both.Sign(r, minute0.Add(90*time.Minute)); early != old {
		t.Error("a key that is not in force yet signed")
	}
	late := both.Sign(r, minute0.Add(3*time.Hour))
	if _, ok := ring(2).Verify(late); !ok {
		t.Error("the newest key did not sign")
	}
	if _, ok := ring(1).Verify(late); ok {
		t.Error("verifies with a key that did not sign")
	}
}

func FuzzReceipt(f *testing.F) {
	k := ring(1)
	f.Add(k.Sign(Receipt{}, minute0))
	f.Add(k.Sign(Receipt{}.Clicked(1, minute0).Clicked(1<<62, minute0), minute0))
	f.Add("AQ")
	f.Fuzz(func(t *testing.T, value string) {
		if r, ok := k.Verify(value); ok && k.Sign(r, minute0) != value {
			t.Errorf("%q verifies and is not what we sign", value)
		}
	})
}

func BenchmarkReceipt(b *testing.B) {
	k := ring(1)
	r := Receipt{}
	for i := range int64(4) {
		r = r.Clicked(i, minute0)
	}
	value := k.Sign(r, minute0)
	b.ReportAllocs()
	for b.Loop() {
		r, _ := k.Verify(value)
		value = k.Sign(r.Clicked(2, minute0), minute0)
	}
}
