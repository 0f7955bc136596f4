package page

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/tui/ui"
)

// TextPage shows lines that are there from the start.
type TextPage struct {
	Base
	Title    string
	Commands []Args
	Own      []ui.Action
	Lines    func(w, h int) []string

	pager   ui.Pager
	actions []ui.Action
	drawn   []string
	w, h    int
}

// NewTextPage is a page of lines.
func NewTextPage(s *Session, title string, lines func(w, h int) []string) *TextPage {
	return &TextPage{Base: NewBase(s), Title: title, Lines: lines, pager: ui.NewPager(s.Theme)}
}

// Crumbs is the title.
func (p *TextPage) Crumbs() []string { return []string{p.Title} }

// ShellCommands are those given.
func (p *TextPage) ShellCommands() []Args { return p.Commands }

// Actions are the page's own, and those that scroll.
func (p *TextPage) Actions() []ui.Action {
	if p.actions == nil {
		p.actions = append(append(p.actions, p.Own...), p.pager.Actions()...)
	}
	return p.actions
}

// Update takes the mouse.
func (p *TextPage) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(tea.MouseMsg); ok {
		p.pager.Mouse(m)
	}
	return nil
}

// View is the part that the window shows.
func (p *TextPage) View(w, h int) []string {
	if p.drawn == nil || p.w != w || p.h != h {
		p.drawn, p.w, p.h = p.Lines(w, h), w, h
	}
	return p.pager.View(p.drawn, w, h)
}

// NewSecret shows what is shown once, an invite code or a checkout's secret, and what
// to do with it. what names it in the toast.
func NewSecret(s *Session, title, what, secret string, sentences ...string) *TextPage {
	p := NewTextPage(s, title, func(w, h int) []string {
		t := s.Theme
		lines := []string{"", "  " + t.Bold.Render(t.Cut(title, w-4)), ""}
		for _, l := range ui.Hardwrap(secret, w-4) {
			lines = append(lines, "  "+t.Accent.Render(l))
		}
		for _, text := range sentences {
			lines = append(lines, t.Paragraph(w, ui.Style{}, text)...)
		}
		if h < len(lines) { // the secret goes before everything
			lines = lines[2:]
		}
		return lines
	})
	p.Own = []ui.Action{
		ui.On("c", "copy", "copy it", func() tea.Cmd { return s.copySecret(what, secret) }),
		ui.On("enter", "close", "close: it is not shown again", p.Close),
	}
	return p
}

// NewQR shows an address as a QR code that a phone can scan off the screen.
func NewQR(s *Session, name, url string) *TextPage {
	p := NewTextPage(s, "QR code", func(w, h int) []string {
		t := s.Theme
		code := t.QRCode(url, w-2, h-1)
		if code == nil {
			why := "This window is too small for the code."
			if t.Plain || t.NoColour || t.ASCII {
				why = "This terminal shows no colours, without which a phone may not read the code."
			}
			lines := t.Message(w, "QR code", why, "The address is:")
			for _, l := range ui.Hardwrap(url, w-4) {
				lines = append(lines, "  "+l)
			}
			lines = append(lines, "", "  As a picture, .png or .svg:")
			for _, l := range ui.Hardwrap(strings.TrimSuffix(url, name+"?qr")+"qr/"+name+".png", w-4) {
				lines = append(lines, "  "+l)
			}
			return lines
		}
		var lines []string
		left := ui.Spaces((w - ui.Width(code[0])) / 2)
		for _, l := range code {
			lines = append(lines, left+l)
		}
		address := t.Cut(url, w-2)
		return append(lines, ui.Spaces((w-ui.Width(address))/2)+t.Faint.Render(address))
	})
	p.Own = []ui.Action{
		ui.On("c", "copy", "copy the address", func() tea.Cmd { return s.CopyText("Shortlink", url) }),
		ui.On("Q", "close", "close", p.Close, "Q", "enter"),
	}
	return p
}
