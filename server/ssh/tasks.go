package ssh

import (
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// What a session has to do now and then runs in a goroutine that begins when it is due:
// hundreds of sessions wait most of the time, and each goroutine that waits holds some
// kilobytes.

// during does something that the session waits for; not once the session is over.
func (s *session) during(do func()) {
	s.mu.Lock()
	if s.over {
		s.mu.Unlock()
		return
	}
	s.tasks.Add(1)
	s.mu.Unlock()
	defer s.tasks.Done()
	do()
}

// finishTasks waits for what is being done, after which nothing is begun.
func (s *session) finishTasks() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.tasks.Wait()
}

// repeat does something after first, and again after the time that it returns, until that
// is zero or stop is called.
func (s *session) repeat(first time.Duration, do func() time.Duration) (stop func()) {
	var mu sync.Mutex // makes the timer known to its own function
	var timer *time.Timer
	stopped := false
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(first, func() {
		s.during(func() {
			next := do()
			mu.Lock()
			defer mu.Unlock()
			if next > 0 && !stopped {
				timer.Reset(next)
			}
		})
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		stopped = true
		timer.Stop()
	}
}

// attach gives the session the program that runs on its terminal, for notices, and to
// quit once the session is asked to end.
func (s *session) attach(send func(tea.Msg)) {
	s.mu.Lock()
	s.send = send
	s.mu.Unlock()
	if _, _, ended := s.ended(); ended {
		go s.tell(tea.QuitMsg{})
	}
}

// tell sends a message to the program, if there is one. It returns once the program has
// taken it or is over.
func (s *session) tell(msg tea.Msg) {
	s.mu.Lock()
	send := s.send
	s.mu.Unlock()
	if send != nil {
		s.during(func() { send(msg) })
	}
}

// notify shows a sentence on the bottom line of the screen, where there is one.
func (s *session) notify(sentence string) { go s.tell(notice(sentence)) }
