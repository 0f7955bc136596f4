package model

import (
	"bytes"
	"testing"

	"lastclick/model/testenv"
)

// See BenchmarkVerifyWrongByte of the package shop.
func BenchmarkVerifyWrongByte(b *testing.B) {
	keys := ring(1)
	b.Run("receipt", func(b *testing.B) {
		raw, err := receiptEncoding.DecodeString(string(keys.AppendSign(nil, Receipt{}.Clicked(7, minute0), minute0)))
		if err != nil {
			b.Fatal(err)
		}
		wrong := func(index int) func() {
			changed := bytes.Clone(raw)
			changed[index] ^= 1
			forged := receiptEncoding.EncodeToString(changed)
			return func() {
				if _, ok := keys.Verify(forged); ok {
					b.Fatal("a wrong receipt verifies")
				}
			}
		}
		testenv.CompareTimes(b, wrong(len(raw)-macSize), wrong(len(raw)-1))
	})
	b.Run("click", func(b *testing.B) {
		raw := make([]byte, ClickTokenBytes)
		if _, err := tokenEncoding.Decode(raw, bytes.ToLower(keys.AppendClick(nil, 7, minute0, [16]byte{1}))); err != nil {
			b.Fatal(err)
		}
		if !(*keys.keys.Load())[0].verifiesClick(raw) {
			b.Fatal("the token does not verify")
		}
		wrong := func(index int) func() {
			changed := bytes.Clone(raw)
			changed[index] ^= 1
			forged := tokenEncoding.EncodeToString(changed)
			return func() {
				if _, ok := keys.VerifyClick(forged); ok {
					b.Fatal("a wrong token verifies")
				}
			}
		}
		testenv.CompareTimes(b, wrong(ClickTokenBytes-clickMAC), wrong(ClickTokenBytes-1))
	})
}
