package command

import (
	"slices"
	"strconv"
	"strings"

	"lastclick/model"
)

// question is a field of a form: what is asked, and where the answer goes.
type question struct {
	field, text string
	into        *string
	now         string   // what it is now; an answer of nothing leaves it
	choices     []string // values that a number from 1 on chooses, where they are many words
	knows       func(value string) (wrong string)
}

// askAll asks one after another, each until check takes it. Given up is false.
func (m *plainMode) askAll(check func() error, questions ...question) (answered bool, err error) {
	for _, q := range questions {
		if answered, err = m.askField(q, check); err != nil || !answered {
			return false, err
		}
	}
	return true, nil
}

func (m *plainMode) askField(q question, check func() error) (answered bool, err error) {
	was := *q.into
	for {
		m.say(q.text)
		line, err := m.ask("> ")
		if err != nil {
			return false, err
		}
		switch {
		case line == ".":
			m.say("Nothing was done.")
			return false, nil
		case line == "" && q.now != "":
			*q.into = was
			return true, nil
		}
		if i, err := strconv.Atoi(line); err == nil && i >= 1 && i <= len(q.choices) {
			line = q.choices[i-1]
		}
		*q.into = line
		if wrong := model.FieldError(check(), q.field); wrong != nil {
			msg, _ := model.PublicMessage(wrong)
			m.say(msg + ". " + givesUp)
			continue
		}
		if q.knows != nil {
			if wrong := q.knows(line); wrong != "" {
				m.say(wrong + " " + givesUp)
				continue
			}
		}
		if slices.Contains(commonLetters, strings.ToLower(line)) {
			switch yes, err := m.askYes("Is “" + line + "” the answer? Letters choose nothing in a form."); {
			case err != nil:
				return false, err
			case !yes:
				m.say(givesUp)
				continue
			}
		}
		return true, nil
	}
}

// leave says what a field is now, behind its question.
func leave(text, now string) string {
	return text + ", now " + now + "? Say nothing to leave it."
}

// change is a new value of a field; nil where it is as it was.
func change(now, was string) *string {
	if now == was {
		return nil
	}
	return &now
}

// giveUp is said before a form.
const giveUp = "Letters are answers here too: say . in a line of its own to give up."

// givesUp is said after an answer that is not taken.
const givesUp = "A . gives up."

// commonLetters do something on every screen, so in a form they may be said by mistake.
var commonLetters = []string{"q", "quit", "exit", "h", "help", "?", "b"}

// aloud is a long list that is read out some lines at a time.
type aloud[T any] struct {
	sentence func(T) string // about an item
	none     string         // is said of an empty list
	items    []T
	shown    int
	total    int64
	next     string // what the store goes on from; empty at the end
}

// begin begins to read out a list that the store gave whole.
func (p *aloud[T]) begin(m *plainMode, items []T) {
	p.items, p.shown, p.total = items, 0, int64(len(items))
	if len(items) == 0 && p.none != "" {
		m.say(p.none)
	}
	p.more(m)
}

// further is the choice that goes on; none at the end.
func (p *aloud[T]) further(m *plainMode) []choice {
	if p.shown == len(p.items) {
		return nil
	}
	return []choice{{"m", "for more", func() error { p.more(m); return nil }}}
}

// more reads out the next items, numbered, and how far that was.
func (p *aloud[T]) more(m *plainMode) {
	from := p.shown
	p.shown = min(from+plainPart, len(p.items))
	for i, item := range p.items[from:p.shown] {
		m.say(strconv.Itoa(from+i+1) + " " + p.sentence(item) + ".")
	}
	if p.total > int64(p.shown) || from > 0 {
		m.say("That was up to " + model.FormatCount(int64(p.shown)) + " of " + model.FormatCount(p.total) + ".")
	}
}

// paged reads out a list that the store cuts, and lets a number open one of its items. The
// list is read again where that moved it.
func paged[T any](m *plainMode, head, none string, read func(p model.Paging) (model.Listing[T], error), sentence func(T) string, what string, open func(T) (moved bool, err error)) error {
	list, search := aloud[T]{sentence: sentence}, ""
	more := func() error {
		if list.shown == len(list.items) {
			l, err := read(model.Paging{Before: list.next, Limit: plainPart, Search: search})
			if err != nil {
				return m.fail(err)
			}
			if list.shown == 0 {
				m.say(listHead(head, none, search, l.Total))
			}
			list.items, list.next, list.total = append(list.items, l.Items...), l.Next, l.Total
		}
		list.more(m)
		return nil
	}
	again := func() error { list = aloud[T]{sentence: sentence}; return more() }
	if err := more(); err != nil {
		return err
	}
	return screen(func(first bool) error {
		on := choice{"m", "", func() error { m.say("Nothing follows."); return nil }}
		if list.next != "" {
			on = choice{"m", "for more", more}
		}
		return m.choose(first, len(list.items), what, func(n int) error {
			moved, err := open(list.items[n-1])
			switch {
			case err != nil:
				return err
			case moved:
				return again()
			}
			return nil
		}, []choice{
			on,
			{"f", "to find", func() error {
				m.say("Find which words? Say nothing for all.")
				line, err := m.ask("> ")
				if err != nil {
					return err
				}
				search = model.Clean(line)
				return again()
			}},
			{"r", "to read the list again", again},
			{"b", "to go back", goBack},
		})
	})
}

func listHead(head, none, search string, total int64) string {
	switch {
	case search != "":
		return head + " with “" + search + "”: " + model.FormatCount(total) + "."
	case total == 0:
		return none
	}
	return head + ", the newest first: " + model.FormatCount(total) + "."
}

// sayBack says where a person is again who went back from a page.
func (m *plainMode) sayBack(where string) {
	m.say("Back to the list of " + where + ". r reads it out.")
}

// sayPairs says what a page of a command shows in two columns, a line each.
func (m *plainMode) sayPairs(rows ...[2]string) {
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = r[0] + ": " + r[1]
	}
	m.sayWhole(lines...)
}

// sayCommands says which commands do something.
func (m *plainMode) sayCommands(sentence string, commands ...string) {
	m.say(sentence)
	for _, c := range slices.Compact(commands) {
		m.sayWhole(": " + c)
	}
}

// sayWhole says lines whole, so that they can be copied.
func (m *plainMode) sayWhole(lines ...string) {
	m.sayPage(func(p *page) {
		for _, line := range lines {
			p.put(line)
		}
	})
}

// needed is what to say where nothing was answered.
func needed(sentence string) func(value string) (wrong string) {
	return func(value string) string {
		if value == "" {
			return sentence
		}
		return ""
	}
}
