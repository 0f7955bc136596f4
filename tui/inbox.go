package tui

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// inboxPage is the webhooks that were signed and could not be applied.
type inboxPage struct {
	listPage[model.InboxItem]
}

func newInbox(e *env) *inboxPage {
	p := &inboxPage{newListPage(e, "webhook", "webhooks", func(i *model.InboxItem) string { return fmt.Sprint(i.ID) })}
	p.feed = true
	type item = model.InboxItem
	faint := func(*item) paint { return e.ink.faint }
	p.columns = []listColumn[item]{
		{title: "Received", text: func(i *item) string { return e.moment(i.ReceivedAt, p.loc) }, ink: faint, down: true,
			order: func(a, b *item) int { return a.ReceivedAt.Compare(b.ReceivedAt) }},
		{title: "Checkout", text: func(i *item) string { return i.Checkout }, least: 8, most: 16, drop: 2},
		{title: "Type", text: func(i *item) string { return i.Type }, ink: faint, least: 8, most: 16, drop: 3},
		{title: "State", text: func(i *item) string { return i.State }},
		{title: "Why", text: func(i *item) string { return i.Reason }, least: 16},
	}
	p.query = always(func(ctx context.Context, s model.Store, a model.Actor) (d listData[item], err error) {
		d.rows, err = s.Inbox(ctx, a)
		d.loc = time.UTC
		return d, err
	})
	p.about = func() string { return "Signed, and not applied yet" }
	p.none = func(w int) []string {
		return e.message(w, "The inbox is empty.",
			"Webhooks that are signed and cannot be applied wait here: refused ones with their faults, and those for an event that is not known yet.")
	}
	return p
}

func (p *inboxPage) crumbs() []string { return []string{"Platform", "Inbox"} }

func (p *inboxPage) twins() []string {
	id := "ID"
	if i := p.current(); i != nil {
		id = fmt.Sprint(i.ID)
	}
	return []string{"inbox list", "inbox show " + id, "inbox retry " + id}
}

func (p *inboxPage) keys() []binding {
	bs := p.list.keys()
	if i := p.current(); i != nil && !p.searching {
		id := i.ID
		bs = append([]binding{
			{[]string{"enter", "right", "l"}, "enter", "show what is wrong, and the body", "show", func() tea.Cmd { return push(newInboxItem(p.env, id)) }},
			{[]string{"t"}, "t", "try to apply it again", "try again", func() tea.Cmd { return retryInbox(p.env, id) }},
		}, bs...)
	}
	return bs
}

// retryInbox applies a kept webhook again: nothing is lost by it, so it is not asked.
func retryInbox(e *env, id int64) tea.Cmd {
	return change(e, func(ctx context.Context, s model.Store, a model.Actor) changedMsg {
		o, err := s.RetryInbox(ctx, a, id)
		if err != nil {
			return changedMsg{err: err}
		}
		return changedMsg{text: outcomeText(o)}
	})
}

func outcomeText(o model.Outcome) string {
	what := "the webhook"
	switch {
	case o.Order != "":
		what = "order " + o.Order
	case o.Ticket != "":
		what = "the scan of ticket " + o.Ticket
	case o.Event != "":
		what = "event " + o.Event
	}
	switch o.Status {
	case model.Applied:
		return "Applied " + what
	case model.Duplicate:
		return "Nothing to do: " + what + " had been applied before"
	case model.Stale:
		return "Nothing to do: a newer version of " + what + " is known"
	case model.Parked:
		return "It still waits for its event: add the event, and it is applied by itself"
	}
	return "Done: " + string(o.Status)
}

// inboxItemPage is one of them: what is wrong with it, and its body made harmless.
type inboxItemPage struct {
	reader[model.InboxItem]
	item int64
}

func newInboxItem(e *env, id int64) *inboxItemPage {
	p := &inboxItemPage{reader: newReader[model.InboxItem](e, "webhook"), item: id}
	p.read = func(ctx context.Context, s model.Store, a model.Actor) (model.InboxItem, error) {
		return s.InboxItem(ctx, a, id)
	}
	p.loc = func(*model.InboxItem) *time.Location { return time.UTC }
	p.write = p.tell
	return p
}

func (p *inboxItemPage) crumbs() []string { return []string{fmt.Sprint(p.item)} }

func (p *inboxItemPage) twins() []string {
	return []string{fmt.Sprint("inbox show ", p.item), fmt.Sprint("inbox retry ", p.item)}
}

func (p *inboxItemPage) keys() []binding {
	bs := p.reader.keys()
	if p.value != nil && p.value.ResolvedAt == nil {
		bs = append([]binding{{[]string{"t"}, "t", "try to apply it again", "try again", func() tea.Cmd { return retryInbox(p.env, p.item) }}}, bs...)
	}
	return bs
}

// maxBody is how much of a body is shown: the rest is `inbox show`'s.
const maxBody = 64 << 10

func (p *inboxItemPage) tell(d *doc, i *model.InboxItem) {
	e := p.env
	dot := " " + e.mark.dot + " "
	d.line(e.ink.bold.on(e.cut(i.Type, d.w/2)) + e.ink.faint.on(dot+e.cut(i.Checkout, d.w/3)))
	d.text(e.ink.faint, "Received "+i.ReceivedAt.UTC().Format("2 Jan 2006 15:04:05")+" UTC"+dot+"webhook-id "+i.WebhookID)
	switch {
	case i.ResolvedAt != nil:
		d.text(e.ink.good, e.mark.good+" Applied on "+i.ResolvedAt.UTC().Format("2 Jan 2006 15:04:05")+" UTC.")
	case i.Event != nil:
		d.text(e.ink.warn, e.mark.bad+" Parked: it waits for the event "+*i.Event+", and is applied by itself once the event is added.")
	default:
		d.text(e.ink.bad, e.mark.bad+" "+i.State+": "+i.Reason)
	}
	if len(i.Errors) > 0 {
		d.line("")
		d.head(plural(int64(len(i.Errors)), "fault", "faults"))
		for _, f := range i.Errors {
			d.text(paint{}, e.mark.dot+" "+f.Field+": "+f.Detail)
		}
	}
	d.line("")
	d.head("Body")
	p.body(d, i.Body)
}

// body is set out where it is JSON; each line is made harmless on its own.
func (p *inboxItemPage) body(d *doc, body string) {
	e := p.env
	rest := max(len(body)-maxBody, 0)
	var out bytes.Buffer
	if rest == 0 && json.Indent(&out, []byte(body), "", "  ") == nil {
		body = out.String()
	}
	for line := range strings.SplitSeq(body[:min(len(body), maxBody)], "\n") {
		text := strings.TrimLeft(line, " ")
		indent := spaces(min(len(line)-len(text), d.w/3))
		for _, l := range hardwrap(text, d.w-2*docIndent-len(indent)) {
			d.line(indent + e.ink.faint.on(l))
		}
	}
	if rest > 0 {
		d.text(e.ink.warn, fmt.Sprintf("%s and %s more bytes: %s", e.mark.cut, model.FormatCount(int64(rest)), e.command(fmt.Sprint("inbox show ", p.item))))
	}
}
