package model

import (
	"context"
	"time"
)

// ReceiptKey is a key that signs receipts and click tokens, without its secret.
type ReceiptKey struct {
	ID         uint32     `json:"id"`
	State      string     `json:"state"` // signs, next: it will sign, or verifies
	SignsFrom  time.Time  `json:"signs_from"`
	SignsUntil *time.Time `json:"signs_until"` // nil while no later key is there
}

// The states of a receipt key.
const (
	ReceiptKeySigns    = "signs"
	ReceiptKeyNext     = "next"
	ReceiptKeyVerifies = "verifies"
)

// ReceiptRotation is what `receipt-key rotate` takes.
type ReceiptRotation struct {
	EndOld bool // ends the keys before the one that signs, and makes none
	Force  bool // also while what they signed may still prove a click
}

// ReceiptKeys is the keys that sign receipts and click tokens.
type ReceiptKeys interface {
	// ReceiptKeys are those that verify, the newest first.
	ReceiptKeys(ctx context.Context, a Actor) ([]ReceiptKey, error)
	// RotateReceiptKeys makes the next key, which signs once every node knows it; a second
	// one on its way is a Conflict. With EndOld it ends the old keys instead: what they
	// signed is a bad_receipt in orders that come from then on; orders that are known keep
	// their verdicts. While that may cost a sale, it is a Conflict without Force.
	RotateReceiptKeys(ctx context.Context, a Actor, r ReceiptRotation) ([]ReceiptKey, error)
}
