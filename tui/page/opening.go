package page

import tea "github.com/charmbracelet/bubbletea"

// opening is a call whose answer opens what the next keys are for.
type opening struct {
	serial int64
	waits  bool
	slow   bool // the screen speaks of it
	missed bool // the last one failed
}

// Opening makes a call whose answer opens another page, which cannot be there before. Until
// then the frame keeps the keys that are typed, and gives them to what has opened; where
// nothing does, nothing gets them.
func Opening[T any](s *Session, call Call[T], then func(T) tea.Cmd) tea.Cmd {
	o := &s.opening
	*o = opening{serial: o.serial + 1, waits: true}
	serial := o.serial
	current := func() bool { return o.waits && o.serial == serial }
	slow := s.Later(Patience, 0, func() tea.Cmd {
		o.slow = current()
		return nil
	})
	return tea.Batch(slow, Do(s, 0, call, func(v T, err error) tea.Cmd {
		if !current() {
			return nil
		}
		if o.waits, o.slow, o.missed = false, false, err != nil; err != nil {
			return s.Fail(err)
		}
		return then(v)
	}))
}

// Opens says that a page is on its way for which keys are kept, and OpensSlowly that it is
// long in coming.
func (s *Session) Opens() bool { return s.opening.waits }

// OpensSlowly is Opens once the screen speaks of it.
func (s *Session) OpensSlowly() bool { return s.opening.slow }

// OpenMissed says that the last one could not be opened.
func (s *Session) OpenMissed() bool { return s.opening.missed }

// StopOpening drops the answer.
func (s *Session) StopOpening() { s.opening = opening{serial: s.opening.serial, missed: true} }
