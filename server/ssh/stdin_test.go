package ssh

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	gossh "golang.org/x/crypto/ssh"
)

// heard is what a command read of its standard input, and how that ended.
type heard struct {
	text []byte
	err  error
}

// listening is a door whose commands read all of their input; each waits for leave first,
// where that is set.
func listening(t *testing.T, leave <-chan struct{}) (d *door, all <-chan heard) {
	t.Helper()
	results := make(chan heard, 1)
	d = open(t, func(c *Config) {
		c.Command = func(_ context.Context, e CommandEnv, _ []string) int {
			fmt.Fprintln(e.Stdout, "begun")
			if leave != nil {
				<-leave
			}
			text, err := io.ReadAll(e.Stdin)
			results <- heard{text, err}
			return 0
		}
	})
	return d, results
}

// A client that goes away in the middle of a file has not said that the file ends there.
func TestStdin_ClientGone_IsNoEndOfFile(t *testing.T) {
	for name, leave := range map[string]func(*gossh.Client, gossh.Channel){
		"channel closed":    func(_ *gossh.Client, ch gossh.Channel) { ch.Close() },
		"connection closed": func(c *gossh.Client, _ gossh.Channel) { c.Close() },
	} {
		for _, term := range []string{"", "xterm"} {
			t.Run(name+term, func(t *testing.T) {
				d, all := listening(t, nil)
				c := d.dial(d.ana)
				ch, reqs, err := c.OpenChannel("session", nil)
				if err != nil {
					t.Fatal(err)
				}
				go gossh.DiscardRequests(reqs)
				if term != "" {
					pty := struct {
						Term                         string
						Columns, Rows, Width, Height uint32
						Modes                        string
					}{Term: term, Columns: 80, Rows: 24}
					if ok, err := ch.SendRequest("pty-req", true, gossh.Marshal(pty)); !ok || err != nil {
						t.Fatal(ok, err)
					}
				}
				if ok, err := ch.SendRequest("exec", true, gossh.Marshal(struct{ Command string }{"order import"})); !ok || err != nil {
					t.Fatal(ok, err)
				}
				if _, err := io.WriteString(ch, "order,ticket\nA-1,"); err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(ch, make([]byte, len("begun\n"))); err != nil {
					t.Fatal(err)
				}
				leave(c, ch)
				if got := <-all; !errors.Is(got.err, io.ErrUnexpectedEOF) {
					t.Errorf("%q, then %v", got.text, got.err)
				}
				d.empty()
			})
		}
	}
}

// A command that waits for its input ends with the session.
func TestStdin_PersonRemoved_EndsRead(t *testing.T) {
	d, all := listening(t, nil)
	x := d.session(d.dial(d.ana), "")
	if err := x.Start("order import"); err != nil {
		t.Fatal(err)
	}
	x.press("order,ticket\nA-1,")
	x.out.wait(t, "begun")
	d.people.remove(d.ana)
	if got := <-all; got.err == nil {
		t.Errorf("%q, and no error", got.text)
	}
	d.empty()
}

// A file that is sent on a terminal arrives whole, also where the command is slower than
// the network, and its ends of lines are one each.
func TestStdin_FileOnTerminal_ArrivesWhole(t *testing.T) {
	d, all := listening(t, nil)
	x := d.session(d.dial(d.ana), "xterm")
	if err := x.Start("order import"); err != nil {
		t.Fatal(err)
	}
	x.out.wait(t, "begun")
	var sent, want bytes.Buffer
	for n := range 200_000 {
		fmt.Fprintf(&sent, "line %d\r\n", n)
		fmt.Fprintf(&want, "line %d\n", n)
	}
	if _, err := x.in.Write(sent.Bytes()); err != nil {
		t.Fatal(err)
	}
	x.in.Close()
	if got := <-all; got.err != nil || !bytes.Equal(got.text, want.Bytes()) {
		t.Errorf("%d bytes, %v; want %d", len(got.text), got.err, want.Len())
	}
	x.status()
	d.empty()
}

// What was lost before a command read is no end of a file.
func TestStdin_TooMuchBeforeRead_IsAnError(t *testing.T) {
	leave := make(chan struct{})
	d, all := listening(t, leave)
	x := d.session(d.dial(d.ana), "xterm")
	if err := x.Start("order import"); err != nil {
		t.Fatal(err)
	}
	x.out.wait(t, "begun")
	line := []byte(strings.Repeat("x", 1023) + "\n")
	for range 4 * typedChunks * typedChunk / len(line) { // what is kept, what the window of the channel holds (2 MiB), and as much again
		if _, err := x.in.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	close(leave)
	x.in.Close()
	if got := <-all; !errors.Is(got.err, errTypedLost) {
		t.Errorf("%d bytes, then %v", len(got.text), got.err)
	}
	x.status()
	d.empty()
}

func TestLineEnds_EachForm_IsOneNewline(t *testing.T) {
	for typed, want := range map[string]string{"a\rb": "a\nb", "a\r\nb\r\n": "a\nb\n", "a\nb": "a\nb", "a\r\rb": "a\n\nb", "a\n\rb": "a\n\nb", "\r\n\r\n": "\n\n"} {
		for cut := range len(typed) + 1 {
			var l lineEnds
			if got := string(l.of([]byte(typed[:cut]))) + string(l.of([]byte(typed[cut:]))); got != want {
				t.Errorf("%q cut at %d: %q", typed, cut, got)
			}
		}
	}
}
