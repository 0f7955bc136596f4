package command

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"lastclick/model"
)

// No line is wider than the terminal, and a column that may not be cut is shown in
// full or not at all.
func TestTable_AnyContent_FitsTheWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("ab漢 é👩\x1b")))
		tab := &table{}
		for i := range rapid.IntRange(1, 8).Draw(t, "columns") {
			tab.columns = append(tab.columns, column{
				title: strings.Repeat("T", rapid.IntRange(1, 12).Draw(t, "title")), right: rapid.Bool().Draw(t, "right"),
				min: rapid.IntRange(0, 9).Draw(t, "min"), drop: i,
			})
		}
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			r := row{indent: rapid.IntRange(0, 2).Draw(t, "indent"), rule: rapid.Bool().Draw(t, "rule")}
			for range tab.columns {
				r.cells = append(r.cells, text.Draw(t, "cell"))
			}
			tab.rows = append(tab.rows, r)
		}
		p := &page{width: rapid.IntRange(0, 140).Draw(t, "width")}
		p.list(tab)
		for line := range strings.SplitSeq(string(p.bytes()), "\n") {
			if p.width > 12 && ansi.StringWidth(line) > p.width {
				t.Fatalf("%d columns wide, of %d: %q", ansi.StringWidth(line), p.width, line)
			}
		}
		if n := strings.Count(string(p.bytes()), "\n"); n < 1+len(tab.rows) {
			t.Fatalf("%d lines for %d rows", n, len(tab.rows))
		}
		l := tab.layout(tab.widest(tab.clean()), p.width)
		for i, c := range l.kept {
			if w := tab.widest(tab.clean()); len(l.kept) > 1 && tab.columns[c].min == 0 && l.widths[i] < w[c] {
				t.Fatalf("column %d is cut to %d", c, l.widths[i])
			}
		}
	})
}

// Where there is no room for all columns, the least important go before names are cut.
func TestLinkList_80Columns_NamesStayWhole(t *testing.T) {
	event := "jazz-weekender"
	links := []model.Link{
		{Code: "site-button", Name: "Buy Tickets Button", Event: &event, Source: "subpromoter", Clicks: 12345, Visitors: 9876, Bots: 321, Mail: model.MailWritten, ShortURL: "https://go.example/site-button"},
		{Code: "news", Name: "Thursday News", Source: "email", Mail: model.MailNone, ShortURL: "https://go.example/news"},
	}
	p := &page{width: 80}
	p.list(tableOf(linkFields, links))
	if got := p.b.String(); strings.Contains(got, "…") || !strings.Contains(got, "Buy Tickets Button  jazz-weekender") {
		t.Error(got)
	}
}
