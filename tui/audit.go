package tui

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// auditLength is how many of the newest entries the page lists.
const auditLength = 500

// auditPage is what people did, the newest on top.
type auditPage struct {
	listPage[model.AuditEntry]
}

func newAudit(e *env) *auditPage {
	p := &auditPage{newListPage(e, "entry", "entries", func(a *model.AuditEntry) string { return model.FormatCount(a.ID) })}
	p.feed = true
	type entry = model.AuditEntry
	faint := func(*entry) paint { return e.ink.faint }
	p.columns = []listColumn[entry]{
		{title: "When", text: func(a *entry) string { return e.moment(a.At, p.loc) }, ink: faint, down: true,
			order: func(a, b *entry) int { return a.At.Compare(b.At) }},
		{title: "Who", text: func(a *entry) string { return a.Actor }, least: 8, most: 20},
		{title: "What", text: func(a *entry) string { return a.Action }, least: 8},
		{title: "Which", text: func(a *entry) string { return a.Object }, least: 8, most: 24, drop: 1},
		{title: "Change", text: func(a *entry) string { return summary(e, a) }, ink: faint, least: 16, drop: 2},
	}
	p.query = always(inClient(func(ctx context.Context, s model.Store, a model.Actor) ([]entry, error) {
		return s.Audit(ctx, a, auditLength)
	}))
	p.about = func() string { return "What people changed, the newest first" }
	p.none = func(w int) []string {
		return e.message(w, "Nothing was changed yet.", "Who adds, changes or removes something is noted here, with what it was before.")
	}
	return p
}

func (p *auditPage) crumbs() []string { return []string{"Live Stats", "Audit"} }
func (p *auditPage) twins() []string  { return []string{"audit --limit 100"} }

func (p *auditPage) keys() []binding {
	bs := p.list.keys()
	if a := p.current(); a != nil && !p.searching {
		entry, loc := *a, p.loc
		bs = append([]binding{{[]string{"enter", "right", "l"}, "enter", "show what it was before and after", "show", func() tea.Cmd {
			return push(newAuditEntry(p.env, entry, loc))
		}}}, bs...)
	}
	return bs
}

// auditEntryPage is one entry, field by field.
type auditEntryPage struct {
	plainPage
	entry model.AuditEntry
	loc   *time.Location
	scroll
}

func newAuditEntry(e *env, a model.AuditEntry, loc *time.Location) *auditEntryPage {
	return &auditEntryPage{plainPage: newPlainPage(e), entry: a, loc: loc}
}

func (p *auditEntryPage) crumbs() []string { return []string{clean(p.entry.Action)} }
func (p *auditEntryPage) twins() []string  { return []string{"audit --json"} }

func (p *auditEntryPage) keys() []binding {
	return append([]binding{{[]string{"left", "h"}, "← h", "back", "", func() tea.Cmd { return pop }}}, p.scroll.keys()...)
}

func (p *auditEntryPage) update(msg tea.Msg) tea.Cmd {
	p.wheel(msg)
	return nil
}

func (p *auditEntryPage) view(w, h int) []string {
	e, a := p.env, &p.entry
	d := doc{env: e, w: w}
	d.line(e.ink.bold.on(e.cut(a.Action+" "+a.Object, w-2*docIndent)))
	who := "by " + a.Actor + " on " + a.At.In(p.loc).Format("2 Jan 2006 15:04:05")
	if a.Client != nil {
		who += ", client " + *a.Client
	}
	d.text(e.ink.faint, who)
	d.line("")
	p.table(&d)
	return p.cut(d.lines, h)
}

// table is the fields that changed, from what to what, and then those that stayed.
func (p *auditEntryPage) table(d *doc) {
	e := p.env
	fields := differences(e, &p.entry)
	if len(fields) == 0 {
		d.text(e.ink.faint, "Nothing more is kept of it.")
		return
	}
	name := 0
	for _, f := range fields {
		name = max(name, min(width(clean(f.name)), 20))
	}
	write := func(f difference, ink paint) {
		text := f.after
		if f.changed() && f.had {
			text = f.before + " " + e.mark.arrow + " " + f.after
		}
		label := f.name
		for _, l := range hardwrap(text, max(d.w-2*docIndent-name-2, 8)) {
			d.line(e.ink.faint.on(e.cell(label, name)) + "  " + ink.on(l))
			label = ""
		}
	}
	stayed := 0
	for _, f := range fields {
		if f.changed() {
			write(f, paint{})
		} else {
			stayed++
		}
	}
	if stayed > 0 {
		d.line("")
		d.head("Unchanged")
		for _, f := range fields {
			if !f.changed() {
				write(f, e.ink.faint)
			}
		}
	}
}

// difference is a field before and after.
type difference struct {
	name, before, after string
	had                 bool // there was something before at all
}

func (d difference) changed() bool { return !d.had || d.before != d.after }

// summary is the fields that changed, in a line; of what is new those that say more
// than that it is there.
func summary(e *env, a *model.AuditEntry) string {
	var parts []string
	for _, f := range differences(e, a) {
		switch {
		case !f.changed() || !f.had && (f.after == e.mark.none || f.after == "no" || f.after == a.Object):
		case f.had:
			parts = append(parts, f.name+" "+f.before+" "+e.mark.arrow+" "+f.after)
		default:
			parts = append(parts, f.name+" "+f.after)
		}
	}
	return strings.Join(parts, ", ")
}

// differences are the fields of an entry, in the order in which they were kept.
func differences(e *env, a *model.AuditEntry) []difference {
	before, after := fieldsOf(e, a.Before), fieldsOf(e, a.After)
	var all []difference
	at := map[string]int{}
	for _, f := range before {
		at[f[0]] = len(all)
		all = append(all, difference{name: f[0], before: f[1], after: e.mark.none, had: true})
	}
	for _, f := range after {
		if i, ok := at[f[0]]; ok {
			all[i].after = f[1]
		} else {
			d := difference{name: f[0], after: f[1]}
			if d.had = a.Before != nil; d.had {
				d.before = e.mark.none
			}
			all = append(all, d)
		}
	}
	return all
}

// fieldsOf takes an object of JSON apart, as words; what is no object is one field.
func fieldsOf(e *env, s *string) [][2]string {
	if s == nil {
		return nil
	}
	dec := json.NewDecoder(strings.NewReader(*s))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return [][2]string{{"value", *s}}
	}
	var fields [][2]string
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return fields
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return fields
		}
		name, _ := key.(string)
		fields = append(fields, [2]string{strings.ReplaceAll(name, "_", " "), e.jsonText(value)})
	}
	return fields
}

// jsonText is a value as a person writes it.
func (e *env) jsonText(raw json.RawMessage) string {
	var text string
	switch raw = bytes.TrimSpace(raw); {
	case string(raw) == "null" || string(raw) == `""`:
		return e.mark.none
	case string(raw) == "true":
		return "yes"
	case string(raw) == "false":
		return "no"
	case json.Unmarshal(raw, &text) == nil:
		return text
	}
	return string(raw)
}
