package platform

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// hookPage is one hook: its state, and the answer to the last delivery.
type hookPage struct {
	page.DetailPage[model.Hook]
	hook model.Hook // as it was when the page was opened
}

func newHookPage(s *page.Session, h model.Hook) *hookPage {
	p := &hookPage{hook: h}
	p.InitDetail(s, "hook", page.Always(func(ctx context.Context, s page.Store, a model.Actor) (model.Hook, error) {
		hooks, err := s.Hooks(ctx, a)
		for i := range hooks {
			if hookKey(&hooks[i]) == hookKey(&h) {
				return hooks[i], nil
			}
		}
		if err == nil {
			err = model.NotFoundError("hook", h.URL)
		}
		return model.Hook{}, err
	}))
	p.Write = p.write
	p.Own = []ui.Action{
		ui.On("t", "test", "send it a signed ping, and show the answer", func() tea.Cmd { return testHook(&p.Base, h) }).
			If(func() bool { return s.HookSender != nil }),
		ui.On("e", "enable", "enable it again, with the secret that it has", func() tea.Cmd { return p.Open(newHookForm(s, &h)) }).
			If(func() bool { return p.Value != nil && p.Value.State == model.HookDisabled }),
	}
	return p
}

// Crumbs is its address.
func (p *hookPage) Crumbs() []string { return []string{model.Line(p.hook.URL)} }

// ShellCommands list and test it.
func (p *hookPage) ShellCommands() []page.Args {
	return []page.Args{"hook list", page.Args("hook test").With(p.hook.URL)}
}

func (p *hookPage) write(d *ui.Writer, h *model.Hook) {
	when := func(t *time.Time) string {
		if t == nil {
			return "never"
		}
		return t.UTC().Format("2 Jan 2006 15:04:05") + " UTC"
	}
	d.Address(h.URL)
	d.Text(d.Faint, "Told of the sales and scans of "+toldOf(h)+". Added by "+h.CreatedBy+", "+when(&h.CreatedAt))
	d.Gap()
	style := hookStyle(d.Theme, h)
	switch h.State {
	case model.HookDisabled:
		d.Text(style, fmt.Sprintf("%s Disabled: nothing is sent to it, and nothing kept for it. A hook is disabled when %d days pass without a success, or too much waits.", d.Glyph.Alert, int(model.HookPatience.Hours()/24)))
		d.Text(ui.Style{}, p.Keys.Name("e")+" enables it again, with the secret that it has.")
	case model.HookFailing:
		d.Text(style, d.Glyph.Alert+" Failing since "+when(h.FailingSince)+": what waits is sent again.")
	default:
		d.Text(style, d.Glyph.Check+" Active.")
	}
	if h.LastError != nil {
		d.Text(style, "Last answer: "+*h.LastError)
	}
	d.Text(ui.Style{}, "Last delivery that was taken: "+when(h.DeliveredAt))
	d.Text(ui.Style{}, "Waiting: "+model.Plural(h.Waiting, "message", "messages"))
}

// testHook pings the hook on a page of its own, which is there at once: the answer may
// take seconds, and the next keys are for the page.
func testHook(from *page.Base, h model.Hook) tea.Cmd {
	s := from.Session
	ping := s.HookSender.Ping
	p := page.NewTextPage(s, "Test", func(w, _ int) []string {
		d := ui.Writer{Theme: s.Theme, W: w}
		d.Head("A signed ping is being sent to")
		d.Address(h.URL)
		return d.Lines
	})
	p.Commands = []page.Args{page.Args("hook test").With(h.URL)}
	p.Own = []ui.Action{p.Back()}
	return tea.Batch(from.Open(p), page.Do(s, p.ID(), func(ctx context.Context, _ page.Store, a model.Actor) (model.HookAnswer, error) {
		return ping(ctx, actorOf(a, h), h.URL)
	}, func(got model.HookAnswer, err error) tea.Cmd {
		if err != nil {
			return tea.Batch(p.Close(), s.Fail(err))
		}
		return p.Replace(newPong(s, got))
	}))
}

// newPong shows what came back for a ping.
func newPong(s *page.Session, got model.HookAnswer) *page.TextPage {
	p := page.NewTextPage(s, "Test", func(w, _ int) []string {
		d := ui.Writer{Theme: s.Theme, W: w}
		d.Head("A signed ping was sent to")
		d.Address(got.URL)
		d.Gap()
		style, text := d.Good, d.Glyph.Check+" It was taken"
		if !got.OK {
			style, text = d.Bad, d.Glyph.Alert+" It was not taken"
		}
		text += fmt.Sprintf(" after %d ms", got.Millis)
		if got.Error != nil {
			text += ": " + *got.Error
		} else if got.Status != nil {
			text += fmt.Sprintf(": %d", *got.Status)
		}
		d.Text(style, text)
		if got.Answer != nil {
			d.Text(d.Faint, *got.Answer)
		}
		return d.Lines
	})
	p.Commands = []page.Args{page.Args("hook test").With(got.URL)}
	p.Own = []ui.Action{p.Back()}
	return p
}
