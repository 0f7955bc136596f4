package connect

import (
	"context"
	"errors"
	"fmt"

	"lastclick/model"
	"lastclick/server/shop"
)

// choice is a link that may be clicked, with an event that it tracks.
type choice struct {
	actor  model.Actor // on the client of both
	link   model.Link
	event  model.Event
	shopID string // what the shop calls the event; empty where it has no name for it
}

// choose finds a link to click: of the checkout's client, for choice of an event that the
// shop knows, and one whose page carries the click as the shop keeps it.
func (t *try) choose(ctx context.Context) (model.TryState, string, error) {
	choices, err := t.choices(ctx)
	if err != nil {
		return "", "", err
	}
	best, most := choice{}, -1
	for _, c := range choices {
		fits := 0
		if c.shopID != "" {
			fits += 2
		}
		if t.keeps(c.link.Carry) {
			fits++
		}
		if fits > most {
			best, most = c, fits
		}
	}
	if most < 0 {
		return model.TryFailed, "There is no event with a link in use that this checkout may sell for: add one with event add and link add.", nil
	}
	t.actor, t.link, t.event, t.shopID, t.carry = best.actor, best.link, best.event, best.shopID, best.link.Carry
	detail := fmt.Sprintf("The link %s of %s is taken, for the event %s", t.link.Code, t.actor.Client, t.event.Slug)
	switch {
	case t.shop == nil:
		t.shopID = t.event.Slug
		return model.TryOK, detail + ".", nil
	case t.shopID != "":
		return model.TryOK, fmt.Sprintf("%s, which %s calls %s.", detail, t.title(), short(t.shopID)), nil
	}
	name := fmt.Sprintf("event set %s --shop %s:ID, where ID is %s", t.event.Slug, t.checkout.Name, shop.EventID(shop.Kind(t.checkout.Kind)))
	if !t.ownNames() {
		return model.TryFailed, fmt.Sprintf("It is not known what %s calls the event %s, so its orders would be parked. Run %s.", t.title(), t.event.Slug, name), nil
	}
	t.shopID = t.event.Slug
	return model.TryOK, fmt.Sprintf("%s. Its orders must call it that too; where they do not, run %s.", detail, name), nil
}

// ownNames says whether a shop of the kind may call an event what it is called here: where
// organizers choose the name. Elsewhere it is a number or has a prefix.
func (t *try) ownNames() bool {
	switch shop.Kind(t.checkout.Kind) {
	case shop.Plain, shop.Pretix, shop.Tito:
		return true
	}
	return false
}

// choices are the links in use of the clients that the checkout may sell for, with each
// event that they track.
func (t *try) choices(ctx context.Context) ([]choice, error) {
	clients, err := t.c.Store.Clients(ctx, t.actor)
	if err != nil {
		return nil, err
	}
	var all []choice
	for _, cl := range clients {
		if t.checkout.Client != nil && *t.checkout.Client != cl.Slug {
			continue
		}
		a := t.actor
		a.Client = cl.Slug
		events, err := t.c.Store.Events(ctx, a)
		if err != nil {
			return nil, err
		}
		links, err := t.c.Store.Links(ctx, a, false)
		if err != nil {
			return nil, err
		}
		bySlug := make(map[string]model.Event, len(events))
		var first *model.Event // for links at client level
		for i, e := range events {
			bySlug[e.Slug] = e
			if first == nil || t.shopName(*first) == "" && t.shopName(e) != "" {
				first = &events[i]
			}
		}
		for _, l := range links {
			if l.Event == nil {
				if first != nil {
					all = append(all, choice{a, l, *first, t.shopName(*first)})
				}
			} else if e, ok := bySlug[*l.Event]; ok {
				all = append(all, choice{a, l, e, t.shopName(e)})
			}
		}
	}
	return all, nil
}

// shopName is what the checkout's shop calls the event, as it was entered.
func (t *try) shopName(e model.Event) string {
	for _, s := range e.Shops {
		if s.Checkout == t.checkout.Name {
			return s.ID
		}
	}
	return ""
}

// preset is the parameter that a shop of the kind keeps with an order; empty where it keeps
// any, or none.
func (t *try) preset() model.Carry {
	for _, p := range model.CarryPresets {
		if p.Shop == t.checkout.Kind {
			return model.Carry(p.Parameter)
		}
	}
	return ""
}

// keeps says whether the shop keeps the click token that stands in this parameter.
func (t *try) keeps(carry model.Carry) bool {
	return carry != "" && (t.preset() == "" || t.preset() == carry)
}

// carrier decides what the order brings of the click, and says what is to be set where it
// would bring nothing.
func (t *try) carrier(context.Context) (model.TryState, string, error) {
	carriers := shop.Carriers(shop.Kind(t.checkout.Kind))
	for _, c := range carriers {
		switch {
		case c == shop.CarriesCoupon:
			t.brings = c
			return model.TryOK, fmt.Sprintf("Orders of %s keep no click. A sale is credited where the buyer enters a promo code that is a code of the link: make %s one there.", t.title(), t.coupon()), nil
		case c == shop.CarriesToken && t.keeps(t.carry):
			t.brings = c
			return model.TryOK, fmt.Sprintf("The page's address carries the click in the parameter %s, which %s keeps with the order.", string(t.carry), t.title()), nil
		}
	}
	why := fmt.Sprintf("the page of the link %s carries no click", t.link.Code)
	if t.carry != "" {
		why = fmt.Sprintf("the page of the link %s carries the click in the parameter %s, and %s keeps %s", t.link.Code, string(t.carry), t.title(), string(t.preset()))
	}
	for _, c := range carriers {
		if c == shop.CarriesReceipt && t.link.Tracking != model.TrackURL {
			t.brings = c
			return model.TryOpen, fmt.Sprintf("%s, so the order must bring the receipt of the cookie, which takes code in the shop (scripts/samples has some). Without such code, run %s.", upperFirst(why), t.setCarry()), nil
		}
	}
	state := model.TryOpen
	if _, ok := t.shop.(shop.Sampler); ok {
		state = model.TryFailed
	}
	return state, fmt.Sprintf("%s, so no order of %s could be credited to it. Run %s.", upperFirst(why), t.title(), t.setCarry()), nil
}

// setCarry is the command that sets the carrier of the page that the link leads to.
func (t *try) setCarry() string {
	carry := t.checkout.Kind
	if t.preset() == "" {
		carry = "'NAME={click}', with the NAME of the parameter that the shop keeps"
	}
	if t.link.Event == nil {
		return "client set " + t.actor.Client + " --carry " + carry
	}
	return "event set " + *t.link.Event + " --carry " + carry
}

// coupon is a code of the link: the first of its further ones, or its own.
func (t *try) coupon() string {
	if len(t.link.Aliases) > 0 {
		return t.link.Aliases[0]
	}
	return t.link.Code
}

// probe asks the shop's API whether the token reads orders.
func (t *try) probe(ctx context.Context) (model.TryState, string, error) {
	p, err := t.shop.(shop.Prober).Probe(ctx, t.shops, t.account, t.shopID)
	later, away := errors.AsType[*shop.Later](err)
	switch {
	case away:
		return model.TryFailed, fmt.Sprintf("The API of %s cannot be asked now: %s. Try again later.", t.title(), short(later.Err.Error())), nil
	case err != nil:
		return model.TryFailed, fmt.Sprintf("%s. To give the checkout another token, pipe it into checkout set %s --token-stdin", upperFirst(model.Line(err.Error())), t.checkout.Name), nil
	case p.Lacks != "":
		return model.TryOpen, p.Reads + " " + p.Lacks, nil
	}
	return model.TryOK, p.Reads, nil
}
