package connect

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"lastclick/model"
	"lastclick/server/shop"
)

// TryLink walks the way of a customer from the link to a sale, and says each step as it is
// done. It counts no click and writes nothing: the shortlink is followed by the handler of
// the public address within this process, and the order is rehearsed. The error is not nil
// where a step failed, or could not be begun.
func (c *Connector) TryLink(ctx context.Context, a model.Actor, code string, say func(model.TryStep)) error {
	d, err := c.c.Store.Link(ctx, a, model.FoldCode(code))
	if err != nil {
		return err
	}
	t := &try{Connector: c, actor: a, link: d.Link, carry: d.Link.Carry, order: shop.NewSampleID()}
	steps := []step{{"address", t.address}, {"click", t.followUncounted}, {"page", t.page}, {"receipt", t.verify}, {"order", t.rehearse}}
	if t.link.Archived {
		steps = []step{{"address", t.address}, {"click", t.followArchived}, {"page", t.page}, {"order", t.archived}}
	}
	return t.run(ctx, steps, say)
}

// uncounted follows the shortlink without counting a click.
func (t *try) uncounted(ctx context.Context) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.c.Base+t.clickPath(), nil)
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("User-Agent", userAgent)
	req.RemoteAddr = "127.0.0.1:0"
	w := &answered{header: http.Header{}}
	t.c.Uncounted.ServeHTTP(w, req)
	sent := http.Response{Header: w.header}
	t.landed = w.header.Get("Location")
	return reply{status: w.status, location: t.landed, cookies: sent.Cookies()}, nil
}

// followUncounted follows the link as a browser does.
func (t *try) followUncounted(ctx context.Context) (model.TryState, string, error) {
	r, err := t.uncounted(ctx)
	if err != nil {
		return "", "", err
	}
	state, detail := t.clicked(r)
	if state == model.TryOK {
		detail += ". It was followed within the daemon, so no click is counted."
	}
	return state, detail, nil
}

// followArchived follows an archived link, which only redirects (R6).
func (t *try) followArchived(ctx context.Context) (model.TryState, string, error) {
	r, err := t.uncounted(ctx)
	switch {
	case err != nil:
		return "", "", err
	case r.status != http.StatusFound:
		return model.TryFailed, fmt.Sprintf("The shortlink answers %d instead of a redirect.", r.status), nil
	case len(r.cookies) > 0:
		return model.TryFailed, "The link is archived, and still sets a cookie. Tell the makers of lastclick.", nil
	}
	return model.TryOK, "The link is archived: it still leads to " + short(r.location) + ", sets no cookie, and counts no click.", nil
}

// archived says that the way ends here.
func (t *try) archived(context.Context) (model.TryState, string, error) {
	return model.TryOpen, "New clicks of an archived link bring it no sale. To use it again, run link restore " + t.link.Code + ".", nil
}

// page compares where the shortlink led with the page that it should lead to.
func (t *try) page(context.Context) (model.TryState, string, error) {
	of := "the client's page"
	if t.link.Event != nil {
		of = "the page of the event " + *t.link.Event
	}
	if !leadsTo(t.landed, t.link.PageURL) {
		return model.TryFailed, fmt.Sprintf("The shortlink leads to %s, and %s is %s. Test again in a minute: another node may not know the new address yet.", short(t.landed), of, short(t.link.PageURL)), nil
	}
	return model.TryOK, "That is " + of + ". The page itself is not asked: open " + short(t.link.PageURL) + " to see that it answers.", nil
}

// leadsTo says whether landed is the page, with whatever parameters were added to it.
func leadsTo(landed, page string) bool {
	got, err := url.Parse(landed)
	if err != nil {
		return false
	}
	want, err := url.Parse(page)
	if err != nil || got.Scheme != want.Scheme || got.Host != want.Host || strings.TrimSuffix(got.Path, "/") != strings.TrimSuffix(want.Path, "/") {
		return false
	}
	has := got.Query()
	for name, values := range want.Query() {
		if !slices.Equal(has[name], values) {
			return false
		}
	}
	return true
}

// rehearse asks the store which link an order with what the click left would be credited
// to. The order names its event as it is named here, so what a shop calls it plays no part.
func (t *try) rehearse(ctx context.Context) (model.TryState, string, error) {
	event, ok, err := t.ownEvent(ctx)
	if err != nil {
		return "", "", err
	}
	if !ok {
		return model.TryOpen, "The client has no event yet, so there is nothing to sell: add one with event add.", nil
	}
	k, ok, err := t.seller(ctx)
	if err != nil {
		return "", "", err
	}
	if !ok {
		return model.TryOpen, "No checkout sells for this client yet, so no order can come. An admin adds one with checkout add.", nil
	}
	now := t.c.Now().UTC()
	order := model.Delivery{
		Checkout: k.ID, CheckoutName: k.Name, WebhookID: t.order, Body: []byte(t.order), Received: now,
		Webhook: model.Webhook{Type: "order.placed", Timestamp: now, Order: &model.Order{
			ID: t.order, Version: 1, PlacedAt: now, Currency: "GBP", Tracking: model.Tracking{Receipt: t.receipt, Click: t.token},
			Tickets: []model.Ticket{{ID: t.order + "-1", Event: event, Type: "test", TypeName: "Test", Status: model.Valid}},
		}},
	}
	var outcome model.Outcome
	var refused error
	if err := t.c.Store.Rehearse(ctx, slices.Values([]model.Delivery{order}), func(o model.Outcome, err error) { outcome, refused = o, err }); err != nil {
		return "", "", err
	}
	if refused != nil {
		return "", "", refused
	}
	if outcome.Status != model.Applied || len(outcome.Tickets) != 1 {
		return model.TryFailed, fmt.Sprintf("An order for the event %s would not be applied, but %s: %s", event, outcome.Status, short(outcome.Reason)), nil
	}
	switch v := outcome.Tickets[0]; {
	case v.Link == nil:
		return model.TryFailed, fmt.Sprintf("An order for the event %s with what the click left would be credited to no link: %s.", event, v.Reason.Explain()), nil
	case *v.Link != t.link.Code:
		return model.TryFailed, fmt.Sprintf("An order for the event %s with what the click left would be credited to %s: %s.", event, *v.Link, v.Reason.Explain()), nil
	default:
		return model.TryOK, fmt.Sprintf("An order for the event %s with what the click left would be credited to %s: %s. It was rehearsed, and nothing is written.", event, t.link.Code, v.Reason.Explain()), nil
	}
}

// ownEvent is the event that the link tracks, or one of its client's.
func (t *try) ownEvent(ctx context.Context) (slug string, ok bool, err error) {
	if t.link.Event != nil {
		return *t.link.Event, true, nil
	}
	events, err := t.c.Store.Events(ctx, t.actor)
	if err != nil || len(events) == 0 {
		return "", false, err
	}
	return events[0].Slug, true, nil
}

// seller is a checkout that may sell for the link's client. People of a client may not see
// checkouts, so the test looks for it by itself, and does not name it.
func (t *try) seller(ctx context.Context) (model.Checkout, bool, error) {
	list, err := t.c.Store.Checkouts(ctx, model.Actor{Role: model.Admin})
	i := slices.IndexFunc(list, func(k model.Checkout) bool { return k.Client == nil || *k.Client == t.link.Client })
	if err != nil || i < 0 {
		return model.Checkout{}, false, err
	}
	return list[i], true, nil
}

// answered keeps the head of an answer.
type answered struct {
	header http.Header
	status int
}

func (w *answered) Header() http.Header { return w.header }

func (w *answered) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *answered) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return len(b), nil
}
