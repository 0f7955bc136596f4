package connect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"lastclick/model"
	"lastclick/server/shop"
)

// try is one walk.
type try struct {
	*Connector
	actor    model.Actor // working on the client of the link
	checkout model.Checkout
	shop     shop.Shop    // nil of a standard checkout
	account  shop.Account // of the shop
	order    string       // id of the test order

	link   model.Link
	event  model.Event
	shopID string       // what the shop calls the event
	carry  model.Carry  // parameter of the page's address that takes the click token; empty for none
	brings shop.Carrier // what the order brings of the click; empty: nothing can

	landed  string // where an uncounted click led
	token   string // of the click, from the page's address; empty for none
	receipt string // the cookie that the click left; empty for none
}

// errBroken ends a walk at a step that failed: say has told why.
var errBroken = errors.New("a step failed")

// userAgent is a browser's, so that the click is given a receipt.
const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 lastclick-checkout-test"

// step is a part of the walk. One that is open ends the walk where it is the last that can
// be done from here.
type step struct {
	name string
	walk func(context.Context) (model.TryState, string, error)
}

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
	t := &try{Connector: c, actor: a, checkout: k, account: shop.AccountOf(k), order: shop.NewSampleID()}
	if !k.Standard() {
		t.shop = c.c.Shops[shop.Kind(k.Kind)]
	}
	return t.run(ctx, t.steps(), say)
}

// run does the steps until one fails, or leaves the order open.
func (t *try) run(ctx context.Context, steps []step, say func(model.TryStep)) error {
	for _, s := range steps {
		state, detail, err := s.walk(ctx)
		if err != nil {
			return err
		}
		say(model.TryStep{Step: s.name, State: state, Detail: detail})
		switch {
		case state == model.TryFailed:
			return &model.Error{Kind: model.Conflict, Msg: "the way is not whole: the step " + s.name + " failed", Err: errBroken}
		case state == model.TryOpen && s.name == "order":
			return nil
		}
	}
	return nil
}

// steps are those of the kind of checkout.
func (t *try) steps() []step {
	steps := []step{{"address", t.address}, {"link", t.choose}}
	if t.shop != nil {
		steps = append(steps, step{"carrier", t.carrier})
	}
	if _, ok := t.shop.(shop.Prober); ok && t.account.Token != "" {
		steps = append(steps, step{"api", t.probe})
	}
	steps = append(steps, step{"click", t.followUncounted}, step{"receipt", t.verify})
	if _, ok := t.shop.(shop.Trigger); ok {
		return append(steps, step{"message", t.message}, step{"order", t.placeOrder})
	}
	return append(steps, step{"order", t.post}, step{"verdict", t.verdict})
}

// title is how people call the kind of the checkout.
func (t *try) title() string {
	if k, ok := model.KindNamed(t.checkout.Kind); ok {
		return k.Title
	}
	return t.checkout.Kind
}

// address looks whether the public address answers.
func (t *try) address(ctx context.Context) (model.TryState, string, error) {
	r, err := t.do(ctx, http.MethodGet, t.c.Base, "/healthz", nil, nil)
	if err != nil || r.status != http.StatusOK {
		return model.TryOpen, t.c.Base + " does not answer from here. That may be this network's way: look from outside whether " + t.c.Base + "/healthz answers.", nil
	}
	return model.TryOK, t.c.Base + " answers.", nil
}

// clickPath is the shortlink's, with the visitor's consent where the client asks for it.
func (t *try) clickPath() string {
	path := "/" + t.link.Code
	if t.link.Tracking == model.TrackConsent { // without it the click proves nothing (R26)
		path += "?" + model.ConsentParam + "=" + model.ConsentValue
	}
	return path
}

// clicked takes what a click left. Of one that is whole, the detail has no full stop yet.
func (t *try) clicked(r reply) (model.TryState, string) {
	if r.status != http.StatusFound {
		return model.TryFailed, fmt.Sprintf("The shortlink answers %d instead of a redirect.", r.status)
	}
	for _, c := range r.cookies {
		if c.Name == "lastclick" {
			t.receipt = c.Value
		}
	}
	if page, err := url.Parse(r.location); err == nil && t.carry != "" {
		t.token = page.Query().Get(string(t.carry))
	}
	left := "It left neither a receipt nor a click token"
	switch {
	case t.receipt != "" && t.token != "":
		left = "It left a receipt in the cookie and a click token in the address"
	case t.receipt != "":
		left = "It left a receipt in the cookie"
	case t.token != "":
		left = "It left a click token in the address, and no cookie"
	}
	detail := "The shortlink leads to " + short(r.location) + ". " + left
	if t.link.Tracking == model.TrackConsent {
		detail = "With the visitor's consent, " + t.clickPath() + ", the shortlink leads to " + short(r.location) + ". " + left
	}
	if t.receipt == "" && t.token == "" {
		detail += ", so no order could say that it came by this click."
		if t.link.Tracking == model.TrackURL {
			detail += " The client's tracking is url, which sets no cookie: run " + t.setCarry() + "."
		}
		return model.TryFailed, detail
	}
	return model.TryOK, detail
}

// verify reads what the click left as an order's would be.
func (t *try) verify(context.Context) (model.TryState, string, error) {
	target, ok := t.c.Store.LinkByCode(t.link.Code)
	if !ok {
		return model.TryFailed, "The link " + t.link.Code + " is gone.", nil
	}
	switch {
	case t.brings == shop.CarriesReceipt && t.receipt == "":
		return model.TryFailed, "The click left no cookie, so the order can bring no receipt. Run " + t.setCarry() + ".", nil
	case t.brings == shop.CarriesToken && t.token == "":
		return model.TryFailed, "The address of the page holds no click token in " + string(t.carry) + ": follow the link once more.", nil
	}
	var read []string
	var at time.Time
	keys := t.c.Store.Receipts()
	if t.receipt != "" {
		r, ok := keys.Verify(t.receipt)
		if !ok || len(r.Touches) == 0 || r.Touches[len(r.Touches)-1].Link != target.Link {
			return model.TryFailed, "The receipt does not verify as that of the click.", nil
		}
		read, at = append(read, "the receipt verifies"), r.Touches[len(r.Touches)-1].At
	}
	if t.token != "" {
		p, ok := keys.VerifyClick(t.token)
		if !ok || p.Link != target.Link {
			return model.TryFailed, "The click token does not verify as that of the click.", nil
		}
		read, at = append(read, "the click token verifies"), p.At
	}
	said := strings.Join(read, " and ")
	return model.TryOK, upperFirst(said) + ": it is the click of " + at.UTC().Format(time.RFC3339) + ".", nil
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
	client := t.public
	if base == t.c.Door {
		client = t.door
		req.Host = strings.TrimPrefix(strings.TrimPrefix(t.c.Base, "https://"), "http://")
	}
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	r := reply{status: resp.StatusCode, location: resp.Header.Get("Location"), cookies: resp.Cookies()}
	r.body, err = io.ReadAll(io.LimitReader(resp.Body, 16<<10))
	return r, err
}
