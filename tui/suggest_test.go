package tui

import (
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
)

func TestLinkForm_Code_SuggestedFromTheName(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("n")
	c.write("Zoë Öst")
	c.sees("zoe-ost", "free")
	c.press("tab")
	c.write("zoe@example.com")
	c.press("ctrl+s")
	if len(store.added) != 1 || store.added[0].Code != "zoe-ost" {
		t.Errorf("added %+v", store.added)
	}
}

func TestLinkForm_Code_TakenSaidAndNextSuggested(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("n")
	c.write("Ana")
	c.sees("[ ana-2", "free")
	c.press("tab", "tab", "tab", "tab")
	c.write("ana") // takes the place of what was suggested
	c.sees("taken")
	c.write("x")
	c.sees("[ anax", "free")
}

func TestLinkForm_Code_TakenOutIsDrawn(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("n")
	c.write("Zoe")
	c.press("tab")
	c.write("zoe@example.com")
	c.press("tab", "tab", "tab", "backspace")
	c.misses("[ zoe ", "free")
	c.press("ctrl+s")
	if len(store.added) != 1 || store.added[0].Code != "" {
		t.Errorf("added %+v", store.added)
	}
}

func TestLinkForm_Code_NoLatinName_NothingSuggested(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, profile: termenv.Ascii})
	c.press("n")
	c.write("李小龍")
	c.press("tab")
	c.write("lee@example.com")
	c.press("ctrl+s")
	if len(store.added) != 1 || store.added[0].Code != "" {
		t.Errorf("added %+v", store.added)
	}
}

func TestClientForm_Slug_Suggested(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", role: model.Admin, store: store, w: 100, h: 24, profile: termenv.Ascii})
	c.press("6", "n")
	c.write("Acme")
	c.sees("[ acme-2", "free")
	c.press("tab", "tab")
	c.write("https://a.example")
	c.press("ctrl+s")
	calls(t, store, "client add {Slug:acme-2 Name:Acme URL:https://a.example Timezone:Europe/London Rule:last-click Window:30d Carry: Tracking:cookie ReplyTo:}")
}
