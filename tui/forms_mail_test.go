package tui

import (
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestLinkEdit_Digest_ChosenUndoneAndOnThePage(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 60, profile: termenv.Ascii})
	c.press("enter")
	c.sees("The owner is mailed no numbers. E changes it.")
	store.detail.Digest = model.FirstSale
	c.press("E")
	c.sees("Digest  [ a mail at the first sale")
	c.press("tab", "tab", "tab", "left")
	c.sees("[ numbers every Monday", "The owner is mailed the numbers every Monday. Each such mail has an address that ends them.")
	c.press("ctrl+s")
	c.sees("✓ Saved ana · z undoes it (10 s)", "The owner is mailed the numbers every Monday. E changes it.")
	c.press("z")
	c.sees("The owner is mailed when the link has sold for the first time. E changes it.")
	calls(t, store, "link set ana digest=weekly", "link set ana digest=first-sale")
}

// A form that is saved before it is known what is mailed leaves that as it is.
func TestLinkEdit_DigestNotKnownYet_IsLeft(t *testing.T) {
	store := newFake()
	store.detail.Digest = model.EveryWeek
	c := open(t, setup{client: "acme", store: store, w: 100, h: 30, profile: termenv.Ascii})
	c.hold = true
	c.press("E")
	c.hold = false
	c.sees("Digest  [ …")
	c.press("ctrl+s")
	c.sees("Nothing was changed")
	c.press("E")
	c.write("x")
	c.press("ctrl+s")
	calls(t, store, "link set ana name=Ana Lopezx")
}

func TestLink_Viewer_ReadsTheDigestAndCannotChangeIt(t *testing.T) {
	store := newFake()
	store.detail.Digest = model.EveryWeek
	c := open(t, setup{client: "acme", role: model.Viewer, store: store, w: 120, h: 60, profile: termenv.Ascii})
	c.press("enter")
	c.sees("The owner is mailed the numbers every Monday.")
	c.misses("E changes it")
}

func TestClientEdit_ReplyTo_CheckedAndUndone(t *testing.T) {
	store := newFake()
	store.clients[0].ReplyTo, store.clients[0].Timezone = "office@acme.example", "Europe/London"
	store.clients[0].Rule, store.clients[0].Window = model.LastClick, model.DefaultWindow
	c := open(t, setup{client: "acme", role: model.Admin, store: store, w: 100, h: 36, profile: termenv.Ascii})
	c.press("6", "E", "shift+tab", "shift+tab")
	c.sees("Reply-To      [ office@acme.example")
	c.press("ctrl+u")
	c.sees("answers to a welcome mail go to the person who made the link")
	c.write("box@")
	c.press("ctrl+s")
	c.sees(`! Reply-To "box@" is not an e-mail address`)
	c.write("acme.example")
	c.press("ctrl+s")
	c.sees("✓ Saved acme · z undoes it (10 s)")
	c.press("z")
	calls(t, store, "client set acme reply-to=box@acme.example", "client set acme reply-to=office@acme.example")
}
