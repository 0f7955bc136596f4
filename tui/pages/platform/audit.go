package platform

import (
	"context"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// Audit is what people did, the newest on top.
type Audit struct {
	page.PagedList[model.AuditEntry]
}

// NewAudit is the audit trail of the client that is worked on.
func NewAudit(s *page.Session) *Audit {
	p := &Audit{}
	p.InitPaged(s, "entry", "entries", func(a *model.AuditEntry) string { return model.FormatCount(a.ID) })
	p.Fetch = func(ctx context.Context, s page.Store, a model.Actor, q page.Query) (model.Listing[model.AuditEntry], error) {
		return s.Audit(ctx, a, q.Paging())
	}
	p.Place = func(e *model.AuditEntry, _ page.Query) string { return model.IDCursor(model.AuditList, e.ID) }
	p.Searched = [][2]string{{"Search", "each word must be found, in any order, in who, what, which, the client or what was before and after"}}
	p.Table.Columns = p.columns()
	p.RememberSort("audit")
	p.About = func() string { return "What people changed, " + order(p.Query()) }
	p.None = func(w int) []string {
		return p.Theme.Message(w, "Nothing was changed yet.", "Who adds, changes or removes something is noted here, with what it was before.")
	}
	p.Own = []ui.Action{
		p.OnEnter("show", "show what it was before and after", func(a model.AuditEntry) tea.Cmd {
			return p.Open(newAuditEntry(s, a, p.Zone))
		}),
		p.ExportAction(p.export).If(p.HasRow),
	}
	return p
}

// order says how a list is sorted that runs by time.
func order(q page.Query) string {
	if q.Up {
		return "oldest first"
	}
	return "newest first"
}

func (p *Audit) columns() []ui.Column[model.AuditEntry] {
	type entry = model.AuditEntry
	faint := func(*entry) ui.Style { return p.Theme.Faint }
	return []ui.Column[entry]{
		{
			Title: "When", Text: func(a *entry) string { return p.Moment(a.At, p.Zone) }, Style: faint, Descending: true,
			Compare: func(a, b *entry) int { return a.At.Compare(b.At) },
		},
		{Title: "Who", Text: func(a *entry) string { return a.Actor }, Min: 8, Max: 20, Unsorted: true},
		{Title: "What", Text: func(a *entry) string { return a.Action }, Min: 8, Unsorted: true},
		{Title: "Which", Text: func(a *entry) string { return a.Object }, Min: 8, Max: 24, Drop: 2, Unsorted: true},
		{Title: "Change", Text: func(a *entry) string { return summary(p.Theme, a) }, Style: faint, Min: 16, Drop: 3, Unsorted: true},
	}
}

// summary is the fields that changed, in a line; of what is new those that say more
// than that it is there.
func summary(t *ui.Theme, a *model.AuditEntry) string {
	var parts []string
	for _, f := range fieldsOf(t, a) {
		switch {
		case !f.changed() || !f.had && (f.after == t.Glyph.None || f.after == "no" || f.after == a.Object):
		case f.had:
			parts = append(parts, f.name+" "+f.before+" "+t.Glyph.Arrow+" "+f.after)
		default:
			parts = append(parts, f.name+" "+f.after)
		}
	}
	return strings.Join(parts, ", ")
}

// field is a field of an entry before and after, as people read it.
type field struct {
	name, before, after string
	had                 bool // there was a version before at all
}

func (f field) changed() bool { return !f.had || f.before != f.after }

// fieldsOf are the fields of an entry, in the order in which they were kept. What is
// empty and what is absent look the same, and so are no change.
func fieldsOf(t *ui.Theme, a *model.AuditEntry) []field {
	text := func(s *string) string {
		if s == nil || *s == "" {
			return t.Glyph.None
		}
		return *s
	}
	var all []field
	for _, c := range a.Changes() {
		all = append(all, field{c.Name, text(c.Before), text(c.After), a.Before != nil})
	}
	return all
}

// Crumbs is the way here.
func (p *Audit) Crumbs() []string { return []string{"Live Stats", "Audit"} }

// ShellCommands print the audit trail.
func (p *Audit) ShellCommands() []page.Args {
	return []page.Args{"audit --limit 100" + searched(p.Query())}
}

// export is the command for the entries of the list.
func (p *Audit) export() page.Export {
	return page.Export{Args: "audit --csv --limit 10000" + searched(p.Query()), File: "audit.csv", Notes: newestFirst(p.Query())}
}

// searched is the flag for the search of a query.
func searched(q page.Query) page.Args {
	if q.Search == "" {
		return ""
	}
	return page.Args(" --search").With(q.Search)
}

// newestFirst says that a list, which the page shows upwards, comes downwards from its
// command.
func newestFirst(q page.Query) []string {
	if !q.Up {
		return nil
	}
	return []string{"The command has the newest first, and the newest 10,000 at most."}
}
