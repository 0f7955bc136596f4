package main

import (
	"strings"
	"testing"
)

// Filter with its total, palette, # and help in a form, over real SSH.
func TestConsole_FindByLetters(t *testing.T) {
	p := serve(t)
	p.trackingClients() // several clients: an admin chooses one by the palette
	box := p.checkout("second")
	for i, code := range []string{"asked", "url-two", "asked"} {
		if i == 1 {
			p.run("link", "add", "Zoë", "zoe@example.com", "--code", code, "--no-mail", "--client", "by-consent")
		}
		if status, answer := box.post("m"+code+string(rune('0'+i)), trackingOrder("F-"+string(rune('1'+i)), "kim", "consent-fest", `{"code":"`+code+`"}`)); status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
	}
	s := p.console(p.admin, 120, 36)
	s.waitFor("Choose the client to work on")
	s.press(":")
	s.waitFor("go to, do or find")
	s.press("byco")
	s.waitFor("client  by-consent")
	s.press("\r")
	s.waitFor("Working on by-consent", "Total", "Zo")

	// Two links with one customer: the total is 1, not 2, and comes from the store.
	s.press("/")
	s.press("zoe@")
	s.waitFor("1/2 links shown", "Total of the link shown")
	s.press("\x15e")
	s.waitFor("2/2 links shown", "Total of the 2 links shown")
	s.wait(func(text string) bool {
		for l := range strings.SplitSeq(text, "\n") {
			if f := strings.Fields(l); strings.Contains(l, "Total of the 2") && len(f) > 10 && f[7] == "1" {
				return true
			}
		}
		return false
	}, "the total of two links with one customer is not 1")
	s.press("\x1b")
	s.gone("shown")

	// An order by its number, by the palette and by a search.
	s.press("#F-9\r")
	s.waitFor("There is no order")
	s.press("\x7f1\r")
	s.waitFor("Order F-1", "Credited to")
	s.press("\x1b")
	s.waitFor("Total")
	s.press(":f2")
	s.waitFor("F-2", "second")
	s.press("\r")
	s.waitFor("Order F-2")
	s.press("\x1b")
	s.waitFor("Total")

	// Help while typing, and what was typed is still there.
	s.press("n")
	s.waitFor("Create a New Tracking Link", "ctrl+g help")
	s.press("Nina\x07")
	s.waitFor("The fields", "gets the welcome mail")
	s.press("\x07")
	s.waitFor("Nina", "[ Add Tracking Link ]")
	s.press("\tnina@example.com\x13")
	s.waitFor("Shortlink", "Added ")
	s.press("\x1b")
	s.wait(func(text string) bool {
		for l := range strings.SplitSeq(text, "\n") {
			if strings.HasPrefix(l, "▌") && strings.Contains(l, "Nina") {
				return true
			}
		}
		return false
	}, "the cursor is not on the link that was created")
	s.quit()
}
