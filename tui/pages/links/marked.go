package links

import (
	"context"
	"fmt"
	"strings"

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
			return ui.On(key, short, long, func() tea.Cmd { return p.askBulk(b) }).If(func() bool { return len(p.marked(b.fits)) > 0 }).With(ui.NeedsMarks)
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
	done, file string // "Archived"; where mails become files, file, unless empty
	fits       func(model.Link) bool
	do         func(ctx context.Context, s page.Store, a model.Actor, code string) error
	undo       *bulk // nil: nothing takes it back
	undoes     string
}

var (
	archiveAll = bulk{ask: "Archive", done: "Archived", after: "They will count no more clicks.", fits: inUse, do: archiveOne, undo: &bulk{done: "Restored", do: restoreOne}, undoes: "restores them"}
	restoreAll = bulk{ask: "Restore", done: "Restored", after: "They will count clicks again.", fits: archived, do: restoreOne, undo: &bulk{done: "Archived", do: archiveOne}, undoes: "archives them again"}
	mailAll    = bulk{ask: "Send the welcome mail again of", done: "Queued the welcome mail of", file: "Written to DATA/outbox, no mail server set: the welcome mail of", fits: inUse, do: mailOne}
)

func inUse(l model.Link) bool    { return !l.Archived }
func archived(l model.Link) bool { return l.Archived }

func archiveOne(ctx context.Context, s page.Store, a model.Actor, code string) error {
	_, err := s.ArchiveLink(ctx, a, code)
	return err
}

func restoreOne(ctx context.Context, s page.Store, a model.Actor, code string) error {
	_, err := s.RestoreLink(ctx, a, code)
	return err
}

func mailOne(ctx context.Context, s page.Store, a model.Actor, code string) error {
	_, err := s.ResendMail(ctx, a, code)
	return err
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

// askBulk asks once, and does it with all.
func (p *Tracking) askBulk(b bulk) tea.Cmd {
	if b.file != "" && p.MailsToFiles {
		b.done = b.file
	}
	codes := p.marked(b.fits)
	return p.Ask(strings.TrimSpace(b.ask+" "+countLinks(codes)+": "+named(codes)+"? "+b.after), func() tea.Cmd {
		p.table.Unmark()
		return p.ChangeTo(func(ctx context.Context, s page.Store, a model.Actor) (page.Done, error) {
			return b.each(ctx, s, a, codes)
		})
	})
}

// each does it with one link after the other, and says with how many it worked. One that
// fails hinders no other; the error is that of the first where all did.
func (b bulk) each(ctx context.Context, s page.Store, a model.Actor, codes []string) (page.Done, error) {
	var worked, failed []string
	var first error
	for _, code := range codes {
		if err := b.do(ctx, s, a, code); err != nil {
			if failed = append(failed, code); first == nil {
				first = err
			}
			continue
		}
		worked = append(worked, code)
	}
	if len(worked) == 0 {
		return page.Done{}, first
	}
	done := page.Done{Text: b.done + " " + countLinks(worked)}
	if first != nil {
		done.Level = page.Warning
		done.Text = fmt.Sprintf("%s %s of %d. It failed with %s: %s", b.done, model.FormatCount(int64(len(worked))), len(codes), named(failed), page.Reason(first))
	}
	if b.undo != nil {
		done.Undo = page.Undo{Label: b.undoes, Do: func(ctx context.Context, s page.Store, a model.Actor) (string, error) {
			back, err := b.undo.each(ctx, s, a, worked)
			return back.Text, err
		}}
	}
	return done, nil
}

func countLinks(codes []string) string { return model.Plural(int64(len(codes)), "link", "links") }

// named are the first few of the codes.
func named(codes []string) string {
	const most = 3
	text := strings.Join(codes[:min(len(codes), most)], ", ")
	if more := len(codes) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
