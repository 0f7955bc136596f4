package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"
	"pgregory.net/rapid"

	"lastclick/model"
)

func TestChartRangesAreChosenByBrackets(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 56, profile: termenv.Ascii})
	c.press("enter")
	c.sees("24h [7d] 30d  all", "553 clicks, 79 orders in the last 7 days", "26 May", "1 Jun")
	c.press("]", "]", "]", "[", "[", "[", "[")
	var asked []string
	for _, s := range store.spans {
		asked = append(asked, string(s))
	}
	if got := strings.Join(asked, " "); got != "7d 30d all 30d 7d 24h" {
		t.Errorf("the store was asked for %s", got)
	}
}

func TestChartSaysWhereThereIsNothing(t *testing.T) {
	c := acme(t, 80, 24)
	if got := c.env.chart(model.Series{Span: model.Day}, 80); len(got) != 1 || got[0] != "No clicks and no orders in the last 24 hours." {
		t.Errorf("%q", got)
	}
}

// The last bar holds the present, whatever the points and the room are.
func TestBarsLoseNoPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, model.MaxSpanDays).Draw(t, "values")
		b := newBars(len(values), rapid.IntRange(12, 200).Draw(t, "room"))
		var want, got int64
		for _, v := range values {
			want += v
		}
		sums := b.sums(values)
		for _, v := range sums {
			got += v
		}
		if got != want || len(sums) != b.count {
			t.Fatalf("%d bars of %d points hold %d of %d", b.count, len(values), got, want)
		}
	})
}

func TestChartFitsAnyRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := open(&testing.T{}, setup{client: "acme", profile: termenv.ANSI, ascii: rapid.Bool().Draw(t, "ascii")})
		s := model.Series{Span: rapid.SampledFrom(model.Spans).Draw(t, "span"), Timezone: "Europe/London"}
		for i := range rapid.IntRange(0, model.MaxSpanDays).Draw(t, "points") {
			n := rapid.SampledFrom([]int64{0, 1, 7, 1234, 1 << 62}).Draw(t, "n")
			s.Points = append(s.Points, model.Point{At: noon.Add(time.Duration(i) * time.Hour), Clicks: n, Orders: n / 3})
		}
		w := rapid.IntRange(4, 160).Draw(t, "w")
		for _, l := range c.env.chart(s, w) {
			if width(l) > w {
				t.Fatalf("%d cells, not %d: %q", width(l), w, l)
			}
		}
	})
}

func TestSparkShowsTheLastDays(t *testing.T) {
	c := acme(t, 80, 24)
	if got := c.env.spark([]int64{9, 0, 1, 4, 8}, 4); got != " ▂▅█" {
		t.Errorf("%q", got)
	}
	if got := c.env.spark([]int64{3}, 4); got != "   █" {
		t.Errorf("%q", got)
	}
}

func TestWelcomeMailIsSentAgainAfterAYes(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("enter", "w", "n", "w")
	c.sees("Send the welcome mail to ana@example.com again? y/N")
	c.press("y")
	c.sees("✓ The welcome mail is on its way to ana@example.com")
	calls(t, store, "resend ana")
}

// A chart is not read again with every order, but the last order shows in it.
func TestChartsAreReadNowAndThenAndOnceMore(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 150, h: 40, profile: termenv.Ascii})
	p := c.top().(*linkTracking)
	for range 3 {
		c.send(movedMsg{c.live.gen})
	}
	if store.trended != 1 {
		t.Errorf("sparklines were read %d times in a moment", store.trended)
	}
	c.clock = c.clock.Add(trendEvery)
	c.send(retryMsg{p.loading.newest})
	if store.trended != 2 {
		t.Errorf("sparklines were read %d times, not once more", store.trended)
	}
	c.press("/", "x", "esc", "v", "j", "enter")
	c.misses("7 days") // sparklines are of all events
	c.press("v", "k", "enter", "enter")
	link := c.top().(*linkPage)
	c.send(movedMsg{c.live.gen})
	if len(store.spans) != 1 {
		t.Errorf("the chart was read %d times in a moment", len(store.spans))
	}
	c.clock = c.clock.Add(time.Second)
	c.send(retryMsg{link.loading.newest})
	if len(store.spans) != 2 {
		t.Errorf("the chart was read %d times, not once more", len(store.spans))
	}
}
