package db

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"time"

	"lastclick/model"
)

// event is an event before the batch, and now.
type event struct {
	id, client  int64
	slug        string
	clientSlug  string
	carry       model.Carry // only people change it
	before, now eventState
}

// eventState is what a checkout or a person may change of an event.
type eventState struct {
	name, url, timezone string
	startsAt            int64
	starts              bool
	updatedAt           int64
}

// errNewEvent says that a delivery adds an event. It needs ids and the deliveries that
// wait for it, so it is applied after the others of its batch, in a savepoint.
var errNewEvent = errors.New("the delivery adds an event")

// applyEvent changes an event from the checkout's side, or adds it. What was so at an
// earlier time than what is known changes nothing, so that any order of arrival ends
// in the same (R12). Of two at one moment the one that came last holds: there is no
// other order between them.
func (u *unit) applyEvent(k checkout, in *model.EventUpdate, at time.Time) (result, error) {
	fault := func(detail string) (result, error) {
		return result{faults: []model.Fault{{Field: "data.client", Detail: detail}}}, nil
	}
	cl := u.clientBySlug(in.Client)
	switch {
	case u.err != nil:
		return result{}, u.err
	case cl == nil:
		return fault("is not a client of this platform")
	case k.client != 0 && k.client != cl.id:
		return fault("is a client that this checkout may not sell for")
	}
	e := u.event(in.ID)
	if e == nil {
		return u.addEvent(cl, in, at)
	}
	if e.client != cl.id {
		return fault("is not the client of this event")
	}
	outcome := model.Outcome{Status: model.Applied, Event: e.slug}
	now := eventStateOf(in, cl, at)
	same := e.now == now && !slices.ContainsFunc(in.TicketTypes, func(tt model.TicketType) bool {
		return u.naming(typeKey{e.id, tt.ID}).now.name != composed(tt.Name)
	})
	switch {
	case now.updatedAt < e.now.updatedAt:
		outcome.Status = model.Stale
	case same:
		outcome.Status = model.Duplicate
	default:
		replace(u, &e.now, now)
		u.markChanged(e.client, memory)
		for _, tt := range in.TicketTypes {
			u.nameType(e.id, tt, at, byEvent)
		}
	}
	return result{outcome: outcome}, u.err
}

func eventStateOf(in *model.EventUpdate, cl *client, at time.Time) eventState {
	e := eventState{name: composed(in.Name), url: in.URL, timezone: in.Timezone, updatedAt: stamp(at)}
	if e.timezone == "" {
		e.timezone = cl.timezone
	}
	if in.StartsAt != nil {
		e.startsAt, e.starts = millis(*in.StartsAt), true
	}
	return e
}

// addEvent adds an event and applies what waits for it.
func (u *unit) addEvent(cl *client, in *model.EventUpdate, at time.Time) (result, error) {
	e := &event{client: cl.id, slug: in.ID, clientSlug: cl.slug, now: eventStateOf(in, cl, at)}
	if err := u.source.insertEvent(u, e); err != nil {
		return result{}, err
	}
	e.before = e.now
	u.events[e.slug] = e
	for _, tt := range in.TicketTypes {
		u.nameType(e.id, tt, at, byEvent)
	}
	if err := u.unpark(e.slug); err != nil {
		return result{}, err
	}
	return result{outcome: model.Outcome{Status: model.Applied, Event: e.slug}}, nil
}

// byHand is when a person's change counts as made: just before this second, for
// checkouts stamp whole seconds, and what they say in the same one came after it.
func (t *tx) byHand() time.Time { return t.now.Truncate(time.Second).Add(-time.Millisecond) }

// byEvent is who says a name that comes with the event itself, and not with an order,
// which is its version.
const byEvent = math.MaxInt64

// naming is the name of a ticket type, before the batch and now.
type naming struct {
	typeKey
	before, now said
}

// said is a name, and when it was said by which version of an order.
type said struct {
	name   string
	at, by int64
	known  bool
}

// nameType keeps the newest known name of a ticket type, by the time it was said at,
// then by the order's version, the event's own word last; so the order of arrival
// decides nothing. (Two events' words of one moment are as applyEvent says. A
// version that comes too late to count names nothing, R11.) A name that is only the
// type's own id replaces none.
func (u *unit) nameType(event int64, tt model.TicketType, at time.Time, by int64) {
	n := u.naming(typeKey{event, tt.ID})
	word := said{composed(tt.Name), stamp(at), by, true}
	if tt.Name == tt.ID {
		word.at, word.by = never, 0
	}
	if n.now.known {
		if tt.Name == tt.ID || word.compare(n.now) < 0 || word.compare(n.now) == 0 && by != byEvent && word.name <= n.now.name {
			return
		}
	}
	if word != n.now {
		replace(u, &n.now, word)
	}
}

// compare orders names by when they were said.
func (a said) compare(b said) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.by, b.by)) }
