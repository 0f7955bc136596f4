package platform

import (
	"time"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// newAuditEntry shows one entry, field by field.
func newAuditEntry(s *page.Session, a model.AuditEntry, zone *time.Location) *page.TextPage {
	p := page.NewTextPage(s, model.Line(a.Action), func(w, _ int) []string {
		d := ui.Writer{Theme: s.Theme, W: w}
		d.Line(d.Bold.Render(d.Cut(a.Action+" "+a.Object, d.Room())))
		who := "by " + a.Actor + " on " + a.At.In(zone).Format("2 Jan 2006 15:04:05")
		if a.Client != nil {
			who += ", client " + *a.Client
		}
		d.Text(d.Faint, who)
		d.Gap()
		writeFields(&d, fieldsOf(s.Theme, &a))
		return d.Lines
	})
	p.Commands = []page.Args{"audit --json"}
	p.Own = []ui.Action{p.Back()}
	return p
}

// writeFields writes the fields that changed, from what to what, and then those that
// stayed.
func writeFields(d *ui.Writer, fields []field) {
	if len(fields) == 0 {
		d.Text(d.Faint, "Nothing more is kept of it.")
		return
	}
	label := 0
	var changed, stayed []field
	for _, f := range fields {
		label = max(label, min(ui.Width(model.Line(f.name)), 20))
		if f.changed() {
			changed = append(changed, f)
		} else {
			stayed = append(stayed, f)
		}
	}
	for _, f := range changed {
		text := f.after
		if f.had {
			text = f.before + " " + d.Glyph.Arrow + " " + f.after
		}
		writeField(d, f.name, text, label, ui.Style{})
	}
	if len(stayed) > 0 {
		d.Gap()
		d.Head("Unchanged")
	}
	for _, f := range stayed {
		writeField(d, f.name, f.after, label, d.Faint)
	}
}

// writeField is a name in label cells and a text behind it, in as many lines as it
// takes.
func writeField(d *ui.Writer, name, text string, label int, st ui.Style) {
	for _, l := range ui.Hardwrap(text, max(d.Room()-label-2, 8)) {
		d.Line(d.Faint.Render(d.Cell(name, label)) + "  " + st.Render(l))
		name = ""
	}
}
