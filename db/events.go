package db

import (
	"context"
	"database/sql"
	"time"

	"lastclick/model"
)

const selectEvents = `SELECT e.id, e.slug, c.slug, e.name, e.url, e.starts_at, e.timezone, e.created_at, e.carry
	FROM events e JOIN clients c ON c.id = e.client_id`

func scanEvent(r interface{ Scan(...any) error }) (model.Event, error) {
	e := model.Event{TicketTypes: []model.TicketType{}}
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
	return e, err
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
		if e, err = t.updateEvent(e, cl.ID, t.byHand()); err != nil {
			return old, err
		}
		return e, t.audit(a, cl.ID, "event set", e.Slug, old, e)
	})
}
