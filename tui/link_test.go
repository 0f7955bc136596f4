package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestLink_Page_SaysWhatToShare(t *testing.T) {
	c := acme(t, 100, 56)
	c.press("enter")
	c.sees("https://t.example/ana", "https://t.example/c/acme?act=subpromoterv3&sp=ana",
		"Share only these two. Do not open the link and copy the address that the browser shows:", "one tracks nobody",
		"Refunded, and not counted above: 2 tickets, GBP 90.00", "Welcome mail: sent", "980 visitors, 31 by the QR code",
		"Took over from  3 orders", "Taken over by   1 order", "Assists         4 orders", "69 %", "A-1042")
	c.press("c", "C")
	if len(c.copied) != 2 {
		t.Errorf("copied %v", c.copied)
	}
}

func TestLink_LongAddress_IsNeverCut(t *testing.T) {
	store := newFake()
	long := "https://tickets.a-very-long-name.example/e/summerfest?act=subpromoterv3&sp=" + strings.Repeat("x", 30)
	store.detail.FullURL = long
	c := open(t, setup{client: "acme", store: store, w: 44, h: 40, profile: termenv.Ascii})
	c.press("enter")
	s := strings.NewReplacer("\n", "", " ", "").Replace(c.screen())
	if !strings.Contains(s, long) {
		t.Errorf("the address is not whole:\n%s", c.screen())
	}
}

func TestLink_MailFailed_SaysHowToSendAgain(t *testing.T) {
	store := newFake()
	why := "550 no such\x1b[31m user"
	store.detail.Mail, store.detail.MailError = model.MailFailed, &why
	c := open(t, setup{client: "acme", store: store, w: 120, h: 40, profile: termenv.Ascii})
	c.press("enter")
	c.sees("Welcome mail: failed, 550 no such^[[31m user. w tries again.")
}

func TestLink_MailWritten_IsNotSent(t *testing.T) {
	store := newFake()
	store.detail.Mail = model.MailWritten
	c := open(t, setup{client: "acme", store: store, w: 120, h: 40, profile: termenv.Ascii})
	c.press("enter")
	c.sees("! Welcome mail: written to DATA/outbox, no mail server set. w tries again.")
}

func TestLink_LowWindow_Scrolls(t *testing.T) {
	c := acme(t, 60, 12)
	c.press("enter")
	c.sees("Ana Lopez")
	c.press("G")
	c.sees("TEST-7")
	c.press("g")
	c.sees("Ana Lopez")
	c.press("pgdown", "j", "k", "pgup")
	c.sees("Ana Lopez")
	c.press("h")
	c.sees("3 links")
}

func TestLink_Change_IsShown(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 40, profile: termenv.Ascii})
	c.press("enter")
	store.detail.Numbers.Tickets = 143
	c.send(movedMsg{c.live.gen})
	c.sees("143")
}

func TestQR_Terminal_NeedsColourAndRoom(t *testing.T) {
	for _, s := range []struct {
		setup setup
		code  bool
	}{
		{setup{profile: termenv.ANSI}, true},
		{setup{profile: termenv.Ascii}, false},
		{setup{profile: termenv.ANSI, ascii: true}, false},
		{setup{profile: termenv.ANSI, w: 40, h: 10}, false},
	} {
		s.setup.client = "acme"
		c := open(t, s.setup)
		c.press("enter", "Q")
		if got := strings.Contains(c.screen(), "▀"); got != s.code {
			t.Errorf("%+v: a code is shown: %v\n%s", s.setup, got, c.screen())
		}
		c.sees("https://t.example/ana?qr")
	}
}

func TestLink_R24_FurtherCodes_AddedAndTaken(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 100, h: 40, profile: termenv.Ascii})
	c.press("enter")
	if strings.Contains(c.screen(), "Further codes") || strings.Contains(c.screen(), "remove code") {
		t.Errorf("codes that the link has not:\n%s", c.screen())
	}
	c.press("+")
	c.write("a!")
	c.press("ctrl+s")
	c.sees("Code \"a!\" must be 3 to 40 characters")
	c.press("backspace")
	c.write("na10")
	store.detail.Aliases = []string{"ana10"}
	c.press("ctrl+s")
	c.sees("ana has the further code ana10", "Further codes: ana10")
	store.detail.Aliases = nil
	c.press("-", "n", "-", "y")
	c.sees("Took ana10 from ana")
	store.detail.Aliases = []string{"ana10", "ana20"}
	c.send(movedMsg{c.live.gen})
	c.press("-", "2", "enter", "y")
	if got := strings.Join(store.calls, ", "); got != "add ana10 to ana, take ana10 from ana, take ana20 from ana" {
		t.Errorf("the store was asked to %s", got)
	}
}

func TestLink_R23_Carrier_OtherWarningAndSharedAddress(t *testing.T) {
	store := newFake()
	store.detail.Carry, store.detail.SharedAddress = "utm_content", 3
	c := open(t, setup{client: "acme", store: store, w: 120, h: 40, profile: termenv.Ascii})
	c.press("enter")
	c.sees("that one counts for the", "The landing address is being shared: 3 orders.")
	if strings.Contains(c.screen(), "tracks nobody") {
		t.Errorf("the warning of pages without a carrier:\n%s", c.screen())
	}
}

func TestLink_R26_Consent_SaysWhatToShare(t *testing.T) {
	store := newFake()
	store.detail.Tracking = model.TrackConsent
	c := open(t, setup{client: "acme", store: store, w: 120, h: 40, profile: termenv.Ascii})
	c.press("enter")
	c.sees("Only a click that brings the visitor's consent", store.detail.ShortURL+"?consent=1")
}

func TestLink_Archive_CanBeUndone(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("enter")
	store.detail.Archived = true
	c.press("a", "y")
	c.sees("× Archived: it still leads to its page", "r restore")
	c.press("z")
	if got := strings.Join(store.calls, ", "); got != "archive ana, restore ana" {
		t.Errorf("the store was asked to %s", got)
	}
}
