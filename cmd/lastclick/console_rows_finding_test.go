package main

import (
	"regexp"
	"strings"
)

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
	s.waitFor("Zoë Lindqvist", "1/11")
	s.press("\x1b")
	s.waitFor("Ben Okafor", "11 links")
}

// Each word may stand anywhere in the row, and the total is of the rows that are left.
func (w *rowsWorld) filterWords() {
	s := w.open(120, 36)
	s.press("/ads sum")
	s.waitFor("Google Ads, Summer", "1/11")
	s.wait(func(text string) bool {
		row, total := clicksOf(text, "Google Ads"), clicksOf(text, "Total")
		return row != "" && row == total
	}, "the total is not of what is shown")
	s.press("\x1b")
	s.waitFor("11 links")
	s.press("/summerfest")
	s.gone("Blue Room")
	s.waitFor("Ana Diaz", "Ben Okafor")
}

// clicksOf is the first number of the row that has the text: its clicks.
func clicksOf(screen, text string) string {
	return regexp.MustCompile(`\s[\d,]+\s`).FindString(lineOf(screen, text))
}

func (w *rowsWorld) archivedHidden() {
	s := w.open(120, 36)
	s.waitFor("1 archived, A shows it", "Total, archived too")
	s.gone("Flyer Test")
	s.press("A")
	s.waitFor("Flyer Test (archived)", "12 links")
	s.press("A")
	s.gone("Flyer Test")
}

func (w *rowsWorld) help() {
	s := w.open(120, 36)
	s.waitFor("? help", "n new")
	s.press("?")
	s.waitFor("On this page", "create a new tracking link", "1–", "On every page")
	s.press("/export")
	s.waitFor("2/", "export links", "the command that exports")
	s.gone("create a new tracking link")
	s.press("\x1b")
	s.waitFor("create a new tracking link")
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

func (w *rowsWorld) palette() {
	s := w.open(120, 36)
	s.press(":sumf")
	s.waitFor("event   Summer Fest", "create a link for Summer Fest")
	s.press("\r")
	s.waitFor("Link Tracking › Summer Fest", "8 links")
	s.press(":orders\r")
	s.waitFor("[3 Orders]", "Credited to")
	s.press("#A-1001\r")
	s.waitFor("Order A-1001")
}

const mouseOn = "\x1b[?1002h"

// Off, a terminal selects text as ever; on, tabs, heads and rows take clicks and the wheel
// moves.
func (w *rowsWorld) mouse() {
	s := w.open(120, 36)
	if strings.Contains(s.output(), mouseOn) {
		w.t.Error("the mouse is taken from the start")
	}
	s.press("m")
	s.waitFor("Mouse on")
	if !strings.Contains(s.output(), mouseOn) {
		w.t.Error("m does not turn the mouse on")
	}
	s.press("\x1b[<65;10;12M") // the wheel
	s.left("Buy Tickets")
	s.clickOn("2 Events")
	s.waitFor("Live Stats › Events")
	s.clickOn("1 Link Tracking")
	s.waitFor("sorted by Tickets ▼")
	s.clickOn("Clicks")
	s.waitFor("sorted by Clicks ▼", "Clicks ▼")
	s.clickOn("Ben Okafor")
	s.selected("Ben Okafor")
}

func (w *rowsWorld) sorting() {
	s := w.open(120, 36)
	s.waitFor("sorted by Tickets ▼", "Tick. ▼")
	s.press("s")
	s.waitFor("sorted by Scanned ▼", "Scan. ▼")
	s.press("S")
	s.waitFor("sorted by Scanned ▲", "Scan. ▲")
	s.quit()
	w.open(120, 36).waitFor("sorted by Scanned ▲") // it is kept for the person
}

func (w *rowsWorld) totals() {
	s := w.open(120, 36)
	total := s.at("Total")
	s.press("e") // more rows than fit
	s.waitFor("General Admission")
	s.press("G")
	s.gone("Buy Tickets")
	if got := s.at("Total"); got != total {
		w.t.Errorf("at the end of the list the total is %q, before %q", got, total)
	}
}

// Of thousands of orders a window is read, and what is above and beneath it when the cursor
// gets there.
func (w *rowsWorld) position() {
	s := w.open(120, 36)
	s.press("3")
	at := regexp.MustCompile(`([\d,]+)–([\d,]+) of (\d,\d\d\d) orders`)
	where := func(text string) (first, last, all string) {
		if m := at.FindStringSubmatch(text); m != nil {
			return m[1], m[2], m[3]
		}
		return "", "", ""
	}
	s.wait(func(text string) bool { first, _, _ := where(text); return first == "1" }, "Orders does not say where one is")
	first := s.at("▌")
	s.press("G")
	s.wait(func(text string) bool { _, last, all := where(text); return last != "" && last == all }, "G does not lead to the last order")
	s.selected("TEST-1")
	s.press("k")
	s.selected("A-1001")
	s.press("g")
	s.wait(func(text string) bool { n, _, _ := where(text); return n == "1" && s.at("▌") == first }, "g does not lead back")
	s.press("/a-1001 ana")
	s.waitFor("Nothing matches “a-1001 ana”", "0 orders")
	s.press("\x15a-1001")
	s.selected("A-1001")
}
