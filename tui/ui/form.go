package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// Field is one thing that a form asks for: a text that is typed, one of a few options
// that the arrows change, or a choice from a list of its own.
type Field struct {
	Key     string // as model errors name it
	Label   string
	Hint    string
	Fault   string
	Options []Choice // of an option or a list
	List    string   // the title of the list; empty: the arrows choose

	text    Input
	suggest string // stands for the text while none is typed
	decline bool   // it was taken out: nothing is meant
	at      int    // the option chosen
	typed   string // letters that chose it
}

// Choice is one thing to choose. A list of several kinds names the kind of each, and the key
// that does the same, if there is one.
type Choice struct {
	Value, Title, Note, Kind, Key string

	Also   string         // words that find it too, and are not shown
	Weight int            // of two that are found alike, the one that has more is first
	Do     func() tea.Cmd // what choosing it does; nil: its owner knows by the value
}

// PlainChoices are values that are their own titles.
func PlainChoices[S ~string](values []S) []Choice {
	cs := make([]Choice, len(values))
	for i, v := range values {
		cs[i] = Choice{Value: string(v), Title: string(v)}
	}
	return cs
}

func (f *Field) isText() bool { return f.Options == nil }

// Value is what was typed, without white space around it, or chosen.
func (f *Field) Value() string {
	if f.isText() {
		if f.Suggested() {
			return f.suggest
		}
		return strings.TrimSpace(f.text.Value())
	}
	if f.at < len(f.Options) {
		return f.Options[f.at].Value
	}
	return ""
}

// Suggest has the field hold a value while nothing is typed into it. What is typed takes
// its place; backspace takes it out.
func (f *Field) Suggest(value string) { f.suggest = value }

// Suggested says whether the field holds what was suggested.
func (f *Field) Suggested() bool { return f.suggest != "" && !f.decline && f.text.Empty() }

// SetLimit bounds the text, in characters.
func (f *Field) SetLimit(n int) { f.text.SetLimit(n) }

// Choose takes the option with the value, if there is one.
func (f *Field) Choose(value string) {
	for i := range f.Options {
		if f.Options[i].Value == value {
			f.at = i
		}
	}
}

// SetOptions replaces the options; the one chosen stays so where it is still there.
func (f *Field) SetOptions(options []Choice) {
	chosen := f.Value()
	f.Options, f.at = options, 0
	f.Choose(chosen)
}

// Form is fields from the top and a button beneath. Its owner says which fields, what
// checks one and what the button sends; navigation and the store are the owner's.
type Form struct {
	Button  string
	Doing   string // what the button says meanwhile: "Adding"
	Problem string // what is wrong with no field in particular
	Box     int    // cells of a field; 0: what is usual
	Quick   bool   // enter in the last field sends

	Sends func(f *Field) bool // enter sends in this field already; nil: in none

	Check   func(f *Field) string                // what is wrong with a field on its own; nil: only the store says
	Send    func() tea.Cmd                       // the fields hold
	List    func(f *Field, typed string) tea.Cmd // opens the list of a field, with what is typed already
	Leave   func() tea.Cmd                       // esc
	Explain func(w int) []string                 // sentences beneath the form
	Edited  func(key string) tea.Cmd             // the text of the field changed; nil: nothing follows

	theme   *Theme
	fields  []*Field
	at      int // len(fields) is the button
	sending bool
	dirty   bool
	places  []int // the field of each line that was seen last; -1: none
}

// NewForm is a form without fields.
func NewForm(t *Theme) Form { return Form{theme: t} }

// Ask adds a field for text.
func (p *Form) Ask(key, label, hint, value string) *Field {
	f := &Field{Key: key, Label: label, Hint: hint, text: p.theme.NewInput(value)}
	p.fields = append(p.fields, f)
	return f
}

// Offer adds a field with options; one with the title of a list opens it to choose
// from.
func (p *Form) Offer(key, label, list string, options []Choice) *Field {
	f := &Field{Key: key, Label: label, Options: options, List: list, Hint: "enter or letters"}
	if list == "" {
		f.Hint = p.theme.keyName("← → or letters")
	}
	p.fields = append(p.fields, f)
	return f
}

// Field is the field with the key; nil where there is none.
func (p *Form) Field(key string) *Field {
	i := slices.IndexFunc(p.fields, func(f *Field) bool { return f.Key == key })
	if i < 0 {
		return nil
	}
	return p.fields[i]
}

// Value is what the field holds.
func (p *Form) Value(key string) string { return p.Field(key).Value() }

// Dirty says whether something would be lost.
func (p *Form) Dirty() bool { return p.dirty }

// Sending says that what was entered is on its way.
func (p *Form) Sending() bool { return p.sending }

// Chosen takes a choice from the list of the field in focus, and goes on.
func (p *Form) Chosen(value string) {
	if p.at < len(p.fields) {
		f := p.fields[p.at]
		f.Choose(value)
		f.Fault, p.dirty = "", true
		p.at++
	}
}

// Legend is what the fields are for: their hints, and what there is to choose from.
func (p *Form) Legend() [][2]string {
	const most = 8
	var rows [][2]string
	for _, f := range p.fields {
		text := f.Hint
		if !f.isText() {
			var titles []string
			for _, o := range f.Options[:min(len(f.Options), most)] {
				titles = append(titles, o.Title)
			}
			if text = "one of: " + strings.Join(titles, ", "); len(f.Options) > most {
				text += ", …"
			}
		}
		rows = append(rows, [2]string{f.Label, text})
	}
	return rows
}

// Hints are for the footer: the form takes the keys.
func (p *Form) Hints() []Action {
	verb := strings.ToLower(strings.Fields(p.Button)[0])
	next := "next, " + verb
	if slices.ContainsFunc(p.fields, func(f *Field) bool { return f.List != "" }) {
		next = "next, choose, " + verb
	}
	return []Action{
		Hint("tab", "next").Says("the next field (shift+tab the one before; the arrows too)"),
		Hint("enter", next).Says("on to the next field; open a list; press the button"),
		Hint("ctrl+s", verb).Says(verb + " at once, from any field"),
		Hint("esc", "back").Says("back (asks first where something would be lost)"),
	}
}

// Update takes a key. What is under way is not changed.
func (p *Form) Update(k tea.KeyMsg) tea.Cmd {
	if p.sending {
		return nil
	}
	switch name := k.String(); name {
	case "esc":
		return p.Leave()
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

// edit changes the field in focus.
func (p *Form) edit(k tea.KeyMsg, name string) tea.Cmd {
	if p.at == len(p.fields) {
		if name == " " {
			return p.submit()
		}
		return nil
	}
	f := p.fields[p.at]
	n := len(f.Options)
	letters := k.Type == tea.KeyRunes && !k.Alt
	switch {
	case f.isText():
		switch {
		case f.text.Update(k):
		case f.Suggested() && slices.Contains(takeOut, name):
			f.decline = true
		default:
			return nil
		}
		f.Fault, p.dirty = "", true
		if p.Edited != nil {
			return p.Edited(f.Key)
		}
	case f.List != "":
		switch {
		case letters:
			return p.List(f, string(k.Runes))
		case name == " " || name == "right":
			return p.List(f, "")
		}
	case letters:
		p.dirty = f.seek(string(k.Runes)) || p.dirty
	case name == "left":
		f.at, f.typed, p.dirty = (f.at+n-1)%n, "", true
	case name == "right" || name == " ":
		f.at, f.typed, p.dirty = (f.at+1)%n, "", true
	}
	return nil
}

// seek chooses the option that the letters typed into the field find, and says whether there
// is one. Letters that find none begin again.
func (f *Field) seek(letters string) bool {
	finder := NewChoiceFinder(f.Options)
	for _, typed := range []string{f.typed + letters, letters} {
		if best, _ := finder.Find(typed, 1); len(best) > 0 {
			f.at, f.typed = int(best[0]), typed
			return true
		}
	}
	f.typed = ""
	return false
}

// takeOut are the keys that take a suggestion out.
var takeOut = []string{"backspace", "ctrl+u", "ctrl+w", "delete", "ctrl+k"}

// enter goes on: to a list of choices, to the next field, or to the end.
func (p *Form) enter() tea.Cmd {
	if p.at == len(p.fields) || p.Quick && p.at == len(p.fields)-1 || p.Sends != nil && p.Sends(p.fields[p.at]) {
		return p.submit()
	}
	if f := p.fields[p.at]; f.List != "" {
		return p.List(f, "")
	}
	p.move(1)
	return nil
}

// Mouse takes a click: on a field it goes there, and changes or opens what is chosen in
// it; on the button it sends.
func (p *Form) Mouse(m tea.MouseMsg) tea.Cmd {
	if !Clicked(m) || p.sending || m.Y < 0 || m.Y >= len(p.places) || p.places[m.Y] < 0 {
		return nil
	}
	to := p.places[m.Y]
	if to != p.at {
		p.move(to - p.at)
	}
	switch {
	case to == len(p.fields):
		return p.submit()
	case p.fields[to].isText():
		return nil
	}
	return p.edit(tea.KeyMsg{Type: tea.KeyRight}, "right")
}

// move leaves a field, which is when its fault is told.
func (p *Form) move(n int) {
	if p.at < len(p.fields) {
		p.fields[p.at].typed = ""
	}
	if p.at < len(p.fields) && p.fields[p.at].Value() != "" {
		p.check(p.fields[p.at])
	}
	p.at = (p.at + n + len(p.fields) + 1) % (len(p.fields) + 1)
}

func (p *Form) check(f *Field) {
	f.Fault = ""
	if p.Check != nil {
		f.Fault = p.Check(f)
	}
}

// submit sends the form if every field holds; else it goes to the first that does not.
func (p *Form) submit() tea.Cmd {
	if p.sending {
		return nil
	}
	p.Problem = ""
	bad := -1
	for i := len(p.fields) - 1; i >= 0; i-- {
		if p.check(p.fields[i]); p.fields[i].Fault != "" {
			bad = i
		}
	}
	if bad >= 0 {
		p.at = bad
		return nil
	}
	p.sending = true
	return p.Send()
}

// Refuse ends the sending: text is said beside the field with the key, or beneath the
// form where there is none.
func (p *Form) Refuse(key, text string) {
	p.sending = false
	if i := slices.IndexFunc(p.fields, func(f *Field) bool { return f.Key == key }); i >= 0 {
		p.at, p.fields[i].Fault = i, text
		return
	}
	p.Problem = text
}
