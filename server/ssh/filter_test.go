package ssh

import (
	"context"
	"sync"
	"testing"
	"time"

	gossh "golang.org/x/crypto/ssh"
)

// A size that comes when Wish's loop has ended, and the handler has not, finds no reader.
func TestFilter_ResizesWhileQuitting_LeaveNothing(t *testing.T) {
	d := open(t, nil)
	c := d.dial(d.ana)
	for range 10 {
		x := d.tui(c)
		stop := make(chan struct{})
		var storm sync.WaitGroup
		storm.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if x.WindowChange(20+i%30, 40+i%100) != nil {
					return
				}
			}
		})
		x.press("q")
		if got := x.status(); got != 0 {
			t.Errorf("exit status %d: %s", got, x.errs)
		}
		close(stop)
		storm.Wait()
	}
	d.empty()
}

func TestFilter_RequestsWhileRunning_AreRefusedInOrder(t *testing.T) {
	d := open(t, nil)
	x := d.tui(d.dial(d.ana))
	size := gossh.Marshal(struct{ Width, Height, Pixels, Lines uint32 }{111, 33, 0, 0})
	for range 200 {
		for _, r := range []struct {
			name    string
			payload []byte
			ok      bool
		}{
			{"signal", gossh.Marshal(struct{ Name string }{"TERM"}), false},
			{"window-change", size, true},
			{"break", nil, false},
			{"window-change", size[:4], false},
			{"env", gossh.Marshal(struct{ Name, Value string }{"LANG", "C"}), false},
			{"exec", gossh.Marshal(struct{ Command string }{"whoami"}), false},
			{"pty-req", nil, false},
			{"shell", nil, false},
		} {
			if ok, err := x.SendRequest(r.name, true, r.payload); ok != r.ok || err != nil {
				t.Fatalf("%s: %v %v", r.name, ok, err)
			}
		}
		if _, err := x.SendRequest("signal", false, gossh.Marshal(struct{ Name string }{"TERM"})); err != nil {
			t.Fatal(err)
		}
	}
	x.out.wait(t, "drawn 111x33")
	x.press("q")
	if got := x.status(); got != 0 {
		t.Errorf("exit status %d: %s", got, x.errs)
	}
	d.empty()
}

func TestFilter_MalformedSetup_IsRefused(t *testing.T) {
	d := open(t, nil)
	x := d.session(d.dial(d.ana), "")
	for _, r := range []struct {
		name    string
		payload []byte
	}{
		{"pty-req", nil}, {"pty-req", []byte{0xff, 0xff, 0xff, 0xff, 'x'}}, {"env", nil}, {"exec", nil}, {"exec", []byte{0, 0, 0, 9}}, {"window-change", nil},
	} {
		if ok, err := x.SendRequest(r.name, true, r.payload); ok || err != nil {
			t.Errorf("%s %q: %v %v", r.name, r.payload, ok, err)
		}
	}
	if got := x.run("whoami"); got != 0 {
		t.Errorf("exit status %d: %s", got, x.errs)
	}
}

// A size before the shell replaces that of the terminal.
func TestFilter_ResizeBeforeTheShell_IsTheFirstSize(t *testing.T) {
	d := open(t, nil)
	x := d.session(d.dial(d.ana), "xterm")
	for i := range 100 {
		if err := x.WindowChange(20, 30+i); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Shell(); err != nil {
		t.Fatal(err)
	}
	x.out.wait(t, "drawn 129x20")
}

func TestFilter_ClosedChannel_EndsItsContextAndNoOther(t *testing.T) {
	contexts := make(chan context.Context, 2)
	d := open(t, func(c *Config) {
		c.Command = func(ctx context.Context, _ CommandEnv, _ []string) int {
			contexts <- ctx
			<-ctx.Done()
			return 0
		}
	})
	c := d.dial(d.ana)
	x := d.session(c, "")
	if err := x.Start("export orders"); err != nil {
		t.Fatal(err)
	}
	first := <-contexts
	if err := d.session(c, "").Start("export orders"); err != nil {
		t.Fatal(err)
	}
	second := <-contexts
	x.Close()
	select {
	case <-first.Done():
	case <-time.After(patience):
		t.Error("the context outlives its channel")
	}
	if err := second.Err(); err != nil {
		t.Errorf("the other channel's context: %v", err)
	}
}

func TestFilter_ChannelClosedBeforeTheShell_LeavesNothing(t *testing.T) {
	d := open(t, nil)
	c := d.dial(d.ana)
	for _, term := range []string{"", "xterm"} {
		x := d.session(c, term)
		x.Close()
	}
	d.empty()
	d.tui(c)
}

// closing is a channel that only closes.
type closing struct {
	gossh.Channel
	closed func()
}

func (c closing) Close() error {
	c.closed()
	return nil
}

// A person may be removed between the opening of a channel and its acceptance.
func TestSession_EndedBeforeItsChannelIsAccepted_ClosesItThen(t *testing.T) {
	for _, accepted := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		s := &session{accepted: make(chan struct{}), started: make(chan struct{}), ctx: &channelContext{channel: ctx}}
		done, closed := make(chan struct{}), false
		go func() {
			defer close(done)
			s.closeUnasked()
		}()
		if accepted {
			s.Channel = closing{closed: func() { closed = true; cancel() }}
			close(s.accepted)
		} else {
			cancel() // it was refused, or the client is gone
		}
		<-done
		if closed != accepted {
			t.Errorf("accepted %v: closed %v", accepted, closed)
		}
	}
}
