package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func admin(t *testing.T, store *fakeStore) *console {
	return open(t, setup{client: "acme", role: model.Admin, store: store, w: 100, h: 24, profile: termenv.Ascii})
}

func calls(t *testing.T, store *fakeStore, want ...string) {
	t.Helper()
	if got := strings.Join(store.calls, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the store was asked to\n%s\nnot\n%s", got, strings.Join(want, "\n"))
	}
}

func TestClients_AddAndEdit_Stored(t *testing.T) {
	store := newFake()
	c := admin(t, store)
	c.press("6", "n")
	c.write("Owl")
	c.press("tab")
	c.write("new owl")
	c.press("tab")
	c.sees("! Slug")
	c.press("shift+tab", "ctrl+u")
	c.press("tab")
	c.write("https://owl.example")
	c.press("tab", "tab", "right", "tab", "ctrl+u")
	c.sees("Rule in-scope: the last click whose link tracks the ticket's event")
	c.write("0d")
	c.press("enter")
	c.sees("! Window")
	c.press("shift+tab", "ctrl+u")
	c.write("14d")
	c.press("tab")
	c.write("shop")
	c.press("enter")
	c.sees("! Carrier")
	c.press("shift+tab", "ctrl+u")
	c.press("tab", "right")
	c.sees("Tracking url: no cookie is set", "Without a carrier, its own or an event's, no click can be credited.")
	c.press("shift+tab")
	c.write("woocommerce")
	c.misses("Without a carrier")
	c.press("tab", "right", "ctrl+s")
	c.sees("✓ Added owl", "2 clients")
	c.press("E")
	c.sees("Edit Acme Events", "what was credited stays")
	c.misses("Slug")
	c.press("ctrl+u")
	c.write("Acme")
	c.press("ctrl+s")
	c.sees("✓ Saved acme · z undoes it")
	c.press("z")
	c.sees("✓ acme is as it was")
	calls(t, store,
		"client add {Slug:owl Name:Owl URL:https://owl.example Timezone:Europe/London Rule:in-scope Window:14d Carry:woocommerce Tracking:consent ReplyTo:}",
		"client set acme name=Acme", "client set acme name=Acme Events")
}

func TestCheckouts_Secret_ShownOnce(t *testing.T) {
	store := newFake()
	c := admin(t, store)
	c.press("7", "n")
	c.write("kiosk")
	c.press("tab", "tab", "enter")
	c.sees("all clients", "Night Owl")
	c.press("down", "enter", "ctrl+s")
	c.sees(someSecret, "it is shown this once", "/webhooks/kiosk")
	c.press("c")
	c.sees("✓ Secret sent to your terminal's clipboard (OSC 52)")
	if len(c.copied) != 1 || c.copied[0] != someSecret {
		t.Errorf("copied %q", c.copied)
	}
	c.press("esc")
	c.misses("whsec_")
	c.press("o")
	c.sees("Give box-office a new secret? The one it has now stays live (never used). y/N")
	c.press("y")
	c.sees("Secret of box-office", someSecret)
	c.press("enter", "-", "n", "-", "y")
	c.sees("✓ Removed the checkout box-office")
	calls(t, store, "checkout add kiosk acme", "checkout rotate box-office", "checkout remove box-office")
}

func TestInbox_Item_ShowsFaultsAndRetries(t *testing.T) {
	store := newFake()
	store.inbox[0].Body = "{\"a\":\"\\u001b[2J\x1b[2J\"}"
	c := admin(t, store)
	c.press("8", "enter")
	c.sees("order.placed · shop", "webhook-id msg_2f9", "2 faults", "data.currency: must be a currency of ISO 4217", `\u001b[2J^[[2J`)
	c.press("t")
	c.sees("✓ Applied order A-2001")
	c.press("esc", "j", "enter")
	c.sees("Parked: it waits for the event winterfest", "\"data\": {}")
	store.fail = &model.Error{Kind: model.Invalid, Msg: "data.currency must be a currency"}
	c.press("t")
	c.sees("! Data.currency must be a currency", "\"data\": {}")
	calls(t, store, "retry 12", "retry 11")
}

func TestInbox_LongBody_IsBounded(t *testing.T) {
	store := newFake()
	store.inbox[0].Body = strings.Repeat("x", 64<<10+5000)
	c := admin(t, store)
	c.press("8", "enter", "G")
	c.sees("… and 5,000 more bytes: ssh -p 2222 tickets.example inbox show 12")
}

func TestLive_PlatformPages_WatchThePlatform(t *testing.T) {
	c := admin(t, newFake())
	if c.live.scope != "acme" {
		t.Errorf("Link Tracking watches %q", c.live.scope)
	}
	c.press("8")
	if c.live.scope != "" {
		t.Errorf("the inbox watches %q", c.live.scope)
	}
	c.press("1")
	if c.live.scope != "acme" {
		t.Errorf("back, Link Tracking watches %q", c.live.scope)
	}
}

func TestCheckouts_SecretInUse_AsksOnceMore(t *testing.T) {
	store := newFake()
	c := admin(t, store)
	c.press("7", "O")
	c.misses("y/N") // the first has one secret alone
	c.press("j", "o")
	c.sees("The one it has now stays live (never used); the older one no longer works", "(made 11:00:00 UTC, last used 11:00:00 UTC). y/N")
	c.press("y")
	c.sees("The older secret of shop was last used at 11:00, so the checkout still signs with it. Give it a", "new secret all the same?", "y/N")
	c.press("n")
	c.misses("whsec_")
	c.press("O")
	c.sees("End the older secret of shop (made 11:00:00 UTC, last used 11:00:00 UTC)? The newest stays. y/N")
	c.press("y", "y")
	c.sees("✓ Ended the older secret of shop")
	c.press("o", "y", "y")
	c.sees(someSecret, "The secret of 30 May 2026 12:00:00 UTC, never used, no longer works: what is signed with it")
	calls(t, store, "checkout rotate shop {Secret: EndOld:false Force:false}", "checkout rotate shop {Secret: EndOld:true Force:false}", "checkout rotate shop {Secret: EndOld:true Force:true}",
		"checkout rotate shop {Secret: EndOld:false Force:false}", "checkout rotate shop {Secret: EndOld:false Force:true}")
}

func TestCheckout_Page_CopiesAddressAndNamesWholeCommands(t *testing.T) {
	c := admin(t, newFake())
	c.press("7", "enter", "c")
	c.sees("✓ Address sent to your terminal's clipboard (OSC 52)", "To try it: ssh -p 2222 tickets.example checkout test box-office")
	if len(c.copied) != 1 || c.copied[0] != "https://go.example/webhooks/box-office" {
		t.Errorf("copied %q", c.copied)
	}
}

func TestClients_Current_IsMarked(t *testing.T) {
	c := admin(t, newFake())
	c.press("6")
	c.sees("Acme Events (current)")
	c.misses("Night Owl (current)")
}
