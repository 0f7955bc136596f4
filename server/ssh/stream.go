package ssh

import (
	"io"
	"sync"
	"time"

	charm "github.com/charmbracelet/ssh"
)

// stallTimeout is how long one write may wait for a client that does not read: a
// suspended ssh, a laptop asleep. Then the session ends; a database read of an
// export must not stay open behind it.
const stallTimeout = 2 * time.Minute

// stream is the way to the client. The renderer and the clipboard share it, so
// that their writes do not mix.
type stream struct {
	session *session
	busy    bool // writing counts as activity: a command's output

	mu sync.Mutex
	w  io.Writer
}

// streams are the session's output and error output. On a terminal \n becomes
// \r\n, as nobody else does it there.
func (s *session) streams() (out, errs *stream) {
	out = &stream{session: s, w: s.Channel}
	errs = &stream{session: s, w: s.Stderr()}
	if s.pty {
		out.w, errs.w = charm.NewPtyWriter(out.w), charm.NewPtyWriter(errs.w)
	}
	return out, errs
}

func (o *stream) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	stall := time.AfterFunc(stallTimeout, o.session.cancel)
	defer stall.Stop()
	n, err := o.w.Write(p)
	if o.busy {
		o.session.touch()
	}
	return n, err
}
