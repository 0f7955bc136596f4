package tui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// secretPage shows what is shown once: an invite code, a checkout's secret.
type secretPage struct {
	plainPage
	title     string
	what      string // "Secret": for the toast
	secret    string
	sentences []string
	scroll
}

func newSecret(e *env, title, what, secret string, sentences ...string) *secretPage {
	return &secretPage{plainPage: newPlainPage(e), title: title, what: what, secret: secret, sentences: sentences}
}

func (p *secretPage) crumbs() []string { return []string{p.title} }

func (p *secretPage) keys() []binding {
	return append([]binding{
		{[]string{"c"}, "c", "copy it", "copy", func() tea.Cmd {
			if p.env.copy == nil {
				return p.env.copied(p.what, p.secret)
			}
			return tea.Batch(p.env.clip(p.secret), say(success, p.what+" copied"))
		}},
		{[]string{"enter"}, "enter", "close: it is not shown again", "close", func() tea.Cmd { return pop }},
	}, p.scroll.keys()...)
}

func (p *secretPage) update(msg tea.Msg) tea.Cmd {
	p.wheel(msg)
	return nil
}

func (p *secretPage) view(w, h int) []string {
	e := p.env
	lines := []string{"", "  " + e.ink.bold.on(e.cut(p.title, w-4)), ""}
	for _, l := range hardwrap(p.secret, w-4) {
		lines = append(lines, "  "+e.ink.accent.on(l))
	}
	for _, s := range p.sentences {
		lines = append(lines, e.paragraph(w, paint{}, s)...)
	}
	if h < len(lines) { // the secret goes before everything
		lines = lines[2:]
	}
	return p.cut(lines, h)
}
