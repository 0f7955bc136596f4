package links

import (
	"context"
	"hash/maphash"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
)

const (
	// sumDelay is how long the filter must rest before its links are summed up: each letter
	// shows others, and a sum looks at their orders.
	sumDelay = 250 * time.Millisecond
	// sumRest is how many times as long as a sum took the next one is not asked for.
	sumRest = 5
	// unknown stands for a number that is being counted.
	unknown = -2
)

// seed makes the hashes that tell sets of links apart.
var seed = maphash.MakeSeed()

// shownSum is the total of the links that the filter shows. Tickets, scans, face values and
// clicks are added up here; customers, new customers and orders come from the store, unless
// the rows add up to them.
type shownSum struct {
	version *version
	serial  int64  // of the table's lines
	links   uint64 // which they are, whatever their order
	n       int    // how many
	filter  model.Filter
	row     row

	counted bool // the distinct numbers of these links are known, perhaps of a version before
	asking  bool // the store is asked, or soon will be
	stale   bool // what it is asked for has changed since
}

// sumShown sums up the links that the filter shows, if they are others or have changed.
func (p *Tracking) sumShown() tea.Cmd {
	s := &p.shown
	if p.data == nil || !p.table.Filtered() {
		s.version, s.links, s.n, s.counted = nil, 0, 0, false
		return nil
	}
	if s.version == p.version && s.serial == p.table.Serial() {
		return nil
	}
	var sum model.LinkSum
	links, count, clicks := uint64(0), 0, int64(0)
	for r := range p.table.Rows() {
		links += maphash.String(seed, r.link.Link.Code)
		sum.Add(&r.Numbers)
		clicks += r.clicks
		count++
	}
	same := s.filter == p.version.filter && s.links == links && s.n == count
	if same && s.version == p.version {
		s.serial = p.table.Serial()
		return nil
	}
	n, exact := sum.Numbers, sum.Selling <= 1 || p.version.apart
	switch {
	case exact:
	case same && s.counted: // until they are counted again
		n.Customers, n.NewCustomers, n.Orders = s.row.Customers, s.row.NewCustomers, s.row.Orders
	default:
		n.Customers, n.NewCustomers, n.Orders = unknown, unknown, unknown
	}
	s.version, s.serial, s.links, s.n, s.filter = p.version, p.table.Serial(), links, count, p.version.filter
	s.row, s.counted = row{Numbers: n, clicks: clicks}, exact || same && s.counted
	switch {
	case exact:
		s.stale = s.asking
		return nil
	case s.asking:
		s.stale = true
		return nil
	}
	s.asking = true
	return p.Later(sumDelay, p.ID(), p.askSum)
}

// askSum asks the store for the distinct numbers of the links that are shown now.
func (p *Tracking) askSum() tea.Cmd {
	s := &p.shown
	s.stale = false
	if s.version == nil || s.n == 0 {
		s.asking = false
		return nil
	}
	codes := make([]string, 0, s.n)
	for r := range p.table.Rows() {
		codes = append(codes, r.link.Link.Code)
	}
	links, n, filter, began := s.links, s.n, s.filter, p.Now()
	return page.Do(p.Session, p.ID(), func(ctx context.Context, store page.Store, a model.Actor) (model.Numbers, error) {
		return store.SumLinks(ctx, a, filter, codes)
	}, func(sum model.Numbers, err error) tea.Cmd {
		if err == nil && s.filter == filter && s.links == links && s.n == n {
			s.row.Customers, s.row.NewCustomers, s.row.Orders, s.counted = sum.Customers, sum.NewCustomers, sum.Orders, true
		}
		rest := max(sumDelay, sumRest*p.Now().Sub(began))
		switch {
		case err != nil:
			rest = page.RetryDelay
		case !s.stale:
			s.asking = false
			return nil
		}
		return p.Later(rest, p.ID(), p.askSum)
	})
}

// totalRow is the pinned total: of all links, or of those that the filter shows.
func (p *Tracking) totalRow() row {
	if !p.table.Filtered() || p.shown.version == nil {
		total := p.total
		total.label = p.totalLabel()
		return total
	}
	total, n := p.shown.row, int64(p.table.Shown())
	total.label = "Total of the " + model.FormatCount(n) + " links shown"
	if n == 1 {
		total.label = "Total of the link shown"
	}
	if len(total.label) > p.table.Span(colLink) {
		total.label = "Total of " + model.FormatCount(n) + " shown"
		if n == 1 {
			total.label = "Total of this link"
		}
	}
	return total
}
