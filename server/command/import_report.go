package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"lastclick/model"
)

// importReport is the answer of an import, as programs read it.
type importReport struct {
	Action   string `json:"action"`
	DryRun   bool   `json:"dry_run"`
	Complete bool   `json:"complete"` // false: it stopped; what was applied stays
	Lines    int    `json:"lines"`

	Orders *importCounts `json:"orders,omitempty"`
	Scans  *importCounts `json:"scans,omitempty"`
	Links  *importCounts `json:"links,omitempty"`

	IgnoredColumns []string        `json:"ignored_columns"`
	UnknownEvents  []string        `json:"unknown_events"`
	LinksAdded     []linkAdded     `json:"links_added,omitempty"`
	Problems       []importProblem `json:"problems"` // the first ones
	ProblemsTotal  int             `json:"problems_total"`
	Faults         []lineFault     `json:"faults"` // the first ones
	FaultsTotal    int             `json:"faults_total"`
}

// importCounts are what became of the orders, scans or links of a file.
type importCounts struct {
	Applied   int `json:"applied"`
	Duplicate int `json:"duplicate"` // known before, with the same content
	Stale     int `json:"stale"`     // known before, in a newer version
	Parked    int `json:"parked"`    // kept until its event is added
	Refused   int `json:"refused"`
}

// importProblem is an item that was not applied, and why.
type importProblem struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Item   string `json:"item"` // "order A-1"
	Status string `json:"status"`
	Detail string `json:"detail"`
}

// linkAdded is a link that an import has added.
type linkAdded struct {
	Line     int    `json:"line"`
	Code     string `json:"code"`
	ShortURL string `json:"short_url"`
}

// read notes what is known once the file was read.
func (r *importReport) read(t sheet) {
	r.Lines, r.IgnoredColumns = t.lines, t.ignored
	switch r.Action {
	case "order import":
		r.Orders = &importCounts{}
		if t.has("scanned") || t.has("scanned_at") {
			r.Scans = &importCounts{}
		}
	case "scan import":
		r.Scans = &importCounts{}
	default:
		r.Links = &importCounts{}
	}
}

// count notes what became of an order or a scan.
func (r *importReport) count(x itemResult) {
	c := r.Orders
	if x.scan || c == nil {
		c = r.Scans
	}
	switch {
	case x.refused():
		c.Refused++
		r.refuse(x)
	case x.err != nil: // of a rehearsal, which goes on
		c.Refused++
		r.problem(importProblem{x.item.line, "", x.item.name, "refused", "the store failed"})
	case x.outcome.Status == model.Duplicate:
		c.Duplicate++
	case x.outcome.Status == model.Stale:
		c.Stale++
	case x.outcome.Status == model.Parked:
		c.Parked++
	default:
		c.Applied++
	}
}

// refuse notes why the store does not take an item.
func (r *importReport) refuse(x itemResult) {
	for _, f := range webhookFaults(x.err) {
		line, column := x.item.place(f)
		r.problem(importProblem{line, column, x.item.name, "refused", f.Detail})
	}
	if e, ok := errors.AsType[*model.Error](x.err); ok && len(e.Faults) == 0 {
		detail := e.Msg
		if e.Kind == model.Conflict && r.Orders != nil {
			detail += ": give its lines a higher version"
		}
		r.problem(importProblem{x.item.line, "", x.item.name, "refused", detail})
	}
}

func (r *importReport) problem(p importProblem) {
	r.ProblemsTotal++
	r.Problems = append(r.Problems, p)
	if len(r.Problems) >= 4*maxShownFaults {
		r.trim()
	}
}

// trim keeps the first problems by their lines: many are under way at once.
func (r *importReport) trim() {
	slices.SortStableFunc(r.Problems, func(a, b importProblem) int { return cmp.Compare(a.Line, b.Line) })
	r.Problems = r.Problems[:min(len(r.Problems), maxShownFaults)]
}

// refused is how many items the store did not take.
func (r *importReport) refused() (n int) {
	for _, c := range []*importCounts{r.Orders, r.Scans, r.Links} {
		if c != nil {
			n += c.Refused
		}
	}
	return n
}

// refuse answers for a file with faults. Programs get them as JSON, people as lines of
// the error.
func (i *imported) refuse(err error) error {
	if i.json {
		i.report.Orders, i.report.Scans, i.report.Links = nil, nil, nil // nothing was tried
		i.report.Faults, i.report.FaultsTotal = i.faults.shown(), i.faults.total
		if gone := i.reply(answer{json: i.report}); gone != nil {
			return gone
		}
	}
	return err
}

// finish replies with the report, whatever ended the import, and returns its error.
func (i *imported) finish(ctx context.Context, failed error) error {
	i.report.Complete = failed == nil
	i.report.trim()
	if gone := i.reply(answer{json: i.report, text: i.report.page}); gone != nil {
		return gone
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failed != nil {
		if msg, ok := model.PublicMessage(failed); ok {
			return model.Invalidf("", "the import stopped, since %s. What was imported stays: send the same file again, and it goes on", msg)
		}
		return &cutOff{failed}
	}
	if n := i.report.refused(); n > 0 {
		return model.Invalidf("", "%s refused: the report says why", model.Plural(int64(n), "was", "were")) // "3 were refused"
	}
	return nil
}

// page is the report for people.
func (r importReport) page(p *page) {
	p.title(r.headline())
	for _, c := range []struct {
		title  string
		counts *importCounts
		stale  string
	}{
		{"Orders", r.Orders, "a newer version is known"},
		{"Scans", r.Scans, "a later one is known"},
		{"Links", r.Links, ""},
	} {
		if c.counts == nil {
			continue
		}
		p.gap()
		p.title(c.title)
		rows := [][2]string{{"Applied", count64(c.counts.Applied)}, {"Known before", count64(c.counts.Duplicate)}}
		if c.stale != "" {
			rows = append(rows, [2]string{"Older", count64(c.counts.Stale) + r.note(c.counts.Stale, c.stale)})
			if c.title == "Orders" {
				rows = append(rows, [2]string{"Parked", count64(c.counts.Parked) + r.note(c.counts.Parked, "applied by itself once its event is added")})
			}
		}
		p.pairs(append(rows, [2]string{"Refused", count64(c.counts.Refused)})...)
	}
	r.problems(p)
	r.notes(p)
}

func count64(n int) string { return model.FormatCount(int64(n)) }

func (r importReport) note(n int, text string) string {
	if n == 0 {
		return ""
	}
	return " (" + text + ")"
}

func (r importReport) headline() string {
	lines := model.Plural(int64(r.Lines), "line", "lines")
	switch {
	case r.DryRun:
		return "A dry run of a file of " + lines + ": nothing was changed. This is what would happen."
	case !r.Complete:
		return "Stopped in the middle of a file of " + lines + "."
	}
	return "A file of " + lines + ":"
}

func (r importReport) problems(p *page) {
	if r.ProblemsTotal == 0 {
		return
	}
	p.gap()
	p.title("Not taken")
	for _, x := range r.Problems {
		at := lineFault{x.Line, x.Column, ""}.place()
		p.hanging("  ", 4, strings.TrimSpace(fmt.Sprintf("%s, %s: %s", at, x.Item, x.Detail)))
	}
	if more := r.ProblemsTotal - len(r.Problems); more > 0 {
		p.put("    and " + count64(more) + " more")
	}
	if r.Orders != nil && !r.DryRun {
		p.gap()
		p.say("What was refused is kept in the inbox too.")
	}
}

func (r importReport) notes(p *page) {
	if len(r.UnknownEvents) > 0 {
		p.gap()
		p.say("Not known yet: " + plural(len(r.UnknownEvents), "the event ", "the events ") + strings.Join(r.UnknownEvents, ", ") + ". Orders for " + plural(len(r.UnknownEvents), "it", "them") + " wait in the inbox.")
	}
	if len(r.IgnoredColumns) > 0 {
		p.gap()
		p.say("Ignored: " + plural(len(r.IgnoredColumns), "the column ", "the columns ") + strings.Join(r.IgnoredColumns, ", ") + ".")
	}
}
