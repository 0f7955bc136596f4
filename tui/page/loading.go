package page

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// Loading is the part of a page that loads the same data again and again, and says how old
// what is on screen is.
type Loading[T any] struct {
	Base
	Loader Loader[T]
	Zone   *time.Location // of its times; UTC until the data says another
}

// NewLoading is the part of a new page: read makes the call of now, take shows new data.
func NewLoading[T any](s *Session, read func() Call[T], take func(T) tea.Cmd) Loading[T] {
	b := NewBase(s)
	return Loading[T]{Base: b, Loader: NewLoader(b, read, take), Zone: time.UTC}
}

// Start loads.
func (p *Loading[T]) Start() tea.Cmd { return p.Loader.Load() }

// Reload loads again.
func (p *Loading[T]) Reload() tea.Cmd { return p.Loader.Load() }

// Awaits says that the first data is on its way.
func (p *Loading[T]) Awaits() bool { return p.Loader.Awaits() }

// Slow says that data is long in coming.
func (p *Loading[T]) Slow() bool { return p.Loader.Slow() }

// Since is up to when the data is right, and the timezone of its times.
func (p *Loading[T]) Since() (time.Time, *time.Location) { return p.Loader.Since(), p.Zone }

// Absent says that there is no data at all, because it cannot be read.
func (p *Loading[T]) Absent() bool { return p.Loader.Absent() }

// Notice says that the data is old.
func (p *Loading[T]) Notice() string { return p.Loader.Notice(p.Zone) }
