package page

import (
	"context"
	"errors"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"lastclick/model"
	"lastclick/tui/ui"
)

// FormPage is a form that sends to the store. A page made of it adds fields, says how
// one is checked and what is sent.
type FormPage struct {
	Base
	Form     ui.Form
	Title    string
	Commands func() []Args  // the same in a shell
	Validate func() error   // what is wrong with what was entered; nil: only the store says
	Loads    func() tea.Cmd // what the fields need, at the start; nil: nothing
}

// InitForm makes the page ready.
func (p *FormPage) InitForm(s *Session, title, button, doing string) {
	p.Base, p.Title = NewBase(s), title
	p.Form = ui.NewForm(s.Theme)
	p.Form.Button, p.Form.Doing = button, doing
	p.Form.Check, p.Form.List, p.Form.Leave = p.check, p.list, p.leave
}

// Crumbs is the title.
func (p *FormPage) Crumbs() []string { return []string{p.Title} }

// Start loads what the fields need.
func (p *FormPage) Start() tea.Cmd {
	if p.Loads == nil {
		return nil
	}
	return p.Loads()
}

// Typing is true: letters are text.
func (p *FormPage) Typing() bool { return true }

// Sending says that what was entered is on its way.
func (p *FormPage) Sending() bool { return p.Form.Sending() }

// Actions are for the footer: the form takes the keys.
func (p *FormPage) Actions() []ui.Action { return p.Form.Hints() }

// ShellCommands do the same in a shell.
func (p *FormPage) ShellCommands() []Args {
	if p.Commands == nil {
		return nil
	}
	return p.Commands()
}

// Legend says what the fields are for.
func (p *FormPage) Legend() [][2]string { return p.Form.Legend() }

// LegendTitle is the heading of the legend in the help.
func (p *FormPage) LegendTitle() string { return "The fields" }

// Update takes keys, and the mouse.
func (p *FormPage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case tea.KeyMsg:
		return p.Form.Update(m)
	case tea.MouseMsg:
		return p.Form.Mouse(m)
	}
	return nil
}

// View is the form.
func (p *FormPage) View(w, h int) []string { return p.Form.View(w, h, h >= Roomy) }

// check is what the model says of one field.
func (p *FormPage) check(f *ui.Field) string {
	if p.Validate == nil {
		return ""
	}
	if err := model.FieldError(p.Validate(), f.Key); err != nil {
		return aboutField(f, err)
	}
	return ""
}

// aboutField is an error about the field, by the name that stands before it.
func aboutField(f *ui.Field, err error) string {
	text := Reason(err)
	if rest, ok := strings.CutPrefix(text, f.Key+" "); ok {
		return f.Label + " " + rest
	}
	return ui.Sentence(text)
}

// leave goes back, and asks first where something would be lost.
func (p *FormPage) leave() tea.Cmd {
	if p.Form.Dirty() {
		return p.nav.AskLeaving("Leave and forget what was entered? esc again leaves", p.Close)
	}
	return p.Close()
}

func (p *FormPage) list(f *ui.Field, typed string) tea.Cmd {
	picker := NewPicker(p.Session, f.List, f.Options, f.Value(), func(c ui.Choice) tea.Cmd {
		p.Form.Chosen(c.Value)
		return nil
	})
	if typed != "" {
		picker.chooser.Type(typed)
	}
	return p.Open(picker)
}

// Send calls the store with what was entered; done has the answer, and a refusal is
// said beside its field.
func Send[T any](p *FormPage, call Call[T], done func(T) tea.Cmd) tea.Cmd {
	return Do(p.Session, p.id, call, func(v T, err error) tea.Cmd {
		if err == nil {
			return done(v)
		}
		key, text := "", Sentence(err)
		if e, ok := errors.AsType[*model.Error](err); ok {
			if f := p.Form.Field(e.Field); f != nil {
				key, text = f.Key, aboutField(f, err)
			}
		}
		p.Form.Refuse(key, text)
		return nil
	})
}

// Save is Send for a form that closes.
func (p *FormPage) Save(call Call[Done]) tea.Cmd {
	return Send(p, call, func(done Done) tea.Cmd {
		return p.CloseThen(func() tea.Cmd { return p.nav.Changed(done) })
	})
}

// Change is a change of a T.
type Change[T any] interface{ Holds(is T) bool }

// SaveChange saves a change of the thing of that name, which z takes back unless another person
// has changed the same since. read reads the thing, set makes a change: ch, or back.
func SaveChange[T any, C Change[T]](p *FormPage, name string, ch, back C, read Call[T], set func(ctx context.Context, s Store, a model.Actor, ch C) error) tea.Cmd {
	return p.Save(func(ctx context.Context, s Store, a model.Actor) (Done, error) {
		undo := func(ctx context.Context, s Store, a model.Actor) (string, error) {
			switch is, err := read(ctx, s, a); {
			case err != nil:
				return "", err
			case !ch.Holds(is):
				return "", model.ErrChangedSince
			}
			return name + " is as it was", set(ctx, s, a, back)
		}
		return Done{Text: "Saved " + name, Undo: Undo{Do: undo}}, set(ctx, s, a, ch)
	})
}

// Changed is what the field holds where it is not was, and the change that takes it back;
// nil leaves a thing as it is.
func (p *FormPage) Changed(key, was string) (now, back *string) {
	if v := p.Form.Value(key); v != was {
		return &v, &was
	}
	return nil, nil
}

// SaveNothing closes a form in which nothing was changed.
func (p *FormPage) SaveNothing() tea.Cmd {
	return tea.Batch(p.Close(), p.Toast(Warning, "Nothing was changed"))
}

// Create is Send for a form that makes something and closes: the lists of what it is put
// their cursor on it.
func Create[T any](p *FormPage, what string, call Call[T], made func(T) (key, said string)) tea.Cmd {
	return Send(p, call, func(v T) tea.Cmd {
		key, said := made(v)
		p.nav.Made(what, key)
		return tea.Batch(p.Close(), p.Toast(Success, said))
	})
}

// Announce tells the lists of what it is that something was made.
func (p *FormPage) Announce(what, key string) {
	p.nav.Made(what, key)
}
