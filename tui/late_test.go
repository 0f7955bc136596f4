package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/page"
	"lastclick/tui/ui"
)

// A suggestion for what was typed before is not taken for what is typed now.
func TestSuggest_LateAnswer_IsDropped(t *testing.T) {
	c := acme(t, 80, 24)
	c.press("n")
	c.hold = true
	c.write("Ana")
	early := c.held
	c.held = nil
	c.write("x")
	c.release()
	c.sees("[ anax", "free")
	for _, cmd := range early { // ana is taken: ana-2
		c.drain(cmd)
	}
	c.sees("[ anax", "free")
}

// A key that was taken from an action does the new thing alone.
func TestKeys_TakenFromAnAction_DoesNothingElse(t *testing.T) {
	keys := ui.NewKeys(model.Keymap{"undo": "u"}) // u is that of what has no link
	var did []string
	action := func(key string) ui.Action {
		return ui.On(key, key, key, ui.Quietly(func() { did = append(did, key) }))
	}
	bound := keys.Bind([]ui.Action{action("u"), action("z")})
	ui.Dispatch(bound, keyMsg("u"))
	if strings.Join(did, " ") != "z" {
		t.Errorf("u does %q", did)
	}
	if bound[0].Possible() {
		t.Error("an action without a key is still offered")
	}
}

// What the palette lists may have become impossible while it was open.
func TestPalette_ImpossibleMeanwhile_IsSaid(t *testing.T) {
	c := open(t, setup{client: "acme", w: 120, h: 36, profile: termenv.Ascii})
	can, did := true, 0
	p := &doing{action: ui.On("!", "fly", "fly to the moon", ui.Quietly(func() { did++ })).If(func() bool { return can })}
	p.Base = page.NewBase(c.Session)
	c.drain(c.Open(c.top().ID(), p))
	c.press(":")
	c.write("fly to the moon")
	can = false
	c.press("enter")
	c.sees("That cannot be done any more")
	if did > 0 {
		t.Error("it was done")
	}
}

// doing is a page with one action.
type doing struct {
	page.Base
	action ui.Action
}

func (p *doing) Crumbs() []string       { return []string{"Doing"} }
func (p *doing) Actions() []ui.Action   { return []ui.Action{p.action} }
func (p *doing) View(int, int) []string { return nil }
