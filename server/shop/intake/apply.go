package intake

import (
	"context"
	"errors"
	"time"

	"lastclick/model"
	"lastclick/server/shop"
)

// apply gives the webhooks to the store, in their order. Those that it refuses stand in
// its inbox, so they are no error: an error says that the delivery is to be applied again.
func (in *Intake) apply(ctx context.Context, d model.ShopDelivery, hooks []shop.Webhook) ([]model.Outcome, error) {
	outcomes := make([]model.Outcome, 0, len(hooks))
	for _, h := range hooks {
		o, err := in.receive(ctx, d, h)
		if err != nil {
			return outcomes, err
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

func (in *Intake) receive(ctx context.Context, d model.ShopDelivery, h shop.Webhook) (model.Outcome, error) {
	webhook, err := model.ParseShopWebhook(h.Body, in.c.Now())
	delivery := model.Delivery{Checkout: d.Checkout, CheckoutName: d.CheckoutName, WebhookID: bounded(h.ID), Body: h.Body, Received: d.Received, Webhook: webhook}
	if e, ok := errors.AsType[*model.Error](err); ok {
		if e.Kind != model.Invalid {
			return model.Outcome{}, &shop.Unmapped{Field: "the delivery", Detail: "was mapped to no webhook: " + e.Msg}
		}
		delivery.Faults = e.Faults
	}
	o, err := in.c.Store.Receive(ctx, delivery)
	if err == nil {
		return o, nil
	}
	switch model.KindOf(err) {
	case model.Invalid, model.Conflict:
		reason, _ := model.PublicMessage(err)
		return model.Outcome{Status: Refused, Reason: reason}, nil
	}
	return o, err
}

// How long a delivery may fail before it stands in the inbox, and how long a shop may ask
// us to wait.
const (
	tellAfter = 10 * time.Minute
	maxHold   = 24 * time.Hour
)

// report notes what became of a delivery that was worked on, with what the admin is to
// know of it. Where that fails, its lease ends, and it is worked on again.
func (in *Intake) report(ctx context.Context, d model.ShopDelivery, note string, failed error) {
	// Also while the program stops.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportTime)
	defer cancel()
	err := in.note(ctx, d, note, failed)
	if err != nil {
		in.c.Log.Warn("what became of a shop's delivery could not be noted: it is tried again", "checkout", d.CheckoutName, "err", err)
	}
}

func (in *Intake) note(ctx context.Context, d model.ShopDelivery, note string, failed error) error {
	store := in.c.Store
	if failed == nil {
		return store.ShopDeliveryDone(ctx, d.ID, note)
	}
	if _, unmapped := errors.AsType[*shop.Unmapped](failed); unmapped {
		return store.ShopDeliveryFailed(ctx, d.ID, faultOf(failed))
	}
	again := model.ShopLater{After: in.c.Backoff(d.Tries + 1), Tell: in.c.Now().Sub(d.Received) >= tellAfter}
	later, byShop := errors.AsType[*shop.Later](failed)
	_, byStore := errors.AsType[*model.Error](failed)
	switch {
	case errors.Is(failed, errStopping):
		again.After, again.Tell = 0, false
		return store.ShopDeliveryLater(ctx, d.ID, again)
	case byShop:
		again.Reason = later.Error()
		again.Hold = min(max(later.After, in.hold(d.Checkout)), maxHold)
		again.After = max(again.After, again.Hold)
		in.c.Log.Info("a shop's API cannot answer", "checkout", d.CheckoutName, "err", failed, "again", again.Hold)
	case byStore:
		again.Reason, _ = model.PublicMessage(failed)
		if again.Reason == "" {
			again.Reason = "the store failed"
		}
		in.c.Log.Warn("a shop's delivery could not be applied: it is tried again", "checkout", d.CheckoutName, "err", failed, "again", again.After)
	default:
		// What the admin must correct: a token that is refused, an address that is none.
		return store.ShopDeliveryFailed(ctx, d.ID, faultOf(failed))
	}
	return store.ShopDeliveryLater(ctx, d.ID, again)
}

// streak is how often in a row a checkout's API could not answer.
type streak struct {
	failures int
	at       time.Time     // of the last that was counted
	hold     time.Duration // after it
}

// failed counts that a checkout's API could not answer a fetch that began at that time.
// Nothing begins while the API is held, but what was taken just before: such fetches,
// which begin in the first half of the hold at the latest, are of the same failure. So two
// that fail together do not double the wait twice.
func (in *Intake) failed(checkout int64, began time.Time) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if last := in.failures[checkout]; last.failures == 0 || began.After(last.at.Add(last.hold/2)) {
		n := last.failures + 1
		in.failures[checkout] = streak{n, in.c.Now(), in.c.Backoff(n)}
	}
}

// hold is how long to leave a checkout's API alone that could not answer.
func (in *Intake) hold(checkout int64) time.Duration {
	in.mu.Lock()
	defer in.mu.Unlock()
	if s, ok := in.failures[checkout]; ok {
		return s.hold
	}
	return in.c.Backoff(1) // another fetch was answered meanwhile
}

func (in *Intake) answered(checkout int64) {
	in.mu.Lock()
	defer in.mu.Unlock()
	delete(in.failures, checkout)
}
