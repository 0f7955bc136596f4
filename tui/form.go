package tui

import (
	"errors"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
)

// formField is one thing that a form asks for: a text that is typed, one of a few
// options that the arrows change, or a choice from a list of its own.
type formField struct {
	key   string // as model errors name it
	label string
	hint  string
	fault string
	text  input

	options []choice // of an option or a list
	at      int      // the one chosen
	listed  string   // the title of the list; empty: the arrows choose
}

func (f *formField) typed() bool { return f.options == nil }

// value is what was typed or chosen.
func (f *formField) value() string {
	if f.typed() {
		return f.text.value()
	}
	if f.at < len(f.options) {
		return f.options[f.at].value
	}
	return ""
}

// choose takes the option with the value, if there is one.
func (f *formField) choose(value string) {
	for i := range f.options {
		if f.options[i].value == value {
			f.at = i
		}
	}
}

// form is fields from the top and a button beneath. A page made of it says which
// fields, what checks one and what the button sends.
type form struct {
	env     *env
	owner   int64
	title   string
	fields  []*formField
	button  string
	doing   string // what the button says meanwhile: "Adding"
	at      int    // len(fields) is the button
	problem string // what is wrong with no field in particular
	sending bool
	dirty   bool // something would be lost

	check   func(f *formField) error // one field on its own; nil: only the store says
	send    func() tea.Cmd
	explain func(w int) []string // sentences beneath the form
}

func newForm(e *env, title string) form {
	return form{env: e, owner: e.newOwner(), title: title}
}

func (p *form) id() int64           { return p.owner }
func (p *form) crumbs() []string    { return []string{p.title} }
func (p *form) start() tea.Cmd      { return nil }
func (p *form) reload() tea.Cmd     { return nil }
func (p *form) typing() bool        { return true }
func (p *form) notice() string      { return "" }
func (p *form) legend() [][2]string { return nil }

// keys are for the footer; typed does them.
func (p *form) keys() []binding {
	verb := strings.ToLower(strings.Fields(p.button)[0])
	return []binding{{show: "tab", foot: "next"}, {show: "enter", foot: "next, choose, " + verb}, {show: "ctrl+s", foot: verb}, {show: "esc", foot: "back"}}
}

func (p *form) field(key string) *formField {
	for _, f := range p.fields {
		if f.key == key {
			return f
		}
	}
	return nil
}

// ask adds a field for text.
func (p *form) ask(key, label, hint, value string) *formField {
	f := &formField{key: key, label: label, hint: hint, text: newInput(value)}
	p.fields = append(p.fields, f)
	return f
}

// offer adds a field with options; a listed one opens a page to choose from.
func (p *form) offer(key, label, listed string, options []choice) *formField {
	f := &formField{key: key, label: label, options: options, listed: listed, hint: "enter chooses"}
	if listed == "" {
		f.hint = p.env.keyName("← → change it")
	}
	p.fields = append(p.fields, f)
	return f
}

// taken deals with the messages that every form gets.
func (p *form) taken(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case pickedMsg:
		if p.at < len(p.fields) {
			p.fields[p.at].choose(m.value)
			p.fields[p.at].fault = ""
			p.dirty = true
			p.at++
		}
	case tea.KeyMsg:
		return p.key(m)
	}
	return nil
}

func (p *form) key(k tea.KeyMsg) tea.Cmd {
	if p.sending {
		return nil // what is under way is not changed
	}
	switch name := k.String(); name {
	case "esc":
		return p.leave()
	case "ctrl+s":
		return p.submit()
	case "tab", "down":
		p.move(1)
	case "shift+tab", "up":
		p.move(-1)
	case "enter":
		return p.enter()
	default:
		return p.edit(k, name)
	}
	return nil
}

// edit changes the field that the caret is in.
func (p *form) edit(k tea.KeyMsg, name string) tea.Cmd {
	if p.at == len(p.fields) {
		if name == " " {
			return p.submit()
		}
		return nil
	}
	f := p.fields[p.at]
	n := len(f.options)
	switch {
	case f.typed():
		if f.text.key(k) {
			f.fault, p.dirty = "", true
		}
	case f.listed != "":
		if name == " " || name == "right" {
			return p.list(f)
		}
	case name == "left":
		f.at, p.dirty = (f.at+n-1)%n, true
	case name == "right" || name == " ":
		f.at, p.dirty = (f.at+1)%n, true
	}
	return nil
}

// enter goes on: to a list of choices, to the next field, or to the end.
func (p *form) enter() tea.Cmd {
	if p.at == len(p.fields) {
		return p.submit()
	}
	if f := p.fields[p.at]; f.listed != "" {
		return p.list(f)
	}
	p.move(1)
	return nil
}

func (p *form) list(f *formField) tea.Cmd {
	return push(newPicker(p.env, p.owner, f.listed, f.options, f.value()))
}

// move leaves a field, which is when its fault is told.
func (p *form) move(n int) {
	if p.at < len(p.fields) && p.fields[p.at].value() != "" {
		p.judge(p.fields[p.at])
	}
	p.at = (p.at + n + len(p.fields) + 1) % (len(p.fields) + 1)
}

// judge notes what is wrong with a field.
func (p *form) judge(f *formField) {
	f.fault = ""
	if p.check == nil {
		return
	}
	if err := p.check(f); err != nil {
		f.fault = f.inWords(err)
	}
}

// inWords is an error about the field, by the name that stands before it.
func (f *formField) inWords(err error) string {
	text := reason(err)
	if rest, ok := strings.CutPrefix(text, f.key+" "); ok {
		return f.label + " " + rest
	}
	return sentence(err)
}

// leave goes back, and asks first where something would be lost.
func (p *form) leave() tea.Cmd {
	if p.dirty {
		return ask("Leave and forget what was entered?", pop)
	}
	return pop
}

// submit sends the form if every field holds; else it goes to the first that does
// not.
func (p *form) submit() tea.Cmd {
	if p.sending {
		return nil
	}
	p.problem = ""
	bad := -1
	for i := len(p.fields) - 1; i >= 0; i-- {
		if p.judge(p.fields[i]); p.fields[i].fault != "" {
			bad = i
		}
	}
	if bad >= 0 {
		p.at = bad
		return nil
	}
	p.sending = true
	return p.send()
}

// refused says what the store refused, beside its field; false: it did not.
func (p *form) refused(err error) bool {
	p.sending = false
	if err == nil {
		return false
	}
	if e, ok := errors.AsType[*model.Error](err); ok && e.Field != "" {
		i := slices.IndexFunc(p.fields, func(f *formField) bool { return f.key == e.Field })
		if i >= 0 {
			p.at, p.fields[i].fault = i, p.fields[i].inWords(err)
			return true
		}
	}
	p.problem = sentence(err)
	return true
}

// trimmedValue is what a field holds, without white space around it.
func (p *form) trimmedValue(key string) string { return strings.TrimSpace(p.field(key).value()) }
