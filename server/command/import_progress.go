package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// progressFrom is from how many items on an import takes long enough to show how far it
// is.
const progressFrom = 1000

// progress shows how far an import is: one line on the terminal, painted again at each
// percent. Where there is no terminal it shows nothing.
type progress struct {
	out         io.Writer // nil: nothing is shown
	room        int
	done, total int
	percent     int
	painted     int // columns of the line that stands there
}

func (i *imported) progress(total int) *progress {
	p := &progress{total: total}
	if i.Width > 1 && total >= progressFrom {
		p.out, p.room = i.Err, i.Width-1 // the last column would wrap
	}
	return p
}

// step is one more.
func (p *progress) step() {
	p.done++
	if percent := 100 * p.done / p.total; p.out != nil && percent > p.percent {
		p.percent = percent
		p.paint(fmt.Sprintf("%d%%, %s of %s", percent, model.FormatCount(int64(p.done)), model.FormatCount(int64(p.total))))
	}
}

func (p *progress) paint(text string) {
	text = ansi.Truncate(text, p.room, "")
	width := ansi.StringWidth(text)
	_, _ = io.WriteString(p.out, "\r"+text+strings.Repeat(" ", max(0, p.painted-width))) // the client may be gone
	p.painted = width
}

// clear takes the line away.
func (p *progress) clear() {
	if p.out != nil && p.painted > 0 {
		_, _ = io.WriteString(p.out, "\r"+strings.Repeat(" ", p.painted)+"\r")
	}
}
