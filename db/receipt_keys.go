package db

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lastclick/model"
)

const (
	// keySettled is how long after a key began to sign the clocks of all nodes say so.
	keySettled = time.Minute
	// lateOrders is how long orders may be on their way: what an ended key signed is missed
	// until then, after the longest window.
	lateOrders = 30 * 24 * time.Hour
)

// ReceiptKeys are the keys that verify, the newest first.
func (s *Store) ReceiptKeys(ctx context.Context, a model.Actor) ([]model.ReceiptKey, error) {
	if err := a.Require(model.Admin); err != nil {
		return nil, err
	}
	return read(ctx, s, func(c *conn) ([]model.ReceiptKey, error) {
		keys, err := c.signingKeys()
		return receiptKeys(keys, s.now()), err
	})
}

// receiptKeys are keys without their secrets; the oldest stands first in keys.
func receiptKeys(keys []model.SigningKey, now time.Time) []model.ReceiptKey {
	list := make([]model.ReceiptKey, len(keys))
	signs := signing(keys, now)
	for i, k := range keys {
		r := model.ReceiptKey{ID: k.ID, State: model.ReceiptKeyVerifies, SignsFrom: k.From}
		switch {
		case i == signs:
			r.State = model.ReceiptKeySigns
		case i > signs:
			r.State = model.ReceiptKeyNext
		}
		if i+1 < len(keys) {
			r.SignsUntil = &keys[i+1].From
		}
		list[len(keys)-1-i] = r
	}
	return list
}

// signing is the place of the key that signs now, as model.Keyring chooses it.
func signing(keys []model.SigningKey, now time.Time) int {
	for i, k := range slices.Backward(keys) {
		if !k.From.After(now) {
			return i
		}
	}
	return 0
}

// RotateReceiptKeys makes the next key, or ends the old ones.
func (s *Store) RotateReceiptKeys(ctx context.Context, a model.Actor, r model.ReceiptRotation) ([]model.ReceiptKey, error) {
	if err := a.Require(model.Admin); err != nil {
		return nil, err
	}
	return write(ctx, s, func(t *tx) ([]model.ReceiptKey, error) {
		keys, err := t.signingKeys()
		if err != nil {
			return nil, err
		}
		if r.EndOld {
			err = t.endReceiptKeys(a, keys, r.Force)
		} else {
			err = t.addReceiptKey(a, keys)
		}
		if err != nil {
			return nil, err
		}
		t.updateCache(signingKeys, 0, func(*cache) {})
		if err := t.renewKeys(); err != nil {
			return nil, err
		}
		keys, err = t.signingKeys()
		return receiptKeys(keys, t.now), err
	})
}

func (t *tx) addReceiptKey(a model.Actor, keys []model.SigningKey) error {
	if n := len(keys); n > 0 && keys[n-1].From.After(t.now) {
		return &model.Error{Kind: model.Conflict, Msg: "a new receipt key is on its way already: it signs from " + keys[n-1].From.UTC().Format(time.RFC3339) + " on", Hint: "wait for it"}
	}
	k, err := t.insertSigningKey(t.now.Add(keyDelay))
	if err != nil {
		return err
	}
	return t.audit(a, 0, "receipt-key rotate", fmt.Sprint(k.ID), nil, map[string]any{"signs_from": k.From})
}

// endReceiptKeys deletes the keys before the one that signs.
func (t *tx) endReceiptKeys(a model.Actor, keys []model.SigningKey, force bool) error {
	signs := signing(keys, t.now)
	if signs+1 < len(keys) || len(keys) > 1 && t.now.Sub(keys[signs].From) < keySettled {
		newest := keys[len(keys)-1].From.Add(keySettled)
		return &model.Error{Kind: model.Conflict, Msg: "the newest receipt key does not sign on every node yet", Hint: "end the old ones after " + newest.UTC().Format(time.RFC3339)}
	}
	if signs == 0 {
		return &model.Error{Kind: model.Conflict, Msg: "there is one receipt key alone: no old one to end", Hint: "make a new one first with: receipt-key rotate"}
	}
	clients, err := t.clients()
	if err != nil {
		return err
	}
	longest := time.Duration(model.DefaultWindow)
	for _, c := range clients {
		longest = max(longest, time.Duration(c.Window))
	}
	if free := keys[signs].From.Add(longest + lateOrders); !force && t.now.Before(free) {
		return &model.Error{
			Kind: model.Conflict,
			Msg:  fmt.Sprintf("customers may still hold receipts and addresses that the old keys signed until %s: their orders would be bad_receipt, and no link would get them", keys[signs].From.UTC().Format(time.RFC3339)),
			Hint: fmt.Sprintf("old keys do no harm unless they leaked: wait until %s, or end them all the same with --force", free.UTC().Format(time.RFC3339)),
		}
	}
	ended := make([]uint32, signs)
	for i, k := range keys[:signs] {
		ended[i] = k.ID
		if _, err := t.exec(`DELETE FROM signing_keys WHERE id = $1`, k.ID); err != nil {
			return err
		}
	}
	return t.audit(a, 0, "receipt-key rotate", fmt.Sprint(keys[signs].ID), map[string]any{"ended": ended}, nil)
}
