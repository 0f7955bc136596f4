package tui

import (
	"testing"

	"github.com/muesli/termenv"
)

// Without a mail server nothing is queued: the screens say where mails are written.
func TestMails_NoServer_ScreensSayWhere(t *testing.T) {
	where := "ritten to DATA/outbox, no mail server set"
	for name, do := range map[string]func(c *console){
		"link": func(c *console) {
			c.press("n")
			c.write("Kim")
			c.press("tab")
			c.write("kim@example.com")
			c.press("ctrl+s")
		},
		"again": func(c *console) { c.press("enter", "w", "y") },
		"marked": func(c *console) {
			c.press("t", "down", "t", "w", "y")
		},
		"invite": func(c *console) {
			c.press("4", "n")
			c.write("Kim Park")
			c.press("tab")
			c.write("kim@example.com")
			c.press("ctrl+s")
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, setup{client: "acme", w: 170, h: 40, profile: termenv.Ascii, toFiles: true})
			do(c)
			c.sees(where)
			c.misses("queued", "Queued", "waiting to be sent")
		})
	}
}
