package tui

import (
	"errors"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"lastclick/model"
	"lastclick/tui/pages/links"
)

// The palette lies on a page that is seen, and says of it what the page says; a page without
// data is neither live nor old.
func TestState_PagesOverAList(t *testing.T) {
	store := newFake()
	c := open(t, setup{client: "acme", store: store, w: 120, h: 30, profile: termenv.Ascii})
	says := func(where, state string) {
		t.Helper()
		if got := strings.TrimPrefix(c.state(), "● "); got != state {
			t.Errorf("%s says %q, not %q", where, got, state)
		}
	}
	says("Link Tracking", "live")
	c.press(":")
	says("the palette on it", "live")
	c.press("esc", "?")
	says("the help", "")
	c.press("esc", "n")
	says("a form", "")
	c.press("esc", "T")
	says("the themes", "")
	c.press("esc", "3", "p")
	says("Orders", "paused")
	c.press(":")
	says("the palette on paused Orders", "paused")
	c.press("esc", "1")
	store.fail = &model.Error{Kind: model.Busy, Msg: "the database is away", Err: errors.New("cause")}
	c.send(movedMsg{c.live.gen})
	says("old data", "as of 13:00:00")
	c.press(":")
	says("the palette on old data", "as of 13:00:00")
	c.press("esc")
	c.drain(c.Open(c.top().ID(), links.NewLink(c.Session, model.Link{Code: "ana"})))
	c.press(":")
	says("the palette on no data", "no data")
}
