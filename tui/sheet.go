package tui

import (
	"strings"

	"lastclick/model"
)

// sheet is one version of the data that the Link Tracking page shows, and what can
// be known of it once for all: names, widths, the total of the clicks. It never
// changes, and knows nothing of a session.
type sheet struct {
	stats   model.Stats
	events  map[string]string // the events' names by slug
	content [columnCount]int  // the longest value of each column
	wide    int               // the longest face value of several currencies
	code    int               // the longest code
	rows    []figures         // of each link
	total   figures
	money   []string           // the currencies, in order
	trends  map[string][]int64 // tickets on each of the last days, by code; nil: not asked for

	// Made when they are first wanted, for all links at once.
	words         []string  // in lower case, what the filter looks in
	names, titles []string  // in lower case, to sort by: the link's and its event's
	faces         [][]int64 // the amounts in each of the currencies
}

func newSheet(m marks, stats model.Stats, events []model.Event) *sheet {
	s := &sheet{stats: stats, events: make(map[string]string, len(events)), rows: make([]figures, len(stats.Links))}
	for _, ev := range events {
		s.events[ev.Slug] = ev.Name
	}
	s.total = figures{Numbers: stats.Total}
	most := model.Money{}
	for i := range stats.Links {
		l := &stats.Links[i]
		s.rows[i] = figures{l.Numbers, l.Link.Clicks}
		s.total.clicks += l.Link.Clicks
		s.code = max(s.code, width(l.Link.Code))
		s.content[colLink] = max(s.content[colLink], width(l.Link.Name)+2+s.code)
		s.content[colEvent] = max(s.content[colEvent], width(s.eventName(l)))
		s.measure(m, &s.rows[i], most)
	}
	s.measure(m, &s.total, most)
	s.money = stats.Total.FaceValue.Currencies()
	for i := range stats.Unattributed {
		s.measure(m, &figures{stats.Unattributed[i].Numbers, noClicks}, most)
	}
	for c, amount := range most {
		s.content[colFace] = max(s.content[colFace], width(m.money(model.Money{c: amount})))
	}
	return s
}

// measure widens the columns for a row, and notes the most there is of a currency:
// writing 5,000 amounts to find the longest would take longer than all else.
func (s *sheet) measure(m marks, f *figures, most model.Money) {
	for c := colClicks; c < colFace; c++ {
		s.content[c] = max(s.content[c], digits(f.count(c)))
	}
	for c, amount := range f.FaceValue {
		if had, ok := most[c]; !ok || amount > had {
			most[c] = amount
		}
	}
	if len(f.FaceValue) > 1 {
		s.wide = max(s.wide, width(m.money(f.FaceValue)))
		s.content[colFace] = max(s.content[colFace], len("99 currencies"))
	}
}

// digits is the width of model.FormatCount(n), without writing it.
func digits(n int64) int {
	d := 1
	for ; n >= 10; n /= 10 {
		d++
	}
	return d + (d-1)/3
}

const allEvents = "All events"

// eventName is what the link tracks.
func (s *sheet) eventName(l *model.LinkStats) string {
	if l.Link.Event == nil {
		return allEvents
	}
	return s.named(*l.Link.Event)
}

func (s *sheet) named(event string) string {
	if name := s.events[event]; name != "" {
		return name
	}
	return event
}

// matches says whether link i holds the words of a filter, which are in lower case.
func (s *sheet) matches(i int, filter string) bool {
	if s.words == nil {
		s.words = make([]string, len(s.stats.Links))
		for j := range s.words {
			l := &s.stats.Links[j]
			s.words[j] = strings.ToLower(l.Link.Name + "\n" + l.Link.Code + "\n" + l.Link.Email + "\n" + s.eventName(l))
		}
	}
	return strings.Contains(s.words[i], filter)
}

// key is what link i is sorted by in a column of text.
func (s *sheet) key(c columnID, i int32) string {
	if s.names == nil {
		s.names, s.titles = make([]string, len(s.rows)), make([]string, len(s.rows))
		for j := range s.rows {
			s.names[j] = strings.ToLower(s.stats.Links[j].Link.Name)
			s.titles[j] = strings.ToLower(s.eventName(&s.stats.Links[j]))
		}
	}
	if c == colLink {
		return s.names[i]
	}
	return s.titles[i]
}

// amounts are the face values of link i in the order of the sheet's currencies:
// sorting goes by the first in which two links differ, as amounts of different
// currencies are never weighed against each other.
func (s *sheet) amounts(i int32) []int64 {
	if s.faces == nil {
		s.faces = make([][]int64, len(s.rows))
		for j := range s.rows {
			s.faces[j] = make([]int64, len(s.money))
			for k, c := range s.money {
				s.faces[j][k] = s.rows[j].FaceValue[c]
			}
		}
	}
	return s.faces[i]
}
