package main

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

func (w *rowsWorld) small() {
	s := w.console(w.owner, 40, 10)
	w.t.Cleanup(s.close)
	s.waitFor("Total", "Buy")
	s = w.console(w.owner, 39, 9)
	w.t.Cleanup(s.close)
	s.waitFor("40×10")
	s.press("q")
	<-s.ended
}

// Colours are of the terminal's own sixteen, so that its owner's choice of light or dark
// holds.
func (w *rowsWorld) lightAndDark() {
	s := w.openOn(120, 36, "xterm", nil)
	if beyond := regexp.MustCompile(`\x1b\[[0-9;]*[34]8;[25];`).FindString(s.output()); beyond != "" {
		w.t.Errorf("a terminal of 16 colours is sent %q", beyond)
	}
}

// coloured finds a style that is of colour, of 16, 256 or 16 million.
var coloured = regexp.MustCompile(`\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;[0-9;]*)?m`)

func (w *rowsWorld) theme() {
	s := w.open(120, 36)
	if !coloured.MatchString(s.output()) {
		w.t.Error("there is no colour before mono is chosen")
	}
	s.press("T")
	s.waitFor("auto", "contrast", "no colours: bold, underline and reverse")
	s.press("G\r")
	s.waitFor("Theme mono")
	s.quit()
	s = w.open(120, 36)
	const bare = "\x1b[1m[1 Link Tracking]" // the first frame may come before what the person has set
	s.wait(func(string) bool { return strings.Contains(s.output(), bare) }, "the theme is not mono in the next session")
	s.press("j\r")
	s.waitFor("Shortlink")
	_, later, _ := strings.Cut(s.output(), bare)
	if c := coloured.FindString(later); c != "" {
		w.t.Errorf("mono sends %q", c)
	}
	if out, stderr, status := w.as(w.owner, "theme"); status != 0 || !strings.Contains(out, "mono") {
		w.t.Errorf("theme says %s%s", out, stderr)
	}
}

func (w *rowsWorld) noColour() {
	for name, s := range map[string]*screen{
		"NO_COLOR": w.openOn(120, 36, "xterm-256color", map[string]string{"NO_COLOR": "1"}),
		"dumb":     w.openOn(120, 36, "dumb", nil),
	} {
		if c := coloured.FindString(s.output()); c != "" {
			w.t.Errorf("%s: a colour is sent: %q", name, c)
		}
	}
}

func (w *rowsWorld) wide() {
	s := w.open(120, 36)
	s.waitFor("李小龍", "Zoë")
	upToAmount := regexp.MustCompile(`^.*\d\.\d\d`)
	if wide, narrow := ansi.StringWidth(upToAmount.FindString(s.at("李小龍"))), ansi.StringWidth(upToAmount.FindString(s.at("Ben Okafor"))); wide != narrow || wide == 0 {
		w.t.Errorf("the amount in the row with wide characters ends in cell %d, the others in %d", wide, narrow)
	}
}

func (w *rowsWorld) resizes() {
	s := w.open(120, 36)
	for _, size := range [][2]int{{70, 20}, {45, 12}, {120, 36}} {
		s.resize(size[0], size[1])
		if err := s.session.WindowChange(size[1], size[0]); err != nil {
			w.t.Fatal(err)
		}
		s.wait(func(text string) bool {
			lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
			return len(lines) == size[1] && strings.Contains(lines[len(lines)-1], "help") && strings.Contains(text, "Total")
		}, "the screen is not whole after a resize")
	}
}

// A new order is on the screen by itself, nothing is cleared and the cursor stays on its
// link.
func (w *rowsWorld) live() {
	s := w.open(120, 36)
	s.waitFor("● live")
	s.press("G")
	s.left("Buy Tickets")
	on := strings.Fields(s.at("▌"))[2] // behind the cursor and the mark of ticket types
	sent := len(s.output())
	before := s.at("Total")
	w.shop.send = func(_ context.Context, webhook demoWebhook) error { return webhook.deliver(w.t.Context(), time.Now()) }
	b := &demoBrowser{}
	link := &northside.links[0]
	if err := w.shop.click(w.t.Context(), b, link); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.shop.buy(w.t.Context(), b, link, time.Now()); err != nil {
		w.t.Fatal(err)
	}
	s.wait(func(string) bool { return s.at("Total") != before }, "the order does not arrive")
	if news := s.output()[sent:]; strings.Contains(news, "\x1b[2J") {
		w.t.Error("the screen is cleared for one order")
	}
	s.selected(on)
}

func (w *rowsWorld) charts() {
	s := w.open(120, 36)
	s.press("/ana\r")
	s.selected("Ana")
	s.press("\r")
	drawn := func(text string) int {
		return strings.Count(text, "█") + strings.Count(text, "▄") + strings.Count(text, "⣿")
	}
	s.waitFor("[7d]")
	s.press("]")
	s.waitFor("[30d]", time.Now().UTC().AddDate(0, 0, -24).Format("2 Jan"))
	s.wait(func(text string) bool { return drawn(text) > 10 }, "there is no chart")
}

func (w *rowsWorld) statsPage() {
	s := w.open(120, 36)
	s.press("/ana\r")
	s.selected("Ana")
	s.press("\r")
	s.waitFor("Ana Diaz · ana@example.com")
	s.press("G")
	s.waitFor("Owner's stats page", "/stats/")
}

func (w *rowsWorld) plainText() {
	for _, page := range []string{"stats", "event list", "order list", "promoter list", "audit", "link show ana"} {
		out, stderr, status := w.as(w.owner, page)
		if status != 0 || strings.ContainsAny(out, "\x1b│█") || len(out) < 50 {
			w.t.Errorf("%s: status %d, %d bytes: %s", page, status, len(out), stderr)
		}
	}
	s := w.openOn(100, 30, "vt100", nil)
	for _, r := range s.output() {
		if r > 0x2000 && r < 0x2c00 {
			w.t.Fatalf("vt100 is sent %q", r)
		}
	}
}

func (w *rowsWorld) plainMode() {
	out, errOut, status := w.command(w.owner, "2\nq\n", "plain", 30*time.Second)
	if status != 0 || strings.ContainsAny(out, "\x1b│─█") || !strings.Contains(out, "Thursday Newsletter") || !strings.Contains(out, "Shortlink: ") {
		w.t.Errorf("status %d: %s%s", status, out, errOut)
	}
}
