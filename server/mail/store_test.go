package mail

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"lastclick/model"
)

// patience is how long a test waits for what must happen.
const patience = 10 * time.Second

// row is a mail and what was noted of it.
type row struct {
	model.Mail
	state  model.MailState
	reason string
	next   time.Time
}

// shelf is an outbox in memory.
type shelf struct {
	now func() time.Time

	mu      sync.Mutex
	rows    []*row
	busy    bool  // notes are refused
	reports error // of queueing them
	refused int
	signal  chan struct{}
	changed chan struct{} // closed at the next change
}

func newShelf(mails ...model.Mail) *shelf {
	s := &shelf{now: time.Now, signal: make(chan struct{}, 1), changed: make(chan struct{})}
	for _, m := range mails {
		s.rows = append(s.rows, &row{Mail: m, state: model.MailQueued})
	}
	return s
}

func (s *shelf) Watch(context.Context, string) <-chan struct{} { return s.signal }

func (s *shelf) DueMail(_ context.Context, limit int, lease time.Duration) ([]model.Mail, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []model.Mail
	for _, r := range s.rows {
		if r.state == model.MailQueued && !r.next.After(s.now()) && len(due) < limit {
			r.next = s.now().Add(lease)
			due = append(due, r.Mail)
		}
	}
	return due, nil
}

func (s *shelf) MailSent(_ context.Context, id int64) error {
	return s.note(id, func(r *row) { r.state = model.MailSent })
}

func (s *shelf) QueueReports(context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 0, s.reports
}

func (s *shelf) MailWritten(_ context.Context, id int64) error {
	return s.note(id, func(r *row) { r.state = model.MailWritten })
}

func (s *shelf) MailFailed(_ context.Context, id int64, reason string, retry time.Time) error {
	return s.note(id, func(r *row) {
		r.Attempts++
		r.reason, r.next = reason, retry
		if retry.IsZero() {
			r.state = model.MailFailed
		}
	})
}

func (s *shelf) note(id int64, change func(*row)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy {
		s.refused++
		s.moved()
		return &model.Error{Kind: model.Busy, Msg: "the store is busy"}
	}
	for _, r := range s.rows {
		if r.ID == id {
			change(r)
			s.moved()
			return nil
		}
	}
	return model.NotFoundError("mail", fmt.Sprint(id))
}

// change lets a test do what the platform would.
func (s *shelf) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.moved()
}

func (s *shelf) moved() {
	close(s.changed)
	s.changed = make(chan struct{})
	select {
	case s.signal <- struct{}{}:
	default:
	}
}

// until waits for the rows to be as ok wants them.
func (s *shelf) until(t *testing.T, what string, ok func(rows []*row) bool) {
	t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	for {
		s.mu.Lock()
		done, changed := ok(s.rows), s.changed
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-end.C:
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, r := range s.rows {
				t.Logf("mail %d: %s after %d attempts, %q", r.ID, r.state, r.Attempts, r.reason)
			}
			t.Fatalf("waited in vain for: %s", what)
		}
	}
}

func allSent(rows []*row) bool    { return allAre(rows, model.MailSent) }
func allWritten(rows []*row) bool { return allAre(rows, model.MailWritten) }

func allAre(rows []*row, state model.MailState) bool {
	return !slices.ContainsFunc(rows, func(r *row) bool { return r.state != state })
}
