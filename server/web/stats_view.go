package web

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"

	"lastclick/model"
)

// statsView is a sub-promoter's page as the template prints it: everything formatted,
// times in the client's timezone.
type statsView struct {
	Subject  string // what is sold: the event, or at client level the client
	Name     string // of the link's owner
	Client   string
	Contact  string // the client's address; empty: none is known
	Event    string // empty at client level
	Code     string
	ShortURL string
	Archived bool
	Mailed   bool   // the numbers, to the owner, every week
	Landing  string // what the address behind the link is worth, behind "that one "
	Note     string // what the client's tracking asks of who shares it; empty for nothing
	LivePath string

	AsOf, AsOfMachine, Timezone string

	Numbers []figure
	Clicks  string // a sentence
	News    string // a sentence for screen readers
	Types   []typeRow
	Total   typeRow
	chartView
}

// figure is a number with its name; Face Value has a line for each currency.
type figure struct {
	Label  string
	Values []string
}

type typeRow struct {
	Name, Event string
	Cells       []figure
}

// newStatsView is the view of p as it was read at the time asOf.
func newStatsView(p model.SubPromoter, asOf time.Time) statsView {
	loc := model.Location(p.Timezone)
	local := asOf.In(loc)
	l := p.Link
	v := statsView{
		Subject: cmp.Or(p.EventName, p.ClientName), Name: l.Name, Client: p.ClientName, Contact: p.Contact, Event: p.EventName,
		Code: l.Code, ShortURL: l.ShortURL, Archived: l.Archived, Mailed: !l.Archived && p.Digest == model.EveryWeek, Landing: l.LandingAddress(), Note: l.TrackingNote(), LivePath: statsPath + l.StatsToken + livePath,
		AsOf: local.Format("2 Jan, 15:04:05"), AsOfMachine: asOf.UTC().Format(time.RFC3339), Timezone: loc.String(),
		Numbers:   figures(p.Numbers),
		Clicks:    clicksSentence(l),
		News:      fmt.Sprintf("%s, %s, %s", model.Plural(p.Orders, "order", "orders"), model.Plural(p.Tickets, "ticket", "tickets"), strings.Join(amounts(p.FaceValue), " and ")),
		Total:     typeRow{Name: "Total", Cells: figures(p.Numbers)},
		chartView: newChartView(p.Series, loc),
	}
	for _, t := range p.TicketTypes {
		row := typeRow{Name: cmp.Or(t.Name, t.Type), Cells: figures(t.Numbers)}
		if p.EventName == "" {
			row.Event = cmp.Or(p.EventNames[t.Event], t.Event) // several events may have a General Admission
		}
		v.Types = append(v.Types, row)
	}
	return v
}

// figures are the numbers in the order of the console's Link Tracking.
func figures(n model.Numbers) []figure {
	one := func(label string, n int64) figure { return figure{label, []string{model.FormatCount(n)}} }
	return []figure{
		one("Customers", n.Customers), one("New Customers", n.NewCustomers), one("Orders", n.Orders), one("Tickets", n.Tickets),
		one("Scanned", n.Scanned), one("Unscanned", n.Unscanned),
		{"Face Value", amounts(n.FaceValue)},
	}
}

func amounts(m model.Money) []string {
	var lines []string
	for _, c := range m.Currencies() {
		lines = append(lines, c+" "+model.FormatAmount(m[c], c))
	}
	if lines == nil {
		lines = []string{"0"}
	}
	return lines
}

func clicksSentence(l model.Link) string {
	if l.Clicks == 0 {
		return "No one has clicked the link yet."
	}
	s := "From " + model.Plural(l.Clicks, "click", "clicks") + " by " + model.Plural(l.Visitors, "visitor", "visitors")
	if l.QRScans > 0 {
		s += ", " + model.FormatCount(l.QRScans) + " of them by the QR code"
	}
	return s + "."
}

// write renders a template of the page.
func (v statsView) write(b *bytes.Buffer, name string) error {
	return statsTemplate.ExecuteTemplate(b, name, v)
}
