package main

import "testing"

// Keys in one write over real SSH: each is for the page that those before it open, though
// none of these pages has its data by then, the first one included.
func TestConsole_KeysInOneWrite_GoWhereTheyLead(t *testing.T) {
	p := serve(t)
	p.seed()
	p.run("link", "add", "Ben", "ben@example.com", "--code", "ben", "--no-mail")
	s := p.console(p.admin, 80, 24)
	s.press("/ben\r\rG") // before anything is drawn
	s.waitFor("Link Tracking › ben", " ▲")
	s.press("\x1b")
	s.waitFor("1/2 links shown")
	s.press("\x1b")
	s.gone("shown")
	s.press("gvmay") // of the table beneath these would archive the link
	s.waitFor("Choose an event", "/ may")
	s.press("\x1b")
	s.waitFor("All events")
	s.press("\x1b")
	s.gone("Choose an event")
	s.press("g\ro")
	s.waitFor("Link Tracking › ana › Orders")
	s.press("12G\r")
	s.waitFor("Live Stats › Events ›")
	s.press("4GnKim q")
	s.waitFor("Invite a person", "Kim q")
	s.close()
}
