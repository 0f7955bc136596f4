package platform

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// maxBody is how many bytes of a body are shown; `inbox show` prints the rest.
const maxBody = 64 << 10

// inboxItem is a webhook that could not be applied: what is wrong with it, and its
// body made harmless.
type inboxItem struct {
	page.DetailPage[model.InboxItem]
	item int64
}

// NewInboxItem is the page of the webhook with that number.
func NewInboxItem(s *page.Session, item int64) page.Page { return newInboxItem(s, item) }

func newInboxItem(s *page.Session, item int64) *inboxItem {
	p := &inboxItem{item: item}
	p.InitDetail(s, "webhook", page.Always(func(ctx context.Context, s page.Store, a model.Actor) (model.InboxItem, error) {
		return s.InboxItem(ctx, a, item)
	}))
	p.Write = p.write
	p.Own = []ui.Action{
		ui.On("t", "try again", "try to apply it again", func() tea.Cmd { return retryInbox(s, item) }).
			If(func() bool { return p.Value != nil && (p.Value.ResolvedAt == nil || p.Value.State == "dismissed") }),
		ui.On("d", "dismiss", "put it away (asks first): nothing is to be done about it", func() tea.Cmd { return dismissInbox(s, item) }).
			If(func() bool { return p.Value != nil && p.Value.ResolvedAt == nil }),
	}
	return p
}

// Crumbs is the number of the webhook.
func (p *inboxItem) Crumbs() []string { return []string{fmt.Sprint(p.item)} }

// ShellCommands show and retry the webhook.
func (p *inboxItem) ShellCommands() []page.Args {
	id := fmt.Sprint(p.item)
	return []page.Args{page.Args("inbox show").With(id), page.Args("inbox retry").With(id), page.Args("inbox dismiss").With(id)}
}

func (p *inboxItem) write(d *ui.Writer, i *model.InboxItem) {
	const layout = "2 Jan 2006 15:04:05"
	dot := " " + d.Glyph.Dot + " "
	d.Line(d.Bold.Render(d.Cut(i.Type, d.W/2)) + d.Faint.Render(dot+d.Cut(i.Checkout, d.W/3)))
	d.Text(d.Faint, "Received "+i.ReceivedAt.UTC().Format(layout)+" UTC"+dot+"webhook-id "+i.WebhookID)
	switch {
	case i.State == "dismissed":
		d.Text(d.Faint, "Put away on "+i.ResolvedAt.UTC().Format(layout)+" UTC.")
	case i.ResolvedAt != nil:
		d.Text(d.Good, d.Glyph.Check+" Applied on "+i.ResolvedAt.UTC().Format(layout)+" UTC.")
	case i.Event != nil:
		d.Text(d.Warn, d.Glyph.Alert+" Parked: it waits for the event "+*i.Event+", and is applied by itself once "+whatAdds(*i.Event)+".")
	default:
		d.Text(d.Bad, d.Glyph.Alert+" "+i.State+": "+i.Reason)
	}
	if len(i.Errors) > 0 {
		d.Gap()
		d.Head(model.Plural(int64(len(i.Errors)), "fault", "faults"))
		for _, f := range i.Errors {
			d.Text(ui.Style{}, d.Glyph.Dot+" "+f.Field+": "+f.Detail)
		}
	}
	d.Gap()
	d.Head("Body")
	if rest := writeBody(d, i.Body); rest > 0 {
		d.Text(d.Warn, fmt.Sprintf("%s and %s more bytes: %s", d.Glyph.Ellipsis, model.FormatCount(int64(rest)), p.Command(page.Args("inbox show").With(fmt.Sprint(p.item)))))
	}
}

// whatAdds says what makes an event known: a slug is added, NAME:ID of a shop is told of
// an event too.
func whatAdds(event string) string {
	if strings.Contains(event, ":") {
		return "event set SLUG --shop " + event + " says which it is, or checkout set NAME --ignore ID that it is none"
	}
	return "the event is added"
}

// writeBody writes the body, indented where it is JSON and that is not too long, and
// returns the number of bytes left out. Each line is made harmless on its own.
func writeBody(d *ui.Writer, body string) (rest int) {
	rest = max(len(body)-maxBody, 0)
	var out bytes.Buffer
	if rest == 0 && json.Indent(&out, []byte(body), "", "  ") == nil && out.Len() <= maxBody {
		body = out.String()
	}
	for line := range strings.SplitSeq(body[:len(body)-rest], "\n") {
		text := strings.TrimLeft(line, " ")
		indent := ui.Spaces(min(len(line)-len(text), d.W/3))
		for _, l := range ui.Hardwrap(text, d.Room()-len(indent)) {
			d.Line(indent + l)
		}
	}
	return rest
}
