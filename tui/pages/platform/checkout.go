package platform

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

// checkout is one checkout: what to enter in it, and what was last heard of it.
type checkout struct {
	page.DetailPage[model.Checkout]
	name string
}

// NewCheckout is the page of the checkout with that name.
func NewCheckout(s *page.Session, name string) page.Page { return newCheckout(s, name) }

func newCheckout(s *page.Session, name string) *checkout {
	p := &checkout{name: name}
	p.InitDetail(s, "checkout", page.Always(func(ctx context.Context, s page.Store, a model.Actor) (model.Checkout, error) {
		return s.Checkout(ctx, a, name)
	}))
	p.Write = p.write
	p.Own = []ui.Action{
		ui.On("c", "copy", "copy the address that the checkout posts to", func() tea.Cmd { return p.CopyText("Address", p.Value.URL) }).If(func() bool { return p.Value != nil }),
		ui.On("t", "test", "walk the way of a sale: click, receipt, order, verdict", func() tea.Cmd { return p.Open(newWalk(s, name)) }).If(func() bool { return s.Connector != nil && p.Value != nil }),
	}
	return p
}

// Crumbs is its name.
func (p *checkout) Crumbs() []string { return []string{model.Line(p.name)} }

// ShellCommands show and try it.
func (p *checkout) ShellCommands() []page.Args {
	return []page.Args{page.Args("checkout show").With(p.name), page.Args("checkout test").With(p.name), page.Args("checkout rotate").With(p.name) + " --end-old"}
}

// whole writes the commands that a step of the guide names as a shell takes them.
func (p *checkout) whole(step string) string {
	for _, verb := range []string{"show", "set", "test", "rotate"} {
		command := "checkout " + verb + " " + p.name
		step = strings.ReplaceAll(step, command, p.Command(page.Args("checkout").With(verb, p.name)))
	}
	return step
}

func (p *checkout) write(d *ui.Writer, k *model.Checkout) {
	const layout = "2 Jan 2006 15:04:05"
	dot := " " + d.Glyph.Dot + " "
	when := func(t *time.Time) string {
		if t == nil {
			return "never"
		}
		return t.UTC().Format(layout) + " UTC"
	}
	kind, _ := model.KindNamed(k.Kind)
	d.Line(d.Bold.Render(d.Cut(k.Name, d.W/2)) + d.Faint.Render(dot+d.Cut(kind.Title, d.W/3)))
	d.Text(d.Faint, "Sells for "+sellsFor(k)+dot+"posts to:")
	d.Address(k.URL)
	d.Gap()
	accepted := d.Good
	if k.AcceptedAt == nil {
		accepted = d.Faint
	}
	d.Text(accepted, "Last accepted: "+when(k.AcceptedAt))
	if k.RefusedAt == nil {
		d.Text(d.Faint, "Last refused: never")
	} else {
		why := ""
		if k.RefusedReason != nil {
			why = ": " + *k.RefusedReason
		}
		d.Text(d.Warn, "Last refused: "+when(k.RefusedAt)+why)
	}
	if k.Queued > 0 {
		d.Text(ui.Style{}, model.Plural(k.Queued, "delivery is", "deliveries are")+" still to be worked off.")
	}
	if len(k.Ignored) > 0 {
		d.Text(d.Faint, "Ignores, since they are no events: "+strings.Join(k.Ignored, ", "))
	}
	if k.HeldUntil != nil && k.HeldReason != nil {
		d.Text(d.Bad, d.Glyph.Alert+" Its API is asked again at "+when(k.HeldUntil)+": "+*k.HeldReason)
	}
	for i, use := range k.SecretUses {
		which := "Newest secret"
		if i > 0 {
			which = "Older secret"
		}
		d.Text(d.Faint, which+": made "+when(&use.CreatedAt)+", last used "+when(use.UsedAt))
	}
	if p.Connector == nil {
		return
	}
	d.Gap()
	d.Head("What to enter in the checkout")
	for i, step := range p.Connector.Guide(*k) {
		d.Item(d.Accent, fmt.Sprintf("%d.", i+1), ui.Style{}, p.whole(step))
	}
}

// newWalk is the test of the checkout.
func newWalk(s *page.Session, name string) page.Page {
	try, actor := s.Connector.Try, s.Actor
	return page.NewWalk(s, page.Walk{
		Head:    "The way of a sale through " + model.Line(name),
		Command: page.Args("checkout test").With(name),
		Try: func(ctx context.Context, say func(model.TryStep)) error {
			return try(ctx, actor, name, say)
		},
		Whole: "The way is whole: a sale through it would be credited.",
		Open:  "So far it is whole. The rest only the shop can try.",
	})
}
