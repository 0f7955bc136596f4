package main

import (
	"context"
	"math"
	"net/http"
	"time"

	"lastclick/model"
)

// plan has the client's links made, visited and archived, orders placed and refunded, and
// tickets scanned.
func (h *demoHistory) plan(s *demoShop) {
	zone := model.Location(s.Timezone)
	for i := range s.links {
		h.planLink(s, &s.links[i])
	}
	for n := historyDays; n >= 0; n-- {
		day := h.now.In(zone).AddDate(0, 0, -n)
		midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
		of := demoDay{ago: float64(n), weekday: midnight.Weekday()}
		for i := range s.links {
			if l := &s.links[i]; of.ago <= l.since && of.ago >= l.until {
				for range poisson(s, l.visits(of)) {
					h.planVisit(s, l, s.moment(midnight))
				}
			}
		}
		for range poisson(s, s.direct*demoSeason[of.weekday]) {
			h.planOrder(s, &demoBrowser{}, nil, s.moment(midnight))
		}
	}
	for i := range s.events {
		h.planDoor(s, &s.events[i])
	}
}

// planLink has the link made, by the owner where the client has one.
func (h *demoHistory) planLink(s *demoShop, l *demoLink) {
	h.then(h.ago(l.since+1), func(ctx context.Context, _ time.Time) error {
		actor, err := h.actor(ctx, s)
		if err != nil {
			return err
		}
		if _, err = h.store.AddLink(ctx, actor, l.NewLink); err != nil {
			return err
		}
		for _, a := range l.aliases {
			if _, err := h.store.AddAlias(ctx, actor, l.Code, a); err != nil {
				return err
			}
		}
		return nil
	})
	if l.until == 0 {
		return
	}
	h.then(h.ago(l.until-1), func(ctx context.Context, _ time.Time) error {
		actor, err := h.actor(ctx, s)
		if err != nil {
			return err
		}
		_, err = h.store.ArchiveLink(ctx, actor, l.Code)
		return err
	})
}

func (h *demoHistory) actor(ctx context.Context, s *demoShop) (model.Actor, error) {
	if s.demoClient == northside {
		return h.owner, nil
	}
	return h.store.Choose(ctx, h.admin, s.Slug)
}

// planVisit is a customer who clicks the link. Some have clicked another one in the days
// before, some buy. A few of the requests are a preview's.
func (h *demoHistory) planVisit(s *demoShop, l *demoLink, at time.Time) {
	b := &demoBrowser{}
	click := func(l *demoLink) func(context.Context, time.Time) error {
		return func(ctx context.Context, _ time.Time) error { return s.click(ctx, b, l) }
	}
	if s.random.IntN(20) == 0 {
		h.then(at, func(ctx context.Context, _ time.Time) error {
			return s.follow(ctx, &demoBrowser{}, l.Code, previewAgent)
		})
	}
	if s.random.IntN(5) == 0 {
		before := at.Add(-time.Duration(s.random.Int64N(int64(6 * 24 * time.Hour))))
		other := &s.links[s.random.IntN(len(s.links))]
		if ago := h.now.Sub(before).Hours() / 24; other != l && ago < other.since && ago > other.until {
			h.then(before, click(other))
		}
	}
	h.then(at, click(l))
	if s.random.IntN(7) == 0 { // comes back, which makes no second visitor
		h.then(at.Add(time.Minute+time.Duration(s.random.Int64N(int64(30*time.Hour)))), click(l))
	}
	if s.random.Float64() >= l.buys {
		return
	}
	bought := at.Add(2*time.Minute + time.Duration(s.random.Int64N(int64(25*time.Minute))))
	if s.random.IntN(6) == 0 { // slept on it
		bought = bought.Add(time.Duration(s.random.Int64N(int64(60 * time.Hour))))
	}
	h.planOrder(s, b, l, bought)
}

// planOrder is an order, of which some are refunded within days.
func (h *demoHistory) planOrder(s *demoShop, b *demoBrowser, l *demoLink, at time.Time) {
	var placed *demoOrder
	h.then(at, func(ctx context.Context, at time.Time) (err error) {
		placed, err = s.buy(ctx, b, l, at)
		return err
	})
	if s.random.IntN(22) == 0 {
		refunded := at.Add(time.Duration(s.random.Int64N(int64(5 * 24 * time.Hour))))
		h.then(refunded, func(ctx context.Context, at time.Time) error {
			if placed == nil || at.After(s.startOf(placed.event)) {
				return nil
			}
			return s.refund(ctx, placed, at)
		})
	}
}

// The doors of an event open before it starts, and most have come soon after it has.
const (
	doorsBefore = 80 * time.Minute
	doorsAfter  = 40 * time.Minute
)

// planDoor has the tickets scanned of which people came.
func (h *demoHistory) planDoor(s *demoShop, e *demoEvent) {
	opened := s.startOf(e).Add(-doorsBefore)
	if opened.After(h.now) {
		return
	}
	until := opened.Add(doorsBefore + doorsAfter)
	if until.After(h.now) {
		until = h.now
	}
	h.then(until.Add(-time.Second), func(ctx context.Context, at time.Time) error {
		for _, o := range s.orders {
			if o.event != e {
				continue
			}
			for _, ticket := range o.valid() {
				came := opened.Add(time.Duration(s.random.Int64N(int64(doorsBefore + doorsAfter))))
				switch {
				case s.random.IntN(9) == 0: // does not come
				case came.After(at):
					s.door = append(s.door, ticket)
				default:
					if err := s.scan(ctx, ticket, came); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
}

// planOffice is what people did at their desks, and what came that could not be applied.
func (h *demoHistory) planOffice() {
	shop := h.shops[0]
	order := func(id, event string, faceValue any) map[string]any {
		return map[string]any{
			"id": id, "version": 1, "currency": shop.currency, "customer": map[string]any{"id": "cus_" + id},
			"tickets": []map[string]any{{"id": id + "-1", "event": event, "type": "ga", "type_name": "General Admission", "face_value": faceValue}},
		}
	}
	place := func(status int, o map[string]any) func(context.Context, time.Time) error {
		return func(ctx context.Context, at time.Time) error {
			o["placed_at"] = at.UTC().Format(time.RFC3339)
			if err := shop.postFor(ctx, status, "order.placed", at, o); err != nil {
				return err
			}
			return h.flush(ctx, at) // the inbox says when it came
		}
	}
	// Before the first sale, at whatever time of the day the demo is started.
	trial := order("TEST-1", "summerfest", 4500)
	trial["test"] = true
	h.then(h.ago(historyDays+1), place(http.StatusOK, trial))
	h.then(h.ago(3.2), place(http.StatusUnprocessableEntity, order("B-77", "summerfest", 45.5)))
	h.then(h.ago(.8), place(http.StatusAccepted, order("B-90", "warehouse-nye", 2800)))
	h.then(h.ago(.3), func(ctx context.Context, _ time.Time) error {
		_, err := h.store.Invite(ctx, h.owner, model.NewPerson{Name: "Priya Nair", Email: "priya@example.com", Role: model.Member})
		return err
	})
}

// moment is a time of the day at which people are awake.
func (s *demoShop) moment(midnight time.Time) time.Time {
	hour := weighted(s.random, len(demoHours), func(i int) int { return demoHours[i] })
	return midnight.Add(time.Duration(hour)*time.Hour + time.Duration(s.random.Int64N(int64(time.Hour))))
}

// poisson is how often something happens that happens so often on average.
func poisson(s *demoShop, mean float64) (n int) {
	for p := s.random.Float64(); p > math.Exp(-mean); p *= s.random.Float64() {
		n++
	}
	return n
}
