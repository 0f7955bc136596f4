package orders

import (
	"context"
	"strings"
	"time"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// namesKept is how old the names of links and events may be that a preview speaks of: they
// change seldom, and a client may have thousands.
const namesKept = 30 * time.Second

// names are what links and events are called, and the client's zone.
type names struct {
	model.Called
	zone *time.Location
}

// knows says whether the names of all that the order speaks of are here.
func (n *names) knows(o *model.OrderExplained) bool {
	has := func(code *string) bool { return code == nil || n.Links[*code] != "" }
	for i := range o.Tickets {
		if t := &o.Tickets[i]; !has(t.Link) || n.Events[t.Event] == "" {
			return false
		}
		for _, c := range o.Tickets[i].Considered {
			if !has(c.Link) {
				return false
			}
		}
	}
	return true
}

// named are names with the time at which they were read.
type named struct {
	*names
	at time.Time
}

func readNames(ctx context.Context, s page.Store, a model.Actor) (*names, error) {
	links, err := s.Links(ctx, a, true)
	if err != nil {
		return nil, err
	}
	events, err := s.Events(ctx, a)
	if err != nil {
		return nil, err
	}
	n := names{Called: model.NamesOf(links, events)}
	n.zone, err = page.ClientZone(ctx, s, a)
	return &n, err
}

// initPreview makes ready what stands beside the table: the order under the cursor,
// explained.
func (p *Orders) initPreview() {
	p.preview = page.NewPreview(p.Base, p.readPreview)
	page.Follow(&p.Around, &p.preview, &p.Table, &p.Rows, orderKey, p.writePreview)
}

func (p *Orders) readPreview(key string) page.Call[*explained] {
	checkout, id, _ := strings.Cut(key, "\n")
	now := p.Now()
	return func(ctx context.Context, s page.Store, a model.Actor) (*explained, error) {
		o, err := s.ExplainOrder(ctx, a, id, checkout)
		if err != nil {
			return nil, err
		}
		known := p.named.Load()
		if known == nil || now.Sub(known.at) >= namesKept || !known.knows(&o) {
			of, err := readNames(ctx, s, a)
			if err != nil {
				return nil, err
			}
			known = &named{of, now}
			p.named.Store(known)
		}
		return &explained{o, known.names}, nil
	}
}

// writePreview is the order in short, until it is explained.
func (p *Orders) writePreview(o *model.OrderSummary, e *explained, w, h int) []string {
	if e == nil {
		return []string{p.Theme.Bold.Render(p.Theme.Cut("Order "+o.ID, w))}
	}
	d := ui.Writer{Theme: p.Theme, W: w + 2*ui.Indent}
	write(&d, e)
	for i, l := range d.Lines {
		d.Lines[i] = strings.TrimPrefix(l, ui.Spaces(ui.Indent))
	}
	if len(d.Lines) > h && h > 1 {
		return append(d.Lines[:h-1], d.Faint.Render(d.Glyph.Ellipsis+" enter shows the rest"))
	}
	return d.Lines
}
