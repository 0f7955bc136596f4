package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// Chooser is choices that are found by typing: a field, and beneath it what matches, the
// best first, with the letters that do so emphasized.
type Chooser struct {
	// Extra is what is offered besides what is found, and whether right behind what is named
	// by what was typed; nil: nothing.
	Extra func(typed string) (choices []Choice, soon bool)
	// Pairs is what some of the words find and the others do with it, beside what all of them
	// find; nil: nothing.
	Pairs func(words []string) []Choice
	Limit int // how many matches are listed at most; 0: all

	theme   *Theme
	input   Input
	choices []Choice
	finder  *Finder
	kinds   bool // some have a kind
	longest int  // title, in cells

	rows   []Choice // that are listed
	total  int      // how many of the choices match
	at     int
	top, n int // the first line seen, and how many are

	clicked *Choice // of rows, that was clicked last
}

// NewChooser is a chooser among nothing yet.
func NewChooser(t *Theme) Chooser { return Chooser{theme: t, input: t.NewInput(""), n: 1} }

// NewChoiceFinder makes the choices findable, by their titles, notes and kinds.
func NewChoiceFinder(choices []Choice) *Finder {
	f := newFinder(len(choices), func(i int) (string, string) {
		return choices[i].Title, choices[i].Note + " " + choices[i].Also
	})
	for i := range choices {
		e := &f.entries[i]
		e.weight, e.kind = choices[i].Weight, model.Fold(choices[i].Kind)
		if e.kind != "" {
			e.letters |= letters(e.kind) | letters("s")
		}
	}
	return f
}

// Offer offers the choices. What is typed stays, and the cursor too where it was moved; else
// it is on the best match.
func (c *Chooser) Offer(choices []Choice, finder *Finder) {
	c.choices, c.finder = choices, finder
	c.kinds, c.longest = false, 0
	for i := range choices {
		c.kinds = c.kinds || choices[i].Kind != ""
		if c.longest < mostTitle {
			c.longest = max(c.longest, Width(model.Line(choices[i].Title)))
		}
	}
	was, moved := c.Current(), c.at > 0
	c.at = 0
	c.find()
	if was != nil && moved {
		c.selectRow(func(x *Choice) bool {
			return x.Kind == was.Kind && x.Value == was.Value && x.Title == was.Title && x.Note == was.Note
		})
	}
}

// Type puts text into the field, as if it were typed.
func (c *Chooser) Type(text string) {
	c.input = c.theme.NewInput(text)
	c.at = 0
	c.find()
}

// Typed is what was typed.
func (c *Chooser) Typed() string { return c.input.Value() }

// Select puts the cursor on the choice with the value.
func (c *Chooser) Select(value string) {
	c.selectRow(func(x *Choice) bool { return x.Value == value })
}

func (c *Chooser) selectRow(is func(*Choice) bool) {
	for i := range c.rows {
		if is(&c.rows[i]) {
			c.at = i
			return
		}
	}
}

// Current is the choice at the cursor; nil where there is none.
func (c *Chooser) Current() *Choice {
	if c.at >= len(c.rows) {
		return nil
	}
	return &c.rows[c.at]
}

// Count says how many of all match: "5 of 12,418"; nothing where only what is offered besides
// is listed.
func (c *Chooser) Count() string {
	all := model.FormatCount(int64(len(c.choices)))
	switch {
	case strings.TrimSpace(c.Typed()) == "":
		return all
	case c.total == 0 && len(c.rows) > 0:
		return ""
	}
	return model.FormatCount(int64(c.total)) + " of " + all
}

// So many matches come at most before what is offered soon.
const afterNamed = 3

// find lists what matches.
func (c *Chooser) find() {
	c.clicked = nil
	c.rows, c.total = c.rows[:0:0], 0
	if c.finder == nil {
		return
	}
	limit := c.Limit
	if limit == 0 {
		limit = len(c.choices)
	}
	found, named, whole, total := c.finder.find(c.Typed(), limit)
	c.total = total
	var pairs, extra []Choice
	if words := model.FoldWords(c.Typed()); c.Pairs != nil && len(words) > 1 {
		if pairs = c.Pairs(words); len(pairs) > 0 && !whole {
			found, c.total = nil, 0 // these merely have the letters
		}
		c.total += len(pairs)
	}
	after := len(found)
	if c.Extra != nil {
		var soon bool
		if extra, soon = c.Extra(strings.TrimSpace(c.Typed())); soon {
			after = min(named, afterNamed)
		}
	}
	for i, x := range found {
		if i == after {
			c.rows = append(c.rows, extra...)
			extra = nil
		}
		c.rows = append(c.rows, c.choices[x])
	}
	c.rows = slices.Concat(c.rows, pairs, extra)
	c.at = max(min(c.at, len(c.rows)-1), 0)
}

// Update takes a key, and says whether it was one of the chooser's: what moves the cursor or
// changes what is typed.
func (c *Chooser) Update(k tea.KeyMsg) bool {
	switch k.String() {
	case "up", "ctrl+p", "shift+tab":
		c.Move(-1)
	case "down", "ctrl+n":
		c.Move(1)
	case "home":
		c.Move(-len(c.rows))
	case "end":
		c.Move(len(c.rows))
	case "pgup":
		c.Move(-c.n)
	case "pgdown":
		c.Move(c.n)
	default:
		if !c.input.Update(k) {
			return false
		}
		c.at = 0
		c.find()
	}
	return true
}

// Move moves the cursor by n lines.
func (c *Chooser) Move(n int) { c.at = max(min(c.at+n, len(c.rows)-1), 0) }

// Mouse takes the wheel, and a click on line y of the rows seen. It says whether the click
// was the second on the row, which chooses it.
func (c *Chooser) Mouse(m tea.MouseMsg, y int) (chosen bool) {
	c.Move(3 * notch(m))
	if !Clicked(m) || y < 0 || y >= c.n || c.top+y >= len(c.rows) {
		return false
	}
	c.at = c.top + y
	before := c.clicked
	c.clicked = c.Current()
	return before == c.clicked
}

// Field is what is typed, in w cells; hint stands in it while nothing is.
func (c *Chooser) Field(w int, hint string) string {
	field := c.input.View(w, true)
	if !c.input.Empty() || hint == "" {
		return field
	}
	const caret = 3
	return c.input.View(caret, true) + c.theme.Faint.Render(c.theme.Cell(hint, w-caret))
}

// The cells of a row's parts.
const (
	kindWidth   = 8
	keyWidth    = 7
	mostTitle   = 44
	noteAtLeast = 10
)

// Lines are the rows that n lines of w cells show.
func (c *Chooser) Lines(w, n int) []string {
	c.n = max(n, 1)
	c.top = max(min(c.top, c.at, len(c.rows)-c.n), 0)
	c.top = max(c.top, c.at-c.n+1)
	lines := make([]string, 0, c.n)
	for i := c.top; i < min(c.top+n, len(c.rows)); i++ {
		lines = append(lines, c.line(&c.rows[i], i == c.at, w))
	}
	return lines
}

func (c *Chooser) line(x *Choice, selected bool, w int) string {
	t := c.theme
	front, st := "  ", Style{}
	if selected {
		front, st = t.Accent.Render(t.Glyph.Cursor)+" ", t.Bold
	}
	room := w - 2
	if c.kinds {
		front += t.Faint.Render(t.Cell(x.Kind, kindWidth))
		room -= kindWidth
	}
	key := ""
	if c.kinds && room > 3*noteAtLeast+keyWidth {
		key = t.Faint.Render(t.Right(t.keyName(x.Key), keyWidth))
		room -= keyWidth
	}
	title := room
	if x.Note != "" {
		title = min(max(room*6/10, room-24), mostTitle, max(c.longest, 16))
	}
	line := front + t.emphasize(x.Title, c.Typed(), title, st)
	if note := room - title - 2; note >= noteAtLeast {
		line += "  " + t.emphasize(x.Note, c.Typed(), note, t.Faint)
	} else {
		line += Spaces(room - title)
	}
	return line + key
}

// emphasize is foreign text in exactly w cells, in the style, with the characters emphasized
// that what was typed is found at.
func (t *Theme) emphasize(s, typed string, w int, st Style) string {
	s = model.Line(s)
	cell := t.Cell(s, w)
	marks := matched(s, typed)
	if marks == nil || w <= 0 {
		return st.Render(cell)
	}
	var b, run strings.Builder
	marked := false
	flush := func() {
		if run.Len() == 0 {
			return
		}
		if marked {
			b.WriteString(t.Accent.Render(run.String()))
		} else {
			b.WriteString(st.Render(run.String()))
		}
		run.Reset()
	}
	of, n := []rune(s), 0
	for rest := cell; rest != ""; {
		cluster, _ := ansi.FirstGraphemeCluster(rest, ansi.GraphemeWidth)
		if cluster == "" {
			break
		}
		is := false
		for _, r := range cluster {
			is = is || n < len(of) && of[n] == r && marks[n]
			n++
		}
		if is != marked {
			flush()
			marked = is
		}
		run.WriteString(cluster)
		rest = rest[len(cluster):]
	}
	flush()
	return b.String()
}
