package ssh

import (
	"io"
	"sync"
	"time"
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
