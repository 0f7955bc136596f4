package page

import (
	"fmt"
	"strings"

	"lastclick/model"
	"lastclick/tui/ui"
)

// The windows that have cards above the table: one line of them, from tallCards lines on
// with the period before, and from chartCards on with a chart.
const (
	cardsWidth  = 100
	cardsHeight = 18
	roomyCards  = 21 // with an empty line beneath
	tallCards   = 27
	chartCards  = 40
	cardGap     = 2
	chartLines  = 6
)

// card is one number of the period: how it moved, and what it is of.
type card struct{ title, value, change, of string }

// ShowsCards says whether a page of w × h cells has room for cards.
func ShowsCards(w, h int) bool { return w >= cardsWidth && h >= cardsHeight }

// Cards are the numbers of a period above a table, drawn once for what they are of.
type Cards struct {
	drawn cardsKey
	lines []string
}

// CardsOf says what is in cards.
type CardsOf struct {
	Overview *model.Overview // nil: nothing yet
	Event    bool            // it is of one event
	Chart    string          // what its chart is of, where that must be said
}

// cardsKey says what cards were drawn from.
type cardsKey struct {
	of   CardsOf
	w, h int
}

// cards are the numbers of the period, beside those of the period before; the face value
// in face cells.
func (of CardsOf) cards(t *ui.Theme, face int) []card {
	if of.Overview == nil {
		return nil
	}
	now, before := of.Overview.Period, model.Period{}
	if of.Overview.Before != nil {
		before = of.Overview.Before.Period
	}
	conversion, converts := now.Conversion()
	converted, didConvert := before.Conversion()
	rate, shows := now.ShowRate()
	showed, didShow := before.ShowRate()
	ratio := "Conversion"
	if of.Event { // a click on a link that sells for every event is of none
		ratio += ", all clicks"
	}
	orders := model.FormatCount(now.Orders) + " of " + model.Plural(now.Clicks, "click", "clicks")
	switch { // orders without a click came by a code
	case now.Clicks == 0:
		orders = "no click"
	case now.Orders > now.Clicks:
		orders = model.Plural(now.Orders, "order", "orders") + ", " + model.Plural(now.Clicks, "click", "clicks")
	}
	cards := []card{
		{"Tickets", model.FormatCount(now.Tickets), change(t, now.Tickets, before.Tickets), ""},
		{"Face value", t.MoneyIn(now.FaceValue, face), changeOfMoney(t, now.FaceValue, before.FaceValue), ""},
		{ratio, percent(t, conversion, converts), changeOfShare(t, conversion, converted, converts, didConvert), orders},
		{"Average order", t.MoneyIn(now.AverageOrder(), 16), changeOfMoney(t, now.AverageOrder(), before.AverageOrder()), ""},
		{"Show-rate", percent(t, rate, shows), changeOfShare(t, rate, showed, shows, didShow), model.FormatCount(now.Scanned) + " of " + model.FormatCount(now.Tickets)},
	}
	if of.Overview.Before == nil { // no period to compare with is not one in which nothing was sold
		for i := range cards {
			cards[i].change = ""
		}
	}
	return cards
}

// percent is a share with one decimal.
func percent(t *ui.Theme, share float64, ok bool) string {
	if !ok {
		return t.Glyph.None
	}
	return fmt.Sprintf("%.1f %%", share*100)
}

// change says how far a number moved, rounded to a whole per cent: "new" from nothing.
func change(t *ui.Theme, now, was int64) string {
	switch {
	case was <= 0 && now <= 0:
		return ""
	case was <= 0:
		return "new"
	}
	share := (float64(now) - float64(was)) / float64(was) * 100
	return moved(t, share, fmt.Sprintf("%.0f %%", max(share, -share)))
}

// moved puts the direction before a distance; what is rounded to nothing has none.
func moved(t *ui.Theme, by float64, distance string) string {
	switch {
	case strings.Trim(distance, "0. %points") == "":
		return "as before"
	case by < 0:
		return t.Glyph.Down + " " + distance
	}
	return t.Glyph.Up + " " + distance
}

// changeOfMoney compares amounts of one currency; others are not weighed against each
// other.
func changeOfMoney(t *ui.Theme, now, was model.Money) string {
	switch {
	case len(now) > 1 || len(was) > 1:
		return ""
	case len(was) == 0 && len(now) == 1:
		return "new"
	}
	for c, amount := range was {
		if _, same := now[c]; same || len(now) == 0 {
			return change(t, now[c], amount)
		}
	}
	return ""
}

// changeOfShare is in percentage points.
func changeOfShare(t *ui.Theme, now, was float64, nowOK, wasOK bool) string {
	switch {
	case !nowOK:
		return ""
	case !wasOK:
		return "new"
	}
	points := (now - was) * 100
	return moved(t, points, fmt.Sprintf("%.1f points", max(points, -points)))
}

// Draw are the cards in w cells of a page of h lines, and with a chart where there is
// height for one.
func (c *Cards) Draw(t *ui.Theme, of CardsOf, w, h int) []string {
	k := cardsKey{of, w, h}
	if c.drawn == k {
		return c.lines
	}
	c.drawn = k
	list := of.cards(t, cardRoom(1, w))
	var lines []string
	switch {
	case list == nil:
		lines = []string{""}
	case h < tallCards:
		lines = []string{cardLine(t, list, w)}
	default:
		lines = cardBlock(t, list, w)
	}
	if o := of.Overview; o != nil && h >= chartCards {
		title := "Tickets by the " + string(o.Unit) + of.Chart
		plot := ui.NewPlot(title, o.Unit, chartLines, o.Points, model.Location(o.Timezone), func(p *model.Point) int64 { return p.Tickets })
		lines = append(lines, "")
		for _, l := range t.Plot(plot, w-2*ui.Indent) {
			lines = append(lines, ui.Spaces(ui.Indent)+l)
		}
	}
	if h >= roomyCards {
		lines = append(lines, "")
	}
	c.lines = lines
	return lines
}

// cardLine is as many of the cards as fit in one line of w cells.
func cardLine(t *ui.Theme, list []card, w int) string {
	line, width := "", 0
	for _, c := range list {
		n := ui.Width(c.title) + 1 + ui.Width(c.value)
		text := t.Faint.Render(c.title) + " " + t.Bold.Render(c.value)
		if c.change != "" {
			n += 1 + ui.Width(c.change)
			text += " " + changeStyle(t, c.change).Render(c.change)
		}
		if width+n+3 > w {
			break
		}
		line, width = line+"   "+text, width+n+3
	}
	if len(line) == 0 {
		return ""
	}
	return line[1:]
}

// changeStyle tells up from down by colour too; the mark alone says it without.
func changeStyle(t *ui.Theme, change string) ui.Style {
	switch {
	case strings.HasPrefix(change, t.Glyph.Up):
		return t.Good
	case strings.HasPrefix(change, t.Glyph.Down):
		return t.Warn
	}
	return t.Faint
}

// cardShares are of the cards' cells: those of the conversion have the longest text.
var cardShares = [...]int{3, 4, 5, 4, 4}

// cardRoom is how many cells of w card i has for its texts.
func cardRoom(i, w int) int {
	sum := 0
	for _, n := range cardShares {
		sum += n
	}
	return max((w-2*ui.Indent)*cardShares[i]/sum-cardGap, 1)
}

// cardBlock is the cards side by side: a title, the number, how it moved. Their places
// do not depend on the numbers.
func cardBlock(t *ui.Theme, list []card, w int) []string {
	var titles, values, changes strings.Builder
	for i, c := range list {
		room := cardRoom(i, w)
		under := c.of
		if both := c.change + " " + t.Glyph.Dot + " " + c.of; c.change != "" && (c.of == "" || ui.Width(both) > room) {
			under = c.change
		} else if c.change != "" {
			under = both
		}
		gap := ui.Spaces(cardGap)
		titles.WriteString(t.Faint.Render(t.Cell(c.title, room)) + gap)
		values.WriteString(t.Bold.Render(t.Cell(c.value, room)) + gap)
		changes.WriteString(changeStyle(t, c.change).Render(t.Cell(under, room)) + gap)
	}
	in := ui.Spaces(ui.Indent)
	return []string{in + titles.String(), in + values.String(), in + changes.String()}
}

// Lines are the cards beneath one another in w cells, for a preview.
func (of CardsOf) Lines(t *ui.Theme, w int) []string {
	const value = 15
	list := of.cards(t, value)
	title := 0
	for _, c := range list {
		title = max(title, ui.Width(c.title)+2)
	}
	lines := make([]string, len(list))
	for i, c := range list {
		lines[i] = t.Faint.Render(t.Cell(c.title, title)) + t.Bold.Render(t.Right(c.value, value)) + "  " +
			changeStyle(t, c.change).Render(t.Cut(c.change, max(w-title-value-2, 1)))
	}
	return lines
}
