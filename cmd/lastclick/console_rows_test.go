package main

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"lastclick/server/command"
)

// What users of terminals expect of a console, a row each: keys, filter, help, … Each is
// tried over real SSH, by an owner, on the demo's six weeks.
func TestConsole_WhatUsersExpect(t *testing.T) {
	w := newRowsWorld(t)
	for _, row := range []struct {
		name string
		try  func(*rowsWorld)
	}{
		{"vim and arrow keys, g, G, pages", (*rowsWorld).keys},
		{"filter while typing, esc clears", (*rowsWorld).filter},
		{"help, and a short one in the footer", (*rowsWorld).help},
		{"sections by tab and digits, esc, q, ctrl+c", (*rowsWorld).sections},
		{"mouse off, and on with m", (*rowsWorld).mouse},
		{"sorting", (*rowsWorld).sorting},
		{"totals row", (*rowsWorld).totals},
		{"copy over SSH", (*rowsWorld).copies},
		{"copy in tmux and screen", (*rowsWorld).copiesInTmux},
		{"QR code", (*rowsWorld).qr},
		{"small terminals", (*rowsWorld).small},
		{"light and dark", (*rowsWorld).lightAndDark},
		{"NO_COLOR and dumb", (*rowsWorld).noColour},
		{"wide characters", (*rowsWorld).wide},
		{"resize", (*rowsWorld).resizes},
		{"thousands of rows", (*rowsWorld).manyRows},
		{"live without flicker", (*rowsWorld).live},
		{"destructive asks", (*rowsWorld).confirms},
		{"undo", (*rowsWorld).undoes},
		{"toasts and errors", (*rowsWorld).errors},
		{"charts", (*rowsWorld).charts},
		{"export", (*rowsWorld).export},
		{"plain text for each page", (*rowsWorld).plainText},
	} {
		t.Run(row.name, func(t *testing.T) {
			w.platform.t = t
			row.try(w)
		})
	}
	w.platform.t = t
}

// rowsWorld is a daemon with the demo's data.
type rowsWorld struct {
	*platform
	owner identity
	shop  *demoShop
}

func newRowsWorld(t *testing.T) *rowsWorld {
	t.Helper()
	w := &rowsWorld{platform: &platform{}, owner: newIdentity(t, "bea")}
	key, err := command.ParseKey(w.owner.public)
	if err != nil {
		t.Fatal(err)
	}
	w.fill = func(data string) {
		shops, err := makeHistory(t.Context(), data, time.Now(), "https://tickets.example", []string{w.admin.public}, key, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		w.shop = shops[0]
	}
	w.begin(t)
	w.shop.base = w.http
	w.shop.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return w
}

// open is the owner's console once its table is there.
func (w *rowsWorld) open(width, height int) *screen {
	w.t.Helper()
	s := w.console(w.owner, width, height)
	w.t.Cleanup(s.close)
	s.waitFor("site-button", "Total")
	return s
}

// selected waits until the cursor is on the row that has the text.
func (s *screen) selected(text string) {
	s.p.t.Helper()
	s.wait(func(all string) bool {
		for line := range strings.Lines(all) {
			if strings.HasPrefix(line, "▌") && strings.Contains(line, text) {
				return true
			}
		}
		return false
	}, "the cursor is not on "+text)
}

// left waits until the cursor is on a row that has not the text.
func (s *screen) left(text string) {
	s.p.t.Helper()
	s.wait(func(string) bool { on := s.at("▌"); return on != "" && !strings.Contains(on, text) }, "the cursor stays on "+text)
}

// at is the line on the screen that has the text.
func (s *screen) at(text string) string {
	for line := range strings.Lines(s.text()) {
		if strings.Contains(line, text) {
			return strings.TrimRight(line, " \n")
		}
	}
	return ""
}

func (w *rowsWorld) keys() {
	s := w.open(120, 36)
	s.selected("Buy Tickets")
	for _, pair := range [][2]string{{"j", "k"}, {"\x1b[B", "\x1b[A"}, {"G", "g"}, {"\x1b[6~", "\x1b[5~"}, {"\x04", "\x15"}} {
		s.press(pair[0])
		s.left("Buy Tickets")
		s.press(pair[1])
		s.selected("Buy Tickets")
	}
}

func (w *rowsWorld) filter() {
	s := w.open(120, 36)
	s.press("/zoë")
	s.gone("Ben Okafor")
	s.waitFor("Zoë Lindqvist", "1/12")
	s.press("\x1b")
	s.waitFor("Ben Okafor", "12 links")
}

func (w *rowsWorld) help() {
	s := w.open(120, 36)
	s.waitFor("? help", "n new")
	s.press("?")
	s.waitFor("On this page", "create a new tracking link", "more lines")
	s.press("\x1b")
	s.waitFor("Total")
}

func (w *rowsWorld) sections() {
	s := w.open(120, 36)
	s.press("\ro") // typed ahead: the page that enter opens takes the o
	s.waitFor("Orders credited")
	s.press("\x1b")
	s.waitFor("Shortlink")
	s.press("\x1b")
	s.waitFor("Total")
	s.press("\t")
	s.waitFor("Live Stats › Events", "Summer Fest")
	s.press("3")
	s.waitFor("Live Stats › Orders", "Credited to")
	s.press("1\r")
	s.waitFor("Shortlink")
	s.press("\x1b")
	s.gone("Shortlink")
	s.quit()
	s = w.open(80, 24)
	s.press("n")
	s.waitFor("Name")
	s.press("\x03") // ctrl+c, also while a text is typed
	<-s.ended
}

const mouseOn = "\x1b[?1002h"

func (w *rowsWorld) mouse() {
	s := w.open(120, 36)
	if strings.Contains(s.output(), mouseOn) {
		w.t.Error("the mouse is taken from the start")
	}
	s.press("m")
	s.wait(func(string) bool { return strings.Contains(s.output(), mouseOn) }, "m does not turn the mouse on")
	s.press("\x1b[<65;10;12M") // the wheel
	s.left("Buy Tickets")
}

func (w *rowsWorld) sorting() {
	s := w.open(120, 36)
	s.waitFor("▼Tickets")
	s.press("s")
	s.wait(func(text string) bool { return !strings.Contains(text, "▼Tickets") }, "s does not sort by another column")
	s.press("S")
	s.wait(func(text string) bool { return strings.Contains(text, "▲") }, "S does not turn the order")
}

func (w *rowsWorld) totals() {
	s := w.open(120, 36)
	s.press("e") // more rows than fit: the total stays
	s.waitFor("General Admission", "Total")
	s.press("G")
	s.waitFor("Total")
}

// copied is what the console has sent to the clipboard.
func (s *screen) copied(before, after string) string {
	s.p.t.Helper()
	osc52 := regexp.MustCompile(regexp.QuoteMeta(before) + `\]52;c;([A-Za-z0-9+/=]+)` + regexp.QuoteMeta(after))
	var text string
	s.wait(func(string) bool {
		m := osc52.FindStringSubmatch(s.output())
		if m == nil {
			return false
		}
		raw, err := base64.StdEncoding.DecodeString(m[1])
		text = string(raw)
		return err == nil
	}, "nothing was sent to the clipboard")
	return text
}

func (w *rowsWorld) copies() {
	s := w.open(120, 36)
	s.press("c")
	if got := s.copied("\x1b", "\a"); !strings.HasSuffix(got, "/site-button") {
		w.t.Errorf("c copies %q", got)
	}
}

func (w *rowsWorld) copiesInTmux() {
	for term, around := range map[string][2]string{"tmux-256color": {"\x1bPtmux;\x1b\x1b", "\a\x1b\\"}, "screen": {"\x1bP\x1b", "\a\x1b\\"}} {
		s := w.consoleWith(w.owner, 120, 36, term, nil)
		w.t.Cleanup(s.close)
		s.waitFor("Buy Tickets", "Total")
		s.press("c")
		if got := s.copied(around[0], around[1]); !strings.HasSuffix(got, "/site-button") {
			w.t.Errorf("%s: c copies %q", term, got)
		}
	}
}

func (w *rowsWorld) qr() {
	s := w.open(80, 24)
	s.press("\r")
	s.waitFor("Shortlink")
	s.press("Q")
	s.waitFor("▀", "/site-button")
	s.press("\x1b")
	s.waitFor("Shortlink")
}

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
	s := w.consoleWith(w.owner, 120, 36, "xterm", nil)
	w.t.Cleanup(s.close)
	s.waitFor("Buy Tickets", "Total")
	if beyond := regexp.MustCompile(`\x1b\[[0-9;]*[34]8;[25];`).FindString(s.output()); beyond != "" {
		w.t.Errorf("a terminal of 16 colours is sent %q", beyond)
	}
}

func (w *rowsWorld) noColour() {
	coloured := regexp.MustCompile(`\x1b\[[0-9;]*(3[0-7]|9[0-7]|4[0-7])m`)
	for name, open := range map[string]func() *screen{
		"NO_COLOR": func() *screen {
			return w.consoleWith(w.owner, 120, 36, "xterm-256color", map[string]string{"NO_COLOR": "1"})
		},
		"dumb": func() *screen { return w.consoleWith(w.owner, 120, 36, "dumb", nil) },
	} {
		s := open()
		w.t.Cleanup(s.close)
		s.waitFor("Buy Tickets", "Total")
		if c := coloured.FindString(s.output()); c != "" {
			w.t.Errorf("%s: a colour is sent: %q", name, c)
		}
	}
}

func (w *rowsWorld) wide() {
	s := w.open(120, 36)
	s.waitFor("李小龍", "Zoë")
	if wide, narrow := ansi.StringWidth(s.at("李小龍")), ansi.StringWidth(s.at("Ben Okafor")); wide != narrow {
		w.t.Errorf("the row with wide characters ends in cell %d, the others in %d", wide, narrow)
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

func (w *rowsWorld) manyRows() {
	s := w.open(120, 36)
	s.press("3")
	s.waitFor("Credited to")
	first := s.at("▌")
	s.press("G")
	s.wait(func(string) bool { return s.at("▌") != first }, "G stays")
	s.press("g")
	s.wait(func(string) bool { return s.at("▌") == first }, "g does not lead back")
}

// A new order is on the screen by itself, nothing is cleared and the cursor stays on its
// link.
func (w *rowsWorld) live() {
	s := w.open(120, 36)
	s.press("G")
	s.left("Buy Tickets")
	on := strings.Fields(s.at("▌"))[1]
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

func (w *rowsWorld) confirms() {
	s := w.open(120, 36)
	s.press("a")
	s.waitFor("y/N")
	s.press("\r") // the default is No
	s.gone("y/N")
	if strings.Contains(s.at("▌"), "×") {
		w.t.Error("enter archived the link")
	}
}

func (w *rowsWorld) undoes() {
	s := w.open(120, 36)
	s.press("/zoe\r")
	s.selected("Zoë")
	s.press("ay")
	s.waitFor("z undo")
	s.press("z")
	s.wait(func(text string) bool {
		return strings.Contains(text, "restored") || strings.Contains(text, "Restored")
	}, "z does not bring the link back")
}

func (w *rowsWorld) errors() {
	s := w.open(120, 36)
	s.press("c")
	s.waitFor("copied")
	s.gone("copied") // by itself
	s.press("n")
	s.waitFor("Add Tracking Link")
	s.press("Rosa\x13") // ctrl+s
	s.waitFor("Rosa", "is not an e-mail address")
}

func (w *rowsWorld) charts() {
	s := w.open(120, 36)
	s.press("/ana\r")
	s.selected("Ana")
	s.press("\r")
	s.waitFor("Over time")
	s.press("]") // 30 days
	s.waitFor("30d")
	s.wait(func(text string) bool {
		return strings.Count(text, "█")+strings.Count(text, "▄")+strings.Count(text, "⣿") > 10
	}, "there is no chart")
}

func (w *rowsWorld) export() {
	out, stderr, status := w.as(w.owner, "export", "orders")
	if lines := strings.Count(out, "\n"); status != 0 || lines < 1000 {
		w.t.Errorf("status %d, %d lines: %s", status, lines, stderr)
	}
	s := w.open(120, 36)
	s.press("?")
	s.waitFor("On this page")
	s.press("G")
	s.waitFor("export links")
}

func (w *rowsWorld) plainText() {
	for _, page := range []string{"stats", "event list", "order list", "promoter list", "audit", "link show ana"} {
		out, stderr, status := w.as(w.owner, page)
		if status != 0 || strings.ContainsAny(out, "\x1b│█") || len(out) < 50 {
			w.t.Errorf("%s: status %d, %d bytes: %s", page, status, len(out), stderr)
		}
	}
	s := w.consoleWith(w.owner, 100, 30, "vt100", nil)
	w.t.Cleanup(s.close)
	s.waitFor("site-button", "Total")
	for _, r := range s.output() {
		if r > 0x2000 && r < 0x2c00 {
			w.t.Fatalf("vt100 is sent %q", r)
		}
	}
}
