package ssh

import (
	"io"
	"reflect"
	"slices"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// frameRest is the least time between the beginnings of two frames.
const frameRest = time.Second / 30

// renderer puts the frames of a program on the client's terminal, in place of Bubble
// Tea's own renderer: that one wakes 30 times a second in every session, and compares
// and measures whole frames (37 % of what a change cost with 100 consoles open, and 14 %
// of a core with 500 that did nothing). This one writes when there is a new frame, and in
// one Write only what differs.
//
// The program never waits for the client. While a frame is being written the newest one
// waits, and those between are left out. The alternate screen is entered with the first
// frame and left by end.
type renderer struct {
	out     io.Writer
	changes *changes // of all sessions

	mu      sync.Mutex
	w, h    int
	shown   []string      // the frame on the terminal
	next    []string      // the frame that is to be there
	modes   []byte        // sequences that go before it
	whole   bool          // what the terminal shows is not known
	entered bool          // the alternate screen
	over    bool          // nothing is begun any more
	last    time.Time     // when the last frame was begun
	timer   *time.Timer   // until the next one may be; nil: none waits
	writing chan struct{} // closed once the frame under way is written; nil: none is
}

func newRenderer(out io.Writer, c *changes, w, h int) *renderer {
	return &renderer{out: out, changes: c, w: w, h: h, whole: true}
}

// What the terminal is told around the frames.
const (
	enterScreen = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?25l\x1b[?2004h" // alternate, empty, without a cursor, pastes in brackets
	leaveScreen = "\x1b[2K\r\x1b[?2004l\x1b[?25h" + mouseOff + "\x1b[?1049l\x1b[?25h"
	mouseOff    = "\x1b[?1002l\x1b[?1003l\x1b[?1006l"
	clearScreen = "\x1b[2J\x1b[H"
)

// modes are the messages by which a program changes its terminal, and their sequences.
// Bubble Tea hands them on to Update and its renderer would write them.
var modes = map[reflect.Type]string{
	reflect.TypeOf(tea.ClearScreen()):           clearScreen,
	reflect.TypeOf(tea.EnableMouseCellMotion()): "\x1b[?1002h\x1b[?1006h",
	reflect.TypeOf(tea.EnableMouseAllMotion()):  "\x1b[?1003h\x1b[?1006h",
	reflect.TypeOf(tea.DisableMouse()):          mouseOff,
	reflect.TypeOf(tea.ShowCursor()):            "\x1b[?25h",
	reflect.TypeOf(tea.HideCursor()):            "\x1b[?25l",
	reflect.TypeOf(tea.EnableBracketedPaste()):  "\x1b[?2004h",
	reflect.TypeOf(tea.DisableBracketedPaste()): "\x1b[?2004l",
	reflect.TypeOf(tea.SetWindowTitle("")()):    "",
	reflect.TypeOf(tea.EnterAltScreen()):        "",
	reflect.TypeOf(tea.ExitAltScreen()):         "",
	reflect.TypeOf(tea.EnableReportFocus()):     "\x1b[?1004h",
	reflect.TypeOf(tea.DisableReportFocus()):    "\x1b[?1004l",
}

// take takes notice of a message before the program does. The frame that follows it is
// written behind what it asks for.
func (r *renderer) take(msg tea.Msg) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if size, ok := msg.(tea.WindowSizeMsg); ok {
		r.w, r.h, r.whole = size.Width, size.Height, true
		return
	}
	seq := modes[reflect.TypeOf(msg)]
	r.modes = append(r.modes, seq...)
	r.whole = r.whole || seq == clearScreen
}

// show puts the frame on the terminal soon, unless a later one takes its place. It is not
// changed any more.
func (r *renderer) show(frame []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = frame
	r.wake()
}

// wake begins what waits to be written, at once or when it may be. It runs under mu, as
// begin does.
func (r *renderer) wake() {
	if r.over || r.timer != nil || r.writing != nil || !r.whole && len(r.modes) == 0 && slices.Equal(r.next, r.shown) {
		return
	}
	if rest := frameRest - time.Since(r.last); rest > 0 {
		r.timer = time.AfterFunc(rest, func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.timer = nil
			if !r.over {
				r.begin()
			}
		})
		return
	}
	r.begin()
}

// begin writes the newest frame in a goroutine of its own, which end waits for.
func (r *renderer) begin() {
	b := buffers.Get().(*[]byte)
	*b = r.appendNext((*b)[:0])
	r.last = time.Now()
	done := make(chan struct{})
	r.writing = done
	go func() {
		_, err := r.out.Write(*b)
		buffers.Put(b)
		r.mu.Lock()
		defer r.mu.Unlock()
		close(done)
		r.writing = nil
		r.over = r.over || err != nil // the client is gone
		r.wake()
	}()
}

// buffers hold what is written, of all sessions.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// appendNext adds what turns what the terminal shows into the next frame, and takes it
// as shown.
func (r *renderer) appendNext(b []byte) []byte {
	if !r.entered {
		b = append(b, enterScreen...)
	}
	b = append(b, r.modes...)
	b = r.changes.appendFrame(b, r.shown, r.next, r.w, r.h, r.whole)
	r.entered, r.shown, r.modes, r.whole = true, r.next, nil, false
	return b
}

// end writes the last frame and gives the terminal back. It returns once nothing is
// written any more: with a client that does not read, once its channel is closed.
func (r *renderer) end() {
	r.mu.Lock()
	r.over = true
	if r.timer != nil {
		r.timer.Stop()
	}
	writing := r.writing
	r.mu.Unlock()
	if writing != nil {
		<-writing
	}
	b := r.appendNext(nil)
	_, _ = r.out.Write(append(appendMove(b, r.h-1, 0), leaveScreen...)) // the client may be gone
}
