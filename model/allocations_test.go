package model

import (
	"testing"
	"time"

	"lastclick/model/testenv"
)

// What a click and an order allocate here.

func TestReceipt_Sign_Allocations(t *testing.T) {
	k, r := ring(1), Receipt{}
	for link := range int64(3) {
		r = r.Clicked(link, minute0)
	}
	testenv.Allocations(t, 5, func() { k.Sign(r.Clicked(7, minute0), minute0) })
}

func TestReceipt_Verify_Allocations(t *testing.T) {
	k, r := ring(1), Receipt{}
	for link := range int64(4) {
		r = r.Clicked(link, minute0)
	}
	value := k.Sign(r, minute0)
	testenv.Allocations(t, 5, func() {
		if _, ok := k.Verify(value); !ok {
			t.Fatal("it does not verify")
		}
	})
}

func TestParseWebhook_Order_Allocations(t *testing.T) {
	body := []byte(`{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{"id":"A-1001","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP",
		"customer":{"id":"cus_77","email":"kim@example.com"},"tracking":{"receipt":"AQHi"},"tickets":[
		{"id":"T-1","event":"summerfest","type":"ga","type_name":"General Admission","face_value":4500},
		{"id":"T-2","event":"summerfest","type":"ga","type_name":"General Admission","face_value":4500},
		{"id":"T-3","event":"summerfest","type":"vip","type_name":"VIP","face_value":9000}]}}`)
	now := time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)
	testenv.Allocations(t, 69, func() {
		if _, err := ParseWebhook(body, now); err != nil {
			t.Fatal(err)
		}
	})
}
