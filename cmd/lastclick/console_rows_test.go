package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"lastclick/server/command"
)

// What users of terminals expect of a console, a row each: keys, filter, help, … Each is
// tried over real SSH, by an owner of their own whose settings no other row has changed, on
// the demo's six weeks. That a spinner comes late is tested in tui alone: here nothing is
// slow.
func TestConsole_WhatUsersExpect(t *testing.T) {
	w := newRowsWorld(t)
	for n, row := range []struct {
		name string
		try  func(*rowsWorld)
	}{
		{"vim and arrow keys, g, G, pages", (*rowsWorld).keys},
		{"filter while typing, esc clears", (*rowsWorld).filter},
		{"filter by several words, total of what is shown", (*rowsWorld).filterWords},
		{"archived links behind A", (*rowsWorld).archivedHidden},
		{"help, and a short one in the footer", (*rowsWorld).help},
		{"sections by tab and digits, esc, q, ctrl+c", (*rowsWorld).sections},
		{"palette", (*rowsWorld).palette},
		{"mouse off, and on with m", (*rowsWorld).mouse},
		{"sorting", (*rowsWorld).sorting},
		{"totals row", (*rowsWorld).totals},
		{"thousands of rows say where one is", (*rowsWorld).position},
		{"copy over SSH", (*rowsWorld).copies},
		{"copy in tmux and screen", (*rowsWorld).copiesInTmux},
		{"QR code", (*rowsWorld).qr},
		{"destructive asks", (*rowsWorld).confirms},
		{"undo of an archived link", (*rowsWorld).undoArchive},
		{"undo of an edit", (*rowsWorld).undoEdit},
		{"marks, and what is done to them at once", (*rowsWorld).marks},
		{"toasts and errors", (*rowsWorld).errors},
		{"export", (*rowsWorld).export},
		{"small terminals", (*rowsWorld).small},
		{"light and dark", (*rowsWorld).lightAndDark},
		{"theme kept for the person", (*rowsWorld).theme},
		{"NO_COLOR and dumb", (*rowsWorld).noColour},
		{"wide characters", (*rowsWorld).wide},
		{"resize", (*rowsWorld).resizes},
		{"live without flicker", (*rowsWorld).live},
		{"charts", (*rowsWorld).charts},
		{"stats page on the link", (*rowsWorld).statsPage},
		{"plain text for each page", (*rowsWorld).plainText},
		{"plain mode", (*rowsWorld).plainMode},
	} {
		t.Run(row.name, func(t *testing.T) {
			w.platform.t, w.owner = t, newIdentity(t, "owner")
			w.run("promoter", "add", fmt.Sprint("Owner", n), "--role", "owner", "--client", "northside", "--key", `"`+w.owner.public+`"`)
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
	w := &rowsWorld{platform: &platform{}}
	key, err := command.ParseKey(newIdentity(t, "bea").public)
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
	return w.openOn(width, height, "xterm-256color", nil)
}

// openOn is open on a terminal of another name or environment.
func (w *rowsWorld) openOn(width, height int, term string, env map[string]string) *screen {
	w.t.Helper()
	s := w.consoleWith(w.owner, width, height, term, env)
	w.t.Cleanup(s.close)
	s.waitFor("Buy Tickets", "Total")
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
func (s *screen) at(text string) string { return lineOf(s.text(), text) }

// lineOf is the first line of a screen that has the text.
func lineOf(screen, text string) string {
	for line := range strings.Lines(screen) {
		if strings.Contains(line, text) {
			return strings.TrimRight(line, " \n")
		}
	}
	return ""
}
