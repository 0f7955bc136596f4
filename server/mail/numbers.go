package mail

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"lastclick/model"
	"lastclick/server/internal/spreadsheet"
)

// numbersView is the data of the templates of a mail with numbers.
type numbersView struct {
	Subject, Name, Client string
	About                 string // what the numbers are of
	Days                  string
	First                 bool // a link's first sale
	Figures               []figure
	Links                 []linkFigures // those that sold most
	More                  int           // other links that sold
	Stats                 string        // address of the stats page; empty for a client's report
	Unsubscribe           string
	Every                 model.ReportEvery
	Compared              string // with which days; empty: with none
	File                  string // the name of what is attached; empty: nothing is
	Long                  bool   // it would be too long
}

// figure is a number, and how much it is more or less than in the days before.
type figure struct{ Label, Value, Change string }

type linkFigures struct{ Name, Code, Orders, Tickets, FaceValue string }

// maxLinks is how many links a report names.
const maxLinks = 20

func (w *Worker) numbers(m model.Mail) (content, error) {
	r := m.Report
	v := numbersView{
		Name: cleanName(m.Name), Client: clientName(m.Client), Every: r.Every, First: r.Every == model.FirstSale,
		Unsubscribe: w.c.BaseURL + "/unsubscribe/" + r.Unsubscribe, Days: days(r.From, r.To),
	}
	what := v.Client
	if r.EventName != "" {
		what = cleanName(r.EventName)
	}
	v.About = what
	now, before := r.Stats.Total, (*model.Numbers)(nil)
	var clicks, clicksBefore int64
	if r.Before != nil {
		v.Compared = days(model.DaysBefore(r.From, r.To))
		before = &r.Before.Total
	}
	if r.Link != nil {
		v.Stats = r.Link.StatsURL
		now, clicks = numbersOf(r.Stats, r.Link.Code)
		if before != nil {
			was, n := numbersOf(r.Before, r.Link.Code)
			before, clicksBefore = &was, n
		}
		v.Subject = "Your tracking link for " + what + ", " + v.Days
		if v.First {
			v.Subject = "Your tracking link for " + what + " has made its first sale"
		}
	} else {
		v.Subject = "Tracking links of " + what + ", " + v.Days
		for _, l := range r.Stats.Links {
			clicks += l.Link.Clicks
		}
		if r.Before != nil {
			for _, l := range r.Before.Links {
				clicksBefore += l.Link.Clicks
			}
		}
		v.Links, v.More = best(r.Stats.Links)
	}
	c := content{subject: v.Subject, unsubscribe: v.Unsubscribe}
	if r.Link == nil {
		c.file = attached(m)
		v.Long = c.file == nil
	}
	if c.file != nil {
		v.File = c.file.name
	}
	v.Figures = figures(now, before, clicks, clicksBefore)
	return render("numbers", c, v)
}

// maxFile bounds what is attached, in bytes: as a mail it is a third longer, and servers
// refuse mails of some 10 MB. It is the numbers of some ten thousand links.
const maxFile = 2 << 20

// attached is the numbers of a report as stats --csv prints them; nil where they are too long.
func attached(m model.Mail) *file {
	data := spreadsheet.Bytes(spreadsheet.Stats(*m.Report.Stats))
	if len(data) > maxFile {
		return nil
	}
	about := m.Client.Slug
	if m.Event != nil {
		about = m.Event.Slug
	}
	name := "tracking-links"
	for _, word := range []string{about, m.Report.From, m.Report.To} {
		if model.ValidSlug(word) {
			name += "-" + word
		}
	}
	// RFC 4180 §3
	return &file{name: name + ".csv", kind: "text/csv; charset=utf-8; header=present", data: data}
}

// numbersOf are the numbers of one link, and its clicks.
func numbersOf(s *model.Stats, code string) (model.Numbers, int64) {
	for _, l := range s.Links {
		if l.Link.Code == code {
			return l.Numbers, l.Link.Clicks
		}
	}
	return model.Numbers{}, 0
}

func figures(now model.Numbers, before *model.Numbers, clicks, clicksBefore int64) []figure {
	var list []figure
	add := func(label string, n, was int64) {
		f := figure{Label: label, Value: model.FormatCount(n)}
		if before != nil {
			f.Change = change(n, was, model.FormatCount)
		}
		list = append(list, f)
	}
	was := model.Numbers{}
	if before != nil {
		was = *before
	}
	add("Clicks", clicks, clicksBefore)
	add("Customers", now.Customers, was.Customers)
	add("New Customers", now.NewCustomers, was.NewCustomers)
	add("Orders", now.Orders, was.Orders)
	add("Tickets", now.Tickets, was.Tickets)
	for _, c := range slices.Compact(slices.Sorted(slices.Values(append(now.FaceValue.Currencies(), was.FaceValue.Currencies()...)))) {
		f := figure{Label: "Face Value", Value: c + " " + model.FormatAmount(now.FaceValue[c], c)}
		if before != nil {
			f.Change = change(now.FaceValue[c], was.FaceValue[c], func(n int64) string { return model.FormatAmount(n, c) })
		}
		list = append(list, f)
	}
	return list
}

// change says by how much n differs from what it was.
func change(n, was int64, format func(int64) string) string {
	switch {
	case n > was:
		return "+" + format(n-was)
	case n < was:
		return "-" + format(was-n)
	}
	return "as before"
}

// best are the links that sold most, and how many others sold.
func best(links []model.LinkStats) (list []linkFigures, more int) {
	sold := slices.DeleteFunc(slices.Clone(links), func(l model.LinkStats) bool { return l.Tickets == 0 })
	slices.SortStableFunc(sold, func(a, b model.LinkStats) int {
		return cmp.Or(cmp.Compare(b.Tickets, a.Tickets), strings.Compare(a.Link.Code, b.Link.Code))
	})
	for _, l := range sold[:min(len(sold), maxLinks)] {
		list = append(list, linkFigures{cleanName(l.Link.Name), l.Link.Code, model.Plural(l.Orders, "order", "orders"), model.Plural(l.Tickets, "ticket", "tickets"), l.FaceValue.String()})
	}
	return list, len(sold) - len(list)
}

// days are two days as a person reads them: "15 to 21 June 2026".
func days(from, to string) string {
	a, err1 := time.Parse(time.DateOnly, from)
	b, err2 := time.Parse(time.DateOnly, to)
	switch {
	case err1 != nil || err2 != nil:
		return "since it was made"
	case from == to:
		return b.Format("2 January 2006")
	case a.Month() == b.Month() && a.Year() == b.Year():
		return fmt.Sprintf("%d to %s", a.Day(), b.Format("2 January 2006"))
	case a.Year() == b.Year():
		return a.Format("2 January") + " to " + b.Format("2 January 2006")
	}
	return a.Format("2 January 2006") + " to " + b.Format("2 January 2006")
}
