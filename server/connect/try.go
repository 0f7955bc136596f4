package connect

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"lastclick/model"
	"lastclick/server/shop"
)

// try is one walk.
type try struct {
	*Connector
	actor    model.Actor // working on the client of the link
	checkout model.Checkout
	link     model.Link
	event    model.Event
	order    string // id of the test order
	receipt  string
	clicked  model.Touch
	say      func(model.TryStep)
}

// errBroken ends a walk at a step that failed: say has told why.
var errBroken = errors.New("a step failed")

// userAgent is a browser's, so that the click counts and is given a receipt.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 lastclick-checkout-test"

// Try walks the way of a sale and says each step as it is done. The error is not nil where
// a step failed, or could not be begun.
func (c *Connector) Try(ctx context.Context, a model.Actor, name string, say func(model.TryStep)) error {
	if err := a.Require(model.Admin); err != nil {
		return err
	}
	k, ok := c.c.Store.CheckoutByName(strings.ToLower(strings.TrimSpace(name)))
	if !ok {
		return model.NotFoundError("checkout", name)
	}
	t := &try{Connector: c, actor: a, checkout: k, order: "lastclick-test-" + strings.ToLower(rand.Text()[:12]), say: say}
	for _, step := range []struct {
		name string
		walk func(context.Context) (model.TryState, string, error)
	}{
		{"address", t.address}, {"link", t.choose}, {"click", t.click}, {"receipt", t.verify}, {"order", t.post}, {"verdict", t.verdict},
	} {
		state, detail, err := step.walk(ctx)
		if err != nil {
			return err
		}
		say(model.TryStep{Step: step.name, State: state, Detail: detail})
		switch {
		case state == model.TryFailed:
			return &model.Error{Kind: model.Conflict, Msg: "the way is not whole: the step " + step.name + " failed", Err: errBroken}
		case state == model.TryOpen && step.name != "address":
			return nil
		}
	}
	return nil
}

// address looks whether the public address answers.
func (t *try) address(ctx context.Context) (model.TryState, string, error) {
	r, err := t.do(ctx, http.MethodGet, t.c.Base, "/healthz", nil, nil)
	if err != nil || r.status != http.StatusOK {
		return model.TryOpen, t.c.Base + " does not answer from here. That may be this network's way: look from outside whether " + t.c.Base + "/healthz answers.", nil
	}
	return model.TryOK, t.c.Base + " answers.", nil
}

// choose finds a link to click: of the checkout's client, and one of an event for choice.
func (t *try) choose(ctx context.Context) (model.TryState, string, error) {
	clients, err := t.c.Store.Clients(ctx, t.actor)
	if err != nil {
		return "", "", err
	}
	for _, cl := range clients {
		if t.checkout.Client != nil && *t.checkout.Client != cl.Slug {
			continue
		}
		a := t.actor
		a.Client = cl.Slug
		events, err := t.c.Store.Events(ctx, a)
		if err != nil {
			return "", "", err
		}
		links, err := t.c.Store.Links(ctx, a, false)
		if err != nil {
			return "", "", err
		}
		for _, l := range links {
			for _, e := range events {
				if l.Event == nil || *l.Event == e.Slug {
					t.actor, t.link, t.event = a, l, e
					return model.TryOK, fmt.Sprintf("The link %s of %s is taken, for the event %s.", l.Code, cl.Slug, e.Slug), nil
				}
			}
		}
	}
	return model.TryFailed, "There is no event with a link in use that this checkout may sell for: add one with event add and link add.", nil
}

// click follows the link as a browser does.
func (t *try) click(ctx context.Context) (model.TryState, string, error) {
	r, err := t.do(ctx, http.MethodGet, t.c.Door, "/"+t.link.Code, http.Header{"User-Agent": {userAgent}}, nil)
	if err != nil {
		return model.TryFailed, "The shortlink does not answer: " + short(err.Error()), nil
	}
	for _, c := range r.cookies {
		if c.Name == "lastclick" {
			t.receipt = c.Value
		}
	}
	switch {
	case r.status != http.StatusFound:
		return model.TryFailed, fmt.Sprintf("The shortlink answers %d instead of a redirect.", r.status), nil
	case t.receipt == "":
		return model.TryFailed, "The redirect set no cookie, so an order could carry no receipt.", nil
	}
	return model.TryOK, "It leads to " + short(r.location) + " and left a receipt. It counts as one click of the link.", nil
}

// verify reads the receipt as an order's would be.
func (t *try) verify(context.Context) (model.TryState, string, error) {
	r, ok := t.c.Store.Receipts().Verify(t.receipt)
	target, known := t.c.Store.LinkByCode(t.link.Code)
	if !ok || !known || len(r.Touches) == 0 {
		return model.TryFailed, "The receipt does not verify.", nil
	}
	t.clicked = r.Touches[len(r.Touches)-1]
	if t.clicked.Link != target.Link {
		return model.TryFailed, "The receipt holds another link.", nil
	}
	return model.TryOK, "The receipt verifies, and holds the click of " + t.clicked.At.UTC().Format(time.RFC3339) + ".", nil
}

// post posts a test order as the checkout would.
func (t *try) post(ctx context.Context) (model.TryState, string, error) {
	header, body, ok := t.delivery()
	if !ok {
		return model.TryOpen, "Only the shop itself can post its orders. Place a test order there; checkout show " + t.checkout.Name + " then says when it was accepted.", nil
	}
	r, err := t.do(ctx, http.MethodPost, t.c.Door, "/webhooks/"+t.checkout.Name, header, body)
	switch {
	case err != nil:
		return model.TryFailed, "The door does not answer: " + short(err.Error()), nil
	case r.status != http.StatusOK:
		return model.TryFailed, fmt.Sprintf("The door answers %d: %s", r.status, short(string(r.body))), nil
	}
	return model.TryOK, "The signed test order " + t.order + " was accepted.", nil
}

// delivery is the test order as the checkout posts it; ok is false where only the shop
// can.
func (t *try) delivery() (http.Header, []byte, bool) {
	now := t.c.Now().UTC()
	if !t.checkout.Standard() {
		s, ok := t.c.Shops[shop.Kind(t.checkout.Kind)].(shop.Sampler)
		if !ok || len(t.checkout.Secrets) == 0 {
			return nil, nil, false
		}
		d := s.Sample(shop.Account{Secrets: []string{string(t.checkout.Secrets[0])}}, shop.Sample{Order: t.order, Event: eventName(t.checkout, t.event), Receipt: t.receipt, At: now})
		return d.Header, d.Body, true
	}
	type object = map[string]any
	body, err := json.Marshal(object{"type": "order.placed", "timestamp": now.Format(time.RFC3339), "data": object{
		"id": t.order, "version": 1, "placed_at": now.Format(time.RFC3339), "test": true, "currency": "GBP",
		"tracking": object{"receipt": t.receipt},
		"tickets":  []object{{"id": t.order + "-1", "event": t.event.Slug, "type": "test", "type_name": "Test", "face_value": 0}},
	}})
	if err != nil || len(t.checkout.Secrets) == 0 {
		return nil, nil, false
	}
	sign, err := standardwebhooks.NewWebhookRaw(t.checkout.Secrets[0])
	if err != nil {
		return nil, nil, false
	}
	signature, err := sign.Sign(t.order, now, body)
	if err != nil {
		return nil, nil, false
	}
	return http.Header{
		"Content-Type":      {"application/json"},
		"Webhook-Id":        {t.order},
		"Webhook-Timestamp": {strconv.FormatInt(now.Unix(), 10)},
		"Webhook-Signature": {signature},
	}, body, true
}

// verdict reads what was made of the order: a test order is credited to no link, and its
// click is explained with the verdict that it would have met.
func (t *try) verdict(ctx context.Context) (model.TryState, string, error) {
	o, err := t.c.Store.ExplainOrder(ctx, t.actor, t.order, t.checkout.Name)
	if err != nil || len(o.Tickets) == 0 {
		return model.TryFailed, "The order was accepted, but is not applied: the inbox says why.", nil
	}
	ticket := o.Tickets[0]
	for _, c := range ticket.Considered {
		if c.Link != nil && *c.Link == t.link.Code && c.Verdict == model.Won {
			return model.TryOK, fmt.Sprintf("The order is applied as a test, and the sale would be credited to %s: %s. See: order explain %s", t.link.Code, model.ReasonLastClick.Explain(), t.order), nil
		}
	}
	return model.TryFailed, fmt.Sprintf("The click did not win the ticket: see order explain %s", t.order), nil
}

// reply is an answer, bounded.
type reply struct {
	status   int
	location string
	cookies  []*http.Cookie
	body     []byte
}

func (t *try) do(ctx context.Context, method, base, path string, header http.Header, body []byte) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if host := strings.TrimPrefix(strings.TrimPrefix(t.c.Base, "https://"), "http://"); base == t.c.Door {
		req.Host = host
	}
	resp, err := t.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	r := reply{status: resp.StatusCode, location: resp.Header.Get("Location"), cookies: resp.Cookies()}
	r.body, err = io.ReadAll(io.LimitReader(resp.Body, 16<<10))
	return r, err
}
