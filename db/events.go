package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"lastclick/model"
)

const selectEvents = `SELECT e.id, e.slug, c.slug, e.name, e.url, e.starts_at, e.timezone, e.created_at, e.carry
	FROM events e JOIN clients c ON c.id = e.client_id`

func scanEvent(r interface{ Scan(...any) error }) (model.Event, error) {
	e := model.Event{TicketTypes: []model.TicketType{}, Shops: []model.ShopID{}}
	var starts *int64
	var created int64
	err := r.Scan(&e.ID, &e.Slug, &e.Client, &e.Name, &e.URL, &starts, &e.Timezone, &created, &e.Carry)
	e.StartsAt, e.CreatedAt = optionalTime(starts), fromMillis(created)
	return e, err
}

// event is the client's event, with its ticket types.
func (c *conn) event(client, slug string) (model.Event, error) {
	e, err := scanEvent(c.row(selectEvents+` WHERE e.slug = $1 AND c.slug = $2`, slug, client))
	if isNoRows(err) {
		return e, model.NotFoundError("event", slug)
	}
	if err != nil {
		return e, err
	}
	err = c.each(func(r *sql.Rows) error {
		var tt model.TicketType
		err := r.Scan(&tt.ID, &tt.Name)
		e.TicketTypes = append(e.TicketTypes, tt)
		return err
	}, `SELECT type, name FROM ticket_types WHERE event_id = $1 ORDER BY type`, e.ID)
	if err != nil {
		return e, err
	}
	e.Shops, err = c.shopIDs(e.ID)
	return e, err
}

// shopIDs is what shops call the event.
func (c *conn) shopIDs(event int64) ([]model.ShopID, error) {
	list := []model.ShopID{}
	err := c.each(func(r *sql.Rows) error {
		var s model.ShopID
		err := r.Scan(&s.Checkout, &s.ID)
		list = append(list, s)
		return err
	}, `SELECT k.name, s.shop_id FROM shop_events s JOIN checkouts k ON k.id = s.checkout_id WHERE s.event_id = $1 ORDER BY k.name, s.shop_id`, event)
	return list, err
}

// AddEvent adds an event to the actor's client, and applies the webhooks that
// waited for it.
func (s *Store) AddEvent(ctx context.Context, a model.Actor, n model.NewEvent) (model.Event, error) {
	slug, err := a.RequireClient(model.Member)
	if err != nil {
		return model.Event{}, err
	}
	return write(ctx, s, func(t *tx) (model.Event, error) {
		cl, err := t.client(slug)
		if err != nil {
			return model.Event{}, err
		}
		e, err := n.Validate(cl)
		if err != nil {
			return e, err
		}
		ignored, err := t.ignoredAt(cl.ID, e.Slug)
		if err != nil {
			return e, err
		}
		if ignored != "" {
			return e, ignoredError("slug", model.ShopID{Checkout: ignored, ID: e.Slug})
		}
		if e, err = t.insertEvent(e, cl.ID, never); err != nil {
			return e, err
		}
		if err := t.audit(a, cl.ID, "event add", e.Slug, nil, e); err != nil {
			return e, err
		}
		if err := t.inUnit(func(u *unit) error { return u.unpark(e.Slug) }); err != nil {
			return e, err
		}
		return t.event(cl.Slug, e.Slug)
	})
}

// insertEvent adds an event as it was at a time. That is never where a person adds it:
// a webhook that was sent before and arrives later may know more.
func (t *tx) insertEvent(e model.Event, client int64, at int64) (model.Event, error) {
	e.Name = composed(e.Name)
	e.CreatedAt = fromMillis(millis(t.now))
	err := t.row(`INSERT INTO events (slug, client_id, name, url, starts_at, timezone, created_at, updated_at, carry) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (slug) DO NOTHING RETURNING id`,
		e.Slug, client, e.Name, e.URL, optionalMillis(e.StartsAt), e.Timezone, millis(t.now), at, string(e.Carry)).Scan(&e.ID)
	if isNoRows(err) {
		return e, errTaken("slug", e.Slug, "choose another; it is unique on the whole platform")
	}
	t.updateCache(anEvent, e.ID, func(m *cache) { m.putEvent(e, client) })
	t.markChanged(client)
	return e, err
}

func (t *tx) updateEvent(e model.Event, client int64, at time.Time) (model.Event, error) {
	e.Name = composed(e.Name)
	_, err := t.exec(`UPDATE events SET name = $1, url = $2, starts_at = $3, timezone = $4, updated_at = $5, carry = $6 WHERE id = $7`,
		e.Name, e.URL, optionalMillis(e.StartsAt), e.Timezone, stamp(at), string(e.Carry), e.ID)
	t.updateCache(anEvent, e.ID, func(m *cache) { m.putEvent(e, client) })
	t.markChanged(client)
	return e, err
}

// Events are the client's: those whose time is not known yet, then by their time.
func (s *Store) Events(ctx context.Context, a model.Actor) ([]model.Event, error) {
	slug, err := a.RequireClient(model.Viewer)
	if err != nil {
		return nil, err
	}
	return shared(ctx, s, slug, eventsKey{}, func(c *conn, cl model.Client, _ uint64) ([]model.Event, error) {
		return c.events(cl.ID)
	})
}

func (c *conn) events(client int64) ([]model.Event, error) {
	var list []model.Event
	at := map[int64]int{}
	err := c.each(func(r *sql.Rows) error {
		e, err := scanEvent(r)
		at[e.ID] = len(list)
		list = append(list, e)
		return err
	}, selectEvents+` WHERE e.client_id = $1 ORDER BY CASE WHEN e.starts_at IS NULL THEN 0 ELSE 1 END, e.starts_at, e.slug`, client)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var event int64
		var tt model.TicketType
		err := r.Scan(&event, &tt.ID, &tt.Name)
		list[at[event]].TicketTypes = append(list[at[event]].TicketTypes, tt)
		return err
	}, `SELECT t.event_id, t.type, t.name FROM ticket_types t JOIN events e ON e.id = t.event_id WHERE e.client_id = $1 ORDER BY t.event_id, t.type`, client)
	if err != nil {
		return nil, err
	}
	err = c.each(func(r *sql.Rows) error {
		var event int64
		var s model.ShopID
		err := r.Scan(&event, &s.Checkout, &s.ID)
		list[at[event]].Shops = append(list[at[event]].Shops, s)
		return err
	}, `SELECT s.event_id, k.name, s.shop_id FROM shop_events s JOIN events e ON e.id = s.event_id JOIN checkouts k ON k.id = s.checkout_id
		WHERE e.client_id = $1 ORDER BY s.event_id, k.name, s.shop_id`, client)
	return list, err
}

// Event is one of the client's events.
func (s *Store) Event(ctx context.Context, a model.Actor, slug string) (model.Event, error) {
	client, err := a.RequireClient(model.Viewer)
	if err != nil {
		return model.Event{}, err
	}
	return read(ctx, s, func(c *conn) (model.Event, error) { return c.event(client, slug) })
}

// SetEvent changes one of the client's events.
func (s *Store) SetEvent(ctx context.Context, a model.Actor, slug string, ch model.EventChange) (model.Event, error) {
	client, err := a.RequireClient(model.Member)
	if err != nil {
		return model.Event{}, err
	}
	return write(ctx, s, func(t *tx) (model.Event, error) {
		cl, err := t.client(client)
		if err != nil {
			return model.Event{}, err
		}
		old, err := t.event(client, slug)
		if err != nil {
			return old, err
		}
		e, err := ch.Apply(old)
		if err != nil {
			return old, err
		}
		own := ch
		if own.Shops = nil; !own.Empty() {
			if e, err = t.updateEvent(e, cl.ID, t.byHand()); err != nil {
				return old, err
			}
		}
		if err := t.setShopIDs(cl, old, e); err != nil {
			return old, err
		}
		now, err := t.event(client, slug)
		if err != nil {
			return old, err
		}
		return now, t.audit(a, cl.ID, "event set", now.Slug, old, now)
	})
}

// setShopIDs makes what shops call an event as e has it, and applies what waited for the
// ids that are new.
func (t *tx) setShopIDs(cl model.Client, old, e model.Event) error {
	changed := false
	for _, s := range old.Shops {
		if slices.Contains(e.Shops, s) {
			continue
		}
		changed = true
		_, err := t.exec(`DELETE FROM shop_events WHERE event_id = $1 AND shop_id = $2 AND checkout_id IN (SELECT id FROM checkouts WHERE name = $3)`, e.ID, s.ID, s.Checkout)
		if err != nil {
			return err
		}
	}
	for _, s := range e.Shops {
		if slices.Contains(old.Shops, s) {
			continue
		}
		changed = true
		if err := t.addShopID(cl, e, s); err != nil {
			return err
		}
		if err := t.inUnit(func(u *unit) error { return u.unpark(s.String()) }); err != nil {
			return err
		}
	}
	if changed {
		t.markChanged(cl.ID)
	}
	return nil
}

// addShopID notes what a shop calls the event. A checkout that may not sell for the client
// is as one that does not exist.
func (t *tx) addShopID(cl model.Client, e model.Event, s model.ShopID) error {
	k, err := t.liveCheckout(s.Checkout)
	switch {
	case err != nil:
		return err
	case k.Client != nil && *k.Client != cl.Slug:
		return model.NotFoundError("checkout", s.Checkout)
	case k.Standard():
		return &model.Error{
			Kind: model.Invalid, Field: "shop", Msg: fmt.Sprintf("shop: the checkout %s is of the kind standard, whose orders name events by their slugs", k.Name),
			Hint: "only the events of shops have ids of their own",
		}
	}
	n, err := t.exec(`INSERT INTO shop_events (checkout_id, shop_id, event_id) VALUES ($1, $2, $3) ON CONFLICT (checkout_id, shop_id) DO NOTHING`, k.ID, s.ID, e.ID)
	if err != nil || n > 0 {
		return err
	}
	var owner int64
	var slug string
	err = t.row(`SELECT e.client_id, e.slug FROM shop_events s JOIN events e ON e.id = s.event_id WHERE s.checkout_id = $1 AND s.shop_id = $2`, k.ID, s.ID).Scan(&owner, &slug)
	if isNoRows(err) {
		return ignoredError("shop", s)
	}
	if err != nil {
		return err
	}
	taken := &model.Error{Kind: model.Conflict, Field: "shop", Msg: fmt.Sprintf("shop: the id %s is taken", s), Hint: "compare it with the shop's"}
	if owner == cl.ID {
		taken.Msg = fmt.Sprintf("shop: the id %s is that of the event %s", s, slug)
		taken.Hint = fmt.Sprintf("take it away there first: event set %s --shop %s:", slug, s.Checkout)
	}
	return taken
}
