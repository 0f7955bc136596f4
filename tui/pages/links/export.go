package links

import (
	"slices"

	"lastclick/model"
	"lastclick/tui/page"
)

// sortNames are what stats --sort calls the columns.
var sortNames = map[int]string{
	colLink: "name", colEvent: "event", colClicks: "clicks", colCustomers: "customers", colNew: "new_customers", colOrders: "orders",
	colTickets: "tickets", colScanned: "scanned", colUnscanned: "unscanned", colFace: "face_value",
}

// export is the command for the links that are marked or, without marks, shown.
func (p *Tracking) export() page.Export {
	e := page.Export{Args: page.Args("stats --csv").With(p.flags()...), File: "links.csv"}
	if name := sortNames[p.table.By]; name != "" {
		if p.table.Up != (p.table.By == colLink || p.table.By == colEvent) {
			name = "-" + name
		}
		e.Args = e.Args.With("--sort", name)
	}
	codes, what := p.marked(func(model.Link) bool { return true }), "marked"
	if len(codes) == 0 && p.table.Filtered() {
		codes, what = p.shownCodes(), "shown"
	}
	switch n := len(codes); {
	case n == 0 && p.table.Filtered():
		e.Notes = append(e.Notes, "No link matches the filter, so these are all links.")
	case n > model.MaxPicked:
		e.Notes = append(e.Notes, "More than "+model.FormatCount(model.MaxPicked)+" links are "+what+", so these are all links.")
	case n == 1:
		e.Args = e.Args.With("--link", codes[0])
	case n > 1:
		e.Pipe = "| " + model.PickLinks(codes)
		e.Notes = append(e.Notes, "Of the lines, grep keeps the titles and those of the "+countLinks(codes)+" that are "+what+".")
	}
	if len(codes) == 0 && p.hidesArchived() {
		e.Notes = append(e.Notes, "Archived links are among them.")
	}
	holds := "Every link with its ticket types, the total and the sales without a link."
	if len(codes) > 0 {
		holds = "Each with its ticket types."
	}
	e.Notes = append(e.Notes, holds+" With --json instead of --csv it is for programs.")
	return e
}

// shownCodes are the codes of the links that the filter lets through, as they are safe in
// a shell.
func (p *Tracking) shownCodes() []string {
	var codes []string
	for r := range p.table.Rows() {
		codes = append(codes, r.link.Link.Code)
	}
	return slices.DeleteFunc(codes, func(code string) bool { return !model.ValidSlug(code) })
}

// flags are those of stats for what is shown.
func (p *Tracking) flags() []string {
	flags := [][2]string{{"event", p.filter.Event}, {"from", p.filter.From}, {"to", p.filter.To}}
	if p.days != "" {
		flags = [][2]string{{"event", p.filter.Event}, {"days", p.days}}
	}
	var words []string
	for _, f := range flags {
		if f[1] != "" {
			words = append(words, "--"+f[0], f[1])
		}
	}
	return words
}
