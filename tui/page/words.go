package page

import (
	"cmp"
	"strings"
	"time"

	"lastclick/model"
	"lastclick/tui/ui"
)

// The pages of several folders say these in the same words.

// ColumnLegend says what the columns of numbers count.
func ColumnLegend() [][2]string {
	return [][2]string{
		{"Clicks", "people who followed the link; bots and previews are not counted"},
		{"Customers", "different buyers (Cust.)"},
		{"New Customers", "buyers whose first purchase on the whole platform this was (New)"},
		{"Orders", "purchases with at least one ticket that still holds"},
		{"Tickets", "tickets sold and not refunded"},
		{"Scanned", "of these, entered at the event (Scan.)"},
		{"Unscanned", "of these, not used yet (Unsc.)"},
		{"Face Value", "their list price without fees, for each currency"},
		{"Conversion", "orders credited to links in the period for 100 clicks on them in the period; of one event, its orders for all clicks on its links, whatever event they were for"},
		{"Average order", "face value by orders"},
		{"Show-rate", "scanned tickets of all valid ones"},
		{"Change", "against as many days before the period; of today it has what came so far"},
		{"12.3k, 1.2M", "about 12,300 and 1,200,000: a wider window has room for all digits"},
		{"Total", "over all links, or those that the filter shows, each buyer and each order once: less than the sum of the rows where a buyer used two links"},
	}
}

// ChangesClient says how the client's settings are changed, to those who may.
func (s *Session) ChangesClient() string {
	if !s.Actor.Can(model.Admin) {
		return ""
	}
	return " " + s.Theme.Glyph.Dot + " set on Clients (" + s.Keys.Name("E") + ")"
}

// Reasons are why an order's tickets were credited as they were.
func Reasons(o *model.OrderSummary) string {
	labels := make([]string, len(o.Reasons))
	for i, r := range o.Reasons {
		labels[i] = strings.ToLower(r.Short())
	}
	return strings.Join(labels, ", ")
}

// CompareMoney weighs amounts by the first currency, in order, in which they differ:
// amounts of different currencies are never weighed against each other.
func CompareMoney(a, b model.Money) int {
	if len(a) == 1 && len(b) == 1 {
		for c, amount := range a {
			if other, ok := b[c]; ok {
				return cmp.Compare(amount, other)
			}
		}
	}
	both := model.Money{}
	for _, m := range []model.Money{a, b} {
		for c := range m {
			both[c] = 0
		}
	}
	for _, c := range both.Currencies() {
		if n := cmp.Compare(a[c], b[c]); n != 0 {
			return n
		}
	}
	return 0
}

// NameOr is the name for a slug or code, or itself where there is none.
func NameOr(names map[string]string, key string) string {
	if name := names[key]; name != "" {
		return name
	}
	return key
}

// OrderLine is an order in w cells of a preview: when it was placed, its id, its tickets
// and what they are worth.
func (s *Session) OrderLine(o *model.OrderSummary, zone *time.Location, w int) string {
	t := s.Theme
	value := t.MoneyIn(o.FaceValue, 14)
	when := t.Cell(s.Moment(o.PlacedAt, zone), 13)
	id := max(w-ui.Width(when)-5-14-2, 1)
	return t.Faint.Render(when) + t.Cell(o.ID, id) + t.Right(ui.Count(o.Tickets, 5), 5) + "  " + t.Right(value, 14)
}
