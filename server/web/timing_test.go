package web

import (
	"net/http"
	"strings"
	"testing"

	"lastclick/model/testenv"
)

// See BenchmarkVerifyWrongByte of the package shop.
func BenchmarkVerifyWrongByte(b *testing.B) {
	good := http.Header{}
	pairs := signed("msg_1", noon, anOrder, newSecret)
	for i := 0; i < len(pairs); i += 2 {
		good.Set(pairs[i], pairs[i+1])
	}
	h, err := parseWebhookHeaders(good)
	if err != nil {
		b.Fatal(err)
	}
	body, secrets := []byte(anOrder), [][]byte{newSecret}
	if _, err := h.verify(body, secrets, noon); err != nil {
		b.Fatal(err)
	}
	wrong := func(index int) func() {
		h := h
		other := byte('A')
		if h.signatures[index] == other {
			other = 'B'
		}
		h.signatures = h.signatures[:index] + string(other) + h.signatures[index+1:]
		return func() {
			if _, err := h.verify(body, secrets, noon); err == nil {
				b.Fatal("a wrong signature verifies")
			}
		}
	}
	testenv.CompareTimes(b, wrong(len("v1,")), wrong(strings.LastIndex(h.signatures, "=")-1))
}
