package links

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// markActions mark links, and act on the marked ones at once. Where there are marks, the
// keys of one link act on them instead.
func (p *Tracking) markActions() []ui.Action {
	some := func() bool { return p.link() != nil }
	actions := []ui.Action{
		ui.On("t", "mark", "mark the link, or take its mark away", ui.Quietly(p.table.ToggleMark), "t", "insert").If(some).With(ui.NeedsRow),
		ui.On("M", "", "mark all links from the last mark to here", ui.Quietly(p.table.MarkRange)).If(some).With(ui.NeedsRow),
	}
	if p.Actor.Can(model.Member) {
		on := func(key, short, long string, b bulk) ui.Action {
			return ui.On(key, short, long, func() tea.Cmd { return p.askBulk(b) }).If(func() bool { return p.working == nil && len(p.marked(b.fits)) > 0 }).With(ui.NeedsMarks)
		}
		actions = append(actions,
			on("a", "archive marked", "archive the marked links (asks first)", archiveAll),
			on("r", "restore marked", "restore the marked links (asks first)", restoreAll),
			on("w", "mail marked", "send the welcome mails of the marked links again (asks first)", mailAll))
	}
	return append(actions, ui.On("esc", "", "take all marks away", ui.Quietly(p.table.Unmark)).If(func() bool { return !p.table.Filtered() && len(p.table.Marked()) > 0 }))
}

// bulk is what can be done with several links.
type bulk struct {
	ask, after string // "Archive", and what follows from it
	doing      string // "Archiving"
	done, file string // "Archived"; where mails become files, file, unless empty
	fits       func(model.Link) bool
	do         func(code string) page.Call[string]
	undo       *bulk // nil: nothing takes it back
	undoes     string
}

var (
	archiveAll = bulk{ask: "Archive", doing: "Archiving", done: "Archived", after: "They will count no more clicks.", fits: inUse, do: page.Archive, undo: &bulk{doing: "Restoring", done: "Restored", do: page.Restore}, undoes: "restores them"}
	restoreAll = bulk{ask: "Restore", doing: "Restoring", done: "Restored", after: "They will count clicks again.", fits: archived, do: page.Restore, undo: &bulk{doing: "Archiving", done: "Archived", do: page.Archive}, undoes: "archives them again"}
	mailAll    = bulk{ask: "Send the welcome mail again of", doing: "Queueing the welcome mail of", done: "Queued the welcome mail of", file: "Written to DATA/outbox, no mail server set: the welcome mail of", fits: inUse, do: mailAgain}
)

func inUse(l model.Link) bool    { return !l.Archived }
func archived(l model.Link) bool { return l.Archived }

func mailAgain(code string) page.Call[string] {
	return func(ctx context.Context, s page.Store, a model.Actor) (string, error) {
		_, err := s.ResendMail(ctx, a, code)
		return "", err
	}
}

// marked are the codes of the marked links that fit.
func (p *Tracking) marked(fits func(model.Link) bool) []string {
	var codes []string
	for _, r := range p.table.Marked() {
		if fits(r.link.Link) {
			codes = append(codes, r.link.Link.Code)
		}
	}
	return codes
}

// bulkLimit bounds what is done with several links; with each of them, page.CallLimit does.
const bulkLimit = time.Hour

// progress is how far a bulk is.
type progress struct {
	doing    string
	done, of int
}

// The bar behind it has at most mostBar cells, and is left out below leastBar.
const (
	mostBar  = 40
	leastBar = 8
)

func (g *progress) String() string {
	return g.doing + " " + model.FormatCount(int64(g.done)) + " of " + model.FormatCount(int64(g.of))
}

// askBulk asks once, and does it with all.
func (p *Tracking) askBulk(b bulk) tea.Cmd {
	if b.file != "" && p.MailsToFiles {
		b.done = b.file
	}
	codes := p.marked(b.fits)
	return p.Ask(strings.TrimSpace(b.ask+" "+countLinks(codes)+": "+named(codes)+"? "+b.after), func() tea.Cmd {
		for _, code := range p.marked(func(l model.Link) bool { return !b.fits(l) }) { // they were not meant
			p.table.UnmarkRow(code)
		}
		return p.do(b, codes)
	})
}

// do does it with one link after the other while the page says how far it is, and takes the
// marks of those away with which it worked. One that fails hinders no other.
func (p *Tracking) do(b bulk, codes []string) tea.Cmd {
	var worked, failed []string // of the call, until it has ended
	var first error
	working := &progress{b.doing, 0, len(codes)}
	p.working = working
	store, actor := p.Store, p.Actor
	step := max(len(codes)/30, 1) // of so many steps none waits to be drawn
	return page.Stream(p.Session, 0, bulkLimit, func(ctx context.Context, say func(int)) error {
		for i, code := range codes {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := b.one(ctx, store, actor, code); err == nil {
				worked = append(worked, code)
			} else if failed = append(failed, code); first == nil {
				first = err
			}
			if (i+1)%step == 0 {
				say(i + 1)
			}
		}
		return nil
	}, func(n int) { working.done = n }, func(err error) tea.Cmd {
		if p.working == working {
			p.working = nil
		}
		for _, code := range worked {
			p.table.UnmarkRow(code)
		}
		if first == nil {
			first = err
		}
		if len(worked) == 0 {
			return p.Fail(first)
		}
		done := page.Done{Text: b.done + " " + countLinks(worked)}
		if len(worked) < len(codes) {
			done.Level = page.Warning
			done.Text = fmt.Sprintf("%s %s of %s. It failed with %s: %s", b.done, model.FormatCount(int64(len(worked))), model.FormatCount(int64(len(codes))), named(rest(codes, worked, failed)), page.Reason(first))
		}
		if b.undo != nil {
			done.Undo = page.Undo{Label: b.undoes, Here: func() tea.Cmd { return p.do(*b.undo, worked) }}
		}
		return p.SayDone(done)
	})
}

// one does it with a link.
func (b bulk) one(ctx context.Context, s page.Store, a model.Actor, code string) error {
	ctx, cancel := context.WithTimeout(ctx, page.CallLimit)
	defer cancel()
	_, err := b.do(code)(ctx, s, a)
	return err
}

// rest are the links with which it did not work: those that failed, and those behind the
// last where it ended early.
func rest(codes, worked, failed []string) []string {
	return append(failed, codes[len(worked)+len(failed):]...)
}

func countLinks(codes []string) string { return model.Plural(int64(len(codes)), "link", "links") }

// named are the first few of the codes.
func named(codes []string) string {
	const most = 3
	text := strings.Join(codes[:min(len(codes), most)], ", ")
	if more := len(codes) - most; more > 0 {
		text += " and " + model.FormatCount(int64(more)) + " more"
	}
	return text
}
