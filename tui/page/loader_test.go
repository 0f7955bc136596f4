package page

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"lastclick/model"
	"lastclick/tui/ui"
)

// rig is a loader whose calls end when the test says so, and whose time passes then.
type rig struct {
	Loader[int]
	t      *testing.T
	taken  []int
	calls  int
	passes bool
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t}
	s := &Session{Context: t.Context(), Now: func() time.Time { return time.Unix(1, 0) }, Log: slog.New(slog.DiscardHandler)}
	s.Wait = func(context.Context, time.Duration) bool { return r.passes }
	r.Loader = NewLoader(NewBase(s), nil, func(v int) tea.Cmd {
		r.taken = append(r.taken, v)
		return nil
	})
	return r
}

// reading makes the next calls answer with v and err.
func (r *rig) reading(v int, err error) {
	r.Read = func() Call[int] {
		r.calls++
		return func(context.Context, Store, model.Actor) (int, error) { return v, err }
	}
}

// answer runs a command and takes what it leads to; it returns what that starts.
func (r *rig) answer(cmd tea.Cmd) tea.Cmd {
	r.t.Helper()
	if cmd == nil {
		return nil
	}
	switch m := cmd().(type) {
	case tea.BatchMsg:
		var next tea.Cmd
		for _, one := range m {
			if c := r.answer(one); c != nil {
				next = c
			}
		}
		return next
	case Answer:
		return m.Apply()
	}
	return nil
}

func TestLoader_ChangesMeanwhile_OneMoreCall(t *testing.T) {
	r := newRig(t)
	r.reading(1, nil)
	first := r.Load()
	for range 5 {
		if r.Load() != nil {
			t.Fatal("a second call while one is in flight")
		}
	}
	r.reading(2, nil)
	r.answer(r.answer(first))
	if r.calls != 2 || len(r.taken) != 2 || r.taken[1] != 2 {
		t.Errorf("%d calls, taken %v", r.calls, r.taken)
	}
}

func TestLoader_Restart_OldAnswerIsStale(t *testing.T) {
	r := newRig(t)
	r.reading(1, nil)
	old := r.Load()
	r.reading(2, nil)
	fresh := r.Restart()
	r.answer(fresh)
	r.answer(old)
	if len(r.taken) != 1 || r.taken[0] != 2 {
		t.Errorf("taken %v, not the newest alone", r.taken)
	}
}

// The old answer may come first, while the newer call is still in flight.
func TestLoader_Restart_OldAnswerFirst_IsStale(t *testing.T) {
	r := newRig(t)
	r.reading(1, nil)
	old := r.Load()
	r.reading(2, nil)
	fresh := r.Restart()
	r.answer(old)
	if len(r.taken) != 0 {
		t.Errorf("the old answer is taken: %v", r.taken)
	}
	r.answer(fresh)
	if len(r.taken) != 1 || r.taken[0] != 2 {
		t.Errorf("taken %v, not the newest alone", r.taken)
	}
}

func TestLoader_Failure_KeepsTheDataAndRetries(t *testing.T) {
	r := newRig(t)
	r.reading(1, nil)
	r.answer(r.Load())
	r.reading(0, &model.Error{Kind: model.Busy, Msg: "busy", Err: errors.New("cause")})
	retry := r.answer(r.Load())
	if len(r.taken) != 1 || model.KindOf(r.Err()) != model.Busy || retry == nil {
		t.Fatalf("taken %v, error %v, retry %v", r.taken, r.Err(), retry != nil)
	}
	r.reading(3, nil)
	r.passes = true
	again := r.answer(retry)
	r.passes = false
	r.answer(again)
	if len(r.taken) != 2 || r.Err() != nil {
		t.Errorf("after the retry: taken %v, error %v", r.taken, r.Err())
	}
}

// What comes from a replica that is behind is shown with its age, until it is read again.
func TestLoader_OlderAnswer_SaidUntilTheNext(t *testing.T) {
	r := newRig(t)
	r.session.Theme = ui.NewTheme(lipgloss.NewRenderer(io.Discard), false)
	r.Read = func() Call[int] {
		return func(ctx context.Context, _ Store, _ model.Actor) (int, error) {
			model.NoteAge(ctx, time.Date(2026, 6, 1, 12, 0, 3, 0, time.UTC))
			return 1, nil
		}
	}
	r.answer(r.Load())
	if got := r.Notice(time.UTC); len(r.taken) != 1 || !strings.HasPrefix(got, "as of 12:00:03 ") || !strings.HasSuffix(got, " sales since then are not shown yet") {
		t.Errorf("taken %v, and it says %q", r.taken, got)
	}
	r.reading(2, nil)
	r.answer(r.Load())
	if got := r.Notice(time.UTC); got != "" {
		t.Errorf("it still says %q", got)
	}
}

func TestDo_Panic_IsAnErrorOfTheCall(t *testing.T) {
	r := newRig(t)
	var got error
	msg := Do(r.session, 1, func(context.Context, Store, model.Actor) (int, error) { panic("boom") }, func(_ int, err error) tea.Cmd {
		got = err
		return nil
	})()
	msg.(Answer).Apply()
	if model.KindOf(got) != model.Internal || Sentence(got) != "Something went wrong on the server: try again" {
		t.Errorf("%v: %s", got, Sentence(got))
	}
}
