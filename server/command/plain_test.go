package command

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lastclick/model"
)

// talk is a dialogue over what was said, as a pipe without a terminal has it; what the person
// says stands behind the prompts, where their own terminal shows it.
func talk(t *testing.T, store model.Store, role model.Role, said ...string) string {
	t.Helper()
	return converse(t, store, role, &conversation{said: said})
}

func converse(t *testing.T, store model.Store, role model.Role, out *conversation) string {
	t.Helper()
	in, typed := io.Pipe()
	out.typed = typed
	a := model.Actor{Person: 1, Name: "Ada", Role: role, Client: "acme", Key: "SHA256:ada"}
	if role == model.Admin {
		a.Client = ""
	}
	code := Run(t.Context(), Env{Store: store, Actor: a, In: in, Out: out, Err: &out.Buffer, Address: "tickets.example:2222", Now: func() time.Time { return noon.Add(out.later) }}, []string{"plain"})
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	_ = typed.Close()
	return out.String()
}

// conversation answers each prompt with the next line; after the last one the input ends.
type conversation struct {
	bytes.Buffer
	said      []string
	typed     *io.PipeWriter
	meanwhile func(line string) // what an aside does
	later     time.Duration     // than noon
}

// aside begins a line that is not said, but a command of another person at that time.
const aside = "ASIDE "

func (c *conversation) Write(p []byte) (int, error) {
	n, err := c.Buffer.Write(p)
	if string(p) != "> " {
		return n, err
	}
	for len(c.said) > 0 && strings.HasPrefix(c.said[0], aside) {
		c.meanwhile(strings.TrimPrefix(c.said[0], aside))
		c.said = c.said[1:]
	}
	if len(c.said) == 0 {
		return n, c.typed.Close()
	}
	line := c.said[0]
	c.said = c.said[1:]
	c.Buffer.WriteString(line + "\n")
	go func() { _, _ = io.WriteString(c.typed, line+"\n") }() // the reader may be gone
	return n, nil
}

// seedDialogue adds what a dialogue can tell of.
func (p *platform) seedDialogue() {
	p.t.Helper()
	p.seed()
	p.admin(`'event add latenight --name "Late Night" --url https://tickets.example/latenight'`)
	for i := range 12 {
		p.deliver(fmt.Sprint("d-", i), fmt.Sprintf(`{"type":"order.placed","data":{"id":"B-%d","version":1,"placed_at":"2026-05-%02dT10:00:00Z","currency":"GBP","customer":{"id":"cus_%d"},
			"tracking":{"code":%q},"tickets":[{"id":"B-%d-1","event":"summerfest","type":"ga","type_name":"General Admission","face_value":4500},{"id":"B-%d-2","event":"summerfest","type":"ga","type_name":"General Admission","face_value":4500}]}}`,
			i, i+10, i%5, []string{"ana", "house", ""}[i%3], i, i))
	}
}

func TestPlain_Dialogue_Transcript(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	golden(t, "plain", regexp.MustCompile(`/stats/\S+`).ReplaceAllString(talk(t, p.store, model.Owner,
		"1", "o", "m", "1", "b", "a", "y", "z", "b",
		"n", "Bo Lind", "not an address", "bo@example.com", "2", "social", "bo", "bo-lind", "y",
		"f", "fest ana", "b", "d", "soon", "d", "7d", "b", "e", "2", "b", "2", "s", "b", "u", "o", "b", "99", "what", "h", "", "q"), "/stats/TOKEN"))
}

// Words find with and without their accents, in any order.
func TestPlain_FindWithoutAccents_FindsLink(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.admin(`link add "Zoë Straßer" zoe@example.com --event summerfest --code zs1`)
	got := talk(t, p.store, model.Viewer, "f", "strasser ZOE", "f", "Zoë fest", "f", "zorro", "q")
	for _, want := range []string{"1 link with “strasser ZOE”", "1 link with “Zoë fest”", "0 links with “zorro”"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said:\n%s", want, got)
		}
	}
}

// Days of a word move on with the clock: a dialogue may be open for long.
func TestPlain_Midnight_DaysMoveOn(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	c := &conversation{said: []string{"d", "7d", aside, "r", "d", "2026-05-01", "r", "b", "q"}}
	c.meanwhile = func(string) { c.later = 24 * time.Hour }
	got := converse(t, p.store, model.Viewer, c)
	for _, want := range []string{", 2026-05-26 to 2026-06-01. ", ", 2026-05-27 to 2026-06-02. ", ", 2026-05-01 to 2026-05-01. "} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not said:\n%s", want, got)
		}
	}
	if all := got[strings.LastIndex(got, "Link tracking for "):]; strings.Contains(all, ", 2026-") {
		t.Errorf("all days are some:\n%s", all)
	}
}

// Everything that is changed: links, events, people, reports.
func TestPlain_Changes_Transcript(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	p.admin("promoter add Rita Ora --role viewer --no-key")
	hide := regexp.MustCompile(`/stats/\S+|(?:[a-z0-9]{4}-){3}[a-z0-9]{4}`)
	golden(t, "plain-changes", hide.ReplaceAllString(talk(t, p.store, model.Owner,
		"1", "c", "Ana Díaz", "", "tv", "social", "weekly", "z", "c", ".", "t", "n", "y", "k", "p", "2026-05-01", "2026-05-31", "10%", "", "b",
		"v", "s", "New customers", "x", "d", "7d", "v", "b",
		"e", "n", "Winter Ball", "", "https://tickets.example/winter", "2026-12-20 19:30", "", "1", "c", "", "", "", "-", "z", "b",
		"3", "c", "Winter Ball 2026", "", "", "", "s",
		"b", "p", "1", "n", "Bo Lind", "bo@example.com", "chief", "", "1", "c", "member", "y", "z", "b", "2", "n", "boss@example.com", "monthly", "", "2", "1", "y", "z", "b",
		"3", "4", "f", "weekly", "b", "4", "1", "b", "5", "6", "r", "b", "q"), "HIDDEN"))
}

// What the platform's admin does, and commands within the dialogue.
func TestPlain_Admin_Transcript(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	p.deliver("w-parked", `{"type":"order.placed","timestamp":"2026-06-01T10:00:00Z","data":{"id":"P-1","version":1,"placed_at":"2026-06-01T10:00:00Z","currency":"GBP","tickets":[{"id":"P-T1","event":"winterfest","type":"ga","face_value":1}]}}`)
	golden(t, "plain-admin", talk(t, p.store, model.Admin,
		"p", "7", "1", "t", "1", "x", "n", "1", "x", "y", "b", "8", "1", "n", "b", "10", "9", "1",
		": whoami", ":", ": plain", ": order list --follow", `: link add "Bo`, ": stats --event nothere", ": event list --csv", ": event set summerfest --starts \"\"", "q"))
}

func TestPlain_OrdersSortedAndFound_Transcript(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	golden(t, "plain-orders", talk(t, p.store, model.Viewer, "o", "s", "2", "f", "b-1", "u", "f", "", "s", "9", "4", "h", "b", "q"))
}

func TestPlain_Viewer_IsOfferedNoChange(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	got := talk(t, p.store, model.Viewer, "h", "n", "1", "h", "a", "s", "c", "p", "n", "b", "e", "n", "1", "c", "b", "b", "p", "2", "b", "q")
	if strings.Count(got, "is no choice here") != 8 || strings.Count(got, "There is no number 2 here") != 1 {
		t.Errorf("a viewer's choices are taken:\n%s", got)
	}
	if got := talk(t, p.store, model.Viewer, "p", "1", "b", "q"); !strings.Contains(got, "An owner of the client, or an admin of the platform, adds and removes keys.") {
		t.Errorf("a viewer is not told who changes keys:\n%s", got)
	}
	for _, word := range []string{"for a new link", "to archive it", "welcome mail again", "to change it", "for a new event", "Team", "statement"} {
		if strings.Contains(got, word) {
			t.Errorf("a viewer is offered %q:\n%s", word, got)
		}
	}
}

func TestPlain_AdminOfSeveralClients_ChoosesOne(t *testing.T) {
	p := newPlatform(t)
	p.seed()
	p.admin(`'client add zenith --name Zenith --url https://tickets.example/zenith'`)
	if got := talk(t, p.store, model.Admin, "7", "2", "q"); !strings.Contains(got, "Link tracking for Zenith. 0 links") {
		t.Errorf("%s", got)
	}
	if got := talk(t, p.store, model.Admin); strings.Contains(got, "Link tracking") {
		t.Errorf("no client was chosen:\n%s", got)
	}
}

// A dialogue ends where its input does, wherever that is, and asks nothing for ever.
func TestPlain_InputEnds_Leaves(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	said := []string{"1", "a", "n", "c", "", "", "", "", "p", "2026-05-01", "2026-05-31", "", "b", "n", "Bo", "bo@example.com", "", "", "", "n", "d", "", "f", "", "e", "1", "c", "", "", "", "", "b", "n", "Gala", "", "https://x.example/", "", "", "b", "o", "1", "s", "1", "b", "p", "1", "n", "Bo", "bo@example.com", "", "1", "n", "k", ".", "b", "2", "n", "a@example.com", "", "", "1", "n", "b", "4", "f", "", "b", "b"}
	for n := range said {
		talk(t, p.store, model.Owner, said[:n]...)
	}
}

func TestPlain_HostileText_ReachesNoTerminal(t *testing.T) {
	for _, name := range hostile {
		for _, tty := range []bool{false, true} {
			var out bytes.Buffer
			code := Run(t.Context(), Env{
				Store: fakeStore{name: name}, Actor: model.Actor{Role: model.Admin, Client: "acme"}, TTY: tty, Width: 80,
				In: strings.NewReader("h\n1\nh\nk\np\n2026-05-01\n2026-05-31\n10%\n\nc\n" + name + "\n.\nb\nx\nv\no\n1\n2\nf\n" + name + "\nb\ne\n1\nb\nb\nu\np\n1\n1\nb\nb\n2\nb\n3\n4\n1\nf\n" + name + "\nb\n5\n6\n7\n1\nb\nb\n8\n1\nb\n9\nb\nb\n: stats\n: link show ana\n:" + name + "\nf\n" + name + "\n" + name + "\nn\n" + name + "\n.\nq\n"), Out: &out, Now: func() time.Time { return noon },
			}, []string{"plain"})
			text := out.String()
			if tty {
				text = strings.ReplaceAll(text, "\b \b", "")
			}
			if err := harmless(text); err != nil || code != 0 {
				t.Errorf("%q: exit %d, %v\n%q", name, code, err, text)
			}
		}
	}
}

// What is typed on a terminal is echoed and can be corrected.
func TestPlain_Terminal_EchoesAndErases(t *testing.T) {
	for typed, want := range map[string]struct{ line, shown string }{
		"abc\n":              {"abc", "abc\n"},
		"ab\x7fc\n":          {"ac", "ab\b \bc\n"},
		"漢x\b\b\bé\n":        {"é", "漢x\b \b\b \b\b \bé\n"},
		"wrong\x15ok\n":      {"ok", "wrong" + strings.Repeat("\b \b", 5) + "ok\n"},
		"a\x1b[Db\x1bOAc\n":  {"abc", "abc\n"},
		"a\x1b[1;5Cb\n":      {"ab", "ab\n"},
		"a\x00\x07\u202eb\n": {"ab", "ab\n"},
		"\xffok\n":           {"ok", "ok\n"},
	} {
		var out bytes.Buffer
		lines := readLines(t.Context(), strings.NewReader(typed), &out, true)
		if got := <-lines.lines; got != want.line || out.String() != want.shown {
			t.Errorf("%q: %q shown as %q, want %q", typed, got, out.String(), want)
		}
		if _, more := <-lines.lines; more {
			t.Errorf("%q: a second line", typed)
		}
	}
	long := strings.Repeat("x", maxPlainLine+100)
	if got := <-readLines(t.Context(), strings.NewReader(long+"\n"), io.Discard, true).lines; len(got) != maxPlainLine {
		t.Errorf("a line of %d bytes is taken", len(got))
	}
}

// On a terminal no line is longer than it is wide, but addresses, which are copied.
func TestPlain_Terminal_LinesFit(t *testing.T) {
	p := newPlatform(t)
	p.seedDialogue()
	var out bytes.Buffer
	Run(t.Context(), Env{Store: p.store, Actor: model.Actor{Role: model.Owner, Client: "acme"}, TTY: true, Width: 40, In: strings.NewReader("1\nb\no\n1\nb\nq\n"), Out: &out, Now: func() time.Time { return noon }}, []string{"plain"})
	for line := range strings.SplitSeq(out.String(), "\n") {
		line = strings.TrimPrefix(line, "> ") // what is typed ahead is echoed before the prompt
		if ansi.StringWidth(line) > 40 && !strings.Contains(line, "://") {
			t.Errorf("%d wide: %s", ansi.StringWidth(line), line)
		}
	}
}
