package model

import (
	"strings"
	"testing"
	"time"
)

// Equal tickets stand together, wherever they stand in the order; what is judged or sold
// otherwise stands apart.
func TestVerdicts_EqualTickets_Together(t *testing.T) {
	ana := "ana"
	clicks := []ClickExplained{{Link: &ana, ClickedAt: minute0, Verdict: Won}}
	ticket := func(id, typ string, link *string, scanned bool) TicketExplained {
		k := TicketExplained{ID: id, Event: "summerfest", Type: typ, Status: Valid, Scanned: scanned, Link: link, Reason: ReasonLastClick, Considered: clicks, FaceValue: 4500}
		if link == nil {
			k.Reason, k.Considered = ReasonNoClick, nil
		}
		return k
	}
	other := "ana" // the same word in other memory
	o := OrderExplained{Tickets: []TicketExplained{
		ticket("T-1", "ga", &ana, false), ticket("T-2", "vip", &ana, false), ticket("T-3", "ga", nil, false), ticket("T-4", "ga", &other, false), ticket("T-5", "ga", &ana, true),
	}}
	got := ""
	for _, g := range o.Verdicts() {
		got += string(g.Reason) + " " + FormatCount(int64(g.Count())) + ":"
		for _, k := range g.Tickets {
			got += " " + k.Name()
			for _, id := range k.IDs {
				got += " " + id
			}
			got += " " + k.Worth("GBP").String() + ";"
		}
		got += "\n"
	}
	const want = "last_click 4: ga T-1 T-4 GBP 90.00; vip T-2 GBP 45.00; ga T-5 GBP 45.00;\nno_click 1: ga T-3 GBP 45.00;\n"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestTimeline_ClicksAndOrder_DownwardsInTime(t *testing.T) {
	at := func(seconds ...int) (g VerdictGroup) {
		for _, s := range seconds {
			g.Considered = append(g.Considered, ClickExplained{ClickedAt: minute0.Add(time.Duration(s) * time.Second)})
		}
		return g
	}
	for _, c := range []struct {
		group VerdictGroup
		want  string
	}{
		{at(), ""}, {at(-5), "click order"}, {at(5), "order click"}, {at(9, 0, -9), "click click order click"}, {at(0), "click order"},
	} {
		var got []string
		for _, m := range c.group.Timeline(minute0.Add(300 * time.Millisecond)) {
			got = append(got, map[bool]string{true: "order", false: "click"}[m.Click == nil])
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q, not %q", got, c.want)
		}
	}
}

func TestDistance_OrderOfLongAgo_Days(t *testing.T) {
	if got, want := Distance(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 12, 0, 0, 0, time.UTC)), "739,767 days after"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
	if got, want := Distance(time.Unix(-3, 0), time.UnixMilli(-1500)), "1 second before"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

func TestDistance_AnyTime_LargestUnit(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "in the same second", time.Second: "1 second before", -90 * time.Second: "1 minute after",
		2 * time.Hour: "2 hours before", 72 * time.Hour: "3 days before",
	} {
		if got := Distance(minute0.Add(-d), minute0); got != want {
			t.Errorf("%v: %q, not %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "in the same second as the order", time.Second: "1 second before the order"} {
		if got := DistanceToOrder(minute0.Add(-d), minute0); got != want {
			t.Errorf("%v: %q, not %q", d, got, want)
		}
	}
}
