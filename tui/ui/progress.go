package ui

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/progress"
	"github.com/charmbracelet/bubbles/spinner"
	"github.com/muesli/termenv"
)

// ShareBar draws a part of a whole as a bar of w cells; more than nothing is at least
// one cell.
func (t *Theme) ShareBar(part, whole int64, w int) string {
	full, _ := utf8.DecodeRuneInString(t.Glyph.Bar)
	bar := progress.New(progress.WithWidth(w), progress.WithoutPercentage(), progress.WithSolidFill(""),
		progress.WithFillCharacters(full, ' '), progress.WithColorProfile(termenv.Ascii))
	cells := int64(0)
	if whole > 0 {
		cells = (part*int64(w) + whole - 1) / whole
	}
	drawn := strings.TrimRight(bar.ViewAs(float64(cells)/float64(w)), " ") // in the theme's style instead of its own
	return t.Bar.Render(drawn) + Spaces(w-Width(drawn))
}

// SpinnerRest is the time between two frames of the spinner: a frame is bytes over
// SSH, and says no more than that the session lives.
const SpinnerRest = 250 * time.Millisecond

// Spinner turns while something takes long. Its owner keeps the time: Next turns it.
type Spinner struct{ model spinner.Model }

// NewSpinner is the spinner of a session.
func (t *Theme) NewSpinner() Spinner {
	frames := spinner.MiniDot
	if t.ASCII {
		frames = spinner.Line
	}
	return Spinner{spinner.New(spinner.WithSpinner(frames), spinner.WithStyle(t.renderer.NewStyle()))}
}

// Next turns it; the command of its own timer is not used, because it would outlive
// the session.
func (s *Spinner) Next() { s.model, _ = s.model.Update(spinner.TickMsg{}) }

// View is one cell.
func (s *Spinner) View() string { return s.model.View() }
