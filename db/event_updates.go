package db

import (
	"cmp"
	"math"
	"slices"
	"time"

	"lastclick/model"
)

// applyEvent adds or changes an event from the checkout's side. What was so at an
// earlier time than what is known changes nothing, so that any order of arrival ends
// in the same (R12). Of two at one moment the one that came last holds: there is no
// other order between them.
func (t *tx) applyEvent(k checkout, in *model.EventUpdate, at time.Time) (result, error) {
	fault := func(detail string) (result, error) {
		return result{faults: []model.Fault{{Field: "data.client", Detail: detail}}}, nil
	}
	cl, err := t.client(in.Client)
	if model.KindOf(err) == model.NotFound {
		return fault("is not a client of this platform")
	}
	if err != nil {
		return result{}, err
	}
	if k.client != 0 && k.client != cl.ID {
		return fault("is a client that this checkout may not sell for")
	}
	e := model.Event{Slug: in.ID, Client: cl.Slug, Name: in.Name, URL: in.URL, StartsAt: in.StartsAt, Timezone: in.Timezone}
	if e.Timezone == "" {
		e.Timezone = cl.Timezone
	}
	outcome := model.Outcome{Status: model.Applied, Event: e.Slug}
	var owner, last int64
	err = t.row(`SELECT id, client_id, updated_at FROM events WHERE slug = $1`, in.ID).Scan(&e.ID, &owner, &last)
	fresh := isNoRows(err)
	switch {
	case fresh:
		e, err = t.insertEvent(e, cl.ID, at)
	case err == nil && owner != cl.ID:
		return fault("is not the client of this event")
	case err == nil && last != addedByHand && updatedAt(at) < last:
		outcome.Status = model.Stale
		return result{outcome: outcome}, nil
	case err == nil:
		var same bool
		if same, err = t.sameEvent(e, in.TicketTypes); same && updatedAt(at) == last {
			outcome.Status = model.Duplicate
			return result{outcome: outcome}, err
		}
		if err == nil {
			e, err = t.updateEvent(e, cl.ID, at)
		}
	}
	if err != nil {
		return result{}, err
	}
	for _, tt := range in.TicketTypes {
		if err := t.nameType(e.ID, tt, at, byEvent); err != nil {
			return result{}, err
		}
	}
	if fresh {
		if err := t.unpark(e.Slug); err != nil {
			return result{}, err
		}
	}
	return result{outcome: outcome}, nil
}

// sameEvent says whether the event and its ticket types are known just so.
func (c *conn) sameEvent(e model.Event, types []model.TicketType) (bool, error) {
	known, err := c.event(e.Client, e.Slug)
	if err != nil {
		return false, err
	}
	for _, tt := range types {
		if !slices.Contains(known.TicketTypes, model.TicketType{ID: tt.ID, Name: composed(tt.Name)}) {
			return false, nil
		}
	}
	starts := known.StartsAt == nil && e.StartsAt == nil || known.StartsAt != nil && e.StartsAt != nil && known.StartsAt.Equal(*e.StartsAt)
	return starts && known.Name == composed(e.Name) && known.URL == e.URL && known.Timezone == e.Timezone, nil
}

// addedByHand is kept as the time of the state of an event that a person added: every
// time that a checkout says comes after it, those before 1970 too.
const addedByHand = 0

// updatedAt is how the time of an event's state is kept; the zero time is that of one
// added by hand. The millisecond that would look like it counts as the next one.
func updatedAt(at time.Time) int64 {
	if at.IsZero() {
		return addedByHand
	}
	return cmp.Or(millis(at), addedByHand+1)
}

// byHand is when a person's change counts as made: just before this second, for
// checkouts stamp whole seconds, and what they say in the same one came after it.
func (t *tx) byHand() time.Time { return t.now.Truncate(time.Second).Add(-time.Millisecond) }

// byEvent is who says a name that comes with the event itself, and not with an order,
// which is its version.
const byEvent = math.MaxInt64

// nameType keeps the newest known name of a ticket type, by the time it was said at,
// then by the order's version, the event's own word last; so the order of arrival
// decides nothing. (Two events' words of one moment are as applyEvent says. A
// version that comes too late to count names nothing, R11.) A name that is only the
// type's own id replaces none, and every other replaces it.
func (t *tx) nameType(event int64, tt model.TicketType, at time.Time, by int64) error {
	said := millis(at)
	if tt.Name == tt.ID {
		said, by = 0, 0
	}
	query := nameByOrder
	if by == byEvent {
		query = nameByEvent
	}
	_, err := t.exec(query, event, tt.ID, composed(tt.Name), said, by)
	return err
}

const nameNewer = `INSERT INTO ticket_types (event_id, type, name, named_at, named_by) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (event_id, type) DO UPDATE SET name = excluded.name, named_at = excluded.named_at, named_by = excluded.named_by
	WHERE excluded.name <> excluded.type AND (ticket_types.name = ticket_types.type OR `

const nameByOrder = nameNewer + `(excluded.named_at, excluded.named_by, excluded.name) > (ticket_types.named_at, ticket_types.named_by, ticket_types.name))`

const nameByEvent = nameNewer + `(excluded.named_at, excluded.named_by) >= (ticket_types.named_at, ticket_types.named_by))`
