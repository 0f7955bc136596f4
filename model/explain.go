package model

import (
	"reflect"
	"slices"
	"time"
)

// A VerdictGroup is the tickets of an order that one sentence explains: one link or none,
// one reason, and the same clicks with the same verdicts.
type VerdictGroup struct {
	Link       *string
	Reason     Reason
	Considered []ClickExplained // from the latest click to the earliest
	Tickets    []TicketGroup
}

// A TicketGroup is the tickets of an order that are alike but for their ids. The embedded
// ticket is the first of them.
type TicketGroup struct {
	TicketExplained
	IDs []string
}

// Verdicts groups the tickets of the order, in the order of each group's first ticket.
func (o OrderExplained) Verdicts() []VerdictGroup {
	var groups []VerdictGroup
	for _, t := range o.Tickets {
		i := slices.IndexFunc(groups, func(g VerdictGroup) bool {
			return g.Reason == t.Reason && reflect.DeepEqual(g.Link, t.Link) && reflect.DeepEqual(g.Considered, t.Considered)
		})
		if i < 0 {
			i = len(groups)
			groups = append(groups, VerdictGroup{Link: t.Link, Reason: t.Reason, Considered: t.Considered})
		}
		groups[i].add(t)
	}
	return groups
}

func (g *VerdictGroup) add(t TicketExplained) {
	for i := range g.Tickets {
		one, other := g.Tickets[i].TicketExplained, t
		one.ID, other.ID, one.Considered, other.Considered = "", "", nil, nil // those of the group
		if reflect.DeepEqual(one, other) {
			g.Tickets[i].IDs = append(g.Tickets[i].IDs, t.ID)
			return
		}
	}
	g.Tickets = append(g.Tickets, TicketGroup{t, []string{t.ID}})
}

// Count is how many tickets the group has.
func (g VerdictGroup) Count() (n int) {
	for _, t := range g.Tickets {
		n += len(t.IDs)
	}
	return n
}

// Name is the ticket type as people know it.
func (t TicketExplained) Name() string {
	if t.TypeName == "" {
		return t.Type
	}
	return t.TypeName
}

// Worth is the face value of all of the group's tickets.
func (t TicketGroup) Worth(currency string) Money {
	return Money{currency: t.FaceValue * int64(len(t.IDs))}
}

// A Moment of an order's history is a click, or the order itself where Click is nil.
type Moment struct {
	At    time.Time
	Click *ClickExplained
}

// Timeline is the group's clicks and the order, from the earliest to the latest. Click
// times are whole seconds (R2), and so is the comparison; a click in the order's own second
// stands before it. It is empty where no click was considered.
func (g VerdictGroup) Timeline(placed time.Time) []Moment {
	if len(g.Considered) == 0 {
		return nil
	}
	line, stands := make([]Moment, 0, len(g.Considered)+1), false
	for i := range slices.Backward(g.Considered) {
		c := &g.Considered[i]
		if !stands && c.ClickedAt.Unix() > placed.Unix() {
			line, stands = append(line, Moment{At: placed}), true
		}
		line = append(line, Moment{c.ClickedAt, c})
	}
	if !stands {
		line = append(line, Moment{At: placed})
	}
	return line
}

// Distance is how long before or after the order a click was, in its largest unit. An
// order may lie further back than a time.Duration reaches.
func Distance(click, order time.Time) string {
	seconds, side := order.Unix()-click.Unix(), "before"
	if seconds < 0 {
		seconds, side = -seconds, "after"
	}
	for _, u := range []struct {
		seconds   int64
		one, many string
	}{{24 * 60 * 60, "day", "days"}, {60 * 60, "hour", "hours"}, {60, "minute", "minutes"}, {1, "second", "seconds"}} {
		if seconds >= u.seconds {
			return Plural(seconds/u.seconds, u.one, u.many) + " " + side
		}
	}
	return "in the same second"
}

// DistanceToOrder is Distance in a sentence: "3 minutes before the order".
func DistanceToOrder(click, order time.Time) string {
	if click.Unix() == order.Unix() {
		return "in the same second as the order"
	}
	return Distance(click, order) + " the order"
}

// Won is the click that got the group's tickets; nil where a code did, or nothing.
func (g VerdictGroup) Won() *ClickExplained {
	for i := range g.Considered {
		if g.Considered[i].Verdict == Won {
			return &g.Considered[i]
		}
	}
	return nil
}
