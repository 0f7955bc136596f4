package command

import (
	"slices"

	"lastclick/model"
)

// undo takes back the last change of a dialogue, if it still stands. It has no time limit, as
// the console's has: who hears the choices read out needs longer than who sees them.
type undo struct {
	words string               // what it does, behind its letter: "to restore ana"
	still func() (bool, error) // whether the thing has the values that the change made
	back  func() (done string, err error)
}

// changed notes a change: z is for the last one alone, so where that cannot be taken back
// (nil), nothing can.
func (m *plainMode) changed(u *undo) { m.undo = u }

// undoes are the words of z among the choices; none where there is nothing to take back.
func (m *plainMode) undoes() string {
	if m.undo == nil {
		return ""
	}
	return m.undo.words
}

// takeBack undoes what was done last in this dialogue.
func (m *plainMode) takeBack() error {
	u := m.undo
	if u == nil {
		m.say("There is nothing to take back.")
		return nil
	}
	switch still, err := u.still(); {
	case err != nil:
		return m.fail(err)
	case !still:
		m.changed(nil)
		m.say(model.ErrChangedSince.Msg + ".")
		return nil
	}
	done, err := u.back()
	m.changed(nil)
	if err != nil {
		return m.fail(err)
	}
	m.say("Taken back: " + done + ".")
	return nil
}

// linkAs is still for a link.
func (m *plainMode) linkAs(code string, same func(model.LinkDetail) bool) func() (bool, error) {
	return func() (bool, error) {
		d, err := m.Store.Link(m.ctx, m.actor, code)
		return err == nil && same(d), err
	}
}

// personAs is still for a person, who may be gone; another of the same name is another.
func (m *plainMode) personAs(id int64, same func(model.Person) bool) func() (bool, error) {
	return func() (bool, error) {
		people, err := m.Store.People(m.ctx, m.actor)
		i := slices.IndexFunc(people, func(p model.Person) bool { return p.ID == id })
		return err == nil && i >= 0 && same(people[i]), err
	}
}
